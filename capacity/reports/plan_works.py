"""The works of a plan: projects, what they cost by year, when they are built."""

from __future__ import annotations

import pandas as pd

from capacity.reports import saying
from capacity.reports.costs import AMOUNTS, Cost, chosen_measures, cost_by_year, range_words, year_of_projects
from capacity.reports.saying import column, ids, joined, same
from capacity.tables.plan import Plan
from capacity.tables.programme import Programme
from capacity.tables.report import (
    NOT_APPLICABLE,
    Block,
    Chart,
    Gantt,
    Grid,
    Panel,
    Paragraph,
    Picture,
    PlanInput,
    Points,
    Series,
)
from capacity.tables.words import BUDGET_STATE, URGENCY, Word

_MOST_PROJECTS = 40


def projects_table(one: PlanInput) -> Grid:
    """The project list in its order."""
    projects = one.plan.projects.sort_values("rank")
    rows = [
        (
            saying.number(row["rank"]),
            Word(f"{row['project_id']} {row['name_zh']}", f"{row['project_id']} {row['name_en']}"),
            saying.coded(row["urgency"], URGENCY),
            saying.day(row["due_on"], otherwise=NOT_APPLICABLE),
            _with_lateness(row),
            saying.yuan(row["cost_yuan"]),
            saying.floor(row["released_kva"]),
            joined((saying.coded(row["budget_state"], BUDGET_STATE), saying.pair(row, "risk")), "；", "; "),
        )
        for row in projects.head(_MOST_PROJECTS).to_dict("records")
    ]
    left = len(projects) - len(rows)
    return Grid(
        Word(f"项目清单（{len(projects)} 项，按次序）", f"Projects ({len(projects)}, in order)"),
        (
            column("次序", "rank", 0.35, right=True),
            column("项目", "project", 1.7),
            column("紧迫程度", "urgency", 0.8),
            column("需求日期", "due on", 0.8),
            column("投产日期", "commissioned", 1.0),
            column("投资", "cost", 0.8, right=True, unit=saying.YUAN_UNIT),
            column("释放容量", "released", 0.8, right=True, unit=saying.KVA),
            column("预算与风险", "budget and risk", 2.0),
        ),
        tuple(rows),
        one.source.line,
        Word(f"另有 {left} 项未列。", f"{left} more are not listed.") if left else Word("", ""),
    )


def _with_lateness(row: dict[object, object] | pd.Series) -> Word:
    date = saying.day(row["commissioning_date"], otherwise=Word("未安排", "not scheduled"))
    if saying.missing(row["late_days"]) or not int(str(row["late_days"])):
        return date
    return Word(f"{date.zh}，延期 {row['late_days']} 天", f"{date.en}, {row['late_days']} days late")


def cost_blocks(one: PlanInput, key: str) -> list[Block]:
    """Cost by year, stacked by urgency, and as a table with its range."""
    by_year = cost_by_year(one.plan)
    if not by_year:
        return [Paragraph(Word("没有费用：未选用措施。", "There is no cost: no measure was chosen."))]
    return [_cost_chart(one, key, by_year), _cost_table(one, by_year)]


def _cost_chart(one: PlanInput, key: str, by_year: dict[int | None, Cost]) -> Picture:
    years = [year for year in by_year if year is not None]
    ticks = tuple(same(year) for year in years)
    urgency = dict(zip(one.plan.projects["project_id"], one.plan.projects["urgency"], strict=True))
    placed, kinds = year_of_projects(one.plan), _likely_by_project(one.plan)
    series = []
    for code, word in URGENCY.items():
        values = [
            sum(
                amount
                for project, amount in kinds.items()
                if urgency[project] == code and not pd.isna(placed[project]) and int(placed[project]) == year
            )
            / saying.YUAN_PER_UNIT
            for year in years
        ]
        if any(values):
            series.append(Series(word, tuple(values)))
    if series:
        low = tuple(by_year[year].low / saying.YUAN_PER_UNIT for year in years)
        high = tuple(by_year[year].high / saying.YUAN_PER_UNIT for year in years)
        last = series[-1]
        series[-1] = Series(last.name, last.values, low, high)
    told = joined(
        (
            Word(f"{year} 年 {range_words(by_year[year]).zh}", f"{year}: {range_words(by_year[year]).en}")
            for year in years
        ),
        "；",
        "; ",
    )
    panel = Panel(Word("费用（可能值），按紧迫程度", "likely cost by urgency"), ticks, tuple(series), saying.YUAN_UNIT)
    return Picture(
        f"{key}-cost",
        Word("各年费用", "Cost by year"),
        told,
        Chart("stacked", (panel,), columns=1),
        one.source.line,
        Word(
            "竖线：低值至高值。价格未知的措施不在图中。", "Lines: low to high. Measures without a price are not drawn."
        ),
    )


