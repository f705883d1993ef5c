"""LV networks from the transformer to the house connection: mains of poles, service drops, and what hangs on them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from capacity.case import equipment
from capacity.case.synthetic.geography import Point2
from capacity.case.synthetic.plan import Conductor, LowVoltagePlan, Plan, TransformerPlan, TreePlan
from capacity.case.synthetic.shapes import MIXES
from capacity.case.synthetic.sketch import LV_KV, BusRow, LineRow, Sketch, SupplyPoint
from capacity.case.synthetic.trees import ALWAYS_THREE_PHASE, DROP_RESERVE, DROPS, ROOF_KWP, draw_tree
from capacity.units import rated_current_a


def draw_low_voltage(sketch: Sketch, plan: Plan, positions: dict[str, Point2], rng: np.random.Generator) -> None:
    """Add every transformer's LV network and supply points to the sketch."""
    for transformer, own_rng in zip(plan.transformers, rng.spawn(len(plan.transformers)), strict=True):
        if transformer.unmodelled:
            continue
        if transformer.lv is None:
            _at_the_busbar(sketch, transformer)
        elif isinstance(transformer.lv, TreePlan):
            draw_tree(sketch, transformer, transformer.lv, positions[transformer.transformer_id], own_rng)
        else:
            _mains(sketch, transformer, transformer.lv, positions[transformer.transformer_id], own_rng)


def _at_the_busbar(sketch: Sketch, transformer: TransformerPlan) -> None:
    bus = f"{transformer.transformer_id}-LV"
    for category, share in MIXES[transformer.mix].items():
        profile = f"{category}{transformer.variant}"
        sketch.supply_points.append(
            SupplyPoint(bus, transformer.transformer_id, category, share, "3", 0, profile=profile)
        )


def _mains(
    sketch: Sketch, transformer: TransformerPlan, lv: LowVoltagePlan, at_km: Point2, rng: np.random.Generator
) -> None:
    own = transformer.transformer_id
    start = rng.uniform(0.0, 2.0 * math.pi)
    nodes: list[tuple[str, str, int, Point2, bool]] = []  # node, pole, main, place, at the far end
    for main in range(1, lv.mains + 1):
        stressed = lv.stressed if main == 1 else None
        poles = stressed.poles if stressed else lv.poles
        spacing_m = stressed.spacing_m if stressed else lv.spacing_m
        conductor = stressed.conductor if stressed else lv.conductor
        angle, here, bus = start + 2.0 * math.pi * main / lv.mains, at_km, f"{own}-LV"
        for k in range(1, poles + 1):
            angle += rng.uniform(-0.12, 0.12)
            length_m = spacing_m * rng.uniform(0.9, 1.1)
            here = (here[0] + length_m / 1000.0 * math.cos(angle), here[1] + length_m / 1000.0 * math.sin(angle))
            pole = f"{own}-M{main}P{k}"
            sketch.buses.append(BusRow(pole, LV_KV, here))
            sketch.lines.append(LineRow(f"{own}-M{main}L{k}", bus, pole, conductor, round(length_m / 1000.0, 4)))
            bus = pole
            low, high = lv.drops_per_pole
            for drop in range(1, int(rng.integers(low, high + 1)) + 1):
                side = angle + math.pi * (drop - 0.5)
                place = (here[0] + 0.015 * math.cos(side), here[1] + 0.015 * math.sin(side))
                nodes.append((f"{pole}S{drop}", pole, main, place, k == poles))
    points = _supply_points(transformer, lv, [(n[0], n[2], n[4]) for n in nodes], rng)
    peak_kva = transformer.peak.percent / 100.0 * transformer.rated_kva
    for (node, pole, _, place, _), point in zip(nodes, points, strict=True):
        sketch.buses.append(BusRow(node, LV_KV, place))
        length_km = round(rng.uniform(0.010, 0.028), 4)
        sketch.lines.append(LineRow(f"{node}-D", pole, node, _drop_for(point.share * peak_kva), length_km))
    sketch.supply_points.extend(points)


def _supply_points(
    transformer: TransformerPlan, lv: LowVoltagePlan, nodes: list[tuple[str, int, bool]], rng: np.random.Generator
) -> list[SupplyPoint]:
    categories = _categories(transformer, [far for _, _, far in nodes], lv, rng)
    weights = rng.uniform(0.7, 1.3, len(nodes))
    shares = np.empty(len(nodes))
    for category, share in MIXES[transformer.mix].items():
        members = categories == category
        shares[members] = share * weights[members] / weights[members].sum()
    mains = np.array([main for _, main, _ in nodes])
    if lv.stressed:
        first = mains == 1
        shares[first] *= lv.stressed.load_share / shares[first].sum()
        shares[~first] *= (1.0 - lv.stressed.load_share) / shares[~first].sum()
    points = []
    for k, (node, main, far) in enumerate(nodes):
        end_phases = lv.stressed.end_phases if lv.stressed and main == 1 and far else None
        kva = shares[k] * transformer.peak.percent / 100.0 * transformer.rated_kva
        three_phase = categories[k] in ALWAYS_THREE_PHASE or (categories[k] == "commercial" and kva > 7.0)
        phases = end_phases or ("3" if three_phase else "1")
        points.append(
            SupplyPoint(node, transformer.transformer_id, str(categories[k]), float(shares[k]), phases, int(main))
        )
    return _with_roofs(points, transformer, rng)


def _categories(
    transformer: TransformerPlan, at_far_end: list[bool], lv: LowVoltagePlan, rng: np.random.Generator
) -> np.ndarray:
    """A category per supply point: every one of the mix at least once, households wherever nothing else is."""
    mix = MIXES[transformer.mix]
    main_category = max(mix, key=lambda category: mix[category])
    categories = np.full(len(at_far_end), main_category, dtype=object)
    free = [k for k, far in enumerate(at_far_end) if not (lv.stressed and far)]
    drawn = list(rng.permutation(free))
    for category, share in mix.items():
        if category == main_category:
            continue
        for _ in range(max(1, round(0.5 * share * len(at_far_end)))):
            categories[drawn.pop()] = category
    return categories


def _with_roofs(points: list[SupplyPoint], transformer: TransformerPlan, rng: np.random.Generator) -> list[SupplyPoint]:
    if not transformer.pv_kwp:
        return points
    count = math.ceil(transformer.pv_kwp / ROOF_KWP)
    chosen = set(rng.permutation(len(points))[:count].tolist())
    size = round(transformer.pv_kwp / count, 2)
    return [replace(point, pv_kwp=size) if k in chosen else point for k, point in enumerate(points)]


def _drop_for(kva: float) -> Conductor:
    needed_a = DROP_RESERVE * rated_current_a(kva, LV_KV)
    for conductor in DROPS:
        found = equipment.line(f"{conductor.family}-{conductor.cross_section_mm2}", "lv")
        if found is not None and found.rated_current_a.value >= needed_a:
            return conductor
    return DROPS[-1]
