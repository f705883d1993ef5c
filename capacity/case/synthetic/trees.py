"""LV networks as trees: mains with branch lines, meter boxes on service drops at both, and what hangs on them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from capacity.case import equipment
from capacity.case.synthetic.geography import Point2
from capacity.case.synthetic.plan import Conductor, TransformerPlan, TreePlan
from capacity.case.synthetic.shapes import MIXES
from capacity.case.synthetic.sketch import LV_KV, BusRow, LineRow, Sketch, SupplyPoint
from capacity.units import rated_current_a

POLES_PER_NODE = 0.45
"""Poles (or branch boxes) among the nodes below the busbar; the others are meter boxes."""
BRANCHED = 0.4
"""Of a main's poles, how many stand on its branch lines."""
LONGEST_BRANCH = 4
DROP_KM = 0.015
"""How far a meter box stands from its pole on the map; the drop itself is 10 to 28 m long."""
DROPS = (
    Conductor("BLV", 16),
    Conductor("BLV", 35),
    Conductor("BLV", 70),
    Conductor("JKLYJ-1", 95),
    Conductor("YJLV22-0.6/1", 240),
)
DROP_RESERVE = 3.0
"""Rated current of a service drop over the current of its share of the transformer's peak."""
ALWAYS_THREE_PHASE = {"industry", "agricultural", "tea_processing", "public_service", "ev_charging", "heavy_industry"}
THREE_PHASE_SHOP_KVA = 7.0
ROOF_KWP = 15.0

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Pole:
    """A pole of a main: its bus, the line that leads to it and from where."""

    bus: str
    line: str
    before: str
    main: int
    at_km: Point2
    angle: float
    length_m: float
    conductor: Conductor
    at_end: bool


def poles_and_boxes(nodes: int) -> tuple[int, int]:
    """How many poles and meter boxes a tree of ``nodes`` buses has beside its busbar; at least one of each."""
    below = nodes - 1
    poles = min(max(1, round(below * POLES_PER_NODE)), below - 1)
    return poles, below - poles


def poles_on_main(tree: TreePlan, main: int = 1) -> int:
    """How many poles a main has, its branches included; mains are counted from 1, and share as evenly as they can."""
    poles = poles_and_boxes(tree.nodes)[0]
    mains = min(tree.mains, poles)
    return poles // mains + (main <= poles % mains)


def draw_tree(
    sketch: Sketch, transformer: TransformerPlan, tree: TreePlan, at_km: Point2, rng: np.random.Generator
) -> None:
    """Add the tree below a transformer and its supply points to the sketch."""
    pole_count, box_count = poles_and_boxes(tree.nodes)
    poles = _poles(transformer.transformer_id, tree, min(tree.mains, pole_count), at_km, rng)
    for pole in poles:
        sketch.buses.append(BusRow(pole.bus, LV_KV, pole.at_km))
        sketch.lines.append(LineRow(pole.line, pole.before, pole.bus, pole.conductor, round(pole.length_m / 1000.0, 4)))
    owners = _owners(poles, box_count, rng)
    categories, shares = _loads(transformer, tree, [poles[k].main for k in owners], rng)
    kva = shares * transformer.peak.percent / 100.0 * transformer.rated_kva
    drops = _drops_for(kva)
    lengths_km = np.round(rng.uniform(0.010, 0.028, box_count), 4).tolist()
    roofs = _roofs_kwp(transformer, box_count, rng)
    used: dict[int, int] = {}
    for k, owner in enumerate(owners):
        pole = poles[owner]
        used[owner] = drop = used.get(owner, 0) + 1
        node = f"{pole.bus}S{drop}"
        side = pole.angle + math.pi * (drop - 0.5)
        place = (pole.at_km[0] + DROP_KM * math.cos(side), pole.at_km[1] + DROP_KM * math.sin(side))
        sketch.buses.append(BusRow(node, LV_KV, place))
        sketch.lines.append(LineRow(f"{node}-D", pole.bus, node, drops[k], lengths_km[k]))
        sketch.supply_points.append(
            SupplyPoint(
                node,
                transformer.transformer_id,
                categories[k],
                float(shares[k]),
                "3" if _three_phase(categories[k], kva[k]) else "1",
                pole.main,
                roofs[k],
                f"{categories[k]}{transformer.variant}",
            )
        )


