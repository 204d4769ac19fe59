"""Languages: catalogues of messages, numbers, money and dates as people write them.

The only module that knows Flask-Babel. Messages are written in English in the source and
translated in ``translations/zh/<area>.po``, a file for each area of the sites. The files are
merged when the process starts, so no compiled catalogue is kept in the repository or built.
"""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations
from flask import g, has_request_context, request
from flask_babel import Babel, Domain, gettext, lazy_gettext, lazy_pgettext, ngettext, pgettext
from markupsafe import Markup, escape

from charterhouse import clock
from charterhouse.web.preferences import preference

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import timedelta

    from babel.messages.catalog import Message
    from flask import Flask

__all__ = [
    "clashes",
    "current_language",
    "current_timezone",
    "date_text",
    "datetime_text",
    "gettext",
    "init_app",
    "lazy_gettext",
    "lazy_pgettext",
    "local",
    "money_text",
    "ngettext",
    "number_text",
    "pgettext",
    "pick",
    "read_catalogues",
    "relative_text",
    "span_text",
    "switch_url",
    "time_tag",
    "yuan_text",
]

FOLDER: Final = Path(__file__).parent / "translations"
_LOCALES: Final = {"zh": Locale.parse("zh_Hans_CN"), "en": Locale.parse("en")}
_DEFAULT_ZONE: Final = "Asia/Shanghai"
_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 24 * _HOUR
_DATE_FORMATS = {"zh": "yyyy-MM-dd", "en": "d MMM yyyy"}
_TIME_FORMATS = {"zh": "yyyy-MM-dd HH:mm", "en": "d MMM yyyy HH:mm"}


def _messages(folders: Iterable[Path]) -> Iterator[tuple[Path, Message]]:
    for path in (path for folder in folders for path in sorted(folder.glob("*.po"))):
        with path.open("rb") as file:
            catalogue = read_po(file, locale="zh", abort_invalid=True)
        for message in catalogue:
            if message.id and message.string:
                yield path, message


def clashes(folders: Iterable[Path]) -> list[str]:
    """Return a sentence for each message that two files translate differently."""
    known: dict[tuple[Any, Any], tuple[Any, str]] = {}
    found = []
    for path, message in _messages(folders):
        key = (message.context, str(message.id))
        text, name = known.setdefault(key, (message.string, path.name))
        if text != message.string:
            found.append(
                f"{message.id!r} is {text!r} in {name} but {message.string!r} in {path.name}: "
                "agree on one, or give it a context with pgettext."
            )
    return found


def read_catalogues(folders: Iterable[Path]) -> Translations:
    """Return the messages of every ``*.po`` file in ``folders`` as one catalogue.

    Of two translations of one message the first stays; a test sees to it that there are none.
    """
    total = Catalog(locale="zh", fuzzy=False)
    for _path, message in _messages(folders):
        if total.get(message.id, message.context) is None:
            total.add(message.id, message.string, context=message.context)
    compiled = io.BytesIO()
    write_mo(compiled, total)
    compiled.seek(0)
    return Translations(compiled)


@lru_cache(maxsize=4)
def _kept_catalogues(folders: tuple[Path, ...]) -> Translations:
    """Read once in a process: the files are of the release, and reading takes a third of a second."""
    return read_catalogues(folders)


class _Catalogues(Domain):  # type: ignore[misc]  # Flask-Babel carries no types
    """The merged catalogues of the platform and its plugins."""

    def __init__(self, folders: tuple[Path, ...]) -> None:
        super().__init__()
        self._chinese = _kept_catalogues(folders)

    def get_translations(self) -> NullTranslations:
        return self._chinese if current_language() == "zh" else NullTranslations()


def current_language() -> str:
    """Return ``zh`` or ``en``."""
    return preference("lang")


def pick(zh: str, en: str) -> str:
    """Return the one of two texts that is in the reader's language (the other when empty)."""
    return (zh or en) if current_language() == "zh" else (en or zh)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def current_timezone() -> ZoneInfo:
    """Return the tenant's time zone, that of the platform where there is no tenant."""
    tenant = g.get("tenant") if has_request_context() else None
    return _zone(tenant.timezone if tenant is not None else _DEFAULT_ZONE)


