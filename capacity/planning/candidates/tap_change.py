"""The off-load tap of a transformer moved, where that lifts low voltages (or lowers high ones) and nothing else leaves
its band."""

from __future__ import annotations

import pandas as pd

from capacity.planning.candidates.ground import Ground
from capacity.tables.measure import Measure
from capacity.tables.network_change import SetTap
from capacity.tables.words import Word
from capacity.tables.works import Work


def tap_change(ground: Ground) -> list[Measure]:
    """Positions that keep every node of the network within its band by estimate: all voltages move alike."""
    found = []
    for transformer_id in ground.at_transformers("P10"):
        nodes = ground.nodes[ground.nodes["transformer_id"].eq(transformer_id).fillna(False).astype(bool)]
        nodes = nodes.dropna(subset=["voltage_min_pu", "voltage_max_pu"])
        for position, factor in _positions(ground, transformer_id):
            if len(nodes) and _helps(ground, nodes, factor):
                found.append(_measure(ground, transformer_id, position, factor, nodes))
    return found


def _positions(ground: Ground, transformer_id: str) -> list[tuple[int, float]]:
    """Positions within reach with the factor they put on the LV side's voltage, nearest first."""
    row = ground.grid.net.trafo.loc[ground.grid.trafo_of[transformer_id]]
    wanted = ("tap_pos", "tap_neutral", "tap_min", "tap_max", "tap_step_percent")
    if row["tap_side"] not in ("hv", "lv") or any(pd.isna(row[name]) for name in wanted):
        return []
    now, neutral, low, high, step_percent = (float(row[name]) for name in wanted)
    if step_percent == 0.0:
        return []

    def ratio(position: float) -> float:
        turns = 1.0 + (position - neutral) * step_percent / 100.0
        return 1.0 / turns if row["tap_side"] == "hv" else turns

    most = ground.choices.values.tap_positions.value
    steps = sorted((step for step in range(-most, most + 1) if step), key=lambda step: (abs(step), step))
    return [(int(now + step), ratio(now + step) / ratio(now)) for step in steps if low <= now + step <= high]


def _helps(ground: Ground, nodes: pd.DataFrame, factor: float) -> bool:
    """Whether fewer nodes lie outside their band at one end, or lie so by less, and none is pushed out at the other."""
    least = ground.least_gain_pu
    lowest, highest = nodes["voltage_min_pu"].astype(float), nodes["voltage_max_pu"].astype(float)
    lower, upper = nodes["voltage_lower_pu"].astype(float), nodes["voltage_upper_pu"].astype(float)
    if factor > 1.0:
        lifts = bool((lowest < lower).any()) and float((lowest * (factor - 1.0)).min()) >= least
        return lifts and bool((highest * factor <= upper).all())
    lowers = bool((highest > upper).any()) and float((highest * (1.0 - factor)).min()) >= least
    return lowers and bool((lowest * factor >= lower).all())


def _measure(ground: Ground, transformer_id: str, position: int, factor: float, nodes: pd.DataFrame) -> Measure:
    lowest, highest = float(nodes["voltage_min_pu"].min()), float(nodes["voltage_max_pu"].max())
    return ground.measure(
        "tap_change",
        ground.name("tap_change", transformer_id, f"{'m' if position < 0 else 'p'}{abs(position)}"),
        works=[Work("tap_change", element_ids=(transformer_id,))],
        changes=[SetTap(kind="set_tap", transformer_id=transformer_id, tap_position=position)],
        element_ids=[transformer_id],
        area_ids=ground.area_of(transformer_id),
        note=Word(
            f"{transformer_id} 分接头调至 {position} 档：低压网电压由 {lowest:.3f}～{highest:.3f} 变为约 "
            f"{lowest * factor:.3f}～{highest * factor:.3f}（标幺值）",
            f"{transformer_id}: tap to position {position}; voltages of its LV network go from "
            f"{lowest:.3f}–{highest:.3f} pu to about {lowest * factor:.3f}–{highest * factor:.3f} pu",
        ),
    )
