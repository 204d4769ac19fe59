"""What `charterhouse tenant` does with a tenant as a whole, from backup to erasure."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from charterhouse.commands.common import (
    Failure,
    installation,
    print_json,
    progress_bar,
    tenant_named,
    told_plainly,
)
from charterhouse.commands.migrate import catch_up

if TYPE_CHECKING:
    from charterhouse.desk.life.backup import Written
    from charterhouse.desk.life.erasing import Erased
    from charterhouse.desk.life.restore import Restored
    from charterhouse.tenancy.tenant import Tenant

__all__ = ["COMMANDS"]

_ACTOR = "system"
_as_json = click.option(
    "--json", "as_json", is_flag=True, help="One JSON object on standard output."
)
_yes = click.option("--yes", is_flag=True, help="Do not ask whether it is meant.")


@click.command(name="backup")
@click.argument("slug")
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path),
    default=Path(),
    help="A file that ends in .backup, or a folder, made when missing, that gets "
    "<slug>-<moment>.backup; this folder by default.",
)
@_as_json
@told_plainly
def backup(*, slug: str, target: Path, as_json: bool) -> None:
    """Write everything of a tenant into one file that only this installation's keys open.

    The file shows one consistent state; the tenant is in use meanwhile. One that is closed because
    its migration failed is written as it is, with its older schema.
    """
    from charterhouse.desk.life.backup import back_up

    catalogue = installation()
    tenant = tenant_named(catalogue, slug)
    path = _file(target, tenant, "backup")
    with progress_bar(f"Backing up {slug}") as progress:
        written = back_up(catalogue, tenant, path, actor=_ACTOR, progress=progress)
    _tell_written(written, as_json=as_json)


@click.command(name="restore")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--cell", help="Where the new store is to be; in the tenant's present cell by default."
)
@_yes
@_as_json
@told_plainly
def restore(*, file: Path, cell: str | None, yes: bool, as_json: bool) -> None:
    """Bring a tenant to the state of a backup.

    Into a new store, which takes the old one's place when it is proved; that one rests for a week.
    What is of an older schema is brought to this release's.
    """
    from charterhouse.desk.life import restore as restoring

    catalogue = installation()
    slug = restoring.tenant_of(catalogue, file).slug
    _ask(yes, f"Give up what happened to {slug} since {file.name}?")
    with progress_bar(f"Restoring {slug}") as progress:
        found = restoring.restore(
            catalogue, file, cell=cell, actor=_ACTOR, progress=progress, after=catch_up
        )
    _tell_restored(found, as_json=as_json)


@click.command(name="export")
@click.argument("slug")
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path),
    default=Path(),
    help="A file that ends in .tar.gz, or a folder, made when missing, that gets "
    "<slug>-<moment>.export.tar.gz; this folder by default.",
)
@_yes
@_as_json
@told_plainly
def export(*, slug: str, target: Path, yes: bool, as_json: bool) -> None:
    """Write everything of a tenant in the open, for its owner.

    JSON Lines and documents; personal data, full identity numbers and the secrets of sign-ins
    among them. It is noted in the audit.
    """
    from charterhouse.desk.life.export import export as write

    catalogue = installation()
    tenant = tenant_named(catalogue, slug)
    _ask(yes, f"Write all personal data of {slug} in the open?")
    path = _file(target, tenant, "export.tar.gz")
    with progress_bar(f"Exporting {slug}") as progress:
        written = write(catalogue, tenant, path, actor=_ACTOR, progress=progress)
    _tell_written(written, as_json=as_json)


@click.command(name="import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--slug", help="The new tenant's name in addresses; that of the export by default.")
@click.option("--cell", help="Where its store is to be; the first with room by default.")
@_as_json
@told_plainly
def import_(*, file: Path, slug: str | None, cell: str | None, as_json: bool) -> None:
    """Make a tenant of an export, with keys of its own."""
    from charterhouse.desk.life.importing import import_ as read

    catalogue = installation()
    with progress_bar(f"Importing {file.name}") as progress:
        found = read(
            catalogue, file, slug=slug, cell=cell, actor=_ACTOR, progress=progress, after=catch_up
        )
    _tell_restored(found, as_json=as_json)


@click.command(name="move")
@click.argument("slug")
@click.argument("cell")
@_as_json
@told_plainly
def move(*, slug: str, cell: str, as_json: bool) -> None:
    """Move a tenant's store to another CELL.

    It is in use while it is copied, and can only be read while the copy is made to follow.
    """
    from charterhouse.desk.life import restore as restoring

    catalogue = installation()
    tenant = tenant_named(catalogue, slug)
    with progress_bar(f"Moving {slug}") as progress:
        found = restoring.move(catalogue, tenant, cell, actor=_ACTOR, progress=progress)
    _tell_restored(found, as_json=as_json)


@click.command(name="suspend")
@click.argument("slug")
@click.option("--reason", required=True, help="For the audit; no personal data.")
@told_plainly
def suspend(*, slug: str, reason: str) -> None:
    """Close a tenant for use, keeping everything."""
    catalogue = installation()
    now = catalogue.suspend(tenant_named(catalogue, slug).id, reason=reason, actor=_ACTOR)
    click.echo(f"{slug} is {now.status}")


@click.command(name="resume")
@click.argument("slug")
@told_plainly
def resume(*, slug: str) -> None:
    """Open a suspended or closed tenant again, and one whose restore or move broke off."""
    from charterhouse.desk.life.restore import give_up
    from charterhouse.tenancy import copies

    catalogue = installation()
    tenant = tenant_named(catalogue, slug)
    if tenant.status == "provisioning":
        raise Failure(
            f"{slug} was never finished: run the `apply` or `import` that broke off again, or close "
            "and erase it."
        )
    if any(one.state == "filling" for one in copies.spares(catalogue, tenant.id)):
        now = give_up(catalogue, tenant, actor=_ACTOR)
    else:
        now = catalogue.activate(tenant.id, actor=_ACTOR)
    click.echo(f"{slug} is {now.status}")


@click.command(name="limit")
@click.argument("slug")
@click.argument("limits", nargs=-1, metavar="[NAME=NUMBER]...")
@_as_json
@told_plainly
def limit(*, slug: str, limits: tuple[str, ...], as_json: bool) -> None:
    """Set limits of a tenant, or show them.

    max_store_mib, unit_seconds, keep_books_days, requests_second, requests_burst and
    requests_at_once; NAME= takes one back to the default.
    """
    catalogue = installation()
    tenant = tenant_named(catalogue, slug)
    wanted: dict[str, Any] = dict(tenant.limits)
    for each in limits:
        name, _, number = each.partition("=")
        wanted[name] = int(number) if number.isdecimal() else number
    wanted = {name: value for name, value in wanted.items() if value != ""}
    if limits:
        wanted = dict(catalogue.change(tenant.id, limits=wanted, actor=_ACTOR).limits)
    told = ", ".join(f"{name}={value}" for name, value in sorted(wanted.items()))
    _tell(as_json, f"{slug}: {told or 'the defaults'}", {"tenant": slug, "limits": wanted})


@click.command(name="close")
@click.argument("slug")
@_yes
@told_plainly
def close(*, slug: str, yes: bool) -> None:
    """Close a tenant for good; it can be resumed until it is erased."""
    catalogue = installation()
    tenant = tenant_named(catalogue, slug)
    _ask(yes, f"Close {slug} for its staff and members?")
    catalogue.set_status(tenant.id, "deleting", actor=_ACTOR)
    click.echo(f"{slug} is closed: it can be erased in 30 days, and resumed until then")


@click.command(name="erase")
@click.argument("slug")
@click.option("--now", "at_once", is_flag=True, help="Without waiting 30 days after it was closed.")
@click.option(
    "--keep-books",
    "days",
    type=click.IntRange(0, 36_525),
    help="Days; 0: not at all. By default the tenant's limit keep_books_days, else ten years.",
)
@_yes
@_as_json
@told_plainly
def erase(*, slug: str, at_once: bool, days: int | None, yes: bool, as_json: bool) -> None:
    """Destroy the keys of a closed tenant, its files and all that tells of people.

    Backups do not open any more. The ledger stays, without names, as long as books are kept.
    """
    from charterhouse.desk.life import erasing

    catalogue = installation()
    tenant = tenant_named(catalogue, slug)
    _ask(yes, f"Destroy the keys of {slug}? Nothing brings back what they sealed.")
    left = erasing.erase(catalogue, tenant, at_once=at_once, keep_books_days=days, actor=_ACTOR)
    _tell_erased(slug, left, as_json=as_json)


@click.command(name="renew-key")
@click.argument("slug")
@click.option(
    "--drop-older",
    is_flag=True,
    help="Destroy older keys afterwards: backups made with them do not open any more.",
)
@_as_json
@told_plainly
def renew_key(*, slug: str, drop_older: bool, as_json: bool) -> None:
    """Seal everything of a tenant with a new data key; it is in use meanwhile."""
    from charterhouse.desk.life import keys

    catalogue = installation()
    tenant = tenant_named(catalogue, slug)
    with progress_bar(f"Sealing {slug} anew") as progress:
        made = keys.renew_data_key(catalogue, tenant, actor=_ACTOR, progress=progress)
    if drop_older:
        keys.drop_older_keys(catalogue, tenant, actor=_ACTOR)
    _tell(
        as_json,
        f"{slug} has data key {made.version}: {made.values} values and {made.documents} documents "
        "sealed anew",
        {
            "tenant": slug,
            "version": made.version,
            "values": made.values,
            "documents": made.documents,
            "older_dropped": drop_older,
        },
    )


@click.command(name="rewrap-keys")
@click.option("--new-key", is_flag=True, help="Add a key to the file of keys first.")
@_as_json
@told_plainly
def rewrap_keys(*, new_key: bool, as_json: bool) -> None:
    """Wrap the keys of all tenants with the present master key, key file or key service."""
    from charterhouse.desk.life import keys
    from charterhouse.tenancy.wrapping import KeyFile

    catalogue = installation()
    wrapper = catalogue.installation.keyring.wrapper
    if new_key:
        if not isinstance(wrapper, KeyFile):
            raise Failure("There is no file of keys: set CHARTERHOUSE_KEY_WRAPPER=file:/path.")
        wrapper.add()
    with progress_bar("Wrapping keys") as progress:
        changed = keys.rewrap_keys(catalogue, actor=_ACTOR, progress=progress)
    total = len(catalogue.list())
    _tell(
        as_json,
        f"keys of {changed} of {total} tenants wrapped anew by {wrapper.name}",
        {"wrapper": wrapper.name, "changed": changed, "tenants": total},
    )


@click.command(name="tidy")
@_as_json
@told_plainly
def tidy(*, as_json: bool) -> None:
    """Remove stores that were replaced, and books whose time is over."""
    from charterhouse.tenancy import copies

    catalogue = installation()
    gone = copies.tidy(catalogue, actor=_ACTOR)
    left = copies.spares(catalogue)
    _tell(
        as_json,
        f"{len(gone)} stores removed, {len(left)} resting",
        {
            "removed": [str(one.store_id) for one in gone],
            "resting": [
                {
                    "tenant": catalogue.get(one.tenant_id).slug,
                    "state": one.state,
                    "until": one.until.isoformat() if one.until else None,
                }
                for one in left
            ],
        },
    )


COMMANDS = (
    backup,
    restore,
    export,
    import_,
    move,
    suspend,
    resume,
    limit,
    close,
    erase,
    renew_key,
    rewrap_keys,
    tidy,
)
"""What is added to `charterhouse tenant`."""


def _file(target: Path, tenant: Tenant, suffix: str) -> Path:
    """Where to write: a file by its ending, which the folder may have to be made for, or in a folder."""
    from charterhouse import clock

    ending = f".{suffix.removeprefix('export.')}"
    named = target.name.endswith(ending) and not target.is_dir()
    folder = target.parent if named else target
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Failure(
            f"{folder} is no folder and cannot be made one: give a folder, or a file that ends in {ending}."
        ) from error
    if named:
        return target
    moment = clock.now().astimezone(UTC)
    return target / f"{tenant.slug}-{moment:%Y%m%dT%H%M%SZ}.{suffix}"


def _ask(yes: bool, question: str) -> None:  # noqa: FBT001 - an option of the command line
    if not yes and not click.confirm(question):
        raise Failure("Nothing was done.")


def _tell(as_json: bool, line: str, value: dict[str, Any]) -> None:  # noqa: FBT001 - an option of the command line
    if as_json:
        print_json(value)
    else:
        click.echo(line)


def _tell_written(written: Written, *, as_json: bool) -> None:
    _tell(
        as_json,
        f"{written.path}: {written.rows} rows, {written.documents} documents, {written.size} bytes",
        {
            "file": str(written.path),
            "rows": written.rows,
            "documents": written.documents,
            "bytes": written.size,
        },
    )


def _tell_restored(found: Restored, *, as_json: bool) -> None:
    told = ", ".join(f"{number} {name}" for name, number in sorted(found.counts.items()))
    _tell(
        as_json,
        f"{found.tenant.slug} is in {found.tenant.cell}, as it was at {found.made_at}: {found.rows} rows, "
        f"{found.documents} documents; verified {told or 'nothing, as no charter was adopted'}"
        + (f"; brought here from schema {found.schema}" if found.schema else "")
        + (f"; read-only for {found.closed:.1f} s" if found.closed else ""),
        {
            "tenant": found.tenant.slug,
            "made_at": found.made_at,
            "cell": found.tenant.cell,
            "status": found.tenant.status,
            "rows": found.rows,
            "documents": found.documents,
            "verified": found.counts,
            "from_schema": found.schema or None,
            "read_only_seconds": round(found.closed, 1),
        },
    )


def _tell_erased(slug: str, left: Erased, *, as_json: bool) -> None:
    books, until = left.books, left.until.isoformat() if left.until else None
    value: dict[str, Any] = {"tenant": slug, "books_until": until}
    if books is None:
        _tell(as_json, f"{slug} is erased", value)
        return
    value["books"] = {
        "decisions": books.decisions,
        "postings": books.postings,
        "entries": books.entries,
        "differences": list(books.differences),
    }
    _tell(
        as_json,
        f"{slug} is erased; its books stay until {until}: {books.postings} postings of "
        f"{books.decisions} decisions, {len(books.differences)} differences",
        value,
    )
