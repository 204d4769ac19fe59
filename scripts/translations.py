# ruff: noqa: INP001 - a script, run by its path
"""List the texts of the sites that have no Chinese translation yet, ready to be pasted.

Run ``make translations``; it ends with status 1 when something is missing. Each area keeps
its own ``platform/charterhouse/web/translations/zh/<area>.po``.
"""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "platform" / "charterhouse" / "web"
METHODS = [("**/templates/**.html", "jinja2.ext:babel_extract"), ("**.py", "python")]
OPTIONS = {"**.html": {"silent": "false", "trimmed": "false"}}
KEYWORDS = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "lazy_pgettext": ((1, "c"), 2),
}

Message = tuple[str | None, str | tuple[str, ...]]


def _texts(value: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def used_messages() -> dict[Message, list[str]]:
    """Return every text of the sites, with its context, and the places where it stands."""
    found: dict[Message, list[str]] = {}
    for name, line, message, _comments, context in extract_from_dir(
        WEB, METHODS, OPTIONS, KEYWORDS
    ):
        found.setdefault((context, message), []).append(f"{name}:{line}")
    return found


def translated_messages() -> set[tuple[str | None, str]]:
    """Return every text that has a translation, with its context."""
    done: set[tuple[str | None, str]] = set()
    for path in sorted((WEB / "translations" / "zh").glob("*.po")):
        with path.open("rb") as file:
            catalogue = read_po(file, locale="zh", abort_invalid=True)
        for message in catalogue:
            if message.id and all(_texts(message.string)):
                done.add((message.context, _texts(message.id)[0]))
    return done


def missing() -> dict[Message, list[str]]:
    """Return the texts without a translation, with their places."""
    done = translated_messages()
    return {
        (context, text): places
        for (context, text), places in used_messages().items()
        if (context, _texts(text)[0]) not in done
    }


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def main() -> int:
    """Print what is missing as entries of a ``.po`` file."""
    lacking = missing()
    for (context, text), places in lacking.items():
        single, *plural = _texts(text)
        lines = [f"#: {' '.join(places[:3])}"]
        if context is not None:
            lines.append(f"msgctxt {_quoted(context)}")
        lines.append(f"msgid {_quoted(single)}")
        if plural:
            lines += [f"msgid_plural {_quoted(plural[0])}", 'msgstr[0] ""']
        else:
            lines.append('msgstr ""')
        sys.stdout.write("\n".join(lines) + "\n\n")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
