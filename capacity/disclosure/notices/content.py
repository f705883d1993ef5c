"""What a notice says: its areas in words, the most restricted first, and the sentences around them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from capacity.disclosure.downloads.cells import is_missing, plain_number
from capacity.disclosure.downloads.wording import NOT_SCHEDULED, UNKNOWN, WITHHELD, marks
from capacity.tables.public import words
from capacity.tables.release import Release, ReleaseAbout
from capacity.tables.words import Word

STATES = ("blocked", "pre_control", "no_data", "withheld", "open")
"""The states of an area as a reader sees them, the most restricted first; they are also the order of the rows."""
DASH = Word("—", "—")
TITLE = Word("低压网格接入能力公示", "Connection capacity of LV grid areas")
HEADINGS = (
    Word("区域", "area"),
    Word("状态", "status"),
    Word("可接入容量", "capacity"),
    Word("受阻原因（限制来源）", "why (what limits it)"),
    Word("预计解决时间", "relief by"),
)
NO_FONT = Word(
    "",
    "No Chinese font was found on the computer that made this notice: it is in English, and areas stand by their "
    "public codes.",
)
NO_PHONE = Word("未填，请拨供电服务热线", "not stated: call the service line")


@dataclass(frozen=True)
class Row:
    """One area of a notice."""

    code: str
    name: str
    state: str
    capacity: Word
    why: Word
    relief: Word
    relief_short: Word


@dataclass(frozen=True)
class Notice:
    """One branch's notice. ``branch`` is None for areas whose branch is not stated; ``phone`` None where unknown."""

    number: int
    branch: str | None
    phone: str | None
    rows: tuple[Row, ...]
    counts: Mapping[str, int]


def notices_of(release: Release) -> list[Notice]:
    """One notice per branch, in the order of the branches' table."""
    told = []
    for number, branch in enumerate(release.branches.to_dict("records"), start=1):
        name = None if is_missing(branch["branch"]) else str(branch["branch"])
        mine = release.areas["branch"].isna() if name is None else release.areas["branch"].eq(name).fillna(False)
        rows = _rows(release.areas[mine])
        counts = {state: sum(row.state == state for row in rows) for state in STATES}
        phone = None if is_missing(branch["phone"]) else str(branch["phone"])
        told.append(Notice(number, name, phone, rows, counts))
    return told


def state_word(state: str) -> words.Told:
    """The words of a state: those of the status, or of being withheld."""
    return words.PUBLICATION["withheld"] if state == "withheld" else words.STATUS[state]


def _rows(areas: pd.DataFrame) -> tuple[Row, ...]:
    found = [
        (_row(area), "" if is_missing(area["supply_station"]) else str(area["supply_station"]))
        for area in areas.to_dict("records")
    ]
    found.sort(key=lambda pair: (STATES.index(pair[0].state), pair[1], pair[0].name, pair[0].code))
    return tuple(row for row, _ in found)


def _row(area: Mapping[Any, Any]) -> Row:
    withheld = area["publication"] == "withheld"
    state = "withheld" if withheld else str(area["status"])
    relief, short = _relief(area, state)
    return Row(str(area["area_code"]), str(area["name"]), state, capacity_of(area), _why(area), relief, short)


def capacity_of(area: Mapping[Any, Any]) -> Word:
    """The capacity of an area as it may be said: a figure, a range, unknown or withheld."""
    if area["publication"] == "withheld":
        return WITHHELD
    bound = "≥ " if not is_missing(area["allowed_is_lower_bound"]) and area["allowed_is_lower_bound"] else ""
    if not is_missing(area["allowed_kva"]):
        figure = f"{plain_number(area['allowed_kva'])} kVA"
        return Word(f"{bound}{figure}", f"{'at least ' if bound else ''}{figure}")
    if is_missing(area["allowed_from_kva"]) or area["publication"] != "band":
        return UNKNOWN
    low = plain_number(area["allowed_from_kva"])
    if is_missing(area["allowed_below_kva"]):
        return Word(f"{low} kVA 及以上", f"{low} kVA or more")
    high = plain_number(area["allowed_below_kva"])
    return Word(f"{low}–{high} kVA", f"{low}–{high} kVA")


def _why(area: Mapping[Any, Any]) -> Word:
    if area["publication"] == "withheld":
        told = words.WITHHELD[area["withheld_reason"]]
        return Word(told.zh, told.en)
    if is_missing(area["limit"]):
        return DASH
    told = words.LIMIT[area["limit"]]
    return Word(told.zh, told.en)


