"""Load rate and allowed capacity per distribution transformer (P1, P2, P7)."""

from capacity.tables._schema import count, flag, moment, number, table, text
from capacity.tables.words import OWNERSHIP, REASON, SOURCE

_NONE = "insufficient data (see reason)"

RATE_COLUMNS = {
    "max_loading_percent": number("最高负载率", "max load rate", "%", "P1, either direction.", missing=_NONE),
    "max_loading_at": moment("最高负载时刻", "at", missing=_NONE),
    "max_direction": text(
        "方向", "direction", "Direction of power at that step.", choices=("import", "export"), missing=_NONE
    ),
    "second_loading_percent": number("次高负载率", "second highest", "%", missing="fewer than two values"),
    "second_loading_at": moment("次高时刻", "second at", missing="fewer than two values"),
    "third_loading_percent": number("第三高负载率", "third highest", "%", missing="fewer than three values"),
    "third_loading_at": moment("第三高时刻", "third at", missing="fewer than three values"),
    "hours_ge_80": number(
        "重载小时数", "heavy-load hours", "h", "Steps from heavy_percent of the policy on (P2).", missing=_NONE
    ),
    "hours_ge_100": number(
        "过载小时数", "overload hours", "h", "Steps from overload_percent of the policy on (P2).", missing=_NONE
    ),
    "longest_run_ge_80_h": number("重载最长持续", "longest heavy-load run", "h", missing=_NONE),
    "longest_run_ge_100_h": number("过载最长持续", "longest overload run", "h", missing=_NONE),
    "heavy_load": flag(
        "重载", "heavy load", "A run at heavy load for sustained_hours of the policy or longer (P2).", missing=_NONE
    ),
    "overload": flag(
        "过载", "overload", "A run at overload for sustained_hours of the policy or longer (P2).", missing=_NONE
    ),
    "smax_import_kva": number("最大受入负荷", "highest import", "kVA", "Smax of P7.", missing=_NONE),
    "smax_import_at": moment("最大受入时刻", "highest import at", missing="no import in the window, or " + _NONE),
    "smax_export_kva": number("最大送出负荷", "highest export", "kVA", missing=_NONE),
    "max_phase_percent": number(
        "最高相负载率", "highest phase", "%", "Highest phase current / rated current.", missing="no phase currents"
    ),
    "max_phase_at": moment("最高相时刻", "highest phase at", missing="no phase currents"),
    "source": text("数据来源", "source", "Where the load rate comes from.", choices=tuple(SOURCE)),
    "coverage_percent": number(
        "数据完整率", "coverage", "%", "Valid readings (or solved steps) of the window.", at_least=0.0, at_most=100.0
    ),
    "simulated_max_loading_percent": number(
        "仿真最高负载率",
        "simulated max load rate",
        "%",
        "On the metered side, for comparison.",
        missing="not simulated",
    ),
}

TRANSFORMERS = table(
    "transformers",
    "配变",
    "transformers",
    "One row per distribution transformer.",
    {
        "transformer_id": text("配变编号", "transformer id", key=True),
        "system_code": text("台区编号", "system code", missing="not stated"),
        "name": text("配变名称", "name"),
        "area_id": text("网格编号", "area id", missing="outside any area"),
        "feeder_id": text("线路编号", "feeder id", missing="not energised"),
        "substation_id": text("变电站编号", "substation id", missing="not energised"),
        "branch": text("分公司", "branch", missing="not stated"),
        "supply_station": text("供电所", "supply station", missing="not stated"),
        "ownership": text("公专变", "ownership", choices=tuple(OWNERSHIP)),
        "in_service": flag("在运", "in service"),
        "rated_kva": number("额定容量", "rated power", "kVA", above=0.0),
        **RATE_COLUMNS,
        "voltage_min_pu": number("低压侧最低电压", "lowest LV busbar voltage", "pu", missing="not simulated"),
        "customer_count": count("户数", "customers", missing="unknown"),
        "reserved_kva": number("已批未投", "reserved", "kVA", "Accepted, not energised (P7).", at_least=0.0),
        "allowed_kva": number(
            "允许接入容量",
            "allowed capacity",
            "kVA",
            "P7.",
            missing="unknown or not counted (see reason)",
            at_least=0.0,
        ),
        "share_kva": number(
            "同时可接入份额",
            "share of the area's simultaneous figure",
            "kVA",
            "Its part of the area's ``allowed_kva`` (P8).",
            missing="unknown or not counted",
            at_least=0.0,
        ),
        "reason": text("说明", "reason", "Why the figure is what it is.", choices=tuple(REASON)),
    },
)