def _likely_by_project(plan: Plan) -> dict[str, float]:
    """What each project's measures cost; each measure counts once, and only those with a price."""
    measures = chosen_measures(plan)
    priced = measures[measures[list(AMOUNTS)].notna().all(axis=1)].set_index("measure_id")["cost_yuan"]
    seen: set[str] = set()
    amounts = {}
    for row in plan.projects.itertuples():
        own = [measure for measure in ids(row.measure_ids) if measure in priced.index and measure not in seen]
        seen.update(own)
        amounts[str(row.project_id)] = float(sum(priced[measure] for measure in own))
    return amounts


def _cost_table(one: PlanInput, by_year: dict[int | None, Cost]) -> Grid:
    budget = one.plan.budget.set_index("year")["budget_yuan"]
    rows = []
    for year, cost in by_year.items():
        stated = budget.get(year) if year is not None else None
        rows.append(
            (
                Word("年份未定", "no year") if year is None else same(year),
                saying.yuan(cost.low),
                saying.yuan(cost.likely),
                saying.yuan(cost.high),
                saying.yuan(stated, otherwise=Word("未设", "none stated")),
                saying.number(cost.unpriced),
            )
        )
    return Grid(
        Word("各年费用（万元）", "Cost by year (10⁴ CNY)"),
        (
            column("年份", "year", 1.0),
            column("低", "low", 1.0, right=True),
            column("可能", "likely", 1.0, right=True),
            column("高", "high", 1.0, right=True),
            column("预算", "budget", 1.0, right=True),
            column("价格未知的措施", "measures without a price", 1.3, right=True),
        ),
        tuple(rows),
        one.source.line,
        Word(
            "年份为预算年度，未设预算的为投产年份。未设预算不等于预算为零。",
            "The year is that of the budget, without one that of commissioning. No budget stated is not a budget of 0.",
        ),
    )


def programme_blocks(one: PlanInput, key: str) -> list[Block]:
    """The Gantt picture, and projects without a place in it."""
    plan = one.plan
    blocks: list[Block] = []
    if len(plan.programme):
        states = plan.programme["state"].value_counts()
        on_time, late, not_placed = (int(states.get(code, 0)) for code in ("on_time", "late", "not_placed"))
        told = Word(
            f"{on_time} 项按期，{late} 项延期，{not_placed} 项期内无法安排；停电 {len(plan.outages)} 次。",
            f"{on_time} on time, {late} late, {not_placed} cannot be placed; {len(plan.outages)} outages.",
        )
        blocks.append(
            Picture(
                f"{key}-gantt",
                Word("工程计划（甘特图）", "Programme of works (Gantt)"),
                told,
                Gantt(programme_of(plan)),
                one.source.line,
                told,
            )
        )
    if len(plan.unscheduled):
        blocks += [
            Paragraph(Word("未排入计划的项目：", "Projects without a place in the programme:")),
            Points(tuple(_unscheduled(row) for row in plan.unscheduled.to_dict("records"))),
        ]
    return blocks or [Paragraph(Word("没有需要安排的工程。", "There are no works to place."))]


def _unscheduled(row: dict[object, object] | pd.Series) -> Word:
    why = saying.pair(row, "why")
    return Word(f"{row['project_id']}：{why.zh}", f"{row['project_id']}: {why.en}")


def programme_of(plan: Plan) -> Programme:
    """The programme with its totals, counted anew from its tables."""
    programme = plan.programme
    placed = programme["state"].ne("not_placed")
    return Programme(
        plan=programme,
        outages_planned=plan.outages,
        months=plan.months,
        not_placed=int((~placed).sum()),
        late_months=int(programme.loc[placed, "late_months"].sum()),
        outages=len(plan.outages),
        peak_crews=int(plan.months["crews_used"].max()) if len(plan.months) else 0,
        proven=plan.record.programme_proven,
    )
