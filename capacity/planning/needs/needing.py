"""Findings of the years of a horizon → needs: which rule fires where, from when on, and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pandas as pd

from capacity.planning.days import in_years
from capacity.tables.findings import FIRING
from capacity.tables.measure import UNSAID, Need, Rule
from capacity.tables.words import Word

_FALLING = ("P5", "P10")


def need_id(rule: str, key: str) -> str:
    """The id of the need that ``rule`` fires at what ``key`` names."""
    return f"{rule}:{key}"


def needs_of(
    years: Mapping[int, pd.DataFrame],
    present: pd.DataFrame,
    as_of: dt.date,
    *,
    wanted_on: Mapping[str, dt.date] | None = None,
    future: Word = UNSAID,
) -> tuple[Need, ...]:
    """The needs of a horizon.

    Parameters
    ----------
    years : findings of every year of the horizon where nothing is done.
    present : findings of today's grid, without growth.
    as_of : the case's as-of date.
    wanted_on : by application, the day its supply is wanted.
    future : what the years are those of, for the evidence; empty where it is the present grid.

    Returns
    -------
    In the order of their ids. An existing deficit is due on the as-of date. What growth causes is due on the first of
    the month in which it is worst in its first year (P5, which has no step: when that year's window begins), a
    customer's on the day the supply is wanted, where it fires later when that year's window begins; nothing is due
    before the as-of date.
    """
    fired = pd.concat(
        [frame[frame["rule"].isin(FIRING)].assign(year=year) for year, frame in sorted(years.items())],
        ignore_index=True,
    )
    today = present[present["rule"].notna()]
    firing_today = {
        need_id(rule, key): applications
        for rule, key, applications in zip(today["rule"], today["key"], today["application_ids"], strict=True)
    }
    needs = []
    for (rule, key), rows in fired.groupby(["rule", "key"], sort=True):
        needs.append(_need(str(rule), str(key), rows, firing_today, as_of, wanted_on or {}, future))
    return tuple(sorted(needs, key=lambda need: need.need_id))


def _need(
    rule: Rule | str,
    key: str,
    rows: pd.DataFrame,
    firing_today: Mapping[str, object],
    as_of: dt.date,
    wanted_on: Mapping[str, dt.date],
    future: Word,
) -> Need:
    name = need_id(rule, key)
    worst = rows.loc[rows["value"].idxmin() if rule in _FALLING else rows["value"].idxmax()]
    first = rows.iloc[0]
    today = name in firing_today
    applications = _split(firing_today[name] if today else first["application_ids"])
    return Need(
        need_id=name,
        rule=rule,  # type: ignore[arg-type]
        feeder_id=str(first["feeder_id"]),
        area_id=None if pd.isna(first["area_id"]) else str(first["area_id"]),
        element_id=str(worst["element_id"]),
        due_on=_due(rule, first, today=today, as_of=as_of, wanted_on=wanted_on, applications=applications),
        years=tuple(int(year) for year in rows["year"]),
        existing_deficit=today and not applications,
        application_ids=applications,
        value=float(worst["value"]),
        threshold=float(worst["threshold"]),
        unit=str(worst["unit"]),
        alert_ids=tuple(dict.fromkeys(str(one) for one in rows["alert_id"].dropna())),
        evidence=_evidence(rule, worst, rows, future),
    )


def _due(
    rule: str,
    first: pd.Series,
    *,
    today: bool,
    as_of: dt.date,
    wanted_on: Mapping[str, dt.date],
    applications: tuple[str, ...],
) -> dt.date:
    ahead = int(first["year"]) - as_of.year
    begins = as_of if today else in_years(as_of, max(ahead - 1, 0))
    if rule == "P6":
        return max([begins, *(wanted_on[one] for one in applications if one in wanted_on)])
    if today or pd.isna(first["at"]):
        return begins
    month = pd.Timestamp(first["at"]).replace(day=1) + pd.DateOffset(years=ahead)
    return max(as_of, month.date())


def _evidence(rule: str, worst: pd.Series, rows: pd.DataFrame, future: Word) -> Word:
    years = sorted(set(rows["year"]))
    span = f"{years[0]}" if len(years) == 1 else f"{years[0]}–{years[-1]}"
    at = "" if pd.isna(worst["at"]) else f" {pd.Timestamp(worst['at']):%m-%d %H:%M}"
    value = f"{worst['value']:.4g} {worst['unit']}"
    limit = f"{worst['threshold']:.4g} {worst['unit']}"
    zh = f"{rule} {worst['element_id']}：{worst['year']} 年{at} {value}（门槛 {limit}），触发年份 {span}"
    en = f"{rule} at {worst['element_id']}: {value} in {worst['year']}{at} (threshold {limit}), fires in {span}"
    return Word(f"{zh}；{future.zh}" if future.zh else zh, f"{en}; {future.en}" if future.en else en)


def _split(ids: object) -> tuple[str, ...]:
    return tuple(ids.split(";")) if isinstance(ids, str) else ()
