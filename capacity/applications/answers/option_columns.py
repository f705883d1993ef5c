"""The columns of the table of options: heading, unit, value; a missing value is words, never 0 or blank."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from capacity.applications.answers.facts import Value, figure, moment, option_name
from capacity.applications.answers.rules import rules_of
from capacity.applications.answers.told import (
    NONE,
    NOT_APPLICABLE,
    NOT_WORKED_OUT,
    UNKNOWN,
    Missing,
    allowed_room,
    element,
    element_named,
    lowest_voltage,
    supplier_of,
    unknown_because,
    why_no_load_rate,
    why_no_load_rate_before,
    why_no_room,
    why_no_voltage,
)
from capacity.tables.assessment import Assessment, Option
from capacity.tables.connection import Binding, Finding, PhaseFinding, Room
from capacity.tables.stage_plan import PlannedDay
from capacity.tables.words import CRITERION, PLACE_CERTAINTY, PRICE_MARK, VERDICT, ZERO_INVESTMENT, Word
from capacity.tables.works import CostEstimate


@dataclass(frozen=True)
class Column:
    """A column: ``wide`` for sentences."""

    heading: Word
    unit: str
    value: Callable[[Option], Value]
    wide: bool = False


def option_columns(assessment: Assessment, limit_percent: float) -> list[Column]:
    """Every column that at least one option has something to say in."""
    marks = assessment.marks
    limit = "P6" if math.isnan(limit_percent) else f"{limit_percent:g} %"
    dual = any(option.second is not None for option in assessment.options)
    single = any(option.finding is not None and option.finding.phase is not None for option in assessment.options)
    return [
        Column(Word("序号（字母：未采用）", "rank (letter: rejected)"), "", lambda one: marks[one.key]),
        Column(Word("方案", "option"), "", option_name, wide=True),
        Column(Word("结论（P6）", "verdict (P6)"), "", lambda one: VERDICT[one.verdict]),
        Column(Word("原因", "reason"), "", lambda one: one.reason, wide=True),
        Column(Word("排序说明（P15）", "why it stands there (P15)"), "", lambda one: one.place, wide=True),
        Column(Word("允许接入（各项最小值，P9）", "allowed: the least of all (P9)"), "kVA", _allowed),
        Column(
            Word(f"允许接入，配变≤{limit}（P9）", f"allowed, transformer ≤ {limit} (P9)"), "kVA", _room(rated=False)
        ),
        Column(Word("允许接入，配变≤100 %", "allowed, transformer ≤ 100 %"), "kVA", _room(rated=True)),
        *_binding_columns(),
        *_load_rate_columns(),
        *_voltage_columns(),
        *(_second_columns() if dual else ()),
        *(_phase_columns() if single else ()),
        *_route_columns(),
        *_cost_columns(),
        *_day_columns(),
        Column(Word("规则", "rules"), "", lambda one: ", ".join(rules_of(one)), wide=True),
        Column(Word("说明", "remarks"), "", _remarks, wide=True),
    ]


def _found(value: Callable[[Option, Finding], Value]) -> Callable[[Option], Value]:
    """A value of the finding; not worked out where there is none."""
    return lambda one: NOT_WORKED_OUT if one.finding is None else value(one, one.finding)


def room_value(room: Room) -> Value:
    """A room in kVA, or why it is not known."""
    return figure(room.kva, unknown_because(why_no_room(room)))


def _allowed(one: Option) -> Value:
    room = allowed_room(one)
    return NOT_WORKED_OUT if room is None else room_value(room)


def _room(*, rated: bool) -> Callable[[Option], Value]:
    return _found(lambda _, finding: room_value(finding.rated if rated else finding.strict))


def _binding_columns() -> list[Column]:
    def of_binding(value: Callable[[Binding], Value]) -> Callable[[Option], Value]:
        def found(_: Option, finding: Finding) -> Value:
            binding = finding.broken[0] if finding.broken else finding.strict.binding
            if binding is not None:
                return value(binding)
            return UNKNOWN if math.isnan(finding.strict.kva) else NONE

        return _found(found)

    return [
        Column(Word("限制条件", "binding limit"), "", of_binding(lambda b: CRITERION[b.criterion])),
        Column(Word("限制设备", "binding element"), "", of_binding(element)),
        Column(Word("该处数值", "value there"), "", of_binding(lambda b: figure(b.value, NOT_WORKED_OUT))),
        Column(Word("限值", "limit"), "", of_binding(lambda b: figure(b.limit, NOT_WORKED_OUT))),
        Column(Word("单位", "unit"), "", of_binding(lambda b: b.unit or NOT_APPLICABLE)),
        Column(Word("限制时刻", "binding at"), "", of_binding(lambda b: moment(b.at))),
    ]


def _load_rate_columns() -> list[Column]:
    def rate(value: Callable[[Finding], Value]) -> Callable[[Option], Value]:
        return _found(lambda one, finding: why_no_load_rate(one, finding) or value(finding))

    def before(one: Option, finding: Finding) -> Value:
        return why_no_load_rate_before(one, finding) or finding.load_rate_before_percent

    return [
        Column(Word("供电配变", "supplying transformer"), "", _supplier),
        Column(Word("接入前最高负载率", "load rate before"), "%", _found(before)),
        Column(Word("接入后最高负载率", "load rate with the load"), "%", rate(lambda f: f.load_rate_percent)),
        Column(Word("最高负载时刻", "load rate at"), "", rate(lambda f: moment(f.load_rate_at))),
    ]


def _supplier(one: Option) -> Value:
    supplier = supplier_of(one)
    return element_named(supplier) if supplier else NOT_APPLICABLE


def _voltage_columns() -> list[Column]:
    def why(finding: Finding) -> Missing:
        return why_no_voltage(finding.strict, lowest_voltage(finding)[0]) or UNKNOWN

    return [
        Column(
            Word("用户处最低电压（P10）", "lowest voltage at the customer (P10)"), "V",
            _found(lambda _, finding: figure(lowest_voltage(finding)[0], why(finding))),
        ),
        Column(Word("电压下限", "lower limit"), "V", _found(lambda _, finding: figure(lowest_voltage(finding)[1]))),
        Column(
            Word("最低电压时刻", "lowest voltage at"), "", _found(lambda _, finding: moment(lowest_voltage(finding)[2]))
        ),
    ]  # fmt: skip


def _second_columns() -> list[Column]:
    def second(one: Option) -> Value:
        return NOT_APPLICABLE if one.second is None else room_value(one.second.strict)

    return [Column(Word("第二路允许接入（P9）", "second feeder: allowed (P9)"), "kVA", second)]


def _phase_columns() -> list[Column]:
    def phase(value: Callable[[PhaseFinding], Value]) -> Callable[[Option], Value]:
        return _found(lambda _, finding: NOT_APPLICABLE if finding.phase is None else value(finding.phase))

    return [
        Column(Word("单相允许接入（P10）", "allowed on one phase (P10)"), "kVA", phase(lambda p: figure(p.room_kva))),
        Column(Word("最佳相", "best phase"), "", phase(lambda p: p.best_phase.upper() or UNKNOWN)),
        Column(
            Word("单相核算依据", "single-phase basis"), "", phase(lambda p: Word(p.basis_zh, p.basis_en)), wide=True
        ),
    ]


def _route_columns() -> list[Column]:
    return [
        Column(Word("路径", "route"), "m", lambda one: one.candidate.route_m),
        Column(Word("其中新建", "of it new"), "m", lambda one: one.candidate.new_m),
        Column(Word("其中沿现有线路", "of it along existing lines"), "m", lambda one: one.candidate.along_m),
        Column(
            Word("直线距离", "straight"), "m",
            lambda one: figure(one.candidate.straight_m, unknown_because(Word("无坐标", "no coordinates"))),
        ),
        Column(Word("距离依据", "certainty of metres"), "", lambda one: PLACE_CERTAINTY[one.candidate.certainty]),
    ]  # fmt: skip


def _cost_columns() -> list[Column]:
    def cost(value: Callable[[CostEstimate], Value]) -> Callable[[Option], Value]:
        return lambda one: NOT_WORKED_OUT if one.cost is None else value(one.cost)

    return [
        Column(Word("费用合计", "cost in all"), "CNY", cost(lambda c: c.total.likely)),
        Column(Word("费用低值", "cost, low"), "CNY", cost(lambda c: c.total.low)),
        Column(Word("费用高值", "cost, high"), "CNY", cost(lambda c: c.total.high)),
        Column(Word("供电企业承担（P12、P13）", "company pays (P12, P13)"), "CNY", cost(lambda c: c.company.likely)),
        Column(Word("用户承担（P12、P13）", "customer pays (P12, P13)"), "CNY", cost(lambda c: c.customer.likely)),
        Column(Word("以供电方案答复为准", "stated in the supply offer"), "CNY", cost(lambda c: c.open.likely)),
        Column(Word("价格依据", "weakest price source"), "", cost(lambda c: PRICE_MARK[c.mark])),
        Column(
            Word("零投资（P12）", "zero investment (P12)"), "",
            lambda one: NOT_WORKED_OUT if one.terms is None else ZERO_INVESTMENT[one.terms.zero_investment],
        ),
    ]  # fmt: skip


def _day_columns() -> list[Column]:
    def planned(value: Callable[[PlannedDay], Value]) -> Callable[[Option], Value]:
        return lambda one: UNKNOWN if one.energised is None else value(one.energised)

    settled = {True: Word("按已公布工作日历", "calendar published"), False: Word("估计", "estimated")}
    return [
        Column(Word("最早送电（早）", "supply from, earliest"), "", planned(lambda d: d.earliest)),
        Column(Word("最早送电（迟）", "supply from, latest"), "", planned(lambda d: d.latest)),
        Column(Word("日期依据", "certainty of the day"), "", planned(lambda d: settled[d.published])),
        Column(
            Word("办理时限（P14）", "company's own steps (P14)"), "d",
            lambda one: NOT_WORKED_OUT if one.terms is None else float(one.terms.days_total),
        ),
    ]  # fmt: skip


def _remarks(one: Option) -> Value:
    told = one.design.remarks
    return Word("；".join(word.zh for word in told), "; ".join(word.en for word in told)) if told else NONE
