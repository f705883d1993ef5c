"""What the terminal shows: tables, issues, progress; nothing here computes."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from capacity.cli.language import say, word
from capacity.tables.issue import Issue
from capacity.tables.words import ACTION, CRITERION, ELEMENT_TYPE, REASON, SEVERITY, STATUS
from capacity.units import rounded_down

if TYPE_CHECKING:
    from capacity.runs import Comparison
    from capacity.study import Progress as Told
    from capacity.tables.run import Run, Verification

console = Console(soft_wrap=True)
errors = Console(stderr=True, soft_wrap=True)
STATUS_STYLE = {"open": "green", "pre_control": "yellow", "blocked": "red", "no_data": "bright_black"}
SEVERITY_STYLE = {"error": "bold red", "warning": "yellow", "info": "bright_black"}
ALERT_STATE = {"new": ("新增预警", "new alerts"), "cleared": ("消除预警", "alerts cleared")}
STAGES = {
    "check": ("检查数据", "checking the data"),
    "load flow": ("潮流计算", "load flow"),
    "load rates": ("负载率", "load rates"),
    "allowed capacity": ("允许接入容量", "allowed capacity"),
    "node capacity": ("节点容量", "capacity of the nodes"),
    "hours": ("逐月逐时节点容量", "capacity by month and hour"),
    "alerts": ("预警", "alerts"),
    "writing": ("写出结果", "writing the results"),
    "city": ("生成城市", "making the city"),
    "reading": ("读取结果与算例", "reading the run and its case"),
    "verification": ("核验节点容量", "putting node figures to the test"),
    "reading run": ("读取计算结果", "reading the run"),
    "reading case": ("读取算例", "reading the case"),
    "places": ("电网地图", "map of the grid"),
    "assessing": ("核定申请", "assessing"),
    "protection": ("保护用户信息", "protecting customers"),
    "former releases": ("往期发布", "former releases"),
    "downloads": ("下载文件", "files for download"),
    "page data": ("地图数据", "data of the page"),
    "back-test": ("回测", "back-test"),
    "fitting": ("拟合", "fitting"),
    "futures": ("逐网格推算未来", "drawing futures"),
    "record": ("发布档案", "record of the release"),
    "base year": ("计算基准年", "base year"),
    "years": ("逐年计算（不采取措施）", "every year, nothing done"),
    "feeders": ("逐线路试算措施", "measures tried, feeder by feeder"),
    "feeders again": ("重新比选措施", "measures chosen anew"),
    **{f"check {number}": (f"整体校核（第 {number} 轮）", f"the whole grid, round {number}") for number in range(1, 7)},
    "check, the last": ("整体校核（最后一轮）", "the whole grid, the last round"),
    **{f"stages {number}": (f"分期校核（第 {number} 轮）", f"sets in stages, round {number}") for number in (1, 2)},
    "claims": ("核验项目成效", "claims put to the test"),
}


def use_utf8() -> None:
    """Chinese must not break on a console of another code page."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


def print_issues(issues: Sequence[Issue], to: Console = console) -> None:
    """Every issue on a line of its own: severity, check, place, sentence."""
    for issue in issues:
        style = SEVERITY_STYLE[issue.severity]
        sentence = say(issue.sentence_zh, issue.sentence_en)
        head = f"[{style}]{word(SEVERITY[issue.severity])}[/] [dim]{escape(issue.check)}[/]"
        to.print(f"{head} {escape(issue.location)}: {escape(sentence)}", highlight=False)


def issues_as_json(issues: Sequence[Issue]) -> str:
    """The same for programs."""
    return json.dumps([vars(issue) for issue in issues], ensure_ascii=False, indent=1, default=list)


