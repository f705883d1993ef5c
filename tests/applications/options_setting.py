"""A setting to design and judge options in: the bundled equipment, prices, durations, policy and calendar."""

from __future__ import annotations

import datetime as dt
import math
from functools import partial

import pandas as pd

from capacity.applications.options import GridFacts, Setting, Tools, TransformerFacts, bundled_choices
from capacity.case.equipment.library import load
from capacity.policy import is_working_day, load_policy, published_days, terms_for
from capacity.tables.assessment import Request
from capacity.tables.catalogue import Catalogue, LineType, TransformerType
from capacity.tables.connection import Binding, Connection, Finding, Room
from capacity.tables.places import Candidate, PlaceRequest
from capacity.tables.stage_plan import WorkingCalendar
from capacity.works import (
    bundled_durations,
    bundled_prices,
    cost_of,
    day_in_words,
    days_later,
    project_row,
    schedule_back,
    schedule_forward,
)

POLICY = load_policy("baoshan-2021")
AT = pd.Timestamp("2025-01-28 19:15")
APPLIED = dt.date(2025, 3, 3)
"""A Monday; the next public holiday is 4 April."""
PRESENT = {"T1": TransformerFacts("T1", 200.0, 100.0), "T2": TransformerFacts("T2", 400.0, math.nan)}


def catalogue() -> Catalogue:
    library = load()
    return Catalogue(
        lines=tuple(
            LineType(
                one.name,
                one.level,
                "overhead" if one.kind == "ol" else "cable",
                one.cross_section_mm2,
                one.r_ohm_per_km.value,
                one.x_ohm_per_km.value,
                one.rated_current_a.value / 1000.0,
            )
            for one in library.lines.values()
        ),
        transformers=tuple(
            TransformerType(
                one.name,
                one.series,
                one.rated_kva,
                one.impedance_percent.value,
                one.load_loss_w.value / 10.0 / one.rated_kva,
                one.no_load_loss_w.value / 1000.0,
                one.no_load_current_percent.value,
            )
            for one in library.transformers.values()
        ),
    )


def setting() -> Setting:
    return Setting(
        catalogue=catalogue(),
        choices=bundled_choices(),
        facts=GridFacts(
            vn_kv=lambda node_id: 10.0 if node_id.startswith("M") else 0.4,
            far_end=lambda line_id: f"M{line_id}",
            transformer=PRESENT.__getitem__,
        ),
        lv_limit_kw=POLICY.service.low_voltage.up_to_kw,
        transformer_limit_percent=POLICY.choice("transformer_limit_percent"),
        power_factor=0.95,
        demand_factor=POLICY.demand_factor,
    )


def tools() -> Tools:
    calendar = WorkingCalendar(*published_days(), is_working_day)
    durations = bundled_durations()
    return Tools(
        terms=lambda kind, area, kw, on, supply, voltage: terms_for(POLICY, kind, area, kw, on, supply, voltage),
        cost=lambda works, split, area: cost_of(works, bundled_prices(), split=split, area_class=area),
        schedule_back=lambda works, wanted, today: schedule_back(works, wanted, today, calendar, durations),
        schedule_forward=lambda works, today: schedule_forward(works, today, calendar, durations),
        days_later=partial(days_later, calendar=calendar),
        project_row=project_row,
        day_in_words=day_in_words,
    )


def candidate(kind: str = "lv_node", route_m: float = 40.0, **more) -> Candidate:
    at_mv = kind in ("mv_tee", "second_feeder", "additional_transformer")
    facts = {
        "kind": kind,
        "target_id": "N1",
        "node_id": "" if at_mv else "N1",
        "line_id": "L7" if at_mv else "",
        "position_share": 0.5,
        "position_m": 100.0 if at_mv else math.nan,
        "cable": False if at_mv else None,
        "transformer_id": "" if at_mv else "T1",
        "feeder_id": "F1",
        "substation_id": "S1",
        "area_id": "A1",
        "longitude": 99.2,
        "latitude": 25.1,
        "straight_m": route_m,
        "route_m": route_m,
        "new_m": route_m,
        "along_m": 0.0,
        "legs": (),
        "certainty": "line_geometry",
    }
    return Candidate(**(facts | more))


def request(kw: float = 95.0, **more) -> Request:
    place = PlaceRequest(99.2, 25.1, dual_supply=more.pop("dual_supply", False))
    return Request(place=place, kw=kw, **more)


def room(kva: float, reason: str = "ok", binding: Binding | None = None) -> Room:
    return Room(kva, reason, binding)


def finding(strict_kva: float, rated_kva: float | None = None, asked_kva: float = 100.0, **more) -> Finding:
    facts = {
        "connection": Connection("x", "N1"),
        "asked_kva": asked_kva,
        "strict": room(strict_kva),
        "rated": room(strict_kva if rated_kva is None else rated_kva),
        "load_rate_before_percent": 50.0,
        "load_rate_percent": 70.0,
        "load_rate_at": AT,
        "voltage_min_v": 371.26,
        "voltage_floor_v": 353.4,
        "voltage_at": AT,
    }
    return Finding(**(facts | more))
