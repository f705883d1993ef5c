"""Sets are tried together where a need stays open only because they touch the same."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from planning_cases import found, measure, need

from capacity.planning.choosing import choose
from capacity.reinforcing.reconciling import reconciled
from capacity.reinforcing.trying import Trials
from capacity.tables.measure import Cleared, Verified


class Additive(Trials):
    """Trials in which sets clear what their measures clear; no load flow."""

    def _tried(self, measure_ids: frozenset[str]) -> Verified:
        alone = [self.known[frozenset({key})] for key in sorted(measure_ids)]
        clears = tuple(Cleared(own.need_id, own.years) for one in alone for own in one.clears)
        return Verified("F1", measure_ids, clears, touches=frozenset({"network:T1"}))


def test_reconciled__a_line_and_a_transformer_of_one_network():
    """M1 (larger transformer) clears N1, M2 (stronger line) clears N2; both touch the network of T1."""
    needs = (need("N1", (2036,)), need("N2", (2036,)))
    measures = (measure("M1", 100_000.0, "T1"), measure("M2", 20_000.0, "L1"))
    sets = [found("M1", {"N1": (2036,)}, touches="network:T1"), found("M2", {"N2": (2036,)}, touches="network:T1")]
    assert set(choose(needs, measures, sets).needs["outcome"]) == {"cleared", "open"}
    trials = Additive("F1", needs, {one.measure_id: one for one in measures}, (), dt.date(2026, 11, 1),
                      {one.measure_ids: one for one in sets})  # fmt: skip
    complete = reconciled(trials, needs, measures)
    choice = choose(needs, measures, complete)
    assert set(choice.needs["outcome"]) == {"cleared"}
    assert [part.name for part in choice.parts] == ["M1+M2"]


def test_reconciled__not_where_both_work_on_the_same_element():
    needs = (need("N1", (2036,)), need("N2", (2036,)))
    measures = (measure("M1", 100_000.0, "T1"), measure("M2", 20_000.0, "T1"))
    sets = [found("M1", {"N1": (2036,)}, touches="network:T1"), found("M2", {"N2": (2036,)}, touches="network:T1")]
    trials = Additive("F1", needs, {one.measure_id: one for one in measures}, (), dt.date(2026, 11, 1),
                      {one.measure_ids: one for one in sets})  # fmt: skip
    assert {one.name for one in reconciled(trials, needs, measures)} == {"M1", "M2"}


def test_reconciled__harm_that_a_chosen_measure_undoes():
    """M1 alone overloads a line; M2, chosen for N2 in the same network, relieves it: together both are clean."""
    needs = (need("N1", (2036,)), need("N2", (2036,)))
    measures = (measure("M1", 100_000.0, "T1"), measure("M2", 20_000.0, "L1"))
    harmful = replace(found("M1", {"N1": (2036,)}, touches="network:T1"), creates=(need("N9", (2036,)),))
    sets = [harmful, found("M2", {"N2": (2036,)}, touches="network:T1")]
    trials = Additive("F1", needs, {one.measure_id: one for one in measures}, (), dt.date(2026, 11, 1),
                      {one.measure_ids: one for one in sets})  # fmt: skip
    choice = choose(needs, measures, reconciled(trials, needs, measures))
    assert set(choice.needs["outcome"]) == {"cleared"}
