"""Fixtures that every room's tests may use; the small hand-worked case is in ``hand_case.py``."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from fasteners import InterProcessLock

from capacity.case.synthetic import build_bundled_case


@pytest.fixture(scope="session")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the bundled case, built once for all processes of a test run. Nobody may change it."""
    root = tmp_path_factory.getbasetemp()
    root = root.parent if "PYTEST_XDIST_WORKER" in os.environ else root
    folder = root / "bundled" / "lanxi"
    with InterProcessLock(root / "bundled.lock"):
        if not folder.is_dir():
            unfinished = root / "unfinished" / "lanxi"
            build_bundled_case(unfinished)
            folder.parent.mkdir()
            unfinished.rename(folder)
    return folder
