"""Load rate and room per feeder (P2, P8)."""

from capacity.tables._schema import count, moment, number, table, text
from capacity.tables.words import CRITERION, REASON

FEEDERS = table(
    "feeders",
    "10千伏线路",
    "feeders",
    "One row per feeder.",
    {
        "feeder_id": text("线路编号", "feeder id", key=True),
        "name": text("线路名称", "name"),
        "substation_id": text("变电站编号", "substation id", missing="not known"),
        "transformer_count": count("配变台数", "transformers", "In service, public and dedicated."),
        "unknown_count": count("数据不足台数", "of which without data"),
        "limit_percent": number("允许负载率", "section limit", "%", above=0.0),
        "max_loading_percent": number("最高负载率", "max load rate", "%", "Of its sections.", missing="no line model"),
        "max_loading_element": text("最高负载区段", "most loaded section", missing="no line model"),
        "max_loading_at": moment("最高负载时刻", "at", missing="no line model"),
        "head_max_kva": number("最大负荷", "highest load at the head", "kVA", missing="never solved"),
        "head_max_at": moment("最大负荷时刻", "head at", missing="never solved"),
        "voltage_min_pu": number("最低电压", "lowest MV voltage", "pu", missing="never solved"),
        "voltage_min_node": text("最低电压节点", "at node", missing="never solved"),
        "reserved_kva": number("已批未投", "reserved", "kVA", at_least=0.0),
        "allowed_sum_kva": number(
            "允许接入容量合计",
            "sum of allowed capacity",
            "kVA",
            "P7 summed over its public transformers.",
            missing="every transformer unknown",
            at_least=0.0,
        ),
        "allowed_kva": number(
            "可开放容量",
            "allowed capacity",
            "kVA",
            "Largest total its public transformers can take together (P8): not the sum over its areas.",
            missing="unknown",
            at_least=0.0,
        ),
        "binding_element": text("限制设备", "binding element", missing="its transformers bind, nothing above"),
        "binding_criterion": text("限制条件", "binding criterion", choices=tuple(CRITERION), missing="as above"),
        "binding_at": moment("限制时刻", "binding at", missing="as above"),
        "reason": text("说明", "reason", choices=tuple(REASON)),
    },
)
