"""A service per test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the extra 'service' is not installed")

from fakes import Served, serving


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    made = serving(tmp_path)
    with made.client:
        yield made
