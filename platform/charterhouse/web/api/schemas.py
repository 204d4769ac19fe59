"""What the API answers, as schemas: answers are written through them, so they are true."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from charterhouse.desk.answers import COUNT_FIGURES, FEN_FIGURES

__all__ = [
    "AnswerSchema",
    "CharterSchema",
    "ErrorSchema",
    "FileSchema",
    "HeadersSchema",
    "MembersSchema",
    "PersonInSchema",
    "QuerySchema",
    "SearchSchema",
    "StandingSchema",
    "StatementQuerySchema",
    "StatementSchema",
]

KEY_LENGTH = 190


def _text(about: str = "", *, null: bool = False, **more: Any) -> fields.String:
    metadata = {"description": about} if about else {}
    return fields.String(required=True, allow_none=null, metadata=metadata, **more)


def _yuan(about: str = "", *, null: bool = False) -> fields.String:
    metadata = {"pattern": r"^-?[0-9]+\.[0-9]{2}$", "examples": ["8.00"]}
    if about:
        metadata["description"] = about
    return fields.String(required=True, allow_none=null, metadata=metadata)


def _whole(about: str = "", **more: Any) -> fields.Integer:
    metadata = {"description": about} if about else {}
    return fields.Integer(required=True, metadata=metadata, **more)


def _quantity(about: str) -> fields.Raw:
    kinds = [{"type": "integer"}, {"type": "string", "pattern": r"^-?[0-9]+\.[0-9]{2}$"}]
    return fields.Raw(required=True, metadata={"description": about, "oneOf": kinds})


def _day(*, null: bool = True) -> fields.String:
    return fields.String(required=True, allow_none=null, metadata={"format": "date"})


def _moment(*, null: bool = False) -> fields.String:
    return fields.String(required=True, allow_none=null, metadata={"format": "date-time"})


def _list(inner: type[Schema] | fields.Field[Any]) -> fields.List[Any]:
    each = inner if isinstance(inner, fields.Field) else fields.Nested(inner)
    return fields.List(each, required=True)


class LineSchema(Schema):
    """A line of a bill, with its net amount and the clause that made it."""

    item = _text()
    category = _text()
    price = _yuan("list price per unit")
    offer = _yuan("activity price per unit", null=True)
    quantity = _whole()
    net = _yuan("after all price rules")
    clause = _text()


class MissingSchema(Schema):
    """A document or detail that lacks."""

    code = _text()
    label = _text()


class RefusalSchema(Schema):
    """Why nothing happened."""

    code = _text("reason code of the vocabulary")
    message = _text("the reason in the language of Accept-Language")
    clause = _text("clause of the charter; null when the platform refused", null=True)
    clause_text = _text(null=True)
    missing = _list(MissingSchema)
    field = _text(null=True)


_PART_OF_FIGURES = {"pattern": r"^-?[0-9]+\.[0-9]{2}$"}

FiguresSchema = Schema.from_dict(
    {
        **{name: fields.String(metadata=_PART_OF_FIGURES) for name in sorted(FEN_FIGURES)},
        "lines": fields.List(fields.String(metadata=_PART_OF_FIGURES)),
        **{name: fields.Integer() for name in COUNT_FIGURES},
        "owed": fields.String(
            metadata={**_PART_OF_FIGURES, "description": "what the member owes now"}
        ),
    },
    name="FiguresSchema",
)
FiguresSchema.__doc__ = "Amounts of the decision by the names of the vocabulary; those that it has."


class AfterSchema(Schema):
    """The member after the event."""

    status = _text()
    tier = _text()
    card = _text()
    valid_until = _day()
    points = _whole()
    stored_value = _yuan()
    spend_total = _yuan()
    owed = _yuan()


class CitedSchema(Schema):
    """A clause on which the decision rests."""

    number = _text()
    text = _text()


class TraceSchema(Schema):
    """One step of the decision."""

    clause = _text()
    phase = _text()
    did = _text()


class RaisedSchema(Schema):
    """A task, notice or flag that came of it."""

    sort = _text()
    code = _text()
    member = _text()
    clause = _text()


class AnswerSchema(Schema):
    """What came of an event, or would come of it."""

    event = _text("id of the event; null for a quote", null=True)
    accepted = fields.Boolean(required=True)
    repeated = fields.Boolean(
        required=True, metadata={"description": "the kept answer to an event told before"}
    )
    version = _whole("of the charter that decided")
    refusal = fields.Nested(RefusalSchema, required=True, allow_none=True)
    figures = fields.Nested(FiguresSchema, required=True)
    lines = _list(LineSchema)
    after = fields.Nested(AfterSchema, required=True, allow_none=True)
    clauses = _list(CitedSchema)
    trace = _list(TraceSchema)
    raised = _list(RaisedSchema)


class ErrorSchema(Schema):
    """Every refusal and error has this one shape."""

    code = _text("stable; reason code of the vocabulary where the charter refused")
    message = _text("what happened and what to do")
    field = _text("the input at fault", null=True)
    clause = _text("the clause of the charter that refused", null=True)
    reference = _text("by which support finds this request")
    decision = fields.Nested(
        AnswerSchema,
        allow_none=True,
        metadata={"description": "of an event that the charter refused"},
    )


class PersonSchema(Schema):
    """A person; ID number and phone are masked unless asked for in full."""

    ref = _text("id")
    name = _text()
    phone = _text(null=True)
    id_number = _text(null=True)
    born = _day()
    sex = _text(null=True)


class FileSchema(PersonSchema):
    """A person with the membership in short."""

    status = _text()
    tier = _text(null=True)
    tier_label = _text(null=True)
    card = _text()
    card_no = _text(null=True)
    since = _day()
    valid_until = _day()
    points = _whole()
    stored_value = _yuan()
    spend_total = _yuan()
    owed = _yuan()


class MembersSchema(Schema):
    """A page of people."""

    members = _list(FileSchema)
    page = _whole()
    size = _whole()
    total = _whole()


class PersonInSchema(Schema):
    """A person to be put on file. Birth date and sex follow from an ID number."""

    name = fields.String(required=True, validate=validate.Length(1, 60))
    phone = fields.String(validate=validate.Length(max=40))
    id_number = fields.String(validate=validate.Length(max=40))
    born = fields.String(
        validate=validate.Regexp(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), metadata={"format": "date"}
    )
    sex = fields.String(validate=validate.OneOf(["female", "male"]))
    address = fields.String(validate=validate.Length(max=200))
    email = fields.String(validate=validate.Length(max=200))


class OwedSchema(Schema):
    """What is to be paid to go on."""

    purpose = fields.String(required=True, data_key="for", attribute="for")
    label = _text()
    amount = _yuan()
    clause = _text()


class LotSchema(Schema):
    """A part of a balance with its own class and expiry."""

    amount = _quantity("yuan as text, points as whole number")
    cls = fields.String(required=True, allow_none=True, data_key="class", attribute="class")
    expires = _moment(null=True)
    clause = _text(null=True)


class BalanceSchema(Schema):
    """An account."""

    account = _text()
    amount = _quantity("yuan as text, points as whole number")
    held = _quantity("set aside")
    lots = _list(LotSchema)


class BenefitSchema(Schema):
    """A benefit and what is left of it."""

    code = _text()
    label = _text()
    remaining = fields.Raw(
        required=True, metadata={"oneOf": [{"type": "integer"}, {"const": "unlimited"}]}
    )
    clause = _text()


class CounterSchema(Schema):
    """What the charter counts of a member: visits, consumption of a kind."""

    account = _text()
    amount = _quantity("counted so far")


class ClimbSchema(Schema):
    """How far a member is on the way to the next tier; any one of several is enough."""

    tier = _text("that reaching it gives")
    measure = _text("account that is counted")
    unit = _text("yuan, points or times")
    have = _quantity("of the member")
    need = _quantity("of the threshold")
    clause = _text()


class CaseSchema(Schema):
    """A request or booking."""

    id = _text()
    sort = _text("request or booking")
    what = _text("service, or what is booked")
    label = _text()
    status = _text()
    slot = _text(null=True)
    deadline = _text("the next one: a day or a moment", null=True)
    missing = fields.List(fields.String())
    flags = fields.List(fields.String())


class StandingSchema(Schema):
    """How a person stands now, with all that became due until now."""

    ref = _text()
    status = _text()
    kind = _text(null=True)
    tier = _text(null=True)
    tier_label = _text(null=True)
    card = _text()
    card_no = _text(null=True)
    since = _day()
    valid_until = _day()
    points = _whole()
    stored_value = _yuan()
    credit = _yuan()
    spend_total = _yuan()
    owed = _list(OwedSchema)
    balances = _list(BalanceSchema)
    counters = _list(CounterSchema)
    tiers = fields.List(fields.String(), metadata={"description": "low to high; may be empty"})
    progress = _list(ClimbSchema)
    requests = _list(CaseSchema)
    benefits = _list(BenefitSchema)


class StatementLineSchema(Schema):
    """One posting."""

    at = _moment()
    event = _text("null when time alone did it", null=True)
    verb = _text()
    amount = _quantity("signed")
    balance = _quantity("of the account after it")
    lot = _text(null=True)
    clause = _text()
    text = _text("of the clause, as the version that decided reads")


class StatementSchema(Schema):
    """A page of an account, newest first."""

    ref = _text()
    unit = _text()
    balance = _quantity("now: the sum of all postings")
    page = _whole()
    size = _whole()
    total = _whole()
    lines = _list(StatementLineSchema)


class RuleSchema(Schema):
    """A numbered rule."""

    number = _text()
    zh = _text()
    en = _text()


class ChapterSchema(Schema):
    """A heading with its rules."""

    prefix = _text()
    zh = _text()
    en = _text()
    rules = _list(RuleSchema)


class NameSchema(Schema):
    """A name in both languages."""

    zh = _text()
    en = _text()


class CharterSchema(Schema):
    """The charter in force: its words and its figures."""

    charter = _text("code")
    name = fields.Nested(NameSchema, required=True)
    version = _whole()
    settings = fields.Dict(keys=fields.String(), required=True)
    tiers = fields.Dict(keys=fields.String(), values=fields.Nested(NameSchema), required=True)
    document = _list(ChapterSchema)


class QuerySchema(Schema):
    """What every question may carry."""

    lang = fields.String(
        validate=validate.OneOf(["zh", "en"]),
        metadata={"description": "language of texts; else that of Accept-Language"},
    )


class PageSchema(QuerySchema):
    """Which page of a list."""

    page = fields.Integer(load_default=1, validate=validate.Range(1, 100_000))
    size = fields.Integer(load_default=25, validate=validate.Range(1, 200))


class SearchSchema(PageSchema):
    """Whom to look for."""

    search = fields.String(
        load_default="",
        validate=validate.Length(max=100),
        metadata={
            "description": "name, pinyin, phone or its tail, card or ID number; all if empty"
        },
    )


class FullSchema(QuerySchema):
    """Whether to show ID number and phone in full."""

    full = fields.Boolean(
        load_default=False,
        metadata={"description": "needs the permission members.unmask; each look is noted"},
    )


class StatementQuerySchema(PageSchema):
    """Which account."""

    unit = fields.String(
        load_default="points",
        validate=validate.Regexp(r"^[a-z][a-z0-9_:/\-]{0,79}$"),
        metadata={"description": "points, stored_value, spend_total …"},
    )


class HeadersSchema(Schema):
    """The key that makes a retry safe."""

    key = fields.String(
        data_key="Idempotency-Key",
        load_default=None,
        validate=validate.Regexp(rf"^[!-~]{{1,{KEY_LENGTH}}}$"),
        metadata={
            "description": "Same key and event: the kept answer. Same key, another event: 409."
        },
    )
