"""Full curves, kept for transformers and feeders only."""

import pandera.pandas as pa

from capacity.tables._schema import _column, moment, table, text


def _curve(zh: str, en: str, unit: str, missing: str) -> pa.Column:
    return _column("float32", zh, en, unit, "", missing)


TRANSFORMER_CURVES = table(
    "transformer_curves",
    "配变曲线",
    "transformer curves",
    "One row per transformer and step, the values the load rate was taken from.",
    {
        "transformer_id": text("配变编号", "transformer id"),
        "timestamp": moment("时间", "timestamp"),
        "p_kw": _curve("有功功率", "active power", "kW", "missing, excluded or failed step"),
        "s_kva": _curve("视在功率", "apparent power", "kVA", "missing, excluded or failed step"),
    },
)

FEEDER_CURVES = table(
    "feeder_curves",
    "线路曲线",
    "feeder curves",
    "One row per feeder and step, simulated at the feeder's head.",
    {
        "feeder_id": text("线路编号", "feeder id"),
        "timestamp": moment("时间", "timestamp"),
        "p_kw": _curve("有功功率", "active power", "kW", "failed step"),
        "s_kva": _curve("视在功率", "apparent power", "kVA", "failed step"),
    },
)
