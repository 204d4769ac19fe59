"""What is measured: a hospital's day of bills with some points given by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from charterhouse.config import Config
from charterhouse.databases import Databases
from charterhouse.desk.applying import Options, apply_folder
from charterhouse.desk.folder import TenantFolder, read_folder
from charterhouse.desk.samples.values import bill_lines
from charterhouse.kernel.charter import Charter
from charterhouse.kernel.events import parse_body
from charterhouse.kernel.memory import MemoryWorld
from charterhouse.plugins.registry import registry
from charterhouse.tenancy.catalogue import Catalogue
from charterhouse.tenancy.provision import open_catalogue
from charterhouse.tenancy.tenant import Tenant

TENANTS = Path(__file__).resolve().parents[4] / "tenants"
MEMBERS = 100


def config_of(data: Path, databases: Databases | None = None) -> Config:
    """The configuration of an installation that is measured."""
    master_key = b"benchmark-only!!" * 2
    return Config(data_dir=data, master_key=master_key, databases=databases or Databases())


@dataclass(frozen=True, slots=True)
class Told:
    """One event as a caller tells it."""

    verb: str
    raw: dict[str, Any]
    key: str


@dataclass(frozen=True, slots=True)
class Workload:
    """A sample institution whose members have bills.

    Attributes:
        folder: of the institution.
    """

    folder: TenantFolder

    @classmethod
    def of(cls, place: Path | None) -> Workload:
        """The workload of a tenant folder; without one, of the first sample that has its verbs."""
        if place is not None:
            return cls(read_folder(place))
        samples = (cls(read_folder(path.parent)) for path in sorted(TENANTS.glob("*/tenant.yaml")))
        return next(sample for sample in samples if sample.is_apt)

    @property
    def is_apt(self) -> bool:
        """Whether members join by their name alone, and points are given by hand."""
        world = MemoryWorld(self.charter, self.folder.settings, self.zone)
        told = [("join", {"member": "m"}), ("award", _gift("m"))]
        return all(
            world.submit(parse_body(verb, raw, self.zone), self.noon).decision.accepted
            for verb, raw in told
        )

    @property
    def charter(self) -> Charter:
        """The institution's charter."""
        return registry().charter(self.folder.charter)

    @property
    def zone(self) -> ZoneInfo:
        """The institution's time zone."""
        return ZoneInfo(self.folder.timezone)

    @property
    def noon(self) -> datetime:
        """A moment after all that the sample tells."""
        return datetime.now(self.zone).replace(microsecond=0) + timedelta(hours=1)

    @property
    def _said_besides(self) -> Mapping[str, Mapping[str, Any]]:
        return self.folder.sample.items if self.folder.sample else {}

    def settle_in(self, where: Path | Config, members: int = MEMBERS) -> tuple[Catalogue, Tenant]:
        """Make the institution with its sample history in a folder, or in an installation."""
        catalogue = open_catalogue(where if isinstance(where, Config) else config_of(where))
        return catalogue, apply_folder(catalogue, self.folder, Options(members=members)).tenant

    def events(self, refs: Sequence[str], name: str) -> Iterator[Told]:
        """Events without end: nine bills, then some points given by hand."""
        random = Random(name)  # noqa: S311 - a workload
        number = 0
        while True:
            number += 1
            ref = random.choice(refs)
            if number % 10:
                lines = bill_lines(self.folder.prices, self._said_besides, random)
                bill = {"id": f"{name}-{number}", "member": ref, "lines": lines}
                yield Told("spend", bill, f"{name}/{number}")
            else:
                yield Told("award", _gift(ref), f"{name}/{number}")


def _gift(ref: str) -> dict[str, Any]:
    return {"member": ref, "points": 20, "reason": "bench"}
