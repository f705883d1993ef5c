"""A plan on the screen: needs, what was chosen, what stays open and why, projects, years before and after."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
from rich.markup import escape
from rich.table import Table

from capacity.cli import printing
from capacity.cli.language import language, say, say_each, word
from capacity.tables.findings import FORCING
from capacity.tables.measure import RULES
from capacity.tables.plan import Plan, PlanRecord
from capacity.tables.words import BUDGET_STATE, MEASURE_KIND, NEED_ORIGIN, PLAN_STATE, URGENCY

MOST_FEEDERS, MOST_MEASURES, MOST_OPEN, MOST_PROJECTS = 20, 40, 15, 30


def print_plan(plan: Plan) -> None:
    """A plan in the reader's language."""
    console = printing.console
    if plan.record.synthetic:
        console.print(say("[bold red]合成数据：不代表任何真实电网[/]", "[bold red]synthetic data: no real grid[/]"))
    console.print(_about(plan.record), markup=False, highlight=False)
    console.print(_needs(plan))
    if len(plan.feeders):
        console.print(_feeders(plan))
        for line in _chosen(plan):
            console.print(line, markup=False, highlight=False)
    left = plan.outcomes[plan.outcomes["outcome"].ne("cleared") & plan.outcomes["duty"].ne("listed")]
    if len(left):
        console.print(_left_open(left))
    if len(plan.projects):
        console.print(_projects(plan))
    console.print(_programme(plan), markup=False, highlight=False)
    console.print(_years(plan))
    for remark in (*_basis(plan.record), *say_each(plan.record.remarks_zh, plan.record.remarks_en)):
        console.print(f"- {remark}", markup=False, highlight=False)


def _about(record: PlanRecord) -> str:
    if not record.scenario:
        return say(f"现状电网，截至 {record.as_of}", f"the present grid, as of {record.as_of}")
    title = say(record.scenario_title_zh, record.scenario_title_en) or record.scenario
    span = f"{record.years[0]}–{record.years[-1]}" if len(record.years) > 1 else str(record.years[0])
    return say(f"情景“{title}”，{span} 年，截至 {record.as_of}", f"scenario '{title}', {span}, as of {record.as_of}")


def _basis(record: PlanRecord) -> Iterable[str]:
    yield say(record.candidates_basis_zh, record.candidates_basis_en)
    yield say(
        f"校核措施组合 {record.verified_sets} 个；价格水平 {record.price_year} 年；用时 {record.wall_time_s:.0f} 秒",
        f"{record.verified_sets} sets of measures verified; prices of {record.price_year}; {record.wall_time_s:.0f} s",
    )


def _table(title: str, columns: Sequence[tuple[str, bool]]) -> Table:
    """A table whose columns are headings with whether they hold figures."""
    table = Table(title=title, title_justify="left")
    for heading, figures in columns:
        long = heading in (say("项目", "project"), say("原因", "why"))
        table.add_column(heading, justify="right" if figures else "left", overflow="fold", ratio=3 if long else None)
    return table


def _needs(plan: Plan) -> Table:
    title = say("需求（括号内为未全部消除）", "needs (in brackets: not cleared in every year)")
    table = _table(title, [(say("规则", "rule"), False), *((word(one), True) for one in NEED_ORIGIN.values())])
    for rule in RULES:
        own = plan.outcomes[plan.outcomes["rule"].eq(rule)]
        if len(own):
            table.add_row(rule, *(_count(own[own["origin"].eq(origin)]) for origin in NEED_ORIGIN))
    if plan.outcomes.empty:
        table.caption = say("没有需求", "there are none")
    return table


def _count(needs: pd.DataFrame) -> str:
    left = int(needs["outcome"].ne("cleared").sum())
    return str(len(needs)) + (f" ({left})" if left else "")


