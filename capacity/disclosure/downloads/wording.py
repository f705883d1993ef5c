"""What a cell says to a reader: words for codes, and for an empty cell which of unknown, withheld, none it is (P11)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import pandas as pd

from capacity.disclosure.downloads.cells import is_missing
from capacity.tables.public import ALL, words
from capacity.tables.public.words import PUBLICATION, STATUS, Told
from capacity.tables.release import ReleaseAbout
from capacity.tables.words import AREA_CLASS, CUSTOMER_KIND, LEVEL, ZERO_INVESTMENT, Word

Language = Literal["zh", "en"]
Say = Callable[[Word | Told], str]
"""How a word is put: in Chinese, in English, or in both."""

WITHHELD = Word(PUBLICATION["withheld"].zh, PUBLICATION["withheld"].en)
RANGE_ONLY = Word(PUBLICATION["band"].zh, PUBLICATION["band"].en)
UNKNOWN = Word(STATUS["no_data"].zh, STATUS["no_data"].en)
NOT_GIVEN = Word("未提供", "not given")
NOT_STATED = Word("未填", "not stated")
NOT_SCHEDULED = Word("未列入计划", "none scheduled")
NO_UPPER_END = Word("无上限", "no upper end")
NO_DATA_THEN = Word("无数据", "no data")
NOT_IN_IT = Word("上期没有", "not listed then")
NO_LONGER = Word("本期没有", "not listed now")
NOT_PROMISED = Word("不作承诺", "not promised")
NOT_OFFERED = Word("不提供", "not offered")
NONE = Word("—", "—")
YES, NO = Word("是", "yes"), Word("否", "no")

_CODES: dict[str, Mapping[str, Word | Told]] = {
    "publication": words.PUBLICATION,
    "withheld_reason": words.WITHHELD,
    "status": words.STATUS,
    "limit": words.LIMIT,
    "queue": words.QUEUE,
    "basis": words.BASIS,
    "parts": words.PART,
    "cause": words.CAUSE,
    "relief_kind": words.RELIEF,
    "area_class": AREA_CLASS,
    "customer_kind": CUSTOMER_KIND,
    "voltage": LEVEL,
    "zero_investment": ZERO_INVESTMENT,
}


def say_zh(word: Word | Told) -> str:
    """The word in Chinese."""
    return word.zh


def say_en(word: Word | Told) -> str:
    """The word in English."""
    return word.en


def say_both(word: Word | Told) -> str:
    """The word in Chinese and English; once where both are the same."""
    return word.zh if word.zh == word.en else f"{word.zh} {word.en}"


def codes_of(column: str) -> Mapping[str, Word | Told]:
    """The words of a public column's codes; empty where it holds none."""
    return _CODES.get(column.removesuffix("_before"), {})


def in_words(table: str, frame: pd.DataFrame, say: Say) -> pd.DataFrame:
    """A public table for a reader: codes and flags in words, empty cells by what they mean, numbers as numbers.

    Parameters
    ----------
    table : a key of ``tables.public.ALL``.
    frame : follows that schema.

    Returns
    -------
    A frame of objects (texts, ints, floats) of the same columns and rows. A moment is written ``YYYY-MM-DD``.
    """
    rows = frame.to_dict("records")
    return pd.DataFrame(
        {
            name: pd.Series([_cell(table, name, row, say) for row in rows], dtype=object)
            for name in ALL[table].columns
            if name in frame.columns
        }
    )


def _cell(table: str, column: str, row: Mapping[Any, Any], say: Say) -> str | float | int:
    value = row[column]
    if is_missing(value):
        return say(_MISSING[table](column, row))
    if isinstance(value, bool) or str(ALL[table].columns[column].dtype) == "boolean":
        return say(YES if value else NO)
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, str):
        codes = codes_of(column)
        told = [say(codes[code]) if code in codes else code for code in value.split(";")] if codes else [value]
        return "; ".join(told)
    return int(value) if float(value).is_integer() else float(value)


def _missing_in_areas(column: str, row: Mapping[Any, Any]) -> Word:
    if column in ("branch", "supply_station"):
        return NOT_STATED
    if row["publication"] == "withheld":
        return WITHHELD
    if column == "withheld_reason":
        return NONE
    if column in ("relief_month", "relief_kind"):
        return NOT_SCHEDULED
    if column.endswith(("_below_kva", "_below_percent")) and not is_missing(row[column.replace("_below_", "_from_")]):
        return NO_UPPER_END
    if column.startswith(("single_", "shar", "load_rate_")):
        return NOT_GIVEN
    return RANGE_ONLY if column == "allowed_kva" and row["publication"] == "band" else UNKNOWN


def _missing_in_changes(column: str, row: Mapping[Any, Any]) -> Word:
    before = column in ("publication_before", "status_before", "allowed_before_kva")
    publication = row["publication_before" if before else "publication"]
    if column == "parts":
        return NONE
    if is_missing(publication):
        return NOT_IN_IT if before else NO_LONGER
    if publication == "withheld":
        return WITHHELD
    return RANGE_ONLY if publication == "band" and "kva" in column else UNKNOWN


def _missing_in_branches(_column: str, _row: Mapping[Any, Any]) -> Word:
    return NOT_STATED


def _missing_in_hours(_column: str, _row: Mapping[Any, Any]) -> Word:
    return NO_DATA_THEN


def _missing_in_terms(column: str, _row: Mapping[Any, Any]) -> Word:
    return {"up_to_kw": NO_UPPER_END, "whole_process_days": NOT_PROMISED}.get(column, NOT_OFFERED)


_MISSING: dict[str, Callable[[str, Mapping[Any, Any]], Word]] = {
    "areas": _missing_in_areas,
    "hours": _missing_in_hours,
    "changes": _missing_in_changes,
    "branches": _missing_in_branches,
    "terms": _missing_in_terms,
}


def release_line(about: ReleaseAbout, language: Language) -> str:
    """One line that every file carries: release, as-of date, and whether the data are synthetic or old."""
    zh = [f"{about.release_id} 期", f"数据截至 {about.as_of}"]
    en = [f"release {about.release_id}", f"as of {about.as_of}"]
    for word in marks(about):
        zh.append(word.zh)
        en.append(word.en)
    return "；".join(zh) if language == "zh" else "; ".join(en)


SYNTHETIC = Word("合成数据，非真实电网", "synthetic data, not a real grid")


def marks(about: ReleaseAbout) -> list[Word]:
    """What a reader must not overlook: synthetic data, data older than allowed."""
    found = [SYNTHETIC] if about.synthetic else []
    if about.stale:
        days = about.rules.stale_after_days
        found.append(
            Word(
                f"数据陈旧：公布时已超过 {days} 天，现况可能不同",
                f"old data: more than {days} days old when published; things may have changed",
            )
        )
    return found
