"""Personal data at rest: envelope encryption and blind indexes, by tenant.

The master key wraps one data key and one index key for each tenant; only the wrapped keys are
stored, in the catalogue. A sealed value is bound to the tenant, table, column and row for which
it was made: copied anywhere else it does not open.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import re
import secrets
import threading
import time
import unicodedata
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from charterhouse.tenancy.errors import KeyDestroyedError, KeyPendingError, SealError
from charterhouse.tenancy.scope import current_tenant
from charterhouse.tenancy.tenant import Tenant, WrappedKey
from charterhouse.tenancy.wrapping import Wrappers

if TYPE_CHECKING:
    from charterhouse.config import Config
    from charterhouse.tenancy.wrapping import KeyWrapper

__all__ = ["EncryptedBytes", "EncryptedStr", "KeyRing", "blind_index"]

_KEY_BYTES = 32
_NONCE_BYTES = 12
_TAG_BYTES = 16
_VERSION_BYTES = 4
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_CACHE_SECONDS = 300.0
_CACHE_ENTRIES = 32_768
_SEALED = re.compile(r"v([1-9][0-9]{0,8})\.([A-Za-z0-9_-]+)\Z")


class _Opened(NamedTuple):
    """A key that was unwrapped.

    Attributes:
        until: how long it may be used, in seconds of the monotonic clock.
        keys: those of the tenant when it was seen to be one of them.
        plain: its 32 bytes.
        cipher: what seals with them.
    """

    until: float
    keys: tuple[WrappedKey, ...]
    plain: bytes
    cipher: AESGCM


class KeyRing:
    """Makes and unwraps the tenants' keys; keeps unwrapped ones for minutes only."""

    def __init__(self, config: Config) -> None:
        self._wrappers = Wrappers(config)
        self._lock = threading.Lock()
        self._unwrapped: dict[tuple[int, str, int], _Opened] = {}

    def make(self, tenant_id: int, purpose: str, version: int) -> WrappedKey:
        """Return a new random key of ``tenant_id``, wrapped."""
        plain = secrets.token_bytes(_KEY_BYTES)
        context = _wrapping(tenant_id, purpose, version)
        return WrappedKey(purpose, version, self._wrappers.wrap(plain, context))

    def rewrap(self, tenant_id: int, key: WrappedKey) -> WrappedKey | None:
        """Return a key of ``tenant_id`` wrapped by the present wrapper; None when it is already.

        Raises:
            SealError: It does not open.
        """
        if self._wrappers.fresh(key.wrapped):
            return None
        context = _wrapping(tenant_id, key.purpose, key.version)
        plain = self._wrappers.unwrap(key.wrapped, context)
        return WrappedKey(key.purpose, key.version, self._wrappers.wrap(plain, context))

    def check(self, tenant_id: int, key: WrappedKey) -> None:
        """See that a key of ``tenant_id`` opens.

        Raises:
            SealError: It does not.
        """
        self._wrappers.unwrap(key.wrapped, _wrapping(tenant_id, key.purpose, key.version))

    @property
    def wrapper(self) -> KeyWrapper:
        """What wraps new keys."""
        return self._wrappers.current

    def newest(self, tenant: Tenant, purpose: str) -> int:
        """Return the version of the key with which new values are made.

        Raises:
            KeyDestroyedError: The tenant has no such key any more.
        """
        last = -1
        for key in tenant.keys:
            if key.purpose == purpose and key.version > last:
                last = key.version
        if last < 0:
            raise KeyDestroyedError(f"Tenant {tenant.slug} has no {purpose} key any more.")
        return last

    def key(self, tenant: Tenant, purpose: str, version: int) -> bytes:
        """Return the 32 bytes of one key.

        Raises:
            KeyDestroyedError: The tenant has no such key any more.
            KeyPendingError: It is so new that this process does not know it yet.
            SealError: The key was wrapped with another master key or for another tenant.
        """
        return self._opened(tenant, purpose, version).plain

    def cipher(self, tenant: Tenant, version: int) -> AESGCM:
        """Return what seals and opens with one data key; raises as ``key``."""
        return self._opened(tenant, "data", version).cipher

    def _opened(self, tenant: Tenant, purpose: str, version: int) -> _Opened:
        name = (tenant.id, purpose, version)
        known = self._unwrapped.get(name)
        if known is not None and known.until <= time.monotonic():
            known = None
        if known is not None and known.keys is tenant.keys:
            return known
        wrapped = self._wrapped(tenant, purpose, version)
        if known is not None:
            return self._keep(name, known._replace(keys=tenant.keys))
        plain = self._wrappers.unwrap(wrapped, _wrapping(*name))
        until = time.monotonic() + _CACHE_SECONDS
        return self._keep(name, _Opened(until, tenant.keys, plain, AESGCM(plain)))

    def _wrapped(self, tenant: Tenant, purpose: str, version: int) -> bytes:
        wrapped = next(
            (k for k in tenant.keys if (k.purpose, k.version) == (purpose, version)), None
        )
        if wrapped is None and version == self._last(tenant, purpose) + 1:
            raise KeyPendingError(
                f"Tenant {tenant.slug} just got a new key, which is not known here yet: try again."
            )
        if wrapped is None:
            raise KeyDestroyedError(
                f"Tenant {tenant.slug} has no {purpose} key of version {version} any more."
            )
        return wrapped.wrapped

    def forget(self, tenant_id: int) -> None:
        """Drop the unwrapped keys of one tenant from memory."""
        with self._lock:
            for name in [name for name in self._unwrapped if name[0] == tenant_id]:
                del self._unwrapped[name]

    def _last(self, tenant: Tenant, purpose: str) -> int:
        known = [key.version for key in tenant.keys if key.purpose == purpose]
        # Without any, the keys were destroyed, and no other will come.
        return max(known) if known else -1

    def _keep(self, name: tuple[int, str, int], opened: _Opened) -> _Opened:
        now = time.monotonic()
        with self._lock:
            if len(self._unwrapped) >= _CACHE_ENTRIES:
                self._unwrapped = {n: e for n, e in self._unwrapped.items() if e.until > now}
            if len(self._unwrapped) >= _CACHE_ENTRIES:
                self._unwrapped.clear()
            self._unwrapped[name] = opened
        return opened