def _feeders(plan: Plan) -> Table:
    columns = [(say("线路", "feeder"), False), (say("措施数", "measures"), True), (say("费用", "cost"), True),
               (say("存量", "existing"), True), (say("增长", "growth"), True), (say("报装", "connection"), True),
               (say("未消除", "left open"), True)]  # fmt: skip
    title = say(
        "线路：选用措施数、费用及其来源（元）、必须消除而未消除（需求·年）",
        "feeders: measures chosen, their cost and for what (CNY), need-years of P4, P6, P10 left open",
    )
    table = _table(title, columns)
    busy = plan.feeders.sort_values(["open_must", "cost_yuan"], ascending=False, kind="stable")
    for row in busy.head(MOST_FEEDERS).itertuples():
        costs = (row.cost_yuan, row.existing_cost_yuan, row.growth_cost_yuan, row.connection_cost_yuan)
        must = f"[red]{row.open_must}[/]" if row.open_must else "0"
        count = str(len(_ids(row.measure_ids)))
        table.add_row(escape(row.feeder_id), count, *(_money(cost) for cost in costs), must)
    total = _money(plan.feeders["cost_yuan"].sum())
    table.caption = _more(len(busy), MOST_FEEDERS, say(f"费用合计 {total} 元", f"cost in all {total} CNY"))
    return table


def _chosen(plan: Plan) -> Iterable[str]:
    """The chosen measures, a line each, in the order of feeders."""
    measures = plan.measures.set_index("measure_id")
    chosen = plan.choices[plan.choices["chosen"].astype(bool)]
    for key in chosen["measure_id"].head(MOST_MEASURES):
        own = measures.loc[key]
        elements = "" if pd.isna(own["element_ids"]) else f" {', '.join(_ids(own['element_ids'])[:3])}"
        yield f"  {key}: {word(MEASURE_KIND[own['kind']])}{elements}, {_money(own['cost_yuan'])} {say('元', 'CNY')}"
    if len(chosen) > MOST_MEASURES:
        yield "  " + (_more(len(chosen), MOST_MEASURES) or "")


def _left_open(left: pd.DataFrame) -> Table:
    columns = [(say("需求", "need"), False), (say("设备", "element"), False), (say("来源", "origin"), False),
               (say("未消除年份", "years left open"), False), (say("原因", "why"), False)]  # fmt: skip
    table = _table(say("未消除的需求", "what stays open"), columns)
    left = left.assign(_may=left["duty"].ne("must")).sort_values("_may", kind="stable")
    for _, row in left.head(MOST_OPEN).iterrows():
        table.add_row(
            f"{row['rule']}{'' if row['_may'] else say('（必须）', ' (must)')}",
            escape(row["element_id"]),
            word(NEED_ORIGIN[row["origin"]]),
            _span(row["open_years"]),
            escape(row[f"why_{language()}"]),
        )
    table.caption = _more(len(left), MOST_OPEN)
    return table


def _projects(plan: Plan) -> Table:
    columns = [(say("排序", "rank"), True), (say("项目", "project"), False), (say("紧迫程度", "urgency"), False),
               (say("立项\n出库\n投产", "initiate\nrelease\nin service"), False), (say("延期\n天", "late\ndays"), True),
               (say("投资 元\nkVA/万元", "cost CNY\nkVA/10,000"), True), (say("预算", "budget"), False)]  # fmt: skip
    table = _table(say("项目", "projects"), columns)
    for _, row in plan.projects.sort_values("rank").head(MOST_PROJECTS).iterrows():
        late = _whole(row["late_days"])
        days = [_day(row[name]) for name in ("initiate_on", "release_on", "commissioning_date")]
        year = "" if pd.isna(row["budget_year"]) else f" {row['budget_year']}"
        table.add_row(
            str(row["rank"]),
            escape(f"{row['project_id']}\n{row[f'name_{language()}']}"),
            word(URGENCY[row["urgency"]]),
            "\n".join(days) if set(days) != {"–"} else "–",
            late if late in ("–", "0") else f"[red]{late}[/]",
            f"{_money(row['cost_yuan'])}\n{_figure(row['released_kva_per_10k_yuan'], 1)}",
            escape(word(BUDGET_STATE[row["budget_state"]]) + year),
        )
    note = say("部分日期依据尚未公布的工作日历，为估算", "some dates rest on working days not yet published")
    estimated = bool(plan.projects["dates_estimated"].any())
    table.caption = _more(len(plan.projects), MOST_PROJECTS, note if estimated else "")
    return table


