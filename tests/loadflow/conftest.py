"""What every test of the load flow takes for granted."""

from __future__ import annotations

import pytest

from capacity.loadflow import year


@pytest.fixture(autouse=True)
def _short_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small windows are cut into ranges too, as long ones are."""
    monkeypatch.setattr(year, "LEAST_STEPS", 10)
