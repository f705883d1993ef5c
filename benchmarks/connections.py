"""Table: random applications checked by ours, and by building each connection and solving every step with it."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from benchmarks.built_case import built_together, flow_of
from benchmarks.exhaustive import Built, Trial, limits_in, stated, told
from benchmarks.question import SEED, Question
from benchmarks.table import Table, number
from capacity import checks
from capacity.applications.places import find_candidates, grid_map
from capacity.assessing.ground import Ground, open_ground
from capacity.tables.case import Case
from capacity.tables.connection import Connection, Finding, NewLine, NewTransformer
from capacity.tables.places import Candidate, PlaceRequest
from capacity.verification.breaches import Breach

LV_LINE = NewLine("YJV22-4x120", 0.4, 0.0, 0.153, 0.077, 0.28)
MV_LINE = NewLine("JKLYJ-10/120", 10.0, 0.0, 0.27, 0.335, 0.39)
SIZES_KVA = (50.0, 100.0, 200.0, 315.0, 400.0, 630.0, 1000.0, 1250.0, 1600.0)
SERVICE_M = 40.0
AROUND_DEG = 1.2e-3
LV_KINDS = ("lv_node", "dedicated_circuit", "larger_transformer", "additional_transformer")
HEADER = (
    "applications", "answered", "yes", "with project", "no", "same verdict", "same limit", "differences", "ours, ms",
    "95 %, ms", "exhaustive, s",
)  # fmt: skip


@dataclass(frozen=True)
class Application:
    """Who asks where, and what would be built."""

    connection: Connection
    kind: str
    asked_kva: float
    power_factor: float


@dataclass(frozen=True)
class Compared:
    """One application by both: verdicts and, where something binds, whether it breaks in the built case."""

    application: Application
    finding: Finding
    ours: str
    theirs: str
    same_limit: bool
    difference: str


@dataclass(frozen=True)
class Measured:
    """All of a case; ``ours_ms`` per application, ``theirs_s`` of all the building and solving."""

    compared: tuple[Compared, ...]
    ours_ms: tuple[float, ...]
    theirs_s: float


def measure(question: Question, *, drawn: int, workers: int) -> Measured:
    """Draw applications, ask ours, and put every answer to the test."""
    case, rules = question.case, question.rules
    ground = open_ground(case, rules, workers=workers, progress=None)
    applications = list(drawn_applications(question, ground, drawn))
    ground.check(applications[0].connection, ground.addition(0.95, "flat", 100.0), 100.0)  # compiled
    findings, spent = [], []
    for one in applications:
        began = time.perf_counter()
        findings.append(asked(ground, one))
        spent.append(1000.0 * (time.perf_counter() - began))
    began = time.perf_counter()
    before = ground.flow.solve_year(crosscheck=False, added_kw=ground.reserved_kw)
    readings = checks.judge_readings(case, ground.flow.window)
    compared: list[Compared] = []
    by_key = {one.connection.key: (one, found) for one, found in zip(applications, findings, strict=True)}
    for group in groups(case, applications):
        changed = built_together(case, [one.connection for one in group])
        flow = flow_of(changed, ground.flow, readings)
        limits = limits_in(changed, rules, ground.standing.setting.bounds.voltage_pu, ground._limits())
        built = Built.of(flow, limits, ground.reserved_kw, before)
        for one in group:
            connection = one.connection
            trial = built.trial(connection, ground.addition(one.power_factor, "flat", one.asked_kva), connection.key)
            compared.append(judged(trial, *by_key[connection.key]))
    return Measured(tuple(compared), tuple(spent), time.perf_counter() - began)


def asked(ground: Ground, one: Application) -> Finding:
    """Our answer."""
    return ground.check(one.connection, ground.addition(one.power_factor, "flat", one.asked_kva), one.asked_kva)


def judged(trial: Trial, one: Application, finding: Finding) -> Compared:
    """Whether the built case says the same, and what is different where it does not."""
    if math.isnan(finding.strict.kva):
        return Compared(one, finding, "unknown", "", True, "")
    ours = _verdict(one.asked_kva <= finding.strict.kva, one.asked_kva <= finding.rated.kva)
    strictly = broken_by(trial, finding, one.asked_kva, 80.0)
    rated = broken_by(trial, finding, one.asked_kva, 100.0) if strictly else []
    theirs = _verdict(not strictly, not rated)
    wrong = [] if ours == theirs else [f"{ours} for {theirs}"]
    named = finding.rated.binding
    if named is not None:
        more = finding.rated.kva + max(0.005 * finding.rated.kva, 1.0)
        breaks = broken_by(trial, finding, more, 100.0)
        if not any(trial.same(named, breach) for breach in breaks):
            wrong.append(f"{stated(named)} is named, {', '.join(told(breach) for breach in breaks[:2])} breaks")
    return Compared(one, finding, ours, theirs, not any("named" in fault for fault in wrong), "; ".join(wrong))


def broken_by(trial: Trial, finding: Finding, kva: float, transformer_percent: float) -> list[Breach]:
    """What a load breaks at the worst steps; if nothing, in the whole window."""
    quick = trial.broken_at_worst(kva, transformer_percent, finding.rated.binding)
    return quick or trial.broken_by(kva, transformer_percent)


def _verdict(strictly: bool, rated: bool) -> str:
    return "yes" if strictly else "yes_with_project" if rated else "no"


def groups(case: Case, applications: Sequence[Application]) -> list[list[Application]]:
    """Connections that may stand in one built case: all lines together; of what changes the grid, one per feeder."""
    feeder = case.topology.buses.set_index(case.topology.buses["bus_id"].astype(str))["feeder_id"]
    together: list[list[Application]] = [[]]
    taken: list[set[str]] = [set()]
    for one in applications:
        if one.connection.transformer is None and one.connection.replacement is None:
            together[0].append(one)
            continue
        own = str(feeder.get(one.connection.node_id, ""))
        place = next((number for number in range(1, len(taken)) if own not in taken[number]), len(taken))
        if place == len(taken):
            together.append([])
            taken.append(set())
        together[place].append(one)
        taken[place].add(own)
    return [group for group in together if group]


def drawn_applications(question: Question, ground: Ground, count: int) -> Iterator[Application]:
    """Random points near the network's nodes, and one of the places around each."""
    draw = np.random.default_rng(SEED)
    case, rules = question.case, question.rules.options
    assert rules is not None
    grid, buses = grid_map(case), case.topology.buses.dropna(subset=["x", "y"])
    near = buses[buses["level"].isin(["lv", "mv"])]
    found = 0
    while found < count:
        at = near.iloc[int(draw.integers(len(near)))]
        here = grid.degrees(grid.at(int(grid.nodes.station[grid.row_of_node(str(at["bus_id"]))])))[0]
        here = here + draw.normal(0.0, AROUND_DEG, 2)
        at_mv = bool(draw.random() < 0.3)
        low_kw, high_kw = (200.0, 5000.0) if at_mv else (5.0, 400.0)
        kw = float(np.exp(draw.uniform(math.log(low_kw), math.log(high_kw))))
        power_factor, single = float(draw.uniform(0.85, 1.0)), bool(draw.random() < 0.2 and kw < 15.0)
        places = find_candidates(grid, PlaceRequest(float(here[0]), float(here[1])), rules).candidates
        wanted = ("mv_tee",) if at_mv else (str(draw.choice(LV_KINDS)),)
        fitting = [one for one in places if one.kind in wanted]
        if not fitting:
            continue
        candidate = fitting[int(draw.integers(len(fitting)))]
        connection = connection_of(case, candidate, f"a{found}", kw / power_factor, single_phase=single)
        if connection is not None:
            yield Application(connection, candidate.kind, kw / power_factor, power_factor)
            found += 1


