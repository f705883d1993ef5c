"""The files that anyone may take home: tables, workbook, maps, dictionary, method and licence of a release.

Everything is written from a :class:`~capacity.tables.release.Release` alone, and the same release gives the same bytes.
"""

from __future__ import annotations

from pathlib import Path

from capacity.disclosure.downloads.csv_tables import machine_frame, with_release, write_csv
from capacity.disclosure.downloads.dictionary import codes, dictionary, write_dictionary
from capacity.disclosure.downloads.download import Download, Kind
from capacity.disclosure.downloads.geography import DownloadError, write_geography
from capacity.disclosure.downloads.licence import write_licence
from capacity.disclosure.downloads.method import write_method
from capacity.disclosure.downloads.workbook import write_workbook
from capacity.tables.release import Release

__all__ = ["Download", "DownloadError", "Kind", "write_downloads"]


def write_downloads(release: Release, folder: Path) -> list[Download]:
    """Write every file but the pictures and the branches' notices.

    Parameters
    ----------
    folder : created where missing; files of these names are overwritten.

    Returns
    -------
    One entry per file, the most useful for people first; paths are relative to ``folder``.

    Raises
    ------
    DownloadError
        When a map holds another number of areas after writing than the release.
    """
    folder.mkdir(parents=True, exist_ok=True)
    beside = {
        "changes": with_release(machine_frame(release, "changes"), release),
        "branches": with_release(machine_frame(release, "branches"), release),
        "dictionary": dictionary(),
        "codes": codes(),
    }
    return [
        *write_workbook(release, folder),
        *write_csv(release, folder),
        *write_geography(release, folder, beside),
        *write_dictionary(release, folder),
        *write_method(release, folder),
        *write_licence(release, folder),
    ]
