"""Contents of files in a folder and in an object store that speaks S3: sealed, named by hash."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import boto3
import obstore
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

from charterhouse.config import Config, ConfigError
from charterhouse.tenancy.blobs import Blobs, blob_name
from charterhouse.tenancy.errors import BlobMissingError, BlobsUnavailableError, SealError
from charterhouse.tenancy.installation import Installation
from charterhouse.tenancy.provision import create_tenant, drop_scratch_tenant, open_catalogue
from charterhouse.tenancy.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.tenant import Tenant

PLAIN = b"a scan of somebody's papers"


@pytest.fixture(scope="session", name="endpoint")
def _endpoint() -> Iterator[str]:
    """An object store on a port of its own."""
    app = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    client = boto3.client("s3", endpoint_url=address, region_name="us-east-1",
                          aws_access_key_id="id", aws_secret_access_key="secret")  # fmt: skip
    client.create_bucket(Bucket="papers")
    client.close()
    yield address
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(params=["folder", "bucket"], name="house")
def _house(request: pytest.FixtureRequest, config: Config) -> Catalogue:
    if request.param == "bucket":
        config = replace(
            config, documents=f"s3://papers/{config.data_dir.parent.parent.name}",
            documents_endpoint=request.getfixturevalue("endpoint"), documents_key_id="id",
            documents_secret="secret",
        )  # fmt: skip
    return open_catalogue(config)


def _made(house: Catalogue, slug: str) -> Tenant:
    return create_tenant(house, slug=slug, name_zh="院", name_en="House", charter="sample")


def test_equal_contents_are_one_blob_whose_name_and_bytes_tell_nothing(house: Catalogue) -> None:
    blobs = house.installation.blobs
    names = []
    for slug in ("east", "west"):
        with tenant_scope(_made(house, slug)) as tenant:
            name = blobs.put(PLAIN)
            assert blobs.put(PLAIN) == name == blob_name(PLAIN)
            assert [each for each, _ in blobs.names()] == [name]
            assert blobs.get(name) == PLAIN
            path = f"t{tenant.id}/{name[:2]}/{name}"
            raw = bytes(obstore.get(blobs._store, path).bytes())
            assert b"papers" not in raw
            names.append(name)
    assert names[0] != names[1]


def test_a_blob_of_another_tenant_or_name_is_not_given(house: Catalogue) -> None:
    blobs = house.installation.blobs
    east, west = _made(house, "east"), _made(house, "west")
    with tenant_scope(east):
        name, other = blobs.put(PLAIN), blobs.put(b"another")
    store = blobs._store
    with tenant_scope(west), pytest.raises(BlobMissingError):
        blobs.get(name)
    sealed = bytes(obstore.get(store, f"t{east.id}/{name[:2]}/{name}").bytes())
    obstore.put(store, f"t{west.id}/{name[:2]}/{name}", sealed)
    obstore.put(store, f"t{east.id}/{other[:2]}/{other}", sealed)
    with tenant_scope(west), pytest.raises(SealError):
        blobs.get(name)
    with tenant_scope(east), pytest.raises(SealError):
        blobs.get(other)


def test_what_is_removed_is_gone_and_erasing_takes_one_tenant_only(house: Catalogue) -> None:
    blobs = house.installation.blobs
    east, west = _made(house, "east"), _made(house, "west")
    with tenant_scope(west):
        kept = blobs.put(PLAIN)
    with tenant_scope(east):
        name = blobs.put(PLAIN)
        blobs.put(b"more")
        blobs.remove(name)
        blobs.remove(name)
        assert not blobs.has(name)
        with pytest.raises(BlobMissingError):
            blobs.get(name)
    house.set_status(east.id, "deleting")
    drop_scratch_tenant(house, east.id)
    with tenant_scope(east):
        assert list(blobs.names()) == []
    with tenant_scope(west):
        assert blobs.get(kept) == PLAIN


def test_any_content_comes_back_as_it_was(house: Catalogue) -> None:
    blobs = house.installation.blobs
    tenant = _made(house, "east")

    @settings(
        max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
    )
    @given(st.binary(max_size=2000))
    def holds(plain: bytes) -> None:
        with tenant_scope(tenant):
            assert blobs.get(blobs.put(plain)) == plain

    holds()


def test_a_place_that_refuses_is_told_without_its_secrets(config: Config, endpoint: str) -> None:
    wrong = replace(config, documents="s3://no-such-bucket", documents_endpoint=endpoint,
                    documents_key_id="id", documents_secret="secret-word")  # fmt: skip
    assert "secret-word" not in repr(wrong)
    house = open_catalogue(wrong)
    with tenant_scope(_made(house, "east")):
        with pytest.raises(BlobsUnavailableError) as caught:
            house.installation.blobs.put(PLAIN)
        assert "secret-word" not in str(caught.value)
        assert "no-such-bucket" not in str(caught.value)


def test_a_folder_of_ones_own_is_closed_to_others(config: Config) -> None:
    place = config.data_dir / "elsewhere"
    Blobs(replace(config, documents=f"file://{place}"))
    assert place.stat().st_mode & 0o077 == 0
    for text in ("http://x/y", "file:", "file://host/x", "s3:", "papers"):
        with pytest.raises(ConfigError, match="file:///folder"):
            Installation(replace(config, documents=text))


def test_a_blob_of_a_backup_comes_back_sealed_as_it_was(house: Catalogue) -> None:
    blobs = house.installation.blobs
    with tenant_scope(_made(house, "east")):
        name = blobs.put(PLAIN)
        sealed = blobs.sealed(name)
        assert PLAIN not in sealed
        blobs.remove(name)
        with pytest.raises(BlobMissingError):
            blobs.sealed(name)
        blobs.put_sealed(name, sealed)
        blobs.put_sealed(name, sealed)
        assert blobs.sealed(name) == sealed
        with pytest.raises(SealError):
            blobs.put_sealed(blob_name(b"other"), sealed)
    with tenant_scope(_made(house, "west")), pytest.raises(SealError):
        blobs.put_sealed(name, sealed)


def test_a_blob_is_sealed_anew_with_a_new_key(house: Catalogue) -> None:
    blobs, east = house.installation.blobs, _made(house, "east")
    with tenant_scope(east):
        name = blobs.put(PLAIN)
        assert (blobs.outdated(name), blobs.renew(name)) == (False, False)
    with tenant_scope(house.add_data_key(east.id)):
        assert (blobs.outdated(name), blobs.renew(name)) == (True, True)
        assert (blobs.outdated(name), blobs.renew(name)) == (False, False)
        assert blobs.get(name) == PLAIN
        assert (blobs.outdated("none"), blobs.renew("none")) == (False, False)
    with tenant_scope(house.drop_older_data_keys(east.id)):
        assert blobs.get(name) == PLAIN
