"""The electrical model: pandapower's own two-ports and shunts, ordered so that every island is one run of buses.

pandapower turns a net into per-unit arrays before it solves (fused bus switches, auxiliary buses at open line ends,
tap changers, T-model transformers, …). We take these arrays as they are, so that every engine solves exactly the
network pandapower would. Each branch is its two-port ::

    I_f = Yff·V_f + Yft·V_t        I_t = Ytf·V_f + Ytt·V_t

Loads are left out: they are injections, built per step in :mod:`capacity.loadflow.injections`.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from pandapower.auxiliary import _add_auxiliary_elements, _init_runpp_options
from pandapower.pd2ppc import _pd2ppc
from pandapower.pypower.idx_brch import F_BUS, T_BUS
from pandapower.pypower.idx_bus import BASE_KV, BS, BUS_TYPE, CID_P, CID_Q, CZD_P, CZD_Q, GS, PD, PV, QD
from pandapower.pypower.idx_gen import GEN_BUS
from pandapower.pypower.makeYbus import branch_vectors
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from capacity.errors import SolverError
from capacity.loadflow.ordering import depth_first

if TYPE_CHECKING:
    from pandapower import pandapowerNet

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]

PROFILED = ("load", "sgen", "storage")
"""Elements whose power is an injection of ours; whatever else consumes power stays a constant of the model."""

BEYOND_TWO_PORTS = ("svc", "tcsc", "ssc", "vsc")
RUNPP = {
    "algorithm": "nr",
    "calculate_voltage_angles": True,
    "init": "auto",
    "max_iteration": "auto",
    "tolerance_mva": 1e-8,
    "trafo_model": "t",
    "trafo_loading": "power",
    "enforce_p_lims": False,
    "enforce_q_lims": False,
    "check_connectivity": True,
    "voltage_depend_loads": True,
    "lightsim2grid": False,
}
"""The options with which pandapower is asked, everywhere in this room: its defaults, loading by rated power (P1)."""


@dataclass(frozen=True)
class Island:
    """A run of buses ``start … stop-1`` that hang together; ``tree`` when depth-first order makes it a tree.

    ``beyond`` says what in it neither the radial nor the pgm engine represents exactly, empty when nothing.
    """

    number: int
    start: int
    stop: int
    sources: Ints
    tree: bool
    beyond: str


@dataclass(frozen=True)
class Branches:
    """Two-ports in per unit; ``kind`` is pandapower's table, ``element`` its index there, ``f``/``t`` are buses."""

    f: Ints
    t: Ints
    yff: Complexes
    yft: Complexes
    ytf: Complexes
    ytt: Complexes
    kind: npt.NDArray[np.str_]
    element: Ints

    def of(self, kind: str) -> Ints:
        """Rows of the branches of one pandapower table, in its order."""
        return np.flatnonzero(self.kind == kind)


@dataclass(frozen=True)
class Grid:
    """An operating state in per unit of ``sn_mva``; buses are electrical ones (fused), islands contiguous.

    Attributes
    ----------
    bus_of : electrical bus of each pandapower bus index (array position = index), -1 where unenergised.
    base_kv : nominal voltage per electrical bus.
    shunt : constant admittance per electrical bus, pu, with that of branches whose ends are fused together.
    constant : constant consumption per electrical bus besides loads, sgens and storages, pu.
    source_voltage : complex voltage at the source buses, zero elsewhere, pu.
    ppc_bus : row of each electrical bus in pandapower's internal arrays.
    parent : electrical parent bus in tree islands, -1 at sources and in other islands.
    """

    sn_mva: float
    bus_of: Ints
    base_kv: Reals
    shunt: Complexes
    constant: Complexes
    source_voltage: Complexes
    ppc_bus: Ints
    branches: Branches
    islands: tuple[Island, ...]
    parent: Ints

    @property
    def n_bus(self) -> int:
        """Count of energised electrical buses."""
        return len(self.base_kv)


def build_grid(net: pandapowerNet) -> Grid:
    """The electrical model of a network's operating state.

    Raises
    ------
    SolverError
        If the network has no energised bus, or its data give no finite admittance.
    """
    bare = bare_copy(net)
    with _readable_errors():
        arrays = _internal_arrays(bare)
    branch = arrays["branch"]
    with np.errstate(all="ignore"), _readable_errors():
        ytt, yff, yft, ytf = branch_vectors(branch, len(branch))
    f, t = (branch[:, column].real.astype(np.int64) for column in (F_BUS, T_BUS))
    kind, element = _names_of_branches(bare, arrays)
    _refuse_infinite(np.abs(yff) + np.abs(yft) + np.abs(ytf) + np.abs(ytt), kind, element)
    bus = arrays["bus"].real
    sources, voltage = _sources(arrays)
    order, parent, islands = _ordered(len(bus), f, t, sources, _beyond(bare, arrays))
    place = np.empty(len(bus), dtype=np.int64)
    place[order] = np.arange(len(bus))
    lookup = np.asarray(bare._pd2ppc_lookups["bus"], dtype=np.int64)
    known = (lookup >= 0) & (lookup < len(bus))
    shunt = (bus[:, GS] + 1j * bus[:, BS]) / arrays["baseMVA"]
    fused = f == t
    np.add.at(shunt, f[fused], (yff + yft + ytf + ytt)[fused])
    return Grid(
        sn_mva=float(arrays["baseMVA"]),
        bus_of=np.where(known, place[np.where(known, lookup, 0)], -1),
        base_kv=bus[order, BASE_KV],
        shunt=shunt[order],
        constant=((bus[:, PD] + 1j * bus[:, QD]) / arrays["baseMVA"])[order],
        source_voltage=voltage[order],
        ppc_bus=order,
        branches=Branches(place[f], place[t], yff, yft, ytf, ytt, kind, element),
        islands=islands,
        parent=parent,
    )


