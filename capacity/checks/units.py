"""Values in another unit than their column says: kW in an MW column, kWh or W in a kVA column, A in a kA column."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from capacity.checks.facts import Check, Facts, element_names, numbers
from capacity.checks.kinds import Kind, names_en, names_zh
from capacity.checks.sheet import Floats, Mask
from capacity.tables.inputs.profiles import PROFILE_COLUMN
from capacity.tables.issue import Issue

LOAD_TIMES_RATING = 3.0
"""A single load's peak above this multiple of the transformer that supplies it is no load."""

MV_LOAD_MW = 100.0
"""A single load or generator at up to 35 kV above this is no load."""

LARGEST_LINE_KA = 10.0
LONGEST_LINE_KM = {"lv": 10.0, "mv": 100.0, "hv": 1000.0}
HIGHEST_KV = 1200.0
DISTRIBUTION_KVA = (5.0, 20_000.0)
SUBSTATION_KVA = (500.0, 2_000_000.0)
CONTRACT_TIMES_RATING = 3.0

BUS_VOLTAGE = Kind(
    "units.bus_voltage",
    "error",
    f"buses with vn_kv above {HIGHEST_KV:g}",
    f"vn_kv 大于 {HIGHEST_KV:g} 的母线",
    "Enter kV, not V.",
    "请填 kV 而非 V。",
)
NETWORK_POWER = Kind(
    "units.network_power",
    "error",
    f"loads and generators whose peak exceeds {LOAD_TIMES_RATING:g} times the transformer that supplies them, or "
    f"{MV_LOAD_MW:g} MW on medium voltage",
    f"峰值超过供电配变额定容量 {LOAD_TIMES_RATING:g} 倍（中压侧超过 {MV_LOAD_MW:g} MW）的负荷与电源",
    "Enter MW and Mvar, not kW and kvar.",
    "请填 MW、Mvar 而非 kW、kvar。",
)
LINE_CURRENT = Kind(
    "units.line_current",
    "error",
    f"lines with max_i_ka above {LARGEST_LINE_KA:g}",
    f"max_i_ka 大于 {LARGEST_LINE_KA:g} 的线路",
    "Enter kA, not A.",
    "请填 kA 而非 A。",
)
LINE_LENGTH = Kind(
    "units.line_length",
    "error",
    f"lines longer than {LONGEST_LINE_KM['lv']:g} km at low or {LONGEST_LINE_KM['mv']:g} km at medium voltage",
    f"低压超过 {LONGEST_LINE_KM['lv']:g} km、中压超过 {LONGEST_LINE_KM['mv']:g} km 的线路",
    "Enter km, not m.",
    "请填 km 而非 m。",
)
TRANSFORMER_POWER = Kind(
    "units.transformer_power",
    "error",
    f"distribution transformers with sn_mva outside {DISTRIBUTION_KVA[0] / 1000:g} to {DISTRIBUTION_KVA[1] / 1000:g}",
    f"sn_mva 不在 {DISTRIBUTION_KVA[0] / 1000:g} 至 {DISTRIBUTION_KVA[1] / 1000:g} 之间的配变",
    "Enter MVA, not kVA or VA.",
    "请填 MVA 而非 kVA 或 VA。",
)
LEDGER_RATING = Kind(
    "units.ledger_rating",
    "error",
    f"rated_kva of transformers.csv outside {DISTRIBUTION_KVA[0]:g} to {DISTRIBUTION_KVA[1]:g}",
    f"transformers.csv 中 rated_kva 不在 {DISTRIBUTION_KVA[0]:g} 至 {DISTRIBUTION_KVA[1]:g} 之间",
    "Enter kVA, not MVA or VA.",
    "请填 kVA 而非 MVA 或 VA。",
)
SUBSTATION_RATING = Kind(
    "units.substation_rating",
    "error",
    f"rated_kva of substations.csv outside {SUBSTATION_KVA[0]:g} to {SUBSTATION_KVA[1]:g}",
    f"substations.csv 中 rated_kva 不在 {SUBSTATION_KVA[0]:g} 至 {SUBSTATION_KVA[1]:g} 之间",
    "Enter kVA, not MVA or VA.",
    "请填 kVA 而非 MVA 或 VA。",
)
REQUESTED_POWER = Kind(
    "units.requested_power",
    "warning",
    f"p_kw of applications or contract_kva of customers above {CONTRACT_TIMES_RATING:g} times the transformer's rating",
    f"申请容量或合同容量超过所接配变额定容量 {CONTRACT_TIMES_RATING:g} 倍",
    "Check whether it is in W, VA or kWh instead of kW or kVA, and whether the transformer is right.",
    "请核对是否误用 W、VA 或 kWh，以及所填配变是否正确。",
    "lower_accuracy",
)
KINDS = (
    BUS_VOLTAGE,
    NETWORK_POWER,
    LINE_CURRENT,
    LINE_LENGTH,
    TRANSFORMER_POWER,
    LEDGER_RATING,
    SUBSTATION_RATING,
    REQUESTED_POWER,
)


