"""The policy page's tables, from the bundled policy file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

import capacity
from capacity.tables.policy import Policy
from tools import markdown

_POLICY = "baoshan-2021"


def _policy() -> Policy:
    path = Path(str(capacity.__file__)).parent / "policy" / f"{_POLICY}.yaml"
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Policy.model_validate(content)


def triggers() -> str:
    """The triggers P3–P6 with comparison, threshold, clause and words."""
    return markdown.table(
        ("rule", "fires when the value is", "action", "clause", "in the plan's words", "in English"),
        (
            (
                trigger.rule,
                f"{trigger.comparison} {markdown.number(trigger.threshold)} {trigger.unit}",
                f"`{trigger.action}`",
                trigger.clause,
                trigger.text_zh,
                trigger.text_en,
            )
            for trigger in _policy().triggers.values()
        ),
    )


def choices() -> str:
    """The choices: defaults where the plan is silent."""
    policy = _policy()
    factors = [
        (
            "P7",
            f"`demand_factors.{category}`",
            markdown.number(value),
            "1",
            "需用系数",
            "demand factor of this category",
        )
        for category, value in policy.demand_factors.items()
    ]
    rows = [
        (choice.rule, f"`{name}`", markdown.number(choice.value), choice.unit, choice.text_zh, choice.text_en)
        for name, choice in policy.choices.items()
    ]
    return markdown.table(("rule", "name in the file", "value", "unit", "中文", "English"), rows + factors)


def voltage_bands() -> str:
    """Each standard's bands, in volts and in per unit of a 0.4 kV bus."""
    rows = []
    for standard in _policy().voltage_standards.values():
        nominals = ", ".join(markdown.number(kv) for kv in standard.mv_nominal_kv)
        band = f"{standard.mv_lower_percent:+g} % / {standard.mv_upper_percent:+g} %"
        rows.append((standard.name, f"above 1 kV (nominal {nominals} kV)", band, ""))
        three, single = standard.lv_three_phase, standard.lv_single_phase
        three_words = f"LV, three-phase (nominal {three.nominal_v:g} V)"
        single_words = f"LV, single-phase (nominal {round(single.nominal_v / 3**0.5, -1):g} V)"
        for label, lv in ((three_words, three), (single_words, single)):
            rows.append(
                (
                    standard.name,
                    label,
                    f"{lv.lower_percent:+g} % / {lv.upper_percent:+g} %",
                    f"{lv.lower_pu(0.4):.4f} to {lv.upper_pu(0.4):.4f}",
                )
            )
    return markdown.table(("standard", "level", "band against the nominal", "pu of a bus with vn = 0.4 kV"), rows)
