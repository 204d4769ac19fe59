"""Each migration leaves the code before it at work, which knows nothing of what it brings."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import create_engine, inspect, text

from charterhouse.config import Config
from charterhouse.tenancy.engines.postgres_cell import Cell
from charterhouse.tenancy.history import History

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.engine import Connection

    from charterhouse.tenancy.engines.postgres_scratch import ScratchPostgres

FIRST_OF_THE_RULE = {"tenant": 7, "catalogue": 4}
"""From these migrations on each leaves the code before it at work."""

ENGINES = ("sqlite", "postgresql")
_TRIGGERS = {
    "sqlite": "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT relname, tgname, pg_get_triggerdef(t.oid) FROM pg_trigger t "
    "JOIN pg_class c ON c.oid = tgrelid WHERE NOT tgisinternal "
    "AND relnamespace = current_schema::regnamespace",
}


@dataclass
class Table:
    """What of a table can stop a statement.

    Attributes:
        columns: by name: kind, whether it may be empty, what is put in where nothing is said.
        rules: all others by a text of their own, with the columns they look at; None when that
            cannot be told.
    """

    columns: dict[str, tuple[str, bool, str | None]]
    rules: dict[str, frozenset[str] | None] = field(default_factory=dict)


def _tables(connection: Connection) -> dict[str, Table]:
    seen = inspect(connection)
    found: dict[str, Table] = {}
    for name in seen.get_table_names():
        columns = {
            each["name"]: (str(each["type"]), bool(each["nullable"]), each["default"])
            for each in seen.get_columns(name)
        }
        made = found[name] = Table(columns)
        key = seen.get_pk_constraint(name)["constrained_columns"]
        made.rules[f"primary key {key}"] = frozenset(key)
        for one in seen.get_foreign_keys(name):
            where = f"{one['referred_table']} {one['referred_columns']}"
            looked = one["constrained_columns"]
            made.rules[f"foreign key {looked} to {where} {one['options']}"] = frozenset(looked)
        for unique in seen.get_unique_constraints(name):
            made.rules[f"unique {unique['column_names']}"] = frozenset(unique["column_names"])
        for index in seen.get_indexes(name):
            if index["unique"]:
                looked = [each or "" for each in index["column_names"]]
                parts = {f"{connection.dialect.name}_where"} & index.get(
                    "dialect_options", {}
                ).keys()
                whole = "" not in looked and not parts
                made.rules[f"unique index {index['name']} {looked}"] = (
                    frozenset(looked) if whole else None
                )
        for check in seen.get_check_constraints(name):
            made.rules[f"check {check['sqltext']}"] = frozenset(
                each for each in columns if each in check["sqltext"]
            )
    for table, name, definition in connection.execute(text(_TRIGGERS[connection.dialect.name])):
        found[table].rules[f"trigger {name}: {definition}"] = None
    return found


def _problems(before: dict[str, Table], after: dict[str, Table]) -> list[str]:
    """What would stop the code that only knows the tables of before."""
    found = []
    for name, old in before.items():
        new = after.get(name)
        if new is None:
            found.append(f"{name} is gone")
            continue
        found += [
            f"{name}.{each} is not as it was"
            for each, column in old.columns.items()
            if new.columns.get(each) != column
        ]
        added = new.columns.keys() - old.columns.keys()
        found += [
            f"{name}.{each} has to be written"
            for each in added
            if not new.columns[each][1] and new.columns[each][2] is None
        ]
        found += [f"{name} has lost: {each}" for each in old.rules.keys() - new.rules.keys()]
        for each in new.rules.keys() - old.rules.keys():
            looked = new.rules[each]
            # What looks at new columns only, all of which may be empty, lets the older code pass.
            free = {one for one in added if new.columns[one][1] and new.columns[one][2] is None}
            if not looked or not looked <= free:
                found.append(f"{name} has a new rule: {each}")
    return found


@contextmanager
def _made(history: History, engine: str, url: str) -> Iterator[dict[str, Table]]:
    """The tables of a history, made anew."""
    if engine == "sqlite":
        sqlite = create_engine("sqlite://")
        with sqlite.begin() as connection:
            history.upgrade(connection)
            yield _tables(connection)
        sqlite.dispose()
        return
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("DROP SCHEMA IF EXISTS guarded CASCADE; CREATE SCHEMA guarded")
        owner.execute("SET search_path = guarded")
        owner.execute(history.script(engine).encode())
        server = create_engine("postgresql+psycopg://", creator=lambda: owner)
        with server.connect() as connection:
            yield _tables(connection)
        server.dispose()


@pytest.fixture(name="tables_of", scope="module")
def _tables_of(
    postgres: ScratchPostgres, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Path, str], dict[str, Table]]:
    """Makes the tables of a folder of migrations on an engine."""
    config = Config(data_dir=tmp_path_factory.mktemp("guard"), master_key=b"k" * 32)
    url = postgres.database()
    Cell("guard", url, config.derivations).ready()  # Triggers call its functions.

    def make(folder: Path, engine: str) -> dict[str, Table]:
        with _made(History(folder), engine, url) as found:
            return found

    return make


def _without(folder: Path, target: Path, last: int) -> Path:
    """The folder of the release whose last migrations were not there yet."""
    shutil.copytree(folder, target)
    for file in sorted((target / "versions").glob("0*.py"))[-last:] if last else ():
        file.unlink()
    return target


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("history", FIRST_OF_THE_RULE)
def test_a_migration_leaves_the_code_before_it_at_work(
    tmp_path: Path, tables_of: Callable[[Path, str], dict[str, Table]], history: str, engine: str
) -> None:
    folder = Config(data_dir=tmp_path, master_key=b"k" * 32).migrations_dir / history
    total = len(list((folder / "versions").glob("0*.py")))
    schemas = [
        tables_of(_without(folder, tmp_path / str(left), left), engine)
        for left in range(total - FIRST_OF_THE_RULE[history] + 1, -1, -1)
    ]
    assert len(schemas) > 1
    for before, after in pairwise(schemas):
        assert _problems(before, after) == []


_BASE = """
op.create_table(
    "note",
    sa.Column("id", sa.BigInteger(), primary_key=True),
    sa.Column("text", sa.Text(), nullable=False),
    sa.Column("kind", sa.Text()),
    sa.CheckConstraint("kind <> 'x'", name="kind"),
)
op.create_index("ix_note_kind", "note", ["kind"], unique=True)
"""
_SIZE = 'op.add_column("note", sa.Column("size", sa.Integer()))'
_TRIGGER = """
if op.get_context().dialect.name == "sqlite":
    op.execute("CREATE TRIGGER kept BEFORE UPDATE ON note BEGIN SELECT RAISE(ABORT, 'kept'); END")
