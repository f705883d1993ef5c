"""The transformers of a substation: ratings, highest loads, what hangs below, and where something is short."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from capacity.case.synthetic.city import sizing
from capacity.case.synthetic.city.layout import FeederGround
from capacity.case.synthetic.city.plan import FEWEST_NODES, CityPlan, substation_id
from capacity.case.synthetic.city.weather import variants
from capacity.case.synthetic.plan import AreaClass, AreaPlan, Conductor, Peak, TransformerPlan, TreePlan, WeakMain
from capacity.case.synthetic.shapes import MIXES
from capacity.case.synthetic.sketch import LV_KV
from capacity.case.synthetic.trees import poles_and_boxes, poles_on_main
from capacity.units import rated_current_a

SERIES = ("S20", "S13", "S22", "S11")
RATED_KVA = {
    "city": ((400, 500, 630, 800), (0.3, 0.3, 0.3, 0.1)),
    "county": ((315, 400, 500, 630), (0.25, 0.4, 0.25, 0.1)),
    "town": ((200, 250, 315, 400), (0.2, 0.3, 0.3, 0.2)),
    "rural": ((50, 100, 160, 200, 250), (0.05, 0.2, 0.3, 0.25, 0.2)),
}
"""Ratings of public transformers by class, and how often."""
DEDICATED_KVA = ((250, 315, 400, 630, 800, 1000, 1250), (0.15, 0.2, 0.2, 0.2, 0.1, 0.1, 0.05))
MIX_OF_CLASS = {
    "city": (("town", "market", "station", "flats", "school"), (0.35, 0.15, 0.1, 0.3, 0.1)),
    "county": (("town", "market", "flats", "school", "suburb"), (0.35, 0.15, 0.25, 0.1, 0.15)),
    "town": (("suburb", "town", "market", "workshops", "flats"), (0.35, 0.25, 0.15, 0.1, 0.15)),
    "rural": (("village", "farmhouses", "tea", "pumps"), (0.4, 0.35, 0.15, 0.1)),
}
FEW_LOADS = {"city": "flats", "county": "flats", "town": "flats", "rural": "farmhouses"}
"""Mix of a transformer with too few meter boxes for several categories."""
DEDICATED_MIX = {
    "factory": ("厂", 0.3),
    "hotel": ("宾馆", 0.25),
    "hospital": ("医院", 0.15),
    "chargers": ("充电站", 0.2),
    "furnace": ("冶炼厂", 0.1),
}


@dataclass(frozen=True)
class _Manner:
    """How LV networks of a class are built, and what a main that is too long drops: towns lie nearer to the source."""

    mains: int
    spacing_m: float
    trunk: Conductor
    branch: Conductor
    long_main_drop_percent: tuple[float, float]


MANNER: dict[AreaClass, _Manner] = {
    "city": _Manner(5, 35.0, Conductor("YJLV22-0.6/1", 240), Conductor("YJLV22-0.6/1", 120), (4.5, 11.0)),
    "county": _Manner(4, 40.0, Conductor("JKLYJ-1", 185), Conductor("JKLYJ-1", 95), (4.5, 11.0)),
    "town": _Manner(4, 42.0, Conductor("JKLYJ-1", 150), Conductor("JKLYJ-1", 70), (3.0, 9.0)),
    "rural": _Manner(3, 48.0, Conductor("JKLYJ-1", 120), Conductor("JKLYJ-1", 70), (3.0, 9.0)),
}
ORDINARY_PERCENT = (42.0, 12.0, 16.0, 74.0)
"""Highest load of ordinary transformers: mean, spread, lowest, highest."""
FULL_PERCENT, OVERLOADED_PERCENT = (66.0, 80.0), (85.0, 115.0)
THIN_MAIN_PERCENT = (86.0, 112.0)
KWP_PER_KVA = (0.1, 0.5)


def public_transformers(
    plan: CityPlan,
    part: int,
    grounds: tuple[FeederGround, ...],
    areas: list[tuple[AreaPlan, ...]],
    rng: np.random.Generator,
) -> list[list[TransformerPlan]]:
    """Public transformers by feeder, area after area."""
    found = []
    for k, (ground, row) in enumerate(zip(grounds, areas, strict=True), start=1):
        own, number = [], 0
        for area, count in zip(row, _per_area(ground.public, len(row), rng), strict=True):
            full = bool(rng.random() < plan.shortages.full_areas)
            for in_area in range(1, count + 1):
                number += 1
                transformer_id = f"{substation_id(part)}F{k:02d}T{number:03d}"
                own.append(_public(plan, transformer_id, in_area, area, full, rng))
        found.append(own)
    return _with_trees(plan, grounds, found, rng)


def dedicated_transformers(
    plan: CityPlan, feeder_id: str, ground: FeederGround, areas: tuple[AreaPlan, ...], rng: np.random.Generator
) -> list[TransformerPlan]:
    """Customers' own transformers of one feeder, each in one of its areas."""
    found = []
    mixes = list(DEDICATED_MIX)
    for k in range(1, ground.dedicated + 1):
        area = areas[int(rng.integers(0, len(areas)))]
        mix = str(rng.choice(mixes, p=[DEDICATED_MIX[one][1] for one in mixes]))
        found.append(
            TransformerPlan(
                transformer_id=f"{feeder_id}D{k:02d}",
                name=f"{_place(area)}{DEDICATED_MIX[mix][0]}{k}号专变",
                area_id=area.area_id,
                stop=area.area_id,
                series=SERIES[int(rng.integers(0, len(SERIES)))],
                rated_kva=float(rng.choice(DEDICATED_KVA[0], p=DEDICATED_KVA[1])),
                peak=Peak(round(float(rng.uniform(35.0, 75.0)), 2)),
                mix=mix,
                lv=None,
                ownership="dedicated",
                tap_pos=1,
                meter_side="hv" if plan.meters else None,
                variant=_variant(plan, rng),
            )
        )
    return found


