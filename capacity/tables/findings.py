"""What a solved grid says to the rules P3–P6 and P10, one row per thing that is judged; needs are made of it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capacity.tables._schema import moment, number, table, text

ELEMENTS = ("transformer", "line", "section", "substation", "area", "application", "network", "node")
FIRING = ("P3", "P4", "P5", "P6", "P10")
FORCING = ("P4", "P5", "P6", "P10")
"""Rules whose firing anew is a violation; P3 is a "may"."""

FINDINGS = table(
    "findings",
    "规则判定",
    "findings",
    "One row per thing that a rule looks at, firing or not.",
    {
        "key": text("对象", "key", "Kind and id of what is judged; the same in every year and with every measure."),
        "element_type": text("对象类型", "element type", choices=ELEMENTS),
        "element_id": text("设备编号", "element id", "Of a group the worst of it."),
        "area_id": text("网格编号", "area id", missing="in no area"),
        "feeder_id": text("线路编号", "feeder id", "Of a substation its own id."),
        "rule": text("触发规则", "rule that fires", choices=FIRING, missing="none fires, or the value is unknown"),
        "value": number("数值", "value", "see unit", missing="unknown"),
        "threshold": number("门槛", "threshold", "see unit", missing="no rule fires"),
        "unit": text("单位", "unit"),
        "at": moment("时刻", "at", missing="not a value of one step, or unknown"),
        "alert_id": text("预警编号", "alert id", missing="no alert"),
        "application_ids": text("申请编号", "applications", "That cause it. Separated by ``;``.", missing="none"),
    },
)


@dataclass(frozen=True)
class Results:
    """Results that findings are made of: tables of ``tables.results`` and the alerts raised over them.

    ``reserved`` holds ``application_id`` and ``transformer_id`` of the applications that reserve capacity.
    """

    transformers: pd.DataFrame
    lines: pd.DataFrame
    nodes: pd.DataFrame
    areas: pd.DataFrame
    substations: pd.DataFrame
    alerts: pd.DataFrame
    reserved: pd.DataFrame
    feeder_voltages: pd.DataFrame