def bus_voltages(facts: Facts) -> Iterator[Issue]:
    """V in a kV column, one issue in all."""
    bus = facts.case.net.bus
    vn_kv = numbers(bus, "vn_kv")
    wrong = vn_kv > HIGHEST_KV
    if wrong.any():
        found = element_names(bus, wrong)
        yield BUS_VOLTAGE.issue("net.bus", "vn_kv", found, *_said(found, "vn_kv", vn_kv[wrong], "kV"))


def network_powers(facts: Facts) -> Iterator[Issue]:
    """kW in an MW column, one issue per table."""
    net = facts.case.net
    rated_of = pd.Series(facts.rated_kva, dtype="float64")
    for name in ("load", "sgen", "storage"):
        table = net[name]
        peak_mw = np.hypot(numbers(table, "p_mw"), numbers(table, "q_mvar")) * np.abs(numbers(table, "scaling"))
        peak_mw = peak_mw * _profile_peak(facts, table)
        supplier = table["bus"].map(facts.transformer_of_bus).astype(object)
        limit_mw = supplier.map(rated_of).to_numpy(dtype=float) * LOAD_TIMES_RATING / 1000.0
        level = table["bus"].map(facts.case.topology.buses["level"]).to_numpy()
        limit_mw = np.where(np.isfinite(limit_mw), limit_mw, np.where(level == "hv", np.inf, MV_LOAD_MW))
        wrong = table["in_service"].to_numpy(dtype=bool) & (peak_mw > limit_mw)
        if wrong.any():
            found = element_names(table, wrong)
            worst = int(np.argmax(np.where(wrong, peak_mw / limit_mw, 0.0)))
            by = supplier.iloc[worst]
            behind_en = f" behind transformer {by} of {rated_of[by]:g} kVA" if pd.notna(by) and by in rated_of else ""
            behind_zh = f"（配变 {by}，{rated_of[by]:g} kVA）" if behind_en else ""
            yield NETWORK_POWER.issue(
                f"net.{name}",
                "p_mw",
                found,
                f"{len(found)} elements of net.{name} are impossibly large ({names_en(found)}), "
                f"the worst reaches {peak_mw[worst]:g} MVA{behind_en}.",
                f"net.{name} 中 {len(found)} 个元件大得不可能（{names_zh(found)}），"
                f"最严重者达 {peak_mw[worst]:g} MVA{behind_zh}。",
                facts.areas_of_buses(table.loc[wrong, "bus"]),
            )


def lines(facts: Facts) -> Iterator[Issue]:
    """A in a kA column, m in a km column; one issue each."""
    line = facts.case.net.line
    level = facts.case.topology.lines["level"].reindex(line.index)
    max_i_ka, length_km = numbers(line, "max_i_ka"), numbers(line, "length_km")
    longest = level.map(LONGEST_LINE_KM).to_numpy(dtype=float)
    # pandapower stands for "no limit" with 99999 kA
    for kind, column, values, wrong, unit in (
        (LINE_CURRENT, "max_i_ka", max_i_ka, (max_i_ka > LARGEST_LINE_KA) & (max_i_ka < 99_999.0), "kA"),
        (LINE_LENGTH, "length_km", length_km, length_km > longest, "km"),
    ):
        if wrong.any():
            found = element_names(line, wrong)
            said = _said(found, column, values[wrong], unit)
            yield kind.issue("net.line", column, found, *said, facts.areas_of_lines(line.index[wrong]))


