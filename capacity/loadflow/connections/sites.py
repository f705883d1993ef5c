"""A connection built into the pieces that the search works on: the network it hangs in, or a new one below the trunk.

What is new is drawn but carries nothing until the customer does, so the year without the customer stays as it was. Its
own limits are therefore not watched step by step (an idle conductor has the same room at all of them): they are judged
at the steps that decide, with the customer connected.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from capacity.loadflow.additions.asking import COUNTS, VOLTAGE, Ask
from capacity.loadflow.additions.model import Consumption, Network
from capacity.loadflow.additions.own import KEPT_STEPS, NetworkBounds, kinds_of
from capacity.loadflow.additions.tasks import Feeder, KnownYear, known_year
from capacity.loadflow.additions.trees import Tree, Watch
from capacity.loadflow.additions.trunk import driving_impedance
from capacity.loadflow.connections.standing import Standing, mark_of
from capacity.loadflow.connections.twoports import (
    TwoPort,
    coefficients,
    line_impedance,
    line_limit,
    ratio_of,
    stretch_of,
    transformer_two_port,
    watched_ends,
)
from capacity.loadflow.grid import Grid
from capacity.tables.connection import Connection, NewLine, NewTransformer

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]

IMPEDANCE_STEPS = 16
IMPEDANCE_KVA = 100.0
LV_KV = 0.4
NEW_PARTS = ("line", "transformer", "service")
"""What of a connection has a limit of its own; in a tree its branches and their ends are numbered −2, −3, … so."""


class NotThere(Exception):
    """The place cannot be judged; the argument is a code of ``words.REASON``."""


@dataclass(frozen=True)
class Limits:
    """What new parts and the customer must keep.

    ``floor_pu(vn_kv, single_phase)`` is the lower voltage limit; load rates in percent.
    """

    floor_pu: Callable[[float, bool], float]
    lv_line_percent: float
    mv_line_percent: float
    transformer_percent: float


@dataclass(frozen=True)
class Site:
    """A connection in its network.

    Attributes
    ----------
    network : with what would be built; its number is -1 where it is a new one.
    position : of the network among its trunk's, -1 for a new one.
    node : local bus of the customer.
    feeder : the network as a unit of work, with the customer's bus as the one asked about.
    head : voltage at the network's head, ``(n_steps)`` pu; ``impedance`` what it sees behind it.
    known : its year without the customer.
    vn_kv : nominal voltage at the customer; ``new_vn_kv`` at every bus that would be built.
    """

    connection: Connection
    network: Network
    position: int
    node: int
    feeder: Feeder
    head: Complexes
    impedance: complex
    known: KnownYear
    vn_kv: float
    new_vn_kv: tuple[float, ...]

    def part(self, element: int) -> str:
        """Which part of the connection a new branch is."""
        return NEW_PARTS[-2 - element]


def site_of(standing: Standing, connection: Connection, limits: Limits, ask: Ask) -> Site:
    """Build a connection.

    Raises
    ------
    NotThere
        Nothing can be said there: the bus is not energised, or stands at a source or in a mesh.
    """
    bus = _electrical_bus(standing, connection.node_id)
    number = int(standing.setting.model.network_of[bus])
    if number >= 0:
        return _in_a_network(standing, connection, limits, ask, bus, number)
    if bus not in standing.place_of:
        raise NotThere("meshed")
    return _below_the_trunk(standing, connection, limits, ask, bus)


def _electrical_bus(standing: Standing, node_id: str) -> int:
    bus = standing.bus_of_node.get(node_id, -1)
    if bus < 0:
        raise NotThere("no_source")
    return bus


def _in_a_network(standing: Standing, connection: Connection, limits: Limits, ask: Ask, bus: int, number: int) -> Site:
    setting = standing.setting
    network = setting.model.networks[number]
    if setting.failed[number] or setting.model.trunks[network.trunk].source in standing.unsolved:
        raise NotThere("solver_failure")
    head, vn_kv = standing.base.head[number], float(setting.grid.base_kv[bus])
    network = _with_rating(network, setting.bounds.trafo_percent / limits.transformer_percent)
    feeder = replace(setting.task(np.array([number])), networks=(network,), ask=ask)
    new = connection.replacement
    if new is not None:
        feeder = replace(feeder, networks=(_with_replacement(standing, network, connection, limits),))
    known = year_of(standing, feeder, limits.transformer_percent, () if new is None else (connection.replaces, new))
    node = int(np.flatnonzero(network.tree.bus[2:] == bus)[0]) + 2
    floor_pu = limits.floor_pu(vn_kv, connection.single_phase)
    if connection.line is not None:
        feeder, known = _with_leaf(feeder, known, head, node, connection.line, vn_kv, floor_pu, limits, setting.grid)
        node = feeder.networks[0].tree.n_bus - 1
    elif floor_pu > feeder.bus_bound[0][node]:
        bound = feeder.bus_bound[0].copy()
        bound[node] = floor_pu
        feeder = replace(feeder, bus_bound=(bound,))
        known = known_year(feeder, 0, head)
    position = int(np.flatnonzero(setting.model.trunks[network.trunk].networks == number)[0])
    feeder = replace(feeder, nodes=(np.array([node]),))
    impedance = complex(standing.base.impedance[number])
    return Site(connection, feeder.networks[0], position, node, feeder, head, impedance, known, vn_kv, (vn_kv,))


def year_of(standing: Standing, feeder: Feeder, percent: float, replaced: tuple[object, ...] = ()) -> KnownYear:
    """The year of a network whose transformers may be loaded to ``percent``, remembered with what was replaced."""
    number, ask = feeder.networks[0].number, feeder.ask
    key = (number, percent, *replaced, *mark_of(ask))
    return standing.year_of(key, lambda: known_year(feeder, 0, standing.base.head[number]))


def loosened(site: Site, part: float) -> Site:
    """The site with the transformers that supply it allowed to ``1/part`` of what they are, its year as it was."""
    return site if part == 1.0 else replace(site, network=_with_rating(site.network, part))


def _with_rating(network: Network, part: float) -> Network:
    """The network with its transformers allowed to ``1/part`` of what they are."""
    watch = network.tree.watch
    scale = np.where(watch.power[:, None], watch.scale * part, watch.scale)
    return replace(network, tree=replace(network.tree, watch=replace(watch, scale=scale)))


def _with_leaf(
    feeder: Feeder, known: KnownYear, head: Complexes, at: int, line: NewLine, vn_kv: float, floor_pu: float,
    limits: Limits, grid: Grid,
) -> tuple[Feeder, KnownYear]:  # fmt: skip
    """The network with a line to the customer's bus, which has as yet the voltage of the bus that it hangs on."""
    network = _with_line(feeder.networks[0], at, line, vn_kv, limits.lv_line_percent, grid.sn_mva)
    bound = np.append(feeder.bus_bound[0], floor_pu)
    feeder = replace(feeder, networks=(network,), bus_bound=(bound,))
    if not np.isfinite(bound[at]):
        return feeder, known_year(feeder, 0, head, watched_of(network, bound))
    return feeder, _known_with_leaf(known, at, floor_pu)


