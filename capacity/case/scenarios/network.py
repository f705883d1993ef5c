"""Changes of a network laid over a copy of it: one function per kind of change (``tables.network_change``)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from capacity.case.derived.graph import column, names
from capacity.case.equipment.standard_types import register_line, register_transformer
from capacity.tables._schema import conform
from capacity.tables.case import Case
from capacity.tables.inputs.transformers import TRANSFORMERS
from capacity.tables.network_change import (
    AddLine,
    AddTransformer,
    ExchangeConductor,
    ExchangeTransformer,
    MoveLoad,
    NetworkChange,
    RetireElement,
    SetSwitch,
    SetTap,
)

NEW_SERIES = "S20-M"
"""Series of an additional transformer whose type is not stated."""
VOLTAGES = ("vn_hv_kv", "vn_lv_kv")


@dataclass
class Draft:
    """A network being changed, with its transformer table; ``origin`` maps new load rows to the rows they came from."""

    case: Case
    net: Any
    transformers: pd.DataFrame
    origin: dict[int, int] = field(default_factory=dict)

    def at(self, table: str, name: str) -> int:
        """Index of the element called ``name``; ids were checked before."""
        ids = names(self.net[table], table)
        return int(ids.index[ids == name][0])

    def busbar(self, transformer_id: str) -> int:
        """The LV bus of a transformer."""
        return int(self.net.trafo.at[self.at("trafo", transformer_id), "lv_bus"])


def draft_of(case: Case, changes: Sequence[NetworkChange]) -> Draft:
    """The network of a case with changes done in their order; the case stays as it is, its topology is not renewed.

    Storages and managed charging change no element: they are laid over the loads (:mod:`storage`, :mod:`charging`).
    """
    import copy

    draft = Draft(case, copy.deepcopy(case.net), case.transformers.copy())
    for change in changes:
        if type(change) in _DO:
            _DO[type(change)](draft, change)
    return draft


def exchange(draft: Draft, transformer_id: str, rated_kva: float | None, std_type: str | None) -> None:
    """Exchange one transformer in the network and in the table."""
    import pandapower as pp

    net, at = draft.net, draft.at("trafo", transformer_id)
    parallel = float(column(net.trafo, "parallel", 1).at[at])
    if std_type is not None:
        if std_type not in net.std_types["trafo"]:
            std_type = register_transformer(net, std_type, rated_kva or 0.0, transformer_id)
        voltages = net.trafo.loc[at, list(VOLTAGES)]  # a type stands for its series, made for the grid it goes into
        pp.change_std_type(net, at, std_type, "trafo")
        net.trafo.loc[at, list(VOLTAGES)] = voltages
    if rated_kva is not None:
        ratio = rated_kva / (float(net.trafo.at[at, "sn_mva"]) * 1000.0 * parallel)
        net.trafo.at[at, "sn_mva"] *= ratio
        net.trafo.at[at, "pfe_kw"] *= ratio
    kva = float(net.trafo.at[at, "sn_mva"]) * 1000.0 * parallel
    mine = draft.transformers["transformer_id"] == transformer_id
    draft.transformers = draft.transformers.assign(rated_kva=draft.transformers["rated_kva"].mask(mine, kva))


def _exchange_transformer(draft: Draft, change: ExchangeTransformer) -> None:
    exchange(draft, change.transformer_id, change.rated_kva, change.std_type)


def _add_transformer(draft: Draft, change: AddTransformer) -> None:
    import pandapower as pp

    net = draft.net
    node, start = draft.at("bus", change.node_id), draft.at("bus", change.mv_node_id)
    branch_end = int(pp.create_bus(net, float(net.bus.at[start, "vn_kv"]), name=f"{change.transformer_id}-HV"))
    if "geo" in net.bus.columns:
        net.bus.at[branch_end, "geo"] = net.bus.at[node, "geo"]
    _new_line(draft, f"{change.transformer_id}-MV", start, branch_end, change.mv_length_m, change.mv_line_type)
    wanted = change.std_type or NEW_SERIES
    known = wanted in net.std_types["trafo"]
    std_type = wanted if known else register_transformer(net, wanted, change.rated_kva, change.transformer_id)
    made = pp.create_transformer(net, branch_end, node, std_type=std_type, name=change.transformer_id, tap_pos=0)
    net.trafo.at[int(made), "vn_hv_kv"] = float(net.bus.at[branch_end, "vn_kv"])
    net.trafo.at[int(made), "tap_pos"] = _tap_beside(net.trafo, int(made), _supplier_of(draft, node))
    for line_id in change.open_line_ids:
        net.line.at[draft.at("line", line_id), "in_service"] = False
    row = {
        "transformer_id": change.transformer_id,
        "name": change.name or change.transformer_id,
        "area_id": change.area_id or _area_of_bus(draft, node),
        "ownership": "public",
        "rated_kva": change.rated_kva,
    }
    added = pd.DataFrame([row]).reindex(columns=draft.transformers.columns)
    both = [frame.astype(object) for frame in (draft.transformers, added)]
    draft.transformers = conform(pd.concat(both, ignore_index=True), TRANSFORMERS)


def _supplier_of(draft: Draft, bus: int) -> Any:
    return draft.case.topology.buses["transformer_id"].get(bus)


def _tap_beside(trafos: pd.DataFrame, made: int, supplier: Any) -> float:
    """The position at which a new transformer's ratio is nearest to that of the one that supplied its node."""
    new = trafos.loc[made]
    old = trafos[trafos["name"].eq(supplier) & trafos["tap_side"].eq(new["tap_side"])]
    percent = ((old["tap_pos"] - old["tap_neutral"]) * old["tap_step_percent"]).dropna()
    if percent.empty or not new["tap_step_percent"] > 0.0:
        return 0.0
    position = new["tap_neutral"] + round(float(percent.iloc[0]) / new["tap_step_percent"])
    return float(min(max(position, new["tap_min"]), new["tap_max"]))


