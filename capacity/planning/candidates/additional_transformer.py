"""An additional public transformer in the load centre of an LV network, which is split there."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from capacity.planning.candidates.conductors import laid_at, line_works
from capacity.planning.candidates.ground import Ground
from capacity.planning.candidates.lv_feeding import Feeding, feeding, heads, lift_words, places, worst_lift_pu
from capacity.planning.candidates.lv_voltage import LvVoltages
from capacity.planning.candidates.routes import Map
from capacity.tables.catalogue import LineType, TransformerType
from capacity.tables.measure import Measure, Need
from capacity.tables.network_change import AddLine, AddTransformer, NetworkChange
from capacity.tables.words import Word
from capacity.tables.works import Work
from capacity.units import rounded_down


@dataclass(frozen=True)
class _Site:
    """Where it stands and what it takes over: everything below ``bus`` and below the circuits' heads ``joined``."""

    transformer_id: str
    bus: int
    joined: tuple[int, ...]
    taken_kva: float


@dataclass(frozen=True)
class _Branch:
    mv_bus: int
    type: LineType
    length_m: float


def additional_transformer(ground: Ground) -> list[Measure]:
    """For loaded networks (P4, P6) at half their load, for low voltages (P10) nearer to them, for room (P5) once."""
    found, plane = [], Map(ground)
    for transformer_id, needs in ground.at_transformers("P4", "P6").items():
        found += [_measure(ground, plane, site, needs) for site in _for_load(ground, plane, transformer_id, needs)]
    for transformer_id in ground.at_transformers("P10"):
        found += [_measure(ground, plane, site, ()) for site in _for_voltage(ground, transformer_id)]
    for need in ground.needs("P5"):
        found += [_measure(ground, plane, site, (need,)) for site in _for_room(ground, plane, need)]
    return [measure for measure in found if measure is not None]


def _for_load(ground: Ground, plane: Map, transformer_id: str, needs: Sequence[Need]) -> list[_Site]:
    """The node that takes over enough and splits the network best; else whole circuits, led together."""
    load_kva = ground.highest_kva(transformer_id, needs)
    rated_kva = float(ground.transformers.at[transformer_id, "rated_kva"])
    least_kva = load_kva - ground.load_limit_percent / 100.0 * rated_kva
    if math.isnan(load_kva) or not ground.imports(transformer_id):
        return []
    sites = [site for site in _sites(ground, transformer_id) if site.taken_kva >= max(least_kva, 1.0)]
    if not sites:
        joined = _joined_circuits(ground, plane, transformer_id)
        sites = [site for site in joined if least_kva <= site.taken_kva < load_kva]
    best = min(sites, key=lambda site: (abs(site.taken_kva - load_kva / 2.0), site.bus), default=None)
    return [best] if best is not None else []


def _sites(ground: Ground, transformer_id: str) -> list[_Site]:
    below = ground.grid.below_kva
    return [_Site(transformer_id, bus, (), below[bus]) for bus in places(ground, transformer_id)]


def _joined_circuits(ground: Ground, plane: Map, transformer_id: str) -> list[_Site]:
    """Two or more circuits, at the head of the heaviest of them; only where their places are known."""
    below = ground.grid.below_kva
    first = [bus for bus in heads(ground, transformer_id) if not math.isnan(plane.xy_m[bus][0])]
    first = sorted(first, key=lambda bus: (-below[bus], bus))
    sets = [chosen for count in range(2, len(first)) for chosen in itertools.combinations(first, count)]
    return [_Site(transformer_id, one[0], one[1:], sum(below[bus] for bus in one)) for one in sets]


def _for_voltage(ground: Ground, transformer_id: str) -> list[_Site]:
    """Of the nodes that lift every low node (else leave least missing) the one nearest to half the load."""
    voltages = ground.lv_voltages(transformer_id)
    if not voltages.short_pu or math.isnan(voltages.busbar_pu):
        return []
    feedings = [feeding(ground, voltages, bus, voltages.busbar_pu) for bus in places(ground, transformer_id)]
    half_kva = ground.grid.below_kva[ground.grid.busbar(transformer_id)] / 2.0

    def merit(one: Feeding) -> tuple[float, float, int]:
        lifted = math.inf if one.lifts_all else worst_lift_pu(voltages, one, ground.margin_pu)
        return -lifted, abs(one.taken_kva - half_kva), one.bus

    best = min((one for one in feedings if one.taken_kva > 0.0), key=merit, default=None)
    if best is None or worst_lift_pu(voltages, best, ground.margin_pu) < ground.least_gain_pu:
        return []
    return [_Site(transformer_id, best.bus, (), best.taken_kva)]


