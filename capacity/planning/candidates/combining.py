"""Measures of one LV network that are worth verifying together."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from capacity.planning.candidates.choices import Choices, bundled_choices
from capacity.planning.candidates.ground import CODES
from capacity.tables.measure import Measure, MeasureKind, Need, Rule

LOAD: tuple[MeasureKind, ...] = (
    "rebalance_loads", "larger_transformer", "additional_transformer", "managed_charging", "storage",
)  # fmt: skip
VOLTAGE: tuple[MeasureKind, ...] = ("tap_change", "stronger_lv_conductor", "lv_split", "additional_transformer")
TOGETHER: tuple[tuple[MeasureKind, MeasureKind], ...] = (
    ("tap_change", "stronger_lv_conductor"),
    ("tap_change", "lv_split"),
    ("tap_change", "additional_transformer"),
    ("stronger_lv_conductor", "lv_split"),
    ("stronger_lv_conductor", "additional_transformer"),
)
"""For voltages alone."""
FLEXIBLE: tuple[tuple[MeasureKind, MeasureKind], ...] = (
    ("rebalance_loads", "managed_charging"),
    ("managed_charging", "storage"),
    ("rebalance_loads", "storage"),
)
"""For load alone: what leaves the transformer as it is."""


def combinations(
    measures: Sequence[Measure], needs: Sequence[Need], *, choices: Choices | None = None
) -> tuple[frozenset[str], ...]:
    """Pairs within one LV network where one kind alone may not reach everything.

    Where load (P4, P6) and voltage (P10) are short, one measure for each; for voltage alone tap, conductor, circuit and
    transformer in pairs; for load alone what leaves the transformer as it is. Of each kind the cheapest measure takes
    part. Meant for needs that no single measure clears.

    Parameters
    ----------
    measures : of one feeder, as :func:`~capacity.planning.candidates.candidates` made them.
    needs : those that are still open.
    choices : how many sets there are at most for a network; by default those of the package.

    Returns
    -------
    tuple of frozenset of str
        Ids, network by network, the cheapest pairs first.
    """
    most = (choices or bundled_choices()).values.sets_per_network.value
    found: dict[frozenset[str], None] = {}
    for transformer_id in sorted({need.element_id for need in needs if need.rule in ("P4", "P6", "P10")}):
        rules = {need.rule for need in needs if need.element_id == transformer_id}
        of_kind = _cheapest(measures, transformer_id)
        pairs = [(of_kind[a], of_kind[b]) for a, b in _kinds(rules) if a in of_kind and b in of_kind]
        ranked = sorted(
            pairs, key=lambda pair: (_yuan(pair[0]) + _yuan(pair[1]), pair[0].measure_id, pair[1].measure_id)
        )
        found |= dict.fromkeys(frozenset(one.measure_id for one in pair) for pair in ranked[:most])
    return tuple(found)


def _kinds(rules: set[Rule]) -> list[tuple[MeasureKind, MeasureKind]]:
    load, voltage = bool(rules & {"P4", "P6"}), "P10" in rules
    if load and voltage:
        return [(a, b) for a in LOAD for b in VOLTAGE if a != b]
    return list(TOGETHER if voltage else FLEXIBLE)


def _cheapest(measures: Sequence[Measure], transformer_id: str) -> Mapping[MeasureKind, Measure]:
    """Of each kind the cheapest measure of a network, which its id names after feeder and kind."""
    mine = [one for one in measures if _is_of(one, transformer_id)]
    dearest_first = sorted(mine, key=lambda one: (_yuan(one), one.measure_id), reverse=True)
    return {one.kind: one for one in dearest_first}


def _is_of(measure: Measure, transformer_id: str) -> bool:
    return f"{measure.measure_id}-".startswith(f"{measure.feeder_id}-{CODES[measure.kind]}-{transformer_id}-")


def _yuan(measure: Measure) -> float:
    """Likely cost; infinite where none is known, so that it comes last."""
    return math.inf if measure.cost_yuan is None else measure.cost_yuan
