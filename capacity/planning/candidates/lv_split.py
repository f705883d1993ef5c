"""A new LV circuit from the busbar to the middle of a loaded or long one, which is opened there."""

from __future__ import annotations

import math
from dataclasses import dataclass

from capacity.planning.candidates.conductors import laid_at, line_works
from capacity.planning.candidates.ground import Ground
from capacity.planning.candidates.lv_feeding import Feeding, feeding, lift_words, link_drop_pu, places, worst_lift_pu
from capacity.planning.candidates.lv_voltage import LvVoltages
from capacity.planning.candidates.opening import opening_above
from capacity.planning.candidates.routes import Map
from capacity.planning.candidates.stronger_lv_conductor import loaded_lines
from capacity.tables.catalogue import LineType
from capacity.tables.measure import Measure
from capacity.tables.network_change import AddLine
from capacity.tables.words import Word
from capacity.tables.works import Work
from capacity.units import rounded_down


@dataclass(frozen=True)
class _Circuit:
    type: LineType
    length_m: float
    after: Feeding


def lv_split(ground: Ground) -> list[Measure]:
    """The shortest circuits that bring loaded lines below P4, and those that lift low nodes most."""
    found, plane = [], Map(ground)
    for transformer_id, lines in loaded_lines(ground).items():
        voltages = ground.lv_voltages(transformer_id)
        for line in lines:
            found += [
                _measure(ground, transformer_id, one, _load_note(ground, line, one))
                for one in _for_line(ground, plane, voltages, line)
            ]
    for transformer_id in ground.at_transformers("P10"):
        voltages = ground.lv_voltages(transformer_id)
        found += [
            _measure(ground, transformer_id, one, _voltage_note(ground, voltages, one))
            for one in _for_voltage(ground, plane, voltages)
        ]
    return found


def _circuits(ground: Ground, plane: Map, voltages: LvVoltages) -> list[_Circuit]:
    """A circuit to each node that is not a circuit's first one, where the conductor carries what it takes over."""
    grid, busbar, found = ground.grid, ground.grid.busbar(voltages.transformer_id), []
    for bus in places(ground, voltages.transformer_id):
        if grid.parent[bus] == busbar:
            continue
        one = ground.market.equipment.line(ground.choices.built.of("circuit", laid_at(ground, bus)))
        length_m = _length_m(ground, plane, busbar, bus)
        kv, taken_kva = float(grid.buses.at[bus, "vn_kv"]), grid.below_kva[bus]
        if one is None or taken_kva <= 0.0:
            continue
        if taken_kva / (math.sqrt(3.0) * kv * 1000.0 * one.max_i_ka) * 100.0 >= ground.market.thresholds["P4"]:
            continue
        fed_pu = voltages.busbar_pu - link_drop_pu(ground, one, length_m, taken_kva, kv)
        found.append(_Circuit(one, length_m, feeding(ground, voltages, bus, fed_pu)))
    return found


def _length_m(ground: Ground, plane: Map, busbar: int, bus: int) -> float:
    """The shorter of a route of its own and that of the lines there are."""
    lengths_km = ground.grid.net.line["length_km"]
    along_m = 1000.0 * sum(float(lengths_km.at[line]) for line in ground.grid.lines_up(bus, "lv"))
    route_m = plane.route_m(busbar, bus)
    return round(along_m if math.isnan(route_m) else min(route_m, along_m), 1)


def _for_line(ground: Ground, plane: Map, voltages: LvVoltages, line: int) -> list[_Circuit]:
    """To behind a loaded line, so that what is left stays below P4; the shortest ones."""
    far = ground.grid.far_bus[line]
    behind = set(ground.grid.subtree(far))
    enough = [
        one
        for one in _circuits(ground, plane, voltages)
        if one.after.bus in behind and _rate_after(ground, line, one) < ground.load_limit_percent
    ]
    ranked = sorted(enough, key=lambda one: (one.length_m, one.after.bus))
    return ranked[: ground.choices.values.split_places.value]


def _rate_after(ground: Ground, line: int, one: _Circuit) -> float:
    rate = float(ground.lines.at[ground.grid.line_id(line), "max_loading_percent"])
    below_kva = ground.grid.below_kva[ground.grid.far_bus[line]]
    return rate * max(0.0, 1.0 - one.after.taken_kva / below_kva) if below_kva > 0.0 else rate


def _for_voltage(ground: Ground, plane: Map, voltages: LvVoltages) -> list[_Circuit]:
    """The shortest that lift every low node; else the one that leaves least missing."""
    if not voltages.short_pu or math.isnan(voltages.busbar_pu):
        return []
    circuits = _circuits(ground, plane, voltages)
    enough = sorted((one for one in circuits if one.after.lifts_all), key=lambda one: (one.length_m, one.after.bus))
    if enough:
        return enough[: ground.choices.values.split_places.value]

    def lift_pu(one: _Circuit) -> float:
        return worst_lift_pu(voltages, one.after, ground.margin_pu)

    best = max(circuits, key=lambda one: (lift_pu(one), -one.after.bus), default=None)
    return [best] if best is not None and lift_pu(best) >= ground.least_gain_pu else []


def _load_note(ground: Ground, line: int, one: _Circuit) -> Word:
    line_id, node = ground.grid.line_id(line), ground.grid.bus_id(one.after.bus)
    before = rounded_down(float(ground.lines.at[line_id, "max_loading_percent"]), 1)
    after = rounded_down(_rate_after(ground, line, one), 1)
    return Word(
        f"新增低压出线 {one.length_m:.0f} 米（{one.type.name}）至 {node}：{line_id} 负载率由 {before:g} % 降至约 "
        f"{after:g} %",
        f"a new LV circuit of {one.length_m:.0f} m ({one.type.name}) to {node}: {line_id} from {before:g} % to about "
        f"{after:g} %",
    )


def _voltage_note(ground: Ground, voltages: LvVoltages, one: _Circuit) -> Word:
    node = ground.grid.bus_id(one.after.bus)
    zh, en = lift_words(voltages, one.after, ground.margin_pu)
    return Word(
        f"新增低压出线 {one.length_m:.0f} 米（{one.type.name}）至 {node}：{zh}",
        f"a new LV circuit of {one.length_m:.0f} m ({one.type.name}) to {node}: {en}",
    )


def _measure(ground: Ground, transformer_id: str, one: _Circuit, note: Word) -> Measure:
    grid, node = ground.grid, ground.grid.bus_id(one.after.bus)
    opening = opening_above(ground, one.after.bus)
    assert opening is not None, "places lie below a line"
    measure_id = ground.name("lv_split", transformer_id, ground.node_in(transformer_id, one.after.bus))
    line_id = ground.new_id(f"{measure_id}-L")
    line = AddLine(
        kind="add_line", line_id=line_id, from_node_id=grid.bus_id(grid.busbar(transformer_id)), to_node_id=node,
        length_m=one.length_m, line_type=one.type.name,
    )  # fmt: skip
    outlet = Work("lv_dedicated_circuit", shared=True, element_ids=(transformer_id,))
    return ground.measure(
        "lv_split",
        measure_id,
        works=[outlet, *line_works("lv", one.type.laid, one.type.name, one.length_m, (line_id,))],
        changes=[opening.change, line],
        element_ids=[opening.element_id, line_id],
        area_ids=ground.area_of(transformer_id),
        note=note,
    )
