"""What a plan costs and does, year by year: projects, cost, programme, before and after, claims."""

from __future__ import annotations

from capacity.reports import plan_works, saying
from capacity.reports.saying import column, joined, same
from capacity.tables.matrix import BASIS, TRIGGER
from capacity.tables.plan import PLAN_STATES, Plan
from capacity.tables.report import (
    NOT_COMPUTED,
    UNKNOWN,
    Block,
    Callout,
    Chart,
    Grid,
    Heading,
    Panel,
    Picture,
    PlanInput,
    Series,
)
from capacity.tables.words import Word

_RULES = ("p4", "p6", "p5", "p10")
_MOST_CLAIMS, _MOST_PROJECTS = 12, 40
_QUANTITIES = {
    **{rule: (TRIGGER[rule], Word("网格数", "areas")) for rule in _RULES},
    "must_elements": (Word("达到 P4 的设备", "elements at or above P4"), Word("台（条）", "elements")),
    "low_voltage_nodes": (Word("低电压节点", "low-voltage nodes"), Word("个", "nodes")),
    "allowed_kva": (Word("可开放容量合计", "capacity, all areas"), saying.KVA),
}


def blocks_of(one: PlanInput, key: str) -> list[Block]:
    """Projects, cost per year, programme, effect per year, claims."""
    return [
        Heading(Word("项目清单", "Projects")),
        plan_works.projects_table(one),
        Heading(Word("各年费用", "Cost by year")),
        *plan_works.cost_blocks(one, key),
        Heading(Word("工程计划", "Programme")),
        *plan_works.programme_blocks(one, key),
        Heading(Word("实施前后", "Before and after")),
        *_effects(one, key),
        Heading(Word("成效核验", "Claims put to the test")),
        *_claims(one),
    ]


def state_values(plan: Plan, quantity: str, state: str, years: list[int]) -> tuple[float | None, ...]:
    """A quantity of ``PLAN_YEARS`` by year in one state; None where it is not known or was not computed."""
    mine = plan.years[plan.years["state"].eq(state)].set_index("year")[quantity]
    return tuple(saying.value_or_none(mine.get(year)) for year in years)


def plan_years(plan: Plan) -> list[int]:
    """The years that were computed."""
    return sorted({int(year) for year in plan.years["year"]})


def _effects(one: PlanInput, key: str) -> list[Block]:
    if one.plan.years.empty:
        text = Word("未计算各年有无规划的情况。", "What the years are like with and without the plan was not computed.")
        return [Callout("unknown", text)]
    return [_effect_table(one), effect_chart(one, key)]


def effect_chart(one: PlanInput, key: str) -> Picture:
    """Triggers, elements above P4, low voltages and capacity with and without the plan."""
    years = plan_years(one.plan)
    ticks = tuple(same(year) for year in years)
    panels, told = [], []
    for quantity, (title, unit) in _QUANTITIES.items():
        series = tuple(
            Series(word, state_values(one.plan, quantity, state, years)) for state, word in PLAN_STATES.items()
        )
        if quantity in _RULES and not any(value for line in series for value in line.values):
            continue
        panels.append(Panel(title, ticks, series, unit))
        before, after = (saying.number(line.values[-1] if years else None) for line in series)
        told.append(
            Word(
                f"{title.zh}：{years[-1]} 年由 {before.zh} 变为 {after.zh}",
                f"{title.en}: {before.en} without and {after.en} with the plan in {years[-1]}",
            )
        )
    return Picture(
        f"{key}-effect",
        Word("不采取措施与实施规划的对比", "With and without the plan, by year"),
        joined(told, "；", "; "),
        Chart("bars", tuple(panels), columns=3, palette="pair"),
        _source(one),
        Word(
            "缺柱并标“未知”表示未知，不是零。可开放容量合计（P8）各网格不可相加，只看前后差别。",
            "Unknown is marked and is not 0. Capacity (P8) of areas does not add up: look at the difference only.",
        ),
    )


def _source(one: PlanInput) -> Word:
    years = one.plan.years
    parts = []
    for basis in ("critical_steps", "full_year"):
        mine = sorted({int(year) for year in years.loc[years["basis"].eq(basis), "year"]})
        if mine:
            told = Word("仅关键时刻", "critical steps only") if basis == "critical_steps" else Word("全年", "full year")
            span = "、".join(map(str, mine)) if len(mine) < 3 else f"{mine[0]}–{mine[-1]}"
            parts.append(Word(f"{told.zh}：{span}", f"{told.en}: {span.replace('、', ', ')}"))
    basis_told = joined(parts, "；", "; ")
    return Word(f"{one.source.line.zh}；{basis_told.zh}", f"{one.source.line.en}; {basis_told.en}")