def _with_line(network: Network, at: int, line: NewLine, vn_kv: float, percent: float, sn_mva: float) -> Network:
    z, limit = line_impedance(line, vn_kv, sn_mva), line_limit(line, vn_kv, sn_mva, percent)
    part = "line" if not (network.tree.watch.element == _code("line")).any() else "service"
    ab, ends = np.array([1.0, 0.0, z.real, z.imag, 1.0, 0.0]), np.array([1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0])
    return _grown(network, at, ab, ends, limit, part, power=False)


def _grown(network: Network, at: int, ab: Reals, ends: Reals, limit: float, part: str, *, power: bool) -> Network:
    """A network with one more bus, at the end of a new and watched branch from the bus ``at``."""
    tree, watch, used = network.tree, network.tree.watch, network.consumption
    watch = Watch(
        np.append(watch.child, tree.n_bus).astype(np.int64),
        np.concatenate([watch.ends.reshape(-1, 8), ends[None, :]]),
        np.concatenate([watch.scale.reshape(-1, 2), np.full((1, 2), 1.0 / limit)]),
        np.append(watch.power, power).astype(bool),
        np.append(watch.element, _code(part)).astype(np.int64),
    )
    tree = Tree(
        np.append(tree.parent, at).astype(np.int64),
        np.concatenate([tree.ab, ab[None, :]]),
        np.concatenate([tree.shunt, np.zeros((1, 2))]),
        np.append(tree.bus, _code(part)).astype(np.int64),
        watch,
    )
    return replace(
        network, tree=tree, consumption=replace(used, constant=np.concatenate([used.constant, np.zeros((1, 2))]))
    )


def _code(part: str) -> int:
    return -2 - NEW_PARTS.index(part)


