"""Can a single-phase customer be connected here? The question to the unbalanced load flow, and its answer (P10)."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.loadflow.load_flow import LoadFlow
from capacity.loadflow.unbalanced import basis
from capacity.loadflow.unbalanced.assumptions import Assumptions, PhaseLimits
from capacity.loadflow.unbalanced.limits import Watched, floors_v
from capacity.loadflow.unbalanced.metering import heaviest_steps, metered_unbalance_percent
from capacity.loadflow.unbalanced.network import Cutter, LvNetwork, Unsupported, lone_network
from capacity.loadflow.unbalanced.phases import PHASES, Records, nobody, records_of
from capacity.loadflow.unbalanced.question import Question, best_of, existing_va
from capacity.loadflow.unbalanced.rule import by_rule
from capacity.loadflow.unbalanced.solving import PhaseResult, PhaseSolver
from capacity.loadflow.unbalanced.state import State, state_of
from capacity.tables.connection import Binding, Connection, NewLine, PhaseFinding
from capacity.tables.policy import VoltageStandard
from capacity.tables.words import Word
from capacity.units import kva_of_kw

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]

_Key = tuple[object, ...]

REMEMBERED = 24
"""So many questions' networks and states are kept for the next one."""
CEILING = 1.1
"""The search ends at what fills the transformer's phase alone, and a little more."""


@dataclass(frozen=True)
class _Place:
    """The customer in a network: where, with whom, and by what name; ``line`` leads from ``node`` on."""

    bare: LvNetwork
    records: Records
    node: int
    node_id: str
    line: NewLine | None


@dataclass(frozen=True)
class _Posed:
    """The question as the calculation and the rule take it: with the new line, if there is one."""

    network: LvNetwork
    records: Records
    node: int
    node_id: str
    new: bool
    state: State


