"""What is counted and timed, for Prometheus; nothing here names a person or holds a secret.

Labels have few values each: routes by their rule, verbs and reasons of the vocabulary, engines,
calls. A tenant is a label only of the three counters that an installation has to switch on.

With `PROMETHEUS_MULTIPROC_DIR` set before the first import, every process keeps its figures in
files of that folder, and `exposition` adds them up (see `charterhouse.metric_files`).
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from charterhouse.metric_room import take_room_first

__all__ = [
    "CONTENT_TYPE",
    "REGISTRY",
    "decided",
    "exposition",
    "gateway_call",
    "job_failed",
    "jobs_given_up",
    "limited",
    "outbox",
    "request",
    "tenant_limited",
    "tenant_request",
    "transaction",
]  # fmt: skip

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

take_room_first()

REGISTRY: Final = CollectorRegistry()

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_STORE_BUCKETS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5)
_REQUEST_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_GATEWAY_BUCKETS: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

_requests = Histogram(
    "charterhouse_request_seconds",
    "Requests by route and status, and how long they took.",
    ("method", "route", "status"),
    registry=REGISTRY,
    buckets=_REQUEST_BUCKETS,
)
_tenant_requests = Counter(
    "charterhouse_tenant_requests_total",
    "Requests by tenant; only with CHARTERHOUSE_METRICS_TENANTS.",
    ("tenant",),
    registry=REGISTRY,
)
_tenant_seconds = Counter(
    "charterhouse_tenant_request_seconds_total",
    "Seconds in requests by tenant; only with CHARTERHOUSE_METRICS_TENANTS.",
    ("tenant",),
    registry=REGISTRY,
)
_limited = Counter(
    "charterhouse_limited_requests_total",
    "Requests over the share of their tenant, by the limit.",
    ("limit",),
    registry=REGISTRY,
)
_tenant_limited = Counter(
    "charterhouse_tenant_limited_requests_total",
    "Requests over the share of their tenant; only with CHARTERHOUSE_METRICS_TENANTS.",
    ("tenant",),
    registry=REGISTRY,
)
_transactions = Histogram(
    "charterhouse_transaction_seconds",
    "Transactions by engine, from their begin to their end.",
    ("engine", "mode", "end"),
    registry=REGISTRY,
    buckets=_STORE_BUCKETS,
)
_decisions = Counter(
    "charterhouse_decisions_total",
    "Decisions made, by verb and outcome.",
    ("verb", "outcome"),
    registry=REGISTRY,
)
_refusals = Counter(
    "charterhouse_refusals_total",
    "Refused events, by the reason of the vocabulary.",
    ("code",),
    registry=REGISTRY,
)
_gateway_calls = Histogram(
    "charterhouse_gateway_call_seconds",
    "Calls of payment gateways and how they ended.",
    ("gateway", "call", "end"),
    registry=REGISTRY,
    buckets=_GATEWAY_BUCKETS,
)
_outbox_waiting = Gauge(
    "charterhouse_outbox_waiting",
    "Messages that wait to be sent, in all tenants that the worker visited of late.",
    registry=REGISTRY,
    multiprocess_mode="mostrecent",
)
_outbox_late = Gauge(
    "charterhouse_outbox_late_seconds",
    "How long the oldest message that is due has waited.",
    registry=REGISTRY,
    multiprocess_mode="mostrecent",
)
_outbox_dead = Gauge(
    "charterhouse_outbox_dead",
    "Messages that were given up and wait for somebody to look at them.",
    registry=REGISTRY,
    multiprocess_mode="mostrecent",
)


# Finding the figure of a set of labels costs more than counting does.
_transaction = cache(_transactions.labels)
_decision = cache(_decisions.labels)

_job_failures = Counter(
    "charterhouse_job_failures_total",
    "Pieces of work of the worker that failed, by job.",
    ("job",),
    registry=REGISTRY,
)
_jobs_dead = Gauge(
    "charterhouse_jobs_given_up",
    "Jobs of tenants that fail whenever they are tried and wait for somebody to look at them.",
    registry=REGISTRY,
    multiprocess_mode="mostrecent",
)


def request(method: str, route: str, status: int, seconds: float) -> None:
    """Count a request.

    Args:
        method: of HTTP; any other is counted as OTHER.
        route: the rule of the route, never the address itself.
        status: of the answer.
        seconds: how long it took.
    """
    known = method if method in _METHODS else "OTHER"
    _requests.labels(known, route, str(status)).observe(seconds)


def tenant_request(slug: str, seconds: float) -> None:
    """Count a request for its tenant."""
    _tenant_requests.labels(slug).inc()
    _tenant_seconds.labels(slug).inc(seconds)


def limited(limit: str) -> None:
    """Count a request that was over its tenant's share.

    Args:
        limit: the code of the refusal.
    """
    _limited.labels(limit).inc()


def tenant_limited(slug: str) -> None:
    """Count such a request for its tenant."""
    _tenant_limited.labels(slug).inc()


@contextmanager
def transaction(engine: str, *, write: bool) -> Iterator[None]:
    """Time a transaction; an error that leaves the block counts as a rollback."""
    begun, end = time.perf_counter(), "rollback"
    try:
        yield
        end = "commit"
    finally:
        mode = "write" if write else "read"
        _transaction(engine, mode, end).observe(time.perf_counter() - begun)


def decided(verb: str, refusal: str) -> None:
    """Count a decision.

    Args:
        verb: of the event; "due" for what time does.
        refusal: the reason's code; "" when accepted.
    """
    _decision(verb, "refused" if refusal else "accepted").inc()
    if refusal:
        _refusals.labels(refusal).inc()


@contextmanager
def gateway_call(gateway: str, call: str) -> Iterator[None]:
    """Time a call of a gateway; an error that leaves the block is how it ended."""
    begun, end = time.perf_counter(), "ok"
    try:
        yield
    except Exception as error:
        end = str(getattr(error, "code", type(error).__name__))
        raise
    finally:
        _gateway_calls.labels(gateway, call, end).observe(time.perf_counter() - begun)


def outbox(waiting: int, late: float, dead: int) -> None:
    """Tell how the outboxes stand.

    Args:
        waiting: messages that wait.
        late: seconds that the oldest one due has waited.
        dead: messages that were given up.
    """
    _outbox_waiting.set(waiting)
    _outbox_late.set(late)
    _outbox_dead.set(dead)


def job_failed(job: str) -> None:
    """Count a piece of work that failed."""
    _job_failures.labels(job).inc()


def jobs_given_up(number: int) -> None:
    """Tell how many jobs fail whenever they are tried."""
    _jobs_dead.set(number)


def exposition() -> bytes:
    """All figures in the text form of Prometheus: of this process, or of all that share a folder."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if not folder:
        return generate_latest(REGISTRY)
    shared = CollectorRegistry()
    MultiProcessCollector(shared, path=folder)  # type: ignore[no-untyped-call]  # the library has no types here
    return generate_latest(shared)