def local(moment: datetime) -> datetime:
    """Return ``moment`` on the tenant's wall clock."""
    return moment.astimezone(current_timezone())


def money_text(fen: int, *, sign: bool = False) -> str:
    """Return fen as ``¥1,234.50``; ``sign`` also writes a plus."""
    mark = "−" if fen < 0 else "+" if sign and fen > 0 else ""
    yuan, rest = divmod(abs(fen), 100)
    return f"{mark}¥{yuan:,}.{rest:02d}"


def yuan_text(fen: int) -> str:
    """Return fen as the plain number ``1234.50`` that goes into a form field."""
    yuan, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{yuan}.{rest:02d}"


def number_text(value: int) -> str:
    """Return a count with its thousands grouped."""
    return str(format_decimal(value, locale=_LOCALES[current_language()]))


def date_text(value: date | datetime) -> str:
    """Return a day; of a moment, the day on the tenant's calendar."""
    day = local(value).date() if isinstance(value, datetime) else value
    language = current_language()
    return str(format_date(day, _DATE_FORMATS[language], locale=_LOCALES[language]))


def datetime_text(moment: datetime) -> str:
    """Return day and minute on the tenant's wall clock."""
    language = current_language()
    return str(format_datetime(local(moment), _TIME_FORMATS[language], locale=_LOCALES[language]))


def relative_text(moment: datetime) -> str:
    """Return how long ago or ahead a moment is, for example "3 minutes ago"."""
    delta = moment - clock.now()
    return str(format_timedelta(delta, add_direction=True, locale=_LOCALES[current_language()]))


def span_text(delta: timedelta) -> str:
    """Return how long something is, whichever way it runs: whole days, below two hours, minutes."""
    seconds = int(abs(delta).total_seconds())
    if seconds >= 2 * _DAY:
        return str(ngettext("%(num)s day", "%(num)s days", seconds // _DAY))
    if seconds >= _HOUR:
        return str(ngettext("%(num)s hour", "%(num)s hours", seconds // _HOUR))
    return str(ngettext("%(num)s minute", "%(num)s minutes", max(seconds // _MINUTE, 1)))


def switch_url(**choices: str) -> str:
    """Return the present address with preferences changed: ``switch_url(lang="en")``."""
    if request.method != "GET":
        return f"?{urlencode(choices)}"
    query = request.args.copy()
    for name, value in choices.items():
        query[name] = value
    return f"{request.script_root}{request.path}?{urlencode(list(query.items(multi=True)))}"


def time_tag(moment: datetime | date | None, *, relative: bool = False) -> Markup:
    """Return ``<time>`` with the exact moment in its title; a dash for None."""
    if moment is None:
        return Markup('<span class="text-muted">–</span>')
    if not isinstance(moment, datetime):
        return Markup('<time datetime="{}">{}</time>').format(moment.isoformat(), date_text(moment))
    exact = datetime_text(moment)
    shown = relative_text(moment) if relative else exact
    mark = Markup(" data-relative") if relative else ""
    stamp = moment.astimezone(UTC).isoformat(timespec="seconds")
    return Markup('<time datetime="{}" title="{}"{}>{}</time>').format(stamp, exact, mark, shown)


def _break_lines(text: str) -> Markup:
    return Markup("<br>").join(escape(line) for line in text.splitlines())


def init_app(app: Flask, *, folders: tuple[Path, ...] = ()) -> None:
    """Set up languages.

    Args:
        app: The application.
        folders: Further folders of ``*.po`` files in Chinese: those of the plugins.
    """
    babel = Babel(
        app,
        locale_selector=lambda: str(_LOCALES[current_language()]),
        timezone_selector=lambda: str(current_timezone()),
    )
    domain = _Catalogues((FOLDER / "zh", *folders))
    babel.domain_instance = domain
    app.jinja_env.globals.update(
        current_language=current_language,
        money_text=money_text,
        yuan_text=yuan_text,
        number_text=number_text,
        date_text=date_text,
        datetime_text=datetime_text,
        relative_text=relative_text,
        time_tag=time_tag,
        switch_url=switch_url,
        pick=pick,
        now=clock.now,
    )
    app.jinja_env.filters.update(
        money=money_text, yuan=yuan_text, number=number_text, day=date_text, breaks=_break_lines
    )
