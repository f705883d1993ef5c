"""The policy page's tables, from the bundled policy file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

import capacity
from capacity.tables.policy import Policy
from capacity.tables.service import Stated
from tools import markdown

_POLICY = "baoshan-2021"


def bundled_policy() -> Policy:
    """The policy file that comes with the package."""
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
            for trigger in bundled_policy().triggers.values()
        ),
    )


def choices() -> str:
    """The choices: defaults where the plan is silent."""
    policy = bundled_policy()
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
    for standard in bundled_policy().voltage_standards.values():
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


def disclosure() -> str:
    """The values behind P22 and P23."""
    rules = bundled_policy().disclosure
    if rules is None:
        return ""
    rows = []
    for name, field in type(rules).model_fields.items():
        value = getattr(rules, name)
        shown = ", ".join(markdown.number(one) for one in value) if isinstance(value, tuple) else markdown.number(value)
        rows.append((f"`{name}`", shown, field.description or ""))
    return markdown.table(("name in the file", "value", "meaning"), rows)


def zero_investment() -> str:
    """The dated table of P12."""
    service = bundled_policy().service
    return markdown.table(
        ("customer", "class of area", "up to", "applied for from", "中文", "English", "source"),
        (
            (
                f"`{line.customer_kind}`",
                ", ".join(f"`{one}`" for one in line.area_classes),
                "any size" if line.up_to_kw is None else f"{markdown.number(line.up_to_kw)} kW",
                "no date stated" if line.since is None else line.since.isoformat(),
                line.text_zh,
                line.text_en,
                _source(line),
            )
            for line in (service.zero_investment if service else ())
        ),
    )


def time_limits() -> str:
    """The steps of P14 with their working days."""
    service = bundled_policy().service
    return markdown.table(
        ("voltage", "supply", "customer", "steps, working days", "in all", "source"),
        (
            (
                limit.voltage.upper(),
                limit.supply,
                ", ".join(f"`{kind}`" for kind in limit.customer_kinds),
                " → ".join(f"{step.name_zh} {step.name_en} {step.working_days}" for step in limit.steps),
                str(limit.total_working_days),
                _source(limit),
            )
            for limit in (service.time_limits if service else ())
        ),
    )


def service_texts() -> str:
    """The rest of the section: limits, boundaries, averages, papers, what is said beside every answer."""
    service = bundled_policy().service
    if service is None:
        return ""
    kinds = [service.low_voltage, *service.boundaries, *service.whole_process, service.dual_supply]
    rows = [(one.rule, one.text_zh, one.text_en, _source(one)) for one in [*kinds, *service.cautions]]
    for papers in service.documents:
        who = f"{papers.voltage.upper()}: " + ", ".join(papers.customer_kinds)
        zh, en = ("；".join(p.zh for p in papers.papers), "; ".join(p.en for p in papers.papers))
        rows.append((papers.rule, f"{zh}（{papers.text_zh}）", f"{who}: {en} ({papers.text_en})", _source(papers)))
    return markdown.table(("rule", "中文", "English", "source"), rows)


def reliability() -> str:
    """The thresholds of P19."""
    rules = bundled_policy().reliability
    if rules is None:
        return ""
    stated = [
        ("low_voltage_nodes", rules.low_voltage_nodes),
        ("fault_outages", rules.fault_outages),
        ("outages", rules.outages),
        *((f"outage_hours.{key}", one) for key, one in rules.outage_hours.items()),
        ("less_than_before", rules.less_than_before),
    ]
    return markdown.table(
        ("name in the file", "fires when the value is", "unit", "clause", "中文", "English"),
        (
            (
                f"`{n}`",
                f"{one.comparison} {markdown.number(one.threshold)}",
                one.unit,
                one.clause,
                one.text_zh,
                one.text_en,
            )
            for n, one in stated
        ),
    )


def options() -> str:
    """The values behind the search for places (P15), all of them choices."""
    rules = bundled_policy().options
    if rules is None:
        return ""
    stated = [(name, getattr(rules, name)) for name in type(rules).model_fields]
    return markdown.table(
        ("name in the file", "rule", "value", "unit", "中文", "English"),
        ((f"`{n}`", one.rule, markdown.number(one.value), one.unit, one.text_zh, one.text_en) for n, one in stated),
    )


def _source(stated: Stated) -> str:
    return " ".join(part for part in (stated.clause, "[choice]" if stated.choice else "") if part)
