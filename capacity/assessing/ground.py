"""The grid that requests are judged on: a case's year, solved once, with everything reserved standing in it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity import checks, headroom
from capacity.errors import InputError
from capacity.headroom.nodes import UNKNOWN, load_addition, node_bounds
from capacity.headroom.placing import Power, added
from capacity.headroom.shapes import load_shape
from capacity.loadflow import LoadFlow
from capacity.loadflow.connections import (
    Limits,
    Question,
    Standing,
    check_connection,
    rooms_by_cell,
    stand,
)
from capacity.loadflow.unbalanced import PhaseLimits, PhaseModel
from capacity.memory import Rates, rates_of
from capacity.proof import everything_reserved
from capacity.study import check, past_window
from capacity.tables.additions import Addition, Bounds
from capacity.tables.case import Case
from capacity.tables.connection import Connection, Finding, PhaseFinding, Room
from capacity.tables.issue import Issue
from capacity.tables.places import Candidate
from capacity.tables.policy import Policy
from capacity.tables.solved import SolvedYear

Ints = npt.NDArray[np.int64]
Progress = Callable[[str, int, int], None]
CEILING_FACTOR = 1.25
"""The search for a large request goes at least so far beyond it."""


@dataclass(frozen=True)
class Placed:
    """What an answer would reserve, kW + j kvar at a bus; ``waits_for`` names a transformer to be replaced first."""

    bus: int
    power: complex
    waits_for: str = ""


@dataclass(frozen=True)
class Ground:
    """A case ready to be asked.

    Attributes
    ----------
    case : with the applications that reserve (the case's own, or the register's).
    transformers : P7's rows by transformer_id, with ``reason`` and what is reserved.
    standing : the grid with everything reserved connected.
    reserved_kw : that, kW + j kvar by bus.
    waited_for : the transformers that something reserved waits to see replaced.
    extra : what is connected besides, of earlier answers.
    seen : the same grid as the customers of such a transformer see it, by its id; see :meth:`seen_from`.
    phases : the LV networks phase by phase.
    supplier_of : transformer_id by node_id, of every LV node.
    issues : what the check of the case had to say.
    """

    case: Case
    rules: Policy
    flow: LoadFlow
    solved: SolvedYear
    rates: Rates
    transformers: pd.DataFrame
    standing: Standing
    reserved_kw: Power
    phases: PhaseModel
    supplier_of: dict[str, str]
    issues: tuple[Issue, ...]
    waited_for: frozenset[str]
    extra: tuple[Placed, ...] = ()
    seen: dict[str, Ground] = field(default_factory=dict, compare=False, repr=False)

    def off_the_busbar(self, candidate: Candidate) -> Candidate:
        """A tee that falls on a busbar held by a source is one on the section that leaves it: no load moves the source,
        so it is checked at the section's far end, like a tee between two nodes."""
        bus = self.standing.bus_of_node.get(candidate.node_id, -1)
        held = bus >= 0 and bus in self.standing.setting.source_buses
        return replace(candidate, node_id="") if held and candidate.line_id else candidate

    def check(self, connection: Connection, addition: Addition, asked_kva: float) -> Finding:
        """What the grid can carry at a connection (P6, P9); unknown where too little is known of its transformer."""
        reason = str(self.transformers["reason"].get(self._supplier(connection), "ok"))
        there = self.seen_from(connection).standing
        finding = check_connection(there, connection, Question(addition, asked_kva, self._limits()))
        if reason not in UNKNOWN:
            return _in_volts(finding, self.rules, self.case)
        room = Room(math.nan, reason, None)  # type: ignore[arg-type]  # reasons of a transformer are among those of a room
        return replace(finding, strict=room, rated=room, load_rate_before_percent=math.nan, load_rate_percent=math.nan,
                       load_rate_at=pd.NaT, voltage_min_v=math.nan, voltage_at=pd.NaT, broken=())  # fmt: skip

    def rooms(
        self, connection: Connection, addition: Addition, asked_kva: float, cells: Sequence[Ints]
    ) -> Iterator[Room]:
        """What the grid can carry at a connection in the steps of each cell alone (P16)."""
        there = self.seen_from(connection).standing
        yield from rooms_by_cell(there, connection, Question(addition, asked_kva, self._limits()), cells)

    def with_phases(self, finding: Finding, phases: int, power_factor: float, asked_kva: float) -> Finding:
        """The finding of a single-phase customer with what the worst phase says; of others as it is."""
        if phases == 3 or math.isnan(finding.rated.kva):
            return finding
        connection, limits = finding.connection, self._phase_limits()
        times = {one.at for one in (finding.strict.binding, finding.rated.binding) if one is not None}
        times |= {finding.voltage_at, finding.load_rate_at}
        known = self.solved.timestamps.get_indexer(pd.DatetimeIndex([at for at in times if not pd.isna(at)]))
        steps = np.union1d(known[known >= 0], self.phases.heaviest_steps(connection.node_id))
        phase = self.phases.check(
            connection,
            asked_kva * power_factor,
            power_factor,
            steps,
            limits=limits,
            added_kw=self.seen_from(connection).reserved_kw,
        )
        return replace(finding, phase=self._phase_in_volts(phase))

    def addition(self, power_factor: float, shape: str, asked_kva: float) -> Addition:
        """A kVA of a customer's load over the year."""
        usual = load_addition(self.case, self.rules, self.solved.timestamps)
        unit = complex(power_factor, math.sqrt(1.0 - power_factor**2))
        factor = load_shape(shape, self.solved.timestamps)
        ceiling_kva = max(usual.ceiling_kva, CEILING_FACTOR * asked_kva)
        return replace(usual, kw_per_kva=unit, factor=factor, ceiling_kva=ceiling_kva)

    def seen_from(self, connection: Connection) -> Ground:
        """The grid as this connection meets it.

        What waits for a larger transformer is drawn at the 10 kV side of the one that stands there, except for whoever
        connects to it: they find it at its LV nodes, on the old transformer or on the one that they would put there.
        """
        name = self._supplier(connection)
        if name not in self.waited_for:
            return self
        found = self.seen.get(name)
        if found is None:
            found = self.seen.setdefault(name, self._standing_anew(self.case, self.extra, name))
        return found

    def with_reservations(self, case: Case, extra: tuple[Placed, ...] = ()) -> Ground:
        """The same grid with the applications of ``case`` reserving, and ``extra`` besides."""
        return self._standing_anew(case, extra, "")

    def _standing_anew(self, case: Case, extra: tuple[Placed, ...], seen_from: str) -> Ground:
        rules = self.rules
        transformers, bounds = _reserving(case, rules, self.flow, self.solved, self.rates, extra, seen_from)
        waited_for = headroom.waited_for(case) | {one.waits_for for one in extra if one.waits_for}
        grown = replace(self, case=case, transformers=transformers, waited_for=waited_for, extra=extra, seen={})
        if bounds.connected_kw == self.reserved_kw:  # an application that came in reserves nothing yet
            return replace(grown, seen=self.seen) if extra == self.extra else grown
        usual = load_addition(case, rules, self.solved.timestamps)
        standing = stand(self.flow, self.solved, bounds, usual, before=self.standing)
        return replace(grown, standing=standing, reserved_kw=bounds.connected_kw)

    def _supplier(self, connection: Connection) -> str:
        """The public transformer that carries a connection, or would be replaced for it; empty where there is none."""
        return connection.replaces or self.supplier_of.get(connection.node_id, "")

    def _phase_in_volts(self, phase: PhaseFinding) -> PhaseFinding:
        """Phase voltages on the scale of the standard's round nominal values: 220 V to 380 V, not 219.4 V."""
        scale = _phase_share(self.rules, self.case) * math.sqrt(3.0)
        binding = phase.binding
        if binding is not None and binding.unit == "V":
            binding = replace(binding, value=binding.value * scale, limit=binding.limit * scale)
        return replace(phase, voltage_min_v=phase.voltage_min_v * scale, floor_v=phase.floor_v * scale, binding=binding)

    def _phase_limits(self) -> PhaseLimits:
        rules = self.rules
        return PhaseLimits(rules.choice("transformer_limit_percent"), rules.choice("lv_line_limit_percent"))

    def _limits(self) -> Limits:
        rules, standard = self.rules, self.rules.voltage_standards[self.case.settings.voltage_standard]
        return Limits(
            lambda vn_kv, single: standard.band(vn_kv, "1" if single else "3").lower_pu(vn_kv),
            lv_line_percent=rules.choice("lv_line_limit_percent"),
            mv_line_percent=rules.choice("section_limit_percent"),
            transformer_percent=rules.choice("transformer_limit_percent"),
        )