def _relief(area: Mapping[Any, Any], state: str) -> tuple[Word, Word]:
    """When it gets better and by what, and when alone."""
    if not is_missing(area["relief_month"]):
        month = str(area["relief_month"])
        kind = words.RELIEF.get(str(area["relief_kind"])) if not is_missing(area["relief_kind"]) else None
        short = Word(month, month)
        return (Word(f"{month} {kind.zh}", f"{month} {kind.en}") if kind else short), short
    none = NOT_SCHEDULED if state in ("blocked", "pre_control") else DASH
    return none, none


def left_out(rows: tuple[Row, ...], shown: int) -> Word | None:
    """The sentence about the areas that did not fit, by state; None where all did."""
    rest = rows[shown:]
    if not rest:
        return None
    counts = [(state_word(state), sum(row.state == state for row in rest)) for state in STATES]
    zh = "、".join(f"{word.zh} {count} 个" for word, count in counts if count)
    en = ", ".join(f"{count} {word.en}" for word, count in counts if count)
    return Word(
        f"另有 {len(rest)} 个网格（{zh}）见网站公布的接入能力图；本页先列受阻的。",
        f"{len(rest)} more areas ({en}) are not on this page: see the capacity map on the website. "
        "The restricted ones come first here.",
    )


def glossary(rows: Sequence[Row]) -> Word:
    """The words of the reasons and works that occur, with their English: for tables without subtitles."""
    works = [Word(word.zh, word.en) for word in words.RELIEF.values()]
    told = {row.why.zh: row.why.en for row in rows if row.why is not DASH}
    told |= {word.zh: word.en for word in (NOT_SCHEDULED, *works) if _occurs(word.zh, rows)}
    text = " · ".join(f"{zh} {en}" for zh, en in told.items())
    return Word(text, text)


def _occurs(zh: str, rows: Sequence[Row]) -> bool:
    return any(row.relief.zh.endswith(zh) for row in rows)


def remarks(about: ReleaseAbout) -> list[Word]:
    """How to read the table, in few sentences."""
    step = plain_number(about.rules.rounding_kva)
    return [
        Word(
            f"容量向下取整到 {step} kVA；“≥”表示至少；有的网格只公布区间。同一线路上的网格共用余量，数值不能相加。",
            f"Figures are rounded down to {step} kVA; some areas give a range only. Areas on one line share what it "
            "has left: do not add them up.",
        ),
        Word(
            "受阻（0 kVA）、未知、不予公开是三回事：未知是数据不足，不予公开是为保护用户信息，都不表示没有容量。",
            "Blocked (0 kVA), unknown and withheld differ: unknown lacks data, withheld protects customers; neither "
            "means that there is no capacity.",
        ),
        Word(
            "本公示供参考，不是供电承诺；能否接入以对具体申请的答复为准。",
            "For information; no promise of supply. What counts is the answer to an application.",
        ),
    ]


def branch_word(branch: str | None) -> Word:
    """The name of a branch, or that it is not stated."""
    return Word(branch, branch) if branch else Word("分公司未填的网格", "areas whose branch is not stated")


def days_of(about: ReleaseAbout) -> Word:
    """As-of date, day of publication, release."""
    return Word(
        f"数据截至 {about.as_of}　公布于 {about.published_on}　{about.release_id} 期",
        f"as of {about.as_of}, published on {about.published_on}, release {about.release_id}",
    )


def meaning_of(state: str) -> Word:
    """A state and what it means for a customer."""
    told = state_word(state)
    return Word(f"{told.zh}：{told.sentence_zh}", f"{told.en}: {told.sentence_en}")


def phones_of(notice: Notice, about: ReleaseAbout) -> list[tuple[Word, str | None]]:
    """Whom to call: the regulator, the company and, where there is one, the branch; None where a number is unknown."""
    branch = branch_word(notice.branch)
    numbers = [
        (Word("能源监管热线", "energy regulator"), about.services.get("regulator")),
        (Word("供电服务热线", "the company's service line"), about.services.get("company")),
    ]
    if notice.branch is not None:
        numbers.append((Word(f"{branch.zh}服务电话", "service number of the branch"), notice.phone))
    return numbers


def words_on(notice: Notice, about: ReleaseAbout) -> Iterator[Word]:
    """Everything that may be written on a notice: its font is cut to these signs."""
    yield from (TITLE, *HEADINGS, NO_PHONE, DASH, branch_word(notice.branch), days_of(about))
    yield Word(about.title_zh, about.title_en)
    yield from marks(about)
    yield from remarks(about)
    for label, number in phones_of(notice, about):
        yield from (label, Word(number or "", ""))
    for state in STATES:
        yield meaning_of(state)
    yield glossary(notice.rows)
    for row in notice.rows:
        yield from (Word(row.name, row.code), row.capacity, row.why, row.relief, row.relief_short)
    rest = left_out(notice.rows, 0)
    if rest is not None:
        yield rest
