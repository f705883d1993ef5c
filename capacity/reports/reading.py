"""The last chapter: how to read the figures, and where they are from."""

from __future__ import annotations

from collections.abc import Sequence

from capacity.reports.costs import MARK
from capacity.reports.saying import column, same
from capacity.tables.matrix import BASIS
from capacity.tables.report import SOURCE_KIND, Block, Chapter, Grid, Heading, Inputs, Points, Source
from capacity.tables.words import PRICE_MARK, Word

_GENERAL = (
    Word(
        "“未知”：数据不足，没有结果；“0”：算出的结果就是零；“未计算”：本次没有计算；“—”：不适用。四者不可混用。",
        "Unknown: too little data for a figure. 0: the figure is zero. Not computed: it was not sought. —: does not "
        "apply. They are four different things.",
    ),
    Word(
        "负载率和容量向下取整，不会显示得比实际更大。",
        "Load rates and capacities are rounded down: what is shown is there, what is shown as reached was reached.",
    ),
    Word(
        "可开放容量（P8）考虑上级线路、主变和电压的限制。同一线路上的网格共用余量，数值不能相加；合计只看趋势。",
        "Capacity (P8) keeps the limits of feeders, substations and voltage. Areas on one feeder share what it has "
        "left: figures do not add up, sums show a trend only.",
    ),
    Word(
        "图表下方的 [S1] 等标明来源：名称、截至日、输入文件散列的前八位。同一输入得到同一前缀。",
        "[S1] and so on under each figure: name, as-of date and the first eight digits of the hash of its input files. "
        "The same inputs have the same digits.",
    ),
)
_RULES = (
    Word("P3：设备最高负载率达到可立项门槛。", "P3: the highest load rate reaches the threshold for a project."),
    Word(
        "P4：达到必须立项和出库的门槛。",
        "P4: it reaches the threshold at which a project must be initiated and released.",
    ),
    Word(
        "P5：网格允许接入容量合计低于预管控门槛。",
        "P5: an area's sum of allowed capacity is below that of pre-control.",
    ),
    Word(
        "P6：新报装接入后预计负载率超过门槛。",
        "P6: a connection applied for would bring a load rate above the threshold.",
    ),
    Word("P10：低压节点电压低于下限。", "P10: the voltage of a LV node is below its limit."),
    Word("P19：整治对象（低电压、频繁停电）。", "P19: remediation cases: low voltage, frequent outages."),
)


def chapter_of(inputs: Inputs) -> Chapter:
    """How to read the report, with the explanations that its sources need."""
    blocks: list[Block] = [
        Heading(Word("数值", "Figures")),
        Points(_GENERAL),
        Heading(Word("规则", "Rules")),
        Points(_RULES),
    ]
    if inputs.matrices or inputs.plans:
        told = tuple(Word(f"{word.zh}。", f"{_capital(word.en)}.") for word in BASIS.values())
        blocks += [Heading(Word("计算口径", "Basis of future years")), Points(told)]
    if inputs.plans:
        marks = tuple(
            Word(f"{MARK[code].zh}：{word.zh}。", f"{_capital(word.en)}.") for code, word in PRICE_MARK.items()
        )
        blocks += [Heading(Word("价格可信度", "How sure prices are")), Points(marks)]
    blocks += [Heading(Word("来源", "Sources")), sources_table(inputs.sources)]
    return Chapter("reading", Word("怎样阅读本报告", "How to read this report"), tuple(blocks))


def sources_table(sources: Sequence[Source]) -> Grid:
    """What the report was made from."""
    rows = [
        (
            same(one.key),
            SOURCE_KIND[one.kind],
            same(one.name),
            Word(f"{one.case_title.zh}（{one.case_name}）", f"{one.case_title.en} ({one.case_name})"),
            same(one.as_of),
            same(one.fingerprint),
            Word("合成", "synthetic") if one.synthetic else Word("实际", "real"),
            Word(f"{one.basis.zh}；{one.program}", f"{one.basis.en}; {one.program}"),
        )
        for one in sources
    ]
    return Grid(
        Word("本报告的来源", "What this report was made from"),
        (
            column("编号", "key", 0.35),
            column("类别", "kind", 0.7),
            column("名称", "name", 1.1),
            column("算例", "case", 1.3),
            column("截至日", "as of", 0.75),
            column("输入", "inputs", 0.7),
            column("数据", "data", 0.6),
            column("口径与程序", "basis and program", 1.9),
        ),
        tuple(rows),
        Word("", ""),
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
