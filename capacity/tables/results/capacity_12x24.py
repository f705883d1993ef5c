"""Allowed capacity of an area by month and hour of the day."""

from capacity.tables._schema import count, number, table, text

CAPACITY_12X24 = table(
    "capacity_12x24",
    "分时可接入容量",
    "capacity by month and hour",
    "Sum over its public transformers of the room at the worst step of that month and hour (P7 basis).",
    {
        "area_id": text("网格编号", "area id"),
        "month": count("月", "month"),
        "hour": count("时", "hour"),
        "allowed_kva": number("允许接入容量", "allowed capacity", "kVA", missing="no data in that cell", at_least=0.0),
    },
)
