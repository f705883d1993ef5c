"""The words behind the codes of a public release, with the sentence that explains each to a customer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Told:
    """A code's words (short) and what it means for a customer (one sentence), in Chinese and English."""

    zh: str
    en: str
    sentence_zh: str
    sentence_en: str


PUBLICATION = {
    "full": Told(
        "公开", "published", "本网格的数据按规定取整后公开。", "The figures of this area are published, rounded down."
    ),
    "band": Told(
        "仅公开区间",
        "range only",
        "自上次公布具体数值以来，只有少数用户的用电发生变化；为保护其用电信息，本期只公布容量区间。",
        "Only a few customers' supply has changed since a figure was last published; to protect them, only the range "
        "is given this time.",
    ),
    "withheld": Told(
        "不予公开",
        "withheld",
        "为保护用户用电信息，本网格数据不予公开，请致电供电服务电话咨询。这不表示没有容量。",
        "The figures of this area are withheld to protect its customers; please call the service number. "
        "This does not mean that there is no capacity.",
    ),
}
WITHHELD = {
    "few_customers": Told(
        "用户过少",
        "too few customers",
        "网格内用户过少，公布数据会泄露单个用户的用电情况。",
        "So few customers are supplied here that figures would reveal the consumption of one of them.",
    ),
    "dominant_customer": Told(
        "单一用户占比过大",
        "one customer dominates",
        "单个用户占本网格用电的大部分，公布数据会泄露其用电情况。",
        "One customer takes most of the power supplied here; figures would reveal its consumption.",
    ),
    "customers_unknown": Told(
        "用户资料不全",
        "customers not known",
        "本网格的用户资料不全，无法确认公布数据不会泄露单个用户的用电情况。",
        "The customers supplied here are not fully on record, so it cannot be ruled out that figures would reveal the "
        "consumption of one of them.",
    ),
    "few_changes": Told(
        "少数用户变化",
        "few customers changed",
        "与已公布的数据相比，变化只来自少数用户，相减即可得知其用电容量。",
        "Against figures already published, only a few customers have changed: a subtraction would reveal their "
        "capacity.",
    ),
    "dominant_on_line": Told(
        "线路上单一用户占比过大",
        "one customer dominates the line",
        "本网格的容量受上级线路限制，而单个用户占该线路用电的大部分，故只公布区间。",
        "The line above limits this area, and one customer takes most of that line's power; only the range is given.",
    ),
}
STATUS = {
    "open": Told(
        "可接入", "open", "目前有富余容量，可申请接入。", "There is spare capacity; connections can be applied for."
    ),
    "pre_control": Told(
        "预管控",
        "limited",
        "富余容量不多，电网改造已提前安排；可以申请，较大容量可能要分期接入。",
        "Little capacity is left and reinforcement is being prepared; applications are welcome, larger ones may be "
        "connected in stages.",
    ),
    "blocked": Told(
        "受阻",
        "blocked",
        "目前没有富余容量，新接入须等待电网改造或采用分期方案。",
        "There is no spare capacity now; new connections wait for reinforcement or are made in stages.",
    ),
    "no_data": Told(
        "未知",
        "unknown",
        "数据不足，容量尚不能核定。这不表示没有容量，请致电供电服务电话咨询。",
        "The data do not suffice to state a capacity. This does not mean that there is none; please call the service "
        "number.",
    ),
}
LIMIT = {
    "transformers": Told(
        "配变容量",
        "transformers",
        "限制来自本网格的配电变压器。",
        "The distribution transformers of this area set the limit.",
    ),
    "line": Told(
        "10千伏线路",
        "10 kV line",
        "限制来自上级10千伏线路；同一线路上的网格共用其剩余容量，各网格数值不能相加。",
        "The 10 kV line above sets the limit; areas on one line share what it has left: their figures do not add up.",
    ),
    "substation": Told(
        "变电站主变",
        "substation",
        "限制来自上级变电站主变；由其供电的网格共用剩余容量，各网格数值不能相加。",
        "The substation above sets the limit; the areas it supplies share what is left: their figures do not add up.",
    ),
    "voltage": Told(
        "电压",
        "voltage",
        "限制来自电压合格范围：再增加负荷，末端电压将低于国家标准。",
        "Voltage sets the limit: with more load it would fall below the national standard at the far end.",
    ),
    "lv_lines": Told(
        "低压线路",
        "LV lines",
        "限制来自低压线路的载流能力。",
        "The current rating of the low-voltage lines sets the limit.",
    ),
    "existing": Told(
        "已有越限",
        "already beyond a limit",
        "供电路径上已有设备或电压超出限值，须先行治理。",
        "Equipment or voltage on the supply path is beyond its limit already and has to be dealt with first.",
    ),
    "data": Told("数据不足", "insufficient data", "部分变压器数据不足。", "Some transformers have too little data."),
}
QUEUE = {
    "none": Told("无", "none", "目前没有已批未投的申请。", "No accepted application is waiting to be energised."),
    "counted": Told(
        "已计入",
        "counted",
        "已批准而尚未送电的申请已从容量中扣除。",
        "Applications that are accepted but not yet energised are deducted from the capacity.",
    ),
}
BASIS = {
    "measured": Told("实测", "measured", "由电表实测数据计算。", "Computed from meter readings."),
    "mixed": Told(
        "实测与仿真",
        "measured and simulated",
        "部分变压器按电表实测，其余按潮流仿真。",
        "From meter readings for some transformers, load flow for the others.",
    ),
    "simulated": Told(
        "仿真", "simulated", "由潮流仿真计算，没有电表数据。", "From load flow; there are no meter readings."
    ),
    "none": Told("无", "none", "没有可用数据。", "There are no usable data."),
}
CAUSE = {
    "first": Told("首次公布", "first published", "本网格首次公布。", "This area is published for the first time."),
    "load": Told("最高负荷变动", "load moved", "网格的最高负荷发生变动。", "The highest load of the area has moved."),
    "connections": Told(
        "新接入", "connections", "已批准的申请有增减。", "Accepted applications were added or have been energised."
    ),
    "equipment": Told("设备变动", "equipment", "变压器增减或更换。", "Transformers were added, removed or replaced."),
    "grid_above": Told(
        "上级电网变动", "grid above", "上级线路或变电站的余量变动。", "The margin of the grid above has moved."
    ),
    "data": Told("数据变动", "data", "数据补全或缺失。", "Data were completed or are missing."),
    "rules": Told("规则变动", "rules", "计算规则或取值有变。", "Rules or their values have changed."),
    "works": Told("改造计划变动", "works", "电网改造计划有变动。", "The plan of grid works has changed."),
    "protection": Told(
        "用户信息保护",
        "protection",
        "因用户信息保护，公开方式有变。",
        "How much is published has changed, to protect customers.",
    ),
    "none": Told("无变化", "unchanged", "与上期相比没有变化。", "Nothing has changed since the last release."),
}
PART = {
    "publication": Told("公开方式", "publication", "公开方式有变。", "How much is published."),
    "status": Told("状态", "status", "网格状态有变。", "The status of the area."),
    "figure": Told("可接入容量", "allowed capacity", "容量数值或其区间有变。", "The figure of capacity or its range."),
    "single": Told(
        "单点容量", "one connection", "单点可接入容量区间有变。", "The range of the largest single connection."
    ),
    "load_rate": Told("最高负载率", "load rate", "最高负载率区间有变。", "The range of the highest load rate."),
    "limit": Told("限制来源", "limit", "限制来源有变。", "What sets the figure."),
    "shared": Told("线路共用余量", "left on its line", "线路共用余量有变。", "What the areas on its line share."),
    "queue": Told("排队申请", "queue", "已批未投申请有变。", "Whether accepted applications are waiting."),
    "relief": Told("缓解计划", "expected relief", "预计缓解时间或措施有变。", "When relief is expected, or by what."),
    "hours": Told("分时容量", "capacity by hour", "是否公布分时容量有变。", "Whether capacity by hour is published."),
    "basis": Told("计算依据", "basis", "计算依据有变。", "What the figures are computed from."),
    "description": Told("网格资料", "description", "名称、类别或归属有变。", "Name, class, branch or supply station."),
}
"""What of an area's published information differs from the release before."""
RELIEF = {
    "transformer": Told(
        "变压器增容或新增", "transformer", "计划增容或新增变压器。", "A transformer will be added or replaced."
    ),
    "line": Told("线路改造", "line works", "计划改造线路。", "Lines will be rebuilt."),
    "substation": Told("变电站扩建", "substation works", "计划扩建变电站。", "The substation will be extended."),
    "other": Told("电网改造", "grid works", "已列入电网改造计划。", "Grid works are planned."),
}
