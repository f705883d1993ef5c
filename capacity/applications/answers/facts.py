"""What stands on an answer sheet as label and value: the request, the answer, the best option, the grounds."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from capacity.applications.answers.contact import phones_of
from capacity.applications.answers.told import (
    NONE,
    NOT_STATED,
    NOT_WORKED_OUT,
    UNKNOWN,
    Missing,
    allowed_room,
    day_in_words,
    largest_allowed_kva,
    limit_in_words,
    unknown_because,
    why_no_room,
    yuan_in_words,
)
from capacity.tables.assessment import Assessment, Option, StagedOffer
from capacity.tables.connection import Room
from capacity.tables.places import PlaceRequest
from capacity.tables.policy_values import policy_value, policy_word
from capacity.tables.settings import ServiceNumbers
from capacity.tables.terms import Terms
from capacity.tables.words import (
    AREA_CLASS,
    CATEGORY,
    CUSTOMER_KIND,
    PHASES,
    PLACE_KIND,
    PRICE_MARK,
    PROJECT_STAGE,
    SHAPE,
    VERDICT,
    ZERO_INVESTMENT,
    Word,
)
from capacity.tables.works import CostEstimate, Work
from capacity.units import rounded_down

Value = float | str | dt.date | Word
"""A figure, an id, a day or moment, or words: for what is missing too."""


@dataclass(frozen=True)
class Fact:
    """A label with its value: ``unit`` of a figure, ``rules`` behind it; ``down``: it is never shown above itself."""

    label: Word
    value: Value
    unit: str = ""
    rules: str = ""
    down: bool = False


def figure(value: float, why: Word = UNKNOWN) -> Value:
    """A figure, or why there is none: never 0 for what is not known."""
    return why if math.isnan(value) else value


def day(value: dt.date | None, why: Word) -> Value:
    """A day, or why there is none."""
    return why if value is None else value


def moment(at: pd.Timestamp, why: Word = UNKNOWN) -> Value:
    """A moment, or why there is none."""
    return why if pd.isna(at) else at.to_pydatetime()


def in_words(fact: Fact) -> Word:
    """A fact's value as it is read, with its unit."""
    value = fact.value
    if isinstance(value, Word):
        return value
    if isinstance(value, str):
        return Word(value, value)
    if isinstance(value, dt.datetime):
        return Word(f"{value:%Y-%m-%d %H:%M}", f"{value:%Y-%m-%d %H:%M}")
    if isinstance(value, dt.date):
        return day_in_words(value)
    shown = shown_kva(value) if fact.down else f"{value:,.{3 if fact.unit in ('', '1') else 1}f}"
    shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    text = f"{shown} {fact.unit}".strip()
    return Word(text, text)


def shown_kva(value: float) -> str:
    """A power on paper: never above itself, whole numbers without a decimal."""
    return f"{rounded_down(value, 1):,.1f}".removesuffix(".0")


def limit_percent(assessment: Assessment) -> float:
    """P6's limit as used; NaN where the basis does not hold it."""
    values = assessment.basis.values
    for name in ("transformer_limit_percent", "connection"):
        found = policy_value(values, name)
        if found is not None:
            return found
    return math.nan


