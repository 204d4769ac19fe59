"""The statements of an event by pgbench, the server's own measure of transactions."""

from __future__ import annotations

import re
import resource
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from charterhouse.commands.benchmark.measures import Slice, Timed
from charterhouse.commands.benchmark.recording import Statement
from charterhouse.records.tables import metadata
from charterhouse.tenancy.engines.postgres_scratch import binaries

__all__ = ["MODES", "Script", "typical"]

MODES = ("extended", "prepared")
"""How pgbench sends statements: parsed each time, or once."""

_NAMED = re.compile(r"%\((\w+)\)s")
_INSERT = re.compile(r'INSERT INTO "?(\w+)"?')
_TPS = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)
_FIRST_ID = 1 << 62
"""Above every id that the application makes for decades."""

_APART = 1 << 40
_FIRST_NUMBER = 1 << 31
"""Below it a number counts something, and is no id."""


def program() -> Path:
    """Where pgbench is: beside the server, or wherever else the machine has it.

    Raises:
        OSError: it is not on this machine.
    """
    beside = binaries() / "postgres"
    found = shutil.which("pgbench", path=str(beside.resolve().parent)) or shutil.which("pgbench")
    if found is None:
        raise OSError("There is no pgbench on this machine: it comes with PostgreSQL's server.")
    return Path(found)


def typical(log: Sequence[Sequence[Statement]]) -> Sequence[Statement]:
    """An event of the commonest kind."""
    commonest = Counter(map(_kind, log)).most_common(1)[0][0]
    return next(each for each in log if _kind(each) == commonest)


def _kind(statements: Sequence[Statement]) -> tuple[tuple[str, int], ...]:
    return tuple((sql, len(params) if many else 1) for sql, params, many in statements)


def _single(statements: Sequence[Statement]) -> Iterator[tuple[str, dict[str, Any]]]:
    for sql, params, many in statements:
        for one in params if many else [params]:
            yield sql, dict(one)


def _new_values(statements: Sequence[Statement]) -> list[Any]:
    """The values of an event that no other may have: its ids, keys and hashes."""
    found: dict[Any, None] = {}
    for sql, params in _single(statements):
        name = _INSERT.match(sql)
        if name is None:
            continue
        columns = metadata.tables[name[1]].columns
        alone = [c.name for c in columns if c.unique or (c.primary_key and _is_whole_key(c))]
        found.update((_known(c, params[c]), None) for c in alone if params.get(c) is not None)
    return list(found)


def _known(column: str, value: Any) -> Any:
    """By what a new value is known elsewhere: itself, or with its column where it is a mere number."""
    return (column, value) if isinstance(value, int) and value < _FIRST_NUMBER else value


def _is_whole_key(column: Any) -> bool:
    return len(column.table.primary_key.columns) == 1


class Script:
    """An event's statements as pgbench runs them, each time with ids, keys and hashes of its own.

    Args:
        begin: what begins the transaction, one statement each.
        statements: as they were recorded, with their parameters.
        path: where the script is written.
    """

    def __init__(self, begin: Sequence[str], statements: Sequence[Statement], path: Path) -> None:
        self._path = path
        self._values: dict[str, str] = {}
        self._first = count()
        new = {value: f"new{number}" for number, value in enumerate(_new_values(statements))}
        lines = ["\\set turn :turn + 1"]
        for number, (value, name) in enumerate(new.items()):
            made = f":turn + {_FIRST_ID + number * _APART}"
            lines.append(f"\\set {name} {f'hash({made})' if isinstance(value, str) else made}")
        lines += ["\\startpipeline", *(f"{each};" for each in begin), "\\endpipeline"]
        for sql, params, many in statements:
            if many:
                lines += ["\\startpipeline"]
            lines += [self._line(sql, one, new) for one in (params if many else [params])]
            if many:
                lines += ["\\endpipeline"]
        path.write_text("\n".join([*lines, "COMMIT;", ""]), "utf-8")

    def _line(self, sql: str, params: Any, new: dict[Any, str]) -> str:
        def placed(found: re.Match[str]) -> str:
            value = params[found[1]]
            if value is None or value == "":
                return "NULL" if value is None else "''"
            known = new.get(_known(found[1], value))
            if known is None:
                known = f"value{len(self._values)}"
                self._values[known] = str(value)
            return f":{known}"

        return " ".join(_NAMED.sub(placed, sql).split()) + ";"

    def run(self, url: str, mode: str, times: int) -> Timed:
        """Run it so many times on one connection.

        Args:
            url: of the database.
            mode: `extended` or `prepared`.
            times: how many transactions.

        Raises:
            OSError: a statement failed.
        """
        values = {**self._values, "turn": str(next(self._first) * _APART // 1024)}
        command = [
            str(program()), "--no-vacuum", f"--protocol={mode}", "--client=1",
            f"--transactions={times}", f"--file={self._path}",
            *(f"--define={name}={value}" for name, value in values.items()), url,
        ]  # fmt: skip
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - a program of the server, arguments from here
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        told = _TPS.search(done.stdout)
        if done.returncode or told is None:
            raise OSError(f"pgbench: {done.stderr.strip()[-300:]}")
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return Timed(float(told[1]), spent * 1e6 / times)

    def slice(self, url: str, mode: str, times: int) -> Slice:
        """A slice that runs it so many times."""
        return lambda: self.run(url, mode, times)
