"""What measures are designed from: a feeder in the worst year of a horizon, its needs, and what can be bought."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from capacity.tables.case import Case
from capacity.tables.catalogue import Catalogue
from capacity.tables.measure import Need
from capacity.tables.works import CostEstimate, Work


@dataclass(frozen=True)
class Situation:
    """A feeder whose needs are to be cleared.

    Attributes
    ----------
    feeder_id : the feeder.
    case : the grid of the last year of the horizon where nothing is done: the feeder and every feeder that it can be
        tied to or shares an area with. Ids are those of the case that planning began with.
    needs : of this feeder, all rules.
    transformers, lines, nodes, areas : results of that year, as ``tables.results`` (load rates, voltages, allowed
        capacity); they cover what ``case`` holds.
    """

    feeder_id: str
    case: Case
    needs: tuple[Need, ...]
    transformers: pd.DataFrame
    lines: pd.DataFrame
    nodes: pd.DataFrame
    areas: pd.DataFrame


@dataclass(frozen=True)
class Market:
    """What measures may be built of, what it costs and how long it takes; functions of the room ``works``.

    Attributes
    ----------
    cost : of works in a class of area, paid by the company; None where a price is missing.
    lead_time_working_days : of works from initiation on; None where a duration is missing.
    choice : a number of the policy by its name, e.g. ``transformer_limit_percent``.
    thresholds : by rule: P3, P4, P5, P6 with their values.
    """

    equipment: Catalogue
    cost: Callable[[Sequence[Work], str], CostEstimate | None]
    lead_time_working_days: Callable[[Sequence[Work]], int | None]
    choice: Callable[[str], float]
    thresholds: dict[str, float]