def request_facts(assessment: Assessment) -> list[Fact]:
    """What was asked for, with what was taken where nothing was stated."""
    request, basis = assessment.request, assessment.basis
    as_of = Missing(f"未填写，取截至日 {basis.as_of:%Y-%m-%d}", f"not stated: the as-of date, {basis.as_of:%Y-%m-%d}")
    category = CATEGORY.get(request.category or "", Word(request.category or "", request.category or ""))
    facts = [
        Fact(Word("申请编号", "application"), request.application_id or Word("未登记", "not registered")),
        Fact(Word("用电地点", "place"), _where(request.place)),
        Fact(Word("申请功率", "power applied for"), request.kw, "kW"),
        Fact(Word("视在功率", "apparent power"), assessment.asked_kva, "kVA", "P7"),
        Fact(Word("功率因数", "power factor"), request.power_factor or basis.power_factor),
        Fact(Word("相数", "phases"), PHASES[str(request.phases)]),
        Fact(Word("用户类型", "kind of customer"), CUSTOMER_KIND[request.customer_kind], rules="P12"),
        Fact(Word("区域类别", "class of area"), AREA_CLASS[assessment.area_class], rules="P12"),
        Fact(Word("用电类别", "category"), category if request.category else NOT_STATED),
        Fact(Word("负荷曲线", "shape of the load"), SHAPE.get(request.shape, Word(request.shape, request.shape))),
        Fact(Word("申请日期", "applied on"), day(request.applied_on, as_of), rules="P12"),
        Fact(Word("期望送电日期", "wanted from"), day(request.energise_on, NOT_STATED), rules="P17"),
    ]
    if request.urgent_kw is not None:
        facts.append(Fact(Word("急需功率", "needed at once"), request.urgent_kw, "kW", "P16"))
    return facts


def _where(place: PlaceRequest) -> Word:
    dual = Word("，双电源", ", dual supply") if place.dual_supply else Word("", "")
    if place.longitude is not None and place.latitude is not None:
        east, north = "EW"[place.longitude < 0], "NS"[place.latitude < 0]
        point = f"{abs(place.longitude):.5f}°{east}, {abs(place.latitude):.5f}°{north}"
        return Word(point + dual.zh, point + dual.en)
    if place.node_id is not None:
        return Word(f"节点 {place.node_id}{dual.zh}", f"node {place.node_id}{dual.en}")
    return Word(f"配变 {place.transformer_id}{dual.zh}", f"transformer {place.transformer_id}{dual.en}")


def answer_facts(assessment: Assessment, service_numbers: ServiceNumbers | None) -> list[Fact]:
    """The answer, what it takes, when, who pays, until when it holds, whom to ring."""
    facts = [
        Fact(Word("结论", "answer"), VERDICT[assessment.verdict], rules="P6"),
        Fact(Word("说明", "in short"), assessment.summary),
        *(best_facts(assessment, assessment.best) if assessment.best else nothing_facts(assessment)),
    ]
    if assessment.staged is not None:
        facts += staged_facts(assessment, assessment.staged)
    facts.append(Fact(Word("答复有效期至", "valid until"), assessment.valid_until))
    return [*facts, *(Fact(name, number, rules="P21") for name, number in phones_of(service_numbers))]


def best_facts(assessment: Assessment, best: Option) -> list[Fact]:
    """The best option: where, what is built, when, what it costs and who pays."""
    facts = [
        Fact(Word("推荐方案", "best option"), option_name(best), rules="P15"),
        Fact(Word("路径长度", "length of route"), best.candidate.route_m, "m"),
        Fact(Word("需建设", "what it takes"), works_in_words(best.design.works)),
    ]
    if best.project:
        facts.append(Fact(Word("同时立项", "project initiated besides"), works_in_words(best.project), rules="P6"))
    facts.append(Fact(Word("最早送电", "supply from"), when(best), rules="P14, P17"))
    facts += list(_terms_facts(best.terms)) + list(cost_facts(best.cost))
    return facts


def _terms_facts(terms: Terms | None) -> Iterator[Fact]:
    if terms is None:
        yield Fact(Word("办理时限", "company's own steps"), NOT_WORKED_OUT, rules="P14")
        return
    steps = Word(
        "、".join(f"{step.name_zh}{step.working_days}" for step in terms.steps),
        ", ".join(f"{step.name_en} {step.working_days}" for step in terms.steps),
    )
    yield Fact(
        Word("办理时限", "company's own steps"),
        Word(
            f"{terms.days_total}个工作日（{steps.zh}；不含工程）",
            f"{terms.days_total} working days ({steps.en}; without works)",
        ),
        rules="P14",
    )
    yield Fact(Word("零投资", "zero investment"), ZERO_INVESTMENT[terms.zero_investment], rules="P12")
    yield Fact(Word("投资界面", "boundary"), Word(terms.boundary.text_zh, terms.boundary.text_en), rules="P13")