def _effect_table(one: PlanInput) -> Grid:
    rows = [
        (
            same(row["year"]),
            PLAN_STATES[str(row["state"])],
            *(saying.number(row[rule]) for rule in _RULES),
            saying.number(row["must_elements"]),
            saying.number(row["low_voltage_nodes"]),
            saying.at_least(row["allowed_kva"], bool(row["unknown_areas"])),
            saying.number(row["unknown_areas"]),
            saying.number(row["losses_kwh"], otherwise=NOT_COMPUTED),
            saying.number(row["steps_failed"]),
        )
        for row in one.plan.years.sort_values(["year", "state"], ascending=[True, False]).to_dict("records")
    ]
    failed = int(one.plan.years["steps_failed"].sum())
    note = joined((Word(f"{basis.zh}。", f"{basis.en}.") for basis in _bases(one)), "", " ")
    if failed:
        note = Word(f"{note.zh}共 {failed} 个时刻潮流不收敛。", f"{note.en} {failed} steps did not converge.")
    return Grid(
        Word("各年有无规划的对比", "Each year with and without the plan"),
        (
            column("年份", "year", 0.5),
            column("状态", "state", 0.9),
            *(column(rule.upper(), rule.upper(), 0.4, right=True) for rule in _RULES),
            column("P4 设备", "P4 elements", 0.6, right=True),
            column("低电压节点", "low-voltage nodes", 0.7, right=True),
            column("可开放容量", "capacity", 0.8, right=True, unit=saying.KVA),
            column("未知网格", "unknown areas", 0.6, right=True),
            column("损耗", "losses", 0.9, right=True, unit=Word("kWh", "kWh")),
            column("未收敛", "failed steps", 0.6, right=True),
        ),
        tuple(rows),
        _source(one),
        note,
    )


def _bases(one: PlanInput) -> list[Word]:
    return [BASIS[code] for code in BASIS if one.plan.years["basis"].eq(code).any()]


def _claims(one: PlanInput) -> list[Block]:
    claims = one.plan.claims
    if claims.empty:
        text = Word(
            "尚未以全年逐时刻计算核验，成效为规划时的计算结果。",
            "Not verified over the whole year yet: the effects are those found when planning.",
        )
        return [Callout("unknown", text)]
    holds, fails, unknown = claim_counts(one.plan)
    told = Word(
        f"核验 {len(claims)} 条：成立 {holds} 条，不成立 {fails} 条，无法判定 {unknown} 条。",
        f"{len(claims)} claims put to the test over the whole year: {holds} hold, {fails} do not, of {unknown} it is "
        "not known.",
    )
    blocks: list[Block] = [Callout("bad" if fails else "unknown" if unknown else "good", told)]
    doubtful = claims[~claims["holds"].eq(True).fillna(False)]
    if doubtful.empty:
        return blocks
    rows = [
        (
            same(row["project_id"]),
            saying.stated(row["need_id"], otherwise=Word("新增越限", "new violations")),
            same(row["year"]),
            UNKNOWN if saying.missing(row["holds"]) else Word("不成立", "does not hold"),
            saying.pair(row, "words"),
        )
        for row in doubtful.head(_MOST_CLAIMS).to_dict("records")
    ]
    more = len(doubtful) - len(rows)
    return [
        *blocks,
        Grid(
            Word("不成立或无法判定的成效", "Claims that do not hold or are not known"),
            (
                column("项目", "project", 1.0),
                column("需求", "need", 1.0),
                column("年份", "year", 0.5, right=True),
                column("结果", "result", 0.8),
                column("说明", "what was found", 2.6),
            ),
            tuple(rows),
            one.source.line,
            Word(f"另有 {more} 条未列。", f"{more} more are not listed.") if more else Word("", ""),
        ),
    ]


def claim_counts(plan: Plan) -> tuple[int, int, int]:
    """Claims that hold, that do not, and of which it is not known."""
    holds = plan.claims["holds"]
    return int(holds.eq(True).sum()), int(holds.eq(False).sum()), int(holds.isna().sum())
