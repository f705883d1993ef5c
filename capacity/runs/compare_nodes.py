"""Which node figures moved between two runs, and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from capacity.runs.causes import Fact, limit_words
from capacity.runs.compare_tables import NODE_CHANGES
from capacity.tables._schema import conform
from capacity.tables.run import Run
from capacity.tables.words import REASON, Word

MOVED_PERCENT, MOVED_KVA = 0.1, 0.1
"""A figure has moved when it differs by more than the larger of these: what differs less is how it was found."""
UPSTREAM = ("section_loading", "substation_loading", "voltage_min")
"""Criteria that may bind because of what happens elsewhere on the feeder."""


def node_changes(
    before: Run, after: Run, facts_of: Callable[[str], list[Fact]], told: Callable[[list[Fact]], Word]
) -> pd.DataFrame:
    """Every node whose figure moved, the largest moves first; schema ``NODE_CHANGES``.

    Parameters
    ----------
    facts_of : what differs at a transformer.
    told : facts as a sentence, with what holds for the whole run.
    """
    merged = before.nodes.merge(after.nodes, on="node_id", how="outer", suffixes=("_before", "_after"), indicator=True)
    merged = merged[_moved(merged)]
    why = _Why(before, after, facts_of, told)
    rows = [_row(node, why) for node in merged.to_dict("records")]
    frame = conform(pd.DataFrame(rows, columns=list(NODE_CHANGES.columns)), NODE_CHANGES)
    size = (frame["allowed_kva_after"].fillna(0.0) - frame["allowed_kva_before"].fillna(0.0)).abs()
    order = size.sort_values(ascending=False, kind="stable").index
    return frame.loc[order].reset_index(drop=True)


def _moved(merged: pd.DataFrame) -> pd.Series:
    """Figures that differ, that are known in one run only, or that are zero in one run only."""
    old, new = merged["allowed_kva_before"], merged["allowed_kva_after"]
    tolerance = np.maximum(MOVED_PERCENT / 100.0 * old.abs(), MOVED_KVA)
    far = (new - old).abs() > tolerance
    return far | (old.isna() != new.isna()) | ((old == 0.0) != (new == 0.0)) & old.notna() & new.notna()


class _Why:
    """Causes, looked up once per transformer and feeder (a class for what it remembers)."""

    def __init__(
        self, before: Run, after: Run, facts_of: Callable[[str], list[Fact]], told: Callable[[list[Fact]], Word]
    ) -> None:
        self._facts_of, self._told = facts_of, told
        self._facts: dict[str, list[Fact]] = {}
        self._of_feeder: dict[str, list[Fact]] = {}
        self._members: dict[str, set[str]] = {}
        for frame in (before.transformers, after.transformers):
            for feeder, group in frame[frame["feeder_id"].notna()].groupby("feeder_id"):
                self._members.setdefault(str(feeder), set()).update(group["transformer_id"].astype(str))

    def told(self, node: dict[str, Any]) -> Word:
        """The sentence for a node: its own transformer first, others of its feeder where a limit above binds."""
        if node["_merge"] != "both":
            gone = node["_merge"] == "left_only"
            return Word("节点已取消", "the node is gone") if gone else Word("新增节点", "the node is new")
        facts: list[Fact] = []
        for name in dict.fromkeys([node["transformer_id_before"], node["transformer_id_after"]]):
            if isinstance(name, str):
                facts += [Fact(fact.weight + 1e6, fact.zh, fact.en) for fact in self._of(name)]
        criteria = {node["binding_criterion_before"], node["binding_criterion_after"]}
        if criteria & set(UPSTREAM) and isinstance(node["feeder_id_after"], str):
            facts += [fact for fact in self._elsewhere(node["feeder_id_after"]) if fact not in self._own(node)]
        return self._told([*_limit_facts(node), *facts])

    def _own(self, node: dict[str, Any]) -> list[Fact]:
        name = node["transformer_id_after"]
        return self._of(name) if isinstance(name, str) else []

    def _of(self, transformer: str) -> list[Fact]:
        if transformer not in self._facts:
            self._facts[transformer] = self._facts_of(transformer)
        return self._facts[transformer]

    def _elsewhere(self, feeder: str) -> list[Fact]:
        if feeder not in self._of_feeder:
            names = sorted(self._members.get(feeder, ()))
            self._of_feeder[feeder] = [fact for name in names for fact in self._of(name)]
        return self._of_feeder[feeder]


def _limit_facts(node: dict[str, Any]) -> list[Fact]:
    """That another limit binds, or that nothing is known any more."""
    facts = []
    old = limit_words(node["binding_criterion_before"], node["binding_element_before"])
    new = limit_words(node["binding_criterion_after"], node["binding_element_after"])
    known = pd.notna(node["allowed_kva_before"]) and pd.notna(node["allowed_kva_after"])
    if known and old != new:
        facts.append(Fact(2e6, f"限制由{old.zh}变为{new.zh}", f"the limit changed from {old.en} to {new.en}"))
    was, now = str(node["reason_before"]), str(node["reason_after"])
    if was != now and now not in ("ok", "grid_limited"):
        facts.append(Fact(3e6, REASON[now].zh, REASON[now].en))
    return facts


def _row(node: dict[str, Any], why: _Why) -> dict[str, Any]:
    cause = why.told(node)
    side = "before" if node["_merge"] == "left_only" else "after"
    row = {name: node[f"{name}_{side}"] for name in ("area_id", "transformer_id")}
    pairs = {f"{name}_{when}": node[f"{name}_{when}"] for name in ("allowed_kva", "reason") for when in _SIDES}
    change = node["allowed_kva_after"] - node["allowed_kva_before"]
    return row | pairs | {"node_id": node["node_id"], "change_kva": change, "cause_zh": cause.zh, "cause_en": cause.en}


_SIDES = ("before", "after")
