"""Writing down what a draw consists of."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from capacity.case.derived.graph import names
from capacity.tables._schema import conform, empty
from capacity.tables.case import Case
from capacity.tables.futures import DRAWN


class Rows:
    """Collects rows of ``tables.futures.DRAWN``."""

    def __init__(self) -> None:
        self._frames: list[pd.DataFrame] = []

    def add(
        self,
        kind: str,
        what: str,
        *,
        bus: int | None = None,
        case: Case | None = None,
        p_kw: float = np.nan,
        percent: float = np.nan,
    ) -> None:
        """One row; ``bus`` says where, in ``case``."""
        row: dict[str, Any] = {"kind": [kind], "what": [what], "p_kw": [p_kw], "percent": [percent]}
        frame = pd.DataFrame(row)
        self._frames.append(frame if bus is None or case is None else _placed(frame, case, pd.Series([bus])))

    def add_many(self, case: Case, kind: str, what: str, bus: pd.Series, units: pd.Series, p_kw: Any) -> None:
        """Adopters of one device by node."""
        frame = pd.DataFrame({"units": units.to_numpy(), "p_kw": p_kw}).assign(kind=kind, what=what)
        self._frames.append(_placed(frame, case, bus.reset_index(drop=True)))

    def frame(self) -> pd.DataFrame:
        """All rows."""
        full = [frame.dropna(axis=1, how="all") for frame in self._frames]
        return conform(pd.concat(full, ignore_index=True), DRAWN) if full else empty(DRAWN)


def _placed(frame: pd.DataFrame, case: Case, bus: pd.Series) -> pd.DataFrame:
    ids = names(case.net.bus, "bus")
    return frame.assign(node_id=bus.map(ids), transformer_id=bus.map(case.topology.buses["transformer_id"]))