else:
    op.execute(
        "CREATE TRIGGER kept BEFORE UPDATE ON note EXECUTE FUNCTION charterhouse.refuse_change()"
    )
"""


def _batch(change: str) -> str:
    return f'with op.batch_alter_table("note") as batch:\n    batch.{change}'


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (_SIZE, ""),
        ('op.add_column("note", sa.Column("size", sa.Text(), server_default="s"))', ""),
        ('op.create_table("other", sa.Column("id", sa.Integer(), primary_key=True))', ""),
        ('op.create_index("ix_note_text", "note", ["text"])', ""),
        (f'{_SIZE}\nop.create_index("once", "note", ["size"], unique=True)', ""),
        (f'{_SIZE}\nop.create_index("once", "note", ["kind", "size"], unique=True)', "index once"),
        ('op.drop_table("note")', "note is gone"),
        (_batch('drop_column("text")'), "note.text is not as it was"),
        (_batch('alter_column("kind", nullable=False)'), "note.kind is not as it was"),
        (
            _batch('add_column(sa.Column("size", sa.Integer(), nullable=False))'),
            "note.size has to be written",
        ),
        (_batch('create_check_constraint("long", "length(text) > 3")'), "check length("),
        (_batch('create_unique_constraint("once", ["text"])'), "unique ['text']"),
        ('op.create_index("once", "note", ["text"], unique=True)', "unique index once"),
        (_batch('create_foreign_key("own", "note", ["text"], ["kind"])'), "foreign key ['text']"),
        ('op.drop_index("ix_note_kind", "note")', "has lost: unique index ix_note_kind"),
        (_TRIGGER, "trigger kept"),
    ],
)
def test_what_would_stop_the_code_before_is_found(
    tmp_path: Path,
    tables_of: Callable[[Path, str], dict[str, Table]],
    change: str,
    problem: str,
    engine: str,
) -> None:
    head = "import sqlalchemy as sa\nfrom alembic import op\n"
    for number, body in ((1, _BASE), (2, change)):
        versions = tmp_path / "new" / "versions"
        versions.mkdir(parents=True, exist_ok=True)
        before = f'"{number - 1:04d}"' if number > 1 else None
        lines = "\n".join(f"    {line}" for line in body.strip().split("\n"))
        (versions / f"{number:04d}.py").write_text(
            f'{head}revision = "{number:04d}"\ndown_revision = {before}\n\n'
            f"def upgrade() -> None:\n{lines}\n",
            "utf-8",
        )
    old = _without(tmp_path / "new", tmp_path / "old", 1)

    found = _problems(tables_of(old, engine), tables_of(tmp_path / "new", engine))

    if not problem:
        assert found == []
    else:
        assert any(problem in one for one in found), found
