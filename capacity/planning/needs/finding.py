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
    DataFrame of ``tables.findings.FINDINGS``. A value that is unknown fires nothing and stays in the table as unknown.
    """
    public = results.transformers
    public = public[public["in_service"].astype(bool) & public["ownership"].eq("public")]
    parts = [
        _transformers(public, rules),
        _lines(results.lines, public, rules),
        _sections(results.lines, rules),
        _substations(results.substations, rules),
        _voltages(results.nodes, public),
        _areas(results, public, rules),
        _applications(results.alerts, public),
    ]
    parts = [part.astype(object) for part in parts if len(part)]
    if not parts:
        return empty(FINDINGS)
    frame = pd.concat(parts, ignore_index=True).reindex(columns=list(FINDINGS.columns))
    frame["feeder_id"] = frame["feeder_id"].fillna("")
    return frame.astype({"value": "float64", "threshold": "float64", "at": "datetime64[ns]"})


def _transformers(public: pd.DataFrame, rules: Policy) -> pd.DataFrame:
    return _rated(public, "transformer", public["transformer_id"], _key("load", public["transformer_id"]), rules)


def _lines(lines: pd.DataFrame, public: pd.DataFrame, rules: Policy) -> pd.DataFrame:
    lv = lines[lines["level"].eq("lv") & lines["transformer_id"].isin(public["transformer_id"])]
    worst = _worst_of_each(lv, "transformer_id")
    return _rated(worst, "line", worst["line_id"], _key("lines", worst["transformer_id"]), rules)


def _sections(lines: pd.DataFrame, rules: Policy) -> pd.DataFrame:
    worst = _worst_of_each(lines[lines["level"].eq("mv") & lines["feeder_id"].notna()], "feeder_id")
    return _rated(worst.assign(area_id=None), "section", worst["line_id"], _key("sections", worst["feeder_id"]), rules)


def _substations(substations: pd.DataFrame, rules: Policy) -> pd.DataFrame:
    ids = substations["substation_id"]
    return _rated(substations.assign(area_id=None, feeder_id=ids), "substation", ids, _key("substation", ids), rules)


def _rated(frame: pd.DataFrame, kind: str, ids: pd.Series, keys: pd.Series, rules: Policy) -> pd.DataFrame:
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
    known = lines.dropna(subset=["max_loading_percent"])
    return known.loc[known.groupby(key)["max_loading_percent"].idxmax()] if len(known) else known


def _voltages(nodes: pd.DataFrame, public: pd.DataFrame) -> pd.DataFrame:
    known = nodes[nodes["transformer_id"].isin(public["transformer_id"])].dropna(subset=["voltage_min_pu"])
    margin = known["voltage_min_pu"] - known["voltage_lower_pu"]
    worst = known.loc[margin.groupby(known["transformer_id"]).idxmin()] if len(known) else known
    volts = worst["vn_kv"].astype("float64") * 1000.0
    low = worst["low_voltage"].fillna(False).astype(bool)
    return pd.DataFrame(
        {
            "key": _key("voltage", worst["transformer_id"]),
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
            "key": _key("area", ids),
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
            "key": _key("application", mine["application_id"]),
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


def _key(kind: str, ids: pd.Series) -> pd.Series:
    return kind + ":" + ids.astype("string")
