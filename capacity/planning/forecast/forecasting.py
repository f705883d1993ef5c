"""The forecast of a case: lay out, choose, back-test, fit, draw, and say when each rule's condition will hold (P20)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.planning.forecast import backtest as testing
from capacity.planning.forecast.futures import annual_maxima
from capacity.planning.forecast.gathering import Gathered, history_table, series_table, take_area
from capacity.planning.forecast.prospects import by_transformer, checked, drawn_additions
from capacity.planning.forecast.regression import fit_all, pattern_columns
from capacity.planning.forecast.remarks import remarks_of
from capacity.planning.forecast.sequences import Floats, Sequences, lay_out
from capacity.tables._schema import conform, empty
from capacity.tables.forecast import TABLES, Forecast, ForecastSettings
from capacity.tables.policy import Policy

Progress = Callable[[str, int, int], None]


def forecast(
    history: pd.DataFrame,
    elements: pd.DataFrame,
    calendar: pd.DataFrame,
    rules: Policy,
    horizon_years: int,
    prospects: pd.DataFrame | None = None,
    *,
    as_of: dt.date,
    growth: pd.DataFrame | None = None,
    settings: ForecastSettings | None = None,
    progress: Progress | None = None,
) -> Forecast:
    """Forecast the annual maximum of every transformer and area, and when P3–P6 will hold.

    Parameters
    ----------
    history : daily maxima that count, schema ``tables.forecast.HISTORY``; excluded and rejected readings are not in it.
        Days of zero or unknown load, days from ``as_of`` on and days before ``valid_from`` are left out here.
    elements : schema ``tables.forecast.ELEMENTS``; ids that are not in it are not forecast.
    calendar : schema ``tables.forecast.DAYS``, every day from the first reading's year to the end of the horizon.
    rules : the policy: thresholds of P3–P6, the factor k of P7, the coverage of P1.
    horizon_years : years to look ahead, each of twelve months from ``as_of``.
    prospects : schema ``tables.forecast.PROSPECTS``: demand beside the growth, each with its probability.
    growth : schema ``tables.forecast.GROWTH``: a scenario's growth in place of the measured mean of a class.
    progress : called as ``progress(stage, done, total)``.

    Returns
    -------
    Forecast
        The same for the same input: everything drawn is seeded by element, whatever else is forecast beside it.

    Raises
    ------
    RequestError
        ``prospects`` or ``growth`` cannot be used: every fault at once.
    ValueError
        ``horizon_years`` is less than 1, or the calendar is too short.
    """
    if horizon_years < 1:
        raise ValueError(f"a horizon of {horizon_years} years is none")
    checked(prospects, growth, elements)
    tell, how = progress or (lambda stage, done, total: None), settings or ForecastSettings()
    coverage_min = rules.choice("coverage_min_percent")
    elements = elements.reset_index(drop=True)
    laid = lay_out(history, elements, calendar, as_of, horizon_years, coverage_min)
    columns = pattern_columns(laid.days, how.fourier_pairs)
    wanted = np.asarray(laid.reason == "")
    tell("back-test", 0, 0)
    tested = _test(laid, columns, wanted, how, coverage_min)
    tell("fitting", 0, 0)
    fits = fit_all(laid, columns, wanted, 0, coverage_min)
    grown = testing.growth_at(laid, fits, how, growth)
    unknown = np.array([not grown.knows(row) for row in range(len(elements))], dtype=bool)
    reason = np.where(wanted & unknown, "growth_unknown", laid.reason)
    models = tested.models
    gathered = Gathered(laid, reason, rules, as_of)
    hanging = by_transformer(prospects, elements, gathered.room_kva())

    def draw(row: int) -> Floats:
        loads = annual_maxima(laid, row, fits[row], grown, models[row], how, after_year=0, years=horizon_years)
        own = str(elements["transformer_id"].iloc[row])
        return loads + drawn_additions(hanging[hanging["transformer_id"].eq(own)], own, as_of, horizon_years, how)

    groups = elements.groupby(elements["area_id"].astype("string").fillna(""), sort=True).indices
    for number, (area_id, members) in enumerate(groups.items(), start=1):
        tell("futures", number, len(groups))
        take_area(gathered, str(area_id), members, draw)
    found = {
        **gathered.frames(),
        "series": series_table(laid, reason, grown, models, tested.validation),
        "growth": grown.table(),
        "backtest": tested.table,
        "backtest_summary": tested.summary,
        "history": history_table(laid),
    }
    return Forecast(
        as_of=as_of,
        horizon_years=horizon_years,
        settings=how,
        elements=elements,
        fell_back=tested.fell_back,
        remarks=remarks_of(laid, reason, grown, tested.summary, tested.fell_back, prospects, hanging),
        **{name: conform(frame, TABLES[name]) if len(frame) else empty(TABLES[name]) for name, frame in found.items()},
    )


@dataclass(frozen=True)
class _Tested:
    """Models in use, the back-test, and the classes whose models lost against the baseline and gave way to it."""

    models: list[str]
    validation: testing.Validation
    table: pd.DataFrame
    summary: pd.DataFrame
    fell_back: tuple[str, ...]


def _test(
    laid: Sequences, columns: Floats, wanted: npt.NDArray[np.bool_], how: ForecastSettings, coverage_min: float
) -> _Tested:
    """Series with two years are tested on the last, the others on weeks; each has its model chosen beforehand."""
    enough = 100.0 * laid.coverage >= coverage_min
    two_years = wanted & (enough[:, -2] if enough.shape[1] > 1 else False)
    validation = testing.validate(laid, columns, two_years, coverage_min)
    models = validation.chosen()
    by_year = testing.backtest_year(laid, columns, two_years, models, how, coverage_min)
    by_weeks, weeks_validation = testing.backtest_weeks(laid, columns, wanted & ~two_years, how)
    tried = weeks_validation.known
    models = [own if week else model for own, week, model in zip(weeks_validation.chosen(), tried, models, strict=True)]
    error = np.where(tried[:, None], weeks_validation.error_percent, validation.error_percent)
    table = pd.concat([part for part in (by_year, by_weeks) if len(part)] or [by_year], ignore_index=True)
    classes = testing.classes_of(laid.elements)
    lost = testing.classes_that_lost(by_year if len(by_year) else table, classes, how)
    models = ["seasonal_naive" if name in lost else model for name, model in zip(classes, models, strict=True)]
    return _Tested(models, testing.Validation(error), table, testing.summarised(table), lost)
