"""10 kV load moved over a tie that stands open today: the tie closed, the network opened elsewhere."""

from __future__ import annotations

from capacity.planning.candidates.ground import Ground
from capacity.planning.candidates.mv import MediumVoltage, MvNeeds, Transfer, mv_needs
from capacity.planning.candidates.open_points import Tie, open_ties, openings
from capacity.planning.candidates.opening import opening_above
from capacity.planning.candidates.relieving import Relief, best_of, relief_of
from capacity.tables.measure import Measure
from capacity.tables.network_change import SetSwitch
from capacity.tables.works import Work


def move_open_point(ground: Ground) -> list[Measure]:
    """For each tie the few openings that relieve a need: at switches, and the best that takes a new switch.

    Of several those which leave the loads of both sides nearest each other.
    """
    mv = MediumVoltage(ground)
    needs = mv_needs(ground, mv)
    found = []
    for tie in open_ties(ground.grid, "mv"):
        if str(ground.grid.buses.at[tie.near, "feeder_id"]) == ground.situation.feeder_id:
            there, bought = reliefs_over(ground, mv, needs, tie)
            chosen = [*best_of(there, ground.choices.values.tie_positions.value), *best_of(bought, 1)]
            found += [_measure(ground, tie, relief) for relief in chosen]
    return found


def reliefs_over(ground: Ground, mv: MediumVoltage, needs: MvNeeds, tie: Tie) -> tuple[list[Relief], list[Relief]]:
    """What helps with the switches that are there, and with one more."""
    there: list[Relief] = []
    bought: list[Relief] = []
    for bus in openings(ground.grid, tie.near, tie.far):
        opening = opening_above(ground, bus)
        relief = relief_of(ground, mv, needs, Transfer(bus, tie.near, tie.far, _tie_drop(mv, tie)))
        if opening is not None and relief is not None:
            (bought if opening.bought else there).append(relief)
    return there, bought


def _tie_drop(mv: MediumVoltage, tie: Tie) -> float:
    if tie.line is None:
        return 0.0
    grid = mv.ground.grid
    ohm = grid.ohm_per_km(tie.line, mv.ground.power_factor) * float(grid.net.line.at[tie.line, "length_km"])
    return ohm / (1000.0 * float(grid.buses.at[tie.near, "vn_kv"]) ** 2)


def _measure(ground: Ground, tie: Tie, relief: Relief) -> Measure:
    opening = opening_above(ground, relief.transfer.open_bus)
    assert opening is not None, "only places that can be opened are looked at"
    ids = (tie.switch_id, opening.element_id)
    works = [Work("open_point_move", element_ids=ids)]
    if opening.bought:
        works.append(Work("mv_tee_switch", shared=True, element_ids=(opening.element_id,)))
    return ground.measure(
        "move_open_point",
        ground.name("move_open_point", *ids),
        works=works,
        changes=[opening.change, SetSwitch(kind="set_switch", switch_id=tie.switch_id, closed=True)],
        element_ids=ids,
        area_ids=relief.area_ids,
        note=relief.words(ground, opening.element_id, tie.switch_id),
    )
