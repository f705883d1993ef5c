"""Electrical data: missing, zero or impossible impedances, voltages and ratings."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from capacity.checks.facts import Check, Facts, element_names, numbers
from capacity.checks.kinds import Kind, names_en, names_zh
from capacity.checks.sheet import Mask
from capacity.tables.issue import Issue

TINY_OHM = 1e-6
"""Below this impedance Newton–Raphson loses its digits: such a line is a connection, not a line."""

LINE_VOLTAGE_TOLERANCE = 0.01
"""Nominal voltages at the two ends of a line may differ by this share."""

TRANSFORMER_VOLTAGE_TOLERANCE = 0.15
"""Rated voltage of a winding against the nominal of its bus: 10.5 kV on 10 kV is usual, 20 kV on 10 kV is not."""

BUS_VOLTAGE = Kind(
    "parameters.bus_voltage",
    "error",
    "buses whose vn_kv is missing or not above zero",
    "额定电压缺失或不大于零的母线",
    "Enter the nominal voltage in kV.",
    "请填写额定电压（kV）。",
)
LINE_IMPEDANCE = Kind(
    "parameters.line_impedance",
    "error",
    "lines in service whose length, resistance or reactance is missing or negative",
    "长度、电阻或电抗缺失或为负的线路",
    "Enter length_km, r_ohm_per_km and x_ohm_per_km.",
    "请填写 length_km、r_ohm_per_km 和 x_ohm_per_km。",
)
ZERO_IMPEDANCE = Kind(
    "parameters.zero_impedance",
    "error",
    f"lines in service with an impedance below {TINY_OHM:g} Ω",
    f"阻抗低于 {TINY_OHM:g} Ω 的在运线路",
    "Make it a closed bus switch, or enter its length and impedance.",
    "请改为闭合的母线开关，或填写长度和阻抗。",
)
LINE_RATING = Kind(
    "parameters.line_rating",
    "warning",
    "lines in service whose max_i_ka is missing or not above zero",
    "额定电流缺失或不大于零的在运线路",
    "Enter the rated current in kA; until then the line has no load rate and limits nothing.",
    "请填写额定电流（kA）；填写前该线路没有负载率，也不构成限制。",
    "not_counted",
)
LINE_VOLTAGE = Kind(
    "parameters.line_voltage",
    "error",
    f"lines whose ends differ in nominal voltage by more than {LINE_VOLTAGE_TOLERANCE:.0%}",
    f"两端额定电压相差超过 {LINE_VOLTAGE_TOLERANCE:.0%} 的线路",
    "Correct the bus's vn_kv, or put the missing transformer between them.",
    "请更正母线额定电压，或补充其间的变压器。",
)
TRANSFORMER_DATA = Kind(
    "parameters.transformer_data",
    "error",
    "transformers in service whose rating, voltages or short-circuit voltage are missing, not above zero, or "
    "whose vkr_percent exceeds vk_percent",
    "额定容量、电压或短路电压缺失、不大于零，或 vkr_percent 大于 vk_percent 的在运变压器",
    "Enter the values of its nameplate.",
    "请按铭牌填写。",
)
TRANSFORMER_VOLTAGE = Kind(
    "parameters.transformer_voltage",
    "error",
    "transformers with a rated voltage that differs by more than "
    f"{TRANSFORMER_VOLTAGE_TOLERANCE:.0%} from the nominal voltage of the bus on that side",
    f"绕组额定电压与所接母线额定电压相差超过 {TRANSFORMER_VOLTAGE_TOLERANCE:.0%} 的变压器",
    "Correct the transformer's voltages, the bus's vn_kv, or its two sides.",
    "请更正变压器电压、母线额定电压或高低压侧。",
)
POWER_MISSING = Kind(
    "parameters.power_missing",
    "error",
    "loads and generators in service whose p_mw, q_mvar or scaling is missing or infinite",
    "有功、无功或系数缺失或无穷的在运负荷与电源",
    "Enter the power; zero must be entered as 0.",
    "请填写功率；零也须填 0。",
)
NO_RATING = Kind(
    "parameters.ledger_rating",
    "error",
    "transformers of the ledger whose rated_kva is missing or not above zero",
    "台账中额定容量缺失或不大于零的配变",
    "Enter the rating of its nameplate.",
    "请按铭牌填写额定容量。",
)
SUBSTATION_RATING = Kind(
    "parameters.substation_rating",
    "warning",
    "substations without the rating of their transformers",
    "未填主变总容量的变电站",
    "Enter rated_kva in substations.csv; until then the substation has no load rate and limits nothing.",
    "请在 substations.csv 填写 rated_kva；填写前该变电站没有负载率，也不构成限制。",
    "lower_accuracy",
)
KINDS = (
    BUS_VOLTAGE,
    LINE_IMPEDANCE,
    ZERO_IMPEDANCE,
    LINE_RATING,
    LINE_VOLTAGE,
    TRANSFORMER_DATA,
    TRANSFORMER_VOLTAGE,
    POWER_MISSING,
    NO_RATING,
    SUBSTATION_RATING,
)


def buses(facts: Facts) -> Iterator[Issue]:
    """Buses without a nominal voltage, one issue in all."""
    bus = facts.case.net.bus
    vn_kv = numbers(bus, "vn_kv")
    wrong = _not_above_zero(vn_kv)
    if wrong.any():
        found = element_names(bus, wrong)
        yield BUS_VOLTAGE.issue(
            "net.bus",
            "vn_kv",
            found,
            f"{len(found)} buses have no usable nominal voltage ({names_en(found)}), "
            f"the first has vn_kv = {vn_kv[wrong][0]:g}.",
            f"{len(found)} 个母线没有可用的额定电压（{names_zh(found)}），首个 vn_kv = {vn_kv[wrong][0]:g}。",
            facts.areas_of_buses(bus.index[wrong]),
        )


def line_impedances(facts: Facts) -> Iterator[Issue]:
    """Lines without usable impedance, one issue per fault."""
    line = facts.case.net.line
    on = _in_service(line)
    parts = [numbers(line, c) for c in ("length_km", "r_ohm_per_km", "x_ohm_per_km")]
    bad = on & np.any([~np.isfinite(p) | (p < 0.0) for p in parts], axis=0)
    parallel = numbers(line, "parallel")
    ohm = parts[0] * np.hypot(parts[1], parts[2]) / np.where(parallel > 0, parallel, 1.0)
    for kind, column, wrong, en, zh in (
        (LINE_IMPEDANCE, "length_km", bad, "have no usable length or impedance", "没有可用的长度或阻抗"),
        (ZERO_IMPEDANCE, "r_ohm_per_km", on & ~bad & (ohm < TINY_OHM), "have no impedance", "阻抗为零"),
    ):
        if wrong.any():
            found = element_names(line, wrong)
            length, impedance = parts[0][wrong][0], ohm[wrong][0]
            yield kind.issue(
                "net.line",
                column,
                found,
                f"{len(found)} lines {en} ({names_en(found)}), the first is {length:g} km long with {impedance:g} Ω.",
                f"{len(found)} 条线路{zh}（{names_zh(found)}），首条长 {length:g} km、阻抗 {impedance:g} Ω。",
                facts.areas_of_lines(line.index[wrong]),
            )


def line_ratings(facts: Facts) -> Iterator[Issue]:
    """Lines without rated current, one issue in all."""
    line = facts.case.net.line
    max_i_ka = numbers(line, "max_i_ka")
    wrong = _in_service(line) & _not_above_zero(max_i_ka)
    if wrong.any():
        found = element_names(line, wrong)
        yield LINE_RATING.issue(
            "net.line",
            "max_i_ka",
            found,
            f"{len(found)} lines have no rated current ({names_en(found)}), "
            f"the first has max_i_ka = {max_i_ka[wrong][0]:g}.",
            f"{len(found)} 条线路没有额定电流（{names_zh(found)}），首条 max_i_ka = {max_i_ka[wrong][0]:g}。",
            facts.areas_of_lines(line.index[wrong]),
        )


def line_voltages(facts: Facts) -> Iterator[Issue]:
    """Lines between different nominal voltages, one issue in all."""
    net = facts.case.net
    from_kv, to_kv = (net.line[c].map(net.bus["vn_kv"]).to_numpy(dtype=float) for c in ("from_bus", "to_bus"))
    wrong = _in_service(net.line) & (np.abs(from_kv - to_kv) > LINE_VOLTAGE_TOLERANCE * np.fmax(from_kv, to_kv))
    if wrong.any():
        found = element_names(net.line, wrong)
        yield LINE_VOLTAGE.issue(
            "net.line",
            "from_bus",
            found,
            f"{len(found)} lines join buses of different nominal voltage ({names_en(found)}), "
            f"the first {from_kv[wrong][0]:g} kV and {to_kv[wrong][0]:g} kV.",
            f"{len(found)} 条线路两端额定电压不同（{names_zh(found)}），"
            f"首条为 {from_kv[wrong][0]:g} kV 与 {to_kv[wrong][0]:g} kV。",
            facts.areas_of_lines(net.line.index[wrong]),
        )


def transformer_data(facts: Facts) -> Iterator[Issue]:
    """Transformers with an incomplete nameplate, one issue in all."""
    trafo = facts.case.net.trafo
    named = {c: numbers(trafo, c) for c in ("sn_mva", "vn_hv_kv", "vn_lv_kv", "vk_percent", "vkr_percent")}
    faults = {c: _not_above_zero(v) for c, v in named.items() if c != "vkr_percent"}
    vkr = named["vkr_percent"]
    faults["vkr_percent"] = ~np.isfinite(vkr) | (vkr < 0.0) | (vkr > named["vk_percent"])
    on = _in_service(trafo)
    wrong = on & np.any(list(faults.values()), axis=0)
    if wrong.any():
        found = element_names(trafo, wrong)
        row = int(np.argmax(wrong))
        first = ", ".join(f"{c} = {named[c][row]:g}" for c, fault in faults.items() if fault[row])
        yield TRANSFORMER_DATA.issue(
            "net.trafo",
            next(c for c, fault in faults.items() if fault[row]),
            found,
            f"{len(found)} transformers have unusable data ({names_en(found)}), the first has {first}.",
            f"{len(found)} 台变压器参数不可用（{names_zh(found)}），首台 {first}。",
            facts.areas_of(found),
        )


def transformer_voltages(facts: Facts) -> Iterator[Issue]:
    """Windings that do not fit their bus, one issue per side."""
    net = facts.case.net
    for side, zh in (("hv", "高压"), ("lv", "低压")):
        rated = numbers(net.trafo, f"vn_{side}_kv")
        nominal = net.trafo[f"{side}_bus"].map(net.bus["vn_kv"]).to_numpy(dtype=float)
        wrong = _in_service(net.trafo) & (rated > 0.0) & (nominal > 0.0)
        wrong &= np.abs(rated - nominal) > TRANSFORMER_VOLTAGE_TOLERANCE * nominal
        if wrong.any():
            found = element_names(net.trafo, wrong)
            yield TRANSFORMER_VOLTAGE.issue(
                "net.trafo",
                f"vn_{side}_kv",
                found,
                f"{len(found)} transformers do not fit the bus on their {side.upper()} side ({names_en(found)}), "
                f"the first is rated {rated[wrong][0]:g} kV at a bus of {nominal[wrong][0]:g} kV.",
                f"{len(found)} 台变压器{zh}侧与母线电压不符（{names_zh(found)}），"
                f"首台额定 {rated[wrong][0]:g} kV，母线 {nominal[wrong][0]:g} kV。",
                facts.areas_of(found),
            )


def powers(facts: Facts) -> Iterator[Issue]:
    """Loads and generators without power, one issue per table."""
    for name, columns in (
        ("load", ("p_mw", "q_mvar", "scaling")),
        ("sgen", ("p_mw", "q_mvar", "scaling")),
        ("storage", ("p_mw", "q_mvar", "scaling")),
        ("gen", ("p_mw", "vm_pu", "scaling")),
    ):
        table = facts.case.net[name]
        faults = {c: ~np.isfinite(numbers(table, c)) for c in columns if c in table.columns}
        wrong = _in_service(table) & np.any(list(faults.values()), axis=0)
        if wrong.any():
            found = element_names(table, wrong)
            column = next(c for c, fault in faults.items() if fault[wrong].any())
            yield POWER_MISSING.issue(
                f"net.{name}",
                column,
                found,
                f"{len(found)} elements of net.{name} have no usable power ({names_en(found)}), "
                f"{column} is missing or infinite.",
                f"net.{name} 中 {len(found)} 个元件没有可用功率（{names_zh(found)}），{column} 缺失或无穷。",
                facts.areas_of_buses(table.loc[wrong, "bus"]),
            )


def ledger_ratings(facts: Facts) -> Iterator[Issue]:
    """Transformers of the ledger without a rating, one issue in all."""
    found = [str(t) for t in facts.ledger.index if str(t) not in facts.rated_kva]
    if found:
        first = facts.ledger.at[found[0], "rated_kva"]
        value_en, value_zh = ("empty", "为空") if pd.isna(first) else (f"{first:g} kVA", f"为 {first:g} kVA")
        yield NO_RATING.issue(
            "transformers",
            "rated_kva",
            found,
            f"{len(found)} transformers have no usable rating ({names_en(found)}), the first is {value_en}.",
            f"{len(found)} 台配变没有可用的额定容量（{names_zh(found)}），首台{value_zh}。",
            facts.areas_of(found),
        )


def substation_ratings(facts: Facts) -> Iterator[Issue]:
    """Substations without a rating, one issue in all."""
    table = facts.case.topology.substations
    found = list(table.loc[_not_above_zero(numbers(table, "rated_kva")), "substation_id"].astype(str))
    if found:
        yield SUBSTATION_RATING.issue(
            "substations",
            "rated_kva",
            found,
            f"{len(found)} substations have no rating ({names_en(found)}).",
            f"{len(found)} 座变电站没有主变容量（{names_zh(found)}）。",
        )


def _in_service(table: pd.DataFrame) -> Mask:
    return table["in_service"].to_numpy(dtype=bool)


def _not_above_zero(values: np.ndarray) -> Mask:
    return ~np.isfinite(values) | (values <= 0.0)


CHECKS: tuple[Check, ...] = (
    buses,
    line_impedances,
    line_ratings,
    line_voltages,
    transformer_data,
    transformer_voltages,
    powers,
    ledger_ratings,
    substation_ratings,
)
