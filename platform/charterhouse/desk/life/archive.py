"""The portable form of a tenant: a tar archive of JSON Lines and documents with a manifest.

    about.json                     what it is, of whom, of which schema
    tables/<table>/<nnnnnn>.jsonl  rows, one JSON object a line, some megabytes a part
    documents/<name>               contents of files
    manifest.json                  how much of each there is, with hashes

Parts are written and read one after the other: neither side needs more memory than for one part.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Protocol, Self

from charterhouse.desk.errors import DeskError
from charterhouse.desk.life.rows import Row, Sum
from charterhouse.tenancy.types import to_json

__all__ = ["FORMAT", "TOGETHER", "ArchiveReader", "ArchiveWriter", "Contents", "Part", "broken"]

FORMAT = 1

_PART_BYTES = 4 * 1024 * 1024
_LARGEST = 256 * 1024 * 1024
_ROWS = re.compile(r"tables/([a-z_]+)/[0-9]{6}\.jsonl")
_DOCUMENT = re.compile(r"documents/([A-Za-z0-9_-]{1,100})")
TOGETHER = {"posting": "decision_id"}
"""Tables of which rows with the same value of a column are committed together.

The postings of a decision sum to zero, and a database may look.
"""


class Source(Protocol):
    """What can be read in pieces."""

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes."""
        ...


class Sink(Protocol):
    """What can be written in pieces."""

    def write(self, data: bytes, /) -> int:
        """Take the next bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an archive: rows of a table, or one document.

    Attributes:
        table: whose rows; "" for a document.
        rows: as JSON objects.
        name: of the document; "" for rows.
        data: the document's content.
    """

    table: str = ""
    rows: tuple[Row, ...] = ()
    name: str = ""
    data: bytes = b""


@dataclass(slots=True)
class Contents:
    """Counts and hashes of what went through an archive, in order."""

    tables: dict[str, Sum] = field(default_factory=dict)
    texts: dict[str, Any] = field(default_factory=dict)
    documents: int = 0
    size: int = 0
    names: Any = field(default_factory=sha256)

    def add_rows(self, table: str, lines: list[str], data: bytes) -> None:
        """Count rows: their canonical lines, and the bytes that stand in the archive."""
        total = self.tables.setdefault(table, Sum())
        for line in lines:
            total.add(line)
        self.texts.setdefault(table, sha256()).update(data)

    def add_document(self, name: str, data: bytes) -> None:
        """Count a document."""
        self.documents += 1
        self.size += len(data)
        self.names.update(f"{name} {sha256(data).hexdigest()}\n".encode())

    def manifest(self) -> dict[str, Any]:
        """The counts and hashes as they stand in the manifest."""
        return {
            "tables": {
                name: {
                    "rows": total.rows,
                    "sha256": self.texts[name].hexdigest(),
                    "sum": total.digest,
                }
                for name, total in sorted(self.tables.items())
            },
            "documents": {
                "count": self.documents,
                "bytes": self.size,
                "sha256": self.names.hexdigest(),
            },
        }


class _Tap:
    """Passes on what is written, until what is written does not matter any more."""

    def __init__(self, target: Sink) -> None:
        self._target: Sink | None = target

    def write(self, data: bytes) -> int:
        return self._target.write(data) if self._target is not None else len(data)

    def flush(self) -> None:
        """Do nothing: nothing is kept back."""

    def shut(self) -> None:
        self._target = None


