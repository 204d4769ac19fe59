"""The configuration: one frozen value, read once from the environment."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import shlex
import stat
import subprocess
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from environs import Env, EnvError

from charterhouse.bounds import Bounds, in_redis
from charterhouse.databases import Databases

__all__ = ["Config", "ConfigError"]

_KEY_BYTES = 32
_TOKEN_LENGTH = 16
_LIVE_KEYS = ("sk_live_", "rk_live_")
_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_QUEUES = frozenset({"redis", "rediss", "postgresql"})
_COMMAND = "CHARTERHOUSE_MASTER_KEY_COMMAND"
_COMMAND_SECONDS = 30.0
_MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


class ConfigError(Exception):
    """The configuration cannot be used; the message says what to change.

    Attributes:
        code: Always ``config_invalid``.
        field: The environment variable or file at fault.
    """

    code = "config_invalid"

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Config:
    """What one installation is told from outside.

    Attributes:
        data_dir: The folder of the catalogue, the tenants' stores and their files.
        master_key: 32 bytes; wraps the tenants' keys and is the root of every derived secret.
        master_key_old: The one before, which is accepted as long as not everything is derived from
            the new one and wrapped with it; empty otherwise.
        base_host: Tenants answer at ``<slug>.<base_host>``.
        public_url: The address under which people reach the installation, without a slash at its end.
        stripe_api_base: Another address for the payment API (the sandbox); empty for the real one.
        stripe_key: Secret API key; empty switches the gateway off.
        stripe_webhook_secret: Signing secret of incoming webhooks.
        stripe_hosted_base: Address of the hosted pay page when it is the sandbox's.
        channel: Name of the channel that carries messages to people.
        demo: Whether sample tenants and demonstration sign-ins are offered.
        max_body_bytes: The largest request body taken.
        trusted_proxies: How many proxies stand before the sites, each of which adds to
            ``X-Forwarded-For`` where a request came from.
        documents: Where files of papers are kept: ``file:///folder`` or ``s3://bucket/prefix``; empty
            for the folder ``documents`` of the data folder.
        documents_endpoint: Address of the object store, when it is not the cloud's own.
        documents_key_id: Its access key; empty for what the machine itself is allowed.
        documents_secret: The secret of that key.
        documents_region: Its region.
        queue: Where workers share what is to be done: ``redis://…`` or ``postgresql://…``; empty for
            a file of the data folder, which serves one machine.
        key_wrapper: What wraps the tenants' keys: ``file:/path`` or ``module:callable``; empty for the
            master key.
        key_wrapper_before: What wrapped them before, as long as some of them are not wrapped anew.
        metrics_token: What Prometheus shows to read ``/metrics``, at least 16 characters; empty
            switches that address off.
        metrics_tenants: Whether requests are counted for each tenant too.
        traces: Whether spans of OpenTelemetry are sent; needs the extra ``otel``.
        bounds: How much one tenant may take of the installation.
        databases: The PostgreSQL databases that hold tenants; without any, all are in files.
        migrations_dir: The folder with the histories ``catalogue`` and ``tenant``.
    """

    data_dir: Path
    master_key: bytes = field(repr=False)
    master_key_old: bytes = field(default=b"", repr=False)
    base_host: str = "localhost"
    public_url: str = "http://localhost:8000"
    stripe_api_base: str = ""
    stripe_key: str = field(default="", repr=False)
    stripe_webhook_secret: str = field(default="", repr=False)
    stripe_hosted_base: str = ""
    channel: str = "console"
    demo: bool = False
    max_body_bytes: int = 8 * 1024 * 1024
    trusted_proxies: int = 0
    documents: str = ""
    documents_endpoint: str = ""
    documents_key_id: str = field(default="", repr=False)
    documents_secret: str = field(default="", repr=False)
    documents_region: str = "us-east-1"
    queue: str = field(default="", repr=False)
    key_wrapper: str = ""
    key_wrapper_before: str = ""
    metrics_token: str = field(default="", repr=False)
    metrics_tenants: bool = False
    traces: bool = False
    bounds: Bounds = field(default_factory=Bounds)
    databases: Databases = field(default_factory=Databases)
    migrations_dir: Path = _MIGRATIONS

    def __post_init__(self) -> None:
        if len(self.master_key) != _KEY_BYTES:
            raise ConfigError(
                f"The master key must have {_KEY_BYTES} bytes.", field="CHARTERHOUSE_MASTER_KEY"
            )
        if len(self.master_key_old) not in {0, _KEY_BYTES}:
            raise ConfigError(
                f"The old master key must have {_KEY_BYTES} bytes.",
                field="CHARTERHOUSE_MASTER_KEY_OLD",
            )
        if self.max_body_bytes <= 0:
            raise ConfigError(
                "The largest body must be a positive number of bytes.",
                field="CHARTERHOUSE_MAX_BODY_BYTES",
            )
        if self.trusted_proxies < 0:
            raise ConfigError(
                "The number of proxies must not be negative.",
                field="CHARTERHOUSE_TRUSTED_PROXIES",
            )
        _check_documents(self.documents)
        for variable, problem in self.bounds.problems():
            raise ConfigError(problem, field=variable)
        if self.queue and urlsplit(self.queue).scheme not in _QUEUES:
            raise ConfigError(
                "The queue is at redis://…, rediss://… or postgresql://…, or in a file when empty.",
                field="CHARTERHOUSE_QUEUE",
            )
        if self.metrics_token and len(self.metrics_token) < _TOKEN_LENGTH:
            raise ConfigError(
                f"The token for /metrics must have at least {_TOKEN_LENGTH} characters.",
                field="CHARTERHOUSE_METRICS_TOKEN",
            )
        live = self.stripe_key.startswith(_LIVE_KEYS)
        if self.demo and (live or urlsplit(self.public_url).hostname not in _LOCAL_NAMES):
            raise ConfigError(
                "A demonstration shows everybody's sign-in codes and takes no real money: it runs "
                "on this machine only. Unset CHARTERHOUSE_DEMO.",
                field="CHARTERHOUSE_DEMO",
            )

    @classmethod
    def from_env(cls) -> Self:
        """Read the variables ``CHARTERHOUSE_*``; a missing master key is made in the data folder.

        Raises:
            ConfigError: A variable is malformed, the key file is open to others, or the command
                that is to print the master key does not.
        """
        env = Env(eager=False, prefix="CHARTERHOUSE_")
        data_dir = env.path("DATA_DIR", default=Path("var"))
        key_texts = env.str("MASTER_KEY", default=""), env.str("MASTER_KEY_OLD", default="")
        command = env.str("MASTER_KEY_COMMAND", default="")
        base_host = env.str("BASE_HOST", default="localhost")
        public_url = env.str("PUBLIC_URL", default="http://localhost:8000")
        stripe = _stripe(env)
        channel = env.str("CHANNEL", default="console")
        demo = env.bool("DEMO", default=False)
        max_body_bytes = env.int("MAX_BODY_BYTES", default=8 * 1024 * 1024)
        trusted_proxies = env.int("TRUSTED_PROXIES", default=0)
        documents = _documents(env)
        queue = env.str("QUEUE", default="")
        wrapper = env.str("KEY_WRAPPER", default="")
        wrapper_before = env.str("KEY_WRAPPER_BEFORE", default="")
        observed = _observed(env)
        migrations = env.path("MIGRATIONS_DIR", default=_MIGRATIONS)
        try:
            env.seal()
        except EnvError as error:
            raise ConfigError(str(error), field="CHARTERHOUSE_*") from error
        folder = Path(data_dir).resolve()
        if command:
            key_texts = _printed(command, *key_texts)
        master_key, master_key_old = _keys(folder, *key_texts)
        return cls(
            data_dir=folder,
            master_key=master_key,
            master_key_old=master_key_old,
            base_host=base_host.lower().strip("."),
            public_url=public_url.rstrip("/"),
            **stripe,
            channel=channel,
            demo=demo,
            max_body_bytes=max_body_bytes,
            trusted_proxies=trusted_proxies,
            **documents,
            queue=queue,
            **observed,
            key_wrapper=wrapper,
            key_wrapper_before=wrapper_before,
            databases=_databases(),
            migrations_dir=Path(migrations),
        )

    @property
    def counters(self) -> str:
        """The Redis in which all processes count tries; empty without one."""
        return self.bounds.counters or (self.queue if in_redis(self.queue) else "")

    @property
    def secret(self) -> bytes:
        """32 bytes that sign what the platform itself signs (sessions of its operators)."""
        return self.derive("platform secret")

    def derive(self, purpose: str) -> bytes:
        """Return 32 bytes for ``purpose``; other purposes tell nothing about them."""
        return _derive(self.master_key, purpose)

    def derivations(self, purpose: str) -> tuple[bytes, ...]:
        """Return what is accepted for ``purpose``: what ``derive`` gives, then that of the old key."""
        keys = (self.master_key, self.master_key_old)
        return tuple(_derive(key, purpose) for key in keys if key)


def _derive(key: bytes, purpose: str) -> bytes:
    info = b"charterhouse/" + purpose.encode()
    return HKDF(SHA256(), _KEY_BYTES, salt=None, info=info).derive(key)


def _stripe(env: Env) -> dict[str, Any]:
    """What is told of the payment gateway."""
    return {
        "stripe_api_base": _address(env, "STRIPE_API_BASE"),
        "stripe_key": env.str("STRIPE_KEY", default=""),
        "stripe_webhook_secret": env.str("STRIPE_WEBHOOK_SECRET", default=""),
        "stripe_hosted_base": _address(env, "STRIPE_HOSTED_BASE"),
    }


def _documents(env: Env) -> dict[str, Any]:
    """What is told of the place of files of papers."""
    return {
        "documents": env.str("DOCUMENTS", default=""),
        "documents_endpoint": _address(env, "DOCUMENTS_ENDPOINT"),
        "documents_key_id": env.str("DOCUMENTS_KEY_ID", default=""),
        "documents_secret": env.str("DOCUMENTS_SECRET", default=""),
        "documents_region": env.str("DOCUMENTS_REGION", default="us-east-1"),
    }


def _address(env: Env, name: str) -> str:
    return str(env.str(name, default="")).rstrip("/")


def _observed(env: Env) -> dict[str, Any]:
    """What is told of how the operators look at the installation, and bound it."""
    return {
        "metrics_token": env.str("METRICS_TOKEN", default=""),
        "metrics_tenants": env.bool("METRICS_TENANTS", default=False),
        "traces": env.bool("TRACES", default=False),
        "bounds": Bounds.told(env),
    }


def _databases() -> Databases:
    try:
        return Databases.from_env()
    except ValueError as error:
        raise ConfigError(str(error), field="CHARTERHOUSE_DATABASE_URL") from error


def _check_documents(place: str) -> None:
    parts = urlsplit(place)
    folder = parts.scheme == "file" and not parts.netloc and parts.path.strip("/")
    if place and not folder and not (parts.scheme == "s3" and parts.netloc):
        raise ConfigError(
            "Documents are kept at file:///folder or s3://bucket/prefix.",
            field="CHARTERHOUSE_DOCUMENTS",
        )


def _keys(folder: Path, text: str, old_text: str) -> tuple[bytes, bytes]:
    """The master key and the one before, empty without one: as they are given, or of files."""
    key = _decode_key(text, "CHARTERHOUSE_MASTER_KEY") if text else _key_of_folder(folder)
    old = folder / "master.key.old"
    if old_text:
        return key, _decode_key(old_text, "CHARTERHOUSE_MASTER_KEY_OLD")
    return key, _read_key(old) if old.exists() else b""


@cache
def _printed(command: str, text: str, old_text: str) -> tuple[str, str]:
    """The texts of the master key and the one before, as a program prints them, a line each."""
    if text:
        raise ConfigError(
            "The master key is given twice: unset CHARTERHOUSE_MASTER_KEY, or the command.",
            field=_COMMAND,
        )
    try:
        # Without a shell; what the program complains of goes to our own standard error.
        told = subprocess.run(  # noqa: S603 - the operator's own program, which is to be run
            shlex.split(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            timeout=_COMMAND_SECONDS,
            check=True,
        )
        lines = told.stdout.decode("ascii").split()
    except subprocess.CalledProcessError as error:
        raise ConfigError(
            f"The command that prints the master key ended with {error.returncode}.", field=_COMMAND
        ) from None
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise ConfigError(
            f"The command that prints the master key does not: {type(error).__name__}.",
            field=_COMMAND,
        ) from None
    if not 1 <= len(lines) <= 2:
        raise ConfigError(
            "The command has to print the master key in one line, and the one before, if any, in a "
            f"second; it printed {len(lines)}.",
            field=_COMMAND,
        )
    return lines[0], old_text or "".join(lines[1:])


def _decode_key(text: str, whose: str) -> bytes:
    try:
        key = base64.urlsafe_b64decode(text.strip().encode() + b"==")
    except (binascii.Error, ValueError) as error:
        raise ConfigError(
            "The master key must be 32 bytes in URL-safe base64.", field=whose
        ) from error
    if len(key) != _KEY_BYTES:
        raise ConfigError(
            f"The master key must have 32 bytes in URL-safe base64, not {len(key)}.", field=whose
        )
    return key


def _key_of_folder(folder: Path) -> bytes:
    path = folder / "master.key"
    if not path.exists():
        _write_key(path)
    return _read_key(path)


def _read_key(path: Path) -> bytes:
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise ConfigError(f"{path} is open to others: run chmod 600 on it.", field=str(path))
    return _decode_key(path.read_text(encoding="ascii"), str(path))


def _write_key(path: Path) -> None:
    """Make the key file whole or not at all, also when two processes start at once."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(base64.urlsafe_b64encode(secrets.token_bytes(_KEY_BYTES)))
            file.flush()
            os.fsync(file.fileno())
        # A link fails when the other process was first; its key is then the key.
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()
