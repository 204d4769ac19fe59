"""All that one page about a request shows: whose it is, papers, steps, clocks, quota, its story."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from charterhouse.desk.errors import NotFoundError
from charterhouse.desk.files import Kept, of_person
from charterhouse.desk.local import now_here
from charterhouse.desk.member_file import standing_now
from charterhouse.desk.people import Person, get_person
from charterhouse.desk.timeline import Entry, story
from charterhouse.kernel.charter import Clause
from charterhouse.kernel.clauses.cases import UNDONE, Case, limit_of, read_deadline
from charterhouse.kernel.clauses.casework import Casework
from charterhouse.kernel.clauses.diagnoses import Diagnosed, DiagnosedAtReview
from charterhouse.kernel.clauses.entitlements import InNetwork, Waiting
from charterhouse.kernel.clauses.insurance import Policies, among
from charterhouse.kernel.clauses.policies import Policy, policies_of, policy_of
from charterhouse.kernel.clauses.relatives import Shared
from charterhouse.kernel.clauses.service_details import Detail, details_of
from charterhouse.kernel.clauses.services import APPROVED, OPEN, REFUSED, Service, passed_at
from charterhouse.kernel.decision import Document
from charterhouse.kernel.program import Program
from charterhouse.kernel.standing import Standing
from charterhouse.records.books import load_book
from charterhouse.records.models import Request, db
from charterhouse.records.requests import REQUEST
from charterhouse.records.view import StoreView
from charterhouse.tenancy.store import unit

__all__ = [
    "Check", "Clock", "Cover", "PaperAsked", "RequestFile", "StepDone", "clocks_of", "covers",
    "declared", "request_file",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class StepDone:
    """A step that was done, or a decision that was made.

    Attributes:
        by: role or side that was named; "" for none.
        undone: whether it no longer counts.
        details: what was said with its last occurrence.
    """

    code: str
    at: datetime
    by: str
    undone: bool
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Clock:
    """A deadline of the request.

    Attributes:
        falls: the last day, or the last moment, that is in time.
        passes: the first moment at which it has passed.
        state: open, overdue, done or late.
        provisional: whether it rests on a calendar that is not announced yet.
    """

    code: str
    falls: date | datetime
    passes: datetime
    state: str
    provisional: bool
    clause: str


@dataclass(frozen=True, slots=True)
class PaperAsked:
    """A paper that the request needs or has.

    Attributes:
        codes: any of these settles it.
        there: whether it was handed in.
        missing: whether it lacks; what is neither there nor missing is not needed here.
        files: scans and photos of it: those handed in for this request, then those that the member
            has on record for none.
    """

    codes: tuple[str, ...]
    there: bool
    missing: bool
    clause: str
    files: tuple[Kept, ...] = ()

    @property
    def code(self) -> str:
        """Under which it is known."""
        return self.codes[0]


@dataclass(frozen=True, slots=True)
class Check:
    """A condition of the service: whether it is met, by which clause; None while it is open."""

    code: str
    met: bool | None
    clause: str


@dataclass(frozen=True, slots=True)
class Cover:
    """The policy on which a request rests, as it is today."""

    id: str
    product: str
    state: str
    effective: date
    until: date | None


@dataclass(frozen=True, slots=True)
class RequestFile:
    """A request with everything that staff decide by.

    Attributes:
        service: as the charter declares it; None where it does so no longer.
        staff_id: who works on it; 0 for nobody.
        quota: reserved, consumed or released; "" where no use of a benefit is counted.
        benefit: of which a use is counted.
        outcome: how it was closed; "" while it is open.
        story: newest first.
        details: what is told with its service and the steps of it, as the charter declares it.
    """

    document: Document
    person: Person
    standing: Standing
    service: Service | None
    staff_id: int
    papers: tuple[PaperAsked, ...]
    steps: tuple[StepDone, ...]
    clocks: tuple[Clock, ...]
    checks: tuple[Check, ...]
    cover: Cover | None
    benefit: str
    story: tuple[Entry, ...]
    details: tuple[Detail, ...] = ()

    def told(self, step: str = "") -> tuple[Detail, ...]:
        """What is told with a step, with the decision (`DECIDE`), or with the request itself."""
        return details_of(self.details, self.service, step) if self.service else ()

    @property
    def id(self) -> str:
        """By which events speak of it."""
        return self.document.id

    @property
    def content(self) -> Mapping[str, Any]:
        """As the charter keeps it."""
        return self.document.content

    @property
    def code(self) -> str:
        """The code of the service."""
        return str(self.content["service"])

    @property
    def status(self) -> str:
        """The state of the request."""
        return str(self.content["status"])

    @property
    def open(self) -> bool:
        """Whether something is still to be done."""
        return self.status in OPEN

    @property
    def quota(self) -> str:
        """What became of the use that it took."""
        return str(self.content["quota"])

    @property
    def outcome(self) -> str:
        """How it was closed."""
        return str(self.content.get("outcome") or "")

    @property
    def opened_at(self) -> datetime:
        """When it was asked for, on the tenant's wall clock."""
        return datetime.fromisoformat(self.content["at"])

    @property
    def due_at(self) -> datetime | None:
        """The first moment at which its next deadline has passed; None for none."""
        still = [clock.passes for clock in self.clocks if clock.state in ("open", "overdue")]
        return min(still, default=None) if self.open else None

    @property
    def spoken(self) -> Mapping[str, Any]:
        """Clause → text of what the charter said when it was opened."""
        opening = next((e for e in self.story if e.verb == "request" and not e.refused), None)
        return opening.clauses if opening else {}

    @property
    def refused(self) -> tuple[Entry, ...]:
        """What was refused of what was asked of it, newest first."""
        return tuple(entry for entry in self.story if entry.refused)


