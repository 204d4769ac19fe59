"""The words of a tenant's charter: labels of its codes and the texts of its clauses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import bindparam, select

from charterhouse import clock
from charterhouse.desk import terms
from charterhouse.desk.local import now_here
from charterhouse.kernel.charter import Text
from charterhouse.kernel.ledger import unit_of
from charterhouse.kernel.program import Program
from charterhouse.plugins.errors import CharterUnavailableError
from charterhouse.records.books import load_book, stored_document
from charterhouse.records.memo import Memo
from charterhouse.records.tables import version
from charterhouse.tenancy.scope import current_tenant
from charterhouse.tenancy.store import prepared, unit

_COUNTED: Mapping[str, Text] = {
    "used": ("（已用）", " (used)"),
    "right": ("（可用）", " (granted)"),
}
"""Units that count something of a benefit, beside its name."""

_IN_FORCE = prepared(
    select(version.c.number)
    .where((version.c.effective.is_(None)) | (version.c.effective <= bindparam("moment")))
    .order_by(version.c.effective.desc().nulls_last(), version.c.number.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Words:
    """What codes and clause numbers mean to people, as pairs of Chinese and English.

    Attributes:
        version: number of the version whose clauses these are; 0 before any was adopted.
        name: of the charter; its code twice while the plugin is not available.
        labels: code → label; empty while the plugin is not available.
        clauses: clause number → text, as it was shown to members.
        available: whether the charter can decide.
    """

    version: int
    name: Text
    labels: Mapping[str, Text] = field(default_factory=dict)
    clauses: Mapping[str, Text] = field(default_factory=dict)
    available: bool = True

    def label(self, code: str) -> Text:
        """The label of a code: the charter's, else the vocabulary's, else the code itself."""
        return self.labels.get(code) or terms.LABELS.get(code) or (code, code)

    def detail(self, code: str) -> Text:
        """What a detail of an event is called; its code may mean something else as well."""
        return self.labels.get(f"details.{code}") or self.label(code)

    def of(self, family: str, code: str) -> Text:
        """The label of a code of a field, such as `refer.outcome`, `visit` or `unit`."""
        said = terms.named(family, code)
        if said is not None and family == "method":
            # Ways to pay are the house's own: a charter's "card" is the member's card.
            return said
        return self.labels.get(code) or said or self.label(code)

    def unit(self, account: str) -> Text:
        """What an account, available or held, is called."""
        name = unit_of(account)
        sort, slash, code = name.partition("/")
        if slash:
            zh, en = self.label(code)
            more = _COUNTED.get(sort)
            return (f"{zh}{more[0]}", f"{en}{more[1]}") if more else (zh, en)
        return self.of("unit", name)

    def clause(self, number: str) -> Text:
        """The text of a clause; empty when this version has no such clause."""
        return self.clauses.get(number, ("", ""))


def version_in_force() -> int:
    """The number of the charter's version in force now; 0 when none was adopted."""
    with unit() as opened:
        return int(opened.execute(_IN_FORCE, {"moment": clock.now()}).scalar() or 0)


# A version's document never changes, nor do the charters of a process.
_said: Memo[int, Words] = Memo(2048)


def words(number: int = 0) -> Words:
    """The words of one version of the charter; of the one in force without a number.

    They are readable also while the plugin is not available.
    """
    tenant = current_tenant()
    number = number or version_in_force()
    kept = _said.get(tenant, number)
    if kept is not None:
        return kept
    with unit() as opened:
        clauses = {
            rule["number"]: (rule["zh"], rule["en"])
            for chapter in stored_document(opened, number)
            for rule in chapter["rules"]
        }
        try:
            charter = load_book(opened).charter
        except (CharterUnavailableError, LookupError):
            code = tenant.charter
            return Words(number, (code, code), {}, clauses, available=False)
        found = Words(number, charter.name, charter.labels, clauses)
        # A unit that writes may have written this very version, and be rolled back.
        if clauses and not opened.write:
            _said.put(tenant, number, found)
    return found


def program_now() -> Program:
    """The program in force now.

    Raises:
        CharterUnavailableError: no plugin offers the tenant's charter.
        LookupError: the tenant has adopted no charter yet.
    """
    with unit() as opened:
        return load_book(opened).at(now_here())
