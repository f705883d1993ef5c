"""Charging below a loaded transformer moved from the evening into the night, where it is part of the peak."""

from __future__ import annotations

import math

import pandas as pd

from capacity.planning.candidates.ground import Ground
from capacity.tables.inputs.profiles import PROFILE_COLUMN
from capacity.tables.measure import Measure, Need
from capacity.tables.network_change import ManageCharging
from capacity.tables.words import Word
from capacity.tables.works import Work
from capacity.units import rounded_down

CATEGORY = "ev_charging"
DEVICE, MANAGED = "device ", " (managed"
"""What profiles of devices on top begin with, and what those go on with that are managed already (``case``)."""


def managed_charging(ground: Ground) -> list[Measure]:
    """For transformers whose highest load lies in the hours that are emptied and holds enough charging."""
    found = []
    for transformer_id, needs in ground.at_transformers("P4", "P6").items():
        share = ground.choices.values.charging_participation_percent.value
        change = ManageCharging(kind="manage_charging", transformer_id=transformer_id, participation_percent=share)
        points, moved_kw = _charging(ground, change)
        moved_kw *= share / 100.0
        load_kva = ground.highest_kva(transformer_id, needs)
        at = ground.transformers.at[transformer_id, "max_loading_at"]
        in_peak = not pd.isna(at) and pd.Timestamp(at).hour in change.peak_hours
        enough = moved_kw >= ground.choices.values.least_charging_percent.value / 100.0 * load_kva
        if (
            points
            and in_peak
            and enough
            and ground.imports(transformer_id)
            and _clears(ground, needs, load_kva - moved_kw)
        ):
            found.append(_measure(ground, change, needs, points, moved_kw))
    return found


def _charging(ground: Ground, change: ManageCharging) -> tuple[int, float]:
    """Charging points below a transformer (estimated where only their power is known) and their power in kW."""
    load = ground.grid.net.load
    below = load["bus"].isin(ground.grid.lv_buses(change.transformer_id)) & load["in_service"].astype(bool)
    mine = load[below]
    profile = mine[PROFILE_COLUMN].astype("string").fillna("") if PROFILE_COLUMN in mine.columns else None
    kw = mine["p_mw"].astype(float) * 1000.0 * mine["scaling"].astype(float)
    if profile is None:
        return 0, 0.0
    points, power_kw = 0.0, 0.0
    for device in change.devices:
        of_device = float(kw[profile.eq(f"{DEVICE}{device}")].sum())
        per_point = (
            ground.choices.values.public_point_kw if device == "ev_public" else ground.choices.values.home_point_kw
        )
        points += math.ceil(round(of_device / per_point.value, 6))
        power_kw += of_device
    nodes, customers = _charging_nodes(ground)
    at_node = mine["bus"].map(ground.grid.buses["bus_id"]).isin(nodes) & ~profile.str.contains(MANAGED, regex=False)
    at_node &= ~profile.str.startswith(DEVICE)
    present = mine.loc[at_node, "bus"].map(ground.grid.buses["bus_id"]).unique()
    return int(points) + sum(customers[str(one)] for one in present), power_kw + float(kw[at_node].sum())


def _clears(ground: Ground, needs: list[Need], left_kva: float) -> bool:
    """Whether the load rate at best falls where the rules ask for it."""
    rate = 100.0 * left_kva / float(ground.transformers.at[needs[0].element_id, "rated_kva"])
    p4 = any(need.rule == "P4" for need in needs)
    return rate < ground.market.thresholds["P4"] if p4 else rate <= ground.market.thresholds["P6"]


def _charging_nodes(ground: Ground) -> tuple[frozenset[str], dict[str, int]]:
    """Nodes whose customers all charge vehicles, and how many there are at each."""
    table = ground.situation.case.customers.dropna(subset=["node_id"])
    groups = table["category"].eq(CATEGORY).fillna(False).astype(bool).groupby(table["node_id"].astype(str))
    alone = groups.all()
    counts = groups.size()
    nodes = frozenset(str(one) for one in alone.index[alone.to_numpy(dtype=bool)])
    return nodes, {node: int(counts[node]) for node in nodes}


def _measure(ground: Ground, change: ManageCharging, needs: list[Need], points: int, moved_kw: float) -> Measure:
    transformer_id = change.transformer_id
    load_kva, rated_kva = (
        ground.highest_kva(transformer_id, needs),
        float(ground.transformers.at[transformer_id, "rated_kva"]),
    )
    before = rounded_down(100.0 * load_kva / rated_kva, 1)
    after = rounded_down(100.0 * max(0.0, load_kva - moved_kw) / rated_kva, 1)
    hours = f"{change.peak_from_hour}–{change.peak_to_hour}"
    return ground.measure(
        "managed_charging",
        ground.name("managed_charging", transformer_id),
        works=[Work("managed_charging", count=points, element_ids=(transformer_id,))],
        changes=[change],
        element_ids=[f"{transformer_id}-charging"],
        area_ids=ground.area_of(transformer_id),
        note=Word(
            f"{transformer_id} 约 {points} 个充电桩的 {change.participation_percent:g} % 有序充电，{hours} 时约 "
            f"{moved_kw:.0f} kW 移至夜间：负载率由 {before:g} % 最多降至约 {after:g} %",
            f"{change.participation_percent:g} % of the charging (about {points} points) of {transformer_id} moved "
            f"from {hours} h into the night, about {moved_kw:.0f} kW: from {before:g} % to about {after:g} % at best",
        ),
    )
