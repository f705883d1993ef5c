"""The pandapower network out of a checked ledger: busbars, feeders, transformers, LV lines and loads."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandapower
import pandas as pd
import shapely

from capacity.case import equipment
from capacity.case.derived.geo import point_json
from capacity.case.ledger.relations import is_switch
from capacity.case.ledger.workbook import Workbook
from capacity.units import kvar_of_kw

NOMINAL_KV = 10.0
LV_KV = 0.4
ASSUMED_BUSBAR_KV = 10.0
BASE_LOADING = 0.3
"""Share of the rating that a metered transformer's loads start from.

Contracts only say how it is shared out: the load flow scales the loads of a transformer to its measured curve, so their
sum is of no consequence.
"""
BASE_POWER_FACTOR = 0.95


@dataclass
class _Draft:
    """The network being built and its buses by name."""

    net: Any
    bus_of: dict[str, int] = field(default_factory=dict)

    def bus(self, name: str, vn_kv: float, kind: str = "b", at: tuple[float, float] | None = None) -> int:
        """The bus of a name, made when it is first asked for."""
        if name not in self.bus_of:
            self.bus_of[name] = int(pandapower.create_bus(self.net, vn_kv, name=name, type=kind))
        index = self.bus_of[name]
        if at is not None and not isinstance(self.net.bus.at[index, "geo"], str):
            self.net.bus.at[index, "geo"] = point_json(*at)
        return index


def busbar_name(station: Any) -> str:
    """The name of a substation's MV busbar."""
    return str(station.busbar_id) if pd.notna(station.busbar_id) else f"{station.substation_id}/10kV"


