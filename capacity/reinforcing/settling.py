"""What was chosen, held against the whole grid with all of it done: claims corrected by every step of every year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from capacity.planning.needs import created, stays
from capacity.planning.needs.needing import needs_of
from capacity.reinforcing.years import SolvedYear
from capacity.tables.findings import FINDINGS
from capacity.tables.measure import Cleared, Need, Verified
from capacity.tables.policy import Policy

Years = Mapping[int, SolvedYear]


def settled(
    parts: Sequence[Verified], before: Years, after: Years, rules: Mapping[int, Policy], as_of: dt.date
) -> tuple[tuple[Verified, ...], frozenset[str]]:
    """The chosen sets as the whole grid shows them, and the feeders on which one does less or more harm than claimed.

    Parameters
    ----------
    parts : the chosen sets; all of them are done in ``after``.
    rules : by year.

    Returns
    -------
    Each part with what it clears and creates in the years solved (``full_year``), and, where a feeder has several,
    their union.
    """
    new = {year: created(before[year].violations, after[year].violations, rules[year]) for year in after}
    found = tuple(_as_seen(part, parts, after, new, as_of) for part in parts)
    worse = frozenset(
        part.feeder_id
        for part, seen in zip(parts, found, strict=True)
        if _need_years(seen) < _need_years(part) or seen.harm
    )
    return (*found, *_unions(found)), worse


def _as_seen(
    part: Verified, parts: Sequence[Verified], after: Years, new: Mapping[int, pd.DataFrame], as_of: dt.date
) -> Verified:
    clears = []
    for own in part.clears:
        rule, _, key = own.need_id.partition(":")
        years = tuple(year for year in own.years if year not in after or not stays(after[year].findings, key, rule))
        if years:
            clears.append(Cleared(own.need_id, years))
    mine = {
        year: rows[
            np.array(
                [part in blamed(str(row.part), str(row.feeder_id), parts) for row in rows.itertuples()], dtype=bool
            )
        ]
        for year, rows in new.items()
    }
    return replace(part, clears=tuple(clears), creates=_as_needs(mine, part.feeder_id, as_of), full_year=True)


def blamed(place: str, feeder_id: str, parts: Sequence[Verified]) -> list[Verified]:
    """The parts that a new violation is put down to: those that touch the place it is at, else all of its feeder."""
    touching = [part for part in parts if place in part.touches]
    return touching or [part for part in parts if part.feeder_id == feeder_id]


def unblamed(parts: Sequence[Verified], before: Years, after: Years, rules: Mapping[int, Policy]) -> tuple[str, ...]:
    """New violations that no part is put down to, as ``2031 P4 S1``: all of the plan together causes them."""
    found = []
    for year in sorted(after):
        new = created(before[year].violations, after[year].violations, rules[year])
        found += [
            f"{year} {row.rule} {row.element_id}"
            for row in new.itertuples()
            if not blamed(str(row.part), str(row.feeder_id), parts)
        ]
    return tuple(found)


def _as_needs(rows: Mapping[int, pd.DataFrame], feeder_id: str, as_of: dt.date) -> tuple[Need, ...]:
    if not any(len(frame) for frame in rows.values()):
        return ()
    nothing = pd.DataFrame(columns=list(FINDINGS.columns))
    found = needs_of({year: frame.astype(object) for year, frame in rows.items()}, nothing, as_of)
    return tuple(replace(need, feeder_id=feeder_id) for need in found)


def _need_years(one: Verified) -> set[tuple[str, int]]:
    return {(own.need_id, year) for own in one.clears if not own.need_id.startswith("P3:") for year in own.years}


def _unions(parts: Sequence[Verified]) -> list[Verified]:
    unions = []
    for feeder in dict.fromkeys(part.feeder_id for part in parts):
        mine = [part for part in parts if part.feeder_id == feeder]
        if len(mine) < 2:
            continue
        years: dict[str, set[int]] = {}
        for part in mine:
            for own in part.clears:
                years.setdefault(own.need_id, set()).update(own.years)
        unions.append(
            Verified(
                feeder,
                frozenset().union(*(part.measure_ids for part in mine)),
                tuple(Cleared(need, tuple(sorted(own))) for need, own in sorted(years.items())),
                creates=tuple(dict.fromkeys(need for part in mine for need in part.creates)),
                touches=frozenset().union(*(part.touches for part in mine)),
                full_year=True,
            )
        )
    return unions
