"""Published capacity by month and hour of the day: what time-limited offers are made of (P16)."""

from capacity.tables._schema import count, number, table, text

HOURS = table(
    "public_hours",
    "分时可接入容量",
    "capacity by month and hour",
    "288 rows per area whose ``has_hours`` is true.",
    {
        "area_code": text("公开编号", "area code"),
        "month": count("月", "month", "1–12"),
        "hour": count("时", "hour", "0–23: the hour that begins then."),
        "allowed_kva": number(
            "可接入容量",
            "allowed capacity",
            "kVA",
            "At the worst step of that month and hour, rounded down.",
            missing="no data in that cell",
            at_least=0.0,
        ),
    },
    unique=("area_code", "month", "hour"),
)