def cost_facts(cost: CostEstimate | None) -> Iterator[Fact]:
    """What the works cost and who pays."""
    if cost is None:
        yield Fact(Word("费用估算", "estimated cost"), NOT_WORKED_OUT, rules="P12, P13")
        return
    mark = PRICE_MARK[cost.mark]
    total = yuan_in_words(cost.total)
    yield Fact(
        Word("费用估算", "estimated cost"),
        Word(
            f"{total.zh}，{cost.price_year}年价，最弱依据：{mark.zh}",
            f"{total.en}, prices of {cost.price_year}, weakest source: {mark.en}",
        ),
    )
    yield Fact(Word("供电企业承担", "paid by the company"), yuan_in_words(cost.company), rules="P12, P13")
    yield Fact(Word("用户承担", "paid by you"), yuan_in_words(cost.customer), rules="P12, P13")
    yield Fact(Word("以供电方案答复为准", "stated in the supply offer"), yuan_in_words(cost.open), rules="P13")


def nothing_facts(assessment: Assessment) -> list[Fact]:
    """What stands in the place of the best option where none will do."""
    settled = Word("无可行方案", "none will do")
    nothing = unknown_because(Word("资料不足", "too little data")) if assessment.verdict == "unknown" else settled
    largest = figure(largest_allowed_kva(assessment), unknown_because(Word("不是0", "which is not 0")))
    return [
        Fact(Word("推荐方案", "best option"), nothing, rules="P11" if assessment.verdict == "unknown" else "P15"),
        Fact(
            Word("各方案中最大可接入", "most that any option carries"),
            largest,
            "kVA" if isinstance(largest, float) else "",
            "P9",
            down=True,
        ),
    ]


def staged_facts(assessment: Assessment, offer: StagedOffer) -> list[Fact]:
    """Power now, at hours, and all of it (P16)."""
    now = Word("现可供（全时段）", "firm, now")
    urgent = {None: NOT_STATED, True: Word("满足", "covered"), False: Word("不满足", "not covered")}[offer.meets_urgent]
    full = next((one for one in assessment.options if one.key == offer.full_key), None)
    facts = [
        Fact(now, figure(offer.firm_kw), "" if math.isnan(offer.firm_kw) else "kW", "P16", down=True),
        Fact(Word("急需部分", "needed at once"), urgent, rules="P16"),
        Fact(
            Word("全部容量方案", "whole power by"),
            Word("所查方案均不能满足", "none of the options looked at") if full is None else option_name(full),
            rules="P16",
        ),
        Fact(Word("全部容量日期", "whole power from"), day_in_words(offer.full_on), rules="P16, P17"),
    ]
    if offer.firm_binding is not None:
        facts.insert(1, Fact(Word("现限于", "limited by"), limit_in_words(offer.firm_binding), rules="P9"))
    return facts


def projects_facts(offer: StagedOffer | None) -> list[list[Fact]]:
    """The rows of the project library that a staged offer would add, each as facts."""
    if offer is None or offer.project is None:
        return []
    return [_project_facts(row) for row in offer.project.to_dict("records")]


def _project_facts(row: dict[Any, Any]) -> list[Fact]:
    def told(name: str) -> Value:
        return NOT_STATED if pd.isna(row[name]) else str(row[name])

    commissioned = row["commissioning_date"]
    return [
        Fact(Word("项目编号", "project"), told("project_id")),
        Fact(Word("项目名称", "name"), told("name")),
        Fact(Word("阶段", "stage"), PROJECT_STAGE[row["stage"]], rules="P17"),
        Fact(Word("触发规则", "raised for"), told("rule")),
        Fact(Word("涉及设备", "elements"), told("element_ids")),
        Fact(Word("释放容量", "released capacity"), figure(float(row["released_kva"]), NOT_STATED), "kVA"),
        Fact(Word("供电企业投资", "cost to the company"), figure(float(row["cost_yuan"]), NOT_STATED), "CNY", "P13"),
        Fact(
            Word("投产日期", "commissioning"), UNKNOWN if pd.isna(commissioned) else commissioned.date(),
            rules="P16, P17",
        ),
    ]  # fmt: skip


