"""At which steps of the window a connection has to be looked at, besides those that limit the figure.

What is stated of the load asked for - the customer's lowest voltage, the transformer's highest load rate - and what the
new parts can carry is decided at steps of its own: where the voltage is lowest with the load, where the transformer
carries most in either direction, and where the load is largest and the voltage low.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from capacity.loadflow.additions.asking import COUNTS, VOLTAGE, Ask, Loads
from capacity.loadflow.additions.own import NetworkBounds, network_year
from capacity.loadflow.connections.sites import Site
from capacity.loadflow.connections.standing import Standing

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]

KEPT = 8
"""Steps kept of everything that may decide."""
NEAR_PEAK = 0.8
"""Part of its peak below which a load cannot load a new part most: voltages do not differ by more."""


def telling_steps(standing: Standing, site: Site, ask: Ask, asked_kva: float) -> Ints:
    """Steps that tell of the customer's lowest voltage, its transformer's highest load rate, and the new parts."""
    n, year = site.network.tree.n_bus, site.known.year
    rows = [site.node, *(n + np.flatnonzero(site.network.tree.watch.power)).tolist()]
    least = year.least_step[rows, :KEPT].reshape(-1)
    chosen = [least[least >= 0], _highest_rates(standing, site, ask, asked_kva)]
    listed = _flat(ask) and year.least_step[site.node, 0] >= 0  # then the lowest voltages are in the list already
    if not listed:
        chosen.append(fullest_steps(site, ask, np.arange(len(site.head))))
    if not _flat(ask):
        chosen.append(_lowest_with_load(site, ask, asked_kva))
    return np.unique(np.concatenate(chosen)).astype(np.int64)


def fullest_steps(site: Site, ask: Ask, steps: Ints) -> Ints:
    """Of ``steps``, those at which what would be built carries most: the load is large and its voltage low."""
    factor = ask.factor[steps]
    if not len(steps) or factor.max() <= COUNTS:
        return np.empty(0, dtype=np.int64)
    steps = steps[factor >= NEAR_PEAK * factor.max()]
    if site.network.number < 0:  # idle: the customer has the head's voltage
        return _first(np.abs(site.head[steps]) / ask.factor[steps], steps)
    only = replace(ask, factor=ask.factor[steps] ** 2)  # room · V / f² is V² / f² above a bound of nothing
    loads = site.feeder.loads.only(steps)
    return steps[_lowest_at_customer(site, loads, only, site.head[steps])]


def _lowest_with_load(site: Site, ask: Ask, asked_kva: float) -> Ints:
    """Steps at which the customer's voltage is lowest once it draws what it asked for, its head's voltage as it is."""
    network, loads = site.network, site.feeder.loads
    used, power = network.consumption, asked_kva * ask.unit
    with_load = replace(
        used,
        fixed_bus=np.append(used.fixed_bus, site.node),
        fixed_profile=np.append(used.fixed_profile, len(loads.profiles)),
        fixed_p=np.append(used.fixed_p, power.real),
        fixed_q=np.append(used.fixed_q, power.imag),
    )
    there = replace(site, network=replace(network, consumption=with_load))
    more = Loads(np.concatenate([loads.profiles, ask.factor[None, :]]), loads.net_load)
    return _lowest_at_customer(there, more, replace(ask, factor=np.ones_like(ask.factor)), site.head)


def _lowest_at_customer(site: Site, loads: Loads, ask: Ask, head: npt.NDArray[np.complex128]) -> Ints:
    """Positions among the steps of ``head`` of the customer's lowest voltages, each by the part ``ask`` has of it."""
    n, total = site.network.tree.n_bus, site.network.tree.n_bus + len(site.network.tree.watch.child)
    kind = np.full(total, -1, dtype=np.int64)
    kind[site.node] = VOLTAGE
    bounds = NetworkBounds(np.zeros(n), np.concatenate([np.zeros(n), np.full(total - n, np.inf)]), kind)
    year = network_year(site.network, bounds, loads, ask, np.arange(len(head)), head, keep=True)
    found = year.least_step[site.node, :KEPT]
    return found[found >= 0]


def _highest_rates(standing: Standing, site: Site, ask: Ask, asked_kva: float) -> Ints:
    """Steps of the highest apparent power, in either direction, through the transformers that supply the customer."""
    setting, watch = standing.setting, site.network.tree.watch
    rows = watch.element[watch.power & (watch.element >= 0)]
    if not len(rows):  # without a transformer, or a new one: its own needs grow with the voltage
        heads = np.abs(site.head)
        return np.unique([int(heads.argmax()), int(heads.argmin())]).astype(np.int64)
    flows = standing.solved.transformers
    own = np.isin(flows.index, setting.grid.branches.element[rows])
    through = (flows.p_hv_kw[own] + 1j * flows.q_hv_kvar[own]).sum(axis=0) / (1000.0 * setting.grid.sn_mva)
    bus = site.network.tree.bus[2:]
    through = through + setting.connected[bus[bus >= 0]].sum() + asked_kva * ask.factor * ask.unit
    return _first(-np.abs(through), np.arange(len(through)))


def _first(values: Reals, steps: Ints) -> Ints:
    """The steps of the lowest values."""
    count = min(KEPT, len(values))
    return steps[np.argpartition(values, count - 1)[:count]]


def _flat(ask: Ask) -> bool:
    return bool(np.ptp(ask.factor) == 0.0)
