"""What one study leaves behind for the next, so that a small change need not start from nothing."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from capacity import rates
from capacity.loadflow import LoadFlow, largest_additions
from capacity.runs import assembly
from capacity.tables._schema import conform
from capacity.tables.additions import Addition, Additions, Bounds
from capacity.tables.case import Case, Window
from capacity.tables.policy import Policy
from capacity.tables.rated import RatedCurves
from capacity.tables.readings import JudgedReadings
from capacity.tables.results import ALL
from capacity.tables.scenario import Scenario
from capacity.tables.solved import SolvedYear

Engine = Literal["auto", "radial", "pgm", "pandapower"]
LOADS = ("areas", "substations", "feeders", "transformers", "customers", "profiles")
NETWORK = ("bus", "line", "trafo", "trafo3w", "switch", "ext_grid", "load", "sgen", "storage", "shunt", "impedance")
"""Tables of the network that a load flow uses; a change laid over a case keeps the hash of the file it came from."""
READINGS = ("measurements", "daily_maxima", "exclusions")
"""Tables of a case that load flow and load rates use besides the network."""
How = tuple[Window, Scenario | None, Policy, Engine]
"""What besides the case decides about a load flow."""


@dataclass(frozen=True)
class Rates:
    """What follows from loads and readings alone; ``frames`` are the run's tables of it."""

    curves: RatedCurves
    rated: pd.DataFrame
    lines: pd.DataFrame
    nodes: pd.DataFrame
    frames: dict[str, pd.DataFrame]


def rates_of(case: Case, rules: Policy, readings: JudgedReadings, solved: SolvedYear, *, projected: bool) -> Rates:
    curves = rates.rated_curves(case, readings, solved, projected=projected)
    rated = rates.transformer_rates(case, rules, curves, readings, solved)
    lines = rates.line_rates(case, solved, rated)
    frames = {
        "lines": lines,
        "transformer_curves": assembly.transformer_curves(curves),
        "feeder_curves": assembly.feeder_curves(solved),
        "feeder_voltages": rates.feeder_voltages(case, rules, solved, rated),
    }
    nodes = rates.node_voltages(case, rules, solved, rated)
    return Rates(curves, rated, lines, nodes, {key: conform(frame, ALL[key]) for key, frame in frames.items()})


@dataclass
class Memory:
    """What a study leaves behind for the next one: its load flow, and the year of every LV network it searched.

    After an application was accepted or a reading corrected, what the change does not touch is taken up; its feeder,
    what stands above it and everything that depends on its substation are computed anew. The result equals that of a
    study from nothing, to the accuracy of the figures. ``lasting`` is False where no study is to follow.
    """

    lasting: bool = True
    rates: Rates | None = None
    _flow: LoadFlow | None = None
    _solved: SolvedYear | None = None
    _how: How | None = None
    _searches: dict[str, Additions] = field(default_factory=dict)

    def holds_the_loads_of(self, case: Case, how: How) -> bool:
        """Whether the load flow it holds is that of a case: nothing that a load flow uses has changed."""
        return self._flow is not None and self._how == how and same_loads(self._flow.case, case)

    def keep(self, flow: LoadFlow, solved: SolvedYear, how: How) -> None:
        """Keep a load flow and the year it solved."""
        self._flow, self._solved, self._how, self.rates = flow, solved, how, None

    @property
    def load_flow(self) -> tuple[LoadFlow, SolvedYear]:
        """The load flow it holds, and its solved year."""
        assert self._flow is not None
        assert self._solved is not None
        return self._flow, self._solved

    def search(
        self,
        bounds: Bounds,
        addition: Addition,
        *,
        executor: Executor | None,
        progress: Callable[[int, int], None] | None,
    ) -> Additions:
        """The largest additions, with what the search before left behind taken up."""
        flow, solved = self.load_flow
        before = self._searches.pop(addition.direction, None)
        found = largest_additions(flow, solved, bounds, addition, before=before, executor=executor, progress=progress)
        if self.lasting:
            self._searches[addition.direction] = found
        return found


def same_loads(one: Case, other: Case) -> bool:
    """Whether two cases, under the same scenario, have the same network, loads and readings."""
    if one is other:
        return True
    same_net = one.net is other.net or all(one.net[name].equals(other.net[name]) for name in NETWORK)
    tables = all(
        getattr(one, name) is getattr(other, name) or getattr(one, name).equals(getattr(other, name))
        for name in (*LOADS, *READINGS)
    )
    return same_net and tables and one.settings == other.settings
