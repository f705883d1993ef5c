"""The plan of one substation of a city: its feeders, areas and transformers, as the bundled case's plan is written."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from capacity.case.synthetic.city import layout, names, sizing
from capacity.case.synthetic.city.plan import CityPlan, substation_id
from capacity.case.synthetic.city.transformers import dedicated_transformers, public_transformers
from capacity.case.synthetic.geography import Point2
from capacity.case.synthetic.plan import (
    AreaPlan,
    Block,
    Conductor,
    FeederPlan,
    Plan,
    Stop,
    SubstationPlan,
    TiePlan,
    Town,
    TransformerPlan,
    Village,
)

SPUR = {"cable": Conductor("YJLV22-8.7/15", 70), "overhead": Conductor("JKLYJ-10", 50)}
OLD_TRUNK_DROP_PERCENT, WEAK_SECTION_PERCENT = (4.5, 8.5), (90.0, 106.0)
HV_FROM_KVA = 20_000.0
"""Substations from this rating on are called 110 kV ones, smaller ones 35 kV."""


@dataclass(frozen=True)
class _Feeder:
    """A feeder on its way to a plan."""

    feeder_id: str
    ground: layout.FeederGround
    areas: tuple[AreaPlan, ...]
    transformers: tuple[TransformerPlan, ...]


def part_plan(plan: CityPlan, part: int, stream: np.random.SeedSequence) -> Plan:
    """The plan of the substation numbered ``part`` (from 0), drawn from its own random stream."""
    ground_rng, equipment_rng = (np.random.default_rng(one) for one in stream.spawn(2))
    own, place = substation_id(part), names.place_of(plan, part)
    grounds = layout.feeder_grounds(plan, part)
    site = layout.sites_km(plan)[part]
    blocks = layout.blocks_of(grounds)
    branch = f"望川{'城区' if grounds[0].area_class in ('city', 'county') else '县域'}分公司"
    areas = _areas(own, place, grounds, blocks, site, branch, ground_rng)
    feeders = _with_transformers(plan, part, grounds, areas, equipment_rng)
    load_kva = sizing.demand_kva(plan, (one for feeder in feeders for one in feeder.transformers))
    rated_kva = sizing.substation_rating_kva(load_kva, plan.is_weak_substation(part))
    level = 110 if rated_kva >= HV_FROM_KVA else 35
    drawn = [_feeder_plan(plan, own, place, k, feeder, site, equipment_rng) for k, feeder in enumerate(feeders)]
    return Plan(
        name=own.lower(),
        title_zh=f"{plan.title_zh}：{level}千伏{place}变",
        title_en=f"{plan.title_en}: substation {own}",
        as_of=plan.as_of,
        origin_lon_lat=plan.origin_lon_lat,
        towns=_towns(own, blocks, site, ground_rng),
        substations=(
            SubstationPlan(own, f"{level}千伏{place}变", site, rated_kva, round(equipment_rng.uniform(1.02, 1.035), 3)),
        ),
        feeders=tuple(drawn),
        ties=_ties(drawn),
        areas=tuple(area for feeder in feeders for area in feeder.areas),
        transformers=tuple(one for feeder in feeders for one in feeder.transformers),
        code_prefix=f"07{part + 1:04d}",
        branch_numbers={branch: "0000-0000000"},
        years_of_maxima=1,
        step_minutes=plan.step_minutes,
        months=plan.months,
    )


def _areas(
    own: str,
    place: str,
    grounds: tuple[layout.FeederGround, ...],
    blocks: layout.Blocks | None,
    site: Point2,
    branch: str,
    rng: np.random.Generator,
) -> list[tuple[AreaPlan, ...]]:
    """Areas by feeder, in the order in which its trunk reaches them."""
    urban, rural = ([ground.areas for ground in grounds if ground.urban is kind] for kind in (True, False))
    cells = iter(layout.blocks_of_feeders(blocks, urban) if blocks else ())
    villages = iter(layout.village_places(blocks, rural, rng))
    called = {kind: iter(names.area_names(place, kind, sum(g.areas for g in grounds), rng)) for kind in (True, False)}
    number, found = 0, []
    for ground in grounds:
        places: list[Block | Village] = (
            [Block(own, *cell) for cell in next(cells)]
            if ground.urban
            else [Village((site[0] + x, site[1] + y), layout.VILLAGE_RADIUS_KM) for x, y in next(villages)]
        )
        row = []
        for spot in places:
            number += 1
            name = f"{next(called[ground.urban])}网格"
            row.append(AreaPlan(f"{own}A{number:03d}", name, ground.area_class, branch, f"{place}供电所", spot))
        found.append(tuple(row))
    return found


def _with_transformers(
    plan: CityPlan,
    part: int,
    grounds: tuple[layout.FeederGround, ...],
    areas: list[tuple[AreaPlan, ...]],
    rng: np.random.Generator,
) -> list[_Feeder]:
    publics = public_transformers(plan, part, grounds, areas, rng)
    feeders = []
    for k, (ground, row, public) in enumerate(zip(grounds, areas, publics, strict=True), start=1):
        feeder_id = f"{substation_id(part)}F{k:02d}"
        dedicated = dedicated_transformers(plan, feeder_id, ground, row, rng)
        feeders.append(_Feeder(feeder_id, ground, row, (*public, *dedicated)))
    return feeders


def _feeder_plan(
    plan: CityPlan, own: str, place: str, number: int, feeder: _Feeder, site: Point2, rng: np.random.Generator
) -> FeederPlan:
    """Trunk conductors from the planned peaks: ordinary ones, or a weak section, or an old trunk."""
    style: Literal["cable", "overhead"] = "cable" if feeder.ground.area_class in ("city", "county") else "overhead"
    choices = sizing.trunk_choices(feeder.ground.area_class)
    beyond = [
        sizing.demand_kva(plan, (t for t in feeder.transformers if t.stop in {a.area_id for a in feeder.areas[k:]}))
        for k in range(len(feeder.areas))
    ]
    length_km = _length_km(feeder, site)
    draws = rng.random(3)
    weak: sizing.Weak | None = None
    if style == "overhead" and draws[0] < plan.shortages.weak_feeders:
        low, high = OLD_TRUNK_DROP_PERCENT
        trunk = sizing.old_trunk(beyond[0], length_km, low + (high - low) * draws[1])
    else:
        at = int(draws[1] * 0.7 * len(beyond))
        if draws[0] > 1.0 - plan.shortages.weak_sections:
            low, high = WEAK_SECTION_PERCENT
            old = (*sizing.OLD_OVERHEAD, *choices) if style == "overhead" else choices
            weak = sizing.weak_section(beyond[at], old, low + (high - low) * draws[2])
        trunk = sizing.ordinary_trunk(beyond[0], choices, length_km, weak.limit_percent if weak else 100.0)
    conductors = [weak.conductor if weak and k == at else trunk for k in range(len(beyond))]
    limit_percent = weak.limit_percent if weak and weak.limit_percent < 100.0 else None
    stops = tuple(Stop(area.area_id, one) for area, one in zip(feeder.areas, conductors, strict=True))
    name = f"10千伏{place}{names.chinese_number(number + 1)}线"
    return FeederPlan(feeder.feeder_id, name, own, style, trunk, SPUR[style], stops, limit_percent)


def _length_km(feeder: _Feeder, site: Point2) -> float:
    """Of the trunk, roughly: to its last village, or along its blocks."""
    last = feeder.areas[-1].place
    return math.dist(site, last.at_km) if isinstance(last, Village) else 0.5 * len(feeder.areas)


def _towns(own: str, blocks: layout.Blocks | None, site: Point2, rng: np.random.Generator) -> tuple[Town, ...]:
    """The street grid, turned about the substation in its middle."""
    if blocks is None:
        return ()
    turn = rng.uniform(-15.0, 15.0)
    x, y = blocks.corner_km
    angle = math.radians(turn)
    corner = (site[0] + x * math.cos(angle) - y * math.sin(angle), site[1] + x * math.sin(angle) + y * math.cos(angle))
    return (Town(own, corner, blocks.block_km, blocks.columns, blocks.rows, turn),)


def _ties(feeders: list[FeederPlan]) -> tuple[TiePlan, ...]:
    """Open ties between the ends of neighbouring cable feeders."""
    cables = [feeder.feeder_id for feeder in feeders if feeder.style == "cable"]
    return tuple(TiePlan(first, second) for first, second in zip(cables[::2], cables[1::2], strict=False))
