"""What every LV node of a solved grid can take (P9)."""

from __future__ import annotations

from functools import partial

import pandas as pd

from capacity import headroom
from capacity.memory import Memory
from capacity.reinforcing.solving import SolvedGrid
from capacity.tables.policy import Policy


def node_room(grid: SolvedGrid, rules: Policy) -> pd.DataFrame:
    """``node_id``, ``area_id`` and ``allowed_kva`` (NaN: unknown) of every LV node in an area, for a flat load."""
    memory = Memory(lasting=False)
    memory.keep(grid.flow, grid.solved, (grid.flow.window, None, rules, "auto"))
    nodes = headroom.node_headroom(
        grid.flow.case, rules, partial(memory.search, executor=None, progress=None), grid.results.transformers,
        grid.results.nodes, grid.headroom_grid.base, grid.solved.timestamps, shape="flat", generation=False,
    )  # fmt: skip
    return nodes.loc[nodes["area_id"].notna(), ["node_id", "area_id", "allowed_kva"]]
