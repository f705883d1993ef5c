"""Load moved from one LV network to a neighbouring one: over an open tie, a short new line, or on paper where no LV
network is modelled."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from capacity.planning.candidates.conductors import line_at, line_works
from capacity.planning.candidates.ground import Ground
from capacity.planning.candidates.lv_feeding import Feeding, feeding, lift_words, link_drop_pu, places, worst_lift_pu
from capacity.planning.candidates.lv_voltage import LvVoltages
from capacity.planning.candidates.open_points import open_ties, openings
from capacity.planning.candidates.opening import Opening, opening_above
from capacity.planning.candidates.routes import Map
from capacity.tables.catalogue import LineType
from capacity.tables.measure import Measure, Need
from capacity.tables.network_change import AddLine, MoveLoad, SetSwitch
from capacity.tables.words import Word
from capacity.tables.works import Work
from capacity.units import rounded_down


@dataclass(frozen=True)
class _Task:
    """A transformer with needs, and what has to leave it at least; ``least_kva`` is nothing where voltage is short."""

    transformer_id: str
    needs: tuple[Need, ...]
    load_kva: float
    least_kva: float
    voltages: LvVoltages


@dataclass(frozen=True)
class _Move:
    """What hangs below ``feeding.bus`` goes over to ``to_bus`` of another network, over ``length_m`` of line."""

    feeding: Feeding
    to_bus: int
    to_transformer_id: str
    length_m: float
    type: LineType | None = None
    switch_id: str = ""


def rebalance_loads(ground: Ground) -> list[Measure]:
    """The shortest moves to the nearest neighbours that have the room, and those over LV ties there are."""
    found, plane = [], Map(ground)
    for task in _tasks(ground):
        if places(ground, task.transformer_id, drops=True):
            moves = [*_over_ties(ground, task), *_over_new_lines(ground, plane, task)]
            found += [_measure(ground, task, move) for move in moves]
        else:
            found += _shares(ground, plane, task)
    return found


def _tasks(ground: Ground) -> Iterator[_Task]:
    for transformer_id, needs in ground.at_transformers("P4", "P6", "P10").items():
        load_kva = ground.highest_kva(transformer_id, [need for need in needs if need.rule != "P10"])
        rated_kva = float(ground.transformers.at[transformer_id, "rated_kva"])
        least_kva = load_kva - ground.load_limit_percent / 100.0 * rated_kva
        if not math.isnan(load_kva) and ground.imports(transformer_id):
            voltages = ground.lv_voltages(transformer_id)
            yield _Task(transformer_id, tuple(needs), load_kva, max(0.0, least_kva), voltages)


def _room_kva(ground: Ground, transformer_id: str) -> float:
    """What a transformer can take over below P4; nothing where that is not known or it is a customer's own."""
    row = ground.transformers.loc[transformer_id]
    load_kva = ground.highest_kva(transformer_id)
    if row["ownership"] != "public" or not bool(row["in_service"]) or math.isnan(load_kva):
        return 0.0
    return max(0.0, ground.load_limit_percent / 100.0 * float(row["rated_kva"]) - load_kva - float(row["reserved_kva"]))


def _carries(ground: Ground, to_bus: int, more_kva: float) -> bool:
    """Whether the lines that supply a node stay below P4 with so much more."""
    for index in ground.grid.lines_up(to_bus, "lv"):
        line, kv = line_at(ground, index), float(ground.grid.buses.at[to_bus, "vn_kv"])
        more_a = more_kva / (math.sqrt(3.0) * kv)
        current_a = float(ground.lines["max_i_a"].get(line.line_id, math.nan)) + more_a
        if not current_a < 10.0 * ground.market.thresholds["P4"] * line.max_i_ka * line.parallel:
            return False
    return True


def _helps(ground: Ground, task: _Task, one: Feeding) -> bool:
    """Whether enough load leaves, or low nodes are lifted; and not nothing."""
    if one.taken_kva <= 0.0 or one.taken_kva >= task.load_kva:
        return False
    if any(need.rule != "P10" for need in task.needs) and one.taken_kva >= max(task.least_kva, 1e-6):
        return True
    return bool(task.voltages.short_pu) and (
        one.lifts_all or worst_lift_pu(task.voltages, one, ground.margin_pu) >= ground.least_gain_pu
    )


