"""What wraps the tenants' keys: the master key, a file of keys, or a key service.

The catalogue holds wrapped keys only. A wrapped key tells which wrapper made it, so that several
may be in use while all of them are wrapped anew.
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import importlib
import os
import secrets
import stat
import threading
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from charterhouse.tenancy.errors import CatalogueError, SealError

if TYPE_CHECKING:
    from charterhouse.config import Config

__all__ = ["KeyFile", "KeyWrapper", "MasterKey", "Wrappers"]

_NONCE_BYTES = 12
_KEY_BYTES = 32
_MARK = b"wrapped by "
_END = b"\n"
_MASTER = b"master key "
_MASTER_LENGTH = len(_MASTER) + 8
_RIGHT_KEY = "restore the right master.key"


class KeyWrapper(Protocol):
    """What wraps keys with a key that is not in the catalogue.

    An implementation for a key service is a module of its own; name a callable of it in
    ``CHARTERHOUSE_KEY_WRAPPER`` as ``module:callable``. It is called with the configuration and
    returns the wrapper. Calls may come from several threads; an unwrapped key is kept in memory
    for some minutes.

    Attributes:
        name: Stable and unique, of letters, digits and hyphens; it is kept beside what was wrapped.
    """

    @property
    def name(self) -> str:
        """See above."""
        ...

    def wrap(self, plain: bytes, context: bytes) -> bytes:
        """Return ``plain`` encrypted, bound to ``context``.

        Raises:
            OSError: The service does not answer.
        """
        ...

    def unwrap(self, sealed: bytes, context: bytes) -> bytes:
        """Return what ``wrap`` encrypted for the same ``context``.

        Raises:
            OSError: The service does not answer.
            SealError: It was altered, or wrapped for another context or by another key.
        """
        ...

    def fresh(self, sealed: bytes) -> bool:
        """Return whether ``sealed`` was made with the key with which ``wrap`` works now."""
        ...


class MasterKey:
    """The installation's master key itself.

    While it is exchanged for another, what it wraps tells which of the two it was.

    Args:
        key: 32 bytes.
        old: The one before, which opens only; None when there is none.
    """

    name = "master"

    def __init__(self, key: bytes, old: bytes | None = None) -> None:
        self._gcm = AESGCM(key)
        self._exchanged = old is not None
        self._mark = _mark_of(key)
        self._marked = {self._mark: self._gcm}
        if old is not None:
            self._marked[_mark_of(old)] = AESGCM(old)

    def wrap(self, plain: bytes, context: bytes) -> bytes:
        """See ``KeyWrapper``."""
        sealed = _encrypt(self._gcm, plain, context)
        return self._mark + sealed if self._exchanged else sealed

    def unwrap(self, sealed: bytes, context: bytes) -> bytes:
        """See ``KeyWrapper``."""
        if not sealed.startswith(_MASTER):
            *others, last = self._marked.values()
            for gcm in others:
                with suppress(SealError):
                    return _decrypt(gcm, sealed, context, "")
            return _decrypt(last, sealed, context, _RIGHT_KEY)
        mark, rest = sealed[:_MASTER_LENGTH], sealed[_MASTER_LENGTH:]
        if mark not in self._marked:
            raise SealError(
                f"A tenant's key was wrapped with another master key: {_RIGHT_KEY}, or set "
                "CHARTERHOUSE_MASTER_KEY_OLD until 'charterhouse tenant rewrap-keys' is through."
            )
        return _decrypt(self._marked[mark], rest, context, _RIGHT_KEY)

    def fresh(self, sealed: bytes) -> bool:
        """See ``KeyWrapper``."""
        if sealed.startswith(_MASTER):
            return sealed.startswith(self._mark)
        return not self._exchanged


class KeyFile:
    """A file with a key in each line, ``<id> <base64>``; the last one wraps, all of them open.

    A new line is seen by running processes when they meet a key that it wrapped.

    Args:
        path: The file; made with one key when missing.

    Raises:
        CatalogueError: From any call: the file is open to others, or is no such file.
    """

    name = "file"

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._keys: dict[str, bytes] = {}
        if not path.exists():
            self.add()

    def add(self) -> str:
        """Add a random key, with which keys are wrapped from now on; return its id."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            made, key = secrets.token_hex(8), secrets.token_bytes(_KEY_BYTES)
            file.write(f"{made} {base64.urlsafe_b64encode(key).decode()}\n".encode())
            file.flush()
            os.fsync(file.fileno())
        self._read()
        return made

    def wrap(self, plain: bytes, context: bytes) -> bytes:
        """See ``KeyWrapper``."""
        keys = self._read()
        made = list(keys)[-1]
        return f"{made} ".encode() + _encrypt(AESGCM(keys[made]), plain, context)

    def unwrap(self, sealed: bytes, context: bytes) -> bytes:
        """See ``KeyWrapper``."""
        name, _, rest = sealed.partition(b" ")
        wanted = name.decode("ascii", "replace")
        key = self._keys.get(wanted) or self._read().get(wanted)
        if key is None:
            raise SealError(f"{self.path} has no key {wanted}: restore its line.")
        return _decrypt(AESGCM(key), rest, context, f"restore the right {self.path}")

    def fresh(self, sealed: bytes) -> bool:
        """See ``KeyWrapper``."""
        return sealed.partition(b" ")[0].decode("ascii", "replace") == list(self._read())[-1]

    def _read(self) -> dict[str, bytes]:
        with self._lock:
            mode = stat.S_IMODE(self.path.stat().st_mode)
            if mode & 0o077:
                raise CatalogueError(f"{self.path} is open to others: run chmod 600 on it.")
            found = {}
            for line in self.path.read_text(encoding="ascii").splitlines():
                name, _, text = line.partition(" ")
                found[name] = self._key(text)
            if not found:
                raise CatalogueError(f"{self.path} has no key.")
            self._keys = found
            return found

    def _key(self, text: str) -> bytes:
        try:
            key = base64.urlsafe_b64decode(text)
        except binascii.Error:
            key = b""
        if len(key) != _KEY_BYTES:
            raise CatalogueError(
                f"Each line of {self.path} is an id and {_KEY_BYTES} bytes in URL-safe base64."
            )
        return key