class _Column:
    """Seals and opens the values of one column, for the tenant in scope.

    It is no SQLAlchemy type, because the seal covers the row's id, which a type never sees.

    Args:
        table: Name of the table.
        column: Name of the column.
    """

    def __init__(self, table: str, column: str) -> None:
        self.table = table
        self.column = column

    def _seal(self, row_id: int | str, plain: bytes) -> tuple[int, bytes]:
        tenant = current_tenant()
        ring = tenant.installation.keyring
        version = ring.newest(tenant, "data")
        nonce = os.urandom(_NONCE_BYTES)
        cipher = ring.cipher(tenant, version)
        return version, nonce + cipher.encrypt(nonce, plain, self._place(tenant, row_id))

    def _open(self, row_id: int | str, version: int, raw: bytes) -> bytes:
        tenant = current_tenant()
        cipher = tenant.installation.keyring.cipher(tenant, version)
        nonce, sealed = raw[:_NONCE_BYTES], raw[_NONCE_BYTES:]
        try:
            return cipher.decrypt(nonce, sealed, self._place(tenant, row_id))
        except InvalidTag as error:
            raise SealError(
                f"A value of {self.table}.{self.column} does not open: "
                "it was altered or copied from another row or tenant.",
                field=self.column,
            ) from error

    def _older(self, version: int) -> bool:
        tenant = current_tenant()
        return version < tenant.installation.keyring.newest(tenant, "data")

    def _place(self, tenant: Tenant, row_id: int | str) -> bytes:
        return f"{tenant.id}|{self.table}|{self.column}|{row_id}".encode()