def bare_copy(net: pandapowerNet) -> pandapowerNet:
    """A private copy of the network whose profiled elements consume nothing."""
    bare = copy.deepcopy(net)
    for table in PROFILED:
        bare[table]["p_mw"] = 0.0
        bare[table]["q_mvar"] = 0.0
    bare.user_pf_options = {}
    return bare


def _internal_arrays(net: pandapowerNet) -> dict[str, Any]:
    """pandapower's internal arrays, as runpp would build them."""
    _init_runpp_options(net, **RUNPP)
    _add_auxiliary_elements(net)
    none = np.array([], dtype=np.int64)
    tables = ("bus", "bus_dc", "ext_grid", "gen", "branch", "branch_dc")
    net._pd2ppc_lookups = {table: none.copy() for table in tables}
    _, arrays = _pd2ppc(net)
    return arrays


@contextmanager
def _readable_errors() -> Iterator[None]:
    try:
        yield
    except SolverError:
        raise
    except Exception as error:  # pandapower raises anything from UserWarning to IndexError on a net it cannot convert
        raise SolverError("pandapower", -1, f"the network cannot be converted: {error}") from error


def _names_of_branches(net: pandapowerNet, arrays: dict[str, Any]) -> tuple[npt.NDArray[np.str_], Ints]:
    """Table and index of every in-service branch, in the order of the internal array."""
    in_service = arrays["internal"]["branch_is"]
    kind = np.full(len(in_service), "other", dtype="U10")
    element = np.full(len(in_service), -1, dtype=np.int64)
    for table, (first, last) in net._pd2ppc_lookups["branch"].items():
        kind[first:last] = table
        if table in ("line", "trafo"):
            element[first:last] = net[table].index.to_numpy()
    return kind[in_service], element[in_service]


def _refuse_infinite(size: Reals, kind: npt.NDArray[np.str_], element: Ints) -> None:
    bad = np.flatnonzero(~np.isfinite(size))
    if len(bad):
        named = ", ".join(f"{kind[row]} {element[row]}" for row in bad[:5])
        raise SolverError("pandapower", -1, f"{len(bad)} branches have no finite impedance ({named})")


def _sources(arrays: dict[str, Any]) -> tuple[Ints, Complexes]:
    """Buses held by an external grid and their voltages."""
    from pandapower.pypower.idx_bus import REF, VA
    from pandapower.pypower.idx_gen import VG

    bus, gen = arrays["bus"].real, arrays["gen"].real
    sources = np.flatnonzero(bus[:, BUS_TYPE] == REF)
    voltage = np.zeros(len(bus), dtype=np.complex128)
    held = np.isin(gen[:, GEN_BUS].astype(np.int64), sources)
    at = gen[held, GEN_BUS].astype(np.int64)
    voltage[at] = gen[held, VG] * np.exp(1j * np.deg2rad(bus[at, VA]))
    return sources, voltage


def _beyond(net: pandapowerNet, arrays: dict[str, Any]) -> npt.NDArray[np.str_]:
    """Per internal bus: what stands there that no two-port with constant power can represent."""
    bus = arrays["bus"].real
    beyond = np.full(len(bus), "", dtype="U80")
    beyond[(np.abs(bus[:, [CID_P, CZD_P, CID_Q, CZD_Q]]) > 0).any(axis=1)] = "voltage-dependent loads"
    beyond[bus[:, BUS_TYPE] == PV] = "voltage-controlled generators"
    if any(len(arrays[table]) for table in BEYOND_TWO_PORTS) or len(arrays["bus_dc"]):
        beyond[:] = "FACTS or DC elements"
    return beyond


def _ordered(
    n_bus: int, f: Ints, t: Ints, sources: Ints, beyond: npt.NDArray[np.str_]
) -> tuple[Ints, Ints, tuple[Island, ...]]:
    """Buses island by island (trees depth first), each bus's parent in that order, and the islands."""
    apart = f != t
    links = coo_matrix((np.ones(apart.sum()), (f[apart], t[apart])), shape=(n_bus, n_bus))
    _, label = connected_components(links, directed=False)
    order = np.empty(n_bus, dtype=np.int64)
    parent = np.full(n_bus, -1, dtype=np.int64)
    islands: list[Island] = []
    start = 0
    root_labels = list(dict.fromkeys(label[sources].tolist()))
    neighbours = links.tocsr() + links.T.tocsr()
    for number, island in enumerate(root_labels):
        members = np.flatnonzero(label == island)
        roots = sources[label[sources] == island]
        stop = start + len(members)
        single = len(roots) == 1
        walk = depth_first(neighbours.indptr, neighbours.indices, int(roots[0]), len(members)) if single else None
        order[start:stop] = members if walk is None else walk[0]
        if walk is not None:
            parent[start:stop] = np.where(walk[1] >= 0, walk[1] + start, -1)
        what = sorted(set(beyond[members].tolist()) - {""})
        place_of_roots = start + np.flatnonzero(np.isin(order[start:stop], roots))
        islands.append(Island(number, start, stop, place_of_roots, walk is not None, " and ".join(what)))
        start = stop
    if start == 0:
        raise SolverError("auto", -1, "no bus of the network is supplied by an external grid")
    if start < n_bus:
        raise SolverError("auto", -1, f"{n_bus - start} energised buses have no external grid")
    return order, parent, tuple(islands)
