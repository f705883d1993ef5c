"""What can be wrong with changes of a network: ids, types, positions, and what they leave behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from capacity.case.derived.graph import names, table
from capacity.case.equipment.standard_types import line, suggest, transformer
from capacity.case.issues import problem, quoted
from capacity.case.scenarios.network import NEW_SERIES
from capacity.tables.case import Case
from capacity.tables.issue import Issue
from capacity.tables.network_change import (
    AddLine,
    AddStorage,
    AddTransformer,
    ExchangeConductor,
    ExchangeTransformer,
    ManageCharging,
    MoveLoad,
    NetworkChange,
    RetireElement,
    SetSwitch,
    SetTap,
)

WORDS = {
    "bus": ("node", "节点"),
    "trafo": ("transformer", "变压器"),
    "line": ("line", "线路"),
    "switch": ("switch", "开关"),
    "area": ("area", "网格"),
    "sgen": ("generator or storage", "电源或储能"),
}


@dataclass
class _Known:
    """Ids that exist, those of earlier changes included, and what was found wrong."""

    case: Case
    file: str
    ids: dict[str, Counter[str]]
    issues: list[Issue] = field(default_factory=list)

    def want(self, kind: str, wanted: Iterable[str | None]) -> bool:
        """Whether every id is there exactly once; what is not is noted."""
        en, zh = WORDS[kind]
        asked = [one for one in dict.fromkeys(wanted) if one is not None]
        absent = [one for one in asked if self.ids[kind][one] == 0]
        several = [one for one in asked if self.ids[kind][one] > 1]
        if absent:
            self.note(
                "unknown_id", absent, f"The case has no {en} {quoted(absent)}; correct the id.",
                f"案例中没有{zh} {quoted(absent)}，请更正编号。",
            )  # fmt: skip
        if several:
            self.note(
                "ambiguous_id", several, f"The case has more than one {en} called {quoted(several)}; rename them.",
                f"案例中有多个{zh}名为 {quoted(several)}，请改为不同的名称。",
            )  # fmt: skip
        return not absent and not several

    def new(self, kind: str, name: str) -> None:
        """A new id, which must be free."""
        en, zh = WORDS[kind]
        if self.ids[kind][name]:
            self.note(
                "duplicate_id", [name], f"The case already has a {en} called '{name}'; choose another id.",
                f"案例中已有名为“{name}”的{zh}，请更换编号。",
            )  # fmt: skip
        self.ids[kind][name] += 1

    def note(self, check: str, ids: Sequence[str], en: str, zh: str) -> None:
        """Something wrong."""
        self.issues.append(problem("error", f"scenario.{check}", self.file, en, zh, column="changes", ids=ids))

    def type_of(self, kind: str, name: str, element: str, rated_kva: float | None = None) -> None:
        """A type of equipment, which network or library must hold."""
        if name in self.case.net.std_types["trafo" if kind == "transformer" else "line"]:
            return
        found = transformer(name, rated_kva) if kind == "transformer" else line(name) or line(name, "mv")
        if found is None:
            near = ", ".join(suggest(name, "transformer" if kind == "transformer" else "line", rated_kva))
            rating = f" {rated_kva:g} kVA" if rated_kva else ""
            self.note(
                "unknown_type", [element], f"Neither network nor library has the type '{name}'{rating} of '{element}'; "
                f"similar ones: {near}.", f"网络和设备库中都没有“{element}”的型号“{name}”{rating}；相近型号：{near}。",
            )  # fmt: skip


def changes_fit(case: Case, scenario_name: str, changes: Sequence[NetworkChange]) -> list[Issue]:
    """Every id and type of the changes that is not there, and every position that cannot be taken."""
    if not changes:
        return []
    net = case.net
    ids = {kind: Counter(names(table(net, kind), kind)) for kind in ("bus", "trafo", "line", "switch", "sgen")}
    ids["area"] = Counter(str(one) for one in case.areas["area_id"])
    known = _Known(case, f"{scenario_name}.yaml", ids)
    for change in changes:
        _fits(known, change)
    _managed_once(known, [one.transformer_id for one in changes if isinstance(one, ManageCharging)])
    return known.issues


def _fits(known: _Known, change: NetworkChange) -> None:
    match change:
        case ExchangeTransformer():
            known.want("trafo", [change.transformer_id])
            if change.std_type:
                known.type_of("transformer", change.std_type, change.transformer_id, change.rated_kva)
        case AddTransformer():
            known.new("trafo", change.transformer_id)
            known.new("line", f"{change.transformer_id}-MV")
            known.new("bus", f"{change.transformer_id}-HV")
            known.want("bus", [change.node_id, change.mv_node_id])
            known.want("line", change.open_line_ids)
            known.want("area", [change.area_id])
            known.type_of("transformer", change.std_type or NEW_SERIES, change.transformer_id, change.rated_kva)
            known.type_of("line", change.mv_line_type, change.transformer_id)
            _levels(known, change)
        case ExchangeConductor():
            known.want("line", change.line_ids)
            known.type_of("line", change.line_type, change.line_ids[0])
        case SetTap():
            if known.want("trafo", [change.transformer_id]):
                _tap(known, change)
        case SetSwitch():
            known.want("switch", [change.switch_id])
        case AddLine():
            known.new("line", change.line_id)
            known.new("switch", f"SW-{change.line_id}")
            if known.want("bus", [change.from_node_id, change.to_node_id]):
                _same_level(known, change)
            known.type_of("line", change.line_type, change.line_id)
        case MoveLoad():
            known.want("bus", [*change.node_ids, change.to_node_id])
            known.want("trafo", [change.from_transformer_id, change.to_transformer_id])
        case RetireElement():
            known.want("line", [change.line_id])
            known.want("trafo", [change.transformer_id])
        case AddStorage():
            known.new("sgen", change.storage_id)
            known.want("trafo", [change.transformer_id])
            known.want("bus", [change.node_id])
        case ManageCharging():
            known.want("trafo", [change.transformer_id])


def _managed_once(known: _Known, transformer_ids: Sequence[str]) -> None:
    """Charging below a transformer is managed by one change, whenever it begins."""
    twice = [name for name, times in Counter(transformer_ids).items() if times > 1]
    if twice:
        known.note(
            "managed_twice", twice, f"manage_charging names {quoted(twice)} more than once; keep one entry each.",
            f"manage_charging 中 {quoted(twice)} 重复出现，请各保留一条。",
        )  # fmt: skip


def _level_kv(known: _Known, node_id: str) -> float | None:
    """Nominal voltage of a node of the case; None for one that a change brings."""
    ids = names(known.case.net.bus, "bus")
    found = ids.index[ids == node_id]
    return float(known.case.net.bus.at[found[0], "vn_kv"]) if len(found) else None


def _levels(known: _Known, change: AddTransformer) -> None:
    low, high = _level_kv(known, change.node_id), _level_kv(known, change.mv_node_id)
    if (low is not None and low > 1.0) or (high is not None and high <= 1.0):
        known.note(
            "wrong_level", [change.transformer_id],
            f"'{change.transformer_id}': node_id must be a low-voltage node and mv_node_id one of medium voltage.",
            f"“{change.transformer_id}”：node_id 须为低压节点，mv_node_id 须为中压节点。",
        )  # fmt: skip


def _same_level(known: _Known, change: AddLine) -> None:
    one, other = _level_kv(known, change.from_node_id), _level_kv(known, change.to_node_id)
    if one is not None and other is not None and one != other:
        known.note(
            "wrong_level", [change.line_id],
            f"'{change.line_id}' joins nodes of {one:g} and {other:g} kV; a line needs the same voltage at both ends.",
            f"“{change.line_id}”两端电压分别为 {one:g} 和 {other:g} 千伏，线路两端电压须相同。",
        )  # fmt: skip


def _tap(known: _Known, change: SetTap) -> None:
    trafo: Any = known.case.net.trafo
    ids = names(trafo, "trafo")
    found = trafo.loc[ids.index[ids == change.transformer_id]]
    if found.empty:  # one that an earlier change brings
        return
    low, high = found["tap_min"].iloc[0], found["tap_max"].iloc[0]
    if pd.isna(low) or pd.isna(high) or not low <= change.tap_position <= high:
        reach = "no taps" if pd.isna(low) or pd.isna(high) else f"taps {low:g} to {high:g}"
        reach_zh = "没有分接开关" if pd.isna(low) or pd.isna(high) else f"分接位置为 {low:g} 至 {high:g}"
        known.note(
            "tap_position", [change.transformer_id],
            f"'{change.transformer_id}' has {reach}; {change.tap_position} cannot be set.",
            f"“{change.transformer_id}”{reach_zh}，无法设为 {change.tap_position}。",
        )  # fmt: skip


def network_holds(before: Case, after: Case, scenario_name: str) -> list[Issue]:
    """Loops that the changes close, and loads that they leave without supply."""
    file = f"{scenario_name}.yaml"
    loops = [int(case.topology.islands["loops"].sum()) for case in (before, after)]
    issues = []
    if loops[1] > loops[0]:
        issues.append(
            problem(
                "error", "scenario.loop", file,
                f"The changes close {loops[1] - loops[0]} loop(s); open a switch or a line of each "
                "(set_switch, open_line_ids, retire).",
                f"这些变更形成 {loops[1] - loops[0]} 个环路，请在每个环路上断开一处开关或线路"
                "（set_switch、open_line_ids、retire）。",
                column="changes",
            )
        )  # fmt: skip
    dead = _unsupplied(after) - _unsupplied(before)
    if dead:
        some = sorted(dead)
        issues.append(
            problem(
                "error", "scenario.unsupplied", file,
                f"The changes leave {len(some)} node(s) with load without supply: {quoted(some)}.",
                f"这些变更使 {len(some)} 个有负荷的节点失电：{quoted(some)}。",
                column="changes", ids=some,
            )
        )  # fmt: skip
    return issues


def _unsupplied(case: Case) -> set[str]:
    """Nodes with load outside any energised island."""
    load = case.net.load
    buses = case.topology.buses.reindex(load["bus"][load["in_service"].astype(bool)].unique())
    return {str(one) for one in buses.loc[buses["island"] < 0, "bus_id"]}