def declared(program: Program, code: str) -> tuple[Casework, Service] | None:
    """The clause of a charter that offers a service, and the service; None for none."""
    for clause in program.clauses:
        if isinstance(clause, Casework) and code in clause.services:
            return clause, clause.services[code]
    return None


def request_file(request_id: str) -> RequestFile:
    """A request with everything that staff decide by.

    Raises:
        NotFoundError: there is no such request in this tenant.
        CharterUnavailableError: the tenant's charter is not installed.
    """
    with unit() as opened:
        document = StoreView(opened).document(request_id)
        if document is None or document.kind != REQUEST:
            raise NotFoundError("there is no such request", code="request_unknown")
        row = db.session.get(Request, request_id)
        standing = standing_now(opened, document.member)
        program = load_book(opened).at(now_here()).variant(standing.tier)
        found = declared(program, str(document.content["service"]))
        service = found[1] if found else None
        opened_at = datetime.fromisoformat(document.content["at"])
        return RequestFile(
            document=document,
            person=get_person(document.member),
            standing=standing,
            service=service,
            staff_id=(row.staff_id or 0) if row else 0,
            papers=tuple(_papers(document, found)),
            steps=tuple(_steps(document)),
            clocks=tuple(clocks_of(document, found)),
            checks=(*_ahead(document, standing, program), *_checks(document, found)),
            cover=_cover(document, standing),
            benefit=service.quota.benefit if service and service.quota else "",
            story=story(document.member, request_id, opened_at),
            details=found[0].details if found else (),
        )


_Declared = tuple[Casework, Service] | None


def _steps(document: Document) -> Iterator[StepDone]:
    said = document.content.get("said", {})
    for code, at, by, *undone in document.content["steps"]:
        moment = datetime.fromisoformat(at)
        yield StepDone(code, moment, by or "", UNDONE in undone, said.get(code, {}))


def clocks_of(document: Document, found: tuple[Casework, Service] | None) -> Iterator[Clock]:
    """The deadlines of a request, those that still run first, the next one before the others."""
    now, content = now_here(), document.content
    clocks = []
    for key, (text, state, *_) in content["limits"].items():
        if not text:
            continue
        code = limit_of(key)
        falls = read_deadline(text, now.tzinfo)
        passes = passed_at(falls, now.tzinfo)
        limit = (
            next((each for each in found[1].limits if each.code == code), None) if found else None
        )
        clause = found[0].speaker(found[1], "limit", limit.clause) if found and limit else ""
        late = state == "open" and passes <= now
        provisional = key in content.get("provisional", ())
        clocks.append(Clock(code, falls, passes, "overdue" if late else state, provisional, clause))
    yield from sorted(clocks, key=lambda each: (each.state in ("done", "late"), each.passes))


