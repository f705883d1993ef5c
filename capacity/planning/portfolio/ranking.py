"""The order of projects: which rule first, then benefit for money [choice]."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any

from capacity.tables.measure import Rule

URGENCY_OF: dict[str, str] = {
    "P4": "must",
    "P10": "must",
    "P6": "connection",
    "P5": "pre_control",
    "P3": "may",
    "P19": "may",
}
"""P10 has no trigger of its own in the plan; that voltages are lawful is not a "may" [choice]."""
_ORDER = ("must", "connection", "pre_control", "may")


def rule_and_urgency(rules: Sequence[Rule]) -> tuple[str, str]:
    """The most urgent of the rules and its urgency; without a rule ``P3``, a "may" (a set that others require)."""
    if not rules:
        return "P3", "may"
    first = min(rules, key=lambda rule: (_ORDER.index(URGENCY_OF[rule]), int(rule[1:])))
    return first, URGENCY_OF[first]


def ranked(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows in their order, numbered.

    (1) urgency: must, connection, pre-control, may; (2) remediation cases (P19) first; (3) customers who benefit per
    10,000 CNY, the most first; (4) released kVA per 10,000 CNY; (5) the day due; (6) the id. What is not known comes
    after what is known.
    """
    ordered = sorted(rows, key=_key)
    return [{"rank": number, **row} for number, row in enumerate(ordered, start=1)]


def _key(row: Mapping[str, Any]) -> tuple[object, ...]:
    cost = row.get("cost_yuan")
    return (
        _ORDER.index(row["urgency"]),
        not row.get("p19_causes"),
        _most_first(row.get("customers"), cost),
        _most_first(row.get("released_kva"), cost),
        row.get("due_on") or dt.date.max,
        row["project_id"],
    )


def _most_first(benefit: float | None, cost_yuan: float | None) -> float:
    if benefit is None or cost_yuan is None:
        return math.inf
    return -benefit / (cost_yuan / 1e4) if cost_yuan else -math.inf if benefit else 0.0


def per_10k(released_kva: float | None, cost_yuan: float | None) -> float | None:
    """kVA per 10,000 CNY; None where one is not known or it costs nothing."""
    return None if released_kva is None or not cost_yuan else released_kva / (cost_yuan / 1e4)
