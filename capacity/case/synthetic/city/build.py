"""From a city's plan to its cases, one substation at a time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from capacity.case.derived.topology import derive_topology
from capacity.case.synthetic import registers
from capacity.case.synthetic.build import settings_of
from capacity.case.synthetic.city.meters import city_readings
from capacity.case.synthetic.city.part import part_plan
from capacity.case.synthetic.city.plan import PART, CityPlan
from capacity.case.synthetic.city.weather import city_profiles
from capacity.case.synthetic.geography import area_polygons, areas_frame, to_lon_lat, transformer_positions
from capacity.case.synthetic.low_voltage import draw_low_voltage
from capacity.case.synthetic.medium_voltage import draw_medium_voltage
from capacity.case.synthetic.plan import Plan
from capacity.case.synthetic.shapes import CUSTOMER_CATEGORY, TAN_PHI
from capacity.case.synthetic.sketch import Sketch, SupplyPoint, to_network
from capacity.tables._schema import conform, empty
from capacity.tables.case import Case
from capacity.tables.inputs.applications import APPLICATIONS
from capacity.tables.inputs.customers import CUSTOMERS
from capacity.tables.inputs.exclusions import EXCLUSIONS
from capacity.tables.inputs.measurements import DAILY_MAXIMA
from capacity.tables.inputs.outages import OUTAGES
from capacity.tables.inputs.projects import PROJECTS

CONTRACT_STEP_KVA = 5.0
CONTRACT_OVER_PEAK = 1.4


def city_parts(plan: CityPlan) -> Iterator[Case]:
    """The cases of a city, one per substation, from the middle of the city outwards; one at a time in memory."""
    return (city_part(plan, part) for part in range(plan.substations))


def city_part(plan: CityPlan, part: int) -> Case:
    """The case of one substation, ``part`` from 0; the same whether or not others were made before.

    Raises
    ------
    IndexError
        The city has no substation of that number.
    """
    if not 0 <= part < plan.substations:
        raise IndexError(f"the city has substations 0 … {plan.substations - 1}, not {part}")
    ground, land, houses, meters = plan.stream(PART, part).spawn(4)
    drawn = part_plan(plan, part, ground)
    land_rng = np.random.default_rng(land)
    polygons = area_polygons(drawn, land_rng)
    positions = transformer_positions(drawn, polygons, land_rng)
    sketch = Sketch()
    draw_medium_voltage(sketch, drawn, polygons, positions)
    draw_low_voltage(sketch, drawn, positions, np.random.default_rng(houses))

    shapes = city_profiles(plan)
    measurements, scale_kw = city_readings(drawn, sketch.supply_points, shapes, plan.meters, meters)
    boxes = _meter_boxes(drawn, sketch.supply_points, scale_kw)
    net = to_network(sketch, drawn.name, drawn.origin_lon_lat, scale_kw, TAN_PHI)
    settings = settings_of(drawn)
    lon_lat = {s.substation_id: to_lon_lat(s.at_km, drawn.origin_lon_lat) for s in drawn.substations}
    substations, feeders = registers.substations(drawn, lon_lat), registers.feeders(drawn)
    return Case(
        settings=settings,
        net=net,
        topology=derive_topology(net, settings, substations, feeders),
        areas=areas_frame(drawn, polygons, settings.crs),
        substations=substations,
        feeders=feeders,
        transformers=registers.transformers(drawn, boxes.groupby("transformer_id").size()),
        profiles=shapes.rename_axis("timestamp").reset_index(),
        measurements=measurements,
        daily_maxima=empty(DAILY_MAXIMA),
        exclusions=empty(EXCLUSIONS),
        customers=_customers(drawn, boxes),
        projects=empty(PROJECTS),
        applications=empty(APPLICATIONS),
        outages=empty(OUTAGES),
    )


def _meter_boxes(plan: Plan, points: list[SupplyPoint], scale_kw: dict[str, float]) -> pd.DataFrame:
    """One row per meter box, and per dedicated transformer: its peak's share in kW and its contract."""
    dedicated = {one.transformer_id: one.rated_kva for one in plan.transformers if one.ownership == "dedicated"}
    frame = pd.DataFrame(
        [(p.transformer_id, p.node_id, p.category, p.phases, p.share) for p in points],
        columns=["transformer_id", "node_id", "category", "phases", "share"],
    )
    frame["p_kw"] = frame["share"] * frame["transformer_id"].map(scale_kw)
    contract_kva = np.ceil(CONTRACT_OVER_PEAK * frame["p_kw"] / CONTRACT_STEP_KVA) * CONTRACT_STEP_KVA
    owned = frame["transformer_id"].map(dedicated)
    frame["contract_kva"] = owned.fillna(contract_kva.clip(lower=CONTRACT_STEP_KVA))
    one_owner = owned.isna() | ~frame["transformer_id"].duplicated()
    return frame[one_owner].reset_index(drop=True)


def _customers(plan: Plan, boxes: pd.DataFrame) -> pd.DataFrame:
    """``customers.csv``: a meter box counts as one customer, whose contract is that of everybody behind it."""
    numbers = pd.Series(range(1, len(boxes) + 1)).astype(str).str.zfill(7)
    return conform(
        pd.DataFrame(
            {
                "customer_id": f"{plan.code_prefix}9" + numbers,
                "transformer_id": boxes["transformer_id"],
                "node_id": boxes["node_id"],
                "contract_kva": boxes["contract_kva"],
                "phases": boxes["phases"],
                "category": boxes["category"].map(CUSTOMER_CATEGORY),
            }
        ),
        CUSTOMERS,
    )
