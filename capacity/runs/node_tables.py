"""Node capacity as people ask for it (P9): a row per node in words, digests by area and transformer, and the counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from capacity.runs.cells import both
from capacity.tables._schema import conform, count, moment, number, table, text
from capacity.tables.policy_values import policy_value
from capacity.tables.run import Manifest, Run
from capacity.tables.words import CRITERION, REASON, SHAPE, Word

NOT_COUNTED = ("dedicated", "out_of_service", "not_computed")
"""Reasons that leave a node without a figure although nothing about it is unknown."""
FLAT = "flat"
_DIGITS = 1
_NO_FIGURE = "unknown or not counted (see reason)"
_NOTHING = "nothing binds, or no figure"
_NO_NEXT = "no other limit within the search ceiling, or no figure"
_NONE_KNOWN = "no node with a figure"

NODE_ROWS = table(
    "node_capacity",
    "节点允许接入容量",
    "capacity of the nodes",
    "One row per LV node: what may be connected there alone, and what stops more (P9).",
    {
        "area_id": text("网格编号", "area id", missing="outside any area"),
        "area_name": text("网格名称", "area", missing="outside any area"),
        "transformer_id": text("配变编号", "transformer id", missing="not energised"),
        "node_id": text("节点编号", "node id", key=True),
        "allowed_kva": number(
            "允许接入容量",
            "allowed capacity",
            "kVA",
            "At this node alone, rounded down; nodes are alternatives and do not add up.",
            missing=_NO_FIGURE,
        ),
        "limited_by": text("限制条件与设备", "limited by", missing=_NOTHING),
        "binding_at": moment("限制时刻", "when", missing=_NOTHING),
        "next_limit": text("次限制条件与设备", "next limit", missing=_NO_NEXT),
        "next_margin_kva": number(
            "距次限制余量",
            "margin to the next limit",
            "kVA",
            "How much more there would be if the binding criterion were lifted, rounded down.",
            missing=_NO_NEXT,
        ),
        "generation_kva": number(
            "允许接入光伏",
            "allowed rooftop PV",
            "kVA",
            "At this node alone under a clear sky, rounded down.",
            missing=_NO_FIGURE,
        ),
        "generation_limited_by": text("光伏限制条件与设备", "PV limited by", missing=_NOTHING),
        "reason": text("说明", "reason", choices=tuple(REASON)),
    },
)

_DIGEST = {
    "nodes": count("节点数", "nodes"),
    "open": count("可接入节点", "nodes with capacity"),
    "zero": count("容量为零节点", "nodes at zero"),
    "unknown": count("未知节点", "nodes unknown"),
    "lowest_kva": number("最低", "lowest", "kVA", "Of the known nodes, rounded down.", missing=_NONE_KNOWN),
    "median_kva": number("中位数", "median", "kVA", "Of the known nodes, rounded down.", missing=_NONE_KNOWN),
    "highest_kva": number("最高", "highest", "kVA", "Of the known nodes, rounded down.", missing=_NONE_KNOWN),
    "lowest_node": text("容量最低节点", "node with the lowest", missing=_NONE_KNOWN),
    "highest_node": text("容量最高节点", "node with the highest", missing=_NONE_KNOWN),
    "usual_limit": text(
        "最常见限制", "most frequent limit", choices=tuple(CRITERION), missing="nothing binds, or no node with a figure"
    ),
}
NODES_BY_AREA = table(
    "nodes_by_area",
    "节点容量按网格汇总",
    "node capacity by area",
    "One row per area with LV nodes.",
    {
        "area_id": text("网格编号", "area id", missing="outside any area"),
        "name": text("网格名称", "name", missing="outside any area"),
        **_DIGEST,
    },
)
NODES_BY_TRANSFORMER = table(
    "nodes_by_transformer",
    "节点容量按配变汇总",
    "node capacity by transformer",
    "One row per transformer with LV nodes below it.",
    {
        "area_id": text("网格编号", "area id", missing="outside any area"),
        "transformer_id": text("配变编号", "transformer id", missing="not energised"),
        "name": text("配变名称", "name", missing="not known"),
        "room_kva": number(
            "配变允许接入容量", "transformer's allowed capacity", "kVA", "P7.", missing="unknown or not counted"
        ),
        **_DIGEST,
    },
)


@dataclass(frozen=True)
class NodeCounts:
    """How many nodes there are of each kind; ``zero`` and ``unknown`` by reason, ``limits`` of the open ones."""

    total: int
    open: int
    zero: dict[str, int]
    unknown: dict[str, int]
    not_counted: dict[str, int]
    limits: dict[str, int]
    unlimited: int

    @property
    def computed(self) -> bool:
        """Whether node capacity was sought at all."""
        return self.total > self.not_counted.get("not_computed", 0)


def node_counts(nodes: pd.DataFrame) -> NodeCounts:
    """The counts of a run's nodes, the most frequent first."""
    figure, reason = nodes["allowed_kva"], nodes["reason"]
    missing, uncounted = figure.isna(), reason.isin(NOT_COUNTED)
    return NodeCounts(
        total=len(nodes),
        open=int((figure > 0.0).sum()),
        zero=_counted(reason[figure == 0.0]),
        unknown=_counted(reason[missing & ~uncounted]),
        not_counted=_counted(reason[missing & uncounted]),
        limits=_counted(nodes.loc[figure > 0.0, "binding_criterion"]),
        unlimited=int(((figure > 0.0) & nodes["binding_criterion"].isna()).sum()),
    )


