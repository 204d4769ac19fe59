"""Discovery of plugins, their validation, and the quarantine of broken ones.

pluggy finds and checks hook implementations; it decides nothing. Who brought
what is carried in `Plugin`, never inferred from a module's name, and a broken
plugin is recorded, unregistered and shown while the others go on.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import pluggy
from environs import Env

from charterhouse.kernel.charter import Charter
from charterhouse.plugins import spec
from charterhouse.plugins.errors import CharterUnavailableError, PluginInvalidError
from charterhouse.plugins.validation import problems_of

__all__ = ["GROUP", "QUARANTINED", "READY", "Plugin", "Registry", "registry"]

GROUP = "charterhouse.plugins"
READY = "ready"
QUARANTINED = "quarantined"

_OWN = "charterhouse"
"""The distribution whose plugins load first, so that no other can take their codes."""


@dataclass(frozen=True, slots=True)
class Plugin:
    """What is known of one installed plugin.

    Attributes:
        name: Of its entry point.
        distribution: The installed package that brings it.
        version: Of that package.
        charters: Codes of its charters; of a quarantined one as far as they were learnt.
        problem: Why it is quarantined; empty when it is ready.
    """

    name: str
    distribution: str
    version: str
    charters: tuple[str, ...] = ()
    problem: str = ""

    @property
    def state(self) -> str:
        """`ready` or `quarantined`."""
        return QUARANTINED if self.problem else READY


class Registry:
    """The plugins of this installation and the charters of those that are ready.

    Attributes:
        plugins: Every plugin found, in the order of loading.
        charters: Code → charter, of the ready plugins.
    """

    def __init__(self, plugins: Iterable[Plugin], charters: Mapping[str, Charter]) -> None:
        self.plugins = tuple(plugins)
        self.charters = dict(charters)

    @classmethod
    def discover(
        cls, found: Iterable[EntryPoint] | None = None, *, strict: bool = False
    ) -> Registry:
        """Load and check every plugin.

        Args:
            found: Entry points instead of those of the installed packages.
            strict: Raise on the first broken plugin instead of quarantining it.

        Raises:
            PluginInvalidError: In strict mode, the plugin and what is wrong with it.
        """
        loader = _Loader(strict=strict)
        points = entry_points(group=GROUP) if found is None else found
        for point in sorted(points, key=_order):
            loader.load(point)
        return cls(loader.plugins, loader.charters)

    def charter(self, code: str) -> Charter:
        """The charter of this code.

        Raises:
            CharterUnavailableError: It is not installed, or its plugin is quarantined.
        """
        found = self.charters.get(code)
        if found is not None:
            return found
        for plugin in self.plugins:
            if code in plugin.charters:
                raise CharterUnavailableError(
                    f"its plugin {plugin.name} {plugin.version} is quarantined: {plugin.problem}",
                    field=code,
                )
        raise CharterUnavailableError(
            "no installed plugin brings this charter; see `charterhouse plugin list`", field=code
        )

    def plugin_of(self, code: str) -> Plugin:
        """The ready plugin that brings a charter.

        Raises:
            CharterUnavailableError: There is none.
        """
        self.charter(code)
        for plugin in self.plugins:
            if code in plugin.charters and not plugin.problem:
                return plugin
        raise CharterUnavailableError("no ready plugin brings this charter", field=code)


def _order(point: EntryPoint) -> tuple[bool, str, str]:
    distribution = _identity(point).distribution
    return (distribution != _OWN, point.name, distribution)


def _identity(point: EntryPoint) -> Plugin:
    dist = point.dist
    if dist is None:
        return Plugin(point.name, "", "")
    return Plugin(point.name, dist.name, dist.version)


class _Loader:
    """Loads plugins one after the other into one plugin manager."""

    def __init__(self, *, strict: bool) -> None:
        self.strict = strict
        self.plugins: list[Plugin] = []
        self.charters: dict[str, Charter] = {}
        self._manager = pluggy.PluginManager(spec.PROJECT)
        self._manager.add_hookspecs(spec)

    def load(self, point: EntryPoint) -> None:
        """Load one plugin whole, or quarantine it whole."""
        plugin = _identity(point)
        if self._manager.has_plugin(plugin.name):
            # The first of a name is registered; nothing of the second ever runs.
            self._refuse(plugin, (), PluginInvalidError("another plugin has this name"))
            return
        codes: list[str] = []
        try:
            self._manager.register(point.load(), name=plugin.name)
            # A misspelt hook would otherwise be silent; plugins before this one have passed.
            self._manager.check_pending()
            classes = self._ask(plugin)
            codes.extend(str(getattr(each, "code", each)) for each in classes)
            ready = self._checked(classes)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it does, others go on
            if self._manager.has_plugin(plugin.name):
                # The hooks of a refused plugin would otherwise stay live.
                self._manager.unregister(name=plugin.name)
            self._refuse(plugin, tuple(codes), error)
            return
        self.charters.update(ready)
        self.plugins.append(replace(plugin, charters=tuple(ready)))

    def _ask(self, plugin: Plugin) -> list[Any]:
        classes: list[Any] = []
        for hook in self._manager.hook.register_charters.get_hookimpls():
            if hook.plugin_name != plugin.name:
                continue
            if hook.hookwrapper or hook.wrapper:
                raise PluginInvalidError("register_charters must not be a wrapper")
            brought: Any = hook.function()
            classes.extend(brought or ())
        return classes

    def _checked(self, classes: list[Any]) -> dict[str, Charter]:
        ready: dict[str, Charter] = {}
        for each in classes:
            name = str(getattr(each, "code", each))
            problems = problems_of(each)
            if not problems and (name in self.charters or name in ready):
                problems = ["another charter has this code"]
            if problems:
                raise PluginInvalidError("; ".join(problems), field=name)
            ready[name] = each()
        return ready

    def _refuse(self, plugin: Plugin, codes: tuple[str, ...], error: BaseException) -> None:
        problem = str(error) if isinstance(error, PluginInvalidError) else _described(error)
        if self.strict:
            raise PluginInvalidError(problem, field=plugin.name) from error
        self.plugins.append(replace(plugin, charters=codes, problem=problem))


def _described(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


@functools.cache
def registry() -> Registry:
    """The registry of this process, loaded once.

    `CHARTERHOUSE_STRICT=1` raises on a broken plugin, for developers and CI.

    Raises:
        PluginInvalidError: In strict mode only.
    """
    return Registry.discover(strict=Env().bool("CHARTERHOUSE_STRICT", False))