def open_ground(case: Case, rules: Policy, *, workers: int | None, progress: Progress | None) -> Ground:
    """Check a case, solve its year, and connect what is reserved.

    Raises
    ------
    InputError
        The case has errors; every one of them is in ``.issues``.
    """
    tell = progress or (lambda stage, done, total: None)
    tell("check", 0, 0)
    window = past_window(case, rules)
    issues = check(case, window, rules=rules)
    if any(issue.severity == "error" for issue in issues):
        raise InputError(issues)
    readings = checks.judge_readings(case, window)
    tell("load flow", 0, 0)
    levels = (rules.choice("heavy_percent"), rules.choice("overload_percent"))
    flow = LoadFlow(case, window, levels_percent=levels, workers=workers, readings=readings)
    solved = flow.solve_year(crosscheck=False, progress=lambda done, total: tell("load flow", done, total))
    tell("load rates", 0, 0)
    rates = rates_of(case, rules, readings, solved, projected=False)
    tell("allowed capacity", 0, 0)
    transformers, bounds = _reserving(case, rules, flow, solved, rates)
    usual = load_addition(case, rules, solved.timestamps)
    standing = stand(flow, solved, bounds, usual, progress=lambda done, total: tell("allowed capacity", done, total))
    buses = case.topology.buses
    fed = buses[buses["transformer_id"].notna()]
    supplier_of = dict(zip(fed["bus_id"].astype(str), fed["transformer_id"].astype(str), strict=True))
    phases = PhaseModel(flow, rules.voltage_standards[case.settings.voltage_standard])
    return Ground(
        case, rules, flow, solved, rates, transformers, standing, bounds.connected_kw, phases, supplier_of, issues,
        headroom.waited_for(case),
    )  # fmt: skip


