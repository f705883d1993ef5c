"""Intervals of readings that do not count (``exclusions.csv``, P1)."""

from capacity.tables._schema import moment, table, text

EXCLUSIONS = table(
    "exclusions",
    "剔除时段",
    "excluded intervals",
    "Meter errors and temporary transfers: the readings from ``from`` until before ``to`` do not count.",
    {
        "transformer_id": text("配变编号", "transformer id"),
        "from": moment("起", "from"),
        "to": moment("止", "to"),
        "reason": text("原因", "reason"),
        "author": text("填报人", "author"),
    },
)
