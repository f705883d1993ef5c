"""Results → findings: each transformer, LV network, feeder, substation, area and application with the rule it fires."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from capacity.tables._schema import empty
from capacity.tables.findings import FINDINGS, Results
from capacity.tables.policy import Policy

LOAD_RULES = (("P4", "must_initiate"), ("P3", "may_initiate"))


def findings_of(results: Results, rules: Policy) -> pd.DataFrame:
    """Everything that P3–P6 and P10 look at, with its value and the rule that fires.

    LV lines count by the worst of each LV network, 10 kV sections by the worst of each feeder, nodes by the one that is
    furthest below its limit in each LV network. Only public transformers in service and what is behind them counts.

    Returns
    -------
    DataFrame of ``tables.findings.FINDINGS``. A value that is unknown fires nothing and stays in the table as unknown;
    so is one that fires nothing at the steps with a solution while others have none.
    """
    public = of_public(results)
    failed = results.lines[results.lines["steps_failed"].fillna(0) > 0]
    parts = [
        _transformers(public, rules),
        _lines(results.lines, public, rules),
        _sections(results.lines, rules),
        _substations(results.substations, set(failed["substation_id"]), rules),
        _voltages(results.nodes, public, set(failed["feeder_id"])),
        _areas(results, public, rules),
        _applications(results.alerts, public),
    ]
    parts = [part.astype(object) for part in parts if len(part)]
    if not parts:
        return empty(FINDINGS)
    frame = pd.concat(parts, ignore_index=True).reindex(columns=list(FINDINGS.columns))
    frame["feeder_id"] = frame["feeder_id"].fillna("")
    return frame.astype({"value": "float64", "threshold": "float64", "at": "datetime64[ns]"})


def of_public(results: Results) -> pd.DataFrame:
    """The public transformers in service."""
    public = results.transformers
    return public[public["in_service"].astype(bool) & public["ownership"].eq("public")]


def _transformers(public: pd.DataFrame, rules: Policy) -> pd.DataFrame:
    ids = public["transformer_id"]
    found = rated(public, "transformer", ids, key_of("load", ids), rules)
    return _unless_failed(found, public["reason"].eq("solver_failure"))


def _lines(lines: pd.DataFrame, public: pd.DataFrame, rules: Policy) -> pd.DataFrame:
    lv = lines[lines["level"].eq("lv") & lines["transformer_id"].isin(public["transformer_id"])]
    worst = _worst_of_each(lv, "transformer_id")
    found = rated(worst, "line", worst["line_id"], key_of("lines", worst["transformer_id"]), rules)
    return _unless_failed(found, worst["steps_failed"] > 0)


def _sections(lines: pd.DataFrame, rules: Policy) -> pd.DataFrame:
    worst = _worst_of_each(lines[lines["level"].eq("mv") & lines["feeder_id"].notna()], "feeder_id").assign(
        area_id=None
    )
    found = rated(worst, "section", worst["line_id"], key_of("sections", worst["feeder_id"]), rules)
    return _unless_failed(found, worst["steps_failed"] > 0)


def _substations(substations: pd.DataFrame, failed: set[str], rules: Policy) -> pd.DataFrame:
    ids = substations["substation_id"]
    frame = substations.assign(area_id=None, feeder_id=ids)
    return _unless_failed(rated(frame, "substation", ids, key_of("substation", ids), rules), ids.isin(failed))


def _unless_failed(found: pd.DataFrame, failed: pd.Series) -> pd.DataFrame:
    """What fires fires; what does not may still do so at the steps that have no solution."""
    return found.assign(value=found["value"].where(~(failed & found["rule"].isna())))


def rated(frame: pd.DataFrame, kind: str, ids: pd.Series, keys: pd.Series, rules: Policy) -> pd.DataFrame:
    """Findings about load rates: P4, else P3, else nothing."""
    value = frame["max_loading_percent"].astype("float64")
    rule = pd.Series(None, index=frame.index, dtype=object)
    threshold = pd.Series(np.nan, index=frame.index)
    for name, trigger in LOAD_RULES:
        fires = value.map(rules.triggers[trigger].fires).fillna(False).astype(bool) & value.notna() & rule.isna()
        rule[fires], threshold[fires] = name, rules.triggers[trigger].threshold
    return pd.DataFrame(
        {
            "key": keys,
            "element_type": kind,
            "element_id": ids,
            "area_id": frame["area_id"],
            "feeder_id": frame["feeder_id"],
            "rule": rule,
            "value": value,
            "threshold": threshold,
            "unit": "%",
            "at": frame["max_loading_at"],
        }
    )


def _worst_of_each(lines: pd.DataFrame, key: str) -> pd.DataFrame:
    """The most loaded of each group; any of a group of which nothing is known."""
    return lines.sort_values("max_loading_percent", na_position="first", kind="stable").groupby(key).tail(1)


def _voltages(nodes: pd.DataFrame, public: pd.DataFrame, failed: set[str]) -> pd.DataFrame:
    mine = nodes[nodes["transformer_id"].isin(public["transformer_id"])]
    margin = (mine["voltage_min_pu"] - mine["voltage_lower_pu"]).astype("float64")
    order = margin.sort_values(ascending=False, na_position="first", kind="stable").index
    worst = mine.loc[order].groupby("transformer_id").tail(1)
    volts = worst["vn_kv"].astype("float64") * 1000.0
    low = worst["low_voltage"].eq(True).fillna(False).astype(bool)
    found = pd.DataFrame(
        {
            "key": key_of("voltage", worst["transformer_id"]),
            "element_type": "network",
            "element_id": worst["transformer_id"],
            "area_id": worst["area_id"],
            "feeder_id": worst["feeder_id"],
            "rule": _where(low, "P10"),
            "value": worst["voltage_min_pu"] * volts,
            "threshold": (worst["voltage_lower_pu"] * volts).where(low),
            "unit": "V",
            "at": worst["voltage_min_at"],
        }
    )
    return _unless_failed(found, worst["feeder_id"].isin(failed))


def _areas(results: Results, public: pd.DataFrame, rules: Policy) -> pd.DataFrame:
    areas, ids = results.areas, results.areas["area_id"]
    mine = results.alerts[results.alerts["rule"].eq("P5")].set_index("element_id")
    alone = _without_reserved(public, rules)
    reserved = public.groupby("area_id")["reserved_kva"].sum()
    trigger = rules.triggers["pre_control"]
    fires = ids.isin(mine.index)
    caused = (
        fires & (ids.map(reserved).fillna(0.0) > 0.0) & ~ids.map(alone).map(trigger.fires).fillna(True).astype(bool)
    )
    return pd.DataFrame(
        {
            "key": key_of("area", ids),
            "element_type": "area",
            "element_id": ids,
            "area_id": ids,
            "feeder_id": areas["feeder_ids"].fillna("").str.split(";").str[0],
            "rule": _where(fires, "P5"),
            "value": ids.map(mine["value"]).astype("float64").fillna(areas["allowed_kva"]),
            "threshold": pd.Series(trigger.threshold, index=areas.index).where(fires),
            "unit": "kVA",
            "at": ids.map(mine["at"]),
            "alert_id": ids.map(mine["alert_id"]),
            "application_ids": ids.map(_reserving(results)).where(caused),
        }
    )


def _reserving(results: Results) -> pd.Series:
    """The applications that reserve capacity in each area, separated by ``;``."""
    area = results.reserved["transformer_id"].map(results.transformers.set_index("transformer_id")["area_id"])
    return results.reserved["application_id"].astype(str).groupby(area).agg(";".join)


def _where(fires: pd.Series, rule: str) -> pd.Series:
    return pd.Series(rule, index=fires.index, dtype=object).where(fires)


def _without_reserved(public: pd.DataFrame, rules: Policy) -> pd.Series:
    """What each area's transformers could take if nothing were reserved, kVA; the known ones."""
    k = rules.choice("transformer_limit_percent") / 100.0
    room = (k * public["rated_kva"] - public["smax_import_kva"]).clip(lower=0.0)
    return room.groupby(public["area_id"]).sum(min_count=1)


def _applications(alerts: pd.DataFrame, public: pd.DataFrame) -> pd.DataFrame:
    mine = alerts[alerts["rule"].eq("P6")]
    feeder: Mapping[str, str] = public.set_index("transformer_id")["feeder_id"].to_dict()
    return pd.DataFrame(
        {
            "key": key_of("application", mine["application_id"]),
            "element_type": "application",
            "element_id": mine["element_id"],
            "area_id": mine["area_id"],
            "feeder_id": mine["element_id"].map(feeder),
            "rule": "P6",
            "value": mine["value"],
            "threshold": mine["threshold"],
            "unit": mine["unit"],
            "at": mine["at"],
            "alert_id": mine["alert_id"],
            "application_ids": mine["application_id"],
        }
    )


def key_of(kind: str, ids: pd.Series) -> pd.Series:
    """``kind:id`` of each."""
    return kind + ":" + ids.astype("string")
