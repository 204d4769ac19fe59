"""Another process with another hash seed and time zone, which decides the same streams."""

from __future__ import annotations

import atexit
import hashlib
import importlib
import importlib.util
import inspect
import json
import os
import pickle
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import IO, Any, cast

from charterhouse.kernel.charter import Charter
from charterhouse.kernel.decision import Decision
from charterhouse.kernel.events import dump_body
from charterhouse.kernel.standing import dump
from charterhouse.kernel.vocabulary import VERBS
from charterhouse.testkit.telling import Stream, tell


@dataclass(frozen=True, slots=True)
class Address:
    """Where another process finds a charter's class."""

    module: str
    file: str
    name: str

    @classmethod
    def of(cls, kind: type[Charter]) -> Address:
        """The address of a class that stands at the top of a module or inside another class."""
        return cls(kind.__module__, inspect.getfile(kind), kind.__qualname__)

    def load(self) -> type[Charter]:
        """The class."""
        try:
            found: Any = importlib.import_module(self.module)
        except ModuleNotFoundError:
            found = self._from_file()
        for part in self.name.split("."):
            found = getattr(found, part)
        return cast("type[Charter]", found)

    def _from_file(self) -> Any:
        # A test module is no package: pytest knows it by its file.
        spec = importlib.util.spec_from_file_location(self.module, self.file)
        if spec is None or spec.loader is None:
            raise ModuleNotFoundError(self.module)
        module = importlib.util.module_from_spec(spec)
        sys.modules[self.module] = module
        spec.loader.exec_module(module)
        return module


def plain(decision: Decision) -> dict[str, Any]:
    """A decision as plain JSON values, with all that it says."""
    body = decision.event.body
    return {
        "event": [decision.event.id, body.verb, dump_body(body) if body.verb in VERBS else {}],
        "at": decision.at.isoformat(),
        "refusal": decision.refusal and [*_fields(decision.refusal)],
        "figures": dict(decision.figures),
        "standings": {ref: dump(each) for ref, each in decision.standings.items()},
        "postings": [list(posting) for posting in decision.postings],
        "documents": {d.id: [d.kind, d.member, d.content] for d in decision.documents.values()},
        "raised": [[*row[:4], str(row.due), row.about] for row in decision.raised],
        "noted": [list(row) for row in decision.noted],
        "happenings": [list(row) for row in decision.happenings],
        "version": decision.version and [*map(str, _fields(decision.version))],
        "trace": [list(entry) for entry in decision.trace],
    }


def _fields(value: Any) -> Iterable[Any]:
    return (getattr(value, name) for name in value.__dataclass_fields__)


def digest(charter: Charter, streams: Iterable[Stream]) -> str:
    """A fingerprint of every decision that streams lead to."""
    found = hashlib.sha256()
    for stream in streams:
        world, _ = tell(charter, stream)
        rows = [plain(decision) for decision in world.decisions]
        found.update(json.dumps(rows, sort_keys=True, ensure_ascii=False, default=str).encode())
    return found.hexdigest()


class Elsewhere:
    """A process that goes on deciding until this one ends."""

    def __init__(self) -> None:
        seed = "1" if os.environ.get("PYTHONHASHSEED") == "0" else "0"
        paths = os.pathsep.join(path for path in sys.path if path)
        self._process = subprocess.Popen(  # noqa: S603 - this very interpreter
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={
                **os.environ,
                "PYTHONHASHSEED": seed,
                "TZ": "Pacific/Kiritimati",
                "PYTHONPATH": paths,
            },
        )
        atexit.register(self.close)

    def digest(self, kind: type[Charter], streams: Sequence[Stream]) -> str:
        """See `digest`; an error there comes back as its text."""
        pipe, answer = self._pipes()
        pickle.dump((Address.of(kind), list(streams)), pipe)
        pipe.flush()
        return answer.readline().decode().strip()

    def close(self) -> None:
        """End it."""
        pipe, answer = self._pipes()
        pipe.close()
        answer.close()
        self._process.wait()

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        pipe, answer = self._process.stdin, self._process.stdout
        assert pipe is not None  # noqa: S101 - both were asked for
        assert answer is not None  # noqa: S101 - the same
        return pipe, answer


@cache
def elsewhere() -> Elsewhere:
    """The other process of this one."""
    return Elsewhere()


def serve() -> None:
    """Answer digests until nobody asks any more."""
    while True:
        try:
            address, streams = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the parent's pipe
        except EOFError:
            return
        try:
            line = digest(address.load()(), streams)
        except Exception as error:  # noqa: BLE001 - the asker compares and shows it
            line = f"{type(error).__name__}: {error}".replace("\n", " ")
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
