"""Storages: when they charge and discharge, and the rows of the network that they become.

A storage comes on top of what its transformer's meter saw: a row of ``net.sgen`` with ``metered`` False and a profile
of its own, positive where it gives. Load flow and load rates add it to the reading, so that both see what the meter
would show with it, while the loads behind the meter stay as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.case.derived.graph import column, names
from capacity.case.issues import problem
from capacity.case.scenarios.following import on_top
from capacity.case.scenarios.meters import Meters
from capacity.case.scenarios.points import mark_on_top
from capacity.case.scenarios.shapes import profile_times, profiles_of
from capacity.errors import InputError
from capacity.tables.case import Case
from capacity.tables.inputs.profiles import PROFILE_COLUMN, PROFILE_Q_COLUMN
from capacity.tables.network_change import AddStorage

Floats = npt.NDArray[np.float64]
STORAGE = "storage "
"""What the profile of a storage begins with; its id follows."""


@dataclass(frozen=True)
class Dispatch:
    """Per step, ``(n_steps,)``: ``given_kw`` at the terminals, negative where it draws; ``stored_kwh`` at its end."""

    given_kw: Floats
    stored_kwh: Floats


def dispatch(p_kw: Floats, q_kvar: Floats, level_kva: float, storage: AddStorage, step_hours: float) -> Dispatch:
    """What a storage does below a transformer with this load, ``(n_steps,)``, NaN where it is not known.

    Above the level it gives what lies above, else it draws what the level leaves; at most ``rated_kw``, what is stored,
    and what there is room for. Each step is decided by its own load and by what is stored alone. It begins full.
    """
    over = (p_kw - np.sqrt(np.maximum(level_kva**2 - q_kvar**2, 0.0))).tolist()
    given_kw, stored_kwh = np.zeros(len(over)), np.empty(len(over))
    kept = storage.round_trip_efficiency_percent / 100.0 * step_hours
    stored = storage.energy_kwh
    for step, wanted_kw in enumerate(over):  # one that is not known is neither above nor below
        if wanted_kw > 0.0:
            given_kw[step] = min(wanted_kw, storage.rated_kw, stored / step_hours)
            stored = max(stored - given_kw[step] * step_hours, 0.0)
        elif wanted_kw < 0.0:
            given_kw[step] = -min(-wanted_kw, storage.rated_kw, (storage.energy_kwh - stored) / kept)
            stored = min(stored - given_kw[step] * kept, storage.energy_kwh)
        stored_kwh[step] = stored
    return Dispatch(given_kw, stored_kwh)


def with_storages(case: Case, storages: Sequence[AddStorage], meters: Meters) -> Case:
    """The case with storages that follow their transformers' curves, one after the other.

    Parameters
    ----------
    case : with everything else that there will be; its network, which must be a copy, is changed.
    meters : readings as they will be without the storages.

    Raises
    ------
    InputError
        Of a transformer neither readings nor loads are known.
    """
    if not storages:
        return case
    case = replace(case, profiles=profiles_of(case))
    unknown = []
    for one in storages:
        curve = transformer_curve(case, one.transformer_id, meters)
        if curve is None:
            unknown.append(one)
        else:
            case = _with(case, one, *curve)
    if unknown:
        raise InputError([_curve_unknown(one) for one in unknown])
    return case


def transformer_curve(case: Case, transformer_id: str, meters: Meters) -> tuple[Floats, Floats] | None:
    """What a transformer carries at the steps of the case's profiles, kW and kvar, import positive; None: not known.

    Its reading and what comes on top; without a reading everything that is modelled below it, without losses.
    """
    times = profile_times(case)
    read = meters.curve(transformer_id, times)
    parts = [_below(case, table, transformer_id, only_on_top=read is not None) for table in ("load", "sgen")]
    if read is None and not any(len(part) for part in parts):
        return None
    p_kw, q_kvar = (values.copy() for values in read or (np.zeros(len(times)), np.zeros(len(times))))
    for part, sign in zip(parts, (1000.0, -1000.0), strict=True):
        for row in part.itertuples():
            p_kw += sign * row.p_mw * _factor(case, row.profile)
            q_kvar += sign * row.q_mvar * _factor(case, row.q_profile)
    return p_kw, q_kvar


def _below(case: Case, table: str, transformer_id: str, *, only_on_top: bool) -> pd.DataFrame:
    """Rows that count: ``p_mw``, ``q_mvar``, summed by ``profile`` and ``q_profile``."""
    frame = case.net[table]
    below = frame["bus"].map(case.topology.buses["transformer_id"]).eq(transformer_id).fillna(False).astype(bool)
    mine = frame[below & frame["in_service"].astype(bool) & (on_top(frame) | (not only_on_top))]
    profile = column(mine, PROFILE_COLUMN, None).astype(object)
    q_profile = column(mine, PROFILE_Q_COLUMN, None).astype(object)
    q_profile = q_profile.where(q_profile.notna(), profile)
    rows = pd.DataFrame(
        {
            "profile": profile.where(profile.notna(), ""),
            "q_profile": q_profile.where(q_profile.notna(), ""),
            "p_mw": mine["p_mw"].astype(float) * mine["scaling"].astype(float),
            "q_mvar": mine["q_mvar"].astype(float) * mine["scaling"].astype(float),
        }
    )
    return rows.groupby(["profile", "q_profile"], as_index=False)[["p_mw", "q_mvar"]].sum()


def _factor(case: Case, profile: str) -> Any:
    return case.profiles[profile].to_numpy(dtype=np.float64) if profile else 1.0


def _with(case: Case, storage: AddStorage, p_kw: Floats, q_kvar: Floats) -> Case:
    """The case, whose network is changed, with one storage more."""
    import pandapower as pp

    net = case.net
    found = dispatch(p_kw, q_kvar, _level_kva(net, storage), storage, case.settings.step_minutes / 60.0)
    row = pp.create_sgen(net, bus_of(net, storage), storage.rated_kw / 1000.0, 0.0, name=storage.storage_id)
    name = f"{STORAGE}{storage.storage_id}"
    mark_on_top(net, "sgen", pd.Index([row]), [name])
    own = pd.Series(found.given_kw / storage.rated_kw, index=case.profiles.index, name=name)
    return replace(case, profiles=pd.concat([case.profiles, own], axis=1))


def bus_of(net: Any, storage: AddStorage) -> int:
    """Where a storage stands, whose ids are known to be right (pandapower index)."""
    if storage.node_id is not None:
        ids = names(net.bus, "bus")
        return int(ids.index[ids == storage.node_id][0])
    return int(net.trafo.at[_trafo(net, storage), "lv_bus"])


def _level_kva(net: Any, storage: AddStorage) -> float:
    if storage.discharge_above_kva is not None:
        return storage.discharge_above_kva
    row = net.trafo.loc[_trafo(net, storage)]
    rated_kva = float(row["sn_mva"]) * 1000.0 * float(row.get("parallel", 1))
    return rated_kva * float(storage.discharge_above_percent or 0.0) / 100.0


def _trafo(net: Any, storage: AddStorage) -> int:
    ids = names(net.trafo, "trafo")
    return int(ids.index[ids == storage.transformer_id][0])


def _curve_unknown(storage: AddStorage) -> Any:
    name, trafo = storage.storage_id, storage.transformer_id
    return problem(
        "error", "scenario.storage_curve", "network",
        f"'{name}': '{trafo}' has neither readings nor loads below it, so there is nothing that the storage could "
        "follow; supply either, or choose another transformer.",
        f"“{name}”：“{trafo}”既无量测又无下接负荷，储能没有可跟随的负荷曲线，请补充其一或改选其他配变。",
        column="changes", ids=[name, trafo],
    )  # fmt: skip