class Wrappers:
    """All wrappers of an installation: the one that wraps, and those that still open.

    Args:
        config: ``key_wrapper`` names the one that wraps, ``key_wrapper_before`` another that
            opens; the master key opens always, and the one before it as long as it is given.

    Raises:
        CatalogueError: A wrapper is not to be found, or two have the same name.
    """

    def __init__(self, config: Config) -> None:
        master = MasterKey(*config.derivations("wrap tenant keys"))
        named = [config.key_wrapper, config.key_wrapper_before]
        made: list[KeyWrapper] = [_made(each, config) for each in named if each]
        self.current: KeyWrapper = made[0] if config.key_wrapper else master
        self._known: dict[str, KeyWrapper] = {}
        for each in (*made, master):
            if self._known.setdefault(each.name, each) is not each:
                raise CatalogueError(f"Two key wrappers have the name {each.name}.")

    def wrap(self, plain: bytes, context: bytes) -> bytes:
        """Return ``plain`` wrapped by the present wrapper, whose name stands before it."""
        sealed = self.current.wrap(plain, context)
        if self.current.name == MasterKey.name:
            return sealed
        return _MARK + self.current.name.encode() + _END + sealed

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Return what was wrapped by any of the wrappers.

        Raises:
            SealError: It does not open, or its wrapper is not configured.
        """
        wrapper, sealed = self._of(wrapped)
        return wrapper.unwrap(sealed, context)

    def fresh(self, wrapped: bytes) -> bool:
        """Return whether ``wrap`` would use the same key now."""
        wrapper, sealed = self._of(wrapped)
        return wrapper is self.current and wrapper.fresh(sealed)

    def _of(self, wrapped: bytes) -> tuple[KeyWrapper, bytes]:
        if not wrapped.startswith(_MARK):
            return self._known[MasterKey.name], wrapped
        name, _, sealed = wrapped.removeprefix(_MARK).partition(_END)
        found = self._known.get(name.decode("ascii", "replace"))
        if found is None:
            raise SealError(
                f"A tenant's key was wrapped by {name.decode('ascii', 'replace')}, which is not "
                "configured: set CHARTERHOUSE_KEY_WRAPPER_BEFORE."
            )
        return found, sealed


def _made(text: str, config: Config) -> KeyWrapper:
    kind, _, rest = text.partition(":")
    if kind == "file" and rest:
        return KeyFile(Path(rest))
    try:
        factory = getattr(importlib.import_module(kind), rest)
    except (ImportError, AttributeError, ValueError) as error:
        raise CatalogueError(
            f"There is no key wrapper {text}: write file:/path or module:callable.",
            field="CHARTERHOUSE_KEY_WRAPPER",
        ) from error
    return cast("KeyWrapper", factory(config))


def _mark_of(key: bytes) -> bytes:
    return _MASTER + sha256(b"mark of " + key).digest()[: _MASTER_LENGTH - len(_MASTER)]


def _encrypt(gcm: AESGCM, plain: bytes, context: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + gcm.encrypt(nonce, plain, context)


def _decrypt(gcm: AESGCM, sealed: bytes, context: bytes, what_to_do: str) -> bytes:
    nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        return gcm.decrypt(nonce, rest, context)
    except (InvalidTag, ValueError) as error:
        raise SealError(f"A tenant's key does not open with this key: {what_to_do}.") from error
