"""Fixtures that every room's tests may use; the small hand-worked case is in ``hand_case.py``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fasteners import InterProcessLock
from pandapower.auxiliary import pandapowerNet

from capacity.case.synthetic import build_bundled_case

_make_tables, _made = pandapowerNet.create_dataframes, dict[str, pd.DataFrame]()


def _tables_made_once(columns: dict[str, Any]) -> dict[str, Any]:
    """pandapower takes a tenth of a second for the tables of an empty network: made once, then copied."""
    kinds = {name: repr((name, one)) for name, one in columns.items() if isinstance(one, dict)}
    new = {name: columns[name] for name, kind in kinds.items() if kind not in _made}
    _made.update({kinds[name]: table for name, table in _make_tables(new).items()})
    columns.update({name: _made[kind].copy() for name, kind in kinds.items()})
    return columns


pandapowerNet.create_dataframes = staticmethod(_tables_made_once)


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
