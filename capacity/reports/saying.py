"""Figures as they are told: rounded so that they promise nothing, with unknown never told as zero."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from capacity.tables.report import NOT_APPLICABLE, UNKNOWN, Column
from capacity.tables.words import Word
from capacity.units import rounded_down

YUAN_PER_UNIT = 10_000.0
YUAN_UNIT = Word("万元", "10⁴ CNY")
KVA = Word("kVA", "kVA")
PERCENT = Word("%", "%")
COUNT = Word("个", "number")
MANY_NAMES = 6
_NO_UNIT = ("", "1")


def same(text: object) -> Word:
    """A text that is the same in both languages: an id, a date, a figure."""
    return Word(str(text), str(text))


def missing(value: object) -> bool:
    """Whether there is no value."""
    return value is None or bool(pd.isna(value))


def number(value: Any, digits: int = 0, *, otherwise: Word = UNKNOWN) -> Word:
    """A figure with thousands separators."""
    return otherwise if missing(value) else same(f"{float(value):,.{digits}f}")


def floor(value: Any, digits: int = 0, *, otherwise: Word = UNKNOWN) -> Word:
    """A capacity or a load rate, never above itself."""
    return otherwise if missing(value) else same(f"{rounded_down(float(value), digits):,.{digits}f}")


def yuan(value: Any, *, otherwise: Word = UNKNOWN) -> Word:
    """An amount of CNY in units of 10,000, with one decimal."""
    return otherwise if missing(value) else same(f"{float(value) / YUAN_PER_UNIT:,.1f}")


def day(value: Any, *, otherwise: Word = UNKNOWN) -> Word:
    """A date."""
    return otherwise if missing(value) else same(f"{pd.Timestamp(value):%Y-%m-%d}")


def month(value: Any, *, otherwise: Word = UNKNOWN) -> Word:
    """A month."""
    return otherwise if missing(value) else same(f"{pd.Timestamp(value):%Y-%m}")


def stated(value: Any, *, otherwise: Word = NOT_APPLICABLE) -> Word:
    """A text of a table."""
    return otherwise if missing(value) or str(value) == "" else same(value)


def coded(value: Any, words: dict[str, Word], *, otherwise: Word = NOT_APPLICABLE) -> Word:
    """The words of a code; the code itself where there are none."""
    return otherwise if missing(value) else words.get(str(value), same(value))


def pair(row: Any, name: str) -> Word:
    """The sentence of columns ``<name>_zh`` and ``<name>_en`` of a row."""
    zh, en = row[f"{name}_zh"], row[f"{name}_en"]
    return Word("" if missing(zh) else str(zh), "" if missing(en) else str(en))


def joined(words: Iterable[Word], zh: str = "，", en: str = ", ") -> Word:
    """Several texts as one."""
    told = [word for word in words if word.zh or word.en]
    return Word(zh.join(word.zh for word in told), en.join(word.en for word in told))


def with_unit(figure: Word, unit: Word) -> Word:
    """A figure and its unit; the figure alone where it is not known or has no unit."""
    if figure in (UNKNOWN, NOT_APPLICABLE) or unit.zh in _NO_UNIT:
        return figure
    return Word(f"{figure.zh} {unit.zh}", f"{figure.en} {unit.en}")


def listed(names: Sequence[str], most: int = MANY_NAMES) -> Word:
    """The first of some ids, and how many more there are."""
    shown, more = list(names[:most]), len(names) - most
    if not names:
        return Word("无", "none")
    zh, en = "、".join(shown), ", ".join(shown)
    return Word(f"{zh} 等 {len(names)} 个", f"{en} and {more} more") if more > 0 else Word(zh, en)


def exact(value: Any, *, otherwise: Word = UNKNOWN) -> Word:
    """A count as it is, anything else with one decimal."""
    return number(value, 0 if not missing(value) and float(value).is_integer() else 1, otherwise=otherwise)


def at_least(value: Any, bound: bool) -> Word:
    """A capacity, rounded down; with ≥ where some of what it consists of is not known."""
    figure = floor(value)
    return same(f"≥ {figure.en}") if bound and figure != UNKNOWN else figure


def span(years: Sequence[int]) -> str:
    """``2027–2036``, or the one year that there is."""
    return f"{years[0]}–{years[-1]}" if years[0] != years[-1] else str(years[0])


def ids(text: Any) -> list[str]:
    """The ids of a column that separates them by ``;``."""
    return [] if missing(text) else [part.strip() for part in str(text).split(";") if part.strip()]


def column(zh: str, en: str, share: float = 1.0, *, right: bool = False, unit: Word | None = None) -> Column:
    """A column of a table, its unit in the heading."""
    heading = Word(zh, en) if unit is None else Word(f"{zh}（{unit.zh}）", f"{en} ({unit.en})")
    return Column(heading, share, right)


def value_or_none(value: Any) -> float | None:
    """A value for a picture."""
    return None if missing(value) else float(value)


def counted(number_of: int, zh: str, one: str, several: str = "") -> Word:
    """``3 个网格`` and ``3 areas``, ``1 area``."""
    return Word(f"{number_of:,} {zh}", f"{number_of:,} {one if number_of == 1 else several or one + 's'}")


def keyed(key: str, found: Iterable[Word]) -> tuple[Word, ...]:
    """Findings with the key of their source before them."""
    return tuple(Word(f"[{key}] {one.zh}", f"[{key}] {one.en}") for one in found)