def _papers(document: Document, found: _Declared) -> Iterator[PaperAsked]:
    content = document.content
    given = {code: copies for code, copies in content["documents"].items() if copies}
    files: dict[str, list[Kept]] = {}
    here = [kept for kept in of_person(document.member) if kept.request in (document.id, "")]
    for kept in sorted(here, key=lambda kept: not kept.request):
        files.setdefault(kept.code, []).append(kept)
    asked = Case.of(found[1], document).asks_for if found else ()
    shown: set[str] = set()
    for paper in asked:
        clause = found[0].speaker(found[1], "papers", paper.clause) if found else ""
        shown.update(paper.codes)
        yield PaperAsked(
            codes=paper.codes,
            there=any(code in given for code in paper.codes),
            missing=paper.code in content["lacking"],
            clause=clause,
            files=tuple(kept for code in paper.codes for kept in files.get(code, ())),
        )
    for code in given:
        if code not in shown:
            yield PaperAsked((code,), there=True, missing=False, clause="",
                             files=tuple(files.get(code, ())))  # fmt: skip


def _ahead(document: Document, standing: Standing, program: Program) -> Iterator[Check]:
    """What the charter's own clauses demand of a policy: it was opened, so that was met."""
    content = document.content
    code = str(content["service"])
    policy = policy_of(standing, str(content.get("policy") or ""))
    for clause in program.clauses:
        yield from _held_by(clause, content, code)
        if isinstance(clause, Policies) and policy is not None:
            yield Check("policy", met=True, clause=clause.of("status"))
        elif isinstance(clause, Waiting):
            waits = policy is not None and (clause.when is None or clause.when(policy))
            if waits and among(clause.services, code):
                yield Check("waiting", met=True, clause=clause.number)


def _held_by(clause: Clause, content: Mapping[str, Any], code: str) -> Iterator[Check]:
    """What a clause demands of person, hospital and diagnosis."""
    if isinstance(clause, Shared):
        if content.get("for") and code in clause.services:
            yield Check("person", met=True, clause=clause.number)
    elif isinstance(clause, InNetwork):
        if content.get("hospital") and clause.concerns(code):
            yield Check("network", met=True, clause=clause.number)
    elif isinstance(clause, Diagnosed):
        if among(clause.services, code) and (clause.others or not content.get("for")):
            yield Check("diagnosis", met=True, clause=clause.number)
    elif isinstance(clause, DiagnosedAtReview) and among(clause.services, code):
        yield Check("diagnosis", met=_decided(content) or None, clause=clause.number)


_WHO = {"members": "none", "registered": "none"}


def _checks(document: Document, found: _Declared) -> Iterator[Check]:
    """What the service demands. It was opened, so what is looked at before that was met."""
    if found is None:
        return
    clause, service = found
    content = document.content

    def number(reason: str) -> str:
        return clause.speaker(service, reason)

    if service.who in _WHO:
        yield Check("right", met=True, clause=number(_WHO[service.who]))
    if service.tiers is not None:
        yield Check("tier", met=True, clause=number("tier"))
    if service.quota or service.benefit:
        yield Check("benefit", met=True, clause=number("quota"))
    if service.consent:
        yield Check("consent", met=True, clause=number("consent"))
    if service.asks_for or content["lacking"]:
        yield Check("papers", met=not content["lacking"], clause=number("papers"))
    if service.review:
        yield Check("decision", met=_decided(content), clause=number("decide"))


def _decided(content: Mapping[str, Any]) -> bool | None:
    made = [row[0] for row in content["steps"] if row[0] in (APPROVED, REFUSED)]
    if content["status"] == "refused":
        return False
    return made[-1] == APPROVED if made else None


def _cover(document: Document, standing: Standing) -> Cover | None:
    policy = policy_of(standing, str(document.content.get("policy") or ""))
    return _as_today(policy) if policy else None


def covers(standing: Standing) -> tuple[Cover, ...]:
    """The policies of a person as they are today, the earliest effect first."""
    return tuple(_as_today(policy) for policy in policies_of(standing))


def _as_today(policy: Policy) -> Cover:
    contract = policy.contract(now_here().date())
    return Cover(policy.id, policy.product, contract.state, policy.effective, contract.until)