def option_name(option: Option) -> Word:
    """Kind, target and feeder of an option."""
    kind, one = PLACE_KIND[option.candidate.kind], option.candidate
    first = f" + {one.pairs_with.partition(':')[2]}" if one.pairs_with else ""
    feeder = Word(f"（线路 {one.feeder_id}）", f" (feeder {one.feeder_id})") if one.feeder_id else Word("", "")
    return Word(f"{kind.zh} {one.target_id}{first}{feeder.zh}", f"{kind.en} {one.target_id}{first}{feeder.en}")


def works_in_words(works: tuple[Work, ...]) -> Word:
    """Works with their quantities."""
    if not works:
        return NONE
    told = [work_in_words(work) for work in works]
    return Word("；".join(word.zh for word in told), "; ".join(word.en for word in told))


def work_in_words(work: Work) -> Word:
    """One work with its quantity."""
    name, length = work.words, work.length_m
    if length is not None:
        metres = f"{length:,.1f}".removesuffix(".0")
        return Word(f"{name.zh} {metres} 米", f"{name.en} {metres} m")
    return name if work.count == 1 else Word(f"{name.zh} × {work.count}", f"{name.en} × {work.count}")


def when(option: Option) -> Word:
    """The day of the whole power, as certain as it is known."""
    if option.energised is None:
        return UNKNOWN
    told = day_in_words(option.energised)
    if option.energised.published:
        return told
    return Word(f"{told.zh}（工作日历未公布，估计）", f"{told.en} (estimated: that calendar is not published)")


def allowed_in_words(option: Option) -> Word:
    """What may be connected in kVA, or why it is not known."""
    room = allowed_room(option)
    return NOT_WORKED_OUT if room is None else room_told(room)


def room_told(room: Room) -> Word:
    """A room in kVA, or why it is not known."""
    if math.isnan(room.kva):
        return unknown_because(why_no_room(room))
    return Word(shown_kva(room.kva), shown_kva(room.kva))


def basis_facts(assessment: Assessment) -> list[Fact]:
    """What the answer rests on."""
    basis, places = assessment.basis, assessment.places
    own = Word("未使用登记簿（取算例自带申请）", "no register: the case's own applications")
    facts = [
        Fact(
            Word("算例", "case"),
            Word(f"{basis.title.zh}（{basis.case_name}）", f"{basis.title.en} ({basis.case_name})"),
        ),
        Fact(
            Word("真实性", "data"),
            Word("合成数据，非真实电网", "synthetic, not a real grid")
            if basis.synthetic
            else Word("实际电网", "a real grid"),
        ),
        Fact(Word("截至", "as of"), basis.as_of, rules="P1"),
        Fact(Word("统计窗口起", "window from"), moment(basis.window_from), rules="P1"),
        Fact(Word("统计窗口止（不含）", "window to, exclusive"), moment(basis.window_to), rules="P1"),
        Fact(Word("步长", "step"), float(basis.step_minutes), "min", "P1"),
        Fact(Word("政策文件", "policy"), basis.policy_name),
        Fact(Word("登记簿快照", "register's snapshot"), basis.register_sha256 or own, rules="P7"),
        Fact(Word("新增负荷功率因数", "power factor of new load"), basis.power_factor, rules="P9"),
        Fact(Word("绕行系数", "detour factor"), places.detour_factor, rules="P15"),
    ]
    return facts + [Fact(value_name(name), value) for name, value in sorted(basis.values.items())]


def value_name(name: str) -> Word:
    """What a value of the policy is called, in both languages."""
    word = policy_word(name)
    return Word(word.zh, word.en or word.zh)


def remarks_of(assessment: Assessment) -> list[Word]:
    """What makes the figures weaker than they look."""
    of_places = (Word(one.sentence_zh, one.sentence_en) for one in assessment.places.remarks)
    return list(dict.fromkeys((*assessment.basis.remarks, *of_places)))
