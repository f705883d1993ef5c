"""The method statement's sections about figures: load rate, capacity, status, hours, queue."""

from __future__ import annotations

from capacity.disclosure.downloads.cells import plain_number
from capacity.disclosure.downloads.section import Section, sentences_of
from capacity.tables.policy_values import policy_value
from capacity.tables.public import words
from capacity.tables.release import ReleaseAbout
from capacity.tables.words import Word


def load_rate() -> Section:
    """Where the load rate comes from."""
    return Section(
        Word("负载率（P1、P2）", "Load rate (P1, P2)"),
        (
            Word(
                "配变：视在功率÷额定容量；线路：电流÷额定电流；取统计窗口内最高值。装有电表的按读数，其余按潮流仿真；"
                "每个网格的“计算依据”说明属于哪一种。",
                "Transformers: apparent power / rated power; lines: current / rated current; the highest of the "
                "window. From meter readings where there are meters, else from load flow; each area's “basis” says "
                "which.",
            ),
            Word(
                "缺少或不合格的读数按缺失处理，绝不当作零。只公布网格内最高负载率所在的区间。",
                "Missing or rejected readings are missing, never zero. Only the range of the area's highest load "
                "rate is published.",
            ),
        ),
    )


def capacity(about: ReleaseAbout) -> Section:
    """What an area can take."""
    k = policy_value(about.limits, "transformer_limit_percent")
    factor_zh, factor_en = (
        (f"k＝{plain_number(k)} %", f"k = {plain_number(k)} %") if k is not None else ("k 为允许负载率", "k: limit")
    )
    return Section(
        Word("可接入容量（P7、P8）", "Allowed capacity (P7, P8)"),
        (
            Word(
                f"每台公变：k×额定容量－最高负荷－已批未投申请的容量，小于零按零计（{factor_zh}）。",
                "Each public transformer: k × rated power − highest load − accepted applications not yet energised, "
                f"not below zero ({factor_en}).",
            ),
            Word(
                "网格：其在运公变合计；上级10千伏线路、变电站主变和电压不能同时承受的，按其能承受的总量计，"
                "“限制来源”说明由什么决定。",
                "An area: the sum over its public transformers in service, but no more than the 10 kV line, the "
                "substation and the voltages above can carry at the same time; “limit” says what decides.",
            ),
            Word(
                "同一线路（或主变）上的网格共用上级余量，各网格数值不能相加；“线路共用余量”为该线路上全部网格合计可接入的容量。",
                "Areas on one line (or substation) share what is left above them: figures of areas must not be added "
                "up; “left on its line” is what all areas of that line can take together.",
            ),
            Word(
                "部分配变数据不足时，其容量不计入，数值为下限（“为下限”）。",
                "Where transformers lack data they are not counted and the figure is a lower bound, marked as such.",
            ),
        ),
    )


def point(about: ReleaseAbout) -> Section:
    """What one supply point can take."""
    return Section(
        Word("单点可接入容量（P9、P10）", "One connection (P9, P10)"),
        (
            Word(
                "网格内任一供电点最大可接入的负荷，只公布区间；低压线路、配变、10千伏线路、主变和电压在窗口内任一时刻都不越限。"
                f"功率因数 {plain_number(about.power_factor)}，电压标准 {about.voltage_standard}。",
                "The largest load that any one supply point can take, as a range: LV lines, transformer, 10 kV line, "
                f"substation and voltage keep their limits at every step. Power factor "
                f"{plain_number(about.power_factor)}, voltage standard {about.voltage_standard}.",
            ),
            Word(
                "未计算节点容量的，取单台配变的余量。",
                "Where points were not computed, the room of a single transformer is taken.",
            ),
        ),
    )


def status(about: ReleaseAbout) -> Section:
    """What each status means."""
    mark = policy_value(about.limits, "pre_control")
    mark = mark if mark is not None else policy_value(about.limits, "pre_control_kva")
    edge_zh, edge_en = (
        (f"（配变允许接入容量合计小于 {plain_number(mark)} kVA）", f" (its transformers can take less than "
         f"{plain_number(mark)} kVA)") if mark is not None else ("", "")
    )  # fmt: skip
    added = {"pre_control": (edge_zh, edge_en)}
    told = [
        Word(
            f"{word.zh}{added.get(code, ('', ''))[0]}：{word.sentence_zh}",
            f"{word.en}{added.get(code, ('', ''))[1]}: {word.sentence_en}",
        )
        for code, word in words.STATUS.items()
    ]
    return Section(
        Word("网格状态（P5、P11）", "Status of an area (P5, P11)"),
        (
            *told,
            Word(
                "零、未知、不予公开是三回事：零是经核定没有余量，未知是数据不足，不予公开是为保护用户信息。",
                "Zero, unknown and withheld are three things: zero is found by calculation, unknown is for want of "
                "data, withheld is to protect customers.",
            ),
        ),
    )


def hours() -> Section:
    """The twelve by twenty-four figures."""
    return Section(
        Word("分时可接入容量（P16）", "Capacity by month and hour (P16)"),
        (
            Word(
                "每月、每小时的可接入容量，取该月该小时全部时刻中最不利的一刻；从不小于全年数值。空白为该时段没有数据，不是零。",
                "For each month and hour of the day what can be taken at the worst step of that cell; never below the "
                "figure of the year. An empty cell had no data; it is not zero.",
            ),
        ),
    )


def around() -> Section:
    """What is waiting, and when it gets better."""
    return Section(
        Word("排队申请与预计缓解", "Queue and expected relief"),
        (
            sentences_of(words.QUEUE["counted"]),
            Word(
                "预计缓解时间和措施取自已列入计划的电网改造项目；计划可能调整，空白为目前没有计划。",
                "Expected relief (month and kind of works) comes from scheduled grid projects; schedules may change, "
                "and an empty cell means that none is scheduled.",
            ),
        ),
    )
