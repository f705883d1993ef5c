"""The tables of a comparison of two runs."""

from __future__ import annotations

from typing import Any

from capacity.tables._schema import count, flag, moment, number, table, text
from capacity.tables.words import ACTION, ELEMENT_TYPE, REASON, SEVERITY, STATUS, VARIANT

_ABSENT = "not in that run, or unknown"
_CAUSE = {"cause_zh": text("原因（中文）", "cause (Chinese)"), "cause_en": text("原因（英文）", "cause (English)")}
STATES = ("new", "continuing", "cleared")


def _pair(name: str, zh: str, en: str, unit: str) -> dict[str, Any]:
    return {
        f"{name}_before": number(f"{zh}（前）", f"{en} before", unit, missing=_ABSENT),
        f"{name}_after": number(f"{zh}（后）", f"{en} after", unit, missing=_ABSENT),
    }


AREA_CHANGES = table(
    "area_changes", "网格变化", "changes of areas", "One row per area of either run.",
    {
        "area_id": text("网格编号", "area id", key=True),
        "name": text("网格名称", "name"),
        "branch": text("分公司", "branch", missing="not stated"),
        "supply_station": text("供电所", "supply station", missing="not stated"),
        "changed": flag("有变化", "changed"),
        "status_before": text("状态（前）", "status before", choices=tuple(STATUS), missing="not in that run"),
        "status_after": text("状态（后）", "status after", choices=tuple(STATUS), missing="not in that run"),
        **_pair("max_loading_percent", "最高负载率", "max load rate", "%"),
        **_pair("allowed_sum_kva", "允许接入容量合计", "sum of allowed capacity", "kVA"),
        **_pair("allowed_kva", "同时允许接入容量", "simultaneous allowed capacity", "kVA"),
        "alerts_new": count("新增预警", "new alerts"),
        "alerts_continuing": count("延续预警", "continuing alerts"),
        "alerts_cleared": count("消除预警", "cleared alerts"),
        "quality_before": count("数据质量问题（前）", "quality issues before", missing="not in that run"),
        "quality_after": count("数据质量问题（后）", "quality issues after", missing="not in that run"),
        **_CAUSE,
    },
)  # fmt: skip
MOVES = table(
    "moves", "变动原因", "moved values and their causes", "One row per moved value of an area.",
    {
        "area_id": text("网格编号", "area id"),
        "quantity_zh": text("指标", "quantity (Chinese)"),
        "quantity_en": text("指标（英文）", "quantity (English)"),
        "before": text("前", "before", "Rounded for reading; the figures are in the sheet of areas."),
        "after": text("后", "after"),
        "change": number("变动", "change", "see unit", missing="a status, or unknown in one of the runs"),
        "unit": text("单位", "unit"),
        **_CAUSE,
    },
)  # fmt: skip
ALERT_CHANGES = table(
    "alert_changes", "预警变化", "changes of alerts", "One row per alert of either run.",
    {
        "state": text("变化", "change", choices=STATES),
        "rule": text("规则", "rule"),
        "action": text("动作", "action", choices=tuple(ACTION)),
        "area_id": text("网格编号", "area id", missing="not in an area"),
        "element_type": text("对象类型", "element type", choices=tuple(ELEMENT_TYPE)),
        "element_id": text("对象编号", "element id"),
        "application_id": text("申请编号", "application id", missing="not about an application"),
        "variant": text("口径", "variant", choices=tuple(VARIANT)),
        **_pair("value", "数值", "value", "see unit"),
        "threshold": number("阈值", "threshold", "see unit"),
        "unit": text("单位", "unit"),
        **_CAUSE,
    },
)  # fmt: skip
TRANSFORMER_CHANGES = table(
    "transformer_changes", "配变变化", "changes of transformers", "One row per transformer with a moved value.",
    {
        "transformer_id": text("配变编号", "transformer id", key=True),
        "name": text("配变名称", "name"),
        "area_id": text("网格编号", "area id", missing="outside any area"),
        **_pair("rated_kva", "额定容量", "rated power", "kVA"),
        **_pair("smax_import_kva", "最大受入负荷", "highest import", "kVA"),
        **_pair("max_loading_percent", "最高负载率", "max load rate", "%"),
        **_pair("coverage_percent", "数据完整率", "coverage", "%"),
        **_pair("reserved_kva", "已批未投", "reserved", "kVA"),
        **_pair("allowed_kva", "允许接入容量", "allowed capacity", "kVA"),
        "smax_import_at_after": moment("最大受入时刻（后）", "highest import at, after", missing=_ABSENT),
        **_CAUSE,
    },
)  # fmt: skip
NODE_CHANGES = table(
    "node_changes", "节点变化", "changes of nodes",
    "One row per node whose allowed capacity moved by more than 0.1 % and 0.1 kVA, became known or unknown, zero or "
    "not.",
    {
        "area_id": text("网格编号", "area id", missing="outside any area"),
        "transformer_id": text("配变编号", "transformer id", missing="not energised"),
        "node_id": text("节点编号", "node id", key=True),
        **_pair("allowed_kva", "允许接入容量", "allowed capacity", "kVA"),
        "change_kva": number("变动", "change", "kVA", missing="unknown in one of the runs"),
        "reason_before": text("说明（前）", "reason before", choices=tuple(REASON), missing="not in that run"),
        "reason_after": text("说明（后）", "reason after", choices=tuple(REASON), missing="not in that run"),
        **_CAUSE,
    },
)  # fmt: skip
INPUT_CHANGES = table(
    "input_changes", "输入与设置变化", "changes of inputs and settings", "Inputs, values and versions that differ.",
    {
        "kind_zh": text("类别", "kind (Chinese)"),
        "kind_en": text("类别（英文）", "kind (English)"),
        "name": text("名称", "name"),
        "before": text("前", "before", missing="not in that run"),
        "after": text("后", "after", missing="not in that run"),
    },
)  # fmt: skip
QUALITY_CHANGES = table(
    "quality_changes", "数据质量变化", "changes of data quality", "Issues that are new or cleared.",
    {
        "state": text("变化", "change", choices=STATES),
        "severity": text("级别", "severity", choices=tuple(SEVERITY)),
        "check": text("检查项", "check"),
        "area_id": text("网格编号", "area id", missing="not tied to an area"),
        "ids": text("编号", "ids"),
        "sentence_zh": text("说明（中文）", "sentence (Chinese)"),
        "sentence_en": text("说明（英文）", "sentence (English)"),
    },
)  # fmt: skip
