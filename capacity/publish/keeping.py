"""The site and its record change together or not at all, also when the writer is killed.

A record is made whole beside the old one and left pending; then the site is swapped, then the record. The swap of the
site decides: whoever publishes next looks whether the site holds the release that a pending record was made with, and
finishes or drops the record accordingly.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from capacity.publish.places import bond_of, holds_newest
from capacity.runs.swap import only_writer, present, put_in_place, recover


@contextmanager
def sole_keeper(record: Path) -> Iterator[None]:
    """Hold a record while something is published, after settling what a killed writer left pending.

    Raises
    ------
    RunError
        Another process holds it.
    """
    record.parent.mkdir(parents=True, exist_ok=True)
    with only_writer(record):
        settle(record)
        yield


def settle(record: Path) -> None:
    """Finish or drop what a killed writer left of a record; for its one keeper."""
    recover(record)
    pending = _pending(record)
    shutil.rmtree(_unfinished(record), ignore_errors=True)
    if not pending.is_dir():
        return
    bond = bond_of(pending)
    if bond is not None and holds_newest(bond):
        put_in_place(pending, record)
    else:
        shutil.rmtree(pending)


def settle_another(record: Path, ours: Path) -> None:
    """The same for a record that is only read, where something was left of it."""
    if record != ours and (_pending(record).is_dir() or present(record) != record):
        with sole_keeper(record):
            pass


def leave_pending(record: Path, fill: Callable[[Path], None]) -> None:
    """Make the record's new contents beside it; nothing counts before they are whole."""
    growing = _unfinished(record)
    growing.mkdir()
    fill(growing)
    put_in_place(growing, _pending(record))


def confirm(record: Path) -> None:
    """The site is there: put the pending record in its place."""
    put_in_place(_pending(record), record)


def after_failure(record: Path) -> None:
    """The writing of the site went wrong: keep the pending record only if the site is there all the same."""
    bond = bond_of(_pending(record))
    if bond is not None and Path(bond.site).is_dir() and holds_newest(bond):
        confirm(record)
    for folder in (_pending(record), _unfinished(record)):
        shutil.rmtree(folder, ignore_errors=True)


def _pending(record: Path) -> Path:
    return record.with_name(f".{record.name}.pending")


def _unfinished(record: Path) -> Path:
    return record.with_name(f".{record.name}.unfinished")
