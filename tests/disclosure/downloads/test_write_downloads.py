"""All files together: what is listed is there, the same release gives the same bytes, and nothing else gets in."""

from __future__ import annotations

import getpass
import socket
import time
from dataclasses import replace
from pathlib import Path

import pytest
from sample_release import sample_release
from unpacking import texts_below

from capacity.disclosure.downloads import write_downloads
from capacity.disclosure.downloads.csv_tables import write_frame
from capacity.disclosure.downloads.wording import SYNTHETIC
from capacity.tables._schema import empty
from capacity.tables.public import ALL

OLD = ("数据陈旧：公布时已超过 62 天", "old data: more than 62 days old when published")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_write_downloads__lists_exactly_what_it_wrote(tmp_path: Path) -> None:
    written = write_downloads(sample_release(), tmp_path / "new")
    assert sorted(download.path for download in written) == sorted(contents(tmp_path / "new"))
    kinds = {download.kind for download in written}
    assert kinds == {"xlsx", "csv", "geojson", "gpkg", "json", "txt"}
    for download in written:
        assert download.path.rsplit(".", 1)[1] == download.kind
        assert download.title_zh
        assert download.title_en.isascii()
        assert download.branch is None
    assert len({download.title_en for download in written}) == len(written)


def test_write_downloads__the_same_bytes_at_another_time_and_place(tmp_path: Path) -> None:
    write_downloads(sample_release(), tmp_path / "one")
    time.sleep(2.1)  # archives count in steps of two seconds
    write_downloads(sample_release(), tmp_path / "elsewhere" / "two")
    write_downloads(sample_release(), tmp_path / "elsewhere" / "two")  # upon itself
    assert contents(tmp_path / "one") == contents(tmp_path / "elsewhere" / "two")


def test_write_downloads__no_file_knows_where_by_whom_or_on_what_it_was_made(tmp_path: Path) -> None:
    folder = tmp_path / "marked-folder"
    write_downloads(sample_release(), folder)
    secrets = [str(tmp_path), tmp_path.name, "marked-folder", socket.gethostname(), str(Path.home())]
    secrets += [getpass.getuser()] if len(getpass.getuser()) > 4 else []
    for where, text in texts_below(folder):
        for secret in secrets:
            if len(secret) > 3:
                assert secret not in text, where


@pytest.mark.parametrize(("stale", "synthetic"), [(True, True), (False, True), (True, False), (False, False)])
def test_write_downloads__old_and_synthetic_data_are_marked_in_every_file(
    tmp_path: Path, stale: bool, synthetic: bool
) -> None:
    release = sample_release(stale=stale)
    release = replace(release, about=release.about.model_copy(update={"synthetic": synthetic}))
    written = write_downloads(release, tmp_path)
    texts: dict[str, str] = {}
    for where, text in texts_below(tmp_path):
        name = where.split("!")[0].split(" ")[0]
        texts[name] = texts.get(name, "") + text
    for download in written:
        if download.path in ("dictionary.csv", "codes.csv"):  # what columns mean does not depend on the data
            continue
        text, flags = texts[download.path], (str(synthetic).lower(), str(stale).lower())
        if download.kind in ("json", "geojson"):
            assert f'"synthetic": {flags[0]}' in text
            assert f'"stale": {flags[1]}' in text
        elif download.kind == "csv" and download.path.count(".") == 1:
            assert text.splitlines()[1].endswith(",".join(("2026-11", *flags)))
        elif download.kind != "gpkg":  # whose columns are held against the release in test_geography
            assert (OLD[0] in text or OLD[1] in text) == stale, download.path
            assert (SYNTHETIC.zh in text or SYNTHETIC.en in text) == synthetic, download.path


def test_write_downloads__a_release_without_hours_changes_or_polygons(tmp_path: Path) -> None:
    release = sample_release()
    bare = replace(
        release,
        hours=empty(ALL["hours"]),
        changes=empty(ALL["changes"]),
        shapes=release.shapes.iloc[:0],
        areas=release.areas.assign(has_hours=False),
        about=release.about.model_copy(update={"previous_id": None}),
    )
    written = write_downloads(bare, tmp_path)
    assert all((tmp_path / download.path).stat().st_size > 0 for download in written)
    assert (tmp_path / "hours.csv").read_text(encoding="utf-8-sig").count("\n") == 1


def test_write_frame__an_empty_table_has_its_head(tmp_path: Path) -> None:
    write_frame(empty(ALL["changes"]), tmp_path / "changes.csv")
    assert (tmp_path / "changes.csv").read_text(encoding="utf-8-sig").strip() == ",".join(ALL["changes"].columns)
