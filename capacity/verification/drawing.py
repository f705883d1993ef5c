"""Drawing nodes at random, so that every criterion that binds anywhere is put to the test."""

from __future__ import annotations

import numpy as np
import pandas as pd

EXISTING, UPSTREAM, NOTHING = "existing_violation", "grid_limited", "none"


def stratum(nodes: pd.DataFrame) -> pd.Series:
    """What each node belongs to.

    ``existing_violation`` where a limit is broken already, ``grid_limited`` where the limit lies outside the node's own
    LV network and its transformer, else its binding criterion, or ``none`` where nothing binds.
    """
    criterion = nodes["binding_criterion"].astype(object).where(nodes["binding_criterion"].notna(), NOTHING)
    for reason in (EXISTING, UPSTREAM):
        criterion = criterion.where(nodes["reason"].ne(reason), reason)
    return criterion.astype(str)


def draw(nodes: pd.DataFrame, count: int, seed: int) -> pd.DataFrame:
    """At most ``count`` nodes with a stated figure, drawn at random by criterion.

    Each criterion present gets at least ``min(its nodes, count // criteria)``; the rest is filled in proportion to the
    nodes that are left, the largest remainder first. The same table, count and seed draw the same nodes.

    Parameters
    ----------
    nodes : table ``tables.results.nodes``.

    Returns
    -------
    DataFrame with the rows drawn, ordered by ``node_id``.
    """
    stated = nodes[nodes["allowed_kva"].notna()].sort_values("node_id", kind="stable")
    groups = stratum(stated)
    available = groups.value_counts().sort_index()
    if available.empty:
        return stated
    quota = np.minimum(available, max(count // len(available), 1))
    quota = quota + _in_proportion(available - quota, count - int(quota.sum()))
    chance = np.random.default_rng(seed)
    drawn: list[str] = []
    for name, size in quota.items():
        drawn += chance.choice(stated.index[groups.eq(name)].to_numpy(), int(size), replace=False).tolist()
    return stated.loc[stated.index.isin(chance.permutation(drawn)[:count])]


def _in_proportion(left: pd.Series, count: int) -> pd.Series:
    """``count`` (or all there are) shared out in proportion, whole numbers."""
    count = min(count, int(left.sum()))
    if count <= 0:
        return left * 0
    share = left * count / left.sum()
    whole = share.astype(int)
    missing = count - int(whole.sum())
    largest = (share - whole).sort_values(ascending=False, kind="stable").index[:missing]
    whole[largest] += 1
    return whole