def _area_of_bus(draft: Draft, bus: int) -> Any:
    supplier = _supplier_of(draft, bus)
    of_transformer = draft.transformers.set_index("transformer_id")["area_id"]
    return None if pd.isna(supplier) else of_transformer.get(supplier)


def _exchange_conductor(draft: Draft, change: ExchangeConductor) -> None:
    import pandapower as pp

    net = draft.net
    for line_id in change.line_ids:
        at = draft.at("line", line_id)
        pp.change_std_type(net, at, _line_type(draft, change.line_type, int(net.line.at[at, "from_bus"])), "line")
        if change.parallel is not None:
            net.line.at[at, "parallel"] = change.parallel


def _line_type(draft: Draft, wanted: str, bus: int) -> str:
    if wanted in draft.net.std_types["line"]:
        return wanted
    return register_line(draft.net, wanted, "mv" if float(draft.net.bus.at[bus, "vn_kv"]) > 1.0 else "lv")


def _new_line(draft: Draft, line_id: str, start: int, end: int, length_m: float, line_type: str) -> int:
    import pandapower as pp

    std_type = _line_type(draft, line_type, start)
    return int(pp.create_line(draft.net, start, end, length_m / 1000.0, std_type=std_type, name=line_id))


def _set_tap(draft: Draft, change: SetTap) -> None:
    draft.net.trafo.at[draft.at("trafo", change.transformer_id), "tap_pos"] = change.tap_position


def _set_switch(draft: Draft, change: SetSwitch) -> None:
    draft.net.switch.at[draft.at("switch", change.switch_id), "closed"] = change.closed


def _add_line(draft: Draft, change: AddLine) -> None:
    import pandapower as pp

    start, end = draft.at("bus", change.from_node_id), draft.at("bus", change.to_node_id)
    line = _new_line(draft, change.line_id, start, end, change.length_m, change.line_type)
    pp.create_switch(draft.net, start, line, "l", closed=change.closed, name=f"SW-{change.line_id}")


def _retire(draft: Draft, change: RetireElement) -> None:
    if change.line_id is not None:
        draft.net.line.at[draft.at("line", change.line_id), "in_service"] = False
    if change.transformer_id is not None:
        draft.net.trafo.at[draft.at("trafo", change.transformer_id), "in_service"] = False


def _move_load(draft: Draft, change: MoveLoad) -> None:
    net = draft.net
    to = draft.at("bus", change.to_node_id) if change.to_node_id else draft.busbar(str(change.to_transformer_id))
    if change.node_ids:
        buses = {draft.at("bus", node) for node in change.node_ids}
    else:
        supplier = draft.case.topology.buses["transformer_id"]
        buses = set(supplier.index[supplier.eq(change.from_transformer_id).fillna(False)])
    share = change.share_percent / 100.0
    for table in ("load", "sgen"):
        moved = net[table].index[net[table]["bus"].isin(buses)]
        if share == 1.0:
            net[table].loc[moved, "bus"] = to
        elif len(moved):
            _split(draft, table, moved, share, to)


def _split(draft: Draft, table: str, moved: pd.Index, share: float, to: int) -> None:
    """A share of some rows as new rows at another bus."""
    net = draft.net
    there = net[table].loc[moved].copy()
    for part in ("p_mw", "q_mvar"):
        there[part] = there[part] * share
        net[table].loc[moved, part] = net[table].loc[moved, part] * (1.0 - share)
    there["name"] = there["name"].astype(str) + f">{to}"
    there["bus"] = to
    first = int(net[table].index.max()) + 1
    there.index = pd.RangeIndex(first, first + len(there))
    net[table] = pd.concat([net[table], there])
    if table == "load":
        draft.origin.update(
            {int(new): draft.origin.get(int(old), int(old)) for new, old in zip(there.index, moved, strict=True)}
        )


_DO: dict[type, Callable[[Draft, Any], None]] = {
    ExchangeTransformer: _exchange_transformer,
    AddTransformer: _add_transformer,
    ExchangeConductor: _exchange_conductor,
    SetTap: _set_tap,
    SetSwitch: _set_switch,
    AddLine: _add_line,
    MoveLoad: _move_load,
    RetireElement: _retire,
}