class EncryptedStr(_Column):
    """Texts, kept in a column of type ``Text`` as ``v<key version>.<base64>``."""

    def encrypt(self, row_id: int | str, text: str) -> str:
        """Return ``text`` sealed for this column of row ``row_id``.

        Raises:
            NoTenantError: No tenant is in scope.
            KeyDestroyedError: The tenant's keys were destroyed.
        """
        version, sealed = self._seal(row_id, text.encode())
        return f"v{version}.{_encoded(sealed)}"

    def decrypt(self, row_id: int | str, sealed: str) -> str:
        """Return the text which ``encrypt`` sealed for the same tenant, column and row.

        Raises:
            NoTenantError: No tenant is in scope.
            KeyDestroyedError: The key was destroyed.
            SealError: The value was altered or belongs elsewhere.
        """
        return self._open(row_id, *_parse(sealed)).decode()

    def outdated(self, sealed: str) -> bool:
        """Return whether ``sealed`` was made with an older key and should be sealed again."""
        return self._older(_parse(sealed)[0])

    def renew(self, row_id: int | str, sealed: str) -> str:
        """Return the same text sealed with the newest key; raises as ``decrypt``."""
        return self.encrypt(row_id, self.decrypt(row_id, sealed))


class EncryptedBytes(_Column):
    """Files, kept in a column of type ``LargeBinary``: four bytes of key version, then the seal."""

    def encrypt(self, row_id: int | str, data: bytes) -> bytes:
        """Return ``data`` sealed for this column of row ``row_id``; raises as ``EncryptedStr``."""
        version, sealed = self._seal(row_id, data)
        return version.to_bytes(_VERSION_BYTES, "big") + sealed

    def decrypt(self, row_id: int | str, sealed: bytes) -> bytes:
        """Return what ``encrypt`` sealed for the same row; raises as ``EncryptedStr``."""
        if len(sealed) < _VERSION_BYTES + _NONCE_BYTES + _TAG_BYTES:
            raise SealError("A sealed file is too short.", field=self.column)
        version = int.from_bytes(sealed[:_VERSION_BYTES], "big")
        return self._open(row_id, version, sealed[_VERSION_BYTES:])

    def outdated(self, sealed: bytes) -> bool:
        """Return whether ``sealed`` was made with an older key and should be sealed again."""
        return self._older(int.from_bytes(sealed[:_VERSION_BYTES], "big"))

    def renew(self, row_id: int | str, sealed: bytes) -> bytes:
        """Return the same bytes sealed with the newest key; raises as ``decrypt``."""
        return self.encrypt(row_id, self.decrypt(row_id, sealed))


def blind_index(kind: str, text: str) -> str:
    """Return what to store and compare in place of ``text`` for equality search.

    Equal texts of one tenant and kind give equal indexes; across kinds and tenants nothing
    matches. Width, case and outer blanks do not count (``ｘ`` is ``X``).

    Args:
        kind: What the text is, say ``phone``.
        text: The text in the form in which it is compared.

    Returns:
        43 URL-safe characters.

    Raises:
        NoTenantError: No tenant is in scope.
        KeyDestroyedError: The tenant's keys were destroyed.
    """
    tenant = current_tenant()
    ring = tenant.installation.keyring
    # The index key has no versions: a new one would orphan every index already stored.
    root = ring.key(tenant, "index", ring.newest(tenant, "index"))
    key = HKDF(SHA256(), _KEY_BYTES, salt=None, info=f"blind index/{kind}".encode()).derive(root)
    normal = unicodedata.normalize("NFKC", text).strip().casefold()
    digest = hmac.new(key, normal.encode(), sha256).digest()
    return _encoded(digest)


def _encoded(raw: bytes) -> str:
    return binascii.b2a_base64(raw, newline=False).translate(_URL_SAFE).rstrip(b"=").decode()


def _wrapping(tenant_id: int, purpose: str, version: int) -> bytes:
    return f"{tenant_id}|{purpose}|{version}".encode()


def _parse(sealed: str) -> tuple[int, bytes]:
    match = _SEALED.match(sealed)
    try:
        raw = base64.urlsafe_b64decode(match[2] + "=" * (-len(match[2]) % 4)) if match else b""
    except binascii.Error:
        raw = b""
    if match is None or len(raw) < _NONCE_BYTES + _TAG_BYTES:
        raise SealError("A sealed value has the form v<version>.<base64> and is never empty.")
    return int(match[1]), raw
