"""How the figures come about, what is withheld and why, and what they are not: in the release's own values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from capacity.disclosure.downloads.cells import plain_number
from capacity.disclosure.downloads.download import Download
from capacity.disclosure.downloads.licence import licence_sentences
from capacity.disclosure.downloads.wording import marks
from capacity.tables.policy_values import policy_value, policy_word
from capacity.tables.public import words
from capacity.tables.public.words import Told
from capacity.tables.release import Release, ReleaseAbout
from capacity.tables.words import Word


@dataclass(frozen=True)
class Section:
    """A heading and its sentences, each in Chinese and English."""

    title: Word
    sentences: tuple[Word, ...]


def about_record(about: ReleaseAbout) -> dict[str, Any]:
    """What the release says about itself, as JSON values."""
    record: dict[str, Any] = about.model_dump(mode="json")
    return record


def write_method(release: Release, folder: Path) -> list[Download]:
    """Write ``method.zh.txt`` and ``method.en.txt``."""
    sections = method_of(release.about)
    for language in ("zh", "en"):
        lines = [f"{release.about.title_zh}" if language == "zh" else release.about.title_en, ""]
        for number, section in enumerate(sections, start=1):
            lines += [f"{number}. {_in(section.title, language)}"]
            lines += [f"   {_in(sentence, language)}" for sentence in section.sentences]
            lines += [""]
        (folder / f"method.{language}.txt").write_text("\r\n".join(lines), encoding="utf-8-sig", newline="")
    return [
        Download("method.zh.txt", "方法说明（中文）", "method statement (in Chinese)", "txt"),
        Download("method.en.txt", "方法说明（英文）", "method statement (in English)", "txt"),
    ]


def _in(word: Word, language: str) -> str:
    return word.zh if language == "zh" else word.en


def method_of(about: ReleaseAbout) -> tuple[Section, ...]:
    """The method statement, section by section."""
    return (
        _what(about),
        _load_rate(about),
        _capacity(about),
        _point(about),
        _status(about),
        _hours(),
        _around(),
        _rounding(about),
        _withheld(about),
        _changes(about),
        _polygons(about),
        _not(),
        _values(about),
        _files(),
        Section(Word("使用许可", "Licence"), tuple(licence_sentences(about)[1:5])),
        _contact(about),
    )


def _what(about: ReleaseAbout) -> Section:
    days = (about.published_on - about.as_of).days
    return Section(
        Word("这是什么", "What this is"),
        (
            Word(
                f"低压网格接入能力公开数据，{about.release_id} 期；数据截至 {about.as_of}，公布于 {about.published_on}"
                f"（其间 {days} 天）；统计窗口 {about.window_start} 至 {about.window_end}（P21、P22）。",
                f"Published connection capacity of LV grid areas, release {about.release_id}; as of {about.as_of}, "
                f"published on {about.published_on} ({days} days later); window {about.window_start} to "
                f"{about.window_end} (P21, P22).",
            ),
            Word(
                f"共 {about.areas_total} 个网格，其中 {about.areas_withheld} 个不予公开。"
                f"规则依据：{about.policy_title_zh}（{about.policy}）；P 编号为规则编号。",
                f"{about.areas_total} areas, {about.areas_withheld} of them withheld. Rules: {about.policy_title_en} "
                f"({about.policy}); P and a number name a rule.",
            ),
            *(Word(f"注意：{word.zh}。", f"Note: {word.en}.") for word in marks(about)),
        ),
    )


def _load_rate(about: ReleaseAbout) -> Section:
    return Section(
        Word("负载率（P1、P2）", "Load rate (P1, P2)"),
        (
            Word(
                "配变：视在功率÷额定容量；线路：电流÷额定电流；取统计窗口内最高值。装有电表的按读数，其余按潮流仿真；每个网格的“计算依据”说明属于哪一种。",
                "Transformers: apparent power / rated power; lines: current / rated current; the highest of the window. "
                "From meter readings where there are meters, else from load flow; each area's “basis” says which.",
            ),
            Word(
                "缺少或不合格的读数按缺失处理，绝不当作零。只公布网格内最高负载率所在的区间。",
                "Missing or rejected readings are missing, never zero. Only the range of the area's highest load rate is "
                "published.",
            ),
        ),
    )


def _capacity(about: ReleaseAbout) -> Section:
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
                "网格：其在运公变合计；上级10千伏线路、变电站主变和电压不能同时承受的，按其能承受的总量计，“限制来源”说明由什么决定。",
                "An area: the sum over its public transformers in service, but no more than the 10 kV line, the "
                "substation and the voltages above can carry at the same time; “limit” says what decides.",
            ),
            Word(
                "同一线路（或主变）上的网格共用上级余量，各网格数值不能相加；“线路共用余量”为该线路上全部网格合计可接入的容量。",
                "Areas on one line (or substation) share what is left above them: figures of areas must not be added up; "
                "“left on its line” is what all areas of that line can take together.",
            ),
            Word(
                "部分配变数据不足时，其容量不计入，数值为下限（“为下限”）。",
                "Where transformers lack data they are not counted and the figure is a lower bound, marked as such.",
            ),
        ),
    )


def _point(about: ReleaseAbout) -> Section:
    return Section(
        Word("单点可接入容量（P9、P10）", "One connection (P9, P10)"),
        (
            Word(
                "网格内任一供电点最大可接入的负荷，只公布区间；低压线路、配变、10千伏线路、主变和电压在窗口内任一时刻都不越限。"
                f"功率因数 {plain_number(about.power_factor)}，电压标准 {about.voltage_standard}。",
                "The largest load that any one supply point can take, as a range: LV lines, transformer, 10 kV line, "
                f"substation and voltage keep their limits at every step. Power factor {plain_number(about.power_factor)}, "
                f"voltage standard {about.voltage_standard}.",
            ),
            Word(
                "未计算节点容量的，取单台配变的余量。",
                "Where points were not computed, the room of a single transformer is taken.",
            ),
        ),
    )


def _status(about: ReleaseAbout) -> Section:
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
                "Zero, unknown and withheld are three things: zero is found by calculation, unknown is for want of data, "
                "withheld is to protect customers.",
            ),
        ),
    )


def _hours() -> Section:
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


def _around() -> Section:
    return Section(
        Word("排队申请与预计缓解", "Queue and expected relief"),
        (
            _both_of(words.QUEUE["counted"]),
            Word(
                "预计缓解时间和措施取自已列入计划的电网改造项目；计划可能调整，空白为目前没有计划。",
                "Expected relief (month and kind of works) comes from scheduled grid projects; schedules may change, "
                "and an empty cell means that none is scheduled.",
            ),
        ),
    )


def _rounding(about: ReleaseAbout) -> Section:
    rules = about.rules
    return Section(
        Word("取整与区间（P23）", "Rounding and ranges (P23)"),
        (
            Word(
                f"容量向下取整到 {plain_number(rules.rounding_kva)} kVA 的整数倍，从不向上。",
                f"Capacities are rounded down to a multiple of {plain_number(rules.rounding_kva)} kVA, never up.",
            ),
            Word(
                f"容量区间下限（kVA）：{_list(rules.capacity_bands_kva)}；负载率区间下限（%）："
                f"{_list(rules.load_rate_bands_percent)}。区间含下限，不含上限，按未取整的数值划分。",
                f"Ranges of capacity begin at {_list(rules.capacity_bands_kva)} kVA, of load rate at "
                f"{_list(rules.load_rate_bands_percent)} %. A range includes its lower end, not its upper one, and holds the "
                "figure before rounding.",
            ),
        ),
    )


def _withheld(about: ReleaseAbout) -> Section:
    rules = about.rules
    few, share = rules.fewest_customers, plain_number(rules.largest_share_percent)
    return Section(
        Word("不予公开与仅公开区间（P23）", "What is withheld, and what is given as a range (P23)"),
        (
            Word(
                f"用户少于 {few} 户，或单个用户超过 {share} %，或用户资料不全（有合同容量的用户不足 "
                f"{plain_number(rules.stated_contracts_percent)} %）的网格，不予公开；网格仍列出并说明原因。",
                f"An area with fewer than {few} customers, with one customer above {share} %, or whose customers are not "
                f"known (contracts on record for less than {plain_number(rules.stated_contracts_percent)} %) is withheld; it is "
                "listed all the same, with the reason.",
            ),
            *(
                Word(f"{word.zh}：{word.sentence_zh}", f"{word.en}: {word.sentence_en}")
                for word in words.WITHHELD.values()
            ),
            Word(
                "两期之间的差值遵守同样的规则：若相减能得知少数用户的用电，本期只公布区间。",
                "Differences between releases obey the same rule: where a subtraction would reveal a few customers, only "
                "the range is given.",
            ),
            _both_of(words.PUBLICATION["withheld"]),
        ),
    )


def _changes(about: ReleaseAbout) -> Section:
    rules = about.rules
    since = about.previous_id
    return Section(
        Word("变动说明（P22）", "Changes (P22)"),
        (
            Word(
                f"与 {since} 期相比，只比较两期都公布的内容，并给出主要原因。"
                if since
                else "首次公布，没有可比的上期。",
                f"Against release {since}; only what both publish is compared, and the main cause is given."
                if since
                else "The first release: there is none to compare with.",
            ),
            Word(
                f"变动超过 {plain_number(rules.jump_kva)} kVA 且超过 {plain_number(rules.jump_percent)} %、又不能由设备、"
                "申请或规则变动解释的，经逐个核准后才公布。",
                f"A move beyond {plain_number(rules.jump_kva)} kVA and {plain_number(rules.jump_percent)} % that equipment, "
                "applications and rules do not explain is published only after it was approved.",
            ),
        ),
    )


def _polygons(about: ReleaseAbout) -> Section:
    return Section(
        Word("网格边界", "Polygons"),
        (
            Word(
                f"WGS 84 经纬度，五位小数。没有划定边界的网格，由程序按约 {plain_number(about.rules.derived_cell_m)} 米的方格概略画出。"
                "边界只表示大致供电范围，不是权属界线；没有边界的网格只列在表中。",
                "Longitude and latitude (WGS 84), five decimals. Areas without a drawn boundary are outlined roughly on a grid "
                f"of about {plain_number(about.rules.derived_cell_m)} m. A polygon shows about where an area is supplied; "
                "it is no legal boundary. Areas without a polygon stand in the tables alone.",
            ),
        ),
    )


def _not() -> Section:
    return Section(
        Word("这些数据不是什么", "What the figures are not"),
        (
            Word(
                "不是供电承诺，也不是供电方案：能否接入以对具体申请的答复为准；公布之后可能有其他申请先行占用。",
                "They are no offer and no promise: what counts is the answer to an application, and others may have taken "
                "the capacity since.",
            ),
            Word(
                "网格数值不是每一点都能接入的容量：单点还受低压线路和电压限制。",
                "An area's figure cannot be taken at each of its points: LV lines and voltage limit a single point.",
            ),
            Word(
                "只针对用电负荷，不是分布式电源的可接入容量；不含对未来负荷增长的预测。",
                "They are for load, not for generation, and hold no forecast of growth.",
            ),
        ),
    )


def _values(about: ReleaseAbout) -> Section:
    listed = []
    for name, value in about.limits.items():
        word = policy_word(name)
        listed.append(Word(f"{word.zh}：{plain_number(value)}", f"{word.en or name}: {plain_number(value)}"))
    return Section(Word("所用限值", "Limits used"), tuple(listed))


def _files() -> Section:
    return Section(
        Word("文件", "Files"),
        (
            Word(
                "areas.csv 等：供程序使用，字段名与代码不变，空白为缺失；areas.zh.csv、areas.en.csv 等：供阅读，代码译成文字。"
                "各列含义见 dictionary.csv，代码见 codes.csv。",
                "areas.csv and the like are for programs: names and codes stay, an empty cell is missing. areas.zh.csv, "
                "areas.en.csv and the like are for readers. Columns: dictionary.csv; codes: codes.csv.",
            ),
            Word(
                "hours.csv：每个网格每月一行，h00_kva 至 h23_kva 为该月各小时的容量。",
                "hours.csv has a row per area and month; h00_kva to h23_kva are the hours of the day.",
            ),
            Word(
                "CSV 中以 = + - @ 等符号开头的文字，前面加了一个单引号，以免被表格软件当作公式。",
                "In CSV files a text that begins with = + - @ or the like has an apostrophe before it, so that no "
                "spreadsheet takes it for a formula.",
            ),
        ),
    )


def _contact(about: ReleaseAbout) -> Section:
    return Section(Word("联系电话", "Service numbers"), tuple(service_sentences(about)))


def service_sentences(about: ReleaseAbout) -> list[Word]:
    """Telephone numbers, the regulator's first; one sentence each."""
    known = {
        "regulator": Word("能源监管热线", "energy regulator"),
        "company": Word("供电服务热线", "the company's service line"),
    }
    return [
        Word(f"{known[name].zh}：{phone}", f"{known[name].en}: {phone}")
        if name in known
        else Word(f"{name}：{phone}", f"{name}: {phone}")
        for name, phone in about.services.items()
    ]


def _both_of(word: Told) -> Word:
    return Word(word.sentence_zh, word.sentence_en)


def _list(values: tuple[float, ...]) -> str:
    return ", ".join(plain_number(value) for value in values)
