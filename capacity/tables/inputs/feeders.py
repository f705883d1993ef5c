"""Feeders (``feeders.csv``, may be absent: derived from the network)."""

from capacity.tables._schema import number, table, text

FEEDERS = table(
    "feeders",
    "10千伏线路",
    "feeders",
    "MV lines from a busbar of a substation to their open points.",
    {
        "feeder_id": text("线路编号", "feeder id", "Key of the feeder.", key=True),
        "name": text("线路名称", "feeder name"),
        "substation_id": text("变电站编号", "substation id"),
        "head_line_id": text(
            "出线段编号",
            "head line id",
            "``name`` of the first line section in the network.",
            missing="the feeder has no modelled line section",
        ),
        "limit_percent": number(
            "允许负载率",
            "section limit",
            "%",
            "Limit of its sections in percent of their rated current (P9; 50–70 where N-1 transfer is planned).",
            missing="the policy's section limit",
            above=0.0,
            at_most=200.0,
        ),
    },
)
