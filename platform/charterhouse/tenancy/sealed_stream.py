"""A stream of bytes sealed with a tenant's key, written and read in frames of bounded size.

The file begins with a mark and one line of JSON that names the tenant and the version of its data
key; the stream has a key of its own, derived from that one. Each frame is bound to the head, to
its number and to whether it is the last: frames cannot be left out, exchanged or cut off. Once
the tenant's keys are destroyed no such file opens.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import IO, TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from charterhouse.tenancy.errors import SealError

if TYPE_CHECKING:
    from charterhouse.tenancy.tenant import Tenant

__all__ = ["Head", "SealedReader", "SealedWriter", "read_head"]

_MARK = b"charterhouse sealed stream 1\n"
_FRAME = 256 * 1024
_TAG = 16
_LENGTH = 4
_HEAD_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class Head:
    """What stands in the open at the beginning of a sealed file.

    Attributes:
        tenant_id: Whose file it is.
        version: Of the data key from which the stream's key is derived.
        salt: Makes the stream's key its own.
        raw: The bytes to which every frame is bound.
    """

    tenant_id: int
    version: int
    salt: bytes
    raw: bytes


def read_head(file: IO[bytes]) -> Head:
    """Read the head of a sealed file from its beginning.

    Raises:
        SealError: It is no such file.
    """
    mark, line = file.read(len(_MARK)), file.readline(_HEAD_LIMIT)
    try:
        told = json.loads(line) if mark == _MARK else {}
        salt = base64.b64decode(told["salt"], validate=True)
        return Head(int(told["tenant"]), int(told["key"]), salt, mark + line)
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        raise SealError("This is no sealed file of this program.", field="file") from error


class SealedWriter:
    """Seals what is written, for one tenant, with its newest data key.

    ``close`` writes the last frame; a file without it does not open to its end.

    Args:
        file: Where to write.
        tenant: Whose key.

    Raises:
        KeyDestroyedError: The tenant's keys were destroyed.
    """

    def __init__(self, file: IO[bytes], tenant: Tenant) -> None:
        version = tenant.installation.keyring.newest(tenant, "data")
        salt = secrets.token_bytes(32)
        told = {
            "tenant": str(tenant.id),
            "key": version,
            "salt": base64.b64encode(salt).decode(),
        }
        raw = _MARK + json.dumps(told).encode() + b"\n"
        self._file = file
        self._cipher = _Cipher(Head(tenant.id, version, salt, raw), tenant)
        self._kept = bytearray()
        file.write(raw)

    def write(self, data: bytes) -> int:
        """Seal ``data``; return its length."""
        self._kept += data
        while len(self._kept) > _FRAME:
            self._put(bytes(self._kept[:_FRAME]), last=False)
            del self._kept[:_FRAME]
        return len(data)

    def flush(self) -> None:
        """Do nothing: frames are written when they are full."""

    def close(self) -> None:
        """Write the last frame; the file itself stays open."""
        self._put(bytes(self._kept), last=True)
        self._kept.clear()

    def _put(self, plain: bytes, *, last: bool) -> None:
        sealed = self._cipher.seal(plain, last=last)
        self._file.write(len(sealed).to_bytes(_LENGTH, "big") + sealed)


class SealedReader:
    """Opens a sealed file from behind its head.

    Args:
        file: Where to read, behind the head.
        head: As ``read_head`` gave it.
        tenant: Whose key.

    Raises:
        KeyDestroyedError: The key was destroyed.
        SealError: The file is another tenant's.
    """

    def __init__(self, file: IO[bytes], head: Head, tenant: Tenant) -> None:
        if head.tenant_id != tenant.id:
            raise SealError(f"This file is not {tenant.slug}'s.", field="file")
        self._file = file
        self._cipher = _Cipher(head, tenant)
        self._kept = bytearray()
        self._ended = False

    def read(self, size: int = -1) -> bytes:
        """Return the next ``size`` bytes, fewer only at the end; all when negative.

        Raises:
            SealError: The file was altered or cut off.
        """
        while not self._ended and (size < 0 or len(self._kept) < size):
            self._next()
        number = len(self._kept) if size < 0 else min(size, len(self._kept))
        found = bytes(self._kept[:number])
        del self._kept[:number]
        return found

    def finish(self) -> None:
        """Read to the end, so that a file that was cut off is noticed.

        Raises:
            SealError: The file was altered or cut off.
        """
        while not self._ended:
            self._kept.clear()
            self._next()

    def _next(self) -> None:
        length = int.from_bytes(self._file.read(_LENGTH), "big")
        if not _TAG <= length <= _FRAME + _TAG:
            raise SealError("The file is damaged or was cut off.", field="file")
        plain, self._ended = self._cipher.open(self._file.read(length))
        if self._ended and self._file.read(1):
            raise SealError("The file goes on behind its end.", field="file")
        self._kept += plain


class _Cipher:
    """Seals or opens the frames of one file in their order."""

    def __init__(self, head: Head, tenant: Tenant) -> None:
        root = tenant.installation.keyring.key(tenant, "data", head.version)
        key = HKDF(SHA256(), 32, salt=head.salt, info=b"sealed stream").derive(root)
        self._gcm = AESGCM(key)
        self._head = sha256(head.raw).digest()
        self._number = 0

    def seal(self, plain: bytes, *, last: bool) -> bytes:
        nonce, about = self._place(last=last)
        self._number += 1
        return self._gcm.encrypt(nonce, plain, about)

    def open(self, sealed: bytes) -> tuple[bytes, bool]:
        """Return a frame's content and whether it is the last."""
        for last in (False, True):
            nonce, about = self._place(last=last)
            try:
                plain = self._gcm.decrypt(nonce, sealed, about)
            except InvalidTag:
                continue
            self._number += 1
            return plain, last
        raise SealError("The file is damaged or was cut off.", field="file")

    def _place(self, *, last: bool) -> tuple[bytes, bytes]:
        # The key serves one file only, so numbers are never used twice with it.
        nonce = self._number.to_bytes(11, "big") + bytes([last])
        return nonce, self._head
