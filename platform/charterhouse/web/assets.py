"""The built files of the sites: hashed names, icons, and serving them."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flask import Flask, current_app, has_request_context, request
from markupsafe import Markup
from whitenoise import WhiteNoise  # type: ignore[import-untyped]  # it carries no types

from charterhouse.web.middleware import MOUNT

if TYPE_CHECKING:
    from wsgiref.headers import Headers
    from wsgiref.types import WSGIApplication

__all__ = ["AssetsMissingError", "asset", "icon", "init_app", "serve_static"]

STATIC: Final = Path(__file__).parent / "static"
DIST: Final = STATIC / "dist"
_HASHED = re.compile(r"-[A-Z0-9]{8}\.\w+$")


class AssetsMissingError(RuntimeError):
    """The assets were not built, or do not hold what is asked for.

    Attributes:
        code: Always ``assets_missing``.
    """

    code = "assets_missing"


@lru_cache(maxsize=8)
def _read(name: str, stamp: int) -> dict[str, str]:  # noqa: ARG001 - a new stamp is a new entry
    loaded: dict[str, str] = json.loads((DIST / name).read_text(encoding="utf-8"))
    return loaded


def _load(name: str) -> dict[str, str]:
    try:
        stamp = (DIST / name).stat().st_mtime_ns
        return _read(name, stamp)
    except OSError as error:
        raise AssetsMissingError(
            "The assets are not built: run `make assets` (or `node scripts/build-assets.mjs`)."
        ) from error


def asset(name: str) -> str:
    """Return the address of a built file, for example ``asset("app.css")``.

    Raises:
        AssetsMissingError: The assets are not built or have no such file.
    """
    manifest = _load("manifest.json")
    if name not in manifest:
        raise AssetsMissingError(f"The assets have no {name!r}; they have {sorted(manifest)}.")
    mount = request.environ.get(MOUNT, "") if has_request_context() else ""
    return f"{mount}/static/dist/{manifest[name]}"


def icon(name: str, label: str = "", *, size: str = "") -> Markup:
    """Return an icon as inline SVG.

    Args:
        name: Its name among Tabler's outline icons.
        label: What it says to those who cannot see it; empty when the text beside it says it.
        size: ``sm`` or ``lg``; empty for the size of the text.

    Raises:
        AssetsMissingError: In tests and while developing, when the subset lacks the icon.
    """
    drawing = _load("icons.json").get(name)
    if drawing is None:
        if current_app.debug or current_app.testing:
            raise AssetsMissingError(
                f"No icon {name!r} in the subset: run `make assets`, or check the name."
            )
        drawing = ""
    sound = (
        Markup('role="img" aria-label="{}"').format(label)
        if label
        else Markup('aria-hidden="true"')
    )
    classes = f"icon ch-icon-{size}" if size else "icon"
    return Markup(
        '<svg class="{}" {} width="20" height="20" viewBox="0 0 24 24" fill="none" '
        'stroke="currentColor" stroke-width="1.75" stroke-linecap="round" '
        'stroke-linejoin="round">{}</svg>'
    ).format(classes, sound, Markup(drawing))  # noqa: S704 - drawings come from our own build


def _headers(headers: Headers, path: str, url: str) -> None:  # noqa: ARG001 - whitenoise's signature
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Content-Security-Policy"] = "default-src 'none'"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"


def serve_static(application: WSGIApplication, *, refresh: bool) -> WSGIApplication:
    """Serve ``/static/…`` before Flask sees the request; hashed names may be kept for a year.

    Args:
        application: What answers everything else.
        refresh: Look at the disk on each request, for developing.
    """
    DIST.mkdir(parents=True, exist_ok=True)

    def immutable(path: str, url: str) -> bool:  # noqa: ARG001 - whitenoise's signature
        return _HASHED.search(url) is not None

    served: WSGIApplication = WhiteNoise(
        application,
        root=str(STATIC),
        prefix="static/",
        autorefresh=refresh,
        max_age=300,
        allow_all_origins=False,
        add_headers_function=_headers,
        immutable_file_test=immutable,
    )
    return served


def init_app(app: Flask) -> None:
    """Give the templates ``asset()`` and ``icon()``."""
    app.jinja_env.globals.update(asset=asset, icon=icon)