def _reserving(
    case: Case,
    rules: Policy,
    flow: LoadFlow,
    solved: SolvedYear,
    rates: Rates,
    extra: tuple[Placed, ...] = (),
    seen_from: str = "",
) -> tuple[pd.DataFrame, Bounds]:
    """P7's transformers and P9's bounds with everything reserved, as the customers of ``seen_from`` see it."""
    reserved = headroom.reserved_demand(case, rules, seen_from=seen_from)
    transformers = headroom.transformer_headroom(rates.rated, reserved, rules, rates.curves.solver_failed)
    besides = added(*({_drawn_at(case, one, seen_from): one.power} for one in extra))
    base = added(everything_reserved(case, rules, solved, transformers, reserved), besides)
    bounds = node_bounds(case, rules, rates.nodes, base, "load")
    return transformers.drop_duplicates("transformer_id").set_index("transformer_id", drop=False), bounds


def _drawn_at(case: Case, one: Placed, seen_from: str) -> int:
    if one.waits_for in ("", seen_from):
        return one.bus
    trafo = case.net.trafo
    return int(trafo.loc[trafo["name"].eq(one.waits_for), "hv_bus"].iloc[0])


def _in_volts(finding: Finding, rules: Policy, case: Case) -> Finding:
    """A single-phase customer's voltage from line to neutral, as the standard states it."""
    if not finding.connection.single_phase:
        return finding
    share = _phase_share(rules, case)
    return replace(
        finding, voltage_min_v=finding.voltage_min_v * share, voltage_floor_v=finding.voltage_floor_v * share
    )


def _phase_share(rules: Policy, case: Case) -> float:
    """A phase's nominal voltage over the line's, both as the standard rounds them."""
    nominal_v = rules.voltage_standards[case.settings.voltage_standard].lv_single_phase.nominal_v
    return PHASE_V.get(nominal_v, nominal_v / math.sqrt(3.0)) / nominal_v


PHASE_V = {380.0: 220.0, 400.0: 230.0}
"""Nominal voltages of a phase, which are round, by that of the line, which is too."""
