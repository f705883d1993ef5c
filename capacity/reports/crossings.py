"""Which areas will raise a rule first in a scenario, and how likely that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from capacity.reports import saying
from capacity.reports.saying import column, joined, same
from capacity.tables.matrix import TRIGGER
from capacity.tables.report import NOT_APPLICABLE, Block, Grid, MatrixInput, Paragraph
from capacity.tables.words import Word

_LIKELY_PERCENT, _MOST_AREAS = 50.0, 12
_CROSSING = ("p4", "p6", "p5", "p10")


def blocks_of(one: MatrixInput, names: Mapping[str, str], source: Word) -> list[Block]:
    """Per scenario: areas that raise a rule from the first year on, and those that do so later, the soonest first."""
    blocks: list[Block] = []
    first_year = min(one.record.years)
    for scenario in one.record.scenarios:
        found = crossings_of(one.outlook[one.outlook["scenario"].eq(scenario)])
        now = [crossing for crossing in found if crossing.likely == first_year]
        later = [crossing for crossing in found if crossing.likely != first_year]
        title = Word(f"情景 {scenario}", f"Scenario {scenario}")
        blocks.append(Paragraph(_from_the_first_year(now, title, first_year)))
        if later:
            blocks.append(_later_crossings(one, later, title, names, source))
        else:
            text = Word("期内没有其他网格触发这些规则。", "No other area raises these rules.")
            blocks.append(Paragraph(text))
    return blocks


@dataclass(frozen=True)
class Crossing:
    """A rule that an area raises in some draw: the first year with any, the first with most, the last year's share."""

    area_id: str
    rule: str
    possible: int
    likely: int | None
    last_percent: float

    @property
    def order(self) -> tuple[object, ...]:
        """The soonest to be likely first, then the soonest to be possible."""
        return self.likely or 9999, self.possible, -self.last_percent, _CROSSING.index(self.rule), self.area_id


def crossings_of(outlook: pd.DataFrame) -> list[Crossing]:
    """Every area and rule of one scenario with a probability above zero, in order."""
    found = []
    for area, mine in outlook.sort_values("year").groupby("area_id", sort=True):
        for rule in _CROSSING:
            chance = mine.set_index("year")[f"{rule}_percent"].dropna()
            possible, likely = chance[chance.gt(0.0)], chance[chance.ge(_LIKELY_PERCENT)]
            if len(possible):
                first = int(likely.index[0]) if len(likely) else None
                found.append(Crossing(str(area), rule, int(possible.index[0]), first, float(chance.iloc[-1])))
    return sorted(found, key=lambda one: one.order)


def _from_the_first_year(now: Sequence[Crossing], title: Word, year: int) -> Word:
    """The areas that raise a rule already in the first year, by rule."""
    parts = []
    for rule in _CROSSING:
        areas = [crossing.area_id for crossing in now if crossing.rule == rule]
        if areas:
            told = saying.listed(areas, most=len(areas))
            parts.append(Word(f"{TRIGGER[rule].zh} {told.zh}", f"{TRIGGER[rule].en} {told.en}"))
    if not parts:
        return Word(
            f"{title.zh}：{year} 年没有网格大概率触发。", f"{title.en}: no area is likely to raise a rule in {year}."
        )
    told = joined(parts, "；", "; ")
    return Word(f"{title.zh}：{year} 年起即触发：{told.zh}。", f"{title.en}, from {year} on: {told.en}.")


def _later_crossings(
    one: MatrixInput, later: Sequence[Crossing], title: Word, names: Mapping[str, str], source: Word
) -> Grid:
    shown, last = later[:_MOST_AREAS], max(one.record.years)
    rows = [
        (
            same(crossing.area_id),
            saying.stated(names.get(crossing.area_id)),
            TRIGGER[crossing.rule],
            same(crossing.possible),
            NOT_APPLICABLE if crossing.likely is None else same(crossing.likely),
            same(f"{crossing.last_percent:.0f}"),
        )
        for crossing in shown
    ]
    return Grid(
        Word(
            f"{title.zh}：此后最先触发的网格（{len(later)} 个触发中的 {len(shown)} 个）",
            f"{title.en}: areas that cross first after that ({len(shown)} of {len(later)} crossings)",
        ),
        (
            column("网格", "area", 0.5),
            column("名称", "name", 1.4),
            column("规则", "rule", 1.4),
            column("首次有可能", "first possible", 0.9, right=True),
            column("首次过半", "first likely", 0.9, right=True),
            column(f"{last} 年概率（%）", f"probability in {last} (%)", 1.1, right=True),
        ),
        tuple(rows),
        source,
        Word(
            f"首次有可能：至少一次抽样触发的第一年；首次过半：概率达到 {_LIKELY_PERCENT:g} % 的第一年；"
            "“—”：期内未达到。",
            f"First possible: the first year with any draw that raises it. First likely: with {_LIKELY_PERCENT:g} % of "
            "them; —: not within the years looked at.",
        ),
    )
