"""Where there is capacity, where there is none, and where it is not known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from capacity.reports import saying
from capacity.reports.saying import column, same
from capacity.tables.report import NOT_APPLICABLE, Block, Grid, Paragraph, RunInput
from capacity.tables.words import CRITERION, REASON, STATUS, Word

_MOST, _NONE_KVA = 10, 0.0


def blocks_of(one: RunInput) -> list[Block]:
    """Areas with the most capacity, areas with none, areas whose capacity is not known."""
    areas = one.run.areas
    known = areas[areas["allowed_kva"].notna()]
    roomy = known[known["allowed_kva"] > _NONE_KVA].sort_values(["allowed_kva", "area_id"], ascending=[False, True])
    without = known[known["allowed_kva"] <= _NONE_KVA].sort_values("area_id")
    unknown = areas[areas["allowed_kva"].isna()].sort_values("area_id")
    blocks: list[Block] = [
        Paragraph(
            Word(
                f"{len(roomy)} 个网格有可开放容量，{len(without)} 个为零，{len(unknown)} 个未知。零是算出的结果，未知是"
                "没有足够的数据，两者不同。同一线路上的网格共用余量，各网格数值不能相加。",
                f"{len(roomy)} areas have capacity, {len(without)} have none, of {len(unknown)} it is not known. None "
                "is a result; not known means too little data. Areas on one feeder share what it has left: their "
                "figures do not add up.",
            )
        )
    ]
    if len(roomy):
        most = roomy.head(_MOST)
        title = Word(f"容量最大的网格（前 {len(most)} 个）", f"The {len(most)} areas with the most capacity")
        blocks.append(_grid(title, most, one))
    if len(without):
        blocks.append(_grid(Word("可开放容量为零的网格", "Areas with no capacity"), without, one))
    if len(unknown):
        blocks.append(_grid(Word("可开放容量未知的网格", "Areas whose capacity is not known"), unknown, one))
    return blocks


def _grid(title: Word, areas: pd.DataFrame, one: RunInput) -> Grid:
    rows = [
        (
            same(row["area_id"]),
            saying.stated(row["name"]),
            saying.coded(row["status"], STATUS),
            bounded(row),
            saying.floor(row["max_loading_percent"], 1),
            why(row),
        )
        for row in areas.to_dict("records")
    ]
    return Grid(
        title,
        (
            column("网格", "area", 0.6),
            column("名称", "name", 1.4),
            column("状态", "status", 0.8),
            column("可开放容量", "capacity", 0.9, right=True, unit=saying.KVA),
            column("最高负载率", "max load rate", 0.9, right=True, unit=saying.PERCENT),
            column("限制或原因", "limited by, or why", 2.2),
        ),
        tuple(rows),
        one.source.line,
    )


def bounded(row: Mapping[Any, Any]) -> Word:
    """The capacity of an area; at least so much where some of its transformers are not known."""
    bound = row["allowed_sum_is_lower_bound"]
    return saying.at_least(row["allowed_kva"], not saying.missing(bound) and bool(bound))


def why(row: Mapping[Any, Any]) -> Word:
    """What limits an area, or why there is no figure."""
    reason = saying.coded(row["reason"], REASON)
    limit = limit_words(row)
    if reason.zh in ("", NOT_APPLICABLE.zh):
        if limit == NOT_APPLICABLE:
            return Word("各配变自身余量", "its own transformers")
        return limit
    return reason if limit == NOT_APPLICABLE else Word(f"{reason.zh}：{limit.zh}", f"{reason.en}: {limit.en}")


def limit_words(row: Mapping[Any, Any]) -> Word:
    """The element and criterion that bind."""
    if saying.missing(row["binding_element"]):
        return NOT_APPLICABLE
    criterion = saying.coded(row["binding_criterion"], CRITERION)
    element = row["binding_element"]
    return Word(f"{element}（{criterion.zh}）", f"{element} ({criterion.en})")
