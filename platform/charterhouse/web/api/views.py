"""The operations of the API."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import jsonify

from charterhouse.desk import access, accounts, answers, intake, member_file, members, people
from charterhouse.kernel.vocabulary import VERBS
from charterhouse.web.api import gate
from charterhouse.web.api.kinds import EventSchema
from charterhouse.web.api.operation import api, operation
from charterhouse.web.api.schemas import (
    AnswerSchema,
    CharterSchema,
    ErrorSchema,
    FileSchema,
    FullSchema,
    HeadersSchema,
    MembersSchema,
    PersonInSchema,
    QuerySchema,
    SearchSchema,
    StandingSchema,
    StatementQuerySchema,
    StatementSchema,
)
from charterhouse.web.errors import WebError, reference
from charterhouse.web.i18n import current_language, gettext
from charterhouse.web.permissions import PERMISSIONS, may

if TYPE_CHECKING:
    from flask import Response

    from charterhouse.desk.intake import Answer

__all__ = ["RIGHTS", "VERB_PERMISSIONS", "api"]

VERB_PERMISSIONS = {
    "amend": "charter.write",
    "approve": "approvals.decide",
    "award": "points.adjust",
    "bring_in": "members.import",
    "cash_out": "payments.refund",
    "decide": "approvals.decide",
    "grant": "approvals.decide",
    "refund": "bills.reverse",
    "reject": "approvals.decide",
    "sanction": "approvals.decide",
}
"""What a key needs beside `events.write` for verbs by which somebody decides or gives."""

RIGHTS = (
    "events.write", "events.read", "members.read", "members.write", "members.unmask",
    "ledger.read", "charter.read", *dict.fromkeys(VERB_PERMISSIONS.values()),
)  # fmt: skip
"""All that a key can be allowed."""

_ERROR = ErrorSchema()
_UNKNOWN = {HTTPStatus.NOT_FOUND: "No such person"}


def _verb_of(event: dict[str, Any]) -> str:
    return next(name for name in event if name in VERBS)


def _check_verb(verb: str) -> None:
    name = VERB_PERMISSIONS.get(verb)
    if name is not None and not may(name):
        message = gettext("This key may not do this. It needs “%(right)s”.",
                          right=PERMISSIONS[name].label)  # fmt: skip
        raise WebError(message, code="permission_missing", status=403, field=verb)


def _refused(answer: Answer) -> Response:
    """The decision of a refused event, in the shape of errors."""
    told = answers.answer_json(answer, current_language())
    refusal = told["refusal"]
    body = {
        **{name: refusal[name] for name in ("code", "message", "field", "clause")},
        "reference": reference(),
        "decision": told,
    }
    response = jsonify(_ERROR.dump(body))
    response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    return response


@operation(
    "POST",
    "/events",
    "events.write",
    AnswerSchema,
    status=HTTPStatus.CREATED,
    about="Accepted, with its effects",
    takes={"headers": HeadersSchema, "json": EventSchema},
    also={
        HTTPStatus.OK: (AnswerSchema, "Told before: the kept answer"),
        HTTPStatus.UNPROCESSABLE_ENTITY: "Refused by the charter: code, clause and the decision; "
        "or an unknown id",
        HTTPStatus.CONFLICT: "The key was used for another event",
    },
)
def tell(headers: dict[str, Any], event: dict[str, Any]) -> Any:
    """Tell an event.

    It is decided and kept in one transaction. Nothing changes when it is refused.
    """
    verb = _verb_of(event)
    _check_verb(verb)
    # The namespace keeps callers from taking the keys of the house's own events.
    key = f"api:{headers['key']}" if headers["key"] else None
    answer = intake.submit(
        verb, event[verb], actor=gate.actor(), key=key, occurred_at=event.get("occurred_at")
    )
    if not answer.accepted:
        return _refused(answer)
    status = HTTPStatus.OK if answer.repeated else HTTPStatus.CREATED
    return answers.answer_json(answer, current_language()), status


@operation(
    "POST",
    "/quotes",
    "events.read",
    AnswerSchema,
    about="What would come of it",
    takes={"json": EventSchema},
    also={
        HTTPStatus.UNPROCESSABLE_ENTITY: "The charter would refuse it: code, clause and the "
        "decision; or an unknown id"
    },
)
def quote(event: dict[str, Any]) -> Any:
    """Ask what would come of an event.

    The same decision by the same code; nothing is kept.
    """
    verb = _verb_of(event)
    answer = intake.quote(verb, event[verb], actor=gate.actor())
    if not answer.accepted:
        return _refused(answer)
    return answers.answer_json(answer, current_language())


@operation(
    "GET",
    "/events/<event_id>",
    "events.read",
    AnswerSchema,
    about="The answer as it was given",
    takes={"query": QuerySchema},
    also={HTTPStatus.NOT_FOUND: "No such event"},
)
def kept(_query: dict[str, Any], event_id: str) -> Any:
    """The kept answer of an event, accepted or refused."""
    return answers.answer_json(intake.kept_answer(event_id), current_language())


@operation("GET", "/members", "members.read", MembersSchema, takes={"query": SearchSchema})
def search(query: dict[str, Any]) -> Any:
    """Find people.

    By name, pinyin, phone or its tail, card number or ID number; without a text, all members.
    """
    page, size = query["page"], query["size"]
    found = members.search(query["search"], number=page, size=size)
    rows = [answers.row_json(row, current_language()) for row in found.rows]
    return {"members": rows, "page": page, "size": size, "total": found.total}


@operation(
    "POST",
    "/members",
    "members.write",
    FileSchema,
    status=HTTPStatus.CREATED,
    about="On file; not a member yet",
    takes={"json": PersonInSchema},
    also={
        HTTPStatus.UNPROCESSABLE_ENTITY: "A value is not of its form, or somebody has this ID "
        "number already"
    },
)
def create(person: dict[str, Any]) -> Any:
    """Put a person on file. The membership itself begins with an event: apply or join."""
    ref = people.create_person(person).ref
    access.note("person.create", subject=ref, actor=gate.actor())
    return answers.row_json(members.rows_of([ref])[ref], current_language())


@operation(
    "GET", "/members/<ref>", "members.read", FileSchema, takes={"query": FullSchema}, also=_UNKNOWN
)
def member(query: dict[str, Any], ref: str) -> Any:
    """A person with the membership in short."""
    people.get_person(ref)
    full = query["full"]
    if full:
        if not may("members.unmask"):
            raise WebError(gettext("This key may not see full numbers."),
                           code="permission_missing", status=403, field="full")  # fmt: skip
        access.reveal(ref, actor=gate.actor())
    return answers.row_json(members.rows_of([ref])[ref], current_language(), full=full)


@operation(
    "GET",
    "/members/<ref>/standing",
    "members.read",
    StandingSchema,
    takes={"query": QuerySchema},
    also=_UNKNOWN,
)
def standing(_query: dict[str, Any], ref: str) -> Any:
    """How a person stands now: tier, card, balances, what is owed, what is left of benefits."""
    return answers.standing_json(member_file.file(ref), current_language())


@operation(
    "GET",
    "/members/<ref>/statement",
    "ledger.read",
    StatementSchema,
    takes={"query": StatementQuerySchema},
    also=_UNKNOWN,
)
def statement(query: dict[str, Any], ref: str) -> Any:
    """An account, newest posting first, each with the clause that justifies it."""
    found = accounts.account(ref, query["unit"], query["page"], query["size"])
    return answers.account_json(found, current_language())


@operation("GET", "/charter", "charter.read", CharterSchema, takes={"query": QuerySchema})
def charter(_query: dict[str, Any]) -> Any:
    """The charter in force: its words in both languages, and its figures."""
    return answers.charter_json()
