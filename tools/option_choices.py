"""The choices behind designing, judging and ranking options, as tables of the manual."""

from __future__ import annotations

from capacity.applications.options import bundled_choices
from tools import markdown


def values() -> str:
    """The numbers."""
    stated = bundled_choices().values
    rows = ((name, getattr(stated, name)) for name in type(stated).model_fields)
    return markdown.table(
        ("name in the file", "rule", "value", "unit", "中文", "English"),
        ((f"`{n}`", one.rule, markdown.number(one.value), one.unit, one.text_zh, one.text_en) for n, one in rows),
    )


def types() -> str:
    """What is built of what."""
    choices = bundled_choices()
    rows = [(f"`{use}`", ", ".join(one.names), one.text_zh, one.text_en) for use, one in choices.types.items()]
    series, laid = choices.transformer_series, choices.lv_laid
    by_class = ", ".join(f"{name} {getattr(laid, name)}" for name in ("city", "county", "town", "rural"))
    rows.append(("`transformer_series`", series.name, series.text_zh, series.text_en))
    rows.append(("`lv_laid`", by_class, laid.text_zh, laid.text_en))
    return markdown.table(("name in the file", "value", "中文", "English"), rows)