class ArchiveWriter:
    """Writes an archive; `close` writes the manifest, without which it is none.

    To be used in a `with` block: an error that leaves it gives up the archive.

    Args:
        target: where the compressed bytes go.
        about: what stands in `about.json`, beside the format's number.
    """

    def __init__(self, target: Sink, about: Mapping[str, Any]) -> None:
        self.contents = Contents()
        self._tap = _Tap(target)
        self._gzip = gzip.GzipFile(fileobj=self._tap, mode="wb", compresslevel=5, mtime=0)
        self._tar = tarfile.open(  # noqa: SIM115 - closed by `close`
            fileobj=self._gzip, mode="w|", format=tarfile.PAX_FORMAT
        )
        self._table = ""
        self._lines: list[str] = []
        self._size = 0
        self._number = 0
        self._last: Any = None
        self._put("about.json", _json({"format": FORMAT, **about}))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            # Both write their ends when they go, which must not reach a file that is closed.
            self._tap.shut()
            self._tar.close()
            self._gzip.close()

    def add_row(self, table: str, row: Row) -> None:
        """Add a row; the rows of a table come one after the other."""
        together = row.get(TOGETHER.get(table, ""))
        if self._table != table:
            self.end_table()
            self._table, self._number = table, 0
        elif self._size >= _PART_BYTES and (together is None or together != self._last):
            self._end_part()
        line = to_json(row)
        self._lines.append(line)
        self._size += len(line)
        self._last = together

    def add_document(self, name: str, data: bytes) -> None:
        """Add a document."""
        self.contents.add_document(name, data)
        self._put(f"documents/{name}", data)

    def end_table(self) -> None:
        """Write what is left of the table at hand."""
        if self._lines:
            self._end_part()

    def close(self) -> dict[str, Any]:
        """Write the manifest and the end; return the manifest."""
        self.end_table()
        manifest = self.contents.manifest()
        self._put("manifest.json", _json(manifest))
        self._tar.close()
        self._gzip.close()
        return manifest

    def _end_part(self) -> None:
        self._number += 1
        data = "".join(f"{line}\n" for line in self._lines).encode()
        self.contents.add_rows(self._table, self._lines, data)
        self._put(f"tables/{self._table}/{self._number:06d}.jsonl", data)
        self._lines, self._size = [], 0

    def _put(self, name: str, data: bytes) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = len(data), 0o600
        self._tar.addfile(entry, io.BytesIO(data))


class ArchiveReader:
    """Reads an archive from its beginning to its end, once.

    Args:
        source: where the compressed bytes come from.

    Attributes:
        about: what stands in `about.json`.

    Raises:
        DeskError: it is no archive of this program (`archive_broken`), or of a later one
            (`archive_format`).
    """

    def __init__(self, source: Source) -> None:
        self._gzip = gzip.GzipFile(fileobj=source, mode="rb")  # type: ignore[call-overload]  # it only reads
        self._entries = self._walk()
        name, data = next(self._entries, ("", b""))
        if name != "about.json":
            raise broken("it does not begin with about.json")
        self.about: dict[str, Any] = _read_json(data)
        if self.about.get("format") != FORMAT:
            raise DeskError(
                f"this archive has format {self.about.get('format')}, this program reads {FORMAT}",
                field="file",
                code="archive_format",
            )
        self.contents = Contents()

    def parts(self) -> Iterator[Part]:
        """All parts in their order; at the end, they are compared with the manifest.

        Raises:
            DeskError: something is missing, added or altered (`archive_broken`).
        """
        manifest: dict[str, Any] | None = None
        for name, data in self._entries:
            if manifest is not None:
                raise broken("something follows its manifest")
            if name == "manifest.json":
                manifest = _read_json(data)
                continue
            yield self._part(name, data)
        if manifest is None:
            raise broken("it has no manifest: it was cut off")
        if manifest != self.contents.manifest():
            raise broken("its contents are not what its manifest says")

    def _part(self, name: str, data: bytes) -> Part:
        found = _DOCUMENT.fullmatch(name)
        if found is not None:
            self.contents.add_document(found[1], data)
            return Part(name=found[1], data=data)
        found = _ROWS.fullmatch(name)
        if found is None:
            raise broken(f"there is no place for {name[:60]!r}")
        # Not by `splitlines`: texts may hold other characters that end a line.
        lines = data.removesuffix(b"\n").split(b"\n")
        rows = tuple(_read_json(line) for line in lines)
        self.contents.add_rows(found[1], [line.decode() for line in lines], data)
        return Part(table=found[1], rows=rows)

    def _walk(self) -> Iterator[tuple[str, bytes]]:
        try:
            with tarfile.open(fileobj=self._gzip, mode="r|") as tar:
                for entry in tar:
                    content = tar.extractfile(entry) if entry.isreg() else None
                    if content is None or entry.size > _LARGEST:
                        raise broken(f"{entry.name[:60]!r} is no file of it")
                    yield entry.name, content.read()
                    tar.members = []  # type: ignore[attr-defined]  # or it keeps a note of every entry
            while self._gzip.read(1 << 16):
                pass
        except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
            raise broken(f"it is damaged ({type(error).__name__})") from error


def broken(why: str) -> DeskError:
    """The refusal of an archive that is not whole."""
    return DeskError(f"the archive cannot be used: {why}", field="file", code="archive_broken")


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2).encode() + b"\n"


def _read_json(data: bytes) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except ValueError as error:
        raise broken("a line is no JSON") from error
    if not isinstance(value, dict):
        raise broken("a line is no JSON object")
    return value
