"""The chapter about one run: status of the areas, load rates, alerts, capacity, quality of the data."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd

from capacity.reports import capacities, findings, saying
from capacity.reports.findings import rule_rank
from capacity.reports.saying import column, counted, joined, same
from capacity.tables.policy_values import policy_value
from capacity.tables.report import (
    NOT_APPLICABLE,
    NOT_COMPUTED,
    UNKNOWN,
    AreaMap,
    Block,
    Chapter,
    Chart,
    Grid,
    Heading,
    Panel,
    Paragraph,
    Picture,
    RunInput,
    Series,
)
from capacity.tables.run import Run
from capacity.tables.words import SOURCE, STATUS, Word

STATES = ("blocked", "pre_control", "open", "no_data")
_MOST_LOADED = 10


def chapter_of(one: RunInput, number: int, *, with_scenario: bool) -> Chapter:
    """The state of the grid in one run.

    Parameters
    ----------
    number : of the chapter, for the keys of its pictures.
    with_scenario : whether the title names the case and the scenario, where the report has several.
    """
    run, key = one.run, f"grid{number}"
    title = Word("电网现状", "Present state of the grid")
    if one.run.manifest.scenario:
        title = Word("假定情景下的电网", "The grid under a scenario")
    if with_scenario:
        title = Word(
            f"{title.zh}：{one.source.case_title.zh}{_bracketed(one.source.scenario.zh, '（', '）')}",
            f"{title.en}: {one.source.case_title.en}{_bracketed(one.source.scenario.en, ' (', ')')}",
        )
    blocks: list[Block] = [
        Paragraph(_about(run)),
        _figures(one),
        _status_chart(one, key),
        _area_map(one, key),
        Heading(Word("负载率", "Load rates")),
        *load_rate_blocks(one),
        Heading(Word("预警", "Alerts")),
        *findings.alert_blocks(one),
        Heading(Word("可开放容量", "Capacity")),
        *capacities.blocks_of(one),
        Heading(Word("数据质量与可信程度", "Data quality, and how sure this is")),
        *findings.quality_blocks(one),
    ]
    return Chapter(key, title, tuple(blocks), _findings(one))


def state_counts(run: Run) -> dict[str, int]:
    """Areas by status."""
    return {state: int(run.areas["status"].eq(state).sum()) for state in STATES}


def status_words(counts: dict[str, int]) -> Word:
    """Counts by status as a sentence part."""
    return joined(Word(f"{STATUS[state].zh} {n} 个", f"{n} {STATUS[state].en}") for state, n in counts.items())


def _bracketed(text: str, before: str, after: str) -> str:
    return f"{before}{text}{after}" if text else ""


def _about(run: Run) -> Word:
    m = run.manifest
    failed = Word("全部收敛", "all of them converged")
    if m.steps_failed:
        failed = Word(f"其中 {m.steps_failed:,} 步不收敛", f"{m.steps_failed:,} of them did not converge")
    return Word(
        f"统计窗口 {m.window_start:%Y-%m-%d} 至 {m.window_end:%Y-%m-%d}（不含），每 {m.step_minutes} 分钟一步，共 "
        f"{m.steps_total:,} 步潮流，{failed.zh}。负载率以实测为准，线路与电压为仿真。",
        f"Window {m.window_start:%Y-%m-%d} to {m.window_end:%Y-%m-%d} (not included), a step every {m.step_minutes} "
        f"minutes: {m.steps_total:,} load flows, {failed.en}. Load rates of transformers are metered, lines and "
        "voltages simulated.",
    )


def _figures(one: RunInput) -> Grid:
    run, areas = one.run, one.run.areas
    public = run.transformers[run.transformers["ownership"].eq("public") & run.transformers["in_service"].eq(True)]
    unknown = int(public["max_loading_percent"].isna().sum())
    customers = areas["customer_count"]
    known_customers = saying.number(customers.sum()) if customers.notna().all() else UNKNOWN
    low = areas["low_voltage_nodes"]
    rows = [
        (Word("低压网格", "LV grid areas"), saying.number(len(areas)), status_words(state_counts(run))),
        (
            Word("运行公变", "public transformers in service"),
            saying.number(len(public)),
            Word(f"其中 {unknown} 台负载率未知", f"load rate of {unknown} not known"),
        ),
        (
            Word("公变总容量（kVA）", "their rating (kVA)"),
            saying.number(public["rated_kva"].sum()),
            Word("停运的不计", "those out of service not counted"),
        ),
        (
            Word("网格内户数", "customers in the areas"),
            known_customers,
            _areas_with("户数未知", "with an unknown number", int(customers.isna().sum())),
        ),
        (
            Word("已批未投（kVA）", "reserved (kVA)"),
            saying.number(areas["reserved_kva"].sum()),
            Word("已计入可开放容量", "taken off the capacity"),
        ),
        (
            Word("低电压节点", "low-voltage nodes"),
            saying.number(low.sum()) if low.notna().any() else NOT_COMPUTED,
            _areas_with("无低压模型", "without an LV model", int(low.isna().sum())),
        ),
    ]
    return Grid(
        Word("概况", "In figures"),
        (
            column("项目", "quantity", 1.3),
            column("数值", "value", 0.7, right=True),
            column("说明", "remark", 2.4),
        ),
        tuple(rows),
        one.source.line,
    )


def _areas_with(zh: str, en: str, number_of: int) -> Word:
    areas = counted(number_of, "个网格", "area")
    return Word(f"{areas.zh}{zh}", f"{areas.en} {en}")


def _status_chart(one: RunInput, key: str) -> Picture:
    counts, bands = state_counts(one.run), load_bands(one.run)
    panels = (
        Panel(
            Word("网格（按状态）", "areas by status"),
            tuple(STATUS[state] for state in STATES),
            (Series(Word("网格", "areas"), tuple(float(n) for n in counts.values())),),
            Word("个", "areas"),
        ),
        Panel(
            Word("公变（按最高负载率）", "public transformers by highest load rate"),
            tuple(bands),
            (Series(Word("公变", "transformers"), tuple(float(n) for n in bands.values())),),
            Word("台", "transformers"),
        ),
    )
    told = joined(
        (
            status_words(counts),
            *(Word(f"{name.zh}：{n} 台", f"{name.en}: {n} transformers") for name, n in bands.items()),
        ),
        "；",
        "; ",
    )
    return Picture(
        f"{key}-status",
        Word("网格状态与公变负载率分布", "Status of the areas, load rates of the transformers"),
        told,
        Chart("bars", panels, palette="ordered"),
        one.source.line,
        Word("负载率档位的界限取自政策文件。", "The bounds of the load-rate bands are those of the policy file."),
    )


def load_bands(run: Run) -> dict[Word, int]:
    """Public transformers in service by highest load rate, between the thresholds of the policy; unknown last."""
    values = run.manifest.policy_values
    names = ("may_initiate", "must_initiate", "heavy_percent", "overload_percent")
    bounds = sorted({value for name in names if (value := policy_value(values, name)) is not None})
    public = run.transformers[run.transformers["ownership"].eq("public") & run.transformers["in_service"].eq(True)]
    loading = public["max_loading_percent"]
    edges = [float("-inf"), *bounds, float("inf")]
    bands = {}
    for low, high in pairwise(edges):
        name = f"< {high:g} %" if low == float("-inf") else f"≥ {low:g} %" if high == float("inf") else ""
        bands[same(name or f"{low:g}–{high:g} %")] = int((loading.ge(low) & loading.lt(high)).sum())
    bands[UNKNOWN] = int(loading.isna().sum())
    return bands


def _area_map(one: RunInput, key: str) -> Picture:
    return Picture(
        f"{key}-map",
        Word("网格状态图", "Map of the areas"),
        Word(
            "各网格按状态着色并标注同时允许接入容量；状态数量见上表。",
            "The areas coloured by status with their simultaneous allowed capacity; their numbers stand in the table.",
        ),
        AreaMap(one.run),
        one.source.line,
        Word(
            "网格编号下为可开放容量（kVA），≥ 为至少；名称见各表。含线路走向，仅供内部使用。",
            "Below the id of an area its capacity (kVA), ≥: at least. Shows where feeders run: internal.",
        ),
    )


def load_rate_blocks(one: RunInput) -> list[Block]:
    """The most loaded transformers; substations and feeders."""
    run = one.run
    public = run.transformers[run.transformers["ownership"].eq("public") & run.transformers["in_service"].eq(True)]
    worst = public[public["max_loading_percent"].notna()].sort_values(
        ["max_loading_percent", "transformer_id"], ascending=[False, True]
    )
    names = run.areas.set_index("area_id")["name"]
    rows = [
        (
            same(row["transformer_id"]),
            saying.stated(row["name"]),
            saying.stated(names.get(row["area_id"]) if not saying.missing(row["area_id"]) else None),
            saying.number(row["rated_kva"]),
            saying.floor(row["max_loading_percent"], 1),
            same(f"{row['max_loading_at']:%Y-%m-%d %H:%M}") if row["max_loading_at"] is not pd.NaT else NOT_APPLICABLE,
            saying.coded(row["source"], SOURCE),
        )
        for row in worst.head(_MOST_LOADED).to_dict("records")
    ]
    table = Grid(
        Word(f"负载率最高的公变（前 {len(rows)} 台）", f"The {len(rows)} most loaded public transformers"),
        (
            column("配变", "transformer", 0.7),
            column("名称", "name", 1.6),
            column("网格", "area", 1.3),
            column("容量", "rating", 0.7, right=True, unit=saying.KVA),
            column("最高负载率", "max load rate", 0.8, right=True, unit=saying.PERCENT),
            column("时刻", "at", 1.1),
            column("来源", "source", 0.7),
        ),
        tuple(rows),
        one.source.line,
    )
    return [table, _above(one)]


def _above(one: RunInput) -> Grid:
    """Substations and feeders with load rate and room."""
    parts: list[tuple[Word, pd.DataFrame, str]] = [
        (Word("主变", "substation"), one.run.substations, "substation_id"),
        (Word("线路", "feeder"), one.run.feeders, "feeder_id"),
    ]
    rows = [
        (
            same(row[key]),
            kind,
            saying.stated(row["name"]),
            saying.floor(row["max_loading_percent"], 1),
            saying.number(row["limit_percent"]),
            saying.floor(row["allowed_kva"]),
            capacities.limit_words(row),
        )
        for kind, frame, key in parts
        for row in frame.sort_values("max_loading_percent", ascending=False, na_position="last").to_dict("records")
    ]
    return Grid(
        Word("变电站与 10 千伏线路", "Substations and feeders"),
        (
            column("编号", "id", 0.6),
            column("类别", "kind", 0.7),
            column("名称", "name", 1.3),
            column("最高负载率", "max load rate", 0.8, right=True, unit=saying.PERCENT),
            column("上限", "limit", 0.6, right=True, unit=saying.PERCENT),
            column("可开放容量", "capacity", 0.9, right=True, unit=saying.KVA),
            column("限制", "limited by", 1.9),
        ),
        tuple(rows),
        one.source.line,
        Word(
            "可开放容量（P8）为下级公变可同时接入的总量，不是各网格之和。",
            "Capacity (P8) is what the public transformers below can take together, not the sum over areas.",
        ),
    )


def _findings(one: RunInput) -> tuple[Word, ...]:
    run = one.run
    counts = status_words(state_counts(run))
    found = [
        Word(
            f"{len(run.areas)} 个低压网格：{counts.zh}（截至 {run.manifest.as_of}）。",
            f"{counted(len(run.areas), '', 'LV grid area').en}: {counts.en} (as of {run.manifest.as_of}).",
        )
    ]
    by_rule = run.alerts["rule"].value_counts()
    if len(by_rule):
        told = joined(
            Word(f"{rule} {by_rule[rule]} 条", f"{by_rule[rule]} of {rule}")
            for rule in sorted(by_rule.index, key=rule_rank)
        )
        found.append(Word(f"预警：{told.zh}。", f"Alerts: {told.en}."))
    return saying.keyed(one.source.key, found)
