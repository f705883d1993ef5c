"""Transformer meter readings (``measurements.parquet``) and their daily maxima (``daily_maxima.parquet``)."""

from capacity.tables._schema import moment, number, table, text

MEASUREMENTS = table(
    "measurements",
    "量测",
    "meter readings",
    "Averages over one step, primary values. Power is positive from the medium to the low voltage side (import).",
    {
        "timestamp": moment("时间", "timestamp", "Start of the interval."),
        "transformer_id": text("配变编号", "transformer id"),
        "p_kw": number("有功功率", "active power", "kW", missing="no reading, or only s_kva was metered"),
        "q_kvar": number("无功功率", "reactive power", "kvar", missing="no reading, or only s_kva was metered"),
        "s_kva": number(
            "视在功率",
            "apparent power",
            "kVA",
            "Where a meter gives apparent power only; its direction is then taken as import, and said so.",
            missing="p_kw and q_kvar were metered, or no reading",
        ),
        "i_a_a": number("A相电流", "current phase A", "A", missing="not metered"),
        "i_b_a": number("B相电流", "current phase B", "A", missing="not metered"),
        "i_c_a": number("C相电流", "current phase C", "A", missing="not metered"),
    },
)

DAILY_MAXIMA = table(
    "daily_maxima",
    "日最大负荷",
    "daily maxima",
    "The day's highest 15-minute apparent power, for years whose full curves are not kept; used by the forecast.",
    {
        "date": moment("日期", "date", "The day's 00:00."),
        "transformer_id": text("配变编号", "transformer id"),
        "s_max_kva": number("日最大视在功率", "daily maximum", "kVA", missing="no valid reading that day"),
    },
)
