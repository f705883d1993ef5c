"""The same steps once more with pandapower, from the same loads element by element, and the largest differences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandapower import create_load

from capacity.loadflow.flows import TrafoEnds
from capacity.loadflow.injections import Injections
from capacity.loadflow.reference import fresh, run, solver_name
from capacity.loadflow.worker import source_buses
from capacity.tables.case import Case
from capacity.tables.solved import CrossCheck, Snapshot, SolvedYear

if TYPE_CHECKING:
    from pandapower import pandapowerNet

    from capacity.loadflow.load_flow import LoadFlow

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
MOST_STEPS = 24
_SIGN = {"load": 1.0, "sgen": -1.0, "storage": 1.0}


def critical_steps(case: Case, year: SolvedYear, trafos: TrafoEnds, most: int = MOST_STEPS) -> Ints:
    """The steps worth checking: per feeder its highest transformer, highest line and lowest voltage.

    Those of the whole network come first, then the feeders in turn, the most critical feeder first; at most ``most``
    distinct steps, none of which failed anywhere.
    """
    lines = _with_feeder(year.lines, case.topology.lines["feeder_id"])
    buses = _with_feeder(year.buses, case.topology.buses["feeder_id"])
    peaks = _with_feeder(_transformer_peaks(case, year, trafos), case.topology.trafos["feeder_id"])
    candidates = [
        *_extremes(peaks, "loading_percent", "at", highest=True),
        *_extremes(lines, "max_loading_percent", "max_loading_at", highest=True),
        *_extremes(buses, "voltage_min_pu", "voltage_min_at", highest=False),
    ]
    ranked = sorted(candidates, key=lambda found: found[0])
    step_of = pd.Series(np.arange(len(year.timestamps)), index=year.timestamps)
    steps = dict.fromkeys(int(step_of[at]) for _, at in ranked)
    sound = [step for step in steps if not year.failed[:, step].any()]
    return np.array(sound[:most], dtype=np.int64)


def _with_feeder(table: pd.DataFrame, feeder: pd.Series) -> pd.DataFrame:
    return table.assign(feeder_id=feeder.reindex(table.index).astype(object).where(lambda ids: ids.notna(), ""))


def _extremes(table: pd.DataFrame, value: str, at: str, *, highest: bool) -> list[tuple[int, pd.Timestamp]]:
    """Rank within the feeders' extremes (0 for the most critical feeder) and time of each."""
    known = table.dropna(subset=[value, at]).sort_values(value, ascending=not highest, kind="stable")
    per_feeder = known.drop_duplicates("feeder_id")
    return list(enumerate(per_feeder[at]))


def _transformer_peaks(case: Case, year: SolvedYear, trafos: TrafoEnds) -> pd.DataFrame:
    flows = year.transformers
    rated = np.full(len(flows.index), np.nan)
    rated[trafos.row] = trafos.rated_kva
    peaks = []
    for row in trafos.row:
        square = np.fmax(
            flows.p_hv_kw[row] ** 2 + flows.q_hv_kvar[row] ** 2, flows.p_lv_kw[row] ** 2 + flows.q_lv_kvar[row] ** 2
        )
        if np.isfinite(square).any():
            step = int(np.nanargmax(square))
            peaks.append((flows.index[row], 100.0 * float(np.sqrt(square[step])) / rated[row], year.timestamps[step]))
    return pd.DataFrame(peaks, columns=["trafo", "loading_percent", "at"]).set_index("trafo")


def cross_check(load_flow: LoadFlow, steps: Ints, added_kw: dict[int, complex] | None = None) -> CrossCheck | None:
    """Largest differences to pandapower's own load flow in some steps; None if there are none to check.

    A step in which pandapower finds no solution where ours did, or the other way round, differs by infinity.
    """
    if not len(steps):
        return None
    snapshot = load_flow(steps, added_kw)
    net = fresh(load_flow.case.net)
    for bus, added in (added_kw or {}).items():
        create_load(net, bus, p_mw=added.real / 1000.0, q_mvar=added.imag / 1000.0)
    voltage, loading = _Largest(), _Largest()
    for row, step in enumerate(steps.tolist()):
        apply_step(net, load_flow, step)
        when = f"{load_flow.window.timestamps[step]:%Y-%m-%d %H:%M}"
        if not run(net):
            voltage.see(np.inf, f"pandapower does not converge at {when}")
            continue
        _compare_voltages(net, snapshot, row, when, voltage)
        _compare_loadings(net, snapshot, row, when, loading)
    times = tuple(load_flow.window.timestamps[step] for step in steps.tolist())
    return CrossCheck(times, voltage.value, voltage.where, loading.value, loading.where, solver_name())


