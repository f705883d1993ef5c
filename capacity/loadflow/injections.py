"""Power consumed at every bus in every step: profiles times ratings, and shares of a metered transformer's load.

A load that hangs below a calibrated transformer takes its share (by base power × profile) of that LV network's net
load ``P + jQ``, which :mod:`capacity.loadflow.calibration` finds; while that is NaN, and everywhere else, it consumes
what its profile says. Generators and storages always follow their profile.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.errors import InputError
from capacity.loadflow.grid import PROFILED, Grid
from capacity.loadflow.kernels import add_shared, fixed_power
from capacity.loadflow.lanes import LANES, Block, room
from capacity.tables.case import Case, Window
from capacity.tables.inputs.profiles import PROFILE_COLUMN, PROFILE_Q_COLUMN, TIMESTAMP
from capacity.tables.issue import Issue

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]

CONSTANT = 0
"""Row of the profile table that is one in every step."""

_SIGN = {"load": 1.0, "sgen": -1.0, "storage": 1.0}


@dataclass(frozen=True)
class Injections:
    """Who consumes what where.

    Attributes
    ----------
    profiles : ``(n_profiles, n_steps)`` factors; row 0 is one.
    elements : one row per energised load, sgen and storage: ``table``, ``element`` (pandapower index), ``bus``
        (electrical), ``p``, ``q`` (base consumption, pu), ``profile_p``, ``profile_q`` (rows of ``profiles``),
        ``group`` (row of the calibrated LV network whose load it shares, -1 none), ``on_top`` (a scenario's load that
        comes on top of what the network's meter shows).
    fixed_bus … : the unshared consumption, one entry per bus and profile, ordered by bus; those of a bus begin at
        ``first_fixed[bus]``.
    shared_bus … : the loads that share a network's net load, one entry each.
    group_bus, first_of_group : every electrical bus of the calibrated networks, once, network by network, and where
        each network begins.
    group_constant, group_p, group_q : what is not shared in each calibrated network: ``(n_groups)`` constants, pu, and
        ``(n_groups, n_profiles)`` power per profile.
    """

    profiles: Reals
    elements: pd.DataFrame
    constant: Complexes
    fixed_bus: Ints
    fixed_profile: Ints
    fixed_p: Reals
    fixed_q: Reals
    first_fixed: Ints
    shared_bus: Ints
    shared_group: Ints
    shared_profile: npt.NDArray[np.int64]
    shared_power: Reals
    group_bus: Ints
    first_of_group: Ints
    group_constant: Complexes
    group_p: Reals
    group_q: Reals
    n_groups: int

    def profiles_of(self, steps: Ints) -> Block:
        """Factors of steps given as lanes: ``(n_blocks, n_profiles, LANES)``."""
        factors = room(len(steps), len(self.profiles), LANES)
        factors[:] = self.profiles[:, steps].transpose(1, 0, 2)
        return factors

    def power(self, steps: Ints, net_load: Block | None, over: Block | None = None) -> Block:
        """Consumption per bus, pu, for steps ``(n_blocks, LANES)``, in the place of ``over`` if that has room.

        ``net_load`` is ``(n_blocks, n_groups, 2, LANES)``, pu, NaN where loads follow their profile.
        """
        factors = self.profiles_of(steps)
        power = over if over is not None and len(over) == len(steps) else room(len(steps), len(self.constant), 2, LANES)
        constant = self.constant.view(np.float64).reshape(-1, 2)
        for block in range(len(steps)):
            fixed_power(
                constant,
                self.first_fixed,
                self.fixed_profile,
                self.fixed_p,
                self.fixed_q,
                factors[block],
                power[block],
            )
            if net_load is not None and self.n_groups:
                add_shared(
                    self.shared_bus,
                    self.shared_group,
                    self.shared_profile,
                    self.shared_power,
                    factors[block],
                    net_load[block],
                    power[block],
                )
        return power

    def generation(self, steps: Ints) -> Block:
        """What in each calibrated network is not scaled, pu: generation (negative), storages, constants.

        ``(n_blocks, n_groups, 2, LANES)`` for steps ``(n_blocks, LANES)``.
        """
        factors, constant = self.profiles_of(steps), self.group_constant[:, None]
        return np.stack([constant.real + self.group_p @ factors, constant.imag + self.group_q @ factors], axis=2)


def build_injections(case: Case, window: Window, grid: Grid, group_of_bus: Ints | None = None) -> Injections:
    """The consumption of a case in a window.

    Parameters
    ----------
    group_of_bus : per pandapower bus index (array position), the calibrated LV network its loads share, -1 none.

    Raises
    ------
    InputError
        If an element names a profile that is absent or does not cover the window.
    """
    elements = _elements(case, grid)
    names = pd.unique(pd.concat([elements["name_p"], elements["name_q"]]).dropna())
    profiles = profile_rows(case, window, [str(name) for name in names])
    row_of = {name: row for row, name in enumerate(names, start=1)}
    for part in ("p", "q"):
        elements[f"profile_{part}"] = elements[f"name_{part}"].map(row_of).fillna(CONSTANT).astype(np.int64)
    elements["group"] = -1
    if group_of_bus is not None and len(elements):
        scalable = (elements["table"] == "load") & (elements["p"] > 0.0) & ~elements["on_top"]
        elements["group"] = np.where(scalable, group_of_bus[elements["pandapower_bus"]], -1)
    shared = elements[elements["group"] >= 0]
    group_bus, first_of_group = _group_buses(grid, group_of_bus)
    fixed = _by_bus_and_profile(elements[elements["group"] < 0])
    n_groups = int(group_of_bus.max() + 1) if group_of_bus is not None and len(group_of_bus) else 0
    electrical_group = np.full(grid.n_bus, -1, dtype=np.int64)
    electrical_group[group_bus] = np.searchsorted(first_of_group, np.arange(len(group_bus)), side="right") - 1
    return Injections(
        profiles=profiles,
        elements=elements,
        constant=grid.constant,
        fixed_bus=fixed["bus"].to_numpy(np.int64),
        fixed_profile=fixed["profile"].to_numpy(np.int64),
        fixed_p=fixed["p"].to_numpy(np.float64),
        fixed_q=fixed["q"].to_numpy(np.float64),
        first_fixed=np.searchsorted(fixed["bus"], np.arange(grid.n_bus + 1)).astype(np.int64),
        shared_bus=shared["bus"].to_numpy(np.int64),
        shared_group=shared["group"].to_numpy(np.int64),
        shared_profile=np.ascontiguousarray(shared[["profile_p", "profile_q"]].to_numpy(np.int64)),
        shared_power=np.ascontiguousarray(shared[["p", "q"]].to_numpy(np.float64)),
        group_bus=group_bus,
        first_of_group=first_of_group,
        group_constant=_by_group(electrical_group, grid.constant, n_groups),
        group_p=_by_group_and_profile(electrical_group, fixed, "p", n_groups, len(profiles)),
        group_q=_by_group_and_profile(electrical_group, fixed, "q", n_groups, len(profiles)),
        n_groups=n_groups,
    )


def _group_buses(grid: Grid, group_of_bus: Ints | None) -> tuple[Ints, Ints]:
    """Every electrical bus of the calibrated networks, network by network, and where each begins."""
    if group_of_bus is None:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    mine = np.flatnonzero((group_of_bus >= 0) & (grid.bus_of >= 0))
    electrical, first = np.unique(grid.bus_of[mine], return_index=True)
    group = group_of_bus[mine[first]]
    by_group = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[by_group], np.arange(group_of_bus.max() + 1))
    return electrical[by_group], starts.astype(np.int64)


def _elements(case: Case, grid: Grid) -> pd.DataFrame:
    """Every energised load, sgen and storage with its bus, base consumption and profile names."""
    tables = []
    for table in PROFILED:
        frame = case.net[table]
        bus = frame["bus"].to_numpy(np.int64)
        scale = _SIGN[table] * frame["scaling"].to_numpy(np.float64) / grid.sn_mva
        name_p = frame.get(PROFILE_COLUMN, pd.Series(None, frame.index, dtype=object))
        name_q = frame.get(PROFILE_Q_COLUMN, name_p)
        rows = pd.DataFrame(
            {
                "table": table,
                "element": frame.index.to_numpy(np.int64),
                "pandapower_bus": bus,
                "bus": grid.bus_of[bus],
                "p": frame["p_mw"].to_numpy(np.float64) * scale,
                "q": frame["q_mvar"].to_numpy(np.float64) * scale,
                "on_top": on_top_of_meter(frame).to_numpy(bool),
                "name_p": stated(name_p).to_numpy(object),
                "name_q": stated(name_q).fillna(stated(name_p)).to_numpy(object),
            }
        )
        tables.append(rows[frame["in_service"].to_numpy(bool) & (rows["bus"].to_numpy() >= 0)])
    return pd.concat(tables, ignore_index=True)


def on_top_of_meter(frame: pd.DataFrame) -> pd.Series:
    """Elements that a scenario lays on top of what a meter shows (column ``metered`` is False)."""
    if "metered" not in frame.columns:
        return pd.Series(False, index=frame.index)
    return frame["metered"].eq(False).fillna(False)


def stated(names: pd.Series) -> pd.Series:
    """Profile names; empty text counts as none."""
    text = names.astype(object).where(names.notna(), None)
    return text.where(text != "", None)


def _by_bus_and_profile(elements: pd.DataFrame) -> pd.DataFrame:
    """One entry per bus and profile, ordered by bus."""
    active = pd.DataFrame({"bus": elements["bus"], "profile": elements["profile_p"], "p": elements["p"], "q": 0.0})
    reactive = pd.DataFrame({"bus": elements["bus"], "profile": elements["profile_q"], "p": 0.0, "q": elements["q"]})
    entries = pd.concat([active, reactive])
    return entries.groupby(["bus", "profile"], as_index=False, sort=True)[["p", "q"]].sum()


def _by_group(group: Ints, values: Complexes, n_groups: int) -> Complexes:
    """Sums of the buses' values by group."""
    sums = np.zeros(n_groups, dtype=np.complex128)
    np.add.at(sums, group[group >= 0], values[group >= 0])
    return sums


def _by_group_and_profile(group: Ints, fixed: pd.DataFrame, part: str, n_groups: int, n_profiles: int) -> Reals:
    """Sums of the unshared consumption by group and profile."""
    row = group[fixed["bus"].to_numpy(np.int64)]
    mine = row >= 0
    sums = np.zeros((n_groups, n_profiles))
    np.add.at(sums, (row[mine], fixed["profile"].to_numpy(np.int64)[mine]), fixed[part].to_numpy(np.float64)[mine])
    return sums


def profile_rows(case: Case, window: Window, names: list[str]) -> Reals:
    """Factors of the named profiles in the window's steps, below a row of ones."""
    steps = window.timestamps
    rows = np.ones((len(names) + 1, len(steps)))
    if names:
        table = profile_table(case)
        absent = tuple(name for name in names if name not in table.columns)
        if absent:
            raise InputError([_absent(absent)])
        aligned = table[names].reindex(steps)
        short = tuple(str(name) for name in aligned.columns[aligned.isna().any(axis=0)])
        if short:
            raise InputError([_short(short, window)])
        rows[1:] = aligned.to_numpy(np.float64).T
    return rows


def profile_table(case: Case) -> pd.DataFrame:
    """The case's profiles with their timestamps as index."""
    table = case.profiles
    return table.set_index(TIMESTAMP) if TIMESTAMP in table.columns else table


def _absent(names: tuple[str, ...]) -> Issue:
    return Issue(
        "error",
        "profiles.unknown",
        "profiles",
        "",
        names,
        f"{len(names)} profiles that the network names are not in the profile table; add these columns.",
        f"网络引用的 {len(names)} 条负荷曲线不在曲线表中;请补充这些列。",
        file="profiles.parquet",
    )


def _short(names: tuple[str, ...], window: Window) -> Issue:
    span = f"{window.start:%Y-%m-%d %H:%M} – {window.end:%Y-%m-%d %H:%M}"
    return Issue(
        "error",
        "profiles.window",
        "profiles",
        "",
        names,
        f"{len(names)} profiles have no value for every step of {span}; extend them or choose another window.",
        f"{len(names)} 条负荷曲线未覆盖时段 {span};请补全或另选时段。",
        file="profiles.parquet",
    )
