"""The glossary's tables, from ``capacity.tables.words`` and ``capacity.tables.public.words``."""

from __future__ import annotations

from capacity.tables import words
from capacity.tables.public import words as public_words
from tools import markdown

_TITLES = {
    "STATUS": "Area status (P11)",
    "REASON": "Reasons",
    "CRITERION": "Binding criteria",
    "ACTION": "Actions of alerts",
    "SOURCE": "Where a load rate comes from",
    "AREA_CLASS": "Area classes",
    "CUSTOMER_KIND": "Kinds of customers (P12)",
    "ZERO_INVESTMENT": "Does the customer pay for being connected? (P12)",
    "SUPPLY": "Single or dual supply (P14)",
    "OWNERSHIP": "Ownership",
    "ELEMENT_TYPE": "Element types",
    "SEVERITY": "Severity of an issue",
    "EFFECT": "What an issue does to the results",
    "VERDICT": "Can the customer be connected? (P6)",
    "ANSWER": "The same, of many requests at once",
    "ORDER_OUTCOME": "What another order of the requests changes",
    "PLACE_KIND": "Kinds of places for a connection (P15)",
    "PLACE_REASON": "Why a place will not do",
    "PLACE_CERTAINTY": "How certain a distance is",
}

_PUBLIC_TITLES = {
    "PUBLICATION": "How much of an area is published (P23)",
    "WITHHELD": "Why it is withheld, or only a range given (P23)",
    "STATUS": "Status, as the public reads it (P11)",
    "LIMIT": "What sets the figure (P8)",
    "QUEUE": "Accepted applications",
    "BASIS": "What the figure rests on (P1)",
    "CAUSE": "Why it changed since the last release (P22)",
    "RELIEF": "Works that will bring relief",
}


def public_codes() -> str:
    """Every code of a public release, with its words and the sentence that explains it to a customer."""
    return "\n\n".join(_public_section(title, getattr(public_words, name)) for name, title in _PUBLIC_TITLES.items())


def _public_section(title: str, group: dict[str, public_words.Told]) -> str:
    rows = (
        (f"`{code}`", told.zh, told.en, f"{told.sentence_zh}<br>{told.sentence_en}") for code, told in group.items()
    )
    return f"### {title}\n\n" + markdown.table(("code", "中文", "English", "what it means for a customer"), rows)


def codes() -> str:
    """Every code that can stand in a table, with its words."""
    groups = {name: value for name, value in vars(words).items() if name.isupper() and isinstance(value, dict)}
    ordered = [name for name in _TITLES if name in groups] + [name for name in groups if name not in _TITLES]
    return "\n\n".join(_section(_TITLES.get(name, name.replace("_", " ").lower()), groups[name]) for name in ordered)


def _section(title: str, group: dict[str, words.Word]) -> str:
    rows = ((f"`{code}`" if code else "(empty)", word.zh, word.en) for code, word in group.items())
    return f"### {title}\n\n" + markdown.table(("code", "中文", "English"), rows)
