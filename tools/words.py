"""The glossary's tables, from ``capacity.tables.words``."""

from __future__ import annotations

from capacity.tables import words
from tools import markdown

_TITLES = {
    "STATUS": "Area status (P11)",
    "REASON": "Reasons",
    "CRITERION": "Binding criteria",
    "ACTION": "Actions of alerts",
    "SOURCE": "Where a load rate comes from",
    "AREA_CLASS": "Area classes",
    "OWNERSHIP": "Ownership",
    "ELEMENT_TYPE": "Element types",
    "SEVERITY": "Severity of an issue",
    "EFFECT": "What an issue does to the results",
}


def codes() -> str:
    """Every code that can stand in a table, with its words."""
    groups = {name: value for name, value in vars(words).items() if name.isupper() and isinstance(value, dict)}
    ordered = [name for name in _TITLES if name in groups] + [name for name in groups if name not in _TITLES]
    return "\n\n".join(_section(_TITLES.get(name, name.replace("_", " ").lower()), groups[name]) for name in ordered)


def _section(title: str, group: dict[str, words.Word]) -> str:
    rows = ((f"`{code}`" if code else "(empty)", word.zh, word.en) for code, word in group.items())
    return f"### {title}\n\n" + markdown.table(("code", "中文", "English"), rows)
