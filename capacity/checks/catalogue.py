"""Every check and every kind of problem, and the page that lists them (docs/checks.md)."""

from __future__ import annotations

from capacity.checks import (
    areas,
    coverage,
    geography,
    ids,
    meters,
    network,
    parameters,
    profiles,
    readings,
    records,
    references,
    rows,
    timestamps,
    units,
)
from capacity.checks.facts import Check
from capacity.checks.kinds import Kind
from capacity.tables.words import EFFECT, SEVERITY

THEMES = (
    ids,
    references,
    network,
    parameters,
    units,
    profiles,
    readings,
    rows,
    coverage,
    timestamps,
    meters,
    areas,
    geography,
    records,
)

NOT_CARRIED_OUT = Kind(
    "checks.not_carried_out",
    "warning",
    "checks that could not be carried out because the input lacks what they look at",
    "因输入缺少所需内容而无法执行的检查",
    "Mend the other problems first and check again.",
    "请先解决其他问题后再次检查。",
    "lower_accuracy",
)

CHECKS: tuple[Check, ...] = tuple(check for theme in THEMES for check in theme.CHECKS)
KINDS: tuple[Kind, ...] = (*(kind for theme in THEMES for kind in theme.KINDS), NOT_CARRIED_OUT)

_INTRODUCTION = """# Checks

`capacity check CASE` reports every problem of a case at once. This page is made from the checks themselves
(`capacity.checks.catalogue.as_markdown`); a test keeps the two the same. Problems met while a file is being read
(`reading_issues`) come on top.

An **error** stops a run: a result would be wrong or impossible. A **warning** travels into the results as data quality
of the areas concerned. A **note** states something derived or assumed. Nothing is repaired: a reading that is rejected
is missing, never zero (P1).

Which readings count is decided by `judge_readings`; where several reasons apply, the later of this list is given:
valid, stuck, zero-filled, implausible, contradictory, outside the validity of the rating, excluded.
"""


def as_markdown() -> str:
    """The catalogue as the text of docs/checks.md."""
    parts = [_INTRODUCTION]
    for theme in THEMES:
        name = theme.__name__.rsplit(".", 1)[-1]
        parts.append(f"\n## {name}\n\n{str(theme.__doc__).strip()}\n\n{_rows(theme.KINDS)}")
    parts.append(f"\n## checks\n\nThe checking itself.\n\n{_rows((NOT_CARRIED_OUT,))}")
    return "".join(parts)


def _rows(kinds: tuple[Kind, ...]) -> str:
    """Kinds as a Markdown table."""
    lines = [
        "| code | severity | what it looks at | 检查内容 | what it does to the results | how to mend it |",
        "|---|---|---|---|---|---|",
    ]
    for kind in kinds:
        effect = EFFECT["stops_run" if kind.severity == "error" else kind.effect].en or "nothing"
        severity = SEVERITY[kind.severity].en
        cells = (f"`{kind.code}`", severity, kind.looks_at_en, kind.looks_at_zh, effect, kind.remedy_en)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"
