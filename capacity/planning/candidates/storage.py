"""A battery at the busbar of a loaded transformer."""

from __future__ import annotations

import math

from capacity.planning.candidates.ground import Ground
from capacity.tables.measure import Measure
from capacity.tables.network_change import AddStorage
from capacity.tables.words import Word
from capacity.tables.works import Work
from capacity.units import rounded_down


def storage(ground: Ground) -> list[Measure]:
    """Power for what lies above the level, in two energies: how long the peak lasts is for the load flow to say.

    A storage follows the load that is there: what an application (P6) adds is not counted.
    """
    values, found = ground.choices.values, []
    for transformer_id in ground.at_transformers("P4", "P6"):
        missing_kw = _missing_kw(ground, transformer_id)
        if not ground.imports(transformer_id) or math.isnan(missing_kw) or missing_kw <= 0.0:
            continue
        step_kw = values.storage_step_kw.value
        rated_kw = step_kw * math.ceil(
            round(missing_kw * (1.0 + values.storage_margin_percent.value / 100.0) / step_kw, 9)
        )
        if rated_kw <= values.storage_largest_kw.value:
            hours = (values.storage_short_h.value, values.storage_long_h.value)
            found += [_measure(ground, transformer_id, rated_kw, one) for one in hours]
    return found


def _missing_kw(ground: Ground, transformer_id: str) -> float:
    """Active power that brings the highest load down to the level: reactive power stays. NaN where that cannot be."""
    load_kva = ground.highest_kva(transformer_id)
    level_kva = ground.load_limit_percent / 100.0 * float(ground.transformers.at[transformer_id, "rated_kva"])
    q_kvar = load_kva * math.sqrt(1.0 - ground.power_factor**2)
    if math.isnan(load_kva) or q_kvar >= level_kva:
        return math.nan
    return load_kva * ground.power_factor - math.sqrt(level_kva**2 - q_kvar**2)


def _measure(ground: Ground, transformer_id: str, rated_kw: float, hours: float) -> Measure:
    measure_id = ground.name("storage", transformer_id, f"{rated_kw:g}x{hours:g}h")
    energy_kwh, level = rated_kw * hours, ground.load_limit_percent
    storage_id = ground.new_id(f"{measure_id}-B")
    load_kva, rated_kva = (
        ground.highest_kva(transformer_id),
        float(ground.transformers.at[transformer_id, "rated_kva"]),
    )
    before = rounded_down(100.0 * load_kva / rated_kva, 1)
    change = AddStorage(
        kind="add_storage", storage_id=storage_id, transformer_id=transformer_id, rated_kw=rated_kw,
        energy_kwh=energy_kwh, discharge_above_percent=level,
    )  # fmt: skip
    return ground.measure(
        "storage",
        measure_id,
        works=[Work("storage", energy_kwh=energy_kwh, element_ids=(transformer_id,))],
        changes=[change],
        element_ids=[f"{transformer_id}-storage"],
        area_ids=ground.area_of(transformer_id),
        note=Word(
            f"{transformer_id} 储能 {rated_kw:g} kW / {energy_kwh:g} kWh：负载率由 {before:g} % 降至约 {level:g} %，"
            f"以高峰持续不超过电量所及为前提",
            f"{transformer_id}: storage of {rated_kw:g} kW and {energy_kwh:g} kWh, from {before:g} % to about "
            f"{level:g} % as long as its energy lasts",
        ),
    )
