"""A new 10 kV line to another feeder that takes over part of the load."""

from __future__ import annotations

import math
from dataclasses import dataclass

from capacity.planning.candidates.conductors import laid_at, line_works
from capacity.planning.candidates.grid import drop_ohm
from capacity.planning.candidates.ground import Ground
from capacity.planning.candidates.move_open_point import reliefs_over
from capacity.planning.candidates.mv import MediumVoltage, MvNeeds, Transfer, mv_needs
from capacity.planning.candidates.open_points import open_ties, openings
from capacity.planning.candidates.opening import opening_above
from capacity.planning.candidates.relieving import Relief, best_of, relief_of
from capacity.planning.candidates.routes import Map, Pair
from capacity.tables.catalogue import LineType
from capacity.tables.measure import Measure
from capacity.tables.network_change import AddLine
from capacity.tables.works import Work


@dataclass(frozen=True)
class _NewTie:
    relief: Relief
    type: LineType
    length_m: float


def feeder_tie(ground: Ground) -> list[Measure]:
    """The best new tie to each feeder, unless one that is there clears all: the shortest that does, else the best."""
    mv = MediumVoltage(ground)
    needs = mv_needs(ground, mv)
    if not needs.wanted_a and not needs.short_pu:
        return []
    best, plane = [], Map(ground)
    for others in _others(ground, mv, needs).values():
        ties = [tie for near in _own(ground, needs) for tie in _from(ground, mv, needs, plane.nearest([near], others))]
        if ties:
            best.append(min(ties, key=_rank))
    return [_measure(ground, tie) for tie in sorted(best, key=_rank)[: ground.choices.values.new_ties.value]]


def _rank(tie: _NewTie) -> tuple[bool, float, int, int]:
    clears, transfer = tie.relief.clears, tie.relief.transfer
    return not clears, tie.length_m if clears else -tie.relief.benefit, transfer.near, transfer.open_bus


def _own(ground: Ground, needs: MvNeeds) -> list[int]:
    """10 kV buses of the feeder behind what is in need or on the way to it."""
    grid = ground.grid
    roots = [grid.far_bus[line] for line in needs.wanted_a] + list(needs.short_pu)
    behind = {bus for root in roots for bus in grid.subtree(root) if grid.buses.at[bus, "level"] == "mv"}
    on_way = {bus for root in roots for bus in grid.up(root) if grid.parent[bus] >= 0}
    mine = grid.buses["feeder_id"]
    return sorted(bus for bus in behind | on_way if str(mine.at[bus]) == ground.situation.feeder_id)


def _others(ground: Ground, mv: MediumVoltage, needs: MvNeeds) -> dict[str, list[int]]:
    """10 kV buses of the other feeders of the case to which no tie leads that clears all."""
    buses, own = ground.grid.buses, ground.situation.feeder_id
    feeder = buses.loc[buses["level"].eq("mv") & (buses["depth"] > 0), "feeder_id"].dropna().astype(str)
    left_out = {own}
    for tie in open_ties(ground.grid, "mv"):
        if str(buses.at[tie.near, "feeder_id"]) == own:
            there, bought = reliefs_over(ground, mv, needs, tie)
            if any(relief.clears for relief in [*there, *bought]):
                left_out.add(str(buses.at[tie.far, "feeder_id"]))
    return {name: [int(bus) for bus in group.index] for name, group in feeder.groupby(feeder) if name not in left_out}


def _from(ground: Ground, mv: MediumVoltage, needs: MvNeeds, pair: Pair | None) -> list[_NewTie]:
    """The best opening for a tie between two places; empty where none helps."""
    if pair is None:
        return []
    near, far, metres = pair
    one = ground.market.equipment.line(ground.choices.built.of("tie", laid_at(ground, near)))
    if one is None:
        return []
    length_m = max(1.0, metres * ground.choices.values.detour_factor.value)
    if length_m > ground.choices.values.tie_longest_m.value:
        return []
    kv = float(ground.grid.buses.at[near, "vn_kv"])
    ohm = drop_ohm(one.r_ohm_per_km, one.x_ohm_per_km, ground.power_factor) * length_m / 1000.0
    most_kva = math.sqrt(3.0) * kv * 1000.0 * one.max_i_ka * ground.market.thresholds["P4"] / 100.0
    reliefs = [
        relief_of(ground, mv, needs, Transfer(bus, near, far, ohm / (1000.0 * kv**2)))
        for bus in openings(ground.grid, near, far)
        if opening_above(ground, bus) is not None
    ]
    helpful = [relief for relief in reliefs if relief is not None and relief.after.moved_kva < most_kva]
    return [_NewTie(relief, one, round(length_m, 1)) for relief in best_of(helpful, 1)]


def _measure(ground: Ground, tie: _NewTie) -> Measure:
    grid, transfer = ground.grid, tie.relief.transfer
    opening = opening_above(ground, transfer.open_bus)
    assert opening is not None, "only places that can be opened are looked at"
    near, far = grid.bus_id(transfer.near), grid.bus_id(transfer.far)
    measure_id = ground.name("feeder_tie", near, far, opening.element_id)
    line_id = ground.new_id(f"{measure_id}-L")
    line = AddLine(
        kind="add_line", line_id=line_id, from_node_id=near, to_node_id=far, length_m=tie.length_m,
        line_type=tie.type.name,
    )  # fmt: skip
    works = line_works("mv", tie.type.laid, tie.type.name, tie.length_m, (line_id,))
    switches = Work("mv_tee_switch", count=1 + opening.bought, shared=True, element_ids=(line_id,))
    built = f"{near}–{far} {tie.length_m:.0f} m {tie.type.name}"
    return ground.measure(
        "feeder_tie",
        measure_id,
        works=[*works, switches],
        changes=[opening.change, line],
        element_ids=[opening.element_id, line_id],
        area_ids=tie.relief.area_ids,
        note=tie.relief.words(ground, opening.element_id, built),
    )
