"""The hooks of a plugin (pluggy project `charterhouse`, entry-point group `charterhouse.plugins`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from charterhouse.kernel.charter import Charter

PROJECT = "charterhouse"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def register_charters() -> list[type[Charter]]:  # type: ignore[empty-body] # pluggy calls the impls
    """Give the charters of a plugin.

    What it is: the classes that a tenant's program may name.
    Called: once at start, for each plugin.
    Returns: subclasses of `charterhouse.kernel.charter.Charter`, each with its own code.
    None: a plugin without charters.
    Errors: an exception quarantines the plugin; it is shown and the others go on.
    Budget: data only; no I/O.
    Not called when: the plugin is quarantined.
    Since: 0.1.
    """