class _Largest:
    """The largest difference seen, and where."""

    def __init__(self) -> None:
        self.value, self.where = 0.0, ""

    def see(self, value: float, where: str) -> None:
        if value > self.value or not self.where:
            self.value, self.where = value, where


def _compare_voltages(net: pandapowerNet, snapshot: Snapshot, row: int, when: str, largest: _Largest) -> None:
    theirs = net.res_bus["vm_pu"].reindex(snapshot.bus_index).to_numpy(np.float64)
    _note(snapshot.voltage_pu[row] - theirs, net.bus["name"].reindex(snapshot.bus_index), "bus", when, largest)


def _compare_loadings(net: pandapowerNet, snapshot: Snapshot, row: int, when: str, largest: _Largest) -> None:
    for table, index, ours in (
        ("line", snapshot.line_index, snapshot.line_loading_percent[row]),
        ("trafo", snapshot.trafo_index, snapshot.trafo_loading_percent[row]),
    ):
        theirs = net[f"res_{table}"]["loading_percent"].reindex(index).to_numpy(np.float64)
        unrated = ~np.isfinite(theirs) & ~np.isfinite(ours)
        _note(np.where(unrated, 0.0, ours - theirs), net[table]["name"].reindex(index), table, when, largest)


def _note(difference: Reals, names: pd.Series, table: str, when: str, largest: _Largest) -> None:
    if len(difference):
        size = np.where(np.isnan(difference), np.inf, np.abs(difference))
        worst = int(np.argmax(size))
        largest.see(float(size[worst]), f"{table} {names.iloc[worst]} at {when}")


def apply_step(net: pandapowerNet, load_flow: LoadFlow, step: int) -> None:
    """Give a network's own elements the consumption of one step."""
    plan = load_flow.plan
    power = element_power(plan.injections, step, load_flow.net_load(np.array([step])))
    elements = plan.injections.elements
    for table, sign in _SIGN.items():
        mine = (elements["table"] == table).to_numpy(bool)
        if not mine.any():
            continue
        index = elements.loc[mine, "element"].to_numpy()
        scaling = net[table].loc[index, "scaling"].to_numpy(np.float64)
        used = scaling != 0.0  # an element scaled to zero consumes nothing whatever its base
        base = sign * plan.grid.sn_mva * power[mine][used] / scaling[used]
        net[table].loc[index[used], "p_mw"] = base.real
        net[table].loc[index[used], "q_mvar"] = base.imag
    if load_flow.reference.gen_profile is not None:
        base = load_flow.case.net.gen["p_mw"].to_numpy(np.float64)
        net.gen["p_mw"] = base * load_flow.reference.gen_profile[:, step]
    _apply_source_voltage(net, load_flow, step)


def element_power(injections: Injections, step: int, net_load: Reals | None) -> npt.NDArray[np.complex128]:
    """Consumption of every element in one step, pu."""
    table, factors = injections.elements, injections.profiles[:, step]
    own_p = table["p"].to_numpy(np.float64) * factors[table["profile_p"].to_numpy(np.int64)]
    own_q = table["q"].to_numpy(np.float64) * factors[table["profile_q"].to_numpy(np.int64)]
    power = own_p + 1j * own_q
    if net_load is None:
        return power
    for group in range(injections.n_groups):
        mine = (table["group"] == group).to_numpy(bool)
        if not mine.any() or np.isnan(net_load[group, 0, 0]):
            continue
        weight = own_p[mine] if own_p[mine].sum() > 0.0 else table["p"].to_numpy(np.float64)[mine]
        power[mine] = weight / weight.sum() * (net_load[group, 0, 0] + 1j * net_load[group, 1, 0])
    return power


def _apply_source_voltage(net: pandapowerNet, load_flow: LoadFlow, step: int) -> None:
    grid, sources = load_flow.plan.grid, load_flow.source_voltage
    at = grid.bus_of[net.ext_grid["bus"].to_numpy(np.int64)]
    size = dict(zip(source_buses(grid).tolist(), np.abs(sources[:, min(step, sources.shape[1] - 1)]), strict=True))
    for row, bus in zip(net.ext_grid.index, at.tolist(), strict=True):
        if bus in size:
            net.ext_grid.loc[row, "vm_pu"] = size[bus]
