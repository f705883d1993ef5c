"""The method statement's sections about publishing: what it is, rounding, withholding, changes, files."""

from __future__ import annotations

from capacity.disclosure.downloads.cells import plain_number
from capacity.disclosure.downloads.section import Section, sentences_of
from capacity.disclosure.downloads.wording import marks
from capacity.tables.policy_values import policy_word
from capacity.tables.public import words
from capacity.tables.release import ReleaseAbout
from capacity.tables.words import Word


def what(about: ReleaseAbout) -> Section:
    """Which release of what this is."""
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


def rounding(about: ReleaseAbout) -> Section:
    """How figures are rounded and put in ranges."""
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
                f"{_list(rules.load_rate_bands_percent)} %. A range includes its lower end, not its upper one, and "
                "holds the figure before rounding.",
            ),
        ),
    )


def withheld(about: ReleaseAbout) -> Section:
    """What is not shown, and why."""
    rules = about.rules
    few, share = rules.fewest_customers, plain_number(rules.largest_share_percent)
    return Section(
        Word("不予公开与仅公开区间（P23）", "What is withheld, and what is given as a range (P23)"),
        (
            Word(
                f"用户少于 {few} 户，或单个用户超过 {share} %，或用户资料不全（有合同容量的用户不足 "
                f"{plain_number(rules.stated_contracts_percent)} %）的网格，不予公开；网格仍列出并说明原因。",
                f"An area with fewer than {few} customers, with one customer above {share} %, or whose customers are "
                f"not known (contracts on record for less than {plain_number(rules.stated_contracts_percent)} %) is "
                "withheld; it is listed all the same, with the reason.",
            ),
            *(
                Word(f"{word.zh}：{word.sentence_zh}", f"{word.en}: {word.sentence_en}")
                for word in words.WITHHELD.values()
            ),
            Word(
                "两期之间的差值遵守同样的规则：若相减能得知少数用户的用电，本期只公布区间。",
                "Differences between releases obey the same rule: where a subtraction would reveal a few customers, "
                "only the range is given.",
            ),
            sentences_of(words.PUBLICATION["withheld"]),
        ),
    )


def changes(about: ReleaseAbout) -> Section:
    """How changes are told and gated."""
    rules = about.rules
    since, kva, percent = about.previous_id, plain_number(rules.jump_kva), plain_number(rules.jump_percent)
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
                f"变动超过 {kva} kVA 且超过 {percent} %、又不能由设备、申请或规则变动解释的，经逐个核准后才公布。",
                f"A move beyond {kva} kVA and {percent} % that equipment, "
                "applications and rules do not explain is published only after it was approved.",
            ),
        ),
    )


def polygons(about: ReleaseAbout) -> Section:
    """Where the boundaries come from."""
    cell_m = plain_number(about.rules.derived_cell_m)
    return Section(
        Word("网格边界", "Polygons"),
        (
            Word(
                f"WGS 84 经纬度，五位小数。没有划定边界的网格，由程序按约 {cell_m} 米的方格概略画出。"
                "边界只表示大致供电范围，不是权属界线；没有边界的网格只列在表中。",
                "Longitude and latitude (WGS 84), five decimals. Areas without a drawn boundary are outlined roughly "
                f"on a grid of about {cell_m} m. A polygon shows about where an area is supplied; "
                "it is no legal boundary. Areas without a polygon stand in the tables alone.",
            ),
        ),
    )


def not_promised() -> Section:
    """What nobody should read into the figures."""
    return Section(
        Word("这些数据不是什么", "What the figures are not"),
        (
            Word(
                "不是供电承诺，也不是供电方案：能否接入以对具体申请的答复为准；公布之后可能有其他申请先行占用。",
                "They are no offer and no promise: what counts is the answer to an application, and others may have "
                "taken the capacity since.",
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


def values(about: ReleaseAbout) -> Section:
    """The limits that the figures rest on."""
    listed = []
    for name, value in about.limits.items():
        word = policy_word(name)
        listed.append(Word(f"{word.zh}：{plain_number(value)}", f"{word.en or name}: {plain_number(value)}"))
    return Section(Word("所用限值", "Limits used"), tuple(listed))


def files() -> Section:
    """Which file is for whom."""
    return Section(
        Word("文件", "Files"),
        (
            Word(
                "areas.csv 等：供程序使用，字段名与代码不变，空白为缺失；areas.zh.csv、areas.en.csv 等：供阅读，代码"
                "译成文字。各列含义见 dictionary.csv，代码见 codes.csv。",
                "areas.csv and the like are for programs: names and codes stay, an empty cell is missing. "
                "areas.zh.csv, areas.en.csv and the like are for readers. Columns: dictionary.csv; codes: codes.csv.",
            ),
            Word(
                "hours.csv：每个网格每月一行，h00_kva 至 h23_kva 为该月各小时的容量。",
                "hours.csv has a row per area and month; h00_kva to h23_kva are the hours of the day.",
            ),
            Word(
                "CSV 中以 = + - @ 等符号开头的文字，前面加了一个单引号，以免被表格软件当作公式；供阅读的文件中，"
                "会被当作数字而改变的编号和电话也是如此。",
                "In CSV files a text that begins with = + - @ or the like has an apostrophe before it, so that no "
                "spreadsheet takes it for a formula; in those for readers so have codes and telephone numbers that it "
                "would alter as numbers.",
            ),
        ),
    )


def contact(about: ReleaseAbout) -> Section:
    """Whom to call."""
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


def _list(values: tuple[float, ...]) -> str:
    return ", ".join(plain_number(value) for value in values)
