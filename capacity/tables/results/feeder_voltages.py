"""Lowest and highest voltage along a feeder, against the distance from its substation."""

from capacity.tables._schema import number, table, text

FEEDER_VOLTAGES = table(
    "feeder_voltages",
    "线路沿线电压",
    "voltages along feeders",
    "One row per MV bus and per LV busbar of a radially operated feeder.",
    {
        "feeder_id": text("线路编号", "feeder id"),
        "node_id": text("节点编号", "node id", key=True),
        "level": text("电压等级", "level", choices=("mv", "lv")),
        "distance_km": number("距变电站距离", "distance", "km", "Along the lines from the busbar.", at_least=0.0),
        "voltage_min_pu": number("最低电压", "lowest voltage", "pu", missing="never solved"),
        "voltage_max_pu": number("最高电压", "highest voltage", "pu", missing="never solved"),
        "lower_pu": number("电压下限", "lower limit", "pu", "P10."),
        "upper_pu": number("电压上限", "upper limit", "pu", "P10."),
    },
)
