"""Managed charging: which loads below a transformer are charging, and the hours to which their curves move."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from capacity.case.derived.graph import names
from capacity.case.scenarios.following import FLAT, on_top
from capacity.case.scenarios.on_top import DEVICE
from capacity.case.scenarios.shapes import moved_to_valley
from capacity.tables.case import Case
from capacity.tables.inputs.profiles import PROFILE_COLUMN, TIMESTAMP
from capacity.tables.network_change import ManageCharging

CATEGORY = "ev_charging"
MANAGED = " (managed"
"""What the name of a profile goes on with once it is managed: its loads are not managed a second time."""


def charging_below(case: Case, net: Any, change: ManageCharging) -> pd.Index:
    """Rows of ``net.load`` below the transformer that are charging and not managed yet.

    Parameters
    ----------
    case : whose topology says what hangs below, and whose customers say who charges.
    net : the network with these loads; that of the case, or one in which more has come on top.
    """
    load, profile = net.load, _profiles(net)
    below = load["bus"].map(case.topology.buses["transformer_id"]).eq(change.transformer_id).fillna(False)
    counted = below & load["in_service"].astype(bool) & ~profile.str.contains(MANAGED, regex=False)
    of_device = profile.isin([f"{DEVICE}{name}" for name in change.devices])
    at_node = _at_charging_nodes(case, net)
    alike = on_top(load) & profile.isin(charging_profiles(case))
    return load.index[(counted & (of_device | at_node | alike)).to_numpy(dtype=bool)]


def charging_profiles(case: Case) -> frozenset[str]:
    """Profiles that loads at nodes of charging customers follow and no other metered load does."""
    profile, at_node = _profiles(case.net), _at_charging_nodes(case, case.net)
    others = ~at_node & ~on_top(case.net.load)
    return frozenset(profile[at_node]) - frozenset(profile[others]) - {FLAT}


def manage_charging(case: Case, net: Any, profiles: pd.DataFrame, changes: Sequence[ManageCharging]) -> pd.DataFrame:
    """Let what charges below some transformers follow managed curves; the profiles with these curves beside them.

    ``net`` is changed: its loads name the new profiles. Loads that are managed already stay as they are.
    """
    times = pd.DatetimeIndex(profiles[TIMESTAMP])
    made: dict[str, Any] = {}
    for change in changes:
        rows = charging_below(case, net, change)
        if not len(rows):
            continue
        now = _profiles(net)[rows]
        if PROFILE_COLUMN not in net.load.columns:
            net.load[PROFILE_COLUMN] = pd.Series(None, index=net.load.index, dtype=object)
        for name in now.unique():
            curve = np.ones(len(times)) if name == FLAT else profiles[name].to_numpy(dtype=np.float64)
            managed = f"{name or 'flat'}{MANAGED} {change.transformer_id})"
            if managed not in profiles.columns:
                made[managed] = moved_to_valley(curve, times, change)
            net.load.loc[now.index[now == name], PROFILE_COLUMN] = managed
    return pd.concat([profiles, pd.DataFrame(made, index=profiles.index)], axis=1) if made else profiles


def _profiles(net: Any) -> pd.Series:
    """Profile of each load; ``FLAT`` for none."""
    if PROFILE_COLUMN not in net.load.columns:
        return pd.Series(FLAT, index=net.load.index, dtype=object)
    profile = net.load[PROFILE_COLUMN]
    return profile.where(profile.notna(), FLAT).astype(object)


def _at_charging_nodes(case: Case, net: Any) -> pd.Series:
    """Metered loads at nodes whose customers are all of the charging category."""
    table = case.customers.dropna(subset=["node_id"])
    alone = table["category"].eq(CATEGORY).fillna(False).groupby(table["node_id"].astype(object)).all()
    node = net.load["bus"].map(names(net.bus, "bus"))
    return node.isin(alone.index[alone.to_numpy(dtype=bool)]) & ~on_top(net.load)
