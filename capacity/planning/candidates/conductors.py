"""Conductors that a line may be rebuilt with, what that does to its voltage drop, and the works it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from capacity.planning.candidates.grid import drop_ohm
from capacity.planning.candidates.ground import Ground
from capacity.tables.catalogue import Laid, Level, LineType
from capacity.tables.network_change import ExchangeConductor
from capacity.tables.works import Work

SINGLE_PHASE = ("BLV", "BVV")
"""Families of the library that service drops are made of."""


@dataclass(frozen=True)
class Line:
    """A line of the case as it is.

    Attributes
    ----------
    type_name : of its conductor, as the case calls it.
    laid : overhead where the case does not say it is a cable.
    parallel : circuits side by side.
    """

    index: int
    line_id: str
    type_name: str
    level: Level
    laid: Laid
    length_m: float
    max_i_ka: float
    parallel: int


def line_at(ground: Ground, index: int) -> Line:
    """A line by pandapower's index."""
    row = ground.grid.net.line.loc[index]
    name = "" if pd.isna(row.get("std_type")) else str(row["std_type"])
    known = ground.market.equipment.line(name)
    laid: Laid = known.laid if known else ("cable" if row.get("type") == "cs" else "overhead")
    level: Level = "mv" if ground.situation.case.topology.lines.at[index, "level"] == "mv" else "lv"
    parallel = row.get("parallel", 1)
    return Line(
        index, ground.grid.line_id(index), name, level, laid, 1000.0 * float(row["length_km"]), float(row["max_i_ka"]),
        1 if pd.isna(parallel) else int(parallel),
    )  # fmt: skip


def larger_types(ground: Ground, line: Line) -> list[LineType]:
    """Larger conductors of the same family, smallest first; of the choices' family where the line's is not known."""
    equipment, defaults = ground.market.equipment, ground.choices.conductors
    known = equipment.line(line.type_name)
    family = _family(known.name) if known else getattr(defaults, f"{line.level}_{line.laid}").name
    alike = [one for one in equipment.lines if _family(one.name) == family and one.level == line.level]
    return sorted((one for one in alike if one.max_i_ka > line.max_i_ka), key=lambda one: (one.size_mm2, one.name))


def kept_share(ground: Ground, line: Line, one: LineType) -> float:
    """What is left of a line's voltage drop with another conductor, as a share; the current stays."""
    before = ground.grid.ohm_per_km(line.index, ground.power_factor)
    after = drop_ohm(one.r_ohm_per_km, one.x_ohm_per_km, ground.power_factor) / line.parallel
    return after / before if before > 0.0 else 1.0


def exchanges(rebuilt: Sequence[tuple[Line, LineType]]) -> list[ExchangeConductor]:
    """The changes, one for each conductor."""
    names = sorted({one.name for _, one in rebuilt})
    return [
        ExchangeConductor(
            kind="exchange_conductor",
            line_ids=tuple(sorted(line.line_id for line, one in rebuilt if one.name == name)),
            line_type=name,
        )
        for name in names
    ]


def rebuilding_works(rebuilt: Sequence[tuple[Line, LineType]]) -> list[Work]:
    """The works, one for each conductor and each kind of line."""
    groups: dict[tuple[str, int], list[Line]] = {}
    for line, one in rebuilt:
        groups.setdefault((one.name, line.parallel), []).append(line)
    works: list[Work] = []
    for (name, circuits), lines in sorted(groups.items()):
        length_m = sum(line.length_m for line in lines)
        ids = tuple(sorted(line.line_id for line in lines))
        works += line_works(lines[0].level, lines[0].laid, name, length_m, ids, circuits)
    return works


def line_works(
    level: Level, laid: Laid, type_name: str, length_m: float, element_ids: Sequence[str] = (), circuits: int = 1
) -> list[Work]:
    """A line that is built or rebuilt for everybody; a cable with its trench, a single-phase one as service drop."""
    overhead, ids = laid == "overhead", tuple(element_ids)
    kind = {"mv": "mv_line" if overhead else "mv_cable", "lv": "lv_line" if overhead else "lv_cable"}[level]
    shared: bool | None = True
    if type_name.startswith(SINGLE_PHASE):
        kind, shared = "lv_service_drop", None
    works = [Work(kind, type_name=type_name, length_m=length_m, count=circuits, shared=shared, element_ids=ids)]
    return works if overhead else [*works, Work("trench", length_m=length_m, shared=True, element_ids=ids)]


def _family(name: str) -> str:
    return name.rpartition("-")[0]