def _counted(codes: pd.Series) -> dict[str, int]:
    return {str(code): int(number) for code, number in codes.dropna().value_counts().items()}


def node_rows(run: Run) -> pd.DataFrame:
    """Every node in words, by area, transformer and id; schema ``NODE_ROWS``."""
    nodes = run.nodes.sort_values(["area_id", "transformer_id", "node_id"], kind="stable", ignore_index=True)
    names = run.areas.drop_duplicates("area_id").set_index("area_id")["name"]
    frame = nodes.assign(
        area_name=nodes["area_id"].map(names),
        allowed_kva=floored(nodes["allowed_kva"]),
        limited_by=_in_words(nodes["binding_criterion"], nodes["binding_element"]),
        next_limit=_in_words(nodes["next_criterion"], nodes["next_element"]),
        next_margin_kva=floored(nodes["next_margin_kva"]),
        generation_kva=floored(nodes["generation_kva"]),
        generation_limited_by=_in_words(nodes["generation_criterion"], nodes["generation_element"]),
    )
    return conform(frame[list(NODE_ROWS.columns)], NODE_ROWS)


def nodes_by_area(run: Run) -> pd.DataFrame:
    """Lowest, median and highest node capacity of every area; schema ``NODES_BY_AREA``."""
    names = run.areas.drop_duplicates("area_id").set_index("area_id")["name"]
    frame = _digest(run.nodes, ["area_id"])
    return conform(frame.assign(name=frame["area_id"].map(names))[list(NODES_BY_AREA.columns)], NODES_BY_AREA)


def nodes_by_transformer(run: Run) -> pd.DataFrame:
    """The same of every transformer, with its own room; schema ``NODES_BY_TRANSFORMER``."""
    facts = run.transformers.drop_duplicates("transformer_id").set_index("transformer_id")
    frame = _digest(run.nodes, ["area_id", "transformer_id"])
    of = frame["transformer_id"]
    frame = frame.assign(name=of.map(facts["name"]), room_kva=floored(of.map(facts["allowed_kva"])))
    return conform(frame[list(NODES_BY_TRANSFORMER.columns)], NODES_BY_TRANSFORMER)


def _digest(nodes: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    rows = [
        dict(zip(keys, key, strict=True)) | _figures(group)
        for key, group in nodes.groupby(list(keys), dropna=False, sort=True)
    ]
    return pd.DataFrame(rows, columns=[*keys, *_DIGEST])


def _figures(group: pd.DataFrame) -> dict[str, Any]:
    figure = group["allowed_kva"]
    counts = node_counts(group)
    row: dict[str, Any] = {
        "nodes": counts.total,
        "open": counts.open,
        "zero": sum(counts.zero.values()),
        "unknown": sum(counts.unknown.values()),
    }
    limits = _counted(group.loc[figure.notna(), "binding_criterion"])
    row["usual_limit"] = next(iter(limits), None)
    if figure.notna().any():
        low, middle, high = floored(pd.Series([figure.min(), figure.median(), figure.max()])).tolist()
        ids = group["node_id"]
        row |= {"lowest_kva": low, "median_kva": middle, "highest_kva": high}
        row |= {"lowest_node": ids.at[figure.idxmin()], "highest_node": ids.at[figure.idxmax()]}
    return row


def floored(kva: pd.Series) -> pd.Series:
    """Figures with one decimal, never above themselves."""
    scale = 10.0**_DIGITS
    return pd.Series(np.floor(np.round(kva.to_numpy("float64") * scale, 9)) / scale, index=kva.index)


def _in_words(criterion: pd.Series, element: pd.Series) -> pd.Series:
    words = criterion.map({code: both(word) for code, word in CRITERION.items()}).astype("string")
    return words.str.cat(element.astype("string"), sep=": ", na_rep=None)


def figure_meaning(manifest: Manifest) -> Word:
    """What a node figure of this run is: kVA of a flat load, or the peak kVA of a day shape."""
    factor = policy_value(manifest.policy_values, "power_factor")
    at_zh, at_en = ("", "") if factor is None else (f"，功率因数 {factor:g}", f" at power factor {factor:g}")
    if manifest.node_shape in ("", FLAT):
        return Word(f"恒定负荷的千伏安数{at_zh}", f"kVA of a flat load{at_en}")
    shape = SHAPE[manifest.node_shape]
    return Word(f"{shape.zh}负荷的峰值千伏安数{at_zh}", f"peak kVA of a load of the shape '{shape.en}'{at_en}")
