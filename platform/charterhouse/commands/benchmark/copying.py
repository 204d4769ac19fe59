"""A long history made quickly: that of one member, told honestly, copied for others under new names.

A copy is what the door would have kept had the other member been told the same: other ids, keys,
bills and card, everything sealed and hashed anew for its row, and one entry in the audit chain for
each decision. `verify` finds nothing to say about it.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Table, select

from charterhouse.commands.benchmark.engines import Engine
from charterhouse.commands.benchmark.store import store_path
from charterhouse.commands.common import progress_bar
from charterhouse.records import tables as t
from charterhouse.records.cards import new_card_number
from charterhouse.records.chain import link
from charterhouse.records.commit import audited
from charterhouse.records.sealing import SealedJson
from charterhouse.tenancy.engines.postgres_roles import tenant_name
from charterhouse.tenancy.ids import new_id
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit
from charterhouse.tenancy.tenant import Tenant
from charterhouse.tenancy.types import to_json, to_micros
from charterhouse.tenancy.vault import EncryptedStr

__all__ = ["copy_history"]

TOGETHER = 50
"""Members whose copied events alternate, and whose rows are written in one transaction."""

_OF_MEMBER = (
    t.person,
    t.standing,
    t.event,
    t.decision,
    t.posting,
    t.balance,
    t.document,
    t.item,
    t.card,
)
_IDS = (t.person.c.id, t.event.c.id, t.decision.c.id, t.item.c.id)
_TEXTS = (t.event.c.key, t.event.c.serial, t.document.c.id, t.standing.c.ref)

Row = tuple[Any, ...]
Name = Callable[[int], Any]
Write = Callable[[Iterable[tuple[Table, list[Row]]]], None]


class _Pattern:
    """A value in which the names of one member's history are to be replaced."""

    def __init__(self, value: Any, names: Mapping[Any, int], sought: re.Pattern[str]) -> None:
        self._parts: list[Any] = [value]
        self._whole = -1
        if isinstance(value, int):
            self._whole = names.get(value, -1)
        elif isinstance(value, str):
            parts: list[Any] = sought.split(value)
            # What was found stands at every second place.
            parts[1::2] = [names[part] for part in parts[1::2]]
            self._parts = parts

    def of(self, made: Sequence[Any]) -> Any:
        """The value with the new names."""
        if self._whole >= 0:
            return made[self._whole]
        if len(self._parts) == 1:
            return self._parts[0]
        parts = list(self._parts)
        parts[1::2] = [str(made[index]) for index in parts[1::2]]
        return "".join(parts)


class _History:
    """All rows of a store that has one member, ready to be written again for others.

    Args:
        tenant: in scope.
    """

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        with unit() as opened:
            rows = {
                table.name: [row._asdict() for row in opened.connection.execute(select(table))]
                for table in (*_OF_MEMBER, t.audit)
            }
        entries = sorted(rows.pop(t.audit.name), key=lambda row: row["seq"])
        self._last_seq, self._last_hash = entries[-1]["seq"], entries[-1]["hash"]
        self.members = 1
        names = _names_of(rows)
        self._makers = [_maker(name) for name in names]
        self._indices = {name: index for index, name in enumerate(names)}
        self._indices |= {str(name): index for index, name in enumerate(names)}
        texts = sorted((str(name) for name in names), key=len, reverse=True)
        self._sought = re.compile(f"({'|'.join(map(re.escape, texts))})")
        self._tables = {
            table: [self._row(table, row) for row in rows[table.name]]
            for table in _OF_MEMBER
            if table is not t.event
        }
        told = [row for row in entries if row["action"].startswith("event.")]
        self._steps = self._steps_of(rows, told)

    @property
    def events(self) -> int:
        """How many events the history has."""
        return sum(event is not None for event, _ in self._steps)

    def copies(self, count: int) -> Iterator[tuple[Table, list[Row]]]:
        """The rows of so many more members, events of one after those of another."""
        made = []
        for _ in range(count):
            self.members += 1
            made.append([make(self.members) for make in self._makers])
        events: list[Row] = []
        entries: list[Row] = []
        for event, entry in self._steps:
            for names in made:
                self._last_seq += 1
                if event is not None:
                    events.append(event(names, self._last_seq))
                entries.append(entry(names))
        yield t.event, events
        for table, patterns in self._tables.items():
            yield table, [row(names, 0) for names in made for row in patterns]
        yield t.audit, entries

    def _row(self, table: Table, row: Mapping[str, Any]) -> Callable[[Sequence[Any], int], Row]:
        """What makes a row of a table, in the order of its columns, of new names and a place."""
        columns = [column.name for column in table.columns]
        at = {name: place for place, name in enumerate(columns)}
        key = at[next(iter(table.primary_key.columns)).name]
        seal = EncryptedStr(table.name, "sealed") if "sealed" in at else None
        told = self._told(row) if "request_hash" in at else None
        patterns = [self._pattern(_as_kept(table, row, name)) for name in columns]

        def make(names: Sequence[Any], seq: int) -> Row:
            values = [pattern.of(names) for pattern in patterns]
            if seal is not None:
                values[at["sealed"]] = seal.encrypt(values[key], values[at["sealed"]])
            if told is not None:
                values[at["request_hash"]] = _sha(told.of(names))
                values[at["seq"]] = seq
            return tuple(values)

        return make

    def _told(self, event: Mapping[str, Any]) -> _Pattern:
        """Of what an event's hash is made."""
        occurred = event["occurred_at"].isoformat() if event["occurred_at"] else None
        body = SealedJson("event").open(event["id"], event["sealed"])["body"]
        return self._pattern(to_json([event["verb"], body, occurred]))

    def _pattern(self, value: Any) -> _Pattern:
        return _Pattern(value, self._indices, self._sought)

    def _steps_of(
        self, rows: Mapping[str, list[dict[str, Any]]], entries: Sequence[Mapping[str, Any]]
    ) -> list[tuple[Any, Any]]:
        """For each entry of the audit, what makes its event, if it has one, and the entry."""
        decisions = {str(row["id"]): row for row in rows["decision"]}
        events = {row["id"]: row for row in rows["event"]}
        lines: dict[int, list[Any]] = {}
        for row in sorted(rows["posting"], key=lambda row: row["line"]):
            line = [row[n] for n in ("owner", "account", "amount", "lot", "clause")]
            lines.setdefault(row["decision_id"], []).append(line)
        steps = []
        for entry in entries:
            decision = decisions[entry["subject"]]
            event = events.get(decision["event_id"])
            outcome = SealedJson("decision").open(decision["id"], decision["sealed"])
            content = audited(decision["event_id"] or 0, outcome, lines.get(decision["id"], []))
            made = self._row(t.event, event) if event is not None else None
            steps.append((made, self._entry(entry, self._pattern(to_json(content)))))
        return steps

    def _entry(self, entry: Mapping[str, Any], content: _Pattern) -> Callable[[Sequence[Any]], Row]:
        subject = self._pattern(entry["subject"])
        at, actor, action = entry["at"], entry["actor"], entry["action"]
        micros = to_micros(at)

        def make(names: Sequence[Any]) -> Row:
            of, digest, previous = subject.of(names), _sha(content.of(names)), self._last_hash
            self._last_hash = link(previous, self._last_seq, at, actor, action, of, digest)
            return self._last_seq, micros, actor, action, of, digest, previous, self._last_hash

        return make


