"""Outages of feeders (``outages.csv``, optional; P19)."""

from capacity.tables._schema import count, moment, table, text

OUTAGES = table(
    "outages",
    "停电记录",
    "outages",
    "One row per outage of a feeder.",
    {
        "feeder_id": text("线路编号", "feeder id"),
        "start": moment("开始", "start"),
        "end": moment("结束", "end", missing="still out"),
        "kind": text("性质", "kind", choices=("planned", "fault")),
        "customers": count("停电户数", "customers affected", missing="unknown"),
    },
)
