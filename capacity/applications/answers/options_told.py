"""The options of an assessment as parts of the document."""

from __future__ import annotations

from capacity.applications.answers.document import (
    Cost,
    CostLine,
    Figures,
    LoadRate,
    LowestVoltage,
    OptionOf,
    Phase,
    Plan,
    PlanStage,
    Route,
    RuleText,
    ServiceStep,
    Slack,
    Target,
    TermsOf,
)
from capacity.applications.answers.parts import (
    day_range,
    known,
    limit,
    moment,
    money,
    room,
    some_day_range,
    some_limit,
    stated,
    text,
    work_line,
)
from capacity.applications.answers.rules import rules_of
from capacity.applications.answers.told import (
    allowed_room,
    supplier_of,
    why_no_load_rate,
    why_no_load_rate_before,
    why_no_voltage,
)
from capacity.tables.assessment import Option
from capacity.tables.connection import Finding, PhaseFinding
from capacity.tables.places import Candidate
from capacity.tables.stage_plan import StagePlan
from capacity.tables.terms import Terms
from capacity.tables.words import (
    PLACE_CERTAINTY,
    PLACE_KIND,
    PROJECT_STAGE,
    VERDICT,
    WORK_PART,
    ZERO_INVESTMENT,
    Word,
)
from capacity.tables.works import CostEstimate, CostItem


def option_told(option: Option) -> OptionOf:
    """One option with everything that was worked out for it."""
    allowed = allowed_room(option)
    return OptionOf(
        key=option.key,
        rank=option.rank,
        verdict=option.verdict,
        verdict_text=text(VERDICT[option.verdict]),
        reason=text(option.reason),
        standing=text(option.place),
        rules=rules_of(option),
        target=_target(option.candidate),
        route=_route(option.candidate),
        allowed_kva=None if allowed is None else known(allowed.kva),
        figures=_figures(option, option.finding),
        second=_figures(option, option.second),
        works=tuple(work_line(work) for work in option.design.works),
        remarks=tuple(text(remark) for remark in option.design.remarks),
        project=tuple(work_line(work) for work in option.project),
        terms=None if option.terms is None else _terms(option.terms),
        cost=None if option.cost is None else _cost(option.cost),
        plan=None if option.plan is None else plan_told(option.plan),
        energised=day_range(option.energised),
    )


def _target(candidate: Candidate) -> Target:
    return Target(
        kind=candidate.kind,
        kind_text=text(PLACE_KIND[candidate.kind]),
        target_id=candidate.target_id,
        node_id=stated(candidate.node_id),
        line_id=stated(candidate.line_id),
        position_m=known(candidate.position_m),
        transformer_id=stated(candidate.transformer_id),
        feeder_id=stated(candidate.feeder_id),
        substation_id=stated(candidate.substation_id),
        area_id=stated(candidate.area_id),
        longitude_deg=known(candidate.longitude),
        latitude_deg=known(candidate.latitude),
        pairs_with=stated(candidate.pairs_with),
        other_substation=candidate.other_substation,
        shared_m=candidate.shared_m,
    )


def _route(candidate: Candidate) -> Route:
    return Route(
        straight_m=known(candidate.straight_m),
        route_m=candidate.route_m,
        new_m=candidate.new_m,
        along_m=candidate.along_m,
        certainty=candidate.certainty,
        certainty_text=text(PLACE_CERTAINTY[candidate.certainty]),
    )


