"""Which areas and feeders are to be remedied (P19): low voltage, frequent outages, outage hours above the target."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from capacity.tables._schema import conform, empty
from capacity.tables.portfolio import P19_CASES
from capacity.tables.reliability import ReliabilityRules
from capacity.tables.words import AREA_CLASS, Word


def feeders_served(transformers: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """Customers and area class of each feeder: ``feeder_id, customer_count, area_class``.

    Parameters
    ----------
    transformers : ``feeder_id, area_id, customer_count``; a count may be missing.
    areas : ``area_id, area_class``.

    Returns
    -------
    The count is missing where one transformer's is. The class is that of most customers [choice], of most transformers
    where counts are missing; of equal ones the first in the order city, county, town, rural.
    """
    own = transformers.merge(areas[["area_id", "area_class"]], on="area_id", how="left")
    rows = []
    for feeder_id, group in own.groupby("feeder_id", sort=True):
        counts = group["customer_count"].astype("Float64")
        known = bool(counts.notna().all())
        weight = counts if known else pd.Series(1.0, index=group.index)
        by_class = weight.groupby(group["area_class"]).sum()
        present = [key for key in AREA_CLASS if key in by_class.index]
        rows.append(
            {
                "feeder_id": feeder_id,
                "customer_count": float(counts.sum()) if known else np.nan,
                "area_class": max(present, key=lambda key: by_class[key]) if present else None,
            }
        )
    return pd.DataFrame(rows, columns=["feeder_id", "customer_count", "area_class"])


def remediation_cases(
    outages: pd.DataFrame | None,
    feeders: pd.DataFrame,
    areas: pd.DataFrame,
    as_of: dt.date,
    rules: ReliabilityRules,
) -> pd.DataFrame:
    """Judge every feeder and area by P19; table ``P19_CASES``.

    Parameters
    ----------
    outages
        ``tables.inputs.outages``; None where there are no records: then outages are not judged, not counted as zero.
    feeders
        As :func:`feeders_served` returns it.
    areas
        ``tables.results.areas``: its ``low_voltage_nodes`` (P10) and ``feeder_ids``.
    as_of
        The windows end on the day before.
    rules
        Section ``reliability`` of the policy: ``capacity.policy.reliability_rules``.
    """
    rows = _low_voltage(areas, rules)
    if outages is not None:
        for feeder in feeders.to_dict("records"):
            own = outages[outages["feeder_id"].eq(feeder["feeder_id"])]
            rows += _counted(feeder, own, as_of, rules)
            rows.append(_hours(feeder, own, outages, as_of, rules))
    return conform(pd.DataFrame(rows), P19_CASES) if rows else empty(P19_CASES)


def _row(
    feeder_id: object, area_id: object, cause: str, value: float, threshold: float | None, unit: str, fires: bool | None
) -> dict[str, object]:
    return {
        "feeder_id": feeder_id,
        "area_id": area_id,
        "cause": cause,
        "value": value,
        "threshold": threshold,
        "unit": unit,
        "is_lower_bound": False,
        "fires": fires,
    }


def _low_voltage(areas: pd.DataFrame, rules: ReliabilityRules) -> list[dict[str, object]]:
    rows = []
    for area in areas.to_dict("records"):
        feeder_ids = [] if pd.isna(area["feeder_ids"]) else str(area["feeder_ids"]).split(";")
        nodes = area["low_voltage_nodes"]
        known = not pd.isna(nodes)
        row = _row(
            feeder_ids[0] if len(feeder_ids) == 1 else None,
            area["area_id"],
            "low_voltage",
            float(nodes) if known else np.nan,
            rules.low_voltage_nodes.threshold,
            rules.low_voltage_nodes.unit,
            rules.low_voltage_nodes.fires(float(nodes)) if known else None,
        )
        told = (
            Word(
                f"网格 {area['area_id']} 有 {nodes} 个低电压节点", f"area {area['area_id']}: {nodes} low-voltage nodes"
            )
            if known
            else Word(
                f"网格 {area['area_id']} 无低压网模型，低电压不明",
                f"area {area['area_id']}: no LV network modelled, voltages not known",
            )
        )
        rows.append({**row, "evidence_zh": told.zh, "evidence_en": told.en})
    return rows


def _counted(
    feeder: dict[str, object], own: pd.DataFrame, as_of: dt.date, rules: ReliabilityRules
) -> list[dict[str, object]]:
    end = pd.Timestamp(as_of)
    rows = []
    for cause, rule, counted, zh, en in (
        ("fault_outages", rules.fault_outages, own[own["kind"].eq("fault")], "故障停电", "fault outages"),
        ("outages", rules.outages, own, "停电", "outages"),
    ):
        begin = end - pd.DateOffset(months=rule.window_months)
        number = int((counted["start"].ge(begin) & counted["start"].lt(end)).sum())
        row = _row(
            feeder["feeder_id"], None, cause, float(number), rule.threshold, rule.unit, rule.fires(float(number))
        )
        words = Word(
            f"线路 {feeder['feeder_id']} {rule.window_months} 个月内{zh} {number} 次（门槛 {rule.threshold:g} 次）",
            f"feeder {feeder['feeder_id']}: {number} {en} in {rule.window_months} months "
            f"(threshold {rule.threshold:g})",
        )
        rows.append({**row, "evidence_zh": words.zh, "evidence_en": words.en})
    return rows


def _hours(
    feeder: dict[str, object], own: pd.DataFrame, outages: pd.DataFrame, as_of: dt.date, rules: ReliabilityRules
) -> dict[str, object]:
    end = pd.Timestamp(as_of)
    year, before = end - pd.DateOffset(years=1), end - pd.DateOffset(years=2)
    area_class, served = feeder["area_class"], feeder["customer_count"]
    rule = next((one for key, one in rules.outage_hours.items() if key == area_class), None)
    if pd.isna(served) or not served or rule is None:
        row = _row(feeder["feeder_id"], None, "outage_hours", np.nan, rule.threshold if rule else None, "h", None)
        return {
            **row,
            "evidence_zh": f"线路 {feeder['feeder_id']} 的户数或区域类别未知，户均停电时间不明",
            "evidence_en": f"feeder {feeder['feeder_id']}: customers or class not known, nor then its outage hours",
        }
    customers = float(served)  # type: ignore[arg-type]  # a number, as just seen
    hours, bound = _average_hours(own, year, end, customers, end)
    earlier, _ = _average_hours(own, before, year, customers, end)
    recorded = bool(outages["start"].lt(year).any())  # else the year before is not known rather than zero
    less_percent = (1.0 - hours / earlier) * 100.0 if earlier > 0.0 else np.nan
    improved = recorded and not bound and rules.less_than_before.fires(less_percent)
    above = rule.fires(hours)
    fires = not improved if above else None if bound else False
    words = AREA_CLASS[str(area_class)]
    zh = (
        f"线路 {feeder['feeder_id']} 户均停电{'至少 ' if bound else ' '}{hours:.2f} 小时"
        f"（{words.zh}目标 {rule.threshold:g} 小时）"
    )
    en = (
        f"feeder {feeder['feeder_id']}: {'at least ' if bound else ''}{hours:.2f} outage hours per customer "
        f"(target {rule.threshold:g} h, {words.en})"
    )
    if above and improved:
        zh += f"，比上年 {earlier:.2f} 小时压减已达 {rules.less_than_before.threshold:g} %"
        en += f", at least {rules.less_than_before.threshold:g} % less than the {earlier:.2f} h of the year before"
    row = _row(feeder["feeder_id"], None, "outage_hours", hours, rule.threshold, rule.unit, fires)
    return {**row, "is_lower_bound": bound, "evidence_zh": zh, "evidence_en": en}


def _average_hours(
    own: pd.DataFrame, begin: pd.Timestamp, end: pd.Timestamp, customers: float, as_of: pd.Timestamp
) -> tuple[float, bool]:
    """Hours per customer within a window, and whether they are a lower bound. What is still out counts until as-of."""
    start = own["start"].clip(lower=begin)
    finish = own["end"].fillna(as_of).clip(upper=end)
    hours = ((finish - start) / pd.Timedelta(hours=1)).clip(lower=0.0)
    affected = own["customers"].astype("Float64")
    bound = bool((affected.isna() & hours.gt(0.0)).any())
    return float((hours * affected.fillna(0.0).astype(float)).sum()) / customers, bound
