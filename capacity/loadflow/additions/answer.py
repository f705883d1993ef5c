"""From figures at local buses to a table by pandapower bus, with everything that binds named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.loadflow.additions.asking import (
    LINE,
    SECTION,
    SUBSTATION,
    TRANSFORMER,
    TRUNK_VOLTAGE,
    VOLTAGE,
)

if TYPE_CHECKING:
    from capacity.loadflow.additions.setting import Setting

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]

KIND_WORD = {
    TRANSFORMER: "transformer_loading",
    LINE: "line_loading",
    VOLTAGE: "voltage",
    SECTION: "section_loading",
    SUBSTATION: "substation_loading",
    TRUNK_VOLTAGE: "voltage",
}


@dataclass(frozen=True)
class Limit:
    """What binds: its kind's word, and ``bus`` (electrical), ``branch`` (row of the grid) or ``substation`` (meter)."""

    kind: str
    table: str
    place: int
    step: int


NOTHING = Limit("", "", -1, -1)


@dataclass(frozen=True)
class Answer:
    """The figure of one electrical bus."""

    bus: int
    kva: float
    binding: Limit
    next: Limit
    next_kva: float
    reason: str


def to_table(setting: Setting, answers: list[Answer]) -> pd.DataFrame:
    """One row per pandapower bus of the networks, columns as in :class:`capacity.tables.additions.Additions`."""
    grid = setting.grid
    buses = setting.case.net.bus.index.to_numpy(np.int64)
    electrical = grid.bus_of[buses]
    first = pd.Series(buses[electrical >= 0], index=electrical[electrical >= 0])
    first = first[~first.index.duplicated()]

    def named(limit: Limit) -> tuple[str | None, str | None, int, int]:
        if not limit.table:
            return None, None, -1, -1
        if limit.table == "bus":
            return limit.kind, "bus", int(first.at[limit.place]), limit.step
        if limit.table == "substation":
            return limit.kind, "substation", limit.place, limit.step
        branches = grid.branches
        return limit.kind, str(branches.kind[limit.place]), int(branches.element[limit.place]), limit.step

    rows = {
        answer.bus: (answer.kva, *named(answer.binding), *named(answer.next), answer.next_kva, answer.reason)
        for answer in answers
    }
    columns = [
        "kva", "kind", "table", "element", "step", "next_kind", "next_table", "next_element", "next_step", "next_kva",
        "reason",
    ]  # fmt: skip
    mine = np.array([bus in rows for bus in electrical.tolist()], dtype=bool)
    table = pd.DataFrame([rows[bus] for bus in electrical[mine].tolist()], index=buses[mine], columns=columns)
    return table.astype({"kva": "float64", "next_kva": "float64", "element": "int64", "step": "int64"})