def _as_kept(table: Table, row: Mapping[str, Any], column: str) -> Any:
    """The value of a column as the driver takes it; of a sealed one, what is in it."""
    value = row[column]
    if column == "sealed":
        key = row[next(iter(table.primary_key.columns)).name]
        return to_json(SealedJson(table.name).open(key, value))
    if isinstance(value, datetime):
        return to_micros(value)
    return to_json(value) if isinstance(value, dict | list) else value


def _names_of(rows: Mapping[str, list[dict[str, Any]]]) -> list[Any]:
    ids = [row[c.name] for c in _IDS for row in rows[c.table.name]]
    texts = {row[c.name] for c in _TEXTS for row in rows[c.table.name] if row[c.name]}
    # A name that is made of an id follows it by itself.
    within = {str(one) for one in ids}
    return [*ids, *sorted(one for one in texts if not any(part in one for part in within))]


def _maker(name: Any) -> Name:
    if isinstance(name, int):
        return lambda _copy: new_id()
    if name.isdecimal():
        return lambda _copy: new_card_number()
    return lambda copy: f"{name}-{copy}"


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def copy_history(engine: Engine, tenant: Tenant, members: int) -> int:
    """Copy the history of a tenant's only member for others; how many events there are then.

    Args:
        engine: where the tenant is.
        tenant: no process has its store open.
        members: how many are to have the history, the first one included.
    """
    with tenant_scope(tenant):
        history = _History(tenant)
        tenant.installation.stores.close()
        title = f"{engine.name}: {members * history.events:,} events"
        with progress_bar(title) as told, engine.hasty(), _writer(engine, tenant) as write:
            while history.members < members:
                count = min(TOGETHER, members - history.members)
                write(history.copies(count))
                told(history.members, members)
    return members * history.events


@contextmanager
def _writer(engine: Engine, tenant: Tenant) -> Iterator[Write]:
    """What writes rows of tables in one transaction, past the checks of single rows."""
    if engine.server is None:
        path = store_path(engine.config.data_dir, tenant)
        with closing(sqlite3.connect(path, isolation_level=None)) as file, _untriggered(file):

            def into_file(rows: Iterable[tuple[Table, list[Row]]]) -> None:
                file.execute("BEGIN IMMEDIATE")
                for table, each in rows:
                    places = ", ".join("?" * len(table.columns))
                    file.executemany(f"INSERT INTO {table.name} VALUES ({places})", each)  # noqa: S608 - of our own tables
                file.execute("COMMIT")

            yield into_file
        return
    url = engine.config.databases.urls[tenant.cell]
    with psycopg.connect(url) as connection:
        schema = sql.Identifier(tenant_name(tenant.store_id))
        connection.execute(sql.SQL("SET search_path = {}").format(schema))
        connection.execute("SET session_replication_role = replica")
        connection.commit()

        def into_database(rows: Iterable[tuple[Table, list[Row]]]) -> None:
            for table, each in rows:
                into = sql.SQL("COPY {} ({}) FROM STDIN").format(
                    sql.Identifier(table.name),
                    sql.SQL(", ").join(sql.Identifier(c.name) for c in table.columns),
                )
                with connection.cursor() as cursor, cursor.copy(into) as copy:
                    for row in each:
                        copy.write_row(row)
            connection.commit()

        yield into_database
        connection.execute("ANALYZE")


@contextmanager
def _untriggered(file: sqlite3.Connection) -> Iterator[None]:
    """Without the triggers that look at each row; the sums are those of what was copied."""
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    triggers = file.execute(query).fetchall()
    file.execute("PRAGMA synchronous=OFF")
    for name, _ in triggers:
        file.execute(f'DROP TRIGGER "{name}"')
    yield
    for _, script in triggers:
        file.execute(script)
    file.execute("ANALYZE")
    file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
