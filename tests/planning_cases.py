"""Needs, measures and verified sets in one line each, for the tests of planning."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from capacity.tables.measure import Cleared, Measure, MeasureKind, Need, Rule, Verified
from capacity.tables.works import CostEstimate, Work, Yuan

TODAY = dt.date(2026, 11, 1)


def price(yuan: float) -> CostEstimate:
    """An estimate of one amount that the company pays."""
    nothing, all_ = Yuan(0.0, 0.0, 0.0), Yuan(yuan, yuan, yuan)
    return CostEstimate((), all_, all_, nothing, nothing, 2026, "rural", "assumed", {})


def need(
    text: str,
    years: Iterable[int] = (2027,),
    *,
    rule: Rule = "P4",
    feeder: str = "F1",
    existing: bool = False,
    applications: tuple[str, ...] = (),
    due: dt.date = dt.date(2027, 6, 30),
    area: str | None = "A1",
) -> Need:
    """``need("N1")``: P4 at T-N1."""
    return Need(
        need_id=text,
        rule=rule,
        feeder_id=feeder,
        area_id=area,
        element_id=f"T-{text}",
        due_on=due,
        years=tuple(years),
        existing_deficit=existing,
        application_ids=applications,
        value=84.2,
        threshold=70.0,
        unit="%",
    )


def measure(
    key: str,
    yuan: float | None,
    *elements: str,
    feeder: str = "F1",
    requires: Iterable[str] = (),
    excludes: Iterable[str] = (),
    kind: MeasureKind = "larger_transformer",
    works: tuple[Work, ...] = (),
    areas: tuple[str, ...] = ("A1",),
) -> Measure:
    """``measure("M1", 90.0, "T1")``: 90 yuan, works on T1."""
    return Measure(
        measure_id=key,
        feeder_id=feeder,
        kind=kind,
        area_ids=areas,
        element_ids=elements,
        works=works,
        changes=(),
        cost=None if yuan is None else price(yuan),
        requires=frozenset(requires),
        excludes=frozenset(excludes),
    )


def found(
    keys: str,
    clears: dict[str, Iterable[int]] | str = "",
    *,
    touches: str = "",
    creates: tuple[Need, ...] = (),
    feeder: str = "F1",
    solved: bool = True,
    released: float | None = None,
) -> Verified:
    """``found("M1+M2", "N1 N2", touches="t1 t2")``: both needs cleared in 2027."""
    years = dict.fromkeys(clears.split(), (2027,)) if isinstance(clears, str) else clears
    return Verified(
        feeder_id=feeder,
        measure_ids=frozenset(keys.split("+")),
        clears=tuple(Cleared(key, tuple(own)) for key, own in years.items()),
        creates=creates,
        touches=frozenset(touches.split()),
        released_kva=released,
        solved=solved,
    )
