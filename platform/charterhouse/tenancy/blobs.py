"""Contents of files, outside the tenants' stores: in a folder or an S3-compatible object store.

A blob is sealed with the tenant's data key and named by a keyed hash of its plain content: equal
contents of one tenant are kept once, and names tell nothing across tenants. Which blobs are still
needed is known to the rows that name them; a blob is written before its row.
"""

from __future__ import annotations

import os
import shutil
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from charterhouse.tenancy.errors import (
    BlobMissingError,
    BlobsUnavailableError,
    KeyDestroyedError,
    SealError,
)
from charterhouse.tenancy.scope import current_tenant
from charterhouse.tenancy.vault import EncryptedBytes, blind_index

if TYPE_CHECKING:
    from collections.abc import Iterator

    from charterhouse.config import Config

__all__ = ["Blobs", "blob_name", "blob_name_of"]

_SEAL = EncryptedBytes("blob", "content")


def blob_name(plain: bytes) -> str:
    """Return the name of a content for the tenant in scope: 43 URL-safe characters.

    Raises:
        NoTenantError: No tenant is in scope.
        KeyDestroyedError: The tenant's keys were destroyed.
    """
    return blob_name_of(sha256(plain).hexdigest())


def blob_name_of(digest: str) -> str:
    """Return the name of the content with this SHA-256, for the tenant in scope.

    Args:
        digest: Hexadecimal, because the index takes upper and lower case for the same.

    Raises:
        NoTenantError: No tenant is in scope.
        KeyDestroyedError: The tenant's keys were destroyed.
    """
    return blind_index("blob", digest)


class Blobs:
    """The blobs of all tenants; every call but ``erase`` serves the tenant in scope.

    Args:
        config: ``documents`` says where they are.

    Raises:
        BlobsUnavailableError: From any call: the place does not answer or refuses.
    """

    def __init__(self, config: Config) -> None:
        self._folder: Path | None = None
        self._store: LocalStore | S3Store
        place = urlsplit(config.documents)
        if place.scheme == "s3":
            self._store = S3Store(
                place.netloc,
                prefix=place.path.strip("/") or None,
                endpoint=config.documents_endpoint or None,
                access_key_id=config.documents_key_id or None,
                secret_access_key=config.documents_secret or None,
                region=config.documents_region,
                client_options={
                    "allow_http": config.documents_endpoint.startswith("http://"),
                    "timeout": "20s",
                },
                retry_config={"max_retries": 3},
            )
        else:
            self._folder = Path(place.path) if place.path else config.data_dir / "documents"
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._store = LocalStore(self._folder)

    def put(self, plain: bytes) -> str:
        """Keep a content unless it is there already; return its name."""
        name = blob_name(plain)
        if self.has(name):
            return name
        self._write(name, _SEAL.encrypt(name, plain))
        return name

    def has(self, name: str) -> bool:
        """Return whether there is such a blob."""
        try:
            obstore.head(self._store, _path(name))
        except FileNotFoundError:
            return False
        except BaseError as error:
            raise _unavailable(error) from error
        return True

    def get(self, name: str) -> bytes:
        """Return the plain content of a blob.

        Raises:
            BlobMissingError: There is no such blob of this tenant.
            SealError: It was altered, or brought here from another name or tenant.
        """
        return _SEAL.decrypt(name, self.sealed(name))

    def sealed(self, name: str) -> bytes:
        """Return a blob as it is kept, for a backup.

        Raises:
            BlobMissingError: There is no such blob of this tenant.
        """
        try:
            return bytes(obstore.get(self._store, _path(name)).bytes())
        except FileNotFoundError as error:
            raise BlobMissingError("The content of a file is missing: restore it.") from error
        except BaseError as error:
            raise _unavailable(error) from error

    def put_sealed(self, name: str, sealed: bytes) -> None:
        """Keep a blob of a backup under its name, unless it is there already and opens.

        Raises:
            SealError: It does not open for this tenant and name.
        """
        _SEAL.decrypt(name, sealed)
        try:
            self.get(name)
        except (BlobMissingError, KeyDestroyedError, SealError):
            self._write(name, sealed)

    def outdated(self, name: str) -> bool:
        """Return whether a blob was sealed with an older key; one that is gone is not.

        Raises:
            KeyDestroyedError: The tenant's keys were destroyed.
        """
        try:
            start = bytes(obstore.get_range(self._store, _path(name), start=0, length=4))
        except FileNotFoundError:
            return False
        except BaseError as error:
            raise _unavailable(error) from error
        return _SEAL.outdated(start)

    def renew(self, name: str) -> bool:
        """Seal a blob with the newest key if an older one sealed it; return whether it did.

        Raises:
            SealError: It does not open.
        """
        if not self.outdated(name):
            return False
        try:
            sealed = self.sealed(name)
        except BlobMissingError:
            return False  # It was swept in between.
        self._write(name, _SEAL.renew(name, sealed))
        return True

    def remove(self, name: str) -> None:
        """Remove a blob; one that is not there is no error."""
        try:
            obstore.delete(self._store, _path(name))
        except FileNotFoundError:
            return
        except BaseError as error:
            raise _unavailable(error) from error

    def names(self) -> Iterator[tuple[str, datetime]]:
        """Give the name of every blob of the tenant, and when it was written."""
        try:
            for batch in obstore.list(self._store, prefix=_root(current_tenant().id)):
                for each in batch:
                    yield each["path"].rsplit("/", 1)[-1], each["last_modified"]
        except BaseError as error:
            raise _unavailable(error) from error

    def erase(self, tenant_id: int) -> None:
        """Remove all blobs of a tenant for good."""
        root = _root(tenant_id)
        if self._folder is not None:
            shutil.rmtree(self._folder / root, ignore_errors=True)
            return
        try:
            for batch in obstore.list(self._store, prefix=root):
                obstore.delete(self._store, [each["path"] for each in batch])
        except BaseError as error:
            raise _unavailable(error) from error

    def _write(self, name: str, sealed: bytes) -> None:
        path = _path(name)
        try:
            obstore.put(self._store, path, sealed, use_multipart=False)
        except (BaseError, FileNotFoundError) as error:
            # Without a bucket, the object store says that nothing is found.
            raise _unavailable(error) from error
        if self._folder is not None:
            _sync(self._folder / path, self._folder)


def _root(tenant_id: int) -> str:
    return f"t{tenant_id}"


def _path(name: str) -> str:
    return f"{_root(current_tenant().id)}/{name[:2]}/{name}"


def _unavailable(error: Exception) -> BlobsUnavailableError:
    # The library's text may hold the address with the bucket; its class is enough for people.
    return BlobsUnavailableError(
        f"The store of documents does not answer ({type(error).__name__}): try again."
    )


def _sync(path: Path, root: Path) -> None:
    """Bring a file and the folders that lead to it to the disk, before a row names it."""
    for each in (path, *path.parents):
        handle = os.open(each, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        if each == root:
            return
