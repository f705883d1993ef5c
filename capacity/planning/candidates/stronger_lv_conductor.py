"""LV lines rebuilt with larger conductors: loaded ones (P4), and those on the way to low voltages (P10)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from capacity.planning.candidates.conductors import (
    Line,
    exchanges,
    kept_share,
    larger_types,
    line_at,
    rebuilding_works,
)
from capacity.planning.candidates.ground import Ground
from capacity.planning.candidates.lv_voltage import LvVoltages, lv_voltages
from capacity.tables.catalogue import LineType
from capacity.tables.measure import Measure
from capacity.tables.words import Word
from capacity.units import rounded_down

Rebuilt = dict[Line, LineType]


def stronger_lv_conductor(ground: Ground) -> list[Measure]:
    """One or two sizes for the loaded lines of each LV circuit, and for the ways to the low nodes of each network."""
    found = []
    for head, indices in _loaded_circuits(ground).items():
        found += _for_current(ground, head, [line_at(ground, index) for index in indices])
    for transformer_id in ground.at_transformers("P10"):
        found += _for_voltage(ground, lv_voltages(ground, transformer_id))
    return found


def _loaded_circuits(ground: Ground) -> dict[int, list[int]]:
    """LV lines with a need, by the first line of their circuit."""
    grid, circuits = ground.grid, dict[int, list[int]]()
    for need in ground.needs("P4"):
        index = grid.line_of.get(need.element_id, -1)
        if index in grid.far_bus and ground.is_public_lv(index):
            circuits.setdefault(grid.lines_up(grid.far_bus[index], "lv")[-1], []).append(index)
    return dict(sorted(circuits.items()))


def _for_current(ground: Ground, head: int, lines: list[Line]) -> list[Measure]:
    """Each line with the smallest conductor that brings it below P4, then with one size more."""
    threshold = ground.market.thresholds["P4"]
    found: dict[str, Measure] = {}
    for steps_up in range(ground.choices.values.conductor_sizes.value):
        rebuilt: Rebuilt = {}
        for line in lines:
            current_a = float(ground.lines["max_i_a"].get(line.line_id, float("nan")))
            rated_a = {one: 1000.0 * one.max_i_ka * line.parallel for one in larger_types(ground, line)}
            enough = [one for one, amperes in rated_a.items() if round(100.0 * current_a / amperes, 9) < threshold]
            if enough[steps_up:]:
                rebuilt[line] = enough[steps_up]
        if len(rebuilt) == len(lines):
            measure = _measure(ground, head, rebuilt, _load_note(ground, rebuilt))
            found[measure.measure_id] = measure
    return list(found.values())


def _for_voltage(ground: Ground, voltages: LvVoltages) -> list[Measure]:
    """For each size up the lines it takes until every low node is lifted; the best there is where nothing does that."""
    paths = {bus: ground.grid.lines_up(bus, "lv") for bus in voltages.short_pu}
    lines = [line_at(ground, index) for index in sorted({index for path in paths.values() for index in path})]
    ladders = {line: larger_types(ground, line) for line in lines}
    most = max((len(ladder) for ladder in ladders.values()), default=0)
    found: list[Measure] = []
    best: tuple[float, Rebuilt] | None = None
    for steps_up in range(1, most + 1):
        wished = {line: ladder[min(steps_up, len(ladder)) - 1] for line, ladder in ladders.items() if ladder}
        rebuilt, left_pu = _enough(ground, wished, paths, voltages)
        if left_pu <= 0.0 and rebuilt:
            found.append(_voltage_measure(ground, voltages, rebuilt, left_pu))
            if len(found) == ground.choices.values.conductor_sizes.value:
                break
        elif rebuilt:
            best = left_pu, rebuilt
    if not found and best is not None and _lifts(ground, voltages, best[0]):
        found.append(_voltage_measure(ground, voltages, best[1], best[0]))
    return list({measure.measure_id: measure for measure in found}.values())


def _enough(
    ground: Ground, wished: Mapping[Line, LineType], paths: Mapping[int, list[int]], voltages: LvVoltages
) -> tuple[Rebuilt, float]:
    """The lines rebuilt one by one, the most lift per metre first, until no node is short; and what stays short."""
    gain_pu = {}
    for line, one in wished.items():
        drop_pu = voltages.drop_pu.get(ground.grid.far_bus[line.index], 0.0)
        saved = drop_pu * (1.0 - kept_share(ground, line, one))
        if saved >= ground.choices.values.least_line_gain_percent.value / 100.0:
            gain_pu[line] = saved
    left = {bus: short + ground.margin_pu for bus, short in voltages.short_pu.items()}
    on_way = {line: [bus for bus in left if line.index in paths[bus]] for line in gain_pu}
    rebuilt: Rebuilt = {}
    while max(left.values(), default=0.0) > 0.0 and len(rebuilt) < len(gain_pu):
        line = max(
            (line for line in gain_pu if line not in rebuilt),
            key=lambda one: (_useful(left, on_way[one], gain_pu[one]) / max(one.length_m, 1.0), one.line_id),
        )
        if _useful(left, on_way[line], gain_pu[line]) <= 0.0:
            break
        rebuilt[line] = wished[line]
        for bus in on_way[line]:
            left[bus] -= gain_pu[line]
    return rebuilt, max(left.values(), default=0.0)


def _useful(left: Mapping[int, float], buses: Iterable[int], gain_pu: float) -> float:
    return sum(min(gain_pu, left[bus]) for bus in buses if left[bus] > 0.0)


def _lifts(ground: Ground, voltages: LvVoltages, left_pu: float) -> bool:
    """Whether the lowest node is lifted by enough to be worth a load flow."""
    lifted = max(voltages.short_pu.values()) + ground.margin_pu - left_pu
    return lifted >= ground.choices.values.least_gain_percent.value / 100.0


def _voltage_measure(ground: Ground, voltages: LvVoltages, rebuilt: Rebuilt, left_pu: float) -> Measure:
    worst_pu = max(voltages.short_pu.values())
    length_m = sum(line.length_m for line in rebuilt)
    lifted = 100.0 * (worst_pu + ground.margin_pu - left_pu)
    enough_zh = "" if left_pu <= 0.0 else "，仅此一项不足"
    enough_en = "" if left_pu <= 0.0 else "; not enough by itself"
    note = Word(
        f"{voltages.transformer_id} 低压网 {len(rebuilt)} 段共 {length_m:.0f} 米更换导线：最低电压低于限值 "
        f"{100.0 * worst_pu:.1f} %，约提升 {lifted:.1f} %（占额定电压）{enough_zh}",
        f"{len(rebuilt)} lines ({length_m:.0f} m) of the LV network of {voltages.transformer_id}: the lowest voltage "
        f"lies {100.0 * worst_pu:.1f} % below its limit and is lifted by about {lifted:.1f} % (of nominal){enough_en}",
    )
    return _measure(ground, None, rebuilt, note, voltages.transformer_id)


def _load_note(ground: Ground, rebuilt: Rebuilt) -> Word:
    rates = []
    for line, one in rebuilt.items():
        row = ground.lines.loc[line.line_id]
        after = 100.0 * float(row["max_i_a"]) / (1000.0 * one.max_i_ka * line.parallel)
        rates.append(
            (line.line_id, rounded_down(float(row["max_loading_percent"]), 1), one.name, rounded_down(after, 1))
        )
    return Word(
        "；".join(
            f"{name} 更换为 {one}：负载率由 {before:g} % 降至约 {after:g} %" for name, before, one, after in rates
        ),
        "; ".join(
            f"{name} rebuilt with {one}: from {before:g} % to about {after:g} %" for name, before, one, after in rates
        ),
    )


def _measure(ground: Ground, head: int | None, rebuilt: Rebuilt, note: Word, about: str = "") -> Measure:
    pairs = list(rebuilt.items())
    line = pairs[0][0]
    transformer_id = str(ground.situation.case.topology.lines.at[line.index, "transformer_id"])
    thickest = max((one for _, one in pairs), key=lambda one: (one.size_mm2, one.name))
    about = about or ground.grid.line_id(line.index if head is None else head)
    return ground.measure(
        "stronger_lv_conductor",
        ground.name("stronger_lv_conductor", about, f"{len(pairs)}x{thickest.size_mm2:g}"),
        works=rebuilding_works(pairs),
        changes=exchanges(pairs),
        element_ids=sorted(one.line_id for one, _ in pairs),
        area_ids=ground.area_of(transformer_id),
        note=note,
    )