def build_network(book: Workbook, peak_kva: Mapping[str, float], as_of: pd.Timestamp) -> Any:
    """The network of a ledger without errors.

    External grids stand at the 10 kV busbars. A feeder without MV lines is a head bus behind a closed switch, on
    which its transformers hang. Transformers with a highest reading ``peak_kva`` get loads: one per customer with a
    node of the LV lines, by its contract, and one at the LV busbar for the other customers and for what the
    contracts do not explain (:func:`unlisted_kva`). The others get none: their load is unknown.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # pandapower concatenates empty frames
        draft = _Draft(pandapower.create_empty_network(add_stdtypes=False))
        busbars = _substations(draft, book)
        heads = _mv_lines(draft, book, busbars)
        _transformers(draft, book, heads, as_of)
        _lv_lines(draft, book)
        _loads(draft, book, peak_kva)
    return draft.net


def _substations(draft: _Draft, book: Workbook) -> dict[str, int]:
    """Busbars by every name of them."""
    found: dict[str, int] = {}
    for station in book.tables["substations"].itertuples():
        name = busbar_name(station)
        bus = draft.bus(name, NOMINAL_KV, at=_point(station))
        kv = station.busbar_kv if pd.notna(station.busbar_kv) else ASSUMED_BUSBAR_KV
        pandapower.create_ext_grid(draft.net, bus, vm_pu=kv / NOMINAL_KV, name=f"{station.substation_id}/source")
        found |= {str(station.substation_id): bus, name: bus}
    return found


def _mv_lines(draft: _Draft, book: Workbook, busbars: dict[str, int]) -> dict[str, int]:
    """Sections and switches; returns the head bus of each feeder."""
    lines = book.tables["mv_lines"]
    transformer_at = _positions(book)
    courses: dict[int, str | None] = {}
    for row in lines.itertuples():
        ends = _ends(row)
        start = _mv_bus(draft, busbars, str(row.from_node), transformer_at, ends[0])
        end = _mv_bus(draft, busbars, str(row.to_node), transformer_at, ends[1])
        open_at = row.open_at if pd.notna(row.open_at) else "none"
        if is_switch(row.type_name):
            pandapower.create_switch(
                draft.net, start, end, et="b", closed=open_at == "none", type="LBS", name=str(row.line_id)
            )
            continue
        parallel = int(row.parallel) if pd.notna(row.parallel) else 1
        index = equipment.add_line(
            draft.net, start, end, row.type_name, float(row.length_km), str(row.line_id), parallel=parallel
        )
        courses[index] = _course(row.geometry)
        for side, bus in (("from", start), ("to", end)):
            if open_at in (side, "both"):
                name = f"{row.line_id}/switch/{side}"
                pandapower.create_switch(draft.net, bus, index, et="l", closed=False, type="LBS", name=name)
    draft.net.line["geo"] = pd.Series(courses, dtype=object).reindex(draft.net.line.index)
    heads = {}
    modelled = set(lines["feeder_id"])
    for feeder in book.tables["feeders"].itertuples():
        busbar = busbars[str(feeder.substation_id)]
        heads[str(feeder.feeder_id)] = busbar
        if feeder.feeder_id not in modelled:
            head = draft.bus(f"{feeder.feeder_id}/head", NOMINAL_KV, "n")
            heads[str(feeder.feeder_id)] = head
            name = f"{feeder.feeder_id}/breaker"
            pandapower.create_switch(draft.net, busbar, head, et="b", closed=True, type="CB", name=name)
    for name, bus in busbars.items():
        draft.bus_of.setdefault(name, bus)
    return heads


def _mv_bus(
    draft: _Draft,
    busbars: dict[str, int],
    name: str,
    transformer_at: dict[str, tuple[float, float]],
    at: tuple[float, float] | None,
) -> int:
    return busbars[name] if name in busbars else draft.bus(name, NOMINAL_KV, "n", at or transformer_at.get(name))


def _transformers(draft: _Draft, book: Workbook, heads: dict[str, int], as_of: pd.Timestamp) -> None:
    mv_nodes = set(draft.bus_of)
    for row in book.tables["transformers"].itertuples():
        one = str(row.transformer_id)
        node = row.mv_node if pd.notna(row.mv_node) else one if one in mv_nodes else None
        hv_bus = draft.bus_of[str(node)] if node is not None else heads[str(row.feeder_id)]
        lv_bus = draft.bus(lv_busbar_name(row), LV_KV, at=_point(row))
        tap_pos = int(row.tap_pos) if pd.notna(row.tap_pos) else 0
        gone = pd.notna(row.valid_to) and row.valid_to <= as_of
        equipment.add_transformer(
            draft.net, hv_bus, lv_bus, row.type_name, float(row.rated_kva), one, tap_pos, in_service=not gone
        )


def lv_busbar_name(row: Any) -> str:
    """The name of a transformer's LV busbar."""
    return str(row.lv_node) if pd.notna(row.lv_node) else f"{row.transformer_id}/lv"


def _lv_lines(draft: _Draft, book: Workbook) -> None:
    lines = book.tables["lv_lines"]
    if lines.empty:
        return
    busbar_of = {str(row.transformer_id): lv_busbar_name(row) for row in book.tables["transformers"].itertuples()}
    starts = [busbar_of.get(one, one) for one in lines["from_node"]]
    ends = [busbar_of.get(one, one) for one in lines["to_node"]]
    where: dict[str, tuple[float, float]] = {}
    for row, start, end in zip(lines.itertuples(), starts, ends, strict=True):
        for name, at in zip((start, end), _ends(row), strict=True):
            if at is not None:
                where.setdefault(name, at)
    fresh = [name for name in dict.fromkeys([*starts, *ends]) if name not in draft.bus_of]
    made = pandapower.create_buses(draft.net, len(fresh), LV_KV, name=fresh, type="n")
    draft.bus_of |= {name: int(index) for name, index in zip(fresh, made, strict=True)}
    draft.net.bus["geo"] = draft.net.bus["geo"].astype(object)
    for name in fresh:
        if name in where:
            draft.net.bus.at[draft.bus_of[name], "geo"] = point_json(*where[name])
    before = len(draft.net.line)
    equipment.add_lines(
        draft.net,
        [draft.bus_of[one] for one in starts],
        [draft.bus_of[one] for one in ends],
        lines["type_name"].tolist(),
        (lines["length_m"] / 1000.0).tolist(),
        lines["line_id"].tolist(),
    )
    added = draft.net.line.index[before:]
    draft.net.line.loc[added, "parallel"] = lines["parallel"].fillna(1).astype(int).to_numpy()
    draft.net.line["geo"] = draft.net.line["geo"].astype(object)
    draft.net.line.loc[added, "geo"] = [_course(text) for text in lines["geometry"]]