def _over_ties(ground: Ground, task: _Task) -> list[_Move]:
    """Of each open LV tie the opening that moves least of what is enough."""
    moves = []
    supplier = ground.grid.buses["transformer_id"]
    for tie in open_ties(ground.grid, "lv"):
        to = str(supplier.at[tie.far])
        if str(supplier.at[tie.near]) != task.transformer_id or to not in ground.transformers.index:
            continue
        far_pu = ground.lv_voltages(to).voltage_pu.get(tie.far, math.nan)
        fed = [feeding(ground, task.voltages, bus, far_pu) for bus in openings(ground.grid, tie.near, tie.far)]
        room_kva = math.inf if to == task.transformer_id else _room_kva(ground, to)
        carried = [one for one in fed if one.taken_kva <= room_kva and _carries(ground, tie.far, one.taken_kva)]
        fits = [one for one in carried if _helps(ground, task, one)]
        best = min(fits, key=lambda one: (one.taken_kva, one.bus), default=None)
        if best is not None:
            moves.append(_Move(best, tie.far, to, 0.0, switch_id=tie.switch_id))
    return moves


def _over_new_lines(ground: Ground, plane: Map, task: _Task) -> list[_Move]:
    """To each of the nearest neighbours the shortest line that moves enough."""
    near = _neighbours(ground, plane, task.transformer_id, ground.grid.lv_buses(task.transformer_id))
    radius_m, best = ground.choices.values.neighbour_radius_m.value, []
    for to in near:
        theirs, moves = [ground.grid.busbar(to), *places(ground, to)], []
        for bus in places(ground, task.transformer_id, drops=True):
            pair, taken_kva = plane.nearest([bus], theirs), ground.grid.below_kva[bus]
            fits = taken_kva <= _room_kva(ground, to)
            if pair is not None and pair[2] <= radius_m and fits and _carries(ground, pair[1], taken_kva):
                moves.append(_new_line(ground, plane, task, bus, pair[1], to))
        helpful = [move for move in moves if _helps(ground, task, move.feeding)]
        if helpful:
            best.append(min(helpful, key=lambda move: (move.length_m, move.feeding.taken_kva, move.feeding.bus)))
    return sorted(best, key=lambda move: (move.length_m, move.to_transformer_id))[
        : ground.choices.values.neighbours.value
    ]


def _neighbours(ground: Ground, plane: Map, transformer_id: str, own: Sequence[int]) -> list[str]:
    """Transformers with room whose networks come within the radius."""
    radius_m = ground.choices.values.neighbour_radius_m.value
    found = []
    for to in _others(ground, transformer_id):
        if _room_kva(ground, to) > 0.0:
            pair = plane.nearest(own, ground.grid.lv_buses(to))
            if pair is not None and pair[2] <= radius_m:
                found.append(to)
    return found


def _others(ground: Ground, transformer_id: str) -> list[str]:
    """The other transformers of the case."""
    named = {str(one) for one in ground.transformers.index} & set(ground.grid.trafo_of)
    return sorted(named - {transformer_id})


def _new_line(ground: Ground, plane: Map, task: _Task, bus: int, to_bus: int, to: str) -> _Move:
    """A line of the conductor that supplies the node today, if the library has it, else of the choices'."""
    line = line_at(ground, ground.grid.above[bus][1])
    built = ground.choices.built.of("circuit", line.laid)
    one = ground.market.equipment.line(line.type_name) or ground.market.equipment.line(built)
    length_m, taken_kva = round(plane.route_m(bus, to_bus), 1), ground.grid.below_kva[bus]
    voltages = ground.lv_voltages(to)
    fed_pu = voltages.voltage_pu.get(to_bus, math.nan)
    if one is not None:
        fed_pu -= link_drop_pu(ground, one, length_m, taken_kva, float(ground.grid.buses.at[bus, "vn_kv"]))
    below = ground.grid.below_kva
    way = [up for up in ground.grid.up(to_bus) if up in voltages.drop_pu and below[up] > 0.0]
    fed_pu -= sum(voltages.drop_pu[up] * taken_kva / below[up] for up in way)
    return _Move(feeding(ground, task.voltages, bus, fed_pu), to_bus, to, length_m, one)


def _measure(ground: Ground, task: _Task, move: _Move) -> Measure:
    node, to_node = ground.grid.bus_id(move.feeding.bus), ground.grid.bus_id(move.to_bus)
    opening = opening_above(ground, move.feeding.bus)
    assert opening is not None, "places lie below a line or a switch"
    measure_id = ground.name(
        "rebalance_loads",
        task.transformer_id,
        ground.node_in(task.transformer_id, move.feeding.bus),
        move.to_transformer_id,
    )
    works = [Work("load_rebalancing", element_ids=(node, to_node))]
    if move.switch_id:
        closed: SetSwitch | AddLine = SetSwitch(kind="set_switch", switch_id=move.switch_id, closed=True)
        link_id = move.switch_id
    else:
        link_id = ground.new_id(f"{measure_id}-L")
        works += _line_works(ground, move, link_id)
        closed = AddLine(
            kind="add_line", line_id=link_id, from_node_id=to_node, to_node_id=node, length_m=move.length_m,
            line_type=_type_name(ground, move),
        )  # fmt: skip
    names = (task.transformer_id, move.to_transformer_id)
    return ground.measure(
        "rebalance_loads",
        measure_id,
        works=works,
        changes=[opening.change, closed],
        element_ids=[opening.element_id, link_id],
        area_ids=[area for name in names for area in ground.area_of(name)],
        note=_note(ground, task, move, opening),
    )