def _figures(option: Option, finding: Finding | None) -> Figures | None:
    if finding is None:
        return None
    why_rate = why_no_load_rate(option, finding) or why_no_load_rate_before(option, finding)
    why_voltage = why_no_voltage(finding.strict, finding.voltage_min_v)
    return Figures(
        asked_kva=finding.asked_kva,
        within_limit=room(finding.strict),
        within_rating=room(finding.rated),
        load_rate=LoadRate(
            transformer_id=stated(supplier_of(option)),
            before_percent=known(finding.load_rate_before_percent),
            with_load_percent=known(finding.load_rate_percent),
            at=moment(finding.load_rate_at),
            why_missing=None if why_rate is None else text(why_rate),
        ),
        voltage=LowestVoltage(
            lowest_v=known(finding.voltage_min_v),
            floor_v=known(finding.voltage_floor_v),
            at=moment(finding.voltage_at),
            between="line_to_neutral" if finding.connection.single_phase else "line_to_line",
            why_missing=None if why_voltage is None else text(why_voltage),
        ),
        broken=tuple(some_limit(binding) for binding in finding.broken),
        steps=finding.steps,
        phase=None if finding.phase is None else _phase(finding, finding.phase),
    )


def _phase(finding: Finding, phase: PhaseFinding) -> Phase:
    why = why_no_voltage(finding.strict, phase.voltage_min_v)
    return Phase(
        method=phase.method,
        room_kva=known(phase.room_kva),
        lowest_v=known(phase.voltage_min_v),
        floor_v=known(phase.floor_v),
        at=moment(phase.voltage_at),
        binding=limit(phase.binding),
        best_phase=phase.best_phase or None,
        basis=text(Word(phase.basis_zh, phase.basis_en)),
        why_missing=None if why is None else text(why),
    )


def _terms(terms: Terms) -> TermsOf:
    boundary = terms.boundary
    source = ", ".join(part for part in (boundary.rule, boundary.clause) if part)
    return TermsOf(
        voltage=terms.voltage,
        supply=terms.supply,
        zero_investment=terms.zero_investment,
        zero_investment_text=text(ZERO_INVESTMENT[terms.zero_investment]),
        boundary=RuleText(
            text=text(Word(boundary.text_zh, boundary.text_en)),
            source=text(Word(source.replace(", ", "，"), source)),
        ),
        steps=tuple(
            ServiceStep(name=text(Word(step.name_zh, step.name_en)), working_days=step.working_days)
            for step in terms.steps
        ),
        days_total=terms.days_total,
        whole_process_days=terms.whole_process_days,
        documents=tuple(text(Word(paper.zh, paper.en)) for paper in terms.documents),
        notes=tuple(
            RuleText(text=text(Word(note.zh, note.en)), source=text(Word(note.source_zh, note.source_en)))
            for note in terms.notes
        ),
    )


def _cost(cost: CostEstimate) -> Cost:
    return Cost(
        total=money(cost.total),
        company=money(cost.company),
        customer=money(cost.customer),
        open=money(cost.open),
        price_year=cost.price_year,
        mark=cost.mark,
        lines=tuple(_cost_line(item) for item in cost.items),
        sources={key: text(word) for key, word in cost.sources.items()},
    )


def _cost_line(item: CostItem) -> CostLine:
    return CostLine(
        work=text(item.work.words),
        part=item.part,
        part_text=text(WORK_PART[item.part]),
        quantity=item.quantity,
        unit=item.unit,
        price=money(item.unit_yuan),
        factor=item.factor,
        amount=money(item.amount),
        payer=item.payer,
        includes=text(Word(item.includes_zh, item.includes_en)),
        source=item.source,
        mark=item.mark,
    )


def plan_told(plan: StagePlan) -> Plan:
    """A plan of stages."""
    slack = plan.slack
    return Plan(
        works=tuple(work_line(work) for work in plan.works),
        today=plan.today,
        wanted=plan.wanted,
        stages=tuple(
            PlanStage(
                stage=one.stage,
                text=text(PROJECT_STAGE[one.stage]),
                working_days=one.working_days,
                start=some_day_range(one.start),
                finish=some_day_range(one.finish),
            )
            for one in plan.stages
        ),
        working_days=plan.working_days,
        slack=None if slack is None else Slack(fewest=slack.fewest, most=slack.most, in_time=slack.in_time),
        earliest_energisation=some_day_range(plan.earliest_energisation),
        pace=plan.pace,
        mark=plan.mark,
        calendar_until=plan.calendar_until,
        text=text(Word(plan.sentence_zh, plan.sentence_en)),
    )
