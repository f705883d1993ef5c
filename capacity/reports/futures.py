"""The chapter about a matrix of scenarios: triggers and capacity per year, who crosses first, who adopts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from capacity.reports import crossings, saying
from capacity.reports.saying import column, joined, same
from capacity.tables.matrix import TRIGGER, TRIGGERS
from capacity.tables.report import (
    NOT_COMPUTED,
    UNKNOWN,
    Block,
    Callout,
    Chapter,
    Chart,
    Grid,
    Heading,
    MatrixInput,
    Panel,
    Paragraph,
    Picture,
    Series,
)
from capacity.tables.words import Word

ALLOWED = "allowed_kva"
AT_LEAST = "≥ "
"""Stands before a figure that some areas are not in, because they are not known."""
_LARGE = 100.0
RULES = ("p4", "p6", "p5", "p3", "p10")


def chapter_of(one: MatrixInput, names: Mapping[str, str], number: int, *, several_cases: bool) -> Chapter:
    """Scenarios side by side.

    Parameters
    ----------
    names : of the areas, where a run of the same case in the report knows them.
    """
    key = f"futures{number}"
    blocks: list[Block] = [
        Paragraph(_about(one)),
        *_failures(one),
        Heading(Word("触发数量", "Triggers per year")),
        _fan_table(one),
        _trigger_chart(one, key),
        Heading(Word("容量", "Capacity per year")),
        _capacity_chart(one, key),
        Heading(Word("最先触发的网格", "Areas that cross first")),
        *crossings.blocks_of(one, names, _source(one)),
        Heading(Word("采用新设备的用户", "Adopters")),
        _adopters(one),
    ]
    title = Word("情景展望", "Scenarios side by side")
    if several_cases:
        title = Word(
            f"{title.zh}：{one.source.case_title.zh}（{one.source.case_name}）",
            f"{title.en}: {one.source.case_title.en} ({one.source.case_name})",
        )
    return Chapter(key, title, tuple(blocks), _findings(one))


def basis_words(fan: pd.DataFrame) -> Word:
    """Which steps the draws and the central draws were solved at."""
    parts = []
    for label, name in ((Word("抽样", "draws"), "basis"), (Word("中心抽样", "central draws"), "central_basis")):
        for basis in fan[name].dropna().unique():
            years = sorted({int(year) for year in fan.loc[fan[name].eq(basis), "year"]})
            told = Word("仅关键时刻", "critical steps only") if basis == "critical_steps" else Word("全年", "full year")
            span = f"{years[0]}–{years[-1]}" if len(years) > 1 else str(years[0])
            parts.append(Word(f"{label.zh}：{told.zh}（{span}）", f"{label.en}: {told.en} ({span})"))
    return joined(parts, "；", "; ")


def _about(one: MatrixInput) -> Word:
    r = one.record
    return Word(
        f"{len(r.scenarios)} 个情景，{r.years[0]}–{r.years[-1]} 年，每个情景和年份 {r.draws} 次随机抽样和 1 次中心"
        f"抽样，共 {r.cells:,} 个单元，随机种子 {r.seed}。计算口径：{r.basis_zh}。情景是假定，不是预测；概率是各次抽样"
        "中触发的比例，只反映情景文件所设的不确定性。",
        f"{len(r.scenarios)} scenarios, {r.years[0]} to {r.years[-1]}, {r.draws} random draws of each scenario and "
        f"year and one central draw: {r.cells:,} cells, seed {r.seed}. Basis: {r.basis_en}. Scenarios are assumptions, "
        "not forecasts; a probability is the share of draws that raise a rule, and knows only the uncertainty that the "
        "scenario files state.",
    )


def _failures(one: MatrixInput) -> list[Block]:
    failed_steps = int(one.adopters["steps_failed"].sum())
    failed = len(one.record.cells_failed)
    if not failed and not failed_steps:
        return []
    return [
        Callout(
            "care",
            Word(
                f"{failed} 个单元未能算出，另有 {failed_steps} 个时刻潮流不收敛；这些不按零计。",
                f"{failed} cells could not be computed, and {failed_steps} steps did not converge: none of them counts "
                "as zero.",
            ),
        )
    ]


def _scenario_panels(one: MatrixInput, quantity: str, unit: Word, title: Word) -> list[Panel]:
    """A panel per scenario."""
    panels = []
    for scenario in one.record.scenarios:
        fan = one.fan[one.fan["scenario"].eq(scenario) & one.fan["quantity"].eq(quantity)].set_index("year")
        years = sorted(set(one.record.years) & set(fan.index)) or sorted(one.record.years)
        rows = fan.reindex(years)
        values = {
            name: tuple(saying.value_or_none(value) for value in rows[name])
            for name in ("median_value", "p10_value", "p90_value", "central_value")
        }
        series = Series(
            Word("中位数", "median"),
            values["median_value"],
            values["p10_value"],
            values["p90_value"],
            values["central_value"],
        )
        panels.append(
            Panel(
                Word(f"{title.zh} · {scenario}", f"{title.en} · {scenario}"),
                tuple(same(y) for y in years),
                (series,),
                unit,
            )
        )
    return panels


def _trigger_chart(one: MatrixInput, key: str) -> Picture:
    raised = [rule for rule in RULES if _ever(one.fan, rule)]
    never = [rule for rule in TRIGGERS if rule not in raised and not _unknown(one.fan, rule)]
    panels = [panel for rule in raised for panel in _scenario_panels(one, rule, Word("网格数", "areas"), TRIGGER[rule])]
    note = Word(
        "阴影：各次抽样的 10–90 %；线：中位数；圆圈：中心抽样。每行纵轴相同。",
        "Shaded: 10 to 90 % of the draws; line: median; circles: central draw. One scale per row.",
    )
    if never:
        told = "、".join(rule.upper() for rule in never)
        note = Word(
            f"{note.zh}任何情景、年份的已知网格均未触发：{told}。",
            f"{note.en} Never raised by an area that is known, in any scenario or year: {told}.",
        )
    return Picture(
        f"{key}-triggers",
        Word("各年触发规则的网格数", "Areas that raise each rule, by year"),
        joined((_told(one, rule) for rule in raised), "；", "; ") or Word("无触发", "nothing is raised"),
        Chart("fan", tuple(panels), columns=max(1, len(one.record.scenarios)), shared=True),
        _source(one),
        note,
    )


def _ever(fan: pd.DataFrame, rule: str) -> bool:
    mine = fan[fan["quantity"].eq(rule)]
    return bool(mine[["p90_value", "central_value"]].fillna(0.0).to_numpy().any())


def _unknown(fan: pd.DataFrame, rule: str) -> bool:
    """Whether there is a year in which no area is known."""
    mine = fan[fan["quantity"].eq(rule)]
    return bool((mine["median_value"].fillna(mine["central_value"]).isna() & mine["unknown_areas"].gt(0)).any())


def _told(one: MatrixInput, quantity: str) -> Word:
    """The medians of the first and the last year per scenario, in words."""
    word = TRIGGER[quantity]
    parts = []
    for scenario in one.record.scenarios:
        ends = [_cell(one.fan, scenario, year, quantity) for year in (one.record.years[0], one.record.years[-1])]
        parts.append(
            Word(
                f"{scenario} 由 {ends[0].zh} 到 {ends[1].zh}",
                f"{scenario} from {ends[0].en} to {ends[1].en}",
            )
        )
    return Word(
        f"{word.zh}（{one.record.years[0]}、{one.record.years[-1]} 年）：{'，'.join(p.zh for p in parts)}",
        f"{word.en} ({one.record.years[0]}, {one.record.years[-1]}): {', '.join(p.en for p in parts)}",
    )


def _cell(fan: pd.DataFrame, scenario: str, year: int, quantity: str) -> Word:
    """``median [10 %–90 %]``, the central draw where there are no draws; not computed where there is neither."""
    mine = fan[fan["scenario"].eq(scenario) & fan["year"].eq(year) & fan["quantity"].eq(quantity)]
    if mine.empty:
        return NOT_COMPUTED
    row = mine.iloc[0]
    least = AT_LEAST if row["unknown_areas"] else ""
    if saying.missing(row["median_value"]):
        if saying.missing(row["central_value"]):
            return UNKNOWN if row["unknown_areas"] else NOT_COMPUTED
        central = f"{least}{row['central_value']:,.0f}"
        return Word(f"{central}（中心）", f"{central} (central)")
    median = row["median_value"]
    told = f"{median:,.0f}" if median >= _LARGE or median == round(median) else f"{median:,.1f}"  # 2.5 areas are not 2
    return same(f"{least}{told} [{math.floor(row['p10_value']):,}–{math.ceil(row['p90_value']):,}]")


def _shown_years(years: Sequence[int]) -> list[int]:
    """The first, the last and what lies between, five at most."""
    ordered = sorted(years)
    if len(ordered) <= 5:
        return ordered
    return [ordered[round(place * (len(ordered) - 1) / 4)] for place in range(5)]


def _fan_table(one: MatrixInput) -> Grid:
    years = _shown_years(one.record.years)
    rows = []
    for rule in (*(rule for rule in RULES if _ever(one.fan, rule) or _unknown(one.fan, rule)), ALLOWED):
        word = TRIGGER.get(rule, Word("可开放容量合计（kVA）", "capacity, all areas (kVA)"))
        rows += [
            (word, same(scenario), *(_cell(one.fan, scenario, year, rule) for year in years))
            for scenario in one.record.scenarios
        ]
    return Grid(
        Word("各年触发网格数：中位数 [10–90 %]", "Areas that raise a rule: median [10 to 90 %]"),
        (
            column("项目", "quantity", 1.5),
            column("情景", "scenario", 1.3),
            *(column(str(year), str(year), 1.0, right=True) for year in years),
        ),
        tuple(rows),
        _source(one),
        Word(
            f"每个单元 {one.record.draws} 次抽样；区间向外取整。≥：有网格未知，未计入。",
            f"{one.record.draws} draws per cell; ranges are rounded outwards. ≥: unknown areas are not in it.",
        ),
    )


def _capacity_chart(one: MatrixInput, key: str) -> Picture:
    panels = _scenario_panels(one, ALLOWED, saying.KVA, Word("可开放容量", "capacity"))
    parts = []
    for scenario in one.record.scenarios:
        first, last = (_cell(one.fan, scenario, year, ALLOWED) for year in (one.record.years[0], one.record.years[-1]))
        parts.append(Word(f"{scenario} 由 {first.zh} 到 {last.zh} kVA", f"{scenario} from {first.en} to {last.en} kVA"))
    return Picture(
        f"{key}-capacity",
        Word("各年可开放容量合计", "Capacity of all areas, by year"),
        joined(parts, "；", "; "),
        Chart("fan", tuple(panels), columns=max(1, len(panels)), shared=True),
        _source(one),
        Word(
            "各网格 P8 之和：同一线路上的网格共用余量，合计只看趋势，不能全部承诺；未知网格不计入。",
            "Sum of the areas' P8 figures: areas on one feeder share what it has left, so that the sum shows a trend "
            "and cannot be promised. Areas that are not known are not in it.",
        ),
    )


def _adopters(one: MatrixInput) -> Grid:
    years = _shown_years(one.record.years)
    groups = one.adopters.groupby(["scenario", "year"])["adopters"]
    low, mid, high = groups.min(), groups.median(), groups.max()
    rows = []
    for scenario in one.record.scenarios:
        cells = []
        for year in years:
            at = (scenario, year)
            known = at in mid.index
            cells.append(same(f"{mid[at]:,.0f} [{low[at]:,.0f}–{high[at]:,.0f}]") if known else NOT_COMPUTED)
        rows.append((same(scenario), *cells))
    return Grid(
        Word("采用新设备的用户数：中位数 [最少–最多]", "Customers who have adopted a device: median [fewest–most]"),
        (column("情景", "scenario", 1.4), *(column(str(year), str(year), 1.0, right=True) for year in years)),
        tuple(rows),
        _source(one),
        Word(
            "现有读数中已含的设备不计；零表示该情景不设新设备或尚无用户采用。",
            "Devices that the readings include already do not count; 0: the scenario has no devices, or nobody has "
            "adopted yet.",
        ),
    )


def _source(one: MatrixInput) -> Word:
    basis = basis_words(one.fan)
    return Word(f"{one.source.line.zh}；{basis.zh}", f"{one.source.line.en}; {basis.en}")


def _findings(one: MatrixInput) -> tuple[Word, ...]:
    last = one.record.years[-1]
    found = []
    for scenario in one.record.scenarios:
        p4, p5 = (_cell(one.fan, scenario, last, rule) for rule in ("p4", "p5"))
        found.append(
            Word(
                f"情景 {scenario}：到 {last} 年，P4（必须立项）网格 {p4.zh} 个，P5（预管控）网格 {p5.zh} 个"
                "（中位数 [10–90 %]）。",
                f"Scenario {scenario}: in {last}, P4 in {p4.en} areas and P5 in {p5.en} (median [10 to 90 %]).",
            )
        )
    return saying.keyed(one.source.key, found)
