"""Load rate and room per substation (P8)."""

from capacity.tables._schema import moment, number, table, text
from capacity.tables.words import CRITERION, REASON

SUBSTATIONS = table(
    "substations",
    "变电站",
    "substations",
    "One row per substation.",
    {
        "substation_id": text("变电站编号", "substation id", key=True),
        "name": text("变电站名称", "name"),
        "rated_kva": number("主变总容量", "rated power", "kVA", missing="unknown"),
        "limit_percent": number("允许负载率", "limit", "%"),
        "max_kva": number("最大负荷", "highest load", "kVA", missing="never solved"),
        "max_loading_percent": number("最高负载率", "max load rate", "%", missing="rating unknown or never solved"),
        "max_loading_at": moment("最高负载时刻", "at", missing="never solved"),
        "reserved_kva": number("已批未投", "reserved", "kVA", at_least=0.0),
        "rating_margin_kva": number(
            "主变余量",
            "margin by rating",
            "kVA",
            "Limit times rating, less its highest import, what is reserved and what is assumed of transformers without "
            "data.",
            missing="rating unknown or never solved",
            at_least=0.0,
        ),
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
            "Largest total the public transformers below it can take together (P8): not the sum over its feeders or "
            "areas.",
            missing="unknown",
            at_least=0.0,
        ),
        "binding_element": text("限制设备", "binding element", missing="its transformers bind, nothing above"),
        "binding_criterion": text("限制条件", "binding criterion", choices=tuple(CRITERION), missing="as above"),
        "binding_at": moment("限制时刻", "binding at", missing="as above"),
        "reason": text("说明", "reason", choices=tuple(REASON)),
    },
)