def _poles(own: str, tree: TreePlan, mains: int, at_km: Point2, rng: np.random.Generator) -> list[Pole]:
    start = rng.uniform(0.0, 2.0 * math.pi)
    poles: list[Pole] = []
    for main in range(1, mains + 1):
        here = poles_on_main(tree, main)
        weak = tree.weak if main == 1 else None
        on_branches = 0 if weak else int(BRANCHED * here)
        on_trunk = here - on_branches
        spacing_m = weak.length_m / on_trunk if weak else tree.spacing_m
        conductor = weak.conductor if weak else tree.trunk
        name, angle = f"{own}-M{main}", start + 2.0 * math.pi * main / mains
        trunk = _row(name, f"{own}-LV", main, at_km, angle, on_trunk, spacing_m, conductor, rng)
        poles += trunk
        while on_branches > 0:
            length = min(int(rng.integers(2, LONGEST_BRANCH + 1)), on_branches)
            on_branches -= length
            root = trunk[int(rng.integers(0, len(trunk)))]
            number = sum(pole.before == root.bus and "B" in pole.bus[len(name) :] for pole in poles) + 1
            turn = root.angle + (0.5 if number % 2 else -0.5) * math.pi
            poles += _row(
                f"{root.bus}B{number}", root.bus, main, root.at_km, turn, length, tree.spacing_m, tree.branch, rng
            )
    return poles


def _row(
    name: str,
    before: str,
    main: int,
    at_km: Point2,
    angle: float,
    count: int,
    spacing_m: float,
    conductor: Conductor,
    rng: np.random.Generator,
) -> list[Pole]:
    """Poles in a row that bends a little."""
    bends = rng.uniform(-0.12, 0.12, count).tolist()
    lengths = (spacing_m * rng.uniform(0.9, 1.1, count)).tolist()
    row = []
    for k, (bend, length_m) in enumerate(zip(bends, lengths, strict=True), start=1):
        angle += bend
        at_km = (at_km[0] + length_m / 1000.0 * math.cos(angle), at_km[1] + length_m / 1000.0 * math.sin(angle))
        row.append(
            Pole(f"{name}P{k}", f"{name}L{k}", before, main, at_km, angle, length_m, conductor, at_end=k == count)
        )
        before = row[-1].bus
    return row


def _owners(poles: list[Pole], boxes: int, rng: np.random.Generator) -> list[int]:
    """The pole of every meter box: the ends of the lines first, then by chance, then round again."""
    ends = [k for k, pole in enumerate(poles) if pole.at_end]
    others = rng.permutation([k for k, pole in enumerate(poles) if not pole.at_end]).tolist()
    order = [int(k) for k in (*ends, *others)]
    return sorted(order[k % len(order)] for k in range(boxes))


def _loads(
    transformer: TransformerPlan, tree: TreePlan, mains: list[int], rng: np.random.Generator
) -> tuple[list[str], Floats]:
    """Category and share of the load of every meter box; every category of the mix at least once if there is room."""
    mix = MIXES[transformer.mix]
    by_share = sorted(mix, key=lambda category: -mix[category])[: len(mains)]
    main_category, others = by_share[0], by_share[1:]
    categories = np.full(len(mains), main_category, dtype=object)
    drawn = rng.permutation(len(mains)).tolist()
    for category in others:
        most = max(1, round(0.5 * mix[category] * len(mains)))
        for _ in range(min(most, len(drawn) - len(others))):
            categories[drawn.pop()] = category
    weights = rng.uniform(0.7, 1.3, len(mains))
    shares = np.zeros(len(mains))
    for category in by_share:
        members = categories == category
        if members.any():
            shares[members] = mix[category] * weights[members] / weights[members].sum()
    shares /= shares.sum()
    first = np.array(mains) == 1
    if tree.weak and not first.all():
        shares[first] *= tree.weak.load_share / shares[first].sum()
        shares[~first] *= (1.0 - tree.weak.load_share) / shares[~first].sum()
    return categories.tolist(), shares


def _three_phase(category: str, kva: float) -> bool:
    return category in ALWAYS_THREE_PHASE or (category == "commercial" and kva > THREE_PHASE_SHOP_KVA)


def _drops_for(kva: Floats) -> list[Conductor]:
    """The smallest service drop with reserve for each load, else the largest there is."""
    rated_a = [equipment.line(f"{one.family}-{one.cross_section_mm2}", "lv") for one in DROPS]
    ratings = np.array([found.rated_current_a.value for found in rated_a if found is not None])
    chosen = np.searchsorted(ratings, DROP_RESERVE * rated_current_a(1.0, LV_KV) * kva)
    return [DROPS[min(k, len(DROPS) - 1)] for k in chosen.tolist()]


def _roofs_kwp(transformer: TransformerPlan, boxes: int, rng: np.random.Generator) -> list[float]:
    """Photovoltaics by meter box, together what the plan says."""
    roofs = [0.0] * boxes
    if transformer.pv_kwp:
        count = min(math.ceil(transformer.pv_kwp / ROOF_KWP), boxes)
        for k in rng.permutation(boxes)[:count].tolist():
            roofs[k] = round(transformer.pv_kwp / count, 2)
    return roofs
