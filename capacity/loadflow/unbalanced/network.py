"""The LV network behind one transformer, in ohms and by sequence, cut out of the electrical model.

The transformer is what it looks like from its LV terminals: an open-circuit voltage behind an impedance
(``V = -Ytf/Ytt · V_hv`` behind ``1/Ytt`` of its two-port), so taps, ratio and magnetising branch are those of the
balanced load flow. Lines are the series part and the charging of their two-ports.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from capacity.loadflow.grid import Grid
from capacity.loadflow.unbalanced.assumptions import Assumptions
from capacity.tables.connection import NewLine, NewTransformer

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]

ASYMMETRIC = 1e-6
"""Relative difference of a branch's transfer admittances from which it has no single series impedance."""


class Unsupported(Exception):
    """Why a network is beyond this calculation, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en
        super().__init__(en)


@dataclass(frozen=True)
class Supply:
    """The transformer seen from its LV terminals.

    Attributes
    ----------
    trafo_ids : parallel units between the same two buses together.
    head : electrical bus of the HV side.
    ratio : open-circuit LV voltage (pu) per HV voltage (pu).
    z1_ohm, z0_ohm : positive (and negative) and zero sequence.
    rated_a : rated LV phase current of all units.
    stated_z0 : the zero sequence comes from the network's data.
    """

    trafo_ids: tuple[str, ...]
    head: int
    ratio: float
    z1_ohm: complex
    z0_ohm: complex
    rated_a: float
    stated_z0: bool


@dataclass(frozen=True)
class LvNetwork:
    """Nodes are local numbers; node 0 is the transformer's LV busbar.

    Attributes
    ----------
    buses : electrical bus of each node; -1 a node that does not exist yet.
    f, t : ends of each branch.
    z1_ohm, z0_ohm : series impedance; ``charging_s`` the whole shunt admittance; ``rating_a`` NaN where unrated.
    line_ids : name of each branch, empty where it is no line.
    shunt_s : at nodes.
    stated_z0 : share of the branches whose zero sequence comes from the network's data.
    """

    vn_kv: float
    buses: Ints
    f: Ints
    t: Ints
    z1_ohm: Complexes
    z0_ohm: Complexes
    charging_s: Complexes
    rating_a: Reals
    line_ids: tuple[str, ...]
    shunt_s: Complexes
    supply: Supply
    stated_z0: float

    @property
    def n(self) -> int:
        """Count of nodes."""
        return len(self.buses)

    @property
    def phase_v(self) -> float:
        """Nominal voltage of the model from phase to neutral, V."""
        return self.vn_kv * 1000.0 / np.sqrt(3.0)

    @cached_property
    def up(self) -> tuple[Ints, Ints, Ints]:
        """Parent node and parent branch of every node (-1 at node 0), and the nodes from the busbar outwards.

        Raises
        ------
        Unsupported
            If the network has loops.
        """
        around: list[list[tuple[int, int]]] = [[] for _ in range(self.n)]
        for branch, (one, other) in enumerate(zip(self.f.tolist(), self.t.tolist(), strict=True)):
            around[one].append((other, branch))
            around[other].append((one, branch))
        parent, over = np.full(self.n, -1), np.full(self.n, -1)
        order, waiting, seen = [], deque([0]), {0}
        while waiting:
            node = waiting.popleft()
            order.append(node)
            for other, branch in around[node]:
                if other not in seen:
                    seen.add(other)
                    parent[other], over[other] = node, branch
                    waiting.append(other)
        if len(self.f) > self.n - 1:
            raise Unsupported("低压网络环网运行，保守规则不适用", "the LV network is meshed: the rule is for trees")
        return parent, over, np.array(order)

    def with_line(self, node: int, line: NewLine) -> LvNetwork:
        """The network with a new line from a node to a new last node; its neutral equals its phase conductor."""
        z1 = complex(line.r_ohm_per_km, line.x_ohm_per_km) * line.length_m / 1000.0 / line.circuits
        if z1 == 0.0:
            z1 = complex(SHORT_OHM, 0.0)
        return LvNetwork(
            vn_kv=self.vn_kv,
            buses=np.append(self.buses, -1),
            f=np.append(self.f, node),
            t=np.append(self.t, self.n),
            z1_ohm=np.append(self.z1_ohm, z1),
            z0_ohm=np.append(self.z0_ohm, 4.0 * z1),
            charging_s=np.append(self.charging_s, 0.0),
            rating_a=np.append(self.rating_a, line.max_i_ka * 1000.0 * line.circuits),
            line_ids=(*self.line_ids, f"NEW {line.type_name}".strip()),
            shunt_s=np.append(self.shunt_s, 0.0),
            supply=self.supply,
            stated_z0=self.stated_z0,
        )

    def with_transformer(self, new: NewTransformer, assumed: Assumptions) -> LvNetwork:
        """The network with another transformer (Dyn11) in the place of its own, at the same ratio."""
        supply = supply_of_new(new, self.vn_kv, self.supply.head, self.supply.ratio, assumed)
        return LvNetwork(**{**_fields(self), "supply": supply})


SHORT_OHM = 1e-6
"""In the place of a line without impedance."""


def _fields(network: LvNetwork) -> dict[str, Any]:
    return {name: getattr(network, name) for name in LvNetwork.__dataclass_fields__}


def supply_of_new(new: NewTransformer, vn_kv: float, head: int, ratio: float, assumed: Assumptions) -> Supply:
    """A transformer that does not exist yet (Dyn11), by its nameplate."""
    base = vn_kv**2 * 1000.0 / new.rated_kva
    r, z = new.vkr_percent / 100.0, new.vk_percent / 100.0
    z1 = complex(r, np.sqrt(max(z * z - r * r, 0.0))) * base
    rated_a = new.rated_kva / (np.sqrt(3.0) * vn_kv)
    name = f"NEW {new.type_name}".strip()
    return Supply((name,), head, ratio, z1, assumed.dyn_z0_ratio * z1, rated_a, stated_z0=False)


def lone_network(new: NewTransformer, vn_kv: float, head: int, ratio: float, assumed: Assumptions) -> LvNetwork:
    """A new transformer's busbar with nobody on it."""
    nothing, none = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.complex128)
    return LvNetwork(
        vn_kv=vn_kv,
        buses=np.array([-1]),
        f=nothing,
        t=nothing,
        z1_ohm=none,
        z0_ohm=none,
        charging_s=none,
        rating_a=np.empty(0),
        line_ids=(),
        shunt_s=np.zeros(1, dtype=np.complex128),
        supply=supply_of_new(new, vn_kv, head, ratio, assumed),
        stated_z0=0.0,
    )


