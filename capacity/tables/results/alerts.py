"""Policy alerts (P3–P6) and the readings behind them."""

from capacity.tables._schema import moment, number, table, text
from capacity.tables.words import ACTION, ELEMENT_TYPE, SOURCE

ALERTS = table(
    "alerts",
    "预警",
    "alerts",
    "One row per rule, element and cause.",
    {
        "alert_id": text("预警编号", "alert id", key=True),
        "rule": text("规则", "rule"),
        "action": text("动作", "action", choices=tuple(ACTION)),
        "area_id": text("网格编号", "area id", missing="not in an area"),
        "element_type": text("对象类型", "element type", choices=tuple(ELEMENT_TYPE)),
        "element_id": text("对象编号", "element id"),
        "application_id": text("申请编号", "application id", missing="not about an application"),
        "variant": text(
            "口径",
            "variant",
            "P5: ``sum`` (the plan's wording) or ``grid_limited`` (P8, the sum alone would pass).",
            choices=("", "sum", "grid_limited"),
        ),
        "value": number("数值", "value", "see unit"),
        "threshold": number("阈值", "threshold", "see unit"),
        "unit": text("单位", "unit"),
        "at": moment("时刻", "at", missing="not a value of one step"),
        "duration_h": number(
            "持续时间", "duration", "h", "Longest run at or above the threshold.", missing="not a value of one step"
        ),
        "source": text("数据来源", "source", choices=tuple(SOURCE)),
        "message_zh": text("说明（中文）", "message (Chinese)"),
        "message_en": text("说明（英文）", "message (English)"),
    },
)

EVIDENCE = table(
    "evidence",
    "预警依据",
    "evidence",
    "The readings (or simulated values) around the step of each alert; of a line its three highest steps.",
    {
        "alert_id": text("预警编号", "alert id"),
        "timestamp": moment("时间", "timestamp"),
        "element_id": text("对象编号", "element id"),
        "p_kw": number("有功功率", "active power", "kW", missing="not metered, or of a line"),
        "q_kvar": number("无功功率", "reactive power", "kvar", missing="not metered, or of a line"),
        "s_kva": number("视在功率", "apparent power", "kVA", missing="no value, or of a line"),
        "loading_percent": number("负载率", "load rate", "%", missing="no value, or of a line"),
        "source": text("数据来源", "source", choices=tuple(SOURCE)),
    },
)
