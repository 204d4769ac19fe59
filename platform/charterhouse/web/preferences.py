"""What a reader may choose: language, theme and text size.

Each is taken from the address (``?lang=en``), then remembered in a cookie of its own, so
that the choice works without JavaScript and before anybody signs in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import Flask, has_request_context, request

from charterhouse.web.middleware import MOUNT

if TYPE_CHECKING:
    from flask import Response

__all__ = ["LANGUAGES", "PREFERENCES", "Preference", "cookie_path", "init_app", "preference"]


@dataclass(frozen=True, slots=True)
class Preference:
    """One choice.

    Attributes:
        name: Of the parameter and of the cookie.
        values: What may be chosen; the first is the default.
    """

    name: str
    values: tuple[str, ...]


LANGUAGES: Final = ("zh", "en")
PREFERENCES: Final = {
    each.name: each
    for each in (
        Preference("lang", LANGUAGES),
        Preference("theme", ("auto", "light", "dark")),
        Preference("type", ("normal", "large")),
    )
}
_YEAR = 365 * 24 * 3600


def cookie_path() -> str:
    """Return the path of the preference cookies: the whole installation."""
    return f"{request.environ.get(MOUNT, '')}/"


def _language_of_browser() -> str:
    best = request.accept_languages.best_match(["zh", "zh-CN", "zh-Hans", "zh-TW", "en"])
    return "en" if best == "en" else LANGUAGES[0]


def preference(name: str) -> str:
    """Return the value of a preference for this request: ``lang``, ``theme`` or ``type``.

    Raises:
        KeyError: There is no such preference.
    """
    known = PREFERENCES[name]
    if not has_request_context():
        return known.values[0]
    for chosen in (request.args.get(name), request.cookies.get(name)):
        if chosen in known.values:
            return chosen
    return _language_of_browser() if name == "lang" else known.values[0]


def _remember(response: Response) -> Response:
    for known in PREFERENCES.values():
        chosen = request.args.get(known.name)
        if chosen in known.values and request.cookies.get(known.name) != chosen:
            response.set_cookie(
                known.name,
                chosen,
                max_age=_YEAR,
                path=cookie_path(),
                samesite="Lax",
                secure=request.is_secure,
            )
    response.vary.update(("Accept-Language", "Cookie"))
    return response


def init_app(app: Flask) -> None:
    """Remember choices, and give the templates ``preference()`` and ``cookie_path()``."""
    app.after_request(_remember)
    app.jinja_env.globals.update(preference=preference, cookie_path=cookie_path)
