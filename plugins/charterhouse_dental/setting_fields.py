"""Settings that several dental charters have in the same form: lists of codes, points of items."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from charterhouse.kernel.settings import Whole, Yuan

CODE = r"^[a-z0-9][a-z0-9_.-]*$"
NONE, UNLIMITED = "none", "unlimited"


def code() -> fields.String:
    """A code that the clinic may make up itself."""
    return fields.String(validate=validate.Regexp(CODE))


def code_list(metadata: dict[str, Any], default: tuple[str, ...] = ()) -> fields.List[str]:
    """A list of codes."""
    return fields.List(code(), load_default=lambda: list(default), metadata=metadata)


def item_points(metadata: dict[str, Any]) -> fields.Dict:
    """Item → the points that it costs."""
    return fields.Dict(
        keys=code(),
        values=Whole(validate=validate.Range(1, 10**7)),
        load_default=dict,
        metadata=metadata,
    )


class OptionalYuan(Yuan):
    """An amount in yuan, or nothing (`none`): the criterion is not used."""

    def deserialize(
        self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any
    ) -> Any:
        """Read the word as nothing."""
        return super().deserialize(None if value == NONE else value, attr, data, **kwargs)


class OptionalWhole(Whole):
    """A whole number, or nothing (`none`, `unlimited`)."""

    def deserialize(
        self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any
    ) -> Any:
        """Read the words as nothing."""
        nothing = value in (NONE, UNLIMITED)
        return super().deserialize(None if nothing else value, attr, data, **kwargs)
