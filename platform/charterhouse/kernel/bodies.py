"""What all verbs share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from charterhouse.kernel.kinds import (
    Code,
    Label,
    Ref,
    Text,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What every verb may carry: who did it, where and how."""

    verb: ClassVar[str]
    either: ClassVar[tuple[tuple[str, ...], ...]] = ()
    """Groups of fields of which at least one must be given."""

    by: Text | None = None
    branch: Label | None = None
    channel: Code | None = None
    note: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberBody(Body):
    """A verb that speaks of one member."""

    member: Ref
