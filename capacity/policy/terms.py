"""What follows for a customer who asks for a connection: voltage, investment, steps, papers (P12–P14)."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from capacity.errors import PolicyError, RequestError
from capacity.tables._schema import conform, empty
from capacity.tables.policy import Policy
from capacity.tables.public.terms import TERMS
from capacity.tables.service import Answer, ServiceRules, Supply, Voltage, ZeroInvestment
from capacity.tables.terms import Note, Terms
from capacity.tables.words import AREA_CLASS, CUSTOMER_KIND, SUPPLY


def terms_for(
    policy: Policy,
    kind: str,
    area_class: str,
    kw: float,
    on: dt.date,
    supply: Supply = "single",
    voltage: Voltage | None = None,
) -> Terms:
    """The terms of a connection of ``kw`` kilowatts that is applied for on day ``on``.

    Parameters
    ----------
    policy
        With a section ``service``.
    kind
        ``resident``, ``small_business`` (small or micro business, sole trader, farmers' co-operative) or ``other``.
    area_class
        ``city``, ``county``, ``town`` or ``rural``.
    kw
        Power applied for; exactly at a limit is within it.
    supply
        ``dual`` is made at high voltage whatever the power [choice].
    voltage
        Where the connection is made at another voltage than its power says (such as at 10 kV because the LV network
        cannot take it); by default the power decides (P12).

    Raises
    ------
    PolicyError
        The policy has no section ``service``.
    RequestError
        No such kind, class, supply or voltage, or a power that is not positive: every fault at once.
    """
    rules = _rules(policy)
    _refuse_nonsense(rules, kind, area_class, kw, supply, voltage)
    on_paper_kw = _on_paper(kw)
    voltage = voltage or ("hv" if supply == "dual" else _voltage(rules, on_paper_kw))
    answer, promise = _zero_investment(rules, kind, area_class, on_paper_kw, on)
    if supply == "dual" and answer == "yes":
        answer, promise = "ask", None
    limit = rules.time_limit(voltage, supply, kind)
    boundary = rules.boundary(answer)
    papers = rules.papers(voltage, kind)
    second = rules.dual_supply if supply == "dual" else None
    stated = (rules.low_voltage, promise, second, boundary, papers, *rules.cautions)
    return Terms(
        customer_kind=kind,
        area_class=area_class,
        kw=kw,
        on=on,
        supply=supply,
        voltage=voltage,
        zero_investment=answer,
        steps=limit.steps,
        days_total=limit.total_working_days,
        whole_process_days=_whole_process_days(rules, kind, voltage, answer),
        boundary=boundary,
        documents=papers.papers,
        notes=tuple(
            Note(one.text_zh, one.text_en, *_source(one.rule, one.clause, one.choice)) for one in stated if one
        ),
    )


def connection_terms(policy: Policy, on: dt.date) -> pd.DataFrame:
    """The terms of every kind of customer, class of area and range of power for applications of day ``on``.

    Returns
    -------
    DataFrame
        ``tables.public.terms``. The row with ``above_kw`` < kW ≤ ``up_to_kw`` says what :func:`terms_for` says. Empty
        where the policy has no section ``service``.
    """
    if policy.service is None:
        return empty(TERMS)
    rows = [
        _row(policy, terms, above_kw, up_to_kw)
        for kind in CUSTOMER_KIND
        for area_class in AREA_CLASS
        for above_kw, up_to_kw, terms in _ranges(policy, kind, area_class, on)
    ]
    return conform(pd.DataFrame(rows), TERMS)


def row_values(terms: Terms) -> dict[str, object]:
    """The cells of ``tables.public.terms`` that state ``terms``, all but the range and the days of dual supply."""
    return {
        "customer_kind": terms.customer_kind,
        "area_class": terms.area_class,
        "voltage": terms.voltage,
        "zero_investment": terms.zero_investment,
        "days_total": terms.days_total,
        "whole_process_days": terms.whole_process_days,
        "steps_zh": ";".join(f"{step.name_zh}（{step.working_days}个工作日）" for step in terms.steps),
        "steps_en": ";".join(f"{step.name_en} ({_days(step.working_days)})" for step in terms.steps),
        "documents_zh": ";".join(paper.zh for paper in terms.documents),
        "documents_en": ";".join(paper.en for paper in terms.documents),
        "note_zh": "".join(f"{note.zh}（{note.source_zh}）。" for note in terms.notes),
        "note_en": " ".join(f"{_capital(note.en)} ({note.source_en})." for note in terms.notes),
    }


def _rules(policy: Policy) -> ServiceRules:
    if policy.service is None:
        raise PolicyError(
            f"policy '{policy.name}' has no section 'service' (P12–P14): add it, as in baoshan-2021.yaml\n"
            f"政策文件“{policy.name}”没有 service 部分（P12–P14）：请参照 baoshan-2021.yaml 补充"
        )
    return policy.service


def _on_paper(kw: float) -> float:
    """160 on paper is 160 here, whatever binary arithmetic made of it."""
    return round(kw, 9)


def _refuse_nonsense(
    rules: ServiceRules, kind: str, area_class: str, kw: float, supply: str, voltage: str | None
) -> None:
    zh, en = [], []
    for value, known, word_zh, word_en in (
        (kind, CUSTOMER_KIND, "用户类型", "kind of customer"),
        (area_class, AREA_CLASS, "区域类别", "class of area"),
        (supply, SUPPLY, "电源数", "supply"),
        (voltage, {None: "", "lv": "", "hv": ""}, "接入电压", "voltage"),
    ):
        if value not in known:
            names = ", ".join(str(name) for name in known if name)
            zh.append(f"没有{word_zh}“{value}”，可用：{names}")
            en.append(f"there is no {word_en} '{value}'; there are: {names}")
    if not (math.isfinite(kw) and kw > 0.0):
        zh.append(f"功率须大于0千瓦，现为{kw:g}")
        en.append(f"the power must be above 0 kW, not {kw:g}")
    if (voltage, supply) == ("lv", "dual"):
        zh.append("低压不提供双电源（P14）")
        en.append("there is no dual supply at low voltage (P14)")
    if voltage == "lv" and _on_paper(kw) > rules.low_voltage.up_to_kw:
        zh.append(f"低压接入容量上限为{rules.low_voltage.up_to_kw:g}千瓦，不能低压接入{kw:g}千瓦（P12）")
        en.append(f"at low voltage up to {rules.low_voltage.up_to_kw:g} kW are connected, not {kw:g} kW (P12)")
    if en:
        raise RequestError(zh, en)


def _voltage(rules: ServiceRules, kw: float) -> Voltage:
    return "lv" if kw <= rules.low_voltage.up_to_kw else "hv"


def _zero_investment(
    rules: ServiceRules, kind: str, area_class: str, kw: float, on: dt.date
) -> tuple[Answer, ZeroInvestment | None]:
    """The answer, and the line of the table behind it: the latest in force, or the next to come."""
    covering = sorted(
        (line for line in rules.zero_investment if line.covers(kind, area_class, kw)),
        key=lambda line: line.since or dt.date.min,
    )
    in_force = [line for line in covering if line.holds_on(on)]
    if in_force:
        return "yes", in_force[-1]
    return ("ask", covering[0]) if covering else ("no", None)


def _whole_process_days(rules: ServiceRules, kind: str, voltage: Voltage, answer: Answer) -> int | None:
    for whole in rules.whole_process:
        if voltage == "lv" and whole.customer_kind == kind and (answer == "yes" or not whole.zero_investment_only):
            return whole.working_days
    return None


def _source(rule: str, clause: str, choice: bool) -> tuple[str, str]:
    zh, en = ", ".join(part for part in (rule, clause) if part).replace(", ", "，"), rule
    if clause:
        en += f", {clause}"
    return (f"{zh}，本系统取定", f"{en}, our choice") if choice else (zh, en)


def _ranges(policy: Policy, kind: str, area_class: str, on: dt.date) -> Iterable[tuple[float, float | None, Terms]]:
    """Ranges of power with the same terms: from above, up to (None: no end), the terms."""
    rules = _rules(policy)
    lines = [line for line in rules.zero_investment if line.customer_kind == kind and area_class in line.area_classes]
    limits = {rules.low_voltage.up_to_kw, *(line.up_to_kw for line in lines if line.up_to_kw is not None)}
    found: list[tuple[float, float | None, Terms]] = []
    above_kw = 0.0
    for up_to_kw in (*sorted(limits), None):
        inside_kw = above_kw + 1.0 if up_to_kw is None else up_to_kw
        terms = terms_for(policy, kind, area_class, inside_kw, on)
        if found and replace(found[-1][2], kw=inside_kw) == terms:
            above_kw = found.pop()[0]
        found.append((above_kw, up_to_kw, terms))
        above_kw = inside_kw
    return found


def _row(policy: Policy, terms: Terms, above_kw: float, up_to_kw: float | None) -> dict[str, object]:
    dual = _rules(policy).time_limit("hv", "dual", terms.customer_kind).total_working_days
    return {
        "above_kw": above_kw,
        "up_to_kw": up_to_kw,
        "dual_supply_days": dual if terms.voltage == "hv" else None,
        **row_values(terms),
    }


def _days(working_days: int) -> str:
    return f"{working_days} working day" + ("" if working_days == 1 else "s")


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
