"""An option worked out: terms (P12–P14), cost and who pays, the plan of its works (P17), when there is supply, and what
a project would bring that P6 asks for."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from capacity.applications.options import building
from capacity.applications.options.applying import LV_KINDS
from capacity.applications.options.ranking import WILL_DO
from capacity.applications.options.setting import Setting, Tools
from capacity.applications.options.sizing import sufficient_rating
from capacity.tables.assessment import Option, Request
from capacity.tables.service import AreaClass, Supply
from capacity.tables.stage_plan import PlannedDay, StagePlan
from capacity.tables.terms import Terms
from capacity.tables.words import PROJECT_STAGE, Word
from capacity.tables.works import Split, Work

CONNECTION_ITSELF = frozenset(("lv_service_drop", "lv_pole", "metering_lv", "metering_hv"))
"""Done within the steps of P14 [choice]; everything else on the network's side is works outside them."""
_BESIDE_A_SERVICE = frozenset(("trench", "lv_box"))
"""Belongs to a service drop too, unless a line or cable is built beside it."""
_LINES = frozenset(("lv_line", "lv_cable", "mv_line", "mv_cable"))


@dataclass(frozen=True)
class _Days:
    """P14's steps around the works: up to the answer, the works, inspection, metering and supply after them."""

    before: int
    after: int


def work_out(
    option: Option,
    request: Request,
    area_class: AreaClass,
    applied_on: dt.date,
    setting: Setting,
    tools: Tools,
) -> Option:
    """The option with terms, cost, plan, day of supply, and the project that P6 asks for.

    Steps of P14 up to the answer come first, then the works, then the last step (inspection, metering, supply). Works
    behind the property line are the customer's and go on beside the network's; the longer ones count. The plan goes
    backwards from the day wanted, less the last step, where one is wanted (P17), else forwards.

    Raises
    ------
    RequestError
        A day before the calendar begins or too far beyond its end.
    """
    at_lv = option.candidate.kind in LV_KINDS
    supply: Supply = "dual" if request.place.dual_supply else "single"
    terms = tools.terms(request.customer_kind, area_class, request.kw, applied_on, supply, "lv" if at_lv else "hv")
    works = option.design.works
    cost = tools.cost(works, Split(terms.zero_investment), area_class) if works else None
    worked_out = replace(option, terms=terms, cost=cost, project=project_works(option, setting))
    if option.verdict not in WILL_DO:
        return worked_out
    plan, connected = _plan(works, request, applied_on, _days_of(terms), tools)
    return replace(worked_out, plan=plan, energised=None if option.verdict == "staged" else connected)


def ready_by(option: Option, wanted: dt.date, tools: Tools) -> dt.date:
    """When works have to be done for supply on a day: before the last step of P14 (inspection, metering, supply)."""
    return wanted if option.terms is None else tools.days_later(wanted, -_days_of(option.terms).after).earliest


def begin_on(option: Option, applied_on: dt.date, tools: Tools) -> dt.date:
    """The first day of an option's works: the working day after the answer."""
    return applied_on if option.terms is None else _begin(applied_on, _days_of(option.terms), tools)


def connected_on(option: Option, applied_on: dt.date, tools: Tools) -> PlannedDay | None:
    """When what an option can have now can be had: P14's days and the works; None where it is not worked out."""
    if option.terms is None:
        return None
    days = _days_of(option.terms)
    longest = max((plan.working_days for plan in _forward(option.design.works, applied_on, days, tools)), default=0)
    return tools.days_later(applied_on, days.before + longest + days.after)


def outside_works(works: Sequence[Work]) -> tuple[Work, ...]:
    """The works on the network's side beyond the connection itself."""
    kinds = {work.kind for work in works}
    itself = CONNECTION_ITSELF if kinds & _LINES else CONNECTION_ITSELF | _BESIDE_A_SERVICE
    return tuple(work for work in works if work.stands == "network" and work.kind not in itself)


def project_works(option: Option, setting: Setting) -> tuple[Work, ...]:
    """What P6 asks for beside the connection (``yes_with_project``): the transformer brought back to 80 %.

    The next rating that holds the load found by the load flow. Empty where the verdict asks for nothing, the
    transformer is a new one, or no rating is large enough: a project then has to be planned.
    """
    finding, transformer_id = option.finding, option.candidate.transformer_id
    if option.verdict != "yes_with_project" or finding is None or not transformer_id:
        return ()
    if option.design.connection.transformer or option.design.connection.replacement:
        return ()
    if math.isnan(finding.load_rate_percent):
        return ()
    rated_kva = setting.facts.transformer(transformer_id).rated_kva
    load_kva = finding.load_rate_percent / 100.0 * rated_kva
    series = setting.choices.transformer_series.name
    one = sufficient_rating(load_kva, setting.transformer_limit_percent, rated_kva, setting.catalogue, series)
    return (building.replacement(one, transformer_id),) if one else ()