class PhaseModel:
    """The unbalanced side of a case's load flow: made once, asked often, from several threads.

    Parameters
    ----------
    flow : the case's load flow.
    standard : voltage bands (P10).
    customers : ``tables.inputs.customers``, by default the case's own. A column ``phase`` (``a``, ``b``, ``c``) says
        which phase a single-phase customer is on.
    assumed : what is taken for granted where data are silent.
    """

    def __init__(
        self,
        flow: LoadFlow,
        standard: VoltageStandard,
        customers: pd.DataFrame | None = None,
        assumed: Assumptions | None = None,
    ) -> None:
        self.assumed = assumed or Assumptions()
        self._flow, self._standard = flow, standard
        self._customers = flow.case.customers if customers is None else customers
        self._cutter = Cutter.of(flow.plan.grid, flow.case.net, self.assumed)
        elements = flow.plan.injections.elements
        loads = elements[elements["table"] == "load"]
        kva = np.hypot(loads["p"], loads["q"]) * 1000.0 * flow.plan.grid.sn_mva
        self._base_kva = np.bincount(loads["bus"], kva, flow.plan.grid.n_bus).astype(np.float64)
        names = flow.case.net.bus["name"].astype(str)
        self._bus_of_name = pd.Series(flow.plan.grid.bus_of[names.index.to_numpy(np.int64)], index=names)
        self._bus_of_name = self._bus_of_name[~self._bus_of_name.index.duplicated()]
        self._networks: dict[int, tuple[LvNetwork, Records]] = {}
        self._states: OrderedDict[_Key, State] = OrderedDict()
        self._results: dict[_Key, PhaseResult] = {}
        self._lock = threading.Lock()

    def check(
        self,
        connection: Connection,
        kw: float,
        power_factor: float,
        steps: Sequence[int] | Ints,
        *,
        limits: PhaseLimits | None = None,
        added_kw: dict[int, complex] | None = None,
    ) -> PhaseFinding:
        """What a single-phase load may draw at the end of a connection, on the best phase or, by rule, on any.

        Parameters
        ----------
        connection : what would be built; its ``node_id`` is a bus of the network, its line is at that bus's voltage.
        kw, power_factor : the load asked for, at its peak, lagging; flat over the steps.
        steps : positions in the window that decide; see :meth:`heaviest_steps` for more of them.
        limits : by default P6's 80 % and full conductors.
        added_kw : kW + j kvar by pandapower bus that is connected besides (reserved), a third on each phase.

        Returns
        -------
        PhaseFinding
            ``room_kva`` is NaN where the network is beyond the calculation or a step has no solution; ``basis`` says
            which.

        Raises
        ------
        ValueError
            If the node is unknown or not energised, the power is not above zero, or a step lies outside the window.
        """
        kva = kva_of_kw(kw, power_factor)
        if not (math.isfinite(kva) and kva > 0.0):
            raise ValueError(f"{kw} kW is no load")
        numbers = np.unique(np.asarray(steps, dtype=np.int64))
        if not len(numbers) or numbers[0] < 0 or numbers[-1] >= self._flow.n_steps:
            raise ValueError(f"steps must lie in 0 … {self._flow.n_steps - 1}, at least one of them")
        limits = limits or PhaseLimits()
        per_kva = complex(power_factor, math.sqrt(max(0.0, 1.0 - power_factor**2)))
        try:
            place = self._place(connection)
            key = _state_key(place.bare, connection, numbers, added_kw or {}, per_kva)
            state = self._state(key, place.bare, numbers, added_kw or {}, per_kva)
            posed = _posed(place, state)
            if place.records.known_percent < self.assumed.known_percent:
                return self._ruled(posed, kva, limits)
            before = self._before(key, place, state)
            return self._calculated(
                posed, before if place.line is None else before.with_a_node_more(place.node), kva, per_kva, limits
            )
        except Unsupported as why:
            return _nothing(basis.unknown(why.zh, why.en), "unbalanced")

    def heaviest_steps(self, node_id: str, count: int = 100) -> Ints:
        """Steps in which the LV network of a node draws most, and in which its metered phase current is highest.

        Of the network's net load as it is scaled to its meter, or of its profiles: at most ``2 · count`` positions.
        """
        try:
            network, _ = self._network(self._bus(node_id))
        except Unsupported:
            return np.empty(0, dtype=np.int64)
        return heaviest_steps(self._flow, network, count)

    def _bus(self, node_id: str) -> int:
        bus = int(self._bus_of_name.get(node_id, -1))
        if bus < 0:
            raise ValueError(f"node '{node_id}' is not an energised node of the network")
        return bus

    def _network(self, bus: int) -> tuple[LvNetwork, Records]:
        """The LV network of an electrical bus and its customers, cut out once."""
        key = int(self._cutter.label[bus])
        with self._lock:
            if key in self._networks:
                return self._networks[key]
        network = self._cutter.cut(bus)
        base_kva = np.where(network.buses >= 0, self._base_kva[network.buses], 0.0)
        found = network, records_of(network, self._customers, self._bus_of_name, base_kva)
        with self._lock:
            self._networks[key] = found
        return found

    def _place(self, connection: Connection) -> _Place:
        """The network as it would be with the connection, and the customer's node in it."""
        bus = self._bus(connection.node_id)
        if connection.transformer is not None:
            return self._behind_new_transformer(connection, bus)
        network, records = self._network(bus)
        if connection.replacement is not None:
            network = network.with_transformer(connection.replacement, self.assumed)
        node = int(np.flatnonzero(network.buses == bus)[0])
        return _Place(network, records, node, connection.node_id, connection.line)

    def _behind_new_transformer(self, connection: Connection, bus: int) -> _Place:
        assert connection.transformer is not None
        above_kv = float(self._cutter.grid.base_kv[bus])
        if above_kv <= 1.0:
            raise Unsupported("新增配变须接于 10 千伏侧", "a new transformer needs a medium-voltage node")
        network = lone_network(connection.transformer, LV_KV, bus, 1.0, self.assumed)
        if connection.line is not None:
            line = connection.line
            ohm = complex(line.r_ohm_per_km, line.x_ohm_per_km) * line.length_m / 1000.0 / line.circuits
            z1 = network.supply.z1_ohm + ohm * (LV_KV / above_kv) ** 2
            network = replace(network, supply=replace(network.supply, z1_ohm=z1))
        return _Place(network, nobody(1), 0, "NEW", connection.service)

    def _state(
        self, key: _Key, network: LvNetwork, steps: Ints, added_kw: dict[int, complex], per_kva: complex
    ) -> State:
        """The balanced state, remembered: it does not depend on where in the network the customer is."""
        with self._lock:
            if key in self._states:
                self._states.move_to_end(key)
                return self._states[key]
        found = state_of(self._flow, network, steps, added_kw, per_kva * self._ceiling_kva(network, PhaseLimits()))
        with self._lock:
            self._states[key] = found
            while len(self._states) > REMEMBERED:
                forgotten, _ = self._states.popitem(last=False)
                self._results.pop(forgotten, None)
        return found

    def _before(self, key: _Key, place: _Place, state: State) -> PhaseResult:
        """Every step without the customer, phase by phase, remembered beside the balanced state."""
        with self._lock:
            known = self._results.get(key)
        if known is None:
            known = PhaseSolver(place.bare).solve(state.open_v, existing_va(state, place.records))
            with self._lock:
                self._results[key] = known
        return known

    def _ceiling_kva(self, network: LvNetwork, limits: PhaseLimits) -> float:
        return CEILING * network.supply.rated_a * limits.transformer_percent / 100.0 * network.phase_v / 1000.0

    def _calculated(
        self, place: _Posed, before: PhaseResult, kva: float, per_kva: complex, limits: PhaseLimits
    ) -> PhaseFinding:
        question = Question(place.network, place.records, place.node, place.state, before, per_kva)
        ceiling = self._ceiling_kva(place.network, limits)
        best = best_of([question.on(phase, kva, ceiling, self._standard, limits, self.assumed) for phase in range(3)])
        asked, found, room_kva = question.asked(best.phase, kva), best.search.found, best.search.kva
        assert found is not None  # the best one is confirmed
        own_v = np.abs(asked.voltage_v[:, place.node, best.phase])
        excess = float(best.raw[found.step, found.column]) if found.column >= 0 else math.nan
        phase = PHASES[best.phase]
        neutral_a = float(asked.neutral_a(place.network).max())
        word = basis.calculated(place.records, phase, neutral_a, existing=excess > 0.0)
        if math.isnan(room_kva):
            word, phase = self._unsolved(word, place.state, found.step), ""
        binding = None
        if found.column >= 0:  # with a slightly larger load, or without any where it is broken already
            what, value = best.watch.named(found.column, excess if excess > 0.0 else found.excess_percent)
            binding = self._binding(place, what, value, found.step)
        return self._finding("unbalanced", place, room_kva, own_v, binding, phase, word)

    def _ruled(self, place: _Posed, kva: float, limits: PhaseLimits) -> PhaseFinding:
        network, records, state = place.network, place.records, place.state
        metered = metered_unbalance_percent(self._flow.case, network.supply.trafo_ids)
        unbalance = max(self.assumed.unbalance_percent, 0.0 if math.isnan(metered) else metered)
        found = by_rule(network, records, state, place.node, kva, unbalance / 100.0, self._standard, limits)
        word = basis.ruled(records, records.known_percent, unbalance, not math.isnan(metered), self.assumed)
        if math.isnan(found.room_kva):
            word = self._unsolved(word, state, found.step)
        binding = None
        if found.binding is not None:
            binding = self._binding(place, found.binding, found.value, found.step)
        return self._finding("rule", place, found.room_kva, found.customer_v, binding, "", word)

    def _finding(
        self,
        method: str,
        place: _Posed,
        room_kva: float,
        own_v: Reals,
        binding: Binding | None,
        best_phase: str,
        word: Word,
    ) -> PhaseFinding:
        solved = not np.isnan(own_v).any()
        at = int(np.argmin(own_v)) if solved else -1
        above = basis.grid_above(place.network, self.assumed)
        return PhaseFinding(
            method="rule" if method == "rule" else "unbalanced",
            room_kva=room_kva,
            voltage_min_v=max(0.0, float(own_v[at])) if solved else math.nan,
            floor_v=floors_v(place.network, self._standard)[0],
            voltage_at=self._at(place.state, at) if solved else pd.NaT,
            binding=binding,
            best_phase=best_phase,
            basis_zh=word.zh + above.zh,
            basis_en=f"{word.en} {above.en}",
        )

    def _at(self, state: State, row: int) -> pd.Timestamp:
        return self._flow.window.timestamps[int(state.steps[row])]

    def _binding(self, place: _Posed, what: Watched, value: float, row: int) -> Binding:
        network = place.network
        new = False
        if what.criterion == "voltage_min":
            new = place.new and what.node == place.node
            element = place.node_id if what.node == place.node else self._node_name(int(network.buses[what.node]))
        elif what.criterion == "line_loading":
            element = network.line_ids[what.branch]
            new = element.startswith("NEW")
        else:
            element = " + ".join(network.supply.trafo_ids)
            new = element.startswith("NEW")
        return Binding(what.criterion, element, self._at(place.state, row), float(value), what.limit, what.unit, new)

    def _unsolved(self, word: Word, state: State, row: int) -> Word:
        """The basis, with the step that has no solution."""
        moment = f"{self._at(state, row):%Y-%m-%d %H:%M}"
        return Word(
            f"{moment} 潮流无解，裕度未知。{word.zh}",
            f"No solution at {moment}, so the room is unknown. {word.en}",
        )

    def _node_name(self, bus: int) -> str:
        names = self._bus_of_name.index[self._bus_of_name.to_numpy() == bus]
        return str(names[0]) if len(names) else ""