def _programme(plan: Plan) -> str:
    states = plan.programme["state"].value_counts()
    parts = [f"{word(PLAN_STATE[state])} {states[state]}" for state in PLAN_STATE if state in states]
    if len(plan.unscheduled):
        parts.append(say(f"未排入 {len(plan.unscheduled)}", f"{len(plan.unscheduled)} not in it"))
    shared = int(plan.outages["project_count"].gt(1).sum())
    parts.append(
        say(f"停电 {len(plan.outages)} 次（{shared} 次共用）", f"{len(plan.outages)} outages ({shared} of them shared)")
    )
    if not plan.record.programme_proven:
        parts.append(say("搜索提前终止，未证明最优", "search cut off: not proven best"))
    return say("工程计划：", "programme: ") + say("，", ", ").join(parts)


def _years(plan: Plan) -> Table:
    columns = [(say("年份", "year"), False), *((rule.upper(), True) for rule in FORCING),
               (say("低电压\n节点", "low V\nnodes"), True), (say("可开放 kVA", "allowed kVA"), True),
               (say("投资\n万元", "cost\n10⁴ CNY"), True)]  # fmt: skip
    title = say(
        "逐年触发规则的网格数等：不采取措施 → 实施规划后", "areas that raise a rule: nothing done → with the plan"
    )
    table = _table(title, columns)
    counted = [*(rule.lower() for rule in FORCING), "low_voltage_nodes"]
    for year, both in plan.years.groupby("year", sort=True):
        of = [row for _, row in both.sort_values("state", ascending=False).iterrows()]  # before, after
        counts = [" → ".join(_figure(row[name], 0) for row in of) for name in counted]
        allowed = " → ".join(_at_least(row["allowed_kva"], row["unknown_areas"]) for row in of)
        table.add_row(str(year), *counts, allowed, _figure(of[-1]["investment_yuan"] / 1e4, 1))
    failed = int(plan.years["steps_failed"].sum())
    if failed:
        table.caption = say(f"{failed} 个时刻潮流不收敛", f"the load flow gave no answer at {failed} steps")
    return table


def _more(count: int, shown: int, note: str = "") -> str | None:
    """What a table leaves to the workbook, and a note."""
    left = count - shown
    rest = say(f"另有 {left} 行，见工作簿", f"{left} more: see the workbook") if left > 0 else ""
    return say("；", "; ").join(part for part in (note, rest) if part) or None


def _ids(text: Any) -> list[str]:
    return [] if pd.isna(text) else str(text).split(";")


def _span(years: Any) -> str:
    """``2027–2029`` for years in a row, all of them otherwise."""
    of = [int(year) for year in _ids(years)]
    if len(of) > 2 and of == list(range(of[0], of[-1] + 1)):
        return f"{of[0]}–{of[-1]}"
    return ", ".join(map(str, of))


def _money(yuan: Any) -> str:
    return say("未知", "unknown") if pd.isna(yuan) else f"{yuan:,.0f}"


def _figure(value: Any, digits: int) -> str:
    return say("未知", "unknown") if pd.isna(value) else f"{value:,.{digits}f}"


def _at_least(allowed_kva: Any, unknown_areas: Any) -> str:
    """A sum that lacks areas is a lower bound."""
    return ("≥ " if unknown_areas else "") + _figure(allowed_kva, 0)


def _whole(value: Any) -> str:
    return "–" if pd.isna(value) else f"{value:,}"


def _day(value: Any) -> str:
    return "–" if pd.isna(value) else f"{value:%Y-%m-%d}"
