"""LV lines rebuilt with larger conductors: loaded ones (P4), and those on the way to low voltages (P10)."""

from __future__ import annotations

from capacity.planning.candidates.conductors import (
    exchanges,
    highest_first,
    line_at,
    load_note,
    rebuilding_works,
    wanted_a,
)
from capacity.planning.candidates.ground import Ground
from capacity.planning.candidates.lv_voltage import LvVoltages
from capacity.planning.candidates.rebuilding import Lift, Rebuilt, Shortage, for_current, for_voltage
from capacity.tables.measure import Measure
from capacity.tables.words import Word


def stronger_lv_conductor(ground: Ground) -> list[Measure]:
    """One or two sizes for the loaded lines of each LV network, and for the ways to its low nodes."""
    found = []
    for transformer_id, indices in loaded_lines(ground).items():
        lines = [(line, wanted_a(ground, line)) for line in (line_at(ground, index) for index in indices)]
        found += [
            _measure(ground, transformer_id, "I", one, load_note(ground, one)) for one in for_current(ground, lines)
        ]
    for transformer_id in ground.at_transformers("P10"):
        voltages = ground.lv_voltages(transformer_id)
        ways = {bus: ground.grid.lines_up(bus, "lv") for bus in voltages.short_pu}
        drop_pu = {line: voltages.drop_pu.get(ground.grid.far_bus[line], 0.0) for way in ways.values() for line in way}
        for lift in for_voltage(ground, Shortage(voltages.short_pu, ways, drop_pu)):
            if lift.enough or _lifted_pu(ground, voltages, lift) >= ground.least_gain_pu:
                found.append(_measure(ground, transformer_id, "U", lift.rebuilt, _lift_note(ground, voltages, lift)))
    return found


def loaded_lines(ground: Ground) -> dict[str, list[int]]:
    """LV lines from the threshold of P4 on, by transformer, wherever one of them is a need."""
    lines, threshold = ground.situation.case.topology.lines, ground.market.thresholds["P4"]
    concerned = {ground.grid.line_of.get(need.element_id, -1) for need in ground.needs("P4")}
    networks = {str(lines.at[index, "transformer_id"]) for index in concerned if ground.is_public_lv(index)}
    rates = ground.lines["max_loading_percent"].astype(float)
    found: dict[str, list[int]] = {}
    for line_id in rates.index[rates >= threshold]:
        index = ground.grid.line_of.get(str(line_id), -1)
        if ground.is_public_lv(index) and str(lines.at[index, "transformer_id"]) in networks:
            found.setdefault(str(lines.at[index, "transformer_id"]), []).append(index)
    return dict(sorted(found.items()))


def _lifted_pu(ground: Ground, voltages: LvVoltages, lift: Lift) -> float:
    """By how much the lowest node is lifted."""
    worst = max(voltages.short_pu, key=lambda bus: (voltages.short_pu[bus], bus))
    return voltages.short_pu[worst] + ground.margin_pu - lift.left_pu[worst]


def _lift_note(ground: Ground, voltages: LvVoltages, lift: Lift) -> Word:
    short, lifted = 100.0 * max(voltages.short_pu.values()), 100.0 * _lifted_pu(ground, voltages, lift)
    count, length_m = len(lift.rebuilt), sum(line.length_m for line in lift.rebuilt)
    return Word(
        f"{voltages.transformer_id} 低压网 {count} 段共 {length_m:.0f} 米更换导线：最低电压低于限值 {short:.1f} %，"
        f"约提升 {lifted:.1f} %（占额定电压）" + ("" if lift.enough else "，仅此一项不足"),
        f"{count} lines ({length_m:.0f} m) of the LV network of {voltages.transformer_id}: the lowest voltage lies "
        f"{short:.1f} % below its limit and is lifted by about {lifted:.1f} % of nominal"
        + ("" if lift.enough else "; not enough by itself"),
    )


def _measure(ground: Ground, transformer_id: str, why: str, rebuilt: Rebuilt, note: Word) -> Measure:
    pairs = highest_first(rebuilt.items())
    return ground.measure(
        "stronger_lv_conductor",
        ground.name("stronger_lv_conductor", transformer_id, why, f"{len(pairs)}x{pairs[0][1].size_mm2:g}"),
        works=rebuilding_works(pairs),
        changes=exchanges(pairs),
        element_ids=sorted(one.line_id for one, _ in pairs),
        area_ids=ground.area_of(transformer_id),
        note=note,
    )