def ratings(facts: Facts) -> Iterator[Issue]:
    """Ratings in another unit: network, ledger and substations, one issue each."""
    held = facts.distribution
    for kind, table, ids, values, (low, high), name, column, unit in (
        (
            TRANSFORMER_POWER,
            "net.trafo",
            held.index,
            numbers(held, "sn_mva"),
            (DISTRIBUTION_KVA[0] / 1000.0, DISTRIBUTION_KVA[1] / 1000.0),
            "sn_mva",
            "sn_mva",
            "MVA",
        ),
        (
            LEDGER_RATING,
            "transformers",
            facts.ledger.index,
            numbers(facts.ledger, "rated_kva"),
            DISTRIBUTION_KVA,
            "rated_kva",
            "rated_kva",
            "kVA",
        ),
        (
            SUBSTATION_RATING,
            "substations",
            facts.case.substations["substation_id"],
            numbers(facts.case.substations, "rated_kva"),
            SUBSTATION_KVA,
            "rated_kva",
            "rated_kva",
            "kVA",
        ),
    ):
        wrong: Mask = (values > 0.0) & ((values < low) | (values > high))
        if wrong.any():
            found = [str(i) for i in np.asarray(ids, dtype=object)[wrong]]
            yield kind.issue(table, column, found, *_said(found, name, values[wrong], unit), facts.areas_of(found))


def requests(facts: Facts) -> Iterator[Issue]:
    """Requested and contracted power that no transformer of that rating supplies, one issue per table."""
    for name, column, key, unit in (
        ("applications", "p_kw", "application_id", "kW"),
        ("customers", "contract_kva", "customer_id", "kVA"),
    ):
        table = getattr(facts.case, name)
        rated = table["transformer_id"].astype(object).map(facts.rated_kva).to_numpy(dtype=float)
        values = numbers(table, column)
        wrong = values > CONTRACT_TIMES_RATING * rated
        if wrong.any():
            found = [str(i) for i in table.loc[wrong, key]]
            first = table.loc[wrong, "transformer_id"].iloc[0]
            yield REQUESTED_POWER.issue(
                name,
                column,
                found,
                f"{len(found)} values of {column} exceed what their transformer can supply ({names_en(found)}), "
                f"the first is {values[wrong][0]:g} {unit} at {first} of {rated[wrong][0]:g} kVA.",
                f"{len(found)} 个 {column} 超出所接配变能力（{names_zh(found)}），"
                f"首个为 {values[wrong][0]:g} {unit}，配变 {first} 仅 {rated[wrong][0]:g} kVA。",
                facts.areas_of(table.loc[wrong, "transformer_id"]),
            )


def _profile_peak(facts: Facts, table: pd.DataFrame) -> Floats:
    """The largest factor of each element's profile; 1 without one."""
    if PROFILE_COLUMN not in table.columns:
        return np.ones(len(table))
    named = table[PROFILE_COLUMN].astype(object)
    used = [p for p in named.dropna().unique() if p in facts.case.profiles.columns]
    peak = facts.case.profiles[used].apply(pd.to_numeric, errors="coerce").abs().max()
    return named.map(peak).fillna(1.0).to_numpy(dtype=float)


def _said(found: list[str], column: str, values: Floats, unit: str) -> tuple[str, str]:
    """What was found, in both languages."""
    worst = values[int(np.argmax(np.abs(np.log(values))))]
    return (
        f"{len(found)} values of {column} are not credible ({names_en(found)}), e.g. {worst:g} {unit}.",
        f"{len(found)} 个 {column} 不可信（{names_zh(found)}），例如 {worst:g} {unit}。",
    )


CHECKS: tuple[Check, ...] = (bus_voltages, network_powers, lines, ratings, requests)
