"""Voltage and allowed capacity per LV node (P9, P10)."""

from capacity.tables._schema import flag, moment, number, table, text
from capacity.tables.words import CRITERION, REASON

NODES = table(
    "nodes",
    "节点",
    "nodes",
    "One row per LV bus of the network.",
    {
        "node_id": text("节点编号", "node id", key=True),
        "area_id": text("网格编号", "area id", missing="outside any area"),
        "transformer_id": text("配变编号", "transformer id", missing="not energised"),
        "feeder_id": text("线路编号", "feeder id", missing="not energised"),
        "vn_kv": number("额定电压", "nominal voltage", "kV", above=0.0),
        "phases": text("相数", "phases", "Of its supply points.", choices=("1", "3", "unknown")),
        "voltage_min_pu": number(
            "最低电压",
            "lowest voltage",
            "pu",
            missing="not energised, never solved, or its transformer has insufficient data",
        ),
        "voltage_min_v": number(
            "最低电压（伏）",
            "lowest voltage (V)",
            "V",
            missing="not energised, never solved, or its transformer has insufficient data",
        ),
        "voltage_min_at": moment(
            "最低电压时刻", "lowest at", missing="not energised, never solved, or its transformer has insufficient data"
        ),
        "voltage_max_pu": number(
            "最高电压",
            "highest voltage",
            "pu",
            missing="not energised, never solved, or its transformer has insufficient data",
        ),
        "voltage_max_at": moment(
            "最高电压时刻",
            "highest at",
            missing="not energised, never solved, or its transformer has insufficient data",
        ),
        "voltage_lower_pu": number("电压下限", "lower limit", "pu", "P10, by phases."),
        "voltage_upper_pu": number("电压上限", "upper limit", "pu", "P10, by phases."),
        "low_voltage": flag(
            "低电压",
            "low voltage",
            "Below the limit at some step.",
            missing="not energised, never solved, or its transformer has insufficient data",
        ),
        "high_voltage": flag(
            "高电压",
            "high voltage",
            "Above the limit at some step.",
            missing="not energised, never solved, or its transformer has insufficient data",
        ),
        "allowed_kva": number(
            "允许接入容量",
            "allowed capacity",
            "kVA",
            "Largest load added at this node alone that breaks no limit at any step (P9).",
            missing="unknown or not computed",
            at_least=0.0,
        ),
        "binding_element": text("限制设备", "binding element", missing="nothing binds, or not computed"),
        "binding_criterion": text(
            "限制条件", "binding criterion", choices=tuple(CRITERION), missing="nothing binds, or not computed"
        ),
        "binding_at": moment("限制时刻", "binding at", missing="nothing binds, or not computed"),
        "next_criterion": text(
            "次限制条件",
            "next criterion",
            "Of the other criteria, the one that would bind next.",
            choices=tuple(CRITERION),
            missing="no other limit within the search ceiling, or not computed",
        ),
        "next_element": text(
            "次限制设备", "next element", missing="no other limit within the search ceiling, or not computed"
        ),
        "next_margin_kva": number(
            "距次限制余量",
            "margin to the next limit",
            "kVA",
            "How much more there would be if the binding criterion were lifted.",
            missing="no other limit within the search ceiling, or not computed",
            at_least=0.0,
        ),
        "reason": text("说明", "reason", choices=tuple(REASON)),
        "generation_kva": number(
            "允许接入发电容量",
            "allowed generation",
            "kVA",
            "Largest rooftop PV added at this node alone that breaks no limit at any step (P9).",
            missing="unknown or not computed",
            at_least=0.0,
        ),
        "generation_element": text(
            "发电限制设备", "generation: binding element", missing="nothing binds, or not computed"
        ),
        "generation_criterion": text(
            "发电限制条件",
            "generation: binding criterion",
            choices=tuple(CRITERION),
            missing="nothing binds, or not computed",
        ),
        "generation_at": moment("发电限制时刻", "generation: binding at", missing="nothing binds, or not computed"),
        "generation_reason": text("发电说明", "generation: reason", choices=tuple(REASON)),
    },
)
