"""Which of the numbered rules an option, and an answer, rests on."""

from __future__ import annotations

import math
from collections.abc import Iterable

from capacity.applications.answers.told import rule_of, supplier_of
from capacity.tables.assessment import Assessment, Option
from capacity.tables.connection import Finding


def rules_of(option: Option) -> tuple[str, ...]:
    """The rules of one option, by number."""
    rules = {"P15"}
    for finding in (option.finding, option.second):
        if finding is not None:
            rules |= set(_of_finding(option, finding))
    if option.verdict == "unknown":
        rules |= {"P1", "P11"}
    if option.verdict == "staged":
        rules.add("P16")
    if option.project or option.verdict == "yes_with_project":
        rules.add("P6")
    if option.terms is not None:
        rules |= {option.terms.boundary.rule, "P14"}
        rules |= {note.source_en.split(",")[0].strip() for note in option.terms.notes}
    if option.cost is not None:
        rules |= {"P12", "P13"}
    if option.plan is not None:
        rules.add("P17")
    return in_order(rules)


def rules_of_answer(assessment: Assessment) -> tuple[str, ...]:
    """The rules of the whole answer, by number."""
    rules = {rule for option in assessment.options for rule in rules_of(option)}
    return in_order(rules | ({"P16"} if assessment.staged is not None else set()))


def _of_finding(option: Option, finding: Finding) -> Iterable[str]:
    yield "P9"
    if supplier_of(option):
        yield "P6"
    if not math.isnan(finding.voltage_min_v) or finding.phase is not None:
        yield "P10"
    bindings = (finding.strict.binding, finding.rated.binding, *finding.broken)
    yield from (rule_of(binding.criterion) for binding in bindings if binding is not None)


def in_order(rules: Iterable[str]) -> tuple[str, ...]:
    """Rules by number; whatever is not a rule's number is left out."""
    numbers = {int(rule[1:]) for rule in rules if rule[:1] == "P" and rule[1:].isdecimal()}
    return tuple(f"P{number}" for number in sorted(numbers))
