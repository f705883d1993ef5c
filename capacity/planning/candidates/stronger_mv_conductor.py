"""10 kV sections rebuilt with larger conductors: loaded ones (P4, P5), and those on the way to low voltages (P10)."""

from __future__ import annotations

from capacity.planning.candidates.conductors import exchanges, highest_first, line_at, load_note, rebuilding_works
from capacity.planning.candidates.ground import Ground
from capacity.planning.candidates.mv import MediumVoltage, MvNeeds, mv_needs
from capacity.planning.candidates.rebuilding import Lift, Rebuilt, Shortage, for_current, for_voltage
from capacity.planning.candidates.relieving import areas_below
from capacity.tables.measure import Measure
from capacity.tables.words import Word


def stronger_mv_conductor(ground: Ground) -> list[Measure]:
    """One or two sizes for what is loaded; for voltages only where that alone is enough for a bus that is short."""
    mv = MediumVoltage(ground)
    needs = mv_needs(ground, mv)
    lines = [(line_at(ground, index), wanted) for index, wanted in sorted(needs.wanted_a.items())]
    found = [_measure(ground, "I", one, load_note(ground, one)) for one in for_current(ground, lines)]
    ways = {bus: [line for line in ground.grid.lines_up(bus, "mv") if line in mv.sections] for bus in needs.short_pu}
    drop_pu = {line: mv.drop_pu([line]) for way in ways.values() for line in way}
    lifts = [lift for lift in for_voltage(ground, Shortage(needs.short_pu, ways, drop_pu)) if _enough_somewhere(lift)]
    return found + [_measure(ground, "U", lift.rebuilt, _lift_note(needs, ground, lift)) for lift in lifts]


def _enough_somewhere(lift: Lift) -> bool:
    return min(lift.left_pu.values()) <= 0.0


def _lift_note(needs: MvNeeds, ground: Ground, lift: Lift) -> Word:
    enough = [bus for bus, left in lift.left_pu.items() if left <= 0.0]
    best = max(enough, key=lambda bus: (needs.short_pu[bus], -bus))
    short, lifted = needs.short_pu[best], needs.short_pu[best] + ground.margin_pu - lift.left_pu[best]
    count, length_m = len(lift.rebuilt), sum(line.length_m for line in lift.rebuilt)
    return Word(
        f"10 千伏 {count} 段共 {length_m:.0f} 米更换导线：{ground.grid.bus_id(best)} 以下电压缺 {100.0 * short:.1f} %，"
        f"约提升 {100.0 * lifted:.1f} %（占额定电压）；电压不足的 {len(lift.left_pu)} 处中可解决 {len(enough)} 处",
        f"{count} sections of 10 kV ({length_m:.0f} m): the voltage behind {ground.grid.bus_id(best)} is short of "
        f"{100.0 * short:.1f} % and is lifted by about {100.0 * lifted:.1f} % of nominal; enough for {len(enough)} of "
        f"{len(lift.left_pu)} places",
    )


def _measure(ground: Ground, why: str, rebuilt: Rebuilt, note: Word) -> Measure:
    pairs = highest_first(rebuilt.items())
    topmost = min(
        (line for line, _ in pairs), key=lambda line: len(ground.grid.lines_up(ground.grid.far_bus[line.index], "mv"))
    )
    return ground.measure(
        "stronger_mv_conductor",
        ground.name("stronger_mv_conductor", topmost.line_id, why, f"{len(pairs)}x{pairs[0][1].size_mm2:g}"),
        works=rebuilding_works(pairs),
        changes=exchanges(pairs),
        element_ids=sorted(line.line_id for line, _ in pairs),
        area_ids=areas_below(ground, ground.grid.far_bus[topmost.index]),
        note=note,
    )