def connection_of(
    case: Case, candidate: Candidate, key: str, asked_kva: float, *, single_phase: bool
) -> Connection | None:
    """A connection with typical parameters; None where the largest transformer stands already."""
    node = candidate.node_id or far_end(case, candidate.line_id)
    names = case.topology.buses["bus_id"].astype(str)
    vn_kv = float(case.net.bus.at[int(names.index[names.eq(node)][0]), "vn_kv"])
    circuits = max(1, math.ceil(asked_kva / 180.0))
    service = replace(LV_LINE, length_m=max(1.0, candidate.route_m), circuits=circuits)
    if candidate.kind in ("mv_tee", "additional_transformer"):
        line = replace(MV_LINE, vn_kv=vn_kv, length_m=max(1.0, candidate.route_m))
        if candidate.kind == "mv_tee":
            return Connection(key, node, line)
        new = transformer_of(asked_kva / 0.75)
        return Connection(
            key, node, line, transformer=new, service=replace(service, length_m=SERVICE_M), single_phase=single_phase
        )
    connection = Connection(key, node, replace(service, vn_kv=vn_kv), single_phase=single_phase)
    if candidate.kind != "larger_transformer":
        return connection
    standing = float(case.net.trafo.set_index("name").at[candidate.transformer_id, "sn_mva"]) * 1000.0
    if standing >= SIZES_KVA[-1]:
        return None
    return replace(connection, replaces=candidate.transformer_id, replacement=transformer_of(standing + 1.0))


