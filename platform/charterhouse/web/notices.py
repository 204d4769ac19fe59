"""Notices after an action: said once on the next page, with a link to what was made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from flask import session

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["init_app", "notify", "take_notices"]

Kind = Literal["success", "info", "warning", "error"]
_KEY = "_notices"
_MOST = 5


def notify(
    message: Any,
    kind: Kind = "success",
    *,
    link: tuple[Any, str] | None = None,
    undo: str = "",
) -> None:
    """Show a notice on the next page.

    Args:
        message: What happened, in the reader's language.
        kind: How it is shown.
        link: Text and address of the entry that was made.
        undo: Address to which an "Undo" button posts: a reversal, never a deletion.
    """
    notice = {"message": str(message), "kind": kind, "undo": undo}
    if link is not None:
        notice |= {"link_text": str(link[0]), "link_url": link[1]}
    session[_KEY] = [*session.get(_KEY, []), notice][-_MOST:]


def take_notices() -> list[dict[str, str]]:
    """Return the waiting notices and forget them."""
    notices: list[dict[str, str]] = session.pop(_KEY, []) if _KEY in session else []
    return notices


def init_app(app: Flask) -> None:
    """Give the templates ``take_notices()``."""
    app.jinja_env.globals.update(take_notices=take_notices)
