"""What the checks look at: the case, the window, and the look-ups several checks need, each made once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.checks.sheet import Sheet, lay_out
from capacity.tables.case import Case, Window
from capacity.tables.issue import Issue

CARRIERS = ("bus", "line", "trafo")
"""Tables of the network whose names are ids of results."""


@dataclass(frozen=True)
class Facts:
    """A case and what is derived from it on demand. Nothing here changes the case.

    ``coverage_min_percent`` is the policy's least share of steps with a reading that counts (P1).
    """

    case: Case
    window: Window
    coverage_min_percent: float

    @cached_property
    def sheet(self) -> Sheet:
        """The readings of the window, laid on the grid of steps and judged."""
        return lay_out(self.case, self.window)

    @cached_property
    def ledger(self) -> pd.DataFrame:
        """``transformers.csv`` by transformer id, the first row of each id."""
        table = self.case.transformers
        return table[table["transformer_id"].notna()].drop_duplicates("transformer_id").set_index("transformer_id")

    @cached_property
    def serving(self) -> pd.DataFrame:
        """The ledger without transformers taken out of service before the window's end."""
        gone = pd.to_datetime(self.ledger["valid_to"]) <= self.window.end
        return self.ledger[~gone.to_numpy(dtype=bool)]

    @cached_property
    def rated_kva(self) -> dict[str, float]:
        """Rating by transformer id; only usable ones."""
        rated = pd.to_numeric(self.ledger["rated_kva"], errors="coerce").astype("float64")
        return {str(i): float(v) for i, v in rated[np.isfinite(rated) & (rated > 0.0)].items()}

    @cached_property
    def area_of(self) -> dict[str, str]:
        """Area id by transformer id, where stated."""
        return {str(i): str(a) for i, a in self.ledger["area_id"].dropna().items()}

    @cached_property
    def feeder_of(self) -> dict[str, str]:
        """Feeder id by transformer id: the ledger's, else the network's."""
        derived = self.case.topology.trafos.dropna(subset=["feeder_id"])
        found = dict(zip(derived["trafo_id"].astype(str), derived["feeder_id"].astype(str), strict=True))
        return found | {str(i): str(f) for i, f in self.ledger["feeder_id"].dropna().items()}

    @cached_property
    def known_feeders(self) -> set[str]:
        """Feeder ids of the table and of the network."""
        return ids_of(self.case.feeders, "feeder_id") | ids_of(self.case.topology.feeders, "feeder_id")

    @cached_property
    def trafos(self) -> pd.DataFrame:
        """``net.trafo`` with ``trafo_id`` and the topology's ``kind`` and ``derived_feeder_id``."""
        trafos, topology = self.case.net.trafo, self.case.topology.trafos
        return trafos.assign(
            trafo_id=trafos["name"].astype("string"),
            kind=topology["kind"].reindex(trafos.index),
            derived_feeder_id=topology["feeder_id"].reindex(trafos.index),
        )

    @cached_property
    def distribution(self) -> pd.DataFrame:
        """The distribution transformers of the network by id, the first of each id."""
        named = self.trafos[(self.trafos["kind"] == "distribution") & self.trafos["trafo_id"].notna()]
        return named.drop_duplicates("trafo_id").set_index("trafo_id")

    @cached_property
    def transformer_of_bus(self) -> pd.Series:
        """Supplying distribution transformer by bus index; missing at MV and HV."""
        return self.case.topology.buses["transformer_id"]

    @cached_property
    def node_ids(self) -> dict[str, int]:
        """Bus index by bus name."""
        names = self.case.net.bus["name"].dropna()
        return {str(name): int(index) for index, name in names.items()}

    def areas_of(self, transformer_ids: Iterable[object]) -> list[str]:
        """The areas of transformers, where stated, each once."""
        return sorted({self.area_of[str(t)] for t in transformer_ids if str(t) in self.area_of})

    def areas_of_feeders(self, feeder_ids: Iterable[object]) -> list[str]:
        """The areas with a transformer on one of the feeders."""
        wanted = {str(f) for f in feeder_ids}
        return self.areas_of(t for t, feeder in self.feeder_of.items() if feeder in wanted)

    def areas_of_buses(self, buses: Iterable[int]) -> list[str]:
        """The areas supplied through buses: their transformer's, or at MV every area of their feeder."""
        rows = self.case.topology.buses.reindex(list(buses))
        low = rows["transformer_id"].dropna()
        feeders = rows.loc[rows["transformer_id"].isna(), "feeder_id"].dropna()
        return sorted({*self.areas_of(low), *self.areas_of_feeders(feeders)})

    def areas_of_lines(self, lines: Iterable[int]) -> list[str]:
        """The areas supplied through lines: their transformer's, or at MV every area of their feeder."""
        rows = self.case.topology.lines.reindex(list(lines))
        low = rows["transformer_id"].dropna()
        feeders = rows.loc[rows["transformer_id"].isna(), "feeder_id"].dropna()
        return sorted({*self.areas_of(low), *self.areas_of_feeders(feeders)})


Check = Callable[[Facts], Iterator[Issue]]


def ids_of(table: pd.DataFrame, column: str) -> set[str]:
    """The ids of a column, as text; an absent column has none."""
    return set(table[column].dropna().astype(str)) if column in table.columns else set()


def numbers(table: pd.DataFrame, column: str) -> npt.NDArray[np.float64]:
    """A column as float64; what is no number, or an absent column, is NaN."""
    if column not in table.columns:
        return np.full(len(table), np.nan)
    return pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)


def element_names(table: pd.DataFrame, rows: npt.NDArray[np.bool_]) -> list[str]:
    """Names of the chosen rows of a table of the network; ``index 7`` where an element has none."""
    chosen = table.loc[rows, "name"]
    return [str(name) if pd.notna(name) and str(name) else f"index {index}" for index, name in chosen.items()]
