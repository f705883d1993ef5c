"""The ledgers beside the network: transformers, substations, feeders, customers, applications, projects, outages."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pandas as pd

from capacity.case.synthetic.plan import Plan, Stop, TransformerPlan
from capacity.case.synthetic.shapes import CUSTOMER_CATEGORY
from capacity.case.synthetic.sketch import SupplyPoint
from capacity.tables._schema import Table, conform
from capacity.tables.inputs.applications import APPLICATIONS
from capacity.tables.inputs.customers import CUSTOMERS
from capacity.tables.inputs.exclusions import EXCLUSIONS
from capacity.tables.inputs.feeders import FEEDERS
from capacity.tables.inputs.outages import OUTAGES
from capacity.tables.inputs.projects import PROJECTS
from capacity.tables.inputs.substations import SUBSTATIONS
from capacity.tables.inputs.transformers import TRANSFORMERS
from capacity.units import rated_current_a

CT_PRIMARY_A = (15, 20, 30, 40, 50, 75, 100, 150, 200, 300, 400, 500, 600, 750, 800, 1000, 1200, 1500, 2000)
KW_PER_HOUSEHOLD = {"residential_town": 0.75, "residential_rural": 0.6}
"""Household's share of a transformer's peak: far below its own peak, since households do not cook at one minute."""
RECENT = pd.DateOffset(months=6)


def _table(rows: list[tuple[object, ...]], columns: list[str], schema: Table) -> pd.DataFrame:
    return conform(pd.DataFrame(rows, columns=columns), schema)


def substations(plan: Plan, lon_lat: dict[str, tuple[float, float]]) -> pd.DataFrame:
    """``substations.csv``."""
    rows: list[tuple[object, ...]] = [
        (s.substation_id, s.name, f"{s.substation_id}-BB", s.rated_kva, *lon_lat[s.substation_id])
        for s in plan.substations
    ]
    return _table(rows, ["substation_id", "name", "busbar_id", "rated_kva", "x", "y"], SUBSTATIONS)


def feeders(plan: Plan) -> pd.DataFrame:
    """``feeders.csv``."""
    rows: list[tuple[object, ...]] = [
        (f.feeder_id, f.name, f.substation_id, f"{f.feeder_id}-S01", f.limit_percent) for f in plan.feeders
    ]
    return _table(rows, ["feeder_id", "name", "substation_id", "head_line_id", "limit_percent"], FEEDERS)


def transformers(plan: Plan, customer_counts: pd.Series) -> pd.DataFrame:
    """``transformers.csv``; ``customer_counts`` by transformer_id, those absent have none."""
    feeder_of = {stop.area_id: feeder.feeder_id for feeder in plan.feeders for stop in feeder.stops}
    rows: list[tuple[object, ...]] = [
        (
            t.transformer_id,
            f"{plan.code_prefix}{number:06d}",
            t.name,
            t.area_id,
            feeder_of[t.stop],
            t.ownership,
            t.rated_kva,
            pd.Timestamp(t.valid_from) if t.valid_from else None,
            None,
            t.meter_side,
            _ct_ratio(t),
            None if t.transformer_id in plan.customers_unknown else int(customer_counts.get(t.transformer_id, 0)),
        )
        for number, t in enumerate(plan.transformers, start=1001)
    ]
    return _table(rows, list(TRANSFORMERS.columns), TRANSFORMERS)


def customers(
    points: list[SupplyPoint], plan: Plan, scale_kw: dict[str, float], rng: np.random.Generator
) -> pd.DataFrame:
    """``customers.csv``: households behind each meter box, and one customer or a few shops elsewhere."""
    by_id = {t.transformer_id: t for t in plan.transformers}
    rows: list[tuple[object, ...]] = []
    single: dict[str, TransformerPlan] = {t.transformer_id: t for t in plan.transformers if t.ownership == "dedicated"}
    for point in points:
        if point.transformer_id in single:
            continue
        kw = point.share * scale_kw[point.transformer_id]
        category = CUSTOMER_CATEGORY[point.category]
        rows.extend(
            (point.transformer_id, point.node_id, contract_kva, point.phases, category)
            for contract_kva in _contracts(point, kw, rng)
        )
    for own in single:
        largest = max((p for p in points if p.transformer_id == own), key=lambda p: p.share)
        kva = by_id[own].rated_kva
        rows.append((own, f"{own}-LV", kva, "3", CUSTOMER_CATEGORY[largest.category]))
    numbered = [(f"{plan.code_prefix}9{number:07d}", *row) for number, row in enumerate(rows, start=1)]
    return _table(
        numbered, ["customer_id", "transformer_id", "node_id", "contract_kva", "phases", "category"], CUSTOMERS
    )


def applications(plan: Plan) -> pd.DataFrame:
    """``applications.csv``."""
    rows: list[tuple[object, ...]] = [
        (
            a.application_id,
            a.transformer_id,
            a.node_id,
            a.p_kw,
            a.power_factor,
            a.phases,
            a.category,
            a.status,
            _moment(a.received),
            _moment(a.energise),
        )
        for a in plan.applications
    ]
    stated = [name for name in APPLICATIONS.columns if name not in ("works_kva", "reserves")]  # a register's words
    return _table(rows, stated, APPLICATIONS)


def projects(plan: Plan) -> pd.DataFrame:
    """``projects.csv``."""
    rows: list[tuple[object, ...]] = [
        (
            p.project_id,
            p.name,
            p.stage,
            p.rule,
            p.element_ids,
            p.area_ids,
            p.released_kva,
            p.cost_yuan,
            _moment(p.commissioning),
            p.status,
        )
        for p in plan.projects
    ]
    return _table(rows, list(PROJECTS.columns), PROJECTS)


def exclusions(plan: Plan) -> pd.DataFrame:
    """``exclusions.csv``: the temporary transfers of the plan."""
    rows: list[tuple[object, ...]] = [
        (f.transformer_id, pd.Timestamp(f.start), pd.Timestamp(f.end), f.reason, f.author)
        for f in plan.faults
        if f.reason
    ]
    return _table(rows, list(EXCLUSIONS.columns), EXCLUSIONS)


def outages(plan: Plan, rng: np.random.Generator) -> pd.DataFrame:
    """``outages.csv``: storms of the rainy months and works by day, one at a time per feeder."""
    as_of = pd.Timestamp(plan.as_of)
    recent, start = as_of - RECENT, as_of - pd.DateOffset(years=1)
    rows: list[tuple[object, ...]] = []
    for feeder in plan.outages:
        size = 150 * sum(t.stop in {s.area_id for s in _stops(plan, feeder.feeder_id)} for t in plan.transformers)
        free = list(pd.date_range(start, as_of - pd.Timedelta(days=1), freq="D"))
        faults = _draw(free, recent, feeder.recent_faults, rng) + _draw(free, start, feeder.earlier_faults, rng, recent)
        for day in sorted(faults):
            begin = day + pd.Timedelta(minutes=int(rng.integers(0, 19 * 60)))
            end = begin + pd.Timedelta(minutes=int(rng.integers(20, 260)))
            rows.append((feeder.feeder_id, begin, end, "fault", int(size * rng.uniform(0.1, 0.9))))
        for day in sorted(_draw(free, start, feeder.planned, rng)):
            begin = day + pd.Timedelta(hours=8)
            rows.append((feeder.feeder_id, begin, begin + pd.Timedelta(hours=int(rng.integers(2, 9))), "planned", size))
    frame = _table(rows, ["feeder_id", "start", "end", "kind", "customers"], OUTAGES)
    return frame.sort_values(["start", "feeder_id"], ignore_index=True)


def _stops(plan: Plan, feeder_id: str) -> tuple[Stop, ...]:
    return next(feeder.stops for feeder in plan.feeders if feeder.feeder_id == feeder_id)


def _draw(
    free: list[pd.Timestamp],
    start: pd.Timestamp,
    count: int,
    rng: np.random.Generator,
    end: pd.Timestamp | None = None,
) -> list[pd.Timestamp]:
    """Take ``count`` days from ``start`` (before ``end``) out of the days still free."""
    open_days = [day for day in free if day >= start and (end is None or day < end)]
    drawn = [open_days[k] for k in rng.choice(len(open_days), size=count, replace=False)]
    for day in drawn:
        free.remove(day)
    return drawn


def _contracts(point: SupplyPoint, kw: float, rng: np.random.Generator) -> list[float]:
    if point.category in KW_PER_HOUSEHOLD:
        households = max(1, round(kw / KW_PER_HOUSEHOLD[point.category]))
        sizes = (4.0, 6.0, 8.0) if point.phases == "1" else (10.0, 15.0)
        return [float(rng.choice(sizes)) for _ in range(households)]
    if point.category == "commercial" and point.phases == "1":
        return [float(rng.choice((5.0, 8.0))) for _ in range(max(1, round(kw / 2.5)))]
    return [max(5.0, math.ceil(1.4 * kw / 5.0) * 5.0)]


def _ct_ratio(transformer: TransformerPlan) -> str | None:
    if transformer.meter_side is None:
        return None
    rated_a = rated_current_a(transformer.rated_kva, 10.0 if transformer.meter_side == "hv" else 0.4)
    primary = next(a for a in CT_PRIMARY_A if a >= rated_a)
    return f"{primary}/5"


def _moment(day: dt.date | None) -> pd.Timestamp | None:
    return pd.Timestamp(day) if day else None
