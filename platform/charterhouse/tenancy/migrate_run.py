"""Bring the catalogue and every tenant's store to the schema of this release.

Canaries go first; then processes take the stores one by one, each store a transaction and a lease
of its own. When too many fail the migration is at fault, and the rest is left alone. A run that
broke off is continued by running again, by another one beside it, too.
"""

from __future__ import annotations

import multiprocessing
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from charterhouse.tenancy.errors import MigrationError, TenancyError
from charterhouse.tenancy.migrate import (
    Outcome,
    Report,
    has_no_store,
    migrate_tenant,
    migration_states,
)
from charterhouse.tenancy.provision import open_catalogue, template_store

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from charterhouse.config import Config
    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.migrate import After
    from charterhouse.tenancy.tenant import Tenant

__all__ = ["BEHIND", "Behind", "left_to_do", "migrate_all"]

BEHIND = 2
"""With fewer stores for each process, starting processes costs more than they save."""


def migrate_all(
    config: Config,
    on_progress: Callable[[Outcome], None] | None = None,
    *,
    only: Collection[str] | None = None,
    canaries: Collection[str] = (),
    workers: int = 1,
    after: After | None = None,
) -> Report:
    """Migrate the catalogue, the template and the stores.

    A store that fails keeps its old schema, its tenant is closed, and the others go on, until more than three and more
    than one in a hundred have failed or were busy, or one canary: then the rest is left alone.

    Args:
        config: The installation.
        on_progress: Called after each store.
        only: Slugs of the tenants to migrate; all when None.
        canaries: Slugs of the tenants to migrate before all others.
        workers: How many processes migrate.
        after: Called with each tenant whose store is new; a function of a module.

    Raises:
        MigrationError: The catalogue itself cannot be migrated, migrations are missing, or a
            process was killed.
    """
    with closing(open_catalogue(config)) as catalogue:
        template_store(catalogue.installation)
        tenants = [one for one in catalogue.list() if only is None or one.slug in only]
        first = [one for one in tenants if one.slug in canaries]
        others = [one for one in tenants if one.slug not in canaries]
        run = _Run(catalogue, len(tenants), on_progress)
        run.take(_here(catalogue, first, run.unsettled, after))
        if run.counts["failed"] or run.counts["busy"]:
            run.stop()
        if workers > 1 and len(others) >= workers * BEHIND:
            with _elsewhere(config, others, run.unsettled, after, workers) as outcomes:
                run.take(outcomes)
        else:
            run.take(_here(catalogue, others, run.unsettled, after))
        heads = " ".join(catalogue.installation.history.heads)
        return Report(heads, tuple(run.outcome_of(tenant) for tenant in tenants))


class Behind(NamedTuple):
    """A tenant whose store is not of this release.

    Attributes:
        tenant: Whose.
        revisions: Of the store; none where it cannot be read.
        problem: Why it cannot be read, else empty.
    """

    tenant: Tenant
    revisions: tuple[str, ...]
    problem: str


def left_to_do(catalogue: Catalogue) -> list[Behind]:
    """The tenants whose store is not of this release; those that need none are left out."""
    installation = catalogue.installation
    found = []
    for tenant in catalogue.list():
        revisions, problem = tuple[str, ...](), ""
        try:
            if has_no_store(tenant):
                continue
            revisions = installation.stores.revisions(tenant.store_id)
        except TenancyError as error:
            problem = str(error)
        if revisions != installation.history.heads:
            found.append(Behind(tenant, revisions, problem))
    return found


class _Run:
    """Counts what became of the stores, and ends when too many failed."""

    def __init__(
        self, catalogue: Catalogue, total: int, on_progress: Callable[[Outcome], None] | None
    ) -> None:
        states = migration_states(catalogue)
        self.unsettled = {key for key, known in states.items() if known.state != "done"}
        self.counts: Counter[str] = Counter()
        self._bearable = max(3, total // 100)
        self._stopped = False
        self._outcomes: dict[int, Outcome] = {}
        self._on_progress = on_progress

    def stop(self) -> None:
        """Leave the rest alone."""
        self._stopped = True

    def take(self, outcomes: Iterator[Outcome]) -> None:
        """Take up outcomes, as long as the run goes on."""
        while not self._stopped and (outcome := next(outcomes, None)):
            self._outcomes[outcome.tenant_id] = outcome
            self.counts[outcome.state] += 1
            self._stopped = self.counts["failed"] + self.counts["busy"] > self._bearable
            if self._on_progress is not None:
                self._on_progress(outcome)

    def outcome_of(self, tenant: Tenant) -> Outcome:
        """What became of a tenant's store."""
        return self._outcomes.get(tenant.id) or Outcome(tenant.id, tenant.slug, "skipped")


def _here(
    catalogue: Catalogue, tenants: Iterable[Tenant], unsettled: set[int], after: After | None
) -> Iterator[Outcome]:
    for tenant in tenants:
        settled = tenant.id not in unsettled
        yield migrate_tenant(catalogue, tenant, settled=settled, after=after)


@contextmanager
def _elsewhere(
    config: Config, tenants: list[Tenant], unsettled: set[int], after: After | None, workers: int
) -> Iterator[Iterator[Outcome]]:
    # Alembic's `op` is one object for a whole process, so that threads would wait for each other.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(
        workers, mp_context=context, initializer=_begin, initargs=(config, after)
    )
    try:
        yield _gathered(pool, [(one.id, one.id not in unsettled) for one in tenants], workers)
    finally:
        pool.shutdown(cancel_futures=True)


def _gathered(
    pool: ProcessPoolExecutor, tasks: list[tuple[int, bool]], workers: int
) -> Iterator[Outcome]:
    """Outcomes as they come; no more stores are given out than may be at work."""
    rest = iter(tasks)
    running: set[Future[Outcome]] = set()
    try:
        while True:
            running |= {
                pool.submit(_one, *task) for task in islice(rest, 2 * workers - len(running))
            }
            if not running:
                return
            ended, running = wait(running, return_when=FIRST_COMPLETED)
            for each in ended:
                yield each.result()
    except BrokenProcessPool as error:
        raise MigrationError(
            "A process that migrated was killed. What it had finished is kept: run it again."
        ) from error


_catalogue: Catalogue
_after: After | None


def _begin(config: Config, after: After | None) -> None:
    """What each process does first."""
    global _catalogue, _after
    _catalogue, _after = open_catalogue(config), after


def _one(tenant_id: int, settled: bool) -> Outcome:  # noqa: FBT001 - called by position over a pipe
    return migrate_tenant(_catalogue, _catalogue.get(tenant_id), settled=settled, after=_after)
