"""The first sheet: what this is, as of when, what it found, how sure it is, and what its colours mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from capacity.runs.cells import NOT_APPLICABLE, UNKNOWN, both
from capacity.runs.node_tables import figure_meaning, node_counts
from capacity.runs.sheets import SYNTHETIC, Book, set_up_page
from capacity.tables.policy_values import policy_value, policy_word
from capacity.tables.run import Manifest, Run
from capacity.tables.words import ACTION, CRITERION, REASON, SEVERITY, STATUS, Word

_LABEL, _VALUE, _MORE = 0, 1, 2


@dataclass
class _Pen:
    """Where the next line of the sheet goes."""

    book: Book
    page: Any
    row: int = 0

    def section(self, title: str) -> None:
        self.row += 1
        for column in (_LABEL, _VALUE, _MORE):
            self.page.write_string(self.row, column, title if column == _LABEL else "", self.book.style("section"))
        self.row += 1

    def line(self, label: str, value: object, more: str = "", colour: str = "wrap", number: str = "") -> None:
        self.page.write_string(self.row, _LABEL, label, self.book.style("label"))
        if isinstance(value, (int, float)):
            self.page.write_number(self.row, _VALUE, value, self.book.style(colour, number or "#,##0", left=True))
        else:
            self.page.write_string(self.row, _VALUE, str(value), self.book.style(colour, "@", left=True))
        if more:
            self.page.write_string(self.row, _MORE, more, self.book.style("wrap", "@"))
        self.row += 1

    def link(self, sheet: str, more: str = "") -> None:
        self.page.write_url(self.row, _LABEL, f"internal:'{sheet}'!A1", self.book.style("label"), sheet)
        if more:
            self.page.write_string(self.row, _VALUE, more, self.book.style("wrap"))
        self.row += 1


def write_cover(
    book: Book, run: Run, sheets: Iterable[str], title: Word | None = None, also: Callable[[_Pen], None] | None = None
) -> None:
    """Write the cover: subject, facts, counts, certainty, legend, provenance and the list of sheets.

    ``also`` may add a section of its own after the counts.
    """
    page = book.workbook.add_worksheet("封面 cover")
    page.hide_gridlines(2)
    page.set_column(_LABEL, _LABEL, 38)
    page.set_column(_VALUE, _VALUE, 40)
    page.set_column(_MORE, _MORE, 78)
    pen = _Pen(book, page)
    _write_head(pen, run.manifest, title or Word("配电网接入能力", "connection capacity of the distribution grid"))
    _write_counts(pen, run)
    _write_nodes(pen, run)
    if also is not None:
        also(pen)
    _write_certainty(pen, run)
    _write_legend(pen, run)
    pen.section("工作表 Sheets")
    for sheet in sheets:
        pen.link(sheet)
    _write_policy(pen, run.manifest)
    _write_provenance(pen, run.manifest)
    set_up_page(book, page)


def _write_head(pen: _Pen, manifest: Manifest, title: Word) -> None:
    pen.page.write_string(0, 0, f"{manifest.case_title_zh}　{title.zh}", pen.book.style("cover_title"))
    pen.page.write_string(1, 0, f"{manifest.case_title_en}: {title.en}", pen.book.style("subtitle"))
    pen.page.set_row(0, 32)
    pen.row = 2
    if manifest.synthetic:
        pen.page.write_string(2, 0, SYNTHETIC, pen.book.style("synthetic"))
        pen.row = 3
    pen.section("概况 What this is")
    pen.line("截至日期 as of", f"{manifest.as_of:%Y-%m-%d}")
    pen.line(
        "统计窗口 window",
        f"{manifest.window_start:%Y-%m-%d %H:%M} – {manifest.window_end:%Y-%m-%d %H:%M}",
        f"每 {manifest.step_minutes} 分钟一点 · every {manifest.step_minutes} min",
    )
    pen.line("方案 scenario", scenario_text(manifest))
    pen.line("政策 policy", manifest.policy, f"电压标准 voltage standard: {manifest.voltage_standard}")
    pen.line("计算 run", manifest.run_name, f"案例 case: {manifest.case_name}")
    pen.line("生成时间 made at", f"{manifest.created_at:%Y-%m-%d %H:%M} {manifest.created_at.tzname() or ''}".strip())
    numbers = " · ".join(f"{name} {number}" for name, number in manifest.service_numbers.items())
    if numbers:
        pen.line("服务电话 service numbers", numbers)


def scenario_text(manifest: Manifest) -> str:
    """The scenario in words; the absence of one is the present grid."""
    if manifest.scenario is None:
        return "现状（无方案） present grid, no scenario"
    titles = f"{manifest.scenario_title_zh} {manifest.scenario_title_en}".strip()
    return f"{titles} [{manifest.scenario}]" if titles else manifest.scenario


def _write_counts(pen: _Pen, run: Run) -> None:
    pen.section("低压网格状态 Areas by status (P11)")
    meanings = status_meanings(run.manifest)
    for status, word in STATUS.items():
        count = int((run.areas["status"] == status).sum())
        pen.line(both(word), count, meanings[status], colour=status)
    pen.line("合计 total", len(run.areas), colour="total")
    pen.section("预警 Alerts (P3–P6)")
    for action, word in ACTION.items():
        of_action = run.alerts[run.alerts["action"] == action]
        rules = "/".join(sorted(of_action["rule"].unique()))
        count_areas = of_action["area_id"].nunique()
        pen.line(
            f"{both(word)} {rules}".strip(), len(of_action), f"涉及网格 areas concerned: {count_areas}", colour=action
        )


def _write_nodes(pen: _Pen, run: Run) -> None:
    counts = node_counts(run.nodes)
    pen.section("节点允许接入容量 Capacity of LV nodes (P9)")
    if not counts.computed:
        why = "本次计算未求节点容量 · node capacity was not sought in this run" if counts.total else ""
        pen.line("节点数 nodes", counts.total, why)
        return
    meaning = figure_meaning(run.manifest)
    pen.line("可接入 with capacity", counts.open, f"{meaning.zh} · {meaning.en}", colour="open")
    _write_reasons(pen, "为零 at zero", counts.zero, "blocked" if counts.zero else "wrap")
    _write_reasons(pen, "未知 unknown", counts.unknown, "no_data" if counts.unknown else "wrap")
    if counts.not_counted:
        _write_reasons(pen, "不计入 not counted", counts.not_counted, "wrap")
    pen.line("合计 total", counts.total, colour="total")
    limits = [f"{both(CRITERION[code])}: {number:,}" for code, number in counts.limits.items()]
    if counts.unlimited:
        limits.append(f"{both(REASON['search_ceiling'])}: {counts.unlimited:,}")
    for number, text in enumerate(limits):
        pen.line("" if number else "可接入节点的限制 what limits those with capacity", text)


def _write_reasons(pen: _Pen, label: str, reasons: Mapping[str, int], colour: str) -> None:
    """How many there are, and a line for each reason."""
    first, *others = [f"{both(REASON[code])}: {number:,}" for code, number in reasons.items()] or [""]
    pen.line(label, sum(reasons.values()), first, colour=colour)
    for reason in others:
        pen.line("", "", reason)


def status_meanings(manifest: Manifest) -> dict[str, str]:
    """What each status means, with the threshold this run used."""
    threshold_kva = policy_value(manifest.policy_values, "pre_control")
    limit = "P5" if threshold_kva is None else f"{threshold_kva:g} kVA"
    return {
        "open": f"允许接入容量不小于 {limit} · at least {limit} may still be connected",
        "pre_control": f"允许接入容量小于 {limit}，启动预管控 · less than {limit}: projects start early",
        "blocked": "同时允许接入容量为 0，限制设备见表 · nothing can be connected; the limit is named in the table",
        "no_data": "部分配变数据不足，无法判断 P5，并非 0 · too few readings to settle P5; this is not 0",
    }


def _write_certainty(pen: _Pen, run: Run) -> None:
    manifest = run.manifest
    pen.section("可信度 How sure")
    verdict, colour = {
        True: ("通过 passed", "good"),
        False: ("未通过，结果不可直接采用 FAILED: do not rely on the results", "bad"),
        None: ("未进行 not done", "bad"),
    }[manifest.crosscheck_passed]
    pen.line(
        "与 pandapower 交叉校验 cross-check",
        verdict,
        f"{manifest.crosscheck_steps} 个关键时刻 critical steps · {manifest.crosscheck_solver}",
        colour,
    )
    pen.line(
        "最大电压差 largest voltage difference",
        _scientific(manifest.crosscheck_delta_voltage_pu, "pu"),
        manifest.crosscheck_delta_voltage_at,
    )
    pen.line(
        "最大负载率差 largest load-rate difference",
        _scientific(manifest.crosscheck_delta_loading_percent, "%"),
        manifest.crosscheck_delta_loading_at,
    )
    failed = manifest.steps_failed
    examples = "; ".join(manifest.failed_examples[:3])
    pen.line("潮流时段 steps solved", f"{manifest.steps_solved:,} / {manifest.steps_total:,}")
    treated = f"按未知处理，不计入容量 · unknown, never capacity. {examples}" if failed else ""
    pen.line("不收敛时段 steps failed", failed, treated, "bad" if failed else "good")
    _write_sample(pen, run)
    _write_coverage(pen, run)
    for note in manifest.notes:
        pen.line("备注 note", note)


def _write_sample(pen: _Pen, run: Run) -> None:
    """What came of the node figures that were put to the test while the run was made."""
    label, sample = "节点容量抽样核验 node figures put to the test", run.manifest.verification
    if sample is None:
        if node_counts(run.nodes).computed:
            pen.line(label, "未进行 not done", "恒定负荷以外不抽样 · only figures of flat loads are")
        return
    scope = f"{sample.nodes} 个节点，各至多 {sample.steps} 步 · {sample.nodes} nodes, up to {sample.steps} steps each"
    found = f"虚高 too large: {sample.false_open} · 虚低 too small: {sample.false_blocked}"
    pen.line(label, found, scope, "bad" if sample.false_open else "good")
    for example in sample.examples:
        pen.line("", example, colour="wrap")


def _write_coverage(pen: _Pen, run: Run) -> None:
    public = run.transformers[(run.transformers["ownership"] == "public") & run.transformers["in_service"]]
    coverage = public["coverage_percent"].dropna()
    if len(coverage):
        pen.line(
            "数据完整率（中位数） median coverage (%)",
            float(coverage.median()),
            f"最低 lowest: {coverage.min():.1f} %",
            number="0.0",
        )
    unknown = int(public["allowed_kva"].isna().sum())
    pen.line(
        "数据不足公变 public transformers without a figure",
        unknown,
        f"共 of {len(public)}",
        "bad" if unknown else "good",
    )
    blind = int((~run.areas["lv_modelled"]).sum())
    consequence = "仅配变与网格级结果 · transformer and area figures only" if blind else ""
    pen.line("无低压网模型网格 areas without an LV model", blind, consequence)
    counts = [f"{both(word)}: {int((run.quality['severity'] == code).sum())}" for code, word in SEVERITY.items()]
    pen.line("数据质量 data quality", " · ".join(counts))


def _write_legend(pen: _Pen, run: Run) -> None:
    pen.section("图例 Legend")
    meanings: Sequence[tuple[str, str, str]] = (
        (
            "heavy",
            "重载 heavy load",
            "配变：P2 重载；线路：达到 P4 门槛 · transformers: P2; lines: from the threshold of P4",
        ),
        ("over", "过载 overload", "配变：P2 过载；其他：达到限值 · transformers: P2; others: at or above the limit"),
        ("low", "低电压 low voltage", "低于 P10 下限 · below the lower limit of P10"),
    )
    for colour, sample, meaning in meanings:
        pen.line("", sample, meaning, colour)
    pen.line("", UNKNOWN, "数据不足或未能计算，不是 0 · no data or not computable; it is not 0", "unknown")
    pen.line("", NOT_APPLICABLE, "不适用 · does not apply", "unknown")


def _write_policy(pen: _Pen, manifest: Manifest) -> None:
    pen.section(f"政策取值 Policy values ({manifest.policy})")
    for name, value in manifest.policy_values.items():
        word = policy_word(name)
        pen.line(word.zh, value, word.en, number="0.0##")


def _write_provenance(pen: _Pen, manifest: Manifest) -> None:
    pen.section("来源 Provenance")
    for name, digest in manifest.input_hashes.items():
        pen.line(f"输入 input: {name}", digest[:16], "SHA-256")
    for name, version in manifest.package_versions.items():
        pen.line(f"软件 package: {name}", version)
    for island, engine in manifest.engines.items():
        pen.line(f"算法 engine, island {island}", engine)
    for stage, seconds in manifest.wall_time_s.items():
        pen.line(f"用时 seconds: {stage}", seconds, number="0.00")


def _scientific(value: float | None, unit: str) -> str:
    return UNKNOWN if value is None else f"{value:.2g} {unit}"