LV_KV = 0.4
"""Nominal voltage below new transformers, as the models of Chinese cases have it."""


def _state_key(
    network: LvNetwork, connection: Connection, steps: Ints, added_kw: dict[int, complex], per_kva: complex
) -> _Key:
    """What the balanced state of a network depends on."""
    where = connection.node_id if network.buses[0] < 0 else int(network.buses[0])
    return (network.supply, where, steps.tobytes(), tuple(sorted(added_kw.items())), per_kva)


def _posed(place: _Place, state: State) -> _Posed:
    """The question with the new line put in."""
    if place.line is None:
        return _Posed(place.bare, place.records, place.node, place.node_id, place.node_id == "NEW", state)
    return _Posed(
        network=place.bare.with_line(place.node, place.line),
        records=_with_a_node_more(place.records),
        node=place.bare.n,
        node_id="NEW",
        new=True,
        state=state.with_a_node_more(),
    )


def _with_a_node_more(records: Records) -> Records:
    """The same customers, and a node at the end where nobody is yet."""
    more = nobody(1)
    return replace(
        records,
        share=np.concatenate([records.share, more.share]),
        single=np.concatenate([records.single, more.single]),
        three=np.append(records.three, False),
        single_kva=np.append(records.single_kva, 0.0),
        largest_single_kva=np.append(records.largest_single_kva, 0.0),
        contract_kva=np.append(records.contract_kva, 0.0),
    )


def _nothing(word: Word, method: str) -> PhaseFinding:
    return PhaseFinding(
        method="rule" if method == "rule" else "unbalanced",
        room_kva=math.nan,
        voltage_min_v=math.nan,
        floor_v=math.nan,
        voltage_at=pd.NaT,
        binding=None,
        best_phase="",
        basis_zh=word.zh,
        basis_en=word.en,
    )
