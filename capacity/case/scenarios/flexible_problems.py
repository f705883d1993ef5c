"""What can be wrong with storages and managed charging once the network stands: their places, and nothing to manage."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from capacity.case.derived.graph import names
from capacity.case.issues import problem
from capacity.case.scenarios.charging import charging_below, charging_profiles
from capacity.case.scenarios.drawing import may_adopt, population
from capacity.case.scenarios.shapes import devices_of
from capacity.case.scenarios.storage import STORAGE, bus_of
from capacity.tables.case import Case
from capacity.tables.inputs.profiles import PROFILE_COLUMN
from capacity.tables.issue import Issue
from capacity.tables.network_change import AddStorage, ManageCharging
from capacity.tables.scenario import PointLoad, Prospect, Scenario


def flexible_fits(
    case: Case, scenario: Scenario, managed: Sequence[ManageCharging], storages: Sequence[AddStorage]
) -> list[Issue]:
    """Storages that are not below their transformer or stand where one stands, and managed charging of nothing.

    Parameters
    ----------
    case : with every other change of the network done.
    """
    file = f"{scenario.name}.yaml"
    issues = [_nothing_charges(one, file) for one in managed if not _something_charges(case, scenario, one)]
    return issues + _places(case, storages, file)


def _places(case: Case, storages: Sequence[AddStorage], file: str) -> list[Issue]:
    if not storages:
        return []
    issues = []
    supplier, ids = case.topology.buses["transformer_id"], names(case.net.bus, "bus")
    taken = _standing(case)
    for one in storages:
        bus = bus_of(case.net, one)
        by = supplier.get(bus)
        if pd.isna(by) or by != one.transformer_id:
            issues.append(_elsewhere(one, str(ids[bus]), None if pd.isna(by) else str(by), file))
        elif bus in taken:
            issues.append(_twice(one, str(ids[bus]), taken[bus], file))
        taken.setdefault(bus, one.storage_id)
    return issues


def _standing(case: Case) -> dict[int, str]:
    """Storages that stand in the network already, by bus."""
    frame = case.net.sgen
    if PROFILE_COLUMN not in frame.columns:
        return {}
    mine = frame[frame[PROFILE_COLUMN].astype(str).str.startswith(STORAGE)]
    return dict(zip(mine["bus"].astype(int), mine["name"].astype(str), strict=True))


def _something_charges(case: Case, scenario: Scenario, change: ManageCharging) -> bool:
    """Whether anything below the transformer is charging, or will be in this scenario."""
    if len(charging_below(case, case.net, change)):
        return True
    supplier = case.topology.buses["transformer_id"]
    of_node = supplier.dropna().groupby(names(case.net.bus, "bus")).first()
    alike = charging_profiles(case)
    points: tuple[PointLoad | Prospect, ...] = (*scenario.point_loads, *scenario.prospects)
    for point in points:
        if point.profile in alike and (point.transformer_id or of_node.get(point.node_id)) == change.transformer_id:
            return True
    adopted = [one for one in scenario.adoption if one.device in change.devices]
    if not adopted:
        return False
    people = population(case)
    mine = people["transformer_id"].eq(change.transformer_id).fillna(False).to_numpy(dtype=bool)
    devices = devices_of(scenario)
    return any(devices[one.device].kind == "load" and (may_adopt(people, one) & mine).any() for one in adopted)


def _nothing_charges(change: ManageCharging, file: str) -> Issue:
    name, devices = change.transformer_id, "、".join(change.devices)
    return problem(
        "error", "scenario.nothing_charges", file,
        f"manage_charging at '{name}': nothing below it is known to be charging (no adopters of "
        f"{', '.join(change.devices)}, no node whose customers are all ev_charging, or it is managed already), so it "
        "would do nothing; take it out, name other devices, or state who charges.",
        f"“{name}”的有序充电：其下没有已知的充电负荷（没有 {devices} 的用户，没有全部为 ev_charging 用户的节点，"
        "或已纳入有序充电），该变更不起作用，请删除、改写 devices，或补充充电用户。",
        column="changes", ids=[name],
    )  # fmt: skip


def _elsewhere(change: AddStorage, node_id: str, by: str | None, file: str) -> Issue:
    name, trafo = change.storage_id, change.transformer_id
    other = f"supplied by '{by}'" if by else "supplied by no distribution transformer"
    other_zh = f"由“{by}”供电" if by else "不由任何配变供电"
    return problem(
        "error", "scenario.storage_place", file,
        f"'{name}': the node '{node_id}' is not below '{trafo}' but {other}; name a low-voltage node below '{trafo}', "
        "or the transformer that supplies it.",
        f"“{name}”：节点“{node_id}”不在“{trafo}”之下，而是{other_zh}；请填写“{trafo}”之下的低压节点，"
        "或更正 transformer_id。",
        column="changes", ids=[name, node_id],
    )  # fmt: skip


def _twice(change: AddStorage, node_id: str, other: str, file: str) -> Issue:
    name = change.storage_id
    return problem(
        "error", "scenario.storage_twice", file,
        f"'{name}': the storage '{other}' stands at '{node_id}' already; state one storage of their size together, or "
        "choose another node.",
        f"“{name}”：节点“{node_id}”已有储能“{other}”，请合并为一个储能，或改选其他节点。",
        column="changes", ids=[name, node_id],
    )  # fmt: skip
