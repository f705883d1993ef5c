"""A release as large as a big city's: how long it takes to write, and how large the site is."""

from __future__ import annotations

import tarfile
import time
from pathlib import Path

import pytest
from page_shells import plain_page
from sample_release import large_release

from capacity.disclosure.site import built_page, write_site
from capacity.errors import PublicationError
from capacity.publish.offers import writers

MOST_BYTES = 15_000_000
MOST_CPU_S = 60.0


@pytest.mark.whole
def test_write_site__ten_thousand_areas_with_hours(tmp_path: Path) -> None:
    release = large_release(10_000)
    try:
        assets = built_page()
    except PublicationError:
        assets = plain_page(tmp_path / "static")
    folder = tmp_path / "site"
    folder.mkdir()
    began = time.process_time()
    write_site(release, assets, writers(), folder)
    assert time.process_time() - began < MOST_CPU_S
    with tarfile.open(tmp_path / "site.tar.gz", "w:gz") as archive:
        archive.add(folder, "site")
    assert (tmp_path / "site.tar.gz").stat().st_size <= MOST_BYTES