@dataclass(frozen=True)
class Cutter:
    """Cuts LV networks out of a grid; made once per case."""

    grid: Grid
    net: Any
    assumed: Assumptions
    label: Ints

    @classmethod
    def of(cls, grid: Grid, net: Any, assumed: Assumptions) -> Cutter:
        """Number the parts of the grid that hang together without transformers."""
        two = grid.branches
        flat = ~np.char.startswith(two.kind, "trafo")
        links = coo_matrix((np.ones(flat.sum()), (two.f[flat], two.t[flat])), shape=(grid.n_bus, grid.n_bus))
        return cls(grid, net, assumed, connected_components(links, directed=False)[1].astype(np.int64))

    def cut(self, bus: int) -> LvNetwork:
        """The LV network of an electrical bus.

        Raises
        ------
        Unsupported
            If it is not supplied by the two-winding transformers between one pair of buses.
        """
        grid, two = self.grid, self.grid.branches
        mine = self.label[bus]
        inside = np.flatnonzero(self.label == mine)
        if grid.base_kv[bus] > 1.0:
            raise Unsupported("接入点不在低压侧", "the node is not at low voltage")
        here_f, here_t = self.label[two.f] == mine, self.label[two.t] == mine
        winding = np.char.startswith(two.kind, "trafo")
        feeding = np.flatnonzero(winding & here_t & ~here_f)
        pairs = {(int(two.f[row]), int(two.t[row])) for row in feeding}
        if (winding & here_f).any() or len(pairs) != 1 or (two.kind[feeding] != "trafo").any():
            raise Unsupported(
                "低压网络并非由一组双绕组配变单独供电",
                "the LV network is not supplied by one pair of transformer terminals",
            )
        (head, busbar) = pairs.pop()
        buses = np.concatenate([[busbar], inside[inside != busbar]])
        local = np.full(grid.n_bus, -1, dtype=np.int64)
        local[buses] = np.arange(len(buses))
        rows = np.flatnonzero(~winding & here_f & (two.f != two.t))
        vn_kv = float(grid.base_kv[busbar])
        base_ohm = vn_kv**2 / grid.sn_mva
        if (np.abs(two.yft[rows] - two.ytf[rows]) > ASYMMETRIC * np.abs(two.yft[rows])).any():
            raise Unsupported("低压网络含不对称支路", "the LV network has a branch without a single series impedance")
        z1 = -base_ohm / two.yft[rows]
        z0, stated = self._line_z0(rows, z1)
        return LvNetwork(
            vn_kv=vn_kv,
            buses=buses,
            f=local[two.f[rows]],
            t=local[two.t[rows]],
            z1_ohm=z1,
            z0_ohm=z0,
            charging_s=(two.yff[rows] + two.yft[rows] + two.ytt[rows] + two.ytf[rows]) / base_ohm,
            rating_a=self._ratings(rows),
            line_ids=self._names(rows),
            shunt_s=grid.shunt[buses] / base_ohm,
            supply=self._supply(feeding, head, base_ohm),
            stated_z0=float(stated.mean()) if len(stated) else 0.0,
        )

    def _lines(self, rows: Ints) -> pd.DataFrame:
        """The table of lines by branch; of other branches nothing is known."""
        element = np.where(self.grid.branches.kind[rows] == "line", self.grid.branches.element[rows], -1)
        return self.net.line.reindex(element)

    def _line_z0(self, rows: Ints, z1: Complexes) -> tuple[Complexes, npt.NDArray[np.bool_]]:
        z0 = self.assumed.line_z0_ratio * z1
        lines = self._lines(rows)
        if not {"r0_ohm_per_km", "x0_ohm_per_km"} <= set(lines.columns):
            return z0, np.zeros(len(rows), dtype=bool)
        per_km = lines["r0_ohm_per_km"].to_numpy(np.float64) + 1j * lines["x0_ohm_per_km"].to_numpy(np.float64)
        own = per_km * lines["length_km"].to_numpy(np.float64) / lines["parallel"].to_numpy(np.float64)
        stated = np.isfinite(own.real) & np.isfinite(own.imag) & (np.abs(own) > 0.0)
        return np.where(stated, own, z0), stated

    def _ratings(self, rows: Ints) -> Reals:
        lines = self._lines(rows)
        rating: Reals = (lines["max_i_ka"] * lines["df"] * lines["parallel"]).to_numpy(np.float64) * 1000.0
        return np.where(rating > 0.0, rating, np.nan)

    def _names(self, rows: Ints) -> tuple[str, ...]:
        return tuple(name if isinstance(name, str) else "" for name in self._lines(rows)["name"])

    def _supply(self, rows: Ints, head: int, base_ohm: float) -> Supply:
        two = self.grid.branches
        table = self.net.trafo.loc[two.element[rows]]
        y_tf, y_tt = two.ytf[rows].sum(), two.ytt[rows].sum()
        units = [
            self._unit_z0(one, complex(base_ohm / y))
            for (_, one), y in zip(table.iterrows(), two.ytt[rows], strict=True)
        ]
        rated = table["sn_mva"] * table["df"] * table["parallel"] * 1000.0 / (np.sqrt(3.0) * table["vn_lv_kv"])
        return Supply(
            trafo_ids=tuple(table["name"].astype(str)),
            head=head,
            ratio=float(abs(y_tf / y_tt)),
            z1_ohm=complex(base_ohm / y_tt),
            z0_ohm=complex(1.0 / sum(1.0 / z0 for z0, _ in units)),
            rated_a=float(rated.sum()),
            stated_z0=all(stated for _, stated in units),
        )

    def _unit_z0(self, trafo: pd.Series, z1_ohm: complex) -> tuple[complex, bool]:
        """Zero-sequence impedance of one row of transformers seen from the LV side, and whether it is stated."""
        group = str(trafo.get("vector_group") or "").lower()
        base = trafo["vn_lv_kv"] ** 2 / trafo["sn_mva"] / trafo["parallel"]
        vk0, vkr0 = float(trafo.get("vk0_percent", np.nan)), float(trafo.get("vkr0_percent", np.nan))
        if group.startswith("yy"):
            return complex(0.0, self.assumed.yyn_vk0_percent / 100.0 * base), False
        if np.isfinite(vk0) and vk0 > 0.0:
            r = vkr0 if np.isfinite(vkr0) and 0.0 <= vkr0 <= vk0 else 0.0
            return complex(r, np.sqrt(vk0**2 - r**2)) / 100.0 * base, True
        return self.assumed.dyn_z0_ratio * z1_ohm, False
