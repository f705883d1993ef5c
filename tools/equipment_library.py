"""The equipment page's tables, from the library of Chinese standard types."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from capacity.case.equipment import Value, load
from tools import markdown

_TRANSFORMER_COLUMNS = ("no_load_loss_w", "load_loss_w", "impedance_percent", "no_load_current_percent")
_TRANSFORMER_HEADER = ("kVA", "no-load loss, W", "load loss, W", "impedance, %", "no-load current, %")
_LINE_COLUMNS = ("r_ohm_per_km", "x_ohm_per_km", "c_nf_per_km", "rated_current_a")
_LINE_HEADER = ("mm²", "r, Ω/km", "x, Ω/km", "c, nF/km", "rated current, A")


def transformers() -> str:
    """Every series with its ratings."""
    found = load().transformers.values()
    parts = []
    for series in dict.fromkeys(one.series for one in found):
        ratings = [one for one in found if one.series == series]
        rows = ((f"{one.rated_kva:g}", *_marked(one, _TRANSFORMER_COLUMNS)) for one in ratings)
        parts.append(_section(series, _TRANSFORMER_HEADER, rows, ratings, _TRANSFORMER_COLUMNS))
    return "\n\n".join(parts)


def lines() -> str:
    """Every conductor family with its cross-sections."""
    found = load().lines.values()
    parts = []
    for family in dict.fromkeys(one.family for one in found):
        sections = [one for one in found if one.family == family]
        rows = ((f"{one.cross_section_mm2:g}", *_marked(one, _LINE_COLUMNS)) for one in sections)
        level = "10 kV" if sections[0].level == "mv" else "0.4 kV"
        title = f"{family} ({level}, {sections[0].conductor})"
        parts.append(_section(title, _LINE_HEADER, rows, sections, _LINE_COLUMNS))
    return "\n\n".join(parts)


def sources() -> str:
    """What each source key stands for."""
    return markdown.table(("source", "is"), ((f"`{key}`", text) for key, text in load().sources.items()))


def _marked(one: object, columns: Iterable[str]) -> list[str]:
    values: list[Value] = [getattr(one, column) for column in columns]
    return [f"{value.value:g}" + (" ✓" if value.mark == "verified" else "") for value in values]


def _section(
    title: str, header: tuple[str, ...], rows: Iterable[tuple[str, ...]], types: list[Any], columns: tuple[str, ...]
) -> str:
    cited = {
        heading: ", ".join(f"`{key}`" for key in dict.fromkeys(getattr(one, column).source for one in types))
        for heading, column in zip(header[1:], columns, strict=True)
    }
    footer = "Sources: " + "; ".join(f"{heading.split(',')[0]} {keys}" for heading, keys in cited.items()) + "."
    return f"### {title}\n\n{markdown.table(header, rows)}\n\n{footer}"