def unlisted_kva(row: Any, own: pd.DataFrame, peak_kva: float) -> float:
    """What a transformer's meter shows beyond the contracts of all its listed customers: those that are not listed.

    ``row`` and ``own`` are its ledger row and its customers with a contract. A reading ``peak_kva`` above the rating,
    which may be a faulty one, counts as the rating.
    """
    return max(0.0, min(peak_kva, float(row.rated_kva)) - float(own["contract_kva"].sum()))


def contracts_of(book: Workbook, transformer_id: str) -> pd.DataFrame:
    """The customers of a transformer that state their contract capacity."""
    customers = book.tables["customers"]
    return customers[(customers["transformer_id"] == transformer_id) & customers["contract_kva"].notna()]


def _loads(draft: _Draft, book: Workbook, peak_kva: Mapping[str, float]) -> None:
    buses, names, powers = [], [], []
    for row in book.tables["transformers"].itertuples():
        one = str(row.transformer_id)
        if one not in peak_kva:
            continue
        own = contracts_of(book, one)
        at_node = own["node_id"].isin(draft.bus_of)
        placed = own[at_node]
        elsewhere = float(own.loc[~at_node, "contract_kva"].sum()) + unlisted_kva(row, own, peak_kva[one])
        total = float(placed["contract_kva"].sum()) + elsewhere
        likely = float(row.rated_kva) * BASE_LOADING
        if elsewhere > 0.0 or placed.empty:
            buses.append(draft.bus_of[lv_busbar_name(row)])
            names.append(f"{one}/load")
            powers.append(likely * elsewhere / total if total else likely)
        for customer in placed.itertuples():
            buses.append(draft.bus_of[str(customer.node_id)])
            names.append(str(customer.customer_id))
            powers.append(likely * float(customer.contract_kva) / total)
    if not buses:
        return
    kw = [power * BASE_POWER_FACTOR for power in powers]
    kvar = [kvar_of_kw(one, BASE_POWER_FACTOR) for one in kw]
    pandapower.create_loads(
        draft.net, buses, p_mw=[one / 1000.0 for one in kw], q_mvar=[one / 1000.0 for one in kvar], name=names
    )


def _point(row: Any) -> tuple[float, float] | None:
    x, y = float(row.x) if pd.notna(row.x) else math.nan, float(row.y) if pd.notna(row.y) else math.nan
    return None if math.isnan(x) or math.isnan(y) else (x, y)


def _positions(book: Workbook) -> dict[str, tuple[float, float]]:
    """Where transformers stand, by their own name and by the MV node they hang on."""
    found: dict[str, tuple[float, float]] = {}
    for row in book.tables["transformers"].itertuples():
        if (at := _point(row)) is not None:
            found[str(row.transformer_id)] = at
            if pd.notna(row.mv_node):
                found.setdefault(str(row.mv_node), at)
    return found


def _ends(row: Any) -> tuple[tuple[float, float] | None, tuple[float, float] | None]:
    if pd.isna(row.geometry):
        return None, None
    points = list(shapely.from_wkt(row.geometry).coords)
    return (points[0][0], points[0][1]), (points[-1][0], points[-1][1])


def _course(wkt: Any) -> str | None:
    """The GeoJSON text pandapower keeps in ``net.line.geo``."""
    if pd.isna(wkt):
        return None
    points = [[x, y] for x, y, *_ in shapely.from_wkt(wkt).coords]
    return json.dumps({"type": "LineString", "coordinates": points})
