"""Writing down what a draw consists of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from capacity.case.derived.graph import names
from capacity.tables._schema import conform, empty
from capacity.tables.case import Case
from capacity.tables.futures import DRAWN

NOWHERE = -1
Row = tuple[str, str, int, float, float, float]
"""Kind, what, bus, units, kW, percent."""


class Rows:
    """Collects rows of ``tables.futures.DRAWN``."""

    def __init__(self) -> None:
        self._rows: list[Row] = []

    def add(self, kind: str, what: str, *, bus: int = NOWHERE, p_kw: float = np.nan, percent: float = np.nan) -> None:
        """One row; ``bus`` says where (pandapower index)."""
        self._rows.append((kind, what, bus, np.nan, p_kw, percent))

    def add_many(self, kind: str, what: str, bus: Iterable[int], units: Iterable[float], p_kw: Any) -> None:
        """Adopters of one device by node."""
        self._rows += [
            (kind, what, int(one), float(number), float(power), np.nan)
            for one, number, power in zip(bus, units, p_kw, strict=True)
        ]

    def units(self) -> float:
        """Devices adopted in all."""
        return float(sum(row[3] for row in self._rows if row[3] == row[3]))

    def frame(self, case: Case) -> pd.DataFrame:
        """All rows, with the names of their places."""
        if not self._rows:
            return empty(DRAWN)
        frame = pd.DataFrame(self._rows, columns=["kind", "what", "bus", "units", "p_kw", "percent"])
        frame["node_id"] = frame["bus"].map(names(case.net.bus, "bus"))
        frame["transformer_id"] = frame["bus"].map(case.topology.buses["transformer_id"])
        return conform(frame.drop(columns="bus"), DRAWN)
