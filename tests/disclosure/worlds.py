"""Small grids in which every figure is a sum that can be redone on paper, month after month, for tests of P23.

A customer draws a load in the first and another in the second half of the year; over the day it is that load times one
of three factors (which the attacker does not know). Transformers, lines and the substation carry plain sums. What the
program knows of customers is their contract: twice their load, so that shares of contracts are shares of load.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import box

from capacity.disclosure import Basis, Prepared, prepare
from capacity.disclosure.basis import Basis as _Basis
from capacity.disclosure.record import RecordEntry
from capacity.policy import load_policy
from capacity.tables._schema import Table, empty
from capacity.tables.inputs.projects import PROJECTS
from capacity.tables.public.terms import TERMS
from capacity.tables.results.areas import AREAS
from capacity.tables.results.capacity_12x24 import CAPACITY_12X24
from capacity.tables.results.feeders import FEEDERS
from capacity.tables.results.substations import SUBSTATIONS
from capacity.tables.results.transformers import TRANSFORMERS

K = 0.8
POLICY = load_policy("baoshan-2021")
RULES = POLICY.disclosure
assert RULES is not None
FACTOR_OF_HOUR = np.array([0.4] * 8 + [0.7] * 10 + [1.0] * 6)
HALVES = (0, 1)


@dataclass(frozen=True)
class Customer:
    """``loads_kva`` by half of the year; ``epochs``: how often each has changed, known to everybody."""

    name: str
    transformer: str
    loads_kva: tuple[float, float]
    epochs: tuple[int, int] = (0, 0)
    contract_kva: float | None = None

    @property
    def stated_kva(self) -> float:
        return 2.0 * max(self.loads_kva) if self.contract_kva is None else self.contract_kva


@dataclass(frozen=True)
class Transformer:
    name: str
    area: str | None
    feeder: str
    rated_kva: float
    dedicated: bool = False
    has_data: bool = True


@dataclass(frozen=True)
class World:
    """One month: what stands, who is connected, who has been accepted (application → transformer, kVA)."""

    transformers: tuple[Transformer, ...]
    customers: tuple[Customer, ...]
    applications: dict[str, tuple[str, float]] = field(default_factory=dict)
    limit_kva: dict[str, float] = field(default_factory=dict)
    month: int = 1

    @property
    def areas(self) -> list[str]:
        return sorted({one.area for one in self.transformers if one.area is not None})

    @property
    def feeders(self) -> list[str]:
        return sorted({one.feeder for one in self.transformers})

    def of(self, *, area: str | None = None, feeder: str | None = None) -> list[Transformer]:
        """In-service transformers of an area (public ones) or a feeder (all)."""
        if area is not None:
            return [one for one in self.transformers if one.area == area and not one.dedicated]
        return [one for one in self.transformers if one.feeder == feeder]

    def below(self, transformer: str) -> list[Customer]:
        return [one for one in self.customers if one.transformer == transformer]

    def load(self, transformer: str, half: int) -> float:
        return sum(one.loads_kva[half] for one in self.below(transformer))

    def smax(self, transformer: str) -> float:
        return max(self.load(transformer, half) for half in HALVES)

    def reserved(self, transformer: str) -> float:
        return sum(kva for where, kva in self.applications.values() if where == transformer)

    def room(self, one: Transformer) -> float:
        return max(0.0, round(K * one.rated_kva - self.smax(one.name) - self.reserved(one.name), 9))

    def feeder_load(self, feeder: str, half: int, factor: float = 1.0) -> float:
        return sum(factor * self.load(one.name, half) + self.reserved(one.name) for one in self.of(feeder=feeder))

    def margin(self, feeder: str) -> float:
        limit = self.limit_kva.get(feeder, np.inf)
        return max(0.0, limit - max(self.feeder_load(feeder, half) for half in HALVES))

    def sum_of(self, members: list[Transformer]) -> float:
        return sum(self.room(one) for one in members if one.has_data)

    def feeder_of(self, area: str) -> str:
        return self.of(area=area)[0].feeder

    def allowed(self, area: str) -> float:
        return min(self.sum_of(self.of(area=area)), self.margin(self.feeder_of(area)))

    def cell_sum(self, area: str, half: int, factor: float) -> float:
        return sum(
            max(0.0, K * one.rated_kva - factor * self.load(one.name, half) - self.reserved(one.name))
            for one in self.of(area=area)
        )

    def cell_margin(self, feeder: str, half: int, factor: float) -> float:
        return max(0.0, self.limit_kva.get(feeder, np.inf) - self.feeder_load(feeder, half, factor))

    def cell(self, area: str, half: int, factor: float) -> float:
        return min(self.cell_sum(area, half, factor), self.cell_margin(self.feeder_of(area), half, factor))


def basis_of_world(world: World) -> Basis:
    """The world as a run would hand it over."""
    as_of = dt.date(2025 + (world.month - 1) // 12, (world.month - 1) % 12 + 1, 1)
    frame = _table([_transformer(world, one) for one in world.transformers], TRANSFORMERS)
    areas = _table([_area(world, area) for area in world.areas], AREAS)
    customers = pd.DataFrame(
        [
            {"customer_id": one.name, "transformer_id": one.transformer, "contract_kva": one.stated_kva}
            for one in world.customers
        ],
        columns=["customer_id", "transformer_id", "contract_kva"],
    )
    applications = pd.DataFrame(
        [
            {"application_id": name, "transformer_id": where, "category": None, "s_kva": kva}
            for name, (where, kva) in world.applications.items()
        ],
        columns=["application_id", "transformer_id", "category", "s_kva"],
    )
    shapes = gpd.GeoDataFrame(
        {"area_id": world.areas, "derived": False},
        geometry=[box(99.0 + 0.01 * n, 25.0, 99.009 + 0.01 * n, 25.009) for n in range(len(world.areas))],
        crs=4326,
    )
    return _Basis(
        run_name=f"month {world.month}",
        manifest_sha256="0" * 64,
        title_zh="示例",
        title_en="Example",
        synthetic=True,
        as_of=as_of,
        window_start=dt.date(as_of.year - 1, as_of.month, 1),
        window_end=as_of,
        policy_values={"transformer_limit_percent": 80.0, "pre_control": 160.0},
        power_factor=0.95,
        voltage_standard="GB/T 12325",
        services={"regulator": "12398", "company": "95598", "一分公司": "0000-1"},
        areas=areas,
        transformers=frame.assign(single_kva=frame["allowed_kva"]),
        feeders=_table([_feeder(world, one) for one in world.feeders], FEEDERS),
        substations=_table([{"substation_id": "S1"}], SUBSTATIONS),
        lines=pd.DataFrame({"line_id": [], "area_id": [], "feeder_id": []}, dtype="string"),
        hours=_hours(world),
        customers=customers,
        applications=applications,
        projects=empty(PROJECTS),
        shapes=shapes,
    )  # fmt: skip


def _table(rows: list[dict[str, object]], schema: Table) -> pd.DataFrame:
    """The columns that are given, in the types of the schema (checking each value takes longer than the test)."""
    frame = pd.DataFrame(rows)
    return frame.astype({name: str(schema.columns[name].dtype) for name in frame.columns})


def _transformer(world: World, one: Transformer) -> dict[str, object]:
    known = one.has_data
    return {
        "transformer_id": one.name,
        "name": one.name,
        "area_id": one.area,
        "feeder_id": one.feeder,
        "substation_id": "S1",
        "ownership": "dedicated" if one.dedicated else "public",
        "in_service": True,
        "rated_kva": one.rated_kva,
        "smax_import_kva": world.smax(one.name) if known else None,
        "source": "measured" if known else "none",
        "coverage_percent": 100.0 if known else 0.0,
        "customer_count": len(world.below(one.name)),
        "reserved_kva": world.reserved(one.name),
        "allowed_kva": world.room(one) if known and not one.dedicated else None,
        "reason": "dedicated" if one.dedicated else "ok" if known else "no_source",
    }


def _area(world: World, area: str) -> dict[str, object]:
    members = world.of(area=area)
    known = [one for one in members if one.has_data]
    total, allowed = world.sum_of(members), world.allowed(area)
    limited = allowed < total
    unknown = len(known) < len(members)
    rates = [world.smax(one.name) / one.rated_kva * 100.0 for one in known]
    if not known or (unknown and total < 160.0):
        status = "no_data"
    else:
        status = "blocked" if allowed == 0.0 else "pre_control" if allowed < 160.0 else "open"
    return {
        "area_id": area,
        "name": f"area {area}",
        "area_class": "town",
        "branch": "一分公司",
        "supply_station": "供电所",
        "feeder_ids": world.feeder_of(area),
        "status": status,
        "transformer_count": len(members),
        "unknown_count": len(members) - len(known),
        "rated_kva": sum(one.rated_kva for one in members),
        "customer_count": sum(len(world.below(one.name)) for one in members),
        "max_loading_percent": max(rates, default=None),
        "allowed_sum_kva": total if known else None,
        "allowed_sum_is_lower_bound": unknown,
        "allowed_kva": allowed if known else None,
        "binding_criterion": "section_loading" if limited else "transformer_loading" if allowed == 0.0 else None,
        "reserved_kva": sum(world.reserved(one.name) for one in members),
        "structural": False,
        "lv_modelled": False,
        "quality_count": 0,
        "reason": "grid_limited" if limited else "transformers_full" if allowed == 0.0 else "ok",
    }


def _feeder(world: World, feeder: str) -> dict[str, object]:
    public = [one for one in world.of(feeder=feeder) if not one.dedicated]
    total = world.sum_of(public)
    allowed = min(total, world.margin(feeder))
    return {
        "feeder_id": feeder,
        "name": feeder,
        "substation_id": "S1",
        "transformer_count": len(world.of(feeder=feeder)),
        "unknown_count": sum(not one.has_data for one in public),
        "limit_percent": 100.0,
        "reserved_kva": sum(world.reserved(one.name) for one in world.of(feeder=feeder)),
        "allowed_sum_kva": total,
        "allowed_kva": allowed,
        "binding_criterion": "section_loading" if allowed < total else None,
        "reason": "grid_limited" if allowed < total else "ok",
    }


def _hours(world: World) -> pd.DataFrame:
    cells = pd.MultiIndex.from_product([range(1, 13), range(24)], names=["month", "hour"]).to_frame(index=False)
    cells = cells.assign(half=(cells["month"] > 6).astype(int), factor=FACTOR_OF_HOUR[cells["hour"]])
    values = [
        (area, half, factor, world.cell_sum(area, half, factor), world.cell(area, half, factor))
        for area in world.areas
        if all(one.has_data for one in world.of(area=area))
        for half in HALVES
        for factor in np.unique(FACTOR_OF_HOUR).tolist()
    ]
    if not values:
        return empty(CAPACITY_12X24)
    columns = ["area_id", "half", "factor", "allowed_sum_kva", "allowed_kva"]
    every = pd.DataFrame(values, columns=columns).merge(cells, on=["half", "factor"])
    return every.drop(columns=["half", "factor"])


class Memory:
    """A record that was never written: what ``prepare`` asks of one."""

    def __init__(self, entries: tuple[RecordEntry, ...] = ()) -> None:
        self._entries = entries
        self.entries = tuple(one.entry for one in entries)
        self.abouts = tuple(one.about for one in entries)
        self.key = entries[-1].key if entries else "0" * 64
        self.codes = entries[-1].codes if entries else {}
        self.newest = self.abouts[-1] if entries else None

    def read(self, release_id: str) -> RecordEntry:
        return next(one for one in self._entries if one.entry.release_id == release_id)

    def read_all(self) -> Iterator[RecordEntry]:
        return iter(self._entries)


def published(worlds: list[World]) -> list[Prepared]:
    """The releases of these months, one after the other."""
    done: list[Prepared] = []
    for number, world in enumerate(worlds, start=1):
        memory = Memory(tuple(one.record for one in done)) if done else None
        basis = basis_of_world(replace(world, month=number))
        done.append(prepare(basis, RULES, POLICY, empty(TERMS), memory, basis.as_of))  # type: ignore[arg-type]
    return done
