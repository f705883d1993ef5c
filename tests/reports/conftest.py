"""Folders that several tests of the reports read; nobody may change them."""

import datetime as dt
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "runs"))

from sample_report import write_matrix, write_month, write_sample_plan


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Runs of June, July and September 2026, a matrix, two plans of one case."""
    root = tmp_path_factory.mktemp("report")
    return {
        "june": write_month(root / "june", dt.date(2026, 7, 1)),
        "july": write_month(root / "july", dt.date(2026, 8, 1), peaks_percent={"T001": 66.0}),
        "september": write_month(
            root / "september",
            dt.date(2026, 10, 1),
            peaks_percent={"T001": 66.0},
            accepted=(("A-001", "T004", 20.0), ("A-003", "T003", 15.0)),
        ),
        "matrix": write_matrix(root / "matrix"),
        "growth": write_sample_plan(root / "growth"),
        "high": write_sample_plan(root / "high", scenario="high"),
    }