def watched_of(network: Network, bound: Reals) -> Ints:
    """Kinds of a network's limits; what would be built is judged apart."""
    kinds = kinds_of(network, bound)
    kinds[network.tree.n_bus :][network.tree.watch.element < -1] = -1
    return kinds


def _known_with_leaf(known: KnownYear, at: int, floor_pu: float) -> KnownYear:
    """A network's year with one more bus, which has the voltage of the bus ``at`` and its own floor."""
    bounds, year = known.bounds, known.year
    n = len(bounds.bus)
    higher = floor_pu - bounds.bus[at]
    room = year.least_room[at] - higher
    broken = known.broken
    if broken[1] >= n:
        broken = (broken[0], broken[1] + 1, broken[2])
    if broken[0] < 0 and room[0] < 0.0:
        broken = (VOLTAGE, n, int(year.least_step[at, 0]))

    def put_in(values: npt.NDArray[Any], of_bus: Any, of_branch: Any) -> npt.NDArray[Any]:
        return np.concatenate([values[:n], np.asarray(of_bus)[None], values[n:], np.asarray(of_branch)[None]])

    idle = np.full(KEPT_STEPS, np.inf)
    return replace(
        known,
        bounds=NetworkBounds(
            np.append(bounds.bus, floor_pu),
            put_in(bounds.allowance, floor_pu, np.inf),
            put_in(bounds.kind, VOLTAGE, -1),
        ),
        year=replace(
            year,
            least_room=put_in(year.least_room, room, idle),
            least_step=put_in(year.least_step, year.least_step[at], np.full(KEPT_STEPS, -1)),
            extreme=put_in(year.extreme, year.extreme[at], 0.0),
        ),
        broken=broken,
    )


def _with_replacement(standing: Standing, network: Network, connection: Connection, limits: Limits) -> Network:
    """The network with another transformer in the place of one of those that feed it."""
    assert connection.replacement is not None
    grid, tree = standing.setting.grid, network.tree
    branches = grid.branches
    root, head = int(tree.bus[2]), int(tree.bus[1])
    rows = np.flatnonzero(((branches.f == root) & (branches.t == head)) | ((branches.t == root) & (branches.f == head)))
    name = standing.setting.case.topology.trafos["trafo_id"]
    units = []
    for row in rows.tolist():
        at_t = branches.t[row] == root
        ycc, ypp = (branches.ytt[row], branches.yff[row]) if at_t else (branches.yff[row], branches.ytt[row])
        ycp, ypc = (branches.ytf[row], branches.yft[row]) if at_t else (branches.yft[row], branches.ytf[row])
        unit = TwoPort(complex(ycc), complex(ycp), complex(ypp), complex(ypc), np.inf, row)
        if branches.kind[row] == "trafo" and name.get(int(branches.element[row])) == connection.replaces:
            unit = _in_place_of(standing, unit, int(branches.element[row]), connection.replacement, limits)
        units.append(unit)
    if not any(np.isfinite(unit.limit) for unit in units):
        raise NotThere("out_of_service")
    ab, ends, shunt = tree.ab.copy(), tree.watch.ends.copy(), tree.shunt.copy()
    scale = tree.watch.scale.copy()
    ab[2], own = coefficients(units)
    shunt[1] = (own.real, own.imag)
    for unit in units:
        for row in np.flatnonzero(tree.watch.element == unit.row).tolist():
            ends[row] = watched_ends(unit, units)
            if np.isfinite(unit.limit):
                scale[row] = 1.0 / unit.limit
    watch = replace(tree.watch, ends=ends, scale=scale)
    return replace(network, tree=replace(tree, ab=ab, shunt=shunt, watch=watch))


def _in_place_of(standing: Standing, unit: TwoPort, element: int, new: NewTransformer, limits: Limits) -> TwoPort:
    """Another transformer with the voltages, tap and vector group of the one that stands there."""
    sn_mva, old = standing.setting.grid.sn_mva, standing.setting.case.net.trafo.loc[element]
    z_pu = float(old["vk_percent"]) / 100.0 * sn_mva / (float(old["sn_mva"]) * float(old["parallel"]))
    ratio = ratio_of(unit)
    stretch = stretch_of(unit, ratio, z_pu)
    return transformer_two_port(new, ratio, sn_mva, limits.transformer_percent, unit.row, stretch)


