"""All candidates of a situation, and the pairs of them worth verifying together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from capacity.planning.candidates.additional_transformer import additional_transformer
from capacity.planning.candidates.choices import Choices, bundled_choices
from capacity.planning.candidates.combining import combinations as combinations
from capacity.planning.candidates.feeder_tie import feeder_tie
from capacity.planning.candidates.ground import Ground
from capacity.planning.candidates.larger_transformer import larger_transformer
from capacity.planning.candidates.lv_split import lv_split
from capacity.planning.candidates.managed_charging import managed_charging
from capacity.planning.candidates.move_open_point import move_open_point
from capacity.planning.candidates.rebalance_loads import rebalance_loads
from capacity.planning.candidates.storage import storage
from capacity.planning.candidates.stronger_lv_conductor import stronger_lv_conductor
from capacity.planning.candidates.stronger_mv_conductor import stronger_mv_conductor
from capacity.planning.candidates.tap_change import tap_change
from capacity.tables.measure import Measure
from capacity.tables.situation import Market, Situation

KINDS: Sequence[Callable[[Ground], list[Measure]]] = (
    tap_change,
    rebalance_loads,
    move_open_point,
    larger_transformer,
    stronger_lv_conductor,
    lv_split,
    additional_transformer,
    stronger_mv_conductor,
    feeder_tie,
    managed_charging,
    storage,
)


def candidates(situation: Situation, market: Market, *, choices: Choices | None = None) -> tuple[Measure, ...]:
    """What could be done for the needs of a feeder: complete in kind, few in number, each sized by an estimate.

    Parameters
    ----------
    choices : how they are looked for and sized; by default those of the package.

    Returns
    -------
    tuple of Measure
        In the order of the kinds (cheap ones first) and of their ids, which do not repeat and are the same for the same
        situation. What the verifier finds (released kVA, losses) is not stated. Empty where nothing can be done or no
        rule but P3 fires.
    """
    ground = Ground(situation, market, choices or bundled_choices())
    found: dict[str, Measure] = {}
    for kind in KINDS:
        for measure in sorted(kind(ground), key=lambda one: one.measure_id):
            found.setdefault(measure.measure_id, measure)
    return tuple(found.values())