def _for_room(ground: Ground, plane: Map, need: Need) -> list[_Site]:
    """At half the load of the area's most loaded transformer with an LV network."""
    sum_kva = ground.areas["allowed_sum_kva"].get(need.element_id, math.nan)
    mine = [one for one in ground.changeable if ground.area_of(one) == (need.element_id,)]
    rates = {one: float(ground.transformers.at[one, "max_loading_percent"]) for one in mine if places(ground, one)}
    known = {one: rate for one, rate in rates.items() if not math.isnan(rate)}
    if ground.limited_above(need.element_id) or not known or not float(sum_kva) < ground.market.thresholds["P5"]:
        return []
    return _for_load(ground, plane, max(known, key=lambda one: (known[one], one)), ())


def _rating(ground: Ground, site: _Site, needs: Sequence[Need]) -> TransformerType | None:
    """The smallest that takes over the load's own peak below P4 and, for an area's room, opens what is missing."""
    areas = [need.element_id for need in needs if need.rule == "P5"]
    threshold = ground.market.thresholds["P5"]
    short_kva = max((threshold - float(ground.areas.at[area, "allowed_sum_kva"]) for area in areas), default=0.0)
    largest = ground.choices.values.largest_public_kva.value
    peak_kva = site.taken_kva * ground.choices.values.own_peak_factor.value
    for one in ground.market.equipment.ratings(ground.choices.transformer_series.name):
        fits = peak_kva <= ground.load_limit_percent / 100.0 * one.rated_kva and one.rated_kva <= largest
        if fits and (not areas or _gain_kva(ground, site, one.rated_kva) >= short_kva):
            return one
    return None


def _gain_kva(ground: Ground, site: _Site, new_kva: float) -> float:
    """By how much the allowed capacity (P7) of both together exceeds that of the old one alone."""
    row, limit = ground.transformers.loc[site.transformer_id], ground.market.choice("transformer_limit_percent") / 100.0
    used_kva = float(row["smax_import_kva"]) + float(row["reserved_kva"])
    parts = ((row["rated_kva"], used_kva - site.taken_kva), (new_kva, site.taken_kva))
    after = sum(max(0.0, limit * float(rated_kva) - load_kva) for rated_kva, load_kva in parts)
    return after - max(0.0, limit * float(row["rated_kva"]) - used_kva)


def _branch(ground: Ground, plane: Map, bus: int) -> _Branch | None:
    """From the nearest 10 kV node of the feeder; None where no place is known or none is near enough."""
    buses = ground.grid.buses
    own = buses["level"].eq("mv") & (buses["depth"] > 0) & buses["feeder_id"].eq(ground.situation.feeder_id)
    pair = plane.nearest([bus], [int(one) for one in buses.index[own.fillna(False).astype(bool)]])
    if pair is None:
        return None
    length_m = round(plane.route_m(bus, pair[1]), 1)
    one = ground.market.equipment.line(ground.choices.built.of("branch", laid_at(ground, pair[1])))
    near_enough = length_m <= ground.choices.values.branch_longest_m.value
    return _Branch(pair[1], one, length_m) if one is not None and near_enough else None