def _days_of(terms: Terms) -> _Days:
    last = terms.steps[-1].working_days if terms.steps else 0
    return _Days(terms.days_total - last, last)


def _forward(works: Sequence[Work], applied_on: dt.date, days: _Days, tools: Tools) -> list[StagePlan]:
    """Plans made forwards: of the works outside, then of the customer's own; none of what there is none of."""
    begin = _begin(applied_on, days, tools)
    own = tuple(work for work in works if work.stands == "premises")
    return [tools.schedule_forward(part, begin) for part in (outside_works(works), own) if part]


def _plan(
    works: Sequence[Work], request: Request, applied_on: dt.date, days: _Days, tools: Tools
) -> tuple[StagePlan | None, PlannedDay]:
    forward = _forward(works, applied_on, days, tools)
    longest = max((plan.working_days for plan in forward), default=0)
    energised = tools.days_later(applied_on, days.before + longest + days.after)
    outside = outside_works(works)
    if not outside:
        return None, energised
    own = _own_works(longest) if longest > forward[0].working_days else Word("", "")
    if request.energise_on is None:
        return _told_forward(forward[0], days, own, energised, tools), energised
    begin = _begin(applied_on, days, tools)
    ready_by = tools.days_later(request.energise_on, -days.after).earliest
    back = tools.schedule_back(outside, ready_by, begin)
    return _told_back(back, request.energise_on, ready_by, days, own, energised, tools), energised


def _begin(applied_on: dt.date, days: _Days, tools: Tools) -> dt.date:
    """The first day of the works: the working day after the answer."""
    return tools.days_later(applied_on, days.before + 1).latest


def _own_works(working_days: int) -> Word:
    return Word(
        f"用户自建工程需 {working_days} 个工作日，长于电网侧工程。",
        f" The customer's own works take {_worked(working_days)}, longer than the network's.",
    )


def _told_forward(plan: StagePlan, days: _Days, own: Word, energised: PlannedDay, tools: Tools) -> StagePlan:
    supply, done = tools.day_in_words(energised), tools.day_in_words(plan.earliest_energisation)
    return replace(
        plan,
        sentence_zh=f"工程共需 {plan.working_days} 个工作日，自 {plan.today} 起最早{done.zh}完成（P17）；其后装表接电 "
        f"{days.after} 个工作日（P14）。{own.zh}最早{supply.zh}送电。",
        sentence_en=f"The works take {_worked(plan.working_days)}; begun on {plan.today} they are done {done.en} "
        f"at the earliest (P17). Metering and supply take {_worked(days.after)} after them (P14).{own.en} Supply is "
        f"possible {supply.en} at the earliest.",
    )


def _told_back(
    plan: StagePlan, wanted: dt.date, ready_by: dt.date, days: _Days, own: Word, energised: PlannedDay, tools: Tools
) -> StagePlan:
    """The plan's sentences for the day the customer wants, which the works have to be done some days before."""
    stage, start = PROJECT_STAGE[plan.stages[0].stage], tools.day_in_words(plan.stages[0].start)
    supply, kept = tools.day_in_words(energised), _kept(plan)
    return replace(
        plan,
        sentence_zh=f"期望 {wanted} 送电：其前装表接电 {days.after} 个工作日（P14），工程须于 {ready_by} 前完成；"
        f"工程共需 {plan.working_days} 个工作日，{stage.zh}最迟{start.zh}开始（P17）。"
        f"{kept.zh}{own.zh}最早{supply.zh}送电。",
        sentence_en=f"Supply is wanted on {wanted}: metering and supply take {_worked(days.after)} before it (P14), so "
        f"the works have to be done by {ready_by}. They take {_worked(plan.working_days)}; the stage '{stage.en}' has "
        f"to begin {start.en} at the latest (P17). {kept.en}{own.en} Supply is possible {supply.en} at the earliest.",
    )


def _kept(plan: StagePlan) -> Word:
    slack = plan.slack
    if slack is None or slack.in_time is None:
        return Word("能否按期取决于尚未公布的节假日。", "Whether that can be kept hangs on holidays not yet published.")
    if slack.in_time:
        spare = _range(slack.fewest, slack.most)
        return Word(f"尚富余 {spare} 个工作日。", f"There are {spare} working day(s) to spare.")
    late = _range(-slack.most, -slack.fewest)
    return Word(f"已晚 {late} 个工作日。", f"It is already too late by {late} working day(s).")


def _range(fewest: int, most: int) -> str:
    return str(fewest) if fewest == most else f"{fewest}–{most}"


def _worked(count: int) -> str:
    return f"{count} working day" + ("" if count == 1 else "s")
