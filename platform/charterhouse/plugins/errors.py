"""What the plugin floor refuses, one class a reason, each with a stable code."""

from __future__ import annotations

from typing import ClassVar

__all__ = [
    "CharterMissingError",
    "CharterUnavailableError",
    "PluginError",
    "PluginInvalidError",
]


class PluginError(Exception):
    """The family of every refusal of this floor.

    Attributes:
        code: Stable, for programs.
        field: The plugin or charter at fault.
        message: What is wrong and what to do.
    """

    code: ClassVar[str] = "plugin"

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.message = message
        self.field = field


class PluginInvalidError(PluginError):
    """A plugin does not keep the contract; it is quarantined, or raised in strict mode."""

    code = "plugin_invalid"


class CharterUnavailableError(PluginError):
    """No ready plugin brings this charter: it is not installed, or its plugin is quarantined."""

    code = "charter_unavailable"


class CharterMissingError(CharterUnavailableError, LookupError):
    """The tenant has adopted no charter yet."""

    code = "charter_missing"
