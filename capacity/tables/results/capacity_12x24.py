"""Allowed capacity of an area by month and hour of the day (P7, P8): what time-limited offers are made of (P16)."""

from capacity.tables._schema import count, number, table, text

CAPACITY_12X24 = table(
    "capacity_12x24",
    "分时可接入容量",
    "capacity by month and hour",
    "Per area, month and hour of the day: what its public transformers have left at their worst steps of that cell, "
    "and how much of it the grid above carries then.",
    {
        "area_id": text("网格编号", "area id"),
        "month": count("月", "month"),
        "hour": count("时", "hour"),
        "allowed_sum_kva": number(
            "允许接入容量合计",
            "sum of allowed capacity",
            "kVA",
            "P7 of each transformer with Smax taken over that month and hour, summed.",
            missing="no data in that cell",
            at_least=0.0,
        ),
        "allowed_kva": number(
            "同时允许接入容量",
            "simultaneous allowed capacity",
            "kVA",
            "Of it, what the limits above carry at the worst step of that cell: estimated on the safe side from the "
            "year's curves, never below the area's verified simultaneous figure (P8).",
            missing="no data in that cell, or the area's simultaneous figure is unknown",
            at_least=0.0,
        ),
    },
)
