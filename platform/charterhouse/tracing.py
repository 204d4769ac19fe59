"""Spans for OpenTelemetry: off unless asked for, and without it installed nothing is missing.

A span tells the route, the status, the engine; never an address, a parameter or a person. Where
they are sent is told by OpenTelemetry's own variables (`OTEL_EXPORTER_OTLP_ENDPOINT` …).
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import event
from sqlalchemy.engine import Engine

from charterhouse.config import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from sqlalchemy.engine import Connection, ExceptionContext

    from charterhouse.config import Config

__all__ = ["ROUTE", "TracingMiddleware", "span", "start", "statement_span"]

ROUTE: Final = "charterhouse.route"
"""Where the application leaves the rule of the route, in the environment of the request."""

_SPANS: Final = "charterhouse.spans"
# What an error says may hold what somebody typed.
_WITHOUT_ERRORS: Final = {"record_exception": False, "set_status_on_exception": False}
_NOTHING: AbstractContextManager[None] = nullcontext()
_tracer: Any = None


def start(config: Config, exporter: Any = None) -> bool:
    """Begin to send spans where the configuration asks for it; returns whether it does.

    Args:
        config: of the installation.
        exporter: of OpenTelemetry; by its variables when None.

    Raises:
        ConfigError: it is asked for and not installed.
    """
    global _tracer  # noqa: PLW0603 - one for the process, as OpenTelemetry has it
    if not config.traces:
        return False
    if _tracer is not None:
        return True
    try:
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor

        if exporter is None:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    except ImportError as error:
        raise ConfigError(
            "Traces need OpenTelemetry: pip install charterhouse[otel].",
            field="CHARTERHOUSE_TRACES",
        ) from error
    provider = TracerProvider(resource=Resource.create({"service.name": "charterhouse"}))
    if exporter is None:
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    else:
        provider.add_span_processor(SimpleSpanProcessor(exporter))
    _tracer = provider.get_tracer("charterhouse")
    event.listen(Engine, "before_cursor_execute", _statement_begins)
    event.listen(Engine, "after_cursor_execute", _statement_ends)
    event.listen(Engine, "handle_error", _statement_fails)
    return True


def _statement_begins(
    connection: Connection,
    _cursor: Any,
    statement: str,
    _params: Any,
    _context: Any,
    _many: bool,  # noqa: FBT001 - SQLAlchemy's signature
) -> None:
    # The first word is enough: what follows may hold what somebody typed.
    made = _tracer.start_span(statement.split(None, 1)[0].upper())
    made.set_attribute("db.system.name", connection.dialect.name)
    connection.info.setdefault(_SPANS, []).append(made)


def _statement_ends(connection: Connection, *_: Any) -> None:
    connection.info[_SPANS].pop().end()


def _statement_fails(failure: ExceptionContext) -> None:
    kept = failure.connection.info.get(_SPANS) if failure.connection is not None else None
    if kept:
        kept.pop().end()


def span(name: str, **about: str | int) -> AbstractContextManager[Any]:
    """A span around a block; nothing while traces are off.

    Args:
        name: of few values.
        about: its attributes, without anything personal.
    """
    if _tracer is None:
        return _NOTHING
    return _tracer.start_as_current_span(name, attributes=about, **_WITHOUT_ERRORS)  # type: ignore[no-any-return]  # of a library that may be absent


def statement_span(statement: str, system: str) -> AbstractContextManager[Any]:
    """A span around a statement that goes to the driver without SQLAlchemy.

    Args:
        statement: its text, of which the first word is told.
        system: the name of the database's kind.
    """
    if _tracer is None:
        return _NOTHING
    name = statement.split(None, 1)[0].upper()
    about = {"db.system.name": system}
    return _tracer.start_as_current_span(name, attributes=about, **_WITHOUT_ERRORS)  # type: ignore[no-any-return]  # as above


class TracingMiddleware:
    """Puts each request into a span, which continues the trace of who calls.

    Args:
        application: What is called next.
    """

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        from opentelemetry import context
        from opentelemetry.propagate import extract
        from opentelemetry.trace import SpanKind, Status, StatusCode

        given = {"traceparent": environ.get("HTTP_TRACEPARENT", "")}
        method = environ["REQUEST_METHOD"]
        token = context.attach(extract(given))
        try:
            with _tracer.start_as_current_span(method, kind=SpanKind.SERVER) as found:

                def begin(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
                    code = int(status[:3])
                    found.set_attribute("http.response.status_code", code)
                    if code >= 500:
                        found.set_status(Status(StatusCode.ERROR))
                    return start_response(status, headers, *rest)

                answer = self._application(environ, begin)
                route = environ.get(ROUTE, "unmatched")
                found.update_name(f"{method} {route}")
                found.set_attributes({"http.request.method": method, "http.route": route})
                return answer
        finally:
            context.detach(token)
