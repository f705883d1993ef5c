"""Data quality: warnings and notes of the checks, and what they did to the results."""

from capacity.tables._schema import table, text
from capacity.tables.words import EFFECT, SEVERITY

QUALITY = table(
    "quality",
    "数据质量",
    "data quality",
    "One row per warning and area concerned; a note about several areas stands once.",
    {
        "severity": text("级别", "severity", choices=tuple(SEVERITY)),
        "check": text("检查项", "check"),
        "area_id": text("网格编号", "area id", missing="not tied to an area"),
        "file": text("文件", "file"),
        "table": text("表", "table"),
        "column": text("列", "column"),
        "ids": text("编号", "ids", "Separated by ``;``."),
        "effect": text("影响", "effect", choices=tuple(EFFECT)),
        "sentence_zh": text("说明（中文）", "sentence (Chinese)"),
        "sentence_en": text("说明（英文）", "sentence (English)"),
    },
)
