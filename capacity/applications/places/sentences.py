"""Why a place will not do, and what is to be known about an answer, in both languages."""

from __future__ import annotations

import math
from collections.abc import Sequence

from capacity.tables.places import PlaceKind, Reason, Rejection, Remark
from capacity.tables.words import PLACE_KIND, PLACE_REASON

_THING_ZH = {"lv_node": "节点", "mv_tee": "区段", "second_feeder": "区段", "additional_transformer": "区段"}
_THING_EN = {"lv_node": "node", "mv_tee": "section", "second_feeder": "section", "additional_transformer": "section"}
_SHOWN = 5


def rejection(
    kind: PlaceKind,
    target_id: str,
    reason: Reason,
    straight_m: float,
    value_m: float = math.nan,
    limit_m: float = math.nan,
    other: str = "",
) -> Rejection:
    """A rejection with its sentences; ``other`` is a second id that the reason speaks of."""
    zh, en = _explained(reason, value_m, limit_m, other)
    thing_zh, thing_en = _THING_ZH.get(kind, "配变"), _THING_EN.get(kind, "transformer")
    return Rejection(
        kind,
        target_id,
        reason,
        straight_m,
        value_m,
        limit_m,
        f"{PLACE_KIND[kind].zh}：{thing_zh} {target_id} 未采用，{zh}。",
        f"{PLACE_KIND[kind].en}: {thing_en} {target_id} rejected, {en}.",
    )


def _explained(reason: Reason, value_m: float, limit_m: float, other: str) -> tuple[str, str]:
    word = PLACE_REASON[reason]
    value, limit = f"{value_m:,.0f}", f"{limit_m:,.0f}"
    told = {
        "out_of_radius": (
            f"直线距离 {value} 米，超出搜索半径 {limit} 米",
            f"it is {value} m away in a straight line, the search radius is {limit} m",
        ),
        "route_too_long": (
            f"路径长 {value} 米，超过上限 {limit} 米",
            f"the shortest route is {value} m long, the limit is {limit} m",
        ),
        "no_way_round": (
            f"在 {limit} 米路径上限内绕不过禁区",
            f"no route of at most {limit} m leads round the no-go areas",
        ),
        "not_disjoint": (
            f"与第一路（{other}）共用走廊 {value} 米，超过 {limit} 米",
            f"its route shares {value} m with that of the first supply ({other}), the limit is {limit} m",
        ),
    }
    return told.get(reason, (word.zh, word.en))


def no_lv_lines(coverage: str, transformer_ids: Sequence[str] = ()) -> Remark:
    """LV lines are not modelled: everywhere, or below these transformers."""
    if coverage == "none":
        return Remark(
            "no_lv_lines",
            "本算例没有低压线路模型：接入点只到配变一级，低压路径按新建估算。",
            "No LV lines are modelled in this case: places are found at transformer level only, LV routes as new ones.",
        )
    return Remark(
        "no_lv_lines",
        f"附近配变 {_listed(transformer_ids, '、', ' 等')} 没有低压线路模型：其低压接入点无法列出。",
        f"Transformers nearby have no LV lines modelled ({_listed(transformer_ids, ', ', ' …')}): "
        f"LV nodes below them cannot be offered.",
    )


def missing_coordinates(ids: Sequence[str]) -> Remark:
    """Nodes and transformers that are not on the map."""
    return Remark(
        "no_coordinates",
        f"有 {len(ids)} 个节点或配变没有坐标，未参与查找：{_listed(ids, '、', ' 等')}。",
        f"{len(ids)} nodes or transformers have no coordinates and were not looked at: {_listed(ids, ', ', ' …')}.",
    )


def customer_not_placed(wanted: str) -> Remark:
    """The node or transformer asked for has no coordinates."""
    return Remark(
        "customer_not_placed",
        f"“{wanted}”没有坐标：只列出其自身及所属配变，距离按台账线路长度；周边其他接入点和10千伏T接点无法查找。",
        f"'{wanted}' has no coordinates: only itself and its own transformer are listed, with stated line lengths as "
        f"distances; other places around it and 10 kV tees cannot be looked for.",
    )


def outside_areas() -> Remark:
    """The customer stands in no area."""
    return Remark("outside_areas", "用电点不在任何低压网格内。", "The point lies in no LV grid area.")


def no_first_supply() -> Remark:
    """A second feeder was asked for but there is no first."""
    return Remark(
        "no_first_supply",
        "未找到10千伏第一路电源点，无法查找第二路。",
        "No 10 kV tee was found for the first supply, so there is no second to pair with it.",
    )


def no_second_feeder(feeder_id: str) -> Remark:
    """No other feeder is within reach."""
    return Remark(
        "no_second_feeder",
        f"搜索半径内没有 {feeder_id} 以外、路径独立的10千伏线路可作第二路电源。",
        f"Within the search radius there is no other 10 kV feeder than {feeder_id} with a route of its own.",
    )


def _listed(ids: Sequence[str], between: str, more: str) -> str:
    return between.join(ids[:_SHOWN]) + (more if len(ids) > _SHOWN else "")
