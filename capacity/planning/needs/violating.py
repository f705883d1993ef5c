"""Results → violations: every single element that a forcing rule fires at, so that a new one beside a worse is seen."""

from __future__ import annotations

import pandas as pd

from capacity.planning.needs.finding import findings_of, key_of, of_public, rated
from capacity.tables.findings import FINDINGS, FORCING, Results
from capacity.tables.policy import Policy

GROUPS = ("lines:", "sections:", "voltage:")
"""Keys of findings that stand for the worst of several elements."""
HIGH, LOW = "high:", "node:"
"""Keys of nodes whose voltage is too high, or too low."""


def violations_of(results: Results, rules: Policy) -> pd.DataFrame:
    """What fires P4, P5, P6 or P10, element by element: each line and LV node, the worst 10 kV node of each feeder,
    also voltages that are too high.

    Returns
    -------
    Columns of ``tables.findings.FINDINGS``, and ``part``: the part of a feeder that it belongs to (``network:T1``,
    ``sections:F1``, ``substation:S1``, ``area:A1``), as measures state what they touch. What is unknown is not in it.
    """
    public = of_public(results)
    groups = findings_of(results, rules)
    single = groups[~groups["key"].str.startswith(GROUPS)]
    nodes = results.nodes[results.nodes["transformer_id"].isin(public["transformer_id"])]
    volts = nodes["vn_kv"].astype("float64") * 1000.0
    trunk = results.feeder_voltages[results.feeder_voltages["level"].eq("mv")]
    trunk = trunk.rename(columns={"lower_pu": "voltage_lower_pu", "upper_pu": "voltage_upper_pu"}).assign(area_id=None)
    trunk_part = key_of("sections", trunk["feeder_id"])
    lines = results.lines
    lv = lines[lines["level"].eq("lv") & lines["transformer_id"].isin(public["transformer_id"])]
    mv = lines[lines["level"].eq("mv") & lines["feeder_id"].notna()].assign(area_id=None)
    parts = [
        single.assign(part=_part_of(single)),
        rated(lv, "line", lv["line_id"], key_of("line", lv["line_id"]), rules).assign(
            part=key_of("network", lv["transformer_id"])
        ),
        rated(mv, "section", mv["line_id"], key_of("section", mv["line_id"]), rules).assign(
            part=key_of("sections", mv["feeder_id"])
        ),
        *(
            _voltages(nodes, key_of("network", nodes["transformer_id"]), volts, "V", high=high)
            for high in (False, True)
        ),
        *(
            _of_trunk(_voltages(trunk, trunk_part, pd.Series(1.0, trunk.index), "pu", high=high))
            for high in (False, True)
        ),
    ]
    fired = [part[part["rule"].isin(FORCING)].astype(object) for part in parts]
    frame = pd.concat([part for part in fired if len(part)] or [fired[0]], ignore_index=True)
    return frame.reindex(columns=[*FINDINGS.columns, "part"]).astype({"value": "float64", "threshold": "float64"})


def _part_of(single: pd.DataFrame) -> pd.Series:
    kind = single["key"].str.partition(":")[0]
    return single["key"].where(kind.isin(["substation", "area"]), key_of("network", single["element_id"]))


def _of_trunk(found: pd.DataFrame) -> pd.DataFrame:
    """Of each feeder the node furthest beyond its band: a new one beside it is of the same violation."""
    beyond = (found["value"] - found["threshold"]).abs()
    worst = found.loc[beyond.sort_values(ascending=False, kind="stable").index].drop_duplicates("feeder_id")
    return worst.assign(key=worst["key"].str.split(":").str[0] + ":" + worst["feeder_id"].astype("string"))


def _voltages(nodes: pd.DataFrame, part: pd.Series, base: pd.Series, unit: str, *, high: bool) -> pd.DataFrame:
    """Nodes below, or above, their band; ``base`` is what 1 pu is in ``unit``."""
    end, limit = ("max", "upper") if high else ("min", "lower")
    value, bound = (nodes[f"voltage_{name}_pu"].astype("float64") for name in (end, limit))
    beyond = value > bound if high else value < bound
    frame = pd.DataFrame(
        {
            "key": (HIGH if high else LOW) + nodes["node_id"].astype("string"),
            "element_type": "node",
            "element_id": nodes["node_id"],
            "area_id": nodes["area_id"],
            "feeder_id": nodes["feeder_id"],
            "rule": "P10",
            "value": value * base,
            "threshold": bound * base,
            "unit": unit,
            "at": nodes.get(f"voltage_{end}_at", pd.NaT),
            "part": part,
        }
    )
    return frame[beyond]
