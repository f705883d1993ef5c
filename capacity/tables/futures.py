"""What a draw of a scenario's future consists of, row by row."""

from capacity.tables._schema import number, table, text

KINDS = ("growth", "adoption", "control", "prospect", "application", "change")

DRAWN = table(
    "drawn",
    "抽样结果",
    "what was drawn",
    "One row per assumption that took effect in a future: growth rates, adopters by node, prospective customers.",
    {
        "kind": text("类型", "kind", choices=KINDS),
        "what": text("对象", "what", "Device, prospect, application, change or what grows."),
        "node_id": text("节点编号", "node id", missing="not at a node"),
        "transformer_id": text("配变编号", "transformer id", missing="not at a transformer"),
        "units": number("数量", "units", "1", "Devices of adopters at the node.", missing="not counted"),
        "p_kw": number("功率", "power", "kW", "At the peak of its curve; generation negative.", missing="no power"),
        "percent": number("百分数", "percent", "%", "Growth per year, share of adopters or of participants, "
                          "probability.", missing="none"),
    },
)  # fmt: skip
