"""Substations (``substations.csv``, may be absent: derived from the network)."""

from capacity.tables._schema import number, table, text

SUBSTATIONS = table(
    "substations",
    "变电站",
    "substations",
    "One row per substation whose MV busbar feeds the network.",
    {
        "substation_id": text("变电站编号", "substation id", "Key of the substation.", key=True),
        "name": text("变电站名称", "substation name"),
        "busbar_id": text("母线编号", "busbar id", "``name`` of the MV busbar in the network."),
        "rated_kva": number(
            "主变总容量",
            "transformer rating",
            "kVA",
            "Sum of the ratings of its HV/MV transformers in service.",
            missing="unknown: no load rate and no limit of the substation",
            above=0.0,
        ),
        "x": number("经度", "x", "case CRS", missing="no location"),
        "y": number("纬度", "y", "case CRS", missing="no location"),
    },
)
