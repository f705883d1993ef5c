"""What an answer reserves, and whether an application can be accepted where it stands (P6, P7, P16)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from capacity.applications.options import firm_of, judged
from capacity.applications.options.setting import power_factor as power_factor_of
from capacity.assessing.after_works import (
    is_built,
    offered_option,
    told,
    until_in_words,
    urgent_in_words,
)
from capacity.assessing.answering import Counter
from capacity.assessing.ground import Ground, Placed
from capacity.tables.assessment import Assessment, Design, Option, Request
from capacity.tables.connection import Connection, Finding, Room
from capacity.tables.places import Candidate, PlaceKind, PlaceRequest
from capacity.tables.register import Application, Claim, ElementVersion, Facts, Refusal, Snapshot, works_in_words
from capacity.tables.words import Word

RESERVING = ("yes", "yes_with_project", "staged")


def reservation(ground: Ground, answer: Assessment) -> tuple[Placed, ...]:
    """What the answer would reserve: the whole power at the best option, or the first stage now and the rest where the
    works will bring it.

    At the bus that the connection hangs on, as the register reserves it: of a transformer that has first to be replaced
    its LV busbar, where it waits for the larger one; of a new transformer the 10 kV node above it.
    """
    best, staged = answer.best, answer.staged
    if best is None or best.verdict not in RESERVING:
        return ()
    if answer.verdict != "staged" or staged is None:
        return (_placed(ground, best, answer, answer.asked_kva),)
    first = next(one for one in answer.options if one.key == staged.option_key)
    now = _placed(ground, first, answer, staged.firm_kva)
    return (now,) if best.key == first.key else (now, _placed(ground, best, answer, answer.asked_kva - staged.firm_kva))


def _placed(ground: Ground, option: Option, answer: Assessment, kva: float) -> Placed:
    factor = answer.request.power_factor or ground.case.settings.power_factor
    connection = option.design.connection
    unit = complex(factor, math.sqrt(1.0 - factor**2))
    return Placed(_bus(ground, connection.node_id), kva * unit, connection.replaces)


def _bus(ground: Ground, node_id: str) -> int:
    buses = ground.case.topology.buses["bus_id"]
    return int(buses.index[buses.eq(node_id)][0])


def _level(ground: Ground, node_id: str) -> str:
    return str(ground.case.topology.buses.at[_bus(ground, node_id), "level"])


def claim_or_refusal(counter: Counter, application: Application, snapshot: Snapshot) -> Claim | Refusal:
    """Whether an application can be accepted at the node or transformer that it names, and on which figure.

    By the works that it was offered by, where it names any and the case does not hold them yet; else as it stands.
    """
    ground, setting, facts = counter.ground, counter.setting, application.facts
    kw, factor = facts.p_kw, facts.power_factor or setting.power_factor
    kva = kw / factor * setting.demand_factor(facts.category)
    node_id = _node(ground, facts)
    if node_id is None:
        return _refusal(application, kva, math.nan, _no_place(facts))
    if facts.works_option is not None and not is_built(ground, facts):
        return _after_works(counter, application, snapshot, node_id, kva)
    if facts.voltage == "lv" and _level(ground, node_id) != "lv":
        return _refusal(application, kva, math.nan, _no_low_voltage(node_id))
    option, firm = _as_it_stands(counter, application, node_id, kva)
    finding = option.finding
    assert finding is not None
    basis = _basis(ground, node_id, option.reason)
    if option.verdict == "staged" and facts.urgent_kw is not None:
        reserved = _Reserved(facts.urgent_kw, facts.urgent_kw / kw * kva, firm.kva)
        return _claim(application, snapshot, option, "staged", reserved, basis)
    if option.verdict in ("yes", "yes_with_project"):
        return _claim(application, snapshot, option, option.verdict, _all_of(option, finding, kw, kva), basis)
    return _refusal(application, kva, finding.rated.kva, _why_not(option, finding))


def _as_it_stands(counter: Counter, application: Application, node_id: str, kva: float) -> tuple[Option, Room]:
    """The application at its node with nothing new built, and what a first stage can have there."""
    ground, setting, facts = counter.ground, counter.setting, application.facts
    factor = facts.power_factor or setting.power_factor
    request = Request(
        PlaceRequest(node_id=node_id), facts.p_kw, factor, 1 if facts.phases == "1" else 3, urgent_kw=facts.urgent_kw,
        category=facts.category, application_id=application.application_id,
    )  # fmt: skip
    connection = Connection(f"lv_node:{node_id}", node_id, single_phase=request.phases == 1)
    finding = ground.check(connection, ground.addition(factor, request.shape, kva), kva)
    finding = ground.with_phases(finding, request.phases, power_factor_of(request, setting), kva)
    option = judged(Design(_candidate(ground, node_id), connection, ()), finding, request, kva, setting)
    return option, firm_of(option, request, kva, setting).room


def _after_works(
    counter: Counter, application: Application, snapshot: Snapshot, node_id: str, kva: float
) -> Claim | Refusal:
    """The claim on the option that an application was offered by, its works done and everything reserved connected."""
    ground, facts = counter.ground, application.facts
    works = works_in_words(str(facts.works_option), float(facts.works_kva or math.nan))
    option = offered_option(counter, application)
    if isinstance(option, Word):
        return _refusal(application, kva, math.nan, told(works, option))
    finding = option.finding
    assert finding is not None
    if option.verdict not in ("yes", "yes_with_project"):
        return _refusal(application, kva, finding.rated.kva, told(works, option.reason))
    before = _as_it_stands(counter, application, node_id, kva)[1] if option.candidate.transformer_id else None
    short = urgent_in_words(facts, before, kva, counter.setting)
    if short is not None:
        return _refusal(application, kva, finding.rated.kva, told(works, short))
    basis = _basis(ground, node_id, option.reason)
    reserved = _all_of(option, finding, facts.p_kw, kva)
    return _claim(
        application,
        snapshot,
        option,
        "yes_with_project",
        reserved,
        told(works, basis, until_in_words(facts, before, kva)),
    )


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


@dataclass(frozen=True)
class _Reserved:
    kw: float
    kva: float
    figure_kva: float


def _all_of(option: Option, finding: Finding, kw: float, kva: float) -> _Reserved:
    room = finding.strict if option.verdict == "yes" else finding.rated
    return _Reserved(kw, kva, max(room.kva, kva))


def _claim(
    application: Application,
    snapshot: Snapshot,
    option: Option,
    verdict: Literal["yes", "yes_with_project", "staged"],
    reserved: _Reserved,
    basis: Word,
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
        reserved_kw=reserved.kw,
        reserved_kva=reserved.kva,
        figure_kva=reserved.figure_kva,
        elements=elements,
        verdict=verdict,
        basis_zh=basis.zh,
        basis_en=basis.en,
    )


def _basis(ground: Ground, node_id: str, reason: Word) -> Word:
    as_of = ground.case.settings.as_of
    return Word(
        f"潮流校核（{node_id}，截至 {as_of}）：{reason.zh}", f"load flow at {node_id}, as of {as_of}: {reason.en}"
    )


def _no_low_voltage(node_id: str) -> Word:
    return Word(
        f"“{node_id}”是10千伏节点，低压用户须先有公用配变：请重新核定该申请并登记所选方案，或更正接入电压（amend）。",
        f"'{node_id}' is a node at 10 kV, where a customer at low voltage takes a public transformer first: assess the "
        "application again and record its option, or amend its voltage.",
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
