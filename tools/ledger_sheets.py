"""The ledger page's tables, from the sheets of the workbook."""

from __future__ import annotations

from capacity.case.ledger.sheets import SHEETS, Field, SheetSpec
from tools import markdown

_TYPES = {
    "string": "text",
    "float64": "number",
    "int64": "whole number",
    "boolean": "yes/no",
    "datetime64[ns]": "date or time",
}


def sheets() -> str:
    """Every sheet with its columns."""
    return "\n\n".join(_section(spec) for spec in SHEETS)


def _section(spec: SheetSpec) -> str:
    need = "needed" if spec.required else "optional"
    header = ("列", "column", "must be filled in", "type", "meaning", "empty means")
    columns = markdown.table(header, (_row(field) for field in spec.fields))
    return f"### {spec.title} ({need})\n\n{spec.note_zh} {spec.note_en}\n\n{columns}"


def _row(field: Field) -> tuple[str, ...]:
    kind = _TYPES.get(field.dtype.lower().split("[p")[0], field.dtype)
    meaning = [markdown.prose(field.description)] if field.description else []
    if field.choices:
        meaning.append("One of " + ", ".join(word.zh for word in field.choices.values()) + ".")
    return (
        field.zh,
        field.en,
        "**yes**" if field.required else "no",
        f"{kind}, {field.unit}" if field.unit else kind,
        " ".join(meaning),
        markdown.prose(field.missing or ""),
    )