def _type_name(ground: Ground, move: _Move) -> str:
    line = line_at(ground, ground.grid.above[move.feeding.bus][1])
    return move.type.name if move.type is not None else line.type_name


def _line_works(ground: Ground, move: _Move, link_id: str) -> list[Work]:
    if move.length_m <= ground.choices.values.jumper_m.value or move.type is None:
        return []
    return line_works("lv", move.type.laid, move.type.name, move.length_m, (link_id,))


def _note(ground: Ground, task: _Task, move: _Move, opening: Opening) -> Word:
    kva, to = move.feeding.taken_kva, move.to_transformer_id
    zh, en = _rates_words(ground, task.transformer_id, task.load_kva, to, kva)
    link_zh = f"合上 {move.switch_id}" if move.switch_id else f"新建 {move.length_m:.0f} 米连接线"
    link_en = f"{move.switch_id} closed" if move.switch_id else f"a link of {move.length_m:.0f} m"
    node = ground.grid.bus_id(move.feeding.bus)
    zh = (
        f"{node} 及以后约 {kva:.0f} kVA 由 {task.transformer_id} 改接至 {to}"
        f"（断开 {opening.element_id}，{link_zh}）：{zh}"
    )
    en = (
        f"{node} and what hangs behind it, about {kva:.0f} kVA, from {task.transformer_id} to {to} "
        f"({opening.element_id} opened, {link_en}): {en}"
    )
    if task.voltages.short_pu:
        lift = lift_words(task.voltages, move.feeding, ground.margin_pu)
        return Word(f"{zh}；{lift[0]}", f"{en}; {lift[1]}")
    return Word(zh, en)


def _rates_words(ground: Ground, from_id: str, from_kva: float, to_id: str, kva: float) -> tuple[str, str]:
    rated = ground.transformers["rated_kva"].astype(float)
    rates = [from_kva, from_kva - kva, ground.highest_kva(to_id), ground.highest_kva(to_id) + kva]
    shown = [
        f"{rounded_down(100.0 * load / rated[name], 1):g} %"
        for name, load in zip((from_id, from_id, to_id, to_id), rates, strict=True)
    ]
    return (
        f"{from_id} 负载率由 {shown[0]} 降至约 {shown[1]}，{to_id} 由 {shown[2]} 升至约 {shown[3]}",
        f"{from_id} from {shown[0]} to about {shown[1]}, {to_id} from {shown[2]} to about {shown[3]}",
    )


def _shares(ground: Ground, plane: Map, task: _Task) -> list[Measure]:
    """Where no LV network is modelled: the share that is too much, to the nearest transformer with room for it."""
    if task.least_kva <= 0.0:
        return []
    busbar, radius_m = ground.grid.busbar(task.transformer_id), ground.choices.values.transformer_radius_m.value
    others = [to for to in _others(ground, task.transformer_id) if _room_kva(ground, to) >= task.least_kva]
    near = [(plane.metres(busbar, ground.grid.busbar(to)), to) for to in others]
    chosen = sorted(one for one in near if one[0] <= radius_m)[: ground.choices.values.neighbours.value]
    return [_share(ground, task, to) for _, to in chosen]


def _share(ground: Ground, task: _Task, to: str) -> Measure:
    percent = float(math.ceil(100.0 * task.least_kva / task.load_kva))
    zh, en = _rates_words(ground, task.transformer_id, task.load_kva, to, percent / 100.0 * task.load_kva)
    names = (task.transformer_id, to)
    return ground.measure(
        "rebalance_loads",
        ground.name("rebalance_loads", task.transformer_id, to, f"{percent:g}"),
        works=[Work("load_rebalancing", element_ids=names)],
        changes=[
            MoveLoad(
                kind="move_load", from_transformer_id=task.transformer_id, to_transformer_id=to, share_percent=percent
            )
        ],
        element_ids=names,
        area_ids=[area for name in names for area in ground.area_of(name)],
        note=Word(
            f"{task.transformer_id} 负荷的 {percent:g} % 改由 {to} 供电：{zh}；"
            "低压网未建模，连接线须现场核定，未计费用",
            f"{percent:g} % of the load of {task.transformer_id} goes over to {to}: {en}; the LV network is not "
            "modelled: what has to be built for it is to be settled on site and is not in the cost",
        ),
    )