def _public(
    plan: CityPlan, transformer_id: str, number: int, area: AreaPlan, full: bool, rng: np.random.Generator
) -> TransformerPlan:
    ratings, often = RATED_KVA[area.area_class]
    mixes, shares = MIX_OF_CLASS[area.area_class]
    rated_kva = float(rng.choice(ratings, p=often))
    mean, spread, low, high = ORDINARY_PERCENT
    percent = float(rng.uniform(*FULL_PERCENT)) if full else float(np.clip(rng.normal(mean, spread), low, high))
    if rng.random() < plan.shortages.overloaded_transformers:
        percent = float(rng.uniform(*OVERLOADED_PERCENT))
    roofs = float(rng.uniform(*KWP_PER_KVA)) * rated_kva if rng.random() < plan.pv_share else 0.0
    return TransformerPlan(
        transformer_id=transformer_id,
        name=f"{_place(area)}{number}号公变",
        area_id=area.area_id,
        stop=area.area_id,
        series=SERIES[int(rng.integers(0, len(SERIES)))],
        rated_kva=rated_kva,
        peak=Peak(round(percent, 2)),
        mix=str(rng.choice(mixes, p=shares)),
        lv=None,
        tap_pos=1,
        meter_side="lv" if plan.meters else None,
        pv_kwp=round(roofs, 1),
        variant=_variant(plan, rng),
    )


def _with_trees(
    plan: CityPlan,
    grounds: tuple[FeederGround, ...],
    publics: list[list[TransformerPlan]],
    rng: np.random.Generator,
) -> list[list[TransformerPlan]]:
    """Give every public transformer its LV network; with the busbars of the others exactly the plan's nodes."""
    flat = [one for row in publics for one in row]
    total = plan.feeders * plan.transformers * plan.nodes - sum(ground.dedicated for ground in grounds)
    weights = np.sqrt([one.rated_kva for one in flat]) * np.exp(0.25 * rng.standard_normal(len(flat)))
    nodes = iter(_shared(total, weights))
    return [
        [_with_tree(plan, one, ground.area_class, next(nodes), rng) for one in row]
        for ground, row in zip(grounds, publics, strict=True)
    ]


def _with_tree(
    plan: CityPlan, transformer: TransformerPlan, area_class: AreaClass, nodes: int, rng: np.random.Generator
) -> TransformerPlan:
    manner = MANNER[area_class]
    boxes = poles_and_boxes(nodes)[1]
    mix = transformer.mix if boxes >= 2 * len(MIXES[transformer.mix]) else FEW_LOADS[area_class]
    tree = TreePlan(nodes, manner.mains, manner.spacing_m, manner.trunk, manner.branch)
    draw, share, degree = rng.random(3)
    peak_kva = transformer.peak.percent / 100.0 * transformer.rated_kva
    if draw < plan.shortages.long_mains:
        tree = replace(tree, weak=_long_main(peak_kva, 0.3 + 0.25 * share, degree, poles_on_main(tree), manner))
        transformer = replace(transformer, pv_kwp=0.0)  # nobody was allowed a roof at the end of such a line
    elif draw > 1.0 - plan.shortages.thin_mains:
        tree = replace(tree, weak=_thin_main(peak_kva, 0.35 + 0.25 * share, degree, manner))
    return replace(transformer, lv=tree, mix=mix)


def _long_main(peak_kva: float, share: float, degree: float, poles: int, manner: _Manner) -> WeakMain:
    kva = share * peak_kva
    conductor = sizing.lv_conductor(1.3 * rated_current_a(kva, LV_KV))
    low, high = manner.long_main_drop_percent
    return WeakMain(share, conductor, sizing.main_length_m(kva, poles, conductor, low + (high - low) * degree))


def _thin_main(peak_kva: float, share: float, degree: float, manner: _Manner) -> WeakMain:
    low, high = THIN_MAIN_PERCENT
    conductor = sizing.lv_conductor_near(rated_current_a(share * peak_kva, LV_KV), low + (high - low) * degree)
    return WeakMain(share, conductor, 3.0 * manner.spacing_m)


def _per_area(count: int, areas: int, rng: np.random.Generator) -> list[int]:
    """Transformers by area, at least one each."""
    extra = rng.multinomial(count - areas, np.full(areas, 1.0 / areas))
    return [1 + int(one) for one in extra]


def _shared(total: int, weights: npt.NDArray[np.float64]) -> list[int]:
    """``total`` nodes by weight, at least ``FEWEST_NODES`` each, adding up exactly where that allows it."""
    free = max(total - FEWEST_NODES * len(weights), 0)
    edges = np.round(np.cumsum(weights) / weights.sum() * free).astype(int)
    return [FEWEST_NODES + int(one) for one in np.diff(edges, prepend=0)]


def _place(area: AreaPlan) -> str:
    return area.name.removesuffix("网格")


def _variant(plan: CityPlan, rng: np.random.Generator) -> str:
    endings = variants(plan)
    return endings[int(rng.integers(0, len(endings)))]
