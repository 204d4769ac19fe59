"""The errors of the kernel. A refusal by a charter is no error: see `decision`."""

from __future__ import annotations


class KernelError(Exception):
    """Something that the kernel cannot work with.

    Attributes:
        code: stable machine code.
        field: dotted path of the offending input, or "".
        message: what is wrong and what to do, in English.
    """

    code = "kernel"

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.message = message
        self.field = field


class EventError(KernelError):
    """An event that is not of the vocabulary: unknown verb, unknown field, wrong type."""

    code = "invalid_event"


class SettingsError(KernelError):
    """Settings that the charter's schema or its self-check does not accept.

    Attributes:
        clause: number of the clause that does not accept them, or "".
    """

    code = "configuration"

    def __init__(self, message: str, *, field: str = "", clause: str = "") -> None:
        super().__init__(message, field=field)
        self.clause = clause


class CharterError(KernelError):
    """A charter or clause that breaks the kernel's contract (a defect of a plugin)."""

    code = "charter_broken"


class ScenarioError(KernelError):
    """A scenario file that cannot be read. `field` is `file:line`."""

    code = "invalid_scenario"