def transformer_of(kva: float) -> NewTransformer:
    """The smallest size that suffices, with typical values."""
    rated = next((size for size in SIZES_KVA if size >= kva), SIZES_KVA[-1])
    return NewTransformer(f"S20-{rated:.0f}", rated, 4.0 if rated < 630.0 else 4.5, 1.05, 0.0013 * rated, 0.5)


def far_end(case: Case, line_id: str) -> str:
    """The end of a section that lies further from the source."""
    lines, buses = case.net.line, case.topology.buses
    row = lines.index[lines["name"].astype(str).eq(line_id)][0]
    ends = [int(lines.at[row, "from_bus"]), int(lines.at[row, "to_bus"])]
    return str(buses.loc[ends].sort_values("depth")["bus_id"].iloc[-1])


def table(question: Question, measured: Measured, command: str) -> Table:
    """One row, and a note for every difference."""
    answered = [one for one in measured.compared if one.theirs]
    verdicts = Counter(one.ours for one in answered)
    kinds = Counter(one.application.kind for one in measured.compared)
    limits = Counter(one.finding.rated.binding.criterion for one in answered if one.finding.rated.binding is not None)
    differing = [one for one in answered if one.difference]
    unknown = Counter(one.finding.strict.reason for one in measured.compared if not one.theirs)
    return Table(
        name=f"connections {question.network}" if question.network[:1].isdigit() else "connections",
        title=f"{question.network}: {len(measured.compared)} drawn applications, {question.n_steps:,} steps each",
        command=command,
        header=HEADER,
        rows=(
            (
                str(len(measured.compared)),
                str(len(answered)),
                str(verdicts["yes"]),
                str(verdicts["yes_with_project"]),
                str(verdicts["no"]),
                str(sum(one.ours == one.theirs for one in answered)),
                str(sum(one.same_limit for one in answered)),
                str(len(differing)),
                number(float(np.median(measured.ours_ms))),
                number(float(np.percentile(measured.ours_ms, 95))),
                number(measured.theirs_s),
            ),
        ),
        notes=(
            "Drawn: " + ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())) + ".",
            "Binding: " + ", ".join(f"{count} {name}" for name, count in sorted(limits.items())) + ".",
            "Not answered: " + (", ".join(f"{count} {why}" for why, count in sorted(unknown.items())) or "none") + ".",
            *(
                f"{one.application.connection.key} {one.application.kind} at {one.application.connection.node_id}, "
                f"{one.application.asked_kva:.1f} kVA: {one.difference}"
                for one in differing
            ),
        ),
    )


def as_frame(measured: Measured) -> pd.DataFrame:
    """Every application, for a closer look."""
    rows = [
        {
            "key": one.application.connection.key,
            "kind": one.application.kind,
            "asked_kva": one.application.asked_kva,
            "ours": one.ours,
            "theirs": one.theirs,
            "strict_kva": one.finding.strict.kva,
            "rated_kva": one.finding.rated.kva,
            "reason": one.finding.strict.reason,
            "difference": one.difference,
        }
        for one in measured.compared
    ]
    return pd.DataFrame(rows)
