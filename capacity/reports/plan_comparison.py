"""The chapter about several plans side by side: triggers, capacity, cost, measures in common and different."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from capacity.reports import saying
from capacity.reports.costs import chosen_measures, cost_by_year, cost_of, mark_words, range_words, years_of
from capacity.reports.plan_effects import claim_counts, plan_years, state_values
from capacity.reports.saying import column, joined, same
from capacity.tables.matrix import TRIGGER
from capacity.tables.plan import PLAN_STATES, Plan
from capacity.tables.report import (
    NOT_APPLICABLE,
    NOT_COMPUTED,
    Block,
    Callout,
    Chapter,
    Chart,
    Column,
    Grid,
    Heading,
    Panel,
    Paragraph,
    Picture,
    PlanInput,
    Series,
)
from capacity.tables.words import MEASURE_KIND, Word

_RULES = ("p4", "p6", "p5", "p10")
_MOST_MEASURES = 40


def chapter_of(plans: Sequence[PlanInput]) -> Chapter:
    """Two plans or more, of one case or of several."""
    cases = {one.source.case_name for one in plans}
    blocks: list[Block] = []
    if len(cases) > 1:
        blocks.append(
            Callout(
                "care",
                Word(
                    "以下并列的是不同算例的规划：电网不同，数值只能各自解读，相减没有意义。",
                    "The plans below are of different cases: different grids. Read each by itself; differences between "
                    "them mean nothing.",
                ),
            )
        )
    blocks += [
        _overview(plans),
        Heading(Word("触发与容量", "Triggers and capacity")),
        _trigger_chart(plans),
        Heading(Word("费用", "Cost")),
        _cost_chart(plans),
        Heading(Word("措施异同", "Measures in common and different")),
        *(_measures(plans) if len(cases) == 1 else [_kinds(plans)]),
    ]
    title = Word("各规划对比", "Plans side by side")
    return Chapter("plans", title, tuple(blocks), ())


def labels_of(plans: Sequence[PlanInput]) -> list[Word]:
    """What plans are called beside each other: by what tells them apart, their case, their scenario or both."""
    cases = len({one.source.case_name for one in plans}) > 1
    scenarios = not cases or len({one.source.scenario for one in plans}) > 1
    labels = []
    for one in plans:
        parts = [same(f"[{one.source.key}]")]
        parts += [same(one.source.case_name)] if cases else []
        parts += [one.source.scenario] if scenarios else []
        labels.append(joined(parts, " ", " "))
    return labels


def _sources(plans: Sequence[PlanInput]) -> Word:
    bases = sorted({str(basis) for one in plans for basis in one.plan.years["basis"]})
    told = joined(
        Word("仅关键时刻", "critical steps only") if basis == "critical_steps" else Word("全年", "full year")
        for basis in bases
    )
    lines = joined((one.source.line for one in plans), "；", "; ")
    return Word(f"{lines.zh}；口径：{told.zh}", f"{lines.en}; basis: {told.en}")


def _overview(plans: Sequence[PlanInput]) -> Grid:
    """A row per quantity, a column per plan."""

    def row(name: Word, of: Sequence[Word]) -> tuple[Word, ...]:
        return (name, *of)

    all_ = [one.plan for one in plans]
    chosen = [chosen_measures(plan) for plan in all_]
    rows = [
        row(Word("算例", "case"), [one.source.case_title for one in plans]),
        row(Word("年份", "years"), [same(saying.span(plan.record.years)) for plan in all_]),
        row(Word("需求", "needs"), [saying.number(len(plan.needs)) for plan in all_]),
        row(Word("必须消除而未消除", "have to be cleared, left open"), [_left_open(plan) for plan in all_]),
        row(Word("选用措施", "measures chosen"), [saying.number(len(one)) for one in chosen]),
        row(Word("费用，可能（低–高）", "cost, likely (low–high)"), [_cost_words(one) for one in chosen]),
        row(Word("价格可信度", "prices"), [mark_words(one) for one in chosen]),
        row(Word("项目", "projects"), [saying.number(len(plan.projects)) for plan in all_]),
        row(Word("延期项目", "projects late"), [_late(plan) for plan in all_]),
    ]
    rows += [row(_last_year(TRIGGER[rule]), [_ends(plan, rule) for plan in all_]) for rule in _RULES]
    rows.append(
        row(
            _last_year(Word("可开放容量合计（kVA）", "capacity, all areas (kVA)")),
            [_ends(plan, "allowed_kva") for plan in all_],
        )
    )
    rows.append(row(Word("成效核验：成立/不成立/未知", "claims: hold / do not / unknown"), [_claims(p) for p in all_]))
    return Grid(
        Word("各规划一览", "The plans in figures"),
        (column("项目", "quantity", 1.5), *(_of_plan(label) for label in labels_of(plans))),
        tuple(rows),
        _sources(plans),
        Word("费用单位：万元。末年：规划期最后一年，不采取措施 → 实施规划后。",
             "Cost in 10⁴ CNY. Last year: of the plan's years, without → with the plan."),
    )  # fmt: skip


def _of_plan(label: Word) -> Column:
    """A column of a plan."""
    return Column(label, 1.2, True)


def _last_year(title: Word) -> Word:
    return Word(f"{title.zh}，末年", f"{title.en}, last year")


def _left_open(plan: Plan) -> Word:
    left = plan.outcomes["outcome"].ne("cleared") & plan.outcomes["duty"].eq("must")
    return saying.number(int(left.sum()))


def _late(plan: Plan) -> Word:
    late, unknown = int(plan.projects["late_days"].gt(0).sum()), int(plan.projects["late_days"].isna().sum())
    if not unknown:
        return saying.number(late)
    return Word(f"{late}（{unknown} 项未安排）", f"{late} ({unknown} not scheduled)")


def _cost_words(chosen: pd.DataFrame) -> Word:
    return range_words(cost_of(chosen))


def _ends(plan: Plan, quantity: str) -> Word:
    years = plan_years(plan)
    if not years:
        return NOT_COMPUTED
    told = []
    for state in PLAN_STATES:
        value, unknown = (state_values(plan, name, state, years)[-1] for name in (quantity, "unknown_areas"))
        told.append(saying.at_least(value, quantity == "allowed_kva" and bool(unknown)))
    before, after = told
    return Word(f"{before.zh} → {after.zh}", f"{before.en} → {after.en}")


def _claims(plan: Plan) -> Word:
    if plan.claims.empty:
        return Word("未核验", "not verified")
    return same(" / ".join(map(str, claim_counts(plan))))


def _trigger_chart(plans: Sequence[PlanInput]) -> Picture:
    quantities: dict[str, tuple[Word, Word]] = {
        "p4": (TRIGGER["p4"], Word("网格数", "areas")),
        "p5": (TRIGGER["p5"], Word("网格数", "areas")),
        "allowed_kva": (Word("可开放容量", "capacity"), saying.KVA),
    }
    panels = []
    for quantity, (title, unit) in quantities.items():
        for one, label in zip(plans, labels_of(plans), strict=True):
            years = plan_years(one.plan)
            series = tuple(
                Series(word, state_values(one.plan, quantity, state, years)) for state, word in PLAN_STATES.items()
            )
            name = Word(f"{title.zh} · {label.zh}", f"{title.en} · {label.en}")
            panels.append(Panel(name, tuple(same(year) for year in years), series, unit))
    told = joined(
        (
            Word(f"{label.zh} {TRIGGER[rule].zh} {ends.zh}", f"{label.en} {TRIGGER[rule].en} {ends.en}")
            for rule in ("p4", "p5")
            for one, label in zip(plans, labels_of(plans), strict=True)
            for ends in (_ends(one.plan, rule),)
        ),
        "；",
        "; ",
    )
    return Picture(
        "plans-triggers",
        Word("各规划的触发网格数与可开放容量", "Triggers and capacity of the plans, by year"),
        told,
        Chart("bars", tuple(panels), columns=len(plans), shared=True, palette="pair"),
        _sources(plans),
        Word("每行纵轴相同。", "One scale per row."),
    )


def _cost_chart(plans: Sequence[PlanInput]) -> Picture:
    years = years_of([one.plan for one in plans])
    series = []
    for one, label in zip(plans, labels_of(plans), strict=True):
        by_year = cost_by_year(one.plan)
        amounts = [
            tuple((getattr(by_year[year], name) if year in by_year else 0.0) / saying.YUAN_PER_UNIT for year in years)
            for name in ("likely", "low", "high")
        ]
        series.append(Series(label, *amounts))
    told = joined(
        (
            Word(f"{label.zh}：{_cost_words(chosen_measures(one.plan)).zh}",
                 f"{label.en}: {_cost_words(chosen_measures(one.plan)).en}")
            for one, label in zip(plans, labels_of(plans), strict=True)
        ),
        "；",
        "; ",
    )  # fmt: skip
    panel = Panel(
        Word("费用（可能值）", "likely cost"), tuple(same(year) for year in years), tuple(series), saying.YUAN_UNIT
    )
    return Picture(
        "plans-cost",
        Word("各规划各年费用", "Cost of the plans, by year"),
        told,
        Chart("bars", (panel,), columns=1),
        _sources(plans),
        Word(
            "竖线：低值至高值。年份未定或价格未知的措施不在图中。",
            "Lines: low to high. Measures without a year or a price are not drawn.",
        ),
    )


def _identity(row: pd.Series) -> tuple[str, str]:
    """What makes a measure the same in two plans of one case: its kind and the elements that it works on."""
    elements = ";".join(sorted(saying.ids(row["element_ids"])))
    return str(row["kind"]), elements or str(row["measure_id"])


def _measures(plans: Sequence[PlanInput]) -> list[Block]:
    """Which measures all plans have, and which only some."""
    has: dict[tuple[str, str], dict[int, Word]] = {}
    for number, one in enumerate(plans):
        for _, row in chosen_measures(one.plan).iterrows():
            has.setdefault(_identity(row), {})[number] = saying.yuan(row["cost_yuan"])
    common = {key: costs for key, costs in has.items() if len(costs) == len(plans)}
    some = {key: costs for key, costs in has.items() if key not in common}
    told = Paragraph(
        Word(
            f"共 {len(has)} 项不同的措施：{len(common)} 项为各规划共有，{len(some)} 项只在部分规划中。各规划都需要的"
            "措施，不论哪种情景成真都用得上。",
            f"{len(has)} different measures: {len(common)} are in every plan, {len(some)} in some only. What every "
            "plan has is of use whichever scenario comes true.",
        )
    )
    ordered = [*sorted(common), *sorted(some)]
    if not ordered:
        return [told]
    rows = [
        (
            saying.coded(kind, MEASURE_KIND),
            same(elements),
            Word("全部", "all") if (kind, elements) in common else Word("部分", "some"),
            *(has[kind, elements].get(number, NOT_APPLICABLE) for number in range(len(plans))),
        )
        for kind, elements in ordered[:_MOST_MEASURES]
    ]
    more = len(ordered) - len(rows)
    return [
        told,
        Grid(
            Word("措施异同（各规划费用，万元）", "Measures of the plans (cost, 10⁴ CNY)"),
            (
                column("类型", "kind", 1.2),
                column("设备", "elements", 1.4),
                column("见于", "in", 0.5),
                *(_of_plan(label) for label in labels_of(plans)),
            ),
            tuple(rows),
            _sources(plans),
            Word(
                "“—”：该规划不用此措施。" + (f"另有 {more} 项未列。" if more else ""),
                "—: not in that plan." + (f" {more} more are not listed." if more else ""),
            ),
        ),
    ]


def _kinds(plans: Sequence[PlanInput]) -> Grid:
    """Of different cases only the kinds of measures can be put side by side."""
    counts = [chosen_measures(one.plan)["kind"].value_counts() for one in plans]
    kinds = [kind for kind in MEASURE_KIND if any(kind in one.index for one in counts)]
    rows = [(MEASURE_KIND[kind], *(saying.number(int(one.get(kind, 0))) for one in counts)) for kind in kinds]
    return Grid(
        Word("各类措施数量", "Measures by kind"),
        (column("类型", "kind", 1.5), *(_of_plan(label) for label in labels_of(plans))),
        tuple(rows),
        _sources(plans),
    )  # fmt: skip