@contextmanager
def progress() -> Iterator[Told]:
    """A progress bar that ``run_study`` can tell its stages to."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def told(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                for task in tasks.values():
                    bar.stop_task(task)
                tasks[stage] = bar.add_task(say(*STAGES.get(stage, (stage, stage))), total=None)
            if total:
                bar.update(tasks[stage], completed=done, total=total)

        yield told


def print_run(run: Run) -> None:
    """A run on the screen: areas by status, alerts by rule, and how sure it is."""
    manifest = run.manifest
    if manifest.synthetic:
        console.print(say("[bold red]合成数据：不代表任何真实电网[/]", "[bold red]synthetic data: no real grid[/]"))
    console.print(_areas_table(run))
    console.print(_alerts_table(run))
    console.print(about_nodes(run), highlight=False)
    console.print(how_sure(run), highlight=False)


def _areas_table(run: Run) -> Table:
    table = Table(title=say("低压网格", "LV grid areas"), title_justify="left", expand=False)
    table.add_column(say("状态", "status"), no_wrap=True)
    table.add_column(say("网格", "area"))
    for zh, en in (
        ("最高\n负载率\n%", "max\nload\n%"),
        ("允许\n合计\nkVA", "sum\nkVA"),
        ("同时\n允许\nkVA", "at once\nkVA"),
    ):
        table.add_column(say(zh, en), justify="right", no_wrap=True)
    table.add_column(say("限制", "limited by"))
    order = {status: rank for rank, status in enumerate(("blocked", "pre_control", "no_data", "open"))}
    for row in run.areas.sort_values("status", key=lambda s: s.map(order), kind="stable").itertuples():
        table.add_row(
            f"[{STATUS_STYLE[row.status]}]{word(STATUS[row.status])}[/]",
            escape(f"{row.area_id} {row.name}"),
            _rounded_down(row.max_loading_percent, 1),
            _rounded_down(row.allowed_sum_kva, 0, at_least=bool(row.allowed_sum_is_lower_bound)),
            _rounded_down(row.allowed_kva, 0, at_least=bool(row.allowed_sum_is_lower_bound)),
            escape(_limited_by(row)),
        )
    return table


def _limited_by(row: object) -> str:
    criterion, element = row.binding_criterion, row.binding_element  # type: ignore[attr-defined]  # a table row
    if isinstance(criterion, str):
        return f"{word(CRITERION[criterion])} {element}"
    return word(REASON[row.reason])  # type: ignore[attr-defined]  # a table row


def _alerts_table(run: Run) -> Table:
    table = Table(title=say("预警（按规则）", "alerts by rule"), title_justify="left")
    for zh, en in (("规则", "rule"), ("动作", "action"), ("条数", "count"), ("最严重者", "the most severe")):
        table.add_column(say(zh, en))
    for (rule, action), group in run.alerts.groupby(["rule", "action"], observed=True):
        worst = group.loc[group["value"].idxmin() if rule == "P5" else group["value"].idxmax()]
        at = "" if worst["at"] != worst["at"] else f" {worst['at']:%Y-%m-%d %H:%M}"
        kind = word(ELEMENT_TYPE[worst["element_type"]])
        table.add_row(
            rule,
            word(ACTION[action]),
            str(len(group)),
            escape(f"{kind} {worst['element_id']} {_rounded_down(worst['value'], 1)} {worst['unit']}{at}"),
        )
    return table


def print_comparison(comparison: Comparison) -> None:
    """What moved, per area, and why; then alerts that came and went, by rule."""
    moves = comparison.moves
    if moves.empty:
        console.print(say("网格结果没有变化。", "no area's figures moved."))
    else:
        table = Table(title=say("变动及原因", "what moved, and why"), title_justify="left")
        for zh, en in (("网格", "area"), ("指标", "quantity"), ("前", "before"), ("后", "after"), ("原因", "cause")):
            table.add_column(say(zh, en))
        for row in moves.itertuples():
            quantity, cause = say(row.quantity_zh, row.quantity_en), say(row.cause_zh, row.cause_en)
            table.add_row(*(escape(str(cell)) for cell in (row.area_id, quantity, row.before, row.after, cause)))
        console.print(table)
    if len(comparison.nodes):
        console.print(_moved_nodes(comparison), highlight=False)
    for (rule, state), group in comparison.alerts.groupby(["rule", "state"], observed=True):
        if state != "continuing":
            console.print(f"{rule}: {len(group)} {say(*ALERT_STATE[state])}", highlight=False)


def _moved_nodes(comparison: Comparison) -> str:
    change = comparison.nodes["change_kva"]
    more, less = int((change > 0.0).sum()), int((change < 0.0).sum())
    other = len(change) - more - less
    return say(
        f"节点容量：{len(change):,} 个节点有变化，{more:,} 个增加，{less:,} 个减少，{other:,} 个由已知变未知或相反",
        f"node capacity: {len(change):,} nodes moved: {more:,} up, {less:,} down, {other:,} became known or unknown",
    )


def about_nodes(run: Run) -> str:
    """Two lines on node capacity (P9): how many nodes can take something, how many nothing, and what limits them."""
    from capacity.runs.node_tables import figure_meaning, node_counts

    counts = node_counts(run.nodes)
    if not counts.total:
        return say("节点容量：无低压节点", "node capacity: no LV nodes")
    if not counts.computed:
        return say("节点容量：未计算", "node capacity: not computed")
    parts = [
        say(f"{counts.open:,} 个可接入", f"{counts.open:,} can take load"),
        _with_reasons(sum(counts.zero.values()), counts.zero, "个为零", "at zero"),
        _with_reasons(sum(counts.unknown.values()), counts.unknown, "个未知", "unknown"),
    ]
    if counts.not_counted:
        parts.append(_with_reasons(sum(counts.not_counted.values()), counts.not_counted, "个不计入", "not counted"))
    head = say(f"节点容量：{counts.total:,} 个节点，", f"node capacity: {counts.total:,} nodes, ")
    limits = [f"{word(CRITERION[code])} {number:,}" for code, number in counts.limits.items()]
    if counts.unlimited:
        limits.append(f"{word(REASON['search_ceiling'])} {counts.unlimited:,}")
    meaning = word(figure_meaning(run.manifest))
    comma = say("，", ", ")
    what = say(f"限制（{meaning}）：", f"limited by ({meaning}): ") + (comma.join(limits) or say("无", "nothing"))
    return head + comma.join(parts) + "\n  " + what


def _with_reasons(number: int, reasons: Mapping[str, int], zh: str, en: str) -> str:
    said = say(f"{number:,} {zh}", f"{number:,} {en}")
    if not reasons:
        return said
    listed = say("，", "; ").join(f"{word(REASON[code])}{say('：', ': ')}{count:,}" for code, count in reasons.items())
    return said + say(f"（{listed}）", f" ({listed})")


def _about_sample(sample: Verification) -> str:
    steps = (
        say("全部时刻", "every step")
        if sample.full_window
        else say("只看最严重时刻和抽取的时刻，全部时刻请用 capacity verify", "worst and some drawn steps; for every "
                 "step: capacity verify")
    )  # fmt: skip
    verdict = say(
        f"虚高 {sample.false_open}，虚低 {sample.false_blocked}",
        f"{sample.false_open} too large, {sample.false_blocked} too small",
    )
    verdict = f"[bold red]{verdict}[/]" if sample.false_open else verdict
    return say(
        f"节点容量抽样核验：{sample.nodes} 个节点，{verdict}（{steps}）",
        f"node figures put to the test: {sample.nodes} nodes, {verdict} ({steps})",
    )


def how_sure(run: Run) -> str:
    """One paragraph: steps solved, agreement with pandapower, a sample of the node figures, data quality."""
    m = run.manifest
    lines = [
        say(
            f"潮流：{m.steps_total} 步，其中 {m.steps_failed} 步不收敛",
            f"load flow: {m.steps_total} steps, {m.steps_failed} of them did not converge",
        )
    ]
    if m.crosscheck_passed is not None:
        verdict = say("一致", "agrees") if m.crosscheck_passed else say("[bold red]不一致[/]", "[bold red]DISAGREES[/]")
        lines.append(
            say("与 pandapower 核对", "checked against pandapower")
            + f" ({m.crosscheck_steps}): {verdict}, ΔV {m.crosscheck_delta_voltage_pu or 0.0:.1e} pu, "
            f"Δ% {m.crosscheck_delta_loading_percent or 0.0:.1e}"
        )
    if m.verification is not None:
        lines.append(_about_sample(m.verification))
    warnings = int((run.quality["severity"] == "warning").sum())
    lines.append(say(f"数据质量警告 {warnings} 条", f"{warnings} data-quality warnings"))
    return "\n".join(lines)


def _rounded_down(value: float, digits: int, *, at_least: bool = False) -> str:
    """Never above the value itself: what is shown as 160 kVA is there, what is shown as 70 % was reached."""
    if math.isnan(value):
        return say("未知", "unknown")
    return ("≥ " if at_least else "") + f"{rounded_down(value, digits):,.{digits}f}"


def where(label_zh: str, label_en: str, path: Path) -> None:
    """Say where something was written."""
    console.print(f"{say(label_zh, label_en)}: [bold]{escape(str(path))}[/]", highlight=False)