def _below_the_trunk(standing: Standing, connection: Connection, limits: Limits, ask: Ask, bus: int) -> Site:
    """A new network below a bus of a trunk: a 10 kV line, and behind it the customer or a new public transformer."""
    setting, grid = standing.setting, standing.setting.grid
    number, place = standing.place_of[bus]
    trunk = setting.model.trunks[number]
    if trunk.source in standing.unsolved or number not in standing.trunks:
        raise NotThere("solver_failure" if trunk.source in standing.unsolved else "no_source")
    vn_kv, year = float(grid.base_kv[bus]), standing.base.years[number]
    line = connection.line or NewLine("", vn_kv, 0.0, 0.0, 0.0, np.inf)
    network = _with_line(_bare(number, place, bus), 1, line, vn_kv, limits.mv_line_percent, grid.sn_mva)
    bound, levels = np.array([-np.inf, -np.inf, limits.floor_pu(vn_kv, False)]), [vn_kv]
    if connection.transformer is not None:
        vn_kv = connection.service.vn_kv if connection.service is not None else LV_KV
        unit = transformer_two_port(connection.transformer, 1.0 + 0j, grid.sn_mva, limits.transformer_percent, -1)
        ab, own = coefficients([unit])
        network = _grown(network, 2, ab, watched_ends(unit, [unit]), unit.limit, "transformer", power=True)
        network.tree.shunt[2] += (own.real, own.imag)
        bound, levels = np.append(bound, limits.floor_pu(vn_kv, connection.single_phase)), [*levels, vn_kv]
        if connection.service is not None:
            network = _with_line(network, 3, connection.service, vn_kv, limits.lv_line_percent, grid.sn_mva)
            bound, levels = np.append(bound, limits.floor_pu(vn_kv, connection.single_phase)), [*levels, vn_kv]
    node = network.tree.n_bus - 1
    head = np.ascontiguousarray(year.voltage[place])
    feeder = replace(
        setting.task(np.empty(0, dtype=np.int64)),
        networks=(network,), bus_bound=(bound,), nodes=(np.array([node]),), ask=ask,
    )  # fmt: skip
    known = _idle_year(feeder, head, watched_of(network, bound))
    impedance = _impedance_at(standing, number, place, ask)
    return Site(connection, network, -1, node, feeder, head, impedance, known, vn_kv, tuple(levels))


def _idle_year(feeder: Feeder, head: Complexes, kind: Ints) -> KnownYear:
    """The year of a network that consumes nothing: its room per part of the load is least where its head's is."""
    count, size, factor = min(4 * KEPT_STEPS, len(head)), np.abs(head), feeder.ask.factor
    floor = feeder.bus_bound[0].max()
    above = size - floor if np.isfinite(floor) else size
    per_peak = np.where(factor > COUNTS, above * size / np.maximum(factor, COUNTS), np.inf)
    steps = np.sort(np.argpartition(per_peak, count - 1)[:count]).astype(np.int64)
    known = known_year(feeder.only(steps), 0, head[steps], kind)
    listed = known.year.least_step
    thing, row = known.broken[1:]
    return replace(
        known,
        year=replace(known.year, least_step=np.where(listed >= 0, steps[np.maximum(listed, 0)], -1)),
        broken=(known.broken[0], thing, int(steps[row]) if row >= 0 else -1),
    )


def _bare(trunk: int, place: int, bus: int) -> Network:
    """A network of nothing below a bus of a trunk."""
    nobody = np.zeros(0, dtype=np.int64)
    ab = np.array([[0.0] * 6, [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]])
    watch = Watch(nobody, np.zeros((0, 8)), np.zeros((0, 2)), np.zeros(0, dtype=bool), nobody)
    tree = Tree(np.array([-1, 0]), ab, np.zeros((2, 2)), np.array([-1, bus]), watch)
    nothing = Consumption(
        np.zeros((2, 2)), nobody, nobody, np.zeros(0), np.zeros(0), nobody, nobody,
        np.zeros((0, 2), dtype=np.int64), np.zeros((0, 2)), nobody,
    )  # fmt: skip
    return Network(-1, tree, nothing, trunk, place)


def _impedance_at(standing: Standing, number: int, place: int, ask: Ask) -> complex:
    """What a new network would see behind a bus of a trunk, pu."""
    above, _ = standing.trunks[number]
    if not len(above.steps):
        return 0j
    steps = above.steps[:IMPEDANCE_STEPS]
    return driving_impedance(above.trunk, above.blocks(steps, ask), ask, place, IMPEDANCE_KVA)
