"""The tables of one tenant's store. The same on every engine.

Columns named `sealed` or ending in `_sealed` hold personal or medical data,
encrypted for their table, column and row (`charterhouse.tenancy.vault`).
Moments are microseconds since 1970; amounts are fen, points or uses.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

from charterhouse.tenancy.types import Instant, Json

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

REF = String(80)
CODE = String(80)

person = Table(
    "person",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("sealed", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    comment="People by id; `sealed` is their personal data as JSON.",
)

person_index = Table(
    "person_index",
    metadata,
    Column("kind", CODE, primary_key=True),
    Column("digest", String(43), primary_key=True),
    Column("person_id", BigInteger, ForeignKey("person.id"), primary_key=True),
    Index(None, "person_id"),
    comment="Keyed hashes by which people are found: phone, its tail, ID number, name …",
)

attachment = Table(
    "attachment",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("person_id", BigInteger, ForeignKey("person.id"), nullable=False),
    Column("code", CODE, nullable=False),
    Column("type", CODE, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("content_sealed", LargeBinary, nullable=False),
    Column("added_at", Instant, nullable=False),
    Column("actor", String(120), nullable=False),
    Index(None, "person_id", "added_at"),
    comment="Scans and photos of papers that people handed in; `size` is in bytes.",
)

file = Table(
    "file",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("person_id", BigInteger, ForeignKey("person.id"), nullable=False),
    Column("request", CODE, nullable=False),
    Column("code", CODE, nullable=False),
    Column("type", CODE, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("content", CODE, nullable=False),
    Column("thumbnail", CODE, nullable=False),
    Column("added_at", Instant, nullable=False),
    Column("actor", String(120), nullable=False),
    Index(None, "person_id", "added_at"),
    Index(None, "request", "added_at"),
    Index(None, "content"),
    Index(None, "thumbnail"),
    comment="Files of papers, of a person or for a request; `content` and `thumbnail` name blobs.",
)

standing = Table(
    "standing",
    metadata,
    Column("ref", REF, primary_key=True),
    Column("status", CODE, nullable=False),
    Column("kind", CODE, nullable=False),
    Column("tier", CODE, nullable=False),
    Column("card", CODE, nullable=False),
    Column("card_no", CODE, nullable=False),
    Column("since", String(10)),
    Column("valid_until", String(10)),
    Column("points", BigInteger, nullable=False),
    Column("stored_value", BigInteger, nullable=False),
    Column("spend_total", BigInteger, nullable=False),
    Column("owed", BigInteger, nullable=False),
    Column("done", Instant),
    Column("wake", Instant),
    Column("sealed", Text, nullable=False),
    Index(None, "status", "ref"),
    Index(None, "status", "since", "ref"),
    Index(None, "since", "ref"),
    Index(None, "valid_until", "ref"),
    Index(None, "card"),
    Index(None, "card_no"),
    Index(None, "wake"),
    comment="The projection of what happened: one row per person; rebuilt by `verify`.",
)

Index(
    "ix_standing_owing",
    standing.c.ref,
    sqlite_where=standing.c.owed > 0,
    postgresql_where=standing.c.owed > 0,
)

event = Table(
    "event",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False, unique=True),
    Column("key", String(200), unique=True),
    Column("request_hash", String(64), nullable=False),
    Column("verb", CODE, nullable=False),
    Column("member", REF),
    Column("at", Instant, nullable=False),
    Column("occurred_at", Instant),
    Column("recorded_at", Instant, nullable=False),
    Column("actor", String(120), nullable=False),
    Column("branch", CODE),
    Column("serial", CODE, nullable=False),
    Column("sealed", Text, nullable=False),
    Index(None, "member", "at"),
    comment="What was told to the house, in the order of arrival; `key` makes it once only.",
)

decision = Table(
    "decision",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("event_id", BigInteger, ForeignKey("event.id")),
    Column("verb", CODE, nullable=False),
    Column("member", REF),
    Column("at", Instant, nullable=False),
    Column("code", CODE, nullable=False),
    Column("clause", CODE, nullable=False),
    Column("charter", CODE, nullable=False),
    Column("version", Integer, nullable=False),
    Column("sealed", Text, nullable=False),
    Index(None, "event_id"),
    Index(None, "member", "at"),
    Index(None, "at"),
    comment="What the charter said; `code` is empty when accepted. Time alone has no event.",
)

posting = Table(
    "posting",
    metadata,
    Column("decision_id", BigInteger, ForeignKey("decision.id"), primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("owner", REF, nullable=False),
    Column("account", CODE, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("lot", String(120), nullable=False),
    Column("clause", CODE, nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "owner", "account", "at"),
    Index(None, "at"),
    comment="The journal. Never changed or deleted; sums to zero per decision and unit.",
)

balance = Table(
    "balance",
    metadata,
    Column("owner", REF, primary_key=True),
    Column("account", CODE, primary_key=True),
    Column("lot", String(120), primary_key=True),
    Column("amount", BigInteger, nullable=False),
    Column("cls", CODE, nullable=False),
    Column("expires", Instant),
    comment="What is left of each lot of a member's accounts: the sum of its postings.",
)

document = Table(
    "document",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("kind", CODE, nullable=False),
    Column("member", REF, nullable=False),
    Column("at", Instant, nullable=False),
    Column("sealed", Text, nullable=False),
    Index(None, "member", "kind", "at"),
    comment="Bills, payments, redemptions, uses, requests …, by the id that events give them.",
)

request = Table(
    "request",
    metadata,
    Column("id", String(80), ForeignKey("document.id"), primary_key=True),
    Column("member", REF, nullable=False),
    Column("service", CODE, nullable=False),
    Column("status", CODE, nullable=False),
    Column("open", Integer, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("staff_id", BigInteger, ForeignKey("staff.id")),
    Index(None, "open", "due_at", "id"),
    Index(None, "open", "status", "due_at", "id"),
    Index(None, "open", "service", "due_at", "id"),
    Index(None, "open", "service", "status", "due_at", "id"),
    Index(None, "open", "staff_id", "due_at", "id"),
    Index(None, "opened_at", "id"),
    Index(None, "member"),
    comment="Requests by what staff look for; rebuilt from their documents, but for `staff_id`.",
)

item = Table(
    "item",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("decision_id", BigInteger, ForeignKey("decision.id"), nullable=False),
    Column("sort", CODE, nullable=False),
    Column("code", CODE, nullable=False),
    Column("member", REF, nullable=False),
    Column("clause", CODE, nullable=False),
    Column("at", Instant, nullable=False),
    Column("due", String(10)),
    Column("state", CODE, nullable=False),
    Column("about", Json, nullable=False),
    Column("done_at", Instant),
    Column("done_by", String(120)),
    Column("note_sealed", Text),
    Index(None, "sort", "state", "at"),
    Index(None, "state", "sort", "due", "at"),
    Index(None, "member", "at"),
    comment="Tasks, notices and flags raised by decisions; `state` is open or done.",
)

version = Table(
    "version",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("charter", CODE, nullable=False),
    Column("effective", Instant),
    Column("announced", String(10)),
    Column("settings", Json, nullable=False),
    Column("document", Json, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("actor", String(120), nullable=False),
    comment="The dated versions of the charter, with the text that members were shown.",
)

card = Table(
    "card",
    metadata,
    Column("number", CODE, primary_key=True),
    Column("member", REF, nullable=False),
    Column("state", CODE, nullable=False),
    Column("tier", CODE, nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("decision_id", BigInteger, ForeignKey("decision.id"), nullable=False),
    Index(None, "member"),
    comment="The register of card numbers; a void number is never used again.",
)

audit = Table(
    "audit",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("actor", String(120), nullable=False),
    Column("action", CODE, nullable=False),
    Column("subject", String(120), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
    Index(None, "subject"),
    comment="Everything that was done, each entry linked to the one before by its hash.",
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("topic", CODE, nullable=False),
    Column("subject", String(120), nullable=False),
    Column("sealed", Text, nullable=False),
    Column("state", CODE, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("error", String(400), nullable=False),
    Index(None, "state", "due_at"),
    comment="What is to be sent after the commit: at least once, by the worker.",
)

institution = Table(
    "institution",
    metadata,
    Column("name", CODE, primary_key=True),
    Column("value", Json, nullable=False),
    comment="Facts of the institution: branches, branding, contact.",
)

staff = Table(
    "staff",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("login", CODE, nullable=False, unique=True),
    Column("name_sealed", Text, nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("totp_sealed", Text, nullable=False),
    Column("totp_used", BigInteger, nullable=False),
    Column("role", CODE, nullable=False),
    Column("branch", CODE),
    Column("state", CODE, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", Instant),
    Column("created_at", Instant, nullable=False),
    comment="People who work here: argon2 password, TOTP secret, one role.",
)

saved_view = Table(
    "saved_view",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("page", CODE, nullable=False),
    Column("staff_id", BigInteger, ForeignKey("staff.id")),
    Column("name", CODE, nullable=False),
    Column("query", String(1000), nullable=False),
    Column("created_at", Instant, nullable=False),
    Index(None, "page", "staff_id"),
    comment="Views of lists that staff keep; those of nobody are everybody's.",
)

api_key = Table(
    "api_key",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", String(120), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("tail", String(8), nullable=False),
    Column("permissions", Json, nullable=False),
    Column("state", CODE, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("used_at", Instant),
    comment="Keys of other systems; only their hashes are kept.",
)

one_time_code = Table(
    "one_time_code",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("phone_digest", String(43), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("state", CODE, nullable=False),
    Index(None, "phone_digest", "expires_at"),
    comment="Codes sent to members who sign in.",
)

orders = Table(
    "orders",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("member", REF, nullable=False),
    Column("purpose", CODE, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("clause", CODE, nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", CODE, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("event_id", BigInteger, ForeignKey("event.id")),
    Index(None, "member", "state"),
    comment="Who owes what, by which clause; paid by attempts. Amounts in fen.",
)
Index(
    "uq_orders_open",
    orders.c.member,
    orders.c.purpose,
    unique=True,
    sqlite_where=orders.c.state == "open",
    postgresql_where=orders.c.state == "open",
)

attempt = Table(
    "attempt",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("order_id", BigInteger, ForeignKey("orders.id"), nullable=False),
    Column("gateway", CODE, nullable=False),
    Column("account", CODE, nullable=False),
    Column("key", String(200), nullable=False, unique=True),
    Column("state", CODE, nullable=False),
    Column("session_id", String(200), unique=True),
    Column("payment_id", String(200), unique=True),
    Column("url", Text),
    Column("asked", Json, nullable=False),
    Column("method", CODE),
    Column("received", BigInteger, nullable=False),
    Column("refunded", BigInteger, nullable=False),
    Column("refund_id", String(200)),
    Column("paid_at", Instant),
    Column("problem", String(400), nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Index(None, "order_id"),
    Index(None, "state", "expires_at"),
    Index(None, "created_at"),
    comment="One try to pay an order at a gateway; `asked` is the call, kept before it is made.",
)
_LIVE = attempt.c.state.in_(("new", "open", "processing"))
Index(
    "uq_attempt_live",
    attempt.c.order_id,
    unique=True,
    sqlite_where=_LIVE,
    postgresql_where=_LIVE,
)

gateway_event = Table(
    "gateway_event",
    metadata,
    Column("gateway", CODE, primary_key=True),
    Column("account", CODE, primary_key=True),
    Column("event_id", String(200), primary_key=True),
    Column("type", CODE, nullable=False),
    Column("object_id", String(200), nullable=False),
    Column("session_id", String(200)),
    Column("payment_id", String(200)),
    Column("received_at", Instant, nullable=False),
    Column("state", CODE, nullable=False),
    Column("problem", String(400), nullable=False),
    Index(None, "state", "received_at"),
    comment="What gateways told us, each once; handled by `settle`.",
)

HISTORY = (event, decision, posting, audit, version)
"""Tables of which no row is ever changed or deleted."""
