"""From drawn futures to quantiles, probabilities and the year in which a rule's condition is expected to hold."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from capacity.planning.forecast.days import QUANTILES
from capacity.planning.forecast.sequences import Floats, year_name, year_start
from capacity.tables.policy import Policy, Trigger

LOADING_RULES = ("may_initiate", "must_initiate", "connection")
SUM_RULE = "pre_control"
_TIMING = {"year_early": 0.1, "year_expected": 0.5, "year_late": 0.9}


@dataclass(frozen=True)
class Futures:
    """One element's drawn futures, each ``(draws, years)``; None where the quantity does not belong to it.

    ``incomplete`` is true for an area of which some transformers are not known.
    """

    element_type: str
    element_id: str
    loading_percent: Floats
    s_max_kva: Floats | None = None
    allowed_sum_kva: Floats | None = None
    incomplete: bool = False


@dataclass(frozen=True)
class Measured:
    """The last year's values by measurement; NaN where not known, ``incomplete`` where some transformers are not."""

    loading_percent: float
    allowed_sum_kva: float = float("nan")
    incomplete: bool = False

    def holds(self, trigger: Trigger) -> bool | None:
        """Whether the condition holds now; None where what is known does not settle it (P8)."""
        value = self.value(trigger)
        if np.isnan(value):
            return None
        fires = trigger.fires(value)
        settled = fires is (trigger.action != SUM_RULE)  # an unknown transformer cannot take that back
        return fires if settled or not self.incomplete else None

    def value(self, trigger: Trigger) -> float:
        """The quantity that the rule looks at."""
        return self.allowed_sum_kva if trigger.action == SUM_RULE else self.loading_percent


def triggers_of(rules: Policy, element_type: str) -> list[Trigger]:
    """The rules that speak of a transformer (load rate) or of an area (load rate, sum)."""
    names = (*LOADING_RULES, SUM_RULE) if element_type == "area" else LOADING_RULES
    return [rules.triggers[name] for name in names]


def year_rows(futures: Futures, as_of: dt.date) -> list[dict[str, object]]:
    """Rows of ``tables.forecast.FORECAST_YEARS``."""
    quantities = {
        "loading_p{}_percent": futures.loading_percent,
        "s_max_p{}_kva": futures.s_max_kva,
        "allowed_sum_p{}_kva": futures.allowed_sum_kva,
    }
    told = {name: np.quantile(values, QUANTILES, axis=0) for name, values in quantities.items() if values is not None}
    return [
        {
            "element_type": futures.element_type,
            "element_id": futures.element_id,
            "year": year_name(as_of, h + 1),
            "year_ahead": h + 1,
            "from_day": year_start(as_of, h + 1),
            "until_day": year_start(as_of, h + 2),
            **{name.format(part): float(values[q, h]) for name, values in told.items()
               for q, part in enumerate((10, 50, 90))},
        }
        for h in range(futures.loading_percent.shape[1])
    ]  # fmt: skip


def holds(futures: Futures, trigger: Trigger) -> npt.NDArray[np.bool_]:
    """Whether the trigger's condition holds, by draw and year."""
    values = futures.allowed_sum_kva if trigger.action == SUM_RULE else futures.loading_percent
    assert values is not None  # areas alone are asked for the sum, and they have one
    return trigger.fires_at(values)


def bound_of(futures: Futures, trigger: Trigger) -> str:
    """What an unknown transformer means: the area's load rate can only be higher, its sum only larger."""
    if not futures.incomplete:
        return ""
    return "at_most" if trigger.action == SUM_RULE else "at_least"


def probability_rows(futures: Futures, trigger: Trigger, as_of: dt.date) -> list[dict[str, object]]:
    """Rows of ``tables.forecast.FORECAST_PROBABILITIES``."""
    state = holds(futures, trigger)
    in_year, by_year = 100.0 * state.mean(axis=0), 100.0 * np.logical_or.accumulate(state, axis=1).mean(axis=0)
    return [
        {
            "element_type": futures.element_type,
            "element_id": futures.element_id,
            "rule": trigger.rule,
            "year": year_name(as_of, h + 1),
            "year_ahead": h + 1,
            "in_year_percent": float(in_year[h]),
            "by_year_percent": float(by_year[h]),
            "bound": bound_of(futures, trigger),
        }
        for h in range(state.shape[1])
    ]


def crossing_row(futures: Futures, trigger: Trigger, measured: Measured, as_of: dt.date) -> dict[str, object]:
    """Row of ``tables.forecast.FORECAST_CROSSINGS``, without the element's name and class.

    A probability that is an upper bound gives no year: what is not known may hold the sum up for long (P8).
    """
    by_year = np.logical_or.accumulate(holds(futures, trigger), axis=1).mean(axis=0)
    dated = bound_of(futures, trigger) != "at_most"
    years = {
        name: year_name(as_of, int(np.argmax(by_year >= share)) + 1) if by_year[-1] >= share and dated else None
        for name, share in _TIMING.items()
    }
    return {
        **about(futures.element_type, futures.element_id, trigger, measured),
        **years,
        "within_horizon_percent": 100.0 * float(by_year[-1]),
        "bound": bound_of(futures, trigger),
        "reason": "",
    }


def not_forecast_row(
    element_type: str, element_id: str, trigger: Trigger, measured: Measured, reason: str
) -> dict[str, object]:
    """The same for an element that cannot be forecast: no year and no probability, but why."""
    return {**about(element_type, element_id, trigger, measured), "bound": "", "reason": reason}


def about(element_type: str, element_id: str, trigger: Trigger, measured: Measured) -> dict[str, object]:
    """What a crossing row says of the element and the rule."""
    return {
        "element_type": element_type,
        "element_id": element_id,
        "rule": trigger.rule,
        "threshold": trigger.threshold,
        "unit": trigger.unit,
        "measured": measured.value(trigger),
        "already": measured.holds(trigger),
    }
