"""The tables of the month's workbook."""

from __future__ import annotations

import pandera.pandas as pa

from capacity.runs.derived import BRANCHES, LOW_VOLTAGE, STATIONS
from capacity.tables._schema import Table, flag, moment, number, table, text
from capacity.tables.results.lines import LINES
from capacity.tables.results.substations import SUBSTATIONS
from capacity.tables.results.transformers import TRANSFORMERS
from capacity.tables.words import ACTION, CHANGE, CRITERION, ELEMENT_TYPE, REASON, SOURCE, STATUS

_UNITS = {
    "branch": text("分公司", "branch", missing="not stated"),
    "supply_station": text("供电所", "supply station", missing="not stated"),
}
_STATE = text("环比", "against last month", choices=tuple(CHANGE), missing="no earlier run to compare with")


def _chosen(schema: Table, *names: str) -> dict[str, pa.Column]:
    return {name: schema.columns[name] for name in names}


HEAVY = table(
    "month_heavy",
    "重过载台区",
    "heavily loaded transformers",
    "Public transformers under heavy load or overload (P2).",
    {
        **_UNITS,
        "state": _STATE,
        **_chosen(TRANSFORMERS, "area_id", "transformer_id", "system_code", "name", "feeder_id", "rated_kva"),
        "month_max_percent": number(
            "本月最高负载率", "max load rate of the month", "%", missing="no data in the month"
        ),
        "month_max_at": moment("本月时刻", "at", missing="no data in the month"),
        **_chosen(
            TRANSFORMERS,
            "max_loading_percent",
            "max_loading_at",
            "heavy_load",
            "overload",
            "hours_ge_80",
            "hours_ge_100",
            "longest_run_ge_80_h",
            "coverage_percent",
            "source",
        ),
        "previous_max_percent": number(
            "上月统计最高负载率", "max load rate in the earlier run", "%", missing="unknown then"
        ),
    },
)
LOW = table(
    "month_low_voltage",
    "低电压台区",
    "low-voltage transformers",
    LOW_VOLTAGE.description,
    {**_UNITS, "state": _STATE, **{k: v for k, v in LOW_VOLTAGE.columns.items() if k not in _UNITS}},
)
LOADS = table(
    "month_loads",
    "线路/主变负载率",
    "load rates of lines and substations",
    "Feeders, substations and the busiest lines, the highest first.",
    {
        "element_type": text("对象类型", "element type", choices=tuple(ELEMENT_TYPE)),
        "element_id": text("对象编号", "element id"),
        "name": text("名称", "name", missing="the id is shown"),
        **_UNITS,
        "max_loading_percent": number("最高负载率", "max load rate", "%", missing="never solved, or no rating"),
        "max_loading_at": LINES.columns["max_loading_at"],
        "previous_max_percent": number(
            "上月统计最高负载率", "max load rate in the earlier run", "%", missing="unknown then"
        ),
        "change_percent": number(
            "变动（百分点）", "change (percentage points)", "%", missing="unknown in one of the runs"
        ),
        "limit_percent": number("允许负载率", "limit", "%", missing="not stated"),
        "reserved_kva": number("已批未投", "reserved", "kVA", missing="not gathered for a line"),
        "allowed_sum_kva": number(
            "允许接入容量合计", "sum of allowed capacity", "kVA", missing="unknown, or not gathered for a line"
        ),
        "allowed_kva": number("可开放容量", "allowed capacity", "kVA", missing="unknown, or not gathered for a line"),
        "reason": SUBSTATIONS.columns["reason"],
    },
)
RESTRICTED = table(
    "month_restricted",
    "受限清单",
    "restricted areas",
    "Areas that are blocked, in pre-control or limited by the grid above.",
    {
        **_UNITS,
        "state": _STATE,
        "area_id": text("网格编号", "area id", key=True),
        "name": text("网格名称", "name"),
        "status": text("状态", "status", choices=tuple(STATUS)),
        "allowed_sum_kva": number("允许接入容量合计", "sum of allowed capacity", "kVA", missing="unknown"),
        "allowed_kva": number("同时允许接入容量", "simultaneous allowed capacity", "kVA", missing="unknown"),
        "structural": flag("结构性不足", "structural", "Its transformers could never offer the threshold of P5."),
        "binding_element": text("限制设备", "binding element", missing="its own transformers bind"),
        "binding_criterion": text(
            "限制条件", "criterion", choices=tuple(CRITERION), missing="its own transformers bind"
        ),
        "binding_at": moment("限制时刻", "binding at", missing="its own transformers bind"),
        "reason": text("原因", "reason", choices=tuple(REASON)),
        "full_transformers": text("无余量配变", "transformers without room", missing="—"),
        "projects": text("已有项目", "existing projects", missing="none"),
    },
)
SUGGESTIONS = table(
    "month_suggestions",
    "项目建议",
    "suggested projects",
    "One row per element (or application) with alerts of P3–P6.",
    {
        **_UNITS,
        "state": _STATE,
        "area_id": text("网格编号", "area id", missing="not in an area"),
        "area_name": text("网格名称", "area name", missing="not in an area"),
        "rules": text("规则", "rules"),
        "action": text("要求", "may or must", choices=tuple(ACTION)),
        "element_type": text("对象类型", "element type", choices=tuple(ELEMENT_TYPE)),
        "element_id": text("对象编号", "element id"),
        "application_id": text("申请编号", "application id", missing="not about an application"),
        "value": number("数值", "value", "see unit"),
        "threshold": number("阈值", "threshold", "see unit"),
        "unit": text("单位", "unit"),
        "at": moment("时刻", "at", missing="not a value of one step"),
        "duration_h": number("持续时间", "duration", "h", missing="not a value of one step"),
        "source": text("数据来源", "source", choices=tuple(SOURCE)),
        "evidence_zh": text("依据（中文）", "evidence (Chinese)"),
        "evidence_en": text("依据（英文）", "evidence (English)"),
        "projects": text("已有项目", "existing projects that cover it", missing="none"),
        "covered": flag("已有项目覆盖", "covered", "A planned or running project names the element, or its area."),
    },
)


def _with_change(schema: Table, keys: tuple[str, ...]) -> Table:
    shown = (
        "blocked",
        "pre_control",
        "no_data",
        "open",
        "overload",
        "heavy_load",
        "low_voltage",
        "allowed_sum_kva",
        "max_loading_percent",
        "reserved_kva",
        "alerts_p3",
        "alerts_p4",
        "alerts_p5",
        "alerts_p6",
    )
    columns = {key: schema.columns[key] for key in keys}
    for name in shown:
        facts = schema.columns[name].metadata
        columns[name] = schema.columns[name]
        columns[f"{name}_change"] = number(
            f"{facts['zh']}环比", f"{facts['en']}, change", facts["unit"], missing="unknown, or no earlier run"
        )
    return table(
        f"{schema.name}_month",
        f"{schema.metadata['zh']}（环比）",
        f"{schema.metadata['en']}, month on month",
        schema.description,
        columns,
    )


STATIONS_MONTH = _with_change(STATIONS, ("branch", "supply_station"))
BRANCHES_MONTH = _with_change(BRANCHES, ("branch",))
