"""The result tables as they grow, area by area: no more than one area's draws are held at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.planning.forecast import crossing
from capacity.planning.forecast.backtest import DEDICATED, Validation
from capacity.planning.forecast.crossing import Futures, Measured
from capacity.planning.forecast.growth import Growth
from capacity.planning.forecast.sequences import Floats, Sequences
from capacity.tables.policy import Policy

Draw = Callable[[int], Floats]
"""Draws of the highest load of the transformer in a row, kVA ``(draws, years)``."""


@dataclass
class Gathered:
    """What is known of the series, and the rows gathered so far."""

    laid: Sequences
    reason: npt.NDArray[np.str_]
    rules: Policy
    as_of: dt.date
    years: list[dict[str, object]] = field(default_factory=list)
    probabilities: list[dict[str, object]] = field(default_factory=list)
    crossings: list[dict[str, object]] = field(default_factory=list)

    @property
    def limit_kva(self) -> Floats:
        """k·Sn of each transformer (P7)."""
        factor = self.rules.choice("transformer_limit_percent") / 100.0
        return np.asarray(factor * self.rated_kva)

    @property
    def rated_kva(self) -> Floats:
        """Rating of each transformer."""
        return self.laid.elements["rated_kva"].to_numpy(np.float64)

    @property
    def import_share(self) -> Floats:
        """Highest import over highest load of either direction; 1 where the direction is not known."""
        return self.laid.elements["import_share"].astype("float64").fillna(1.0).to_numpy()

    def measured_kva(self) -> Floats:
        """Highest load of the last year; NaN where the readings of the year do not suffice (P1)."""
        enough = 100.0 * self.laid.coverage[:, -1] >= self.rules.choice("coverage_min_percent")
        return np.where(enough, np.exp(self.laid.highest_log_kva(0)), np.nan)

    def room_kva(self) -> pd.Series:
        """What each transformer that is forecast has left of k·Sn now, by transformer_id; below zero over the limit."""
        room = self.limit_kva - self.measured_kva() * self.import_share
        known = self.reason == ""
        return pd.Series(room[known], index=self.laid.elements.loc[known, "transformer_id"].astype(str))

    def take(self, futures: Futures, measured: Measured) -> None:
        """Take the rows of an element that is forecast."""
        self.years.extend(crossing.year_rows(futures, self.as_of))
        for trigger in crossing.triggers_of(self.rules, futures.element_type):
            self.probabilities.extend(crossing.probability_rows(futures, trigger, self.as_of))
            self.crossings.append(crossing.crossing_row(futures, trigger, measured, self.as_of))

    def leave(self, element_type: str, element_id: str, measured: Measured, reason: str) -> None:
        """Take the rows of an element that is not forecast, with why."""
        for trigger in crossing.triggers_of(self.rules, element_type):
            self.crossings.append(crossing.not_forecast_row(element_type, element_id, trigger, measured, reason))

    def frames(self) -> dict[str, pd.DataFrame]:
        """The tables; crossings with the names and classes of their elements."""
        crossings = pd.DataFrame(self.crossings)
        if len(crossings):
            elements = self.laid.elements
            areas = elements.dropna(subset="area_id").drop_duplicates("area_id").set_index("area_id")
            own = elements.set_index("transformer_id")
            for column, of_area, of_transformer in (
                ("name", areas["area_name"], own["name"]),
                ("area_class", areas["area_class"], own["area_class"]),
            ):
                known = crossings["element_id"].map(of_transformer)
                crossings[column] = known.where(
                    crossings["element_type"].eq("transformer"), crossings["element_id"].map(of_area)
                )
            crossings = crossings.sort_values(["element_type", "element_id", "rule"], kind="stable")
        return {
            "years": pd.DataFrame(self.years),
            "probabilities": pd.DataFrame(self.probabilities),
            "crossings": crossings,
        }


def take_area(gathered: Gathered, area_id: str, members: npt.NDArray[np.int64], draw: Draw) -> None:
    """Draw the futures of an area's transformers and of the area itself (``area_id`` empty: transformers outside any).

    Dedicated transformers are forecast, but no rule speaks of them and the area leaves them out.
    """
    elements, limit, rated = gathered.laid.elements, gathered.limit_kva, gathered.rated_kva
    measured = gathered.measured_kva()
    public = [
        row
        for row in members
        if elements["ownership"].iloc[row] != DEDICATED and gathered.reason[row] != "out_of_service"
    ]
    loads = {int(row): draw(int(row)) for row in members if gathered.reason[row] == ""}
    for row in members:
        own = str(elements["transformer_id"].iloc[row])
        rate = Measured(100.0 * measured[row] / rated[row])
        if row not in loads:
            if row in public:
                gathered.leave("transformer", own, rate, str(gathered.reason[row]))
            continue
        futures = Futures("transformer", own, 100.0 * loads[row] / rated[row], loads[row])
        if row in public:
            gathered.take(futures, rate)
        else:
            gathered.years.extend(crossing.year_rows(futures, gathered.as_of))
    if area_id and public:
        _take_sum(gathered, area_id, public, loads, limit, rated, measured)


def _take_sum(
    gathered: Gathered,
    area_id: str,
    public: list[int],
    loads: dict[int, Floats],
    limit: Floats,
    rated: Floats,
    measured: Floats,
) -> None:
    share = gathered.import_share
    metered = [row for row in public if not np.isnan(measured[row])]
    now = Measured(
        max((100.0 * measured[row] / rated[row] for row in metered), default=np.nan),
        sum(max(0.0, limit[row] - measured[row] * share[row]) for row in metered) if metered else np.nan,
        incomplete=len(metered) < len(public),
    )
    known = [row for row in public if row in loads]
    if not known:
        reasons = {str(gathered.reason[row]) for row in public}
        gathered.leave("area", area_id, now, reasons.pop() if len(reasons) == 1 else "no_transformer")
        return
    gathered.take(
        Futures(
            "area",
            area_id,
            np.max([100.0 * loads[row] / rated[row] for row in known], axis=0),
            allowed_sum_kva=np.sum([np.maximum(0.0, limit[row] - loads[row] * share[row]) for row in known], axis=0),
            incomplete=len(known) < len(public),
        ),
        now,
    )


def series_table(
    laid: Sequences, reason: npt.NDArray[np.str_], grown: Growth, models: list[str], validation: Validation
) -> pd.DataFrame:
    """What each transformer's forecast rests on, schema ``tables.forecast.FORECAST_SERIES``."""
    known = ~np.isnan(laid.log_kva)
    elements, past = laid.elements, laid.dates[: laid.past]
    used = [bool(one == "") for one in reason]
    means = [
        100.0 * float(np.expm1(grown.pools[pool].mean + grown.lasting[row])) if used[row] else np.nan
        for row, pool in enumerate(grown.pool_of)
    ]
    still = [model == "seasonal_naive" for model in models]
    return pd.DataFrame(
        {
            "transformer_id": elements["transformer_id"],
            "area_id": elements["area_id"],
            "area_class": elements["area_class"],
            "ownership": elements["ownership"],
            "rated_kva": elements["rated_kva"],
            "first_day": [past[one.argmax()] if one.any() else pd.NaT for one in known],
            "days": known.sum(axis=1),
            "years": (laid.coverage > 0.5).sum(axis=1),
            "last_year_max_kva": np.exp(laid.highest_log_kva(0)),
            "model": [model if use else None for model, use in zip(models, used, strict=True)],
            "validation_regression_percent": validation.error_percent[:, 0],
            "validation_last_year_percent": validation.error_percent[:, 1],
            "pool": [pool if use else None for pool, use in zip(grown.pool_of, used, strict=True)],
            "own_growth_percent": 100.0 * np.expm1(grown.own),
            "growth_percent": [
                0.0 if none and use else mean for none, use, mean in zip(still, used, means, strict=True)
            ],
            "reason": reason,
        }
    )


def history_table(laid: Sequences) -> pd.DataFrame:
    """The daily maxima that were used, schema ``tables.forecast.HISTORY``."""
    rows, places = np.nonzero(~np.isnan(laid.log_kva))
    return pd.DataFrame(
        {
            "transformer_id": laid.elements["transformer_id"].to_numpy()[rows],
            "date": laid.dates[: laid.past].to_numpy()[places],
            "s_max_kva": np.exp(laid.log_kva[rows, places]),
        }
    )
