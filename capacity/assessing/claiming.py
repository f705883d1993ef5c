"""What an answer reserves, and whether an application can be accepted where it stands (P6, P7, P16)."""

from __future__ import annotations

import math

import pandas as pd

from capacity.applications.options import Setting, firm_of, judged
from capacity.applications.options.setting import power_factor as power_factor_of
from capacity.assessing.ground import Ground
from capacity.headroom.placing import Power, added
from capacity.tables.assessment import Assessment, Design, Option, Request
from capacity.tables.connection import Connection, Finding
from capacity.tables.places import Candidate, PlaceKind, PlaceRequest
from capacity.tables.register import Application, Claim, ElementVersion, Facts, Refusal, Snapshot
from capacity.tables.words import Word

RESERVING = ("yes", "yes_with_project", "staged")


def reservation(ground: Ground, answer: Assessment) -> Power:
    """What the answer would reserve, kW + j kvar by bus: the whole power at the best option, or the first stage now
    and the rest where the works will bring it.

    At the bus that the connection hangs on. Where a transformer has first to be replaced or built, what stands above
    it: the works bring the room below.
    """
    best, staged = answer.best, answer.staged
    if best is None or best.verdict not in RESERVING:
        return {}
    factor = answer.request.power_factor or ground.case.settings.power_factor
    unit = complex(factor, math.sqrt(1.0 - factor**2))
    if answer.verdict != "staged" or staged is None:
        return {_bus_above(ground, best.design.connection): answer.asked_kva * unit}
    first = next(one for one in answer.options if one.key == staged.option_key)
    now = {_bus_above(ground, first.design.connection): staged.firm_kva * unit}
    if best.key == first.key:
        return now
    return added(now, {_bus_above(ground, best.design.connection): (answer.asked_kva - staged.firm_kva) * unit})


def _bus_above(ground: Ground, connection: Connection) -> int:
    """The bus that a reservation sits on: of a replaced transformer its 10 kV side."""
    if connection.replaces:
        trafo = ground.case.net.trafo
        return int(trafo.loc[trafo["name"].eq(connection.replaces), "hv_bus"].iloc[0])
    buses = ground.case.topology.buses["bus_id"]
    return int(buses.index[buses.eq(connection.node_id)][0])


def claim_or_refusal(ground: Ground, setting: Setting, application: Application, snapshot: Snapshot) -> Claim | Refusal:
    """Whether an application can be accepted at the node or transformer that it names, and on which figure."""
    facts = application.facts
    kw, factor = facts.p_kw, facts.power_factor or setting.power_factor
    kva = kw / factor * setting.demand_factor(facts.category)
    node_id = _node(ground, facts)
    if node_id is None:
        return _refusal(application, kva, math.nan, _no_place(facts))
    request = Request(
        PlaceRequest(node_id=node_id), kw, factor, 1 if facts.phases == "1" else 3, urgent_kw=facts.urgent_kw,
        category=facts.category, application_id=application.application_id,
    )  # fmt: skip
    connection = Connection(f"lv_node:{node_id}", node_id, single_phase=request.phases == 1)
    finding = ground.check(connection, ground.addition(factor, request.shape, kva), kva)
    finding = ground.with_phases(finding, request.phases, power_factor_of(request, setting), kva)
    option = judged(Design(_candidate(ground, node_id), connection, ()), finding, request, kva, setting)
    firm = firm_of(option, request, kva, setting)
    if option.verdict == "staged" and facts.urgent_kw is not None:
        return _claim(application, ground, node_id, snapshot, option, facts.urgent_kw, facts.urgent_kw / kw * kva,
                      firm.room.kva)  # fmt: skip
    if option.verdict in ("yes", "yes_with_project"):
        room = finding.strict if option.verdict == "yes" else finding.rated
        return _claim(application, ground, node_id, snapshot, option, kw, kva, max(room.kva, kva))
    return _refusal(application, kva, finding.rated.kva, _why_not(option, finding))


def _node(ground: Ground, facts: Facts) -> str | None:
    """The node that an application stands at: its own, else its transformer's LV busbar."""
    buses = ground.case.topology.buses
    if facts.node_id is not None:
        return facts.node_id if buses["bus_id"].eq(facts.node_id).any() else None
    trafo = ground.case.net.trafo
    found = trafo.loc[trafo["name"].eq(facts.transformer_id), "lv_bus"]
    return str(buses.at[int(found.iloc[0]), "bus_id"]) if len(found) else None


def _candidate(ground: Ground, node_id: str) -> Candidate:
    """The place as a candidate: there already, without a route."""
    buses = ground.case.topology.buses
    row = buses[buses["bus_id"].eq(node_id)].iloc[0]
    names = {name: "" if pd.isna(row[name]) else str(row[name]) for name in _NAMES}
    nan = math.nan
    kind: PlaceKind = "lv_node" if row["level"] == "lv" else "mv_tee"
    return Candidate(
        kind, node_id, node_id, "", nan, nan, None, names["transformer_id"], names["feeder_id"],
        names["substation_id"], "", nan, nan, nan, 0.0, 0.0, 0.0, (), "no_coordinates",
    )  # fmt: skip


_NAMES = ("transformer_id", "feeder_id", "substation_id")


def _claim(
    application: Application,
    ground: Ground,
    node_id: str,
    snapshot: Snapshot,
    option: Option,
    kw: float,
    kva: float,
    figure_kva: float,
) -> Claim:
    place = option.candidate
    named = (("transformer", place.transformer_id), ("feeder", place.feeder_id), ("substation", place.substation_id))
    elements: tuple[ElementVersion, ...] = tuple(
        snapshot.version(kind, name)  # type: ignore[arg-type]  # the three kinds above
        for kind, name in named
        if name
    )
    return Claim(
        application_id=application.application_id,
        application_version=application.version,
        reserved_kw=kw,
        reserved_kva=kva,
        figure_kva=figure_kva,
        elements=elements,
        verdict=option.verdict,  # type: ignore[arg-type]  # the callers' three
        basis_zh=f"潮流校核（{node_id}，截至 {ground.case.settings.as_of}）：{option.reason.zh}",
        basis_en=f"load flow at {node_id}, as of {ground.case.settings.as_of}: {option.reason.en}",
    )


def _why_not(option: Option, finding: Finding) -> Word:
    if option.verdict == "staged":
        most = finding.strict.kva if finding.strict.kva > 0.0 else finding.rated.kva
        return Word(
            f"{option.reason.zh}如先接入部分容量（至多 {most:.1f} kVA），请在申请中填写急需容量（P16）。",
            f"{option.reason.en} To be connected with part of it (up to {most:.1f} kVA), state the urgent power (P16).",
        )
    return option.reason


def _no_place(facts: Facts) -> Word:
    place = facts.node_id or facts.transformer_id
    if place is None:
        return Word(
            "申请尚未指定接入点或配变；请先选定方案并填写。",
            "it names neither node nor transformer: choose an option first and enter its node.",
        )
    return Word(
        f"算例中没有“{place}”；请填写正确的接入点或配变。",
        f"'{place}' is not in the case: enter the right node or transformer.",
    )


def _refusal(application: Application, kva: float, room_kva: float, why: Word) -> Refusal:
    return Refusal(application.application_id, kva, room_kva, why.en, why.zh)
