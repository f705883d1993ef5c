"""What ``capacity plan`` is asked for, in numbers: years, budgets, months without outages; every fault at once."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from capacity.cli.language import word
from capacity.cli.scenarios import RELATIVE_BELOW, YEARS
from capacity.tables.words import Word

if TYPE_CHECKING:
    from capacity.tables.case import Case
    from capacity.tables.scenario import Scenario

_HEADINGS = (("year", "年度", "年份"), ("budget_yuan", "budget", "预算"))


@dataclass(frozen=True)
class Asked:
    """Options as they were typed."""

    years: str | None = None
    budgets: Sequence[str] = ()
    budget_file: Path | None = None
    no_outages: str | None = None


@dataclass(frozen=True)
class Meant:
    """The same in numbers.

    ``years`` empty: those of the horizon, or the present. ``budget_yuan`` None: no budget is stated, which is not a
    budget of zero.
    """

    years: tuple[int, ...]
    budget_yuan: dict[int, float] | None
    no_outage_months: frozenset[int]


@dataclass
class _Reader:
    """Turns text into numbers, and keeps what cannot be."""

    base: int
    faults: list[Word] = field(default_factory=list)

    def wrong(self, zh: str, en: str) -> None:
        self.faults.append(Word(zh, en))


def meant(asked: Asked, case: Case, scenario: Scenario | None) -> Meant:
    """What the options mean for this case.

    Raises
    ------
    typer.BadParameter
        With everything that cannot be understood, or cannot be.
    """
    reader = _Reader(case.settings.as_of.year)
    years = _years(reader, asked.years, scenario)
    budget = _budget(reader, asked)
    months = _months(reader, asked.no_outages)
    if reader.faults:
        raise typer.BadParameter("\n".join(word(fault) for fault in reader.faults))
    return Meant(years, budget, months)


def _years(reader: _Reader, text: str | None, scenario: Scenario | None) -> tuple[int, ...]:
    base = reader.base
    if text is None:
        return ()
    if scenario is None:
        reader.wrong(
            "未指定情景时只规划现状，--years 须与 --scenario 同用",
            "without a scenario the present grid is planned for: --years needs --scenario",
        )
    years: set[int] = set()
    for part in text.replace("，", ",").split(","):
        found = YEARS.fullmatch(part.strip())
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
        if last < first:
            reader.wrong(
                f"无法理解年份“{part.strip()}”，请写成 2027-2036 或 1-10",
                f"'{part.strip()}' is no span of years; write 2027-2036 or 1-10",
            )
        years |= {year + base if year < RELATIVE_BELOW else year for year in range(first, min(last, 9999) + 1)}
    early = sorted(year for year in years if year < base)
    if early:
        listed = ", ".join(map(str, early))
        reader.wrong(f"年份 {listed} 早于算例截止日所在的 {base} 年", f"{listed}: before {base}, the year of the case")
    return tuple(sorted(years))


def _budget(reader: _Reader, asked: Asked) -> dict[int, float] | None:
    if not asked.budgets and asked.budget_file is None:
        return None
    budget: dict[int, float] = {}
    for where, year_text, amount_text in (*_typed(asked.budgets), *_filed(reader, asked.budget_file)):
        year, amount = _whole(year_text), _amount(amount_text)
        if year is None or amount is None:
            reader.wrong(
                f"无法理解预算“{where}”，请写成 2027=3000000（元，不小于 0）",
                f"'{where}' is no budget; write 2027=3000000 (CNY, not below 0)",
            )
        elif year < reader.base:
            reader.wrong(
                f"预算年度 {year} 早于算例截止日所在的 {reader.base} 年",
                f"budget of {year}: before {reader.base}, the year of the case",
            )
        elif year in budget:
            reader.wrong(f"{year} 年的预算出现多次", f"there is more than one budget for {year}")
        else:
            budget[year] = amount
    return budget


def _typed(texts: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    for text in texts:
        year, _, amount = text.partition("=")
        yield text, year, amount


def _filed(reader: _Reader, file: Path | None) -> Iterator[tuple[str, str, str]]:
    """Rows of a budget file: ``year`` and ``budget_yuan``, headed in either language."""
    if file is None:
        return
    try:
        rows = list(csv.reader(file.read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error) as why:
        reader.wrong(f"无法读取预算文件“{file}”：{why}", f"the budget file '{file}' cannot be read: {why}")
        return
    headings = [cell.strip().lower() for cell in rows[0]] if rows else []
    places = [next((headings.index(name) for name in names if name in headings), None) for names in _HEADINGS]
    year_at, amount_at = places
    if year_at is None or amount_at is None:
        reader.wrong(
            f"预算文件“{file}”首行须有列名 year（年度）和 budget_yuan（预算）",
            f"the first row of the budget file '{file}' must name the columns year and budget_yuan",
        )
        return
    for number, row in enumerate(rows[1:], start=2):
        if any(cell.strip() for cell in row):
            year, amount = (row[at] if at < len(row) else "" for at in (year_at, amount_at))
            yield f"{file.name}:{number} {year}={amount}", year, amount


def _whole(text: str) -> int | None:
    return int(text) if re.fullmatch(r"\s*\d{4}\s*", text) else None


def _amount(text: str) -> float | None:
    try:
        amount = float(re.sub(r"[,，\s]", "", text))
    except ValueError:
        return None
    return amount if math.isfinite(amount) and amount >= 0.0 else None


def _months(reader: _Reader, text: str | None) -> frozenset[int]:
    months: set[int] = set()
    for part in (text or "").replace("，", ",").split(",") if text else ():
        if re.fullmatch(r"\s*(0?[1-9]|1[0-2])\s*", part):
            months.add(int(part))
        else:
            reader.wrong(
                f"无法理解月份“{part.strip()}”，请写成 1,2,7（1–12）",
                f"'{part.strip()}' is no month; write 1,2,7 (1 to 12)",
            )
    return frozenset(months)
