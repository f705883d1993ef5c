"""Load rate per line, LV and MV (P1, P2)."""

from capacity.tables._schema import count, moment, number, table, text

_NONE = "never solved, no rating, or its transformer has insufficient data"

LINES = table(
    "lines",
    "线路负载率",
    "lines",
    "One row per line of the network; current / rated current, simulated.",
    {
        "line_id": text("线路段编号", "line id", key=True),
        "level": text("电压等级", "level", choices=("hv", "mv", "lv")),
        "area_id": text("网格编号", "area id", missing="MV line, or outside any area"),
        "transformer_id": text("配变编号", "transformer id", missing="MV line"),
        "feeder_id": text("10千伏线路编号", "feeder id", missing="not energised or HV"),
        "substation_id": text("变电站编号", "substation id", missing="not energised"),
        "voltage_kv": number("额定电压", "nominal voltage", "kV", above=0.0),
        "rated_a": number("额定电流", "rated current", "A", missing="no rating"),
        "max_i_a": number("最大电流", "highest current", "A", missing=_NONE),
        "max_loading_percent": number("最高负载率", "max load rate", "%", missing=_NONE),
        "max_loading_at": moment("最高负载时刻", "at", missing=_NONE),
        "second_loading_percent": number("次高负载率", "second highest", "%", missing=_NONE),
        "second_loading_at": moment("次高时刻", "second at", missing=_NONE),
        "third_loading_percent": number("第三高负载率", "third highest", "%", missing=_NONE),
        "third_loading_at": moment("第三高时刻", "third at", missing=_NONE),
        "hours_ge_80": number(
            "重载小时数", "heavy-load hours", "h", "Steps from heavy_percent of the policy on (P2).", missing=_NONE
        ),
        "hours_ge_100": number(
            "过载小时数", "overload hours", "h", "Steps from overload_percent of the policy on (P2).", missing=_NONE
        ),
        "longest_run_ge_80_h": number("重载最长持续", "longest heavy-load run", "h", missing=_NONE),
        "longest_run_ge_100_h": number("过载最长持续", "longest overload run", "h", missing=_NONE),
        "steps_failed": count("不收敛步数", "failed steps"),
    },
)
