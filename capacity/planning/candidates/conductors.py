"""Conductors that a line may be rebuilt with, what that does to its voltage drop, and the works it takes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from capacity.planning.candidates.grid import drop_ohm
from capacity.planning.candidates.ground import Ground
from capacity.tables.catalogue import Laid, Level, LineType
from capacity.tables.network_change import ExchangeConductor
from capacity.tables.words import Word
from capacity.tables.works import Work
from capacity.units import rounded_down

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


def laid_at(ground: Ground, bus: int) -> Laid:
    """How the line that supplies a bus is laid; overhead where none does."""
    lines = ground.grid.lines_up(bus, str(ground.grid.buses.at[bus, "level"]))
    return line_at(ground, lines[0]).laid if lines else "overhead"


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


def wanted_a(ground: Ground, line: Line) -> float:
    """Rated current at which a line's highest current lies below P4, just; NaN where it is not known."""
    current_a = float(ground.lines["max_i_a"].get(line.line_id, math.nan))
    return math.nextafter(100.0 * current_a / ground.market.thresholds["P4"], math.inf) + 1e-6


def highest_first(rebuilt: Iterable[tuple[Line, LineType]]) -> list[tuple[Line, LineType]]:
    """Lines with their conductors, the thickest first."""
    return sorted(rebuilt, key=lambda one: (-one[1].size_mm2, one[1].name, one[0].line_id))


def load_note(ground: Ground, rebuilt: Mapping[Line, LineType]) -> Word:
    """What conductors do to load rates, line by line."""
    zh, en = [], []
    for line, one in sorted(rebuilt.items(), key=lambda pair: pair[0].line_id):
        row = ground.lines.loc[line.line_id]
        before = f"{rounded_down(float(row['max_loading_percent']), 1):g} %"
        rate = 100.0 * float(row["max_i_a"]) / (1000.0 * one.max_i_ka * line.parallel)
        after = f"{rounded_down(rate, 1):g} %"
        zh.append(f"{line.line_id} 更换为 {one.name}：负载率由 {before} 降至约 {after}")
        en.append(f"{line.line_id} rebuilt with {one.name}: from {before} to about {after}")
    return Word("；".join(zh), "; ".join(en))


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
