"""What one node can take by month and hour of the day (P9): what a time-limited offer is made of (P16)."""

from capacity.tables._schema import count, moment, number, table, text
from capacity.tables.words import CRITERION, REASON

NODE_PROFILE = table(
    "node_profile",
    "分时节点允许接入容量",
    "node capacity by month and hour",
    "One row per month and hour of the day: the largest load that may be at the node in that month's hour alone.",
    {
        "month": count("月", "month"),
        "hour": count("时", "hour", "From this full hour to the next."),
        "allowed_kva": number(
            "允许接入容量",
            "allowed capacity",
            "kVA",
            "At the case's power factor, with everything reserved connected; it breaks no limit at any step of the "
            "cell (P9).",
            missing="unknown: no step in that cell, or the load flow found no solution there",
            at_least=0.0,
        ),
        "binding_criterion": text(
            "限制条件", "binding criterion", choices=tuple(CRITERION), missing="nothing binds, or no figure"
        ),
        "binding_element": text("限制设备", "binding element", missing="nothing binds, or no figure"),
        "binding_at": moment("限制时刻", "binding at", missing="nothing binds, or no figure"),
        "reason": text("说明", "reason", choices=tuple(REASON)),
    },
    unique=("month", "hour"),
)