def _measure(ground: Ground, plane: Map, site: _Site, needs: Sequence[Need]) -> Measure | None:
    branch, one = _branch(ground, plane, site.bus), _rating(ground, site, needs)
    if branch is None or one is None:
        return None
    grid, node = ground.grid, ground.grid.bus_id(site.bus)
    own = ground.node_in(site.transformer_id, site.bus)
    measure_id = ground.name("additional_transformer", site.transformer_id, own, f"{one.rated_kva:g}")
    new_id = ground.new_id(f"{measure_id}-T")
    opened = tuple(grid.line_id(grid.above[bus][1]) for bus in (site.bus, *site.joined))
    added = AddTransformer(
        kind="add_transformer", transformer_id=new_id, node_id=node, mv_node_id=grid.bus_id(branch.mv_bus),
        mv_length_m=branch.length_m, mv_line_type=branch.type.name, rated_kva=one.rated_kva, std_type=one.name,
        open_line_ids=opened, area_id=next(iter(ground.area_of(site.transformer_id)), None),
    )  # fmt: skip
    changes: list[NetworkChange] = [added]
    works = [*_branch_works(ground, branch, new_id), _station(ground, one, new_id)]
    for number, head in enumerate(site.joined, 1):
        link = _link(ground, plane, site.bus, head, ground.new_id(f"{measure_id}-L{number}"))
        if link is None:
            return None
        changes.append(link[0])
        works += link[1]
    return ground.measure(
        "additional_transformer",
        measure_id,
        works=works,
        changes=changes,
        element_ids=[site.transformer_id, *opened, new_id],
        area_ids=ground.area_of(site.transformer_id),
        note=_note(ground, site, one, branch, needs),
    )


def _station(ground: Ground, one: TransformerType, new_id: str) -> Work:
    variant = "pole" if one.rated_kva <= ground.choices.values.pole_station_kva.value else "box"
    return Work("transformer_station", variant=variant, size=one.rated_kva, element_ids=(new_id,))


def _branch_works(ground: Ground, branch: _Branch, new_id: str) -> list[Work]:
    """A 10 kV branch with its tee: a switch on an overhead section, a ring main unit in a cable section."""
    works, ids = line_works("mv", branch.type.laid, branch.type.name, branch.length_m, (new_id,)), (new_id,)
    if branch.type.laid == "overhead":
        return [*works, Work("mv_tee_switch", shared=True, element_ids=ids)]
    bays = float(ground.choices.values.ring_main_bays.value)
    return [*works, Work("ring_main_unit", size=bays, shared=True, element_ids=ids)]


def _link(ground: Ground, plane: Map, bus: int, head: int, line_id: str) -> tuple[AddLine, list[Work]] | None:
    """An LV line that leads a circuit to the new transformer."""
    one = ground.market.equipment.line(ground.choices.built.of("circuit", laid_at(ground, head)))
    if one is None:
        return None
    length_m = round(plane.route_m(bus, head), 1)
    line = AddLine(
        kind="add_line", line_id=line_id, from_node_id=ground.grid.bus_id(bus), to_node_id=ground.grid.bus_id(head),
        length_m=length_m, line_type=one.name,
    )  # fmt: skip
    return line, line_works("lv", one.laid, one.name, length_m, (line_id,))


def _note(ground: Ground, site: _Site, one: TransformerType, branch: _Branch, needs: Sequence[Need]) -> Word:
    load_kva = ground.highest_kva(site.transformer_id, [need for need in needs if need.rule != "P5"])
    rated_kva = float(ground.transformers.at[site.transformer_id, "rated_kva"])
    before, after, own = (
        f"{rounded_down(rate, 1):g} %"
        for rate in (
            100.0 * load_kva / rated_kva,
            100.0 * (load_kva - site.taken_kva) / rated_kva,
            100.0 * site.taken_kva * ground.choices.values.own_peak_factor.value / one.rated_kva,
        )
    )
    node = ground.grid.bus_id(site.bus)
    zh = (
        f"在 {node} 新增 {one.name}，10 千伏分支 {branch.length_m:.0f} 米，转供约 {site.taken_kva:.0f} kVA："
        f"{site.transformer_id} 负载率由 {before} 降至约 {after}，新台区约 {own}"
    )
    en = (
        f"a new {one.name} at {node}, 10 kV branch of {branch.length_m:.0f} m, takes over about "
        f"{site.taken_kva:.0f} kVA: {site.transformer_id} from {before} to about {after}, the new one at about {own}"
    )
    voltages = ground.lv_voltages(site.transformer_id)
    if not voltages.short_pu or site.joined:
        return Word(zh, en)
    lift = _lift_words(ground, voltages, site.bus)
    return Word(f"{zh}；{lift[0]}", f"{en}; {lift[1]}")


def _lift_words(ground: Ground, voltages: LvVoltages, bus: int) -> tuple[str, str]:
    return lift_words(voltages, feeding(ground, voltages, bus, voltages.busbar_pu), ground.margin_pu)
