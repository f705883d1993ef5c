"""Annual maxima of years to come: each year's own calendar, deviations drawn in blocks, growth on top."""

from __future__ import annotations

import numpy as np

from capacity.planning.forecast.growth import Growth, generator_of
from capacity.planning.forecast.regression import Fit
from capacity.planning.forecast.sequences import FESTIVAL, Floats, Ints, Sequences
from capacity.tables.forecast import ForecastSettings

_WEEK, _YEAR_WEEKS = 7, 365.25 / 7
_SEASON_DAYS, _FEWEST_ALIKE = 45, 5
_FESTIVAL_MOVES = 35  # days by which the festival may lie elsewhere from year to year


def annual_maxima(
    sequences: Sequences,
    row: int,
    fit: Fit,
    growth: Growth,
    model: str,
    settings: ForecastSettings,
    *,
    after_year: int,
    years: int,
) -> Floats:
    """Draws of a transformer's highest load in each of the ``years`` after ``after_year``, kVA, ``(draws, years)``.

    ``regression`` takes the maximum of drawn days; ``last_year`` takes the last year's highest day with the spread of
    those maxima round their median, ``seasonal_naive`` the same without growth in the median.
    """
    transformer_id = str(sequences.elements["transformer_id"].iloc[row])
    random = generator_of(settings, f"days {transformer_id}")
    within = np.column_stack(
        [_highest_of_drawn_years(sequences, fit, after_year + 1 + h, settings, random) for h in range(years)]
    )
    grown = growth.futures(row, transformer_id, years, settings)
    picked = np.stack([random.choice(within[:, h], settings.draws) for h in range(years)], axis=1)
    if model == "regression":
        return np.asarray(np.exp(fit.last_level + grown + picked))
    if model == "seasonal_naive":
        grown = grown - np.median(grown, axis=0)
    last = sequences.highest_log_kva(after_year)[row]
    return np.asarray(np.exp(last + grown + picked - np.median(within, axis=0)))


def _highest_of_drawn_years(
    sequences: Sequences, fit: Fit, year: int, settings: ForecastSettings, random: np.random.Generator
) -> Floats:
    """The highest log value over the level, of ``years_drawn`` years with the calendar of ``year``."""
    drawn = draw_deviations(sequences, fit.deviations, year, settings, random)
    return np.asarray((fit.pattern[sequences.days_of(year)] + drawn).max(axis=1))


def draw_deviations(
    sequences: Sequences, deviations: Floats, year: int, settings: ForecastSettings, random: np.random.Generator
) -> Floats:
    """Deviations for every day of ``year``, ``(years_drawn, days)``: what days like it did in the past.

    They come in blocks, each from one past year and about the same season, weekday upon weekday; days round the Spring
    Festival take those of the same distance from it, wherever it lay. Where the day found is of another kind (a make-up
    day, a holiday) or has no reading, another day of the right kind and season stands in.
    """
    days, kind = sequences.days_of(year), sequences.kind
    own_years = years_with_deviations(sequences, deviations)
    blocks = -(-len(days) // settings.block_days)
    weeks = settings.season_days // _WEEK
    shape = (settings.years_drawn, blocks)
    of_block = np.arange(len(days)) // settings.block_days
    shift = random.integers(-weeks, weeks + 1, shape)[:, of_block] * _WEEK
    counterparts = np.stack([_counterparts(sequences, days, year - int(own)) for own in own_years])
    chosen = random.integers(0, len(own_years), shape)[:, of_block]
    source = counterparts[chosen, np.arange(len(days))] + np.where(kind[days] == FESTIVAL, 0, shift)
    inside = (source >= 0) & (source < len(deviations))
    source = np.where(inside, source, 0)
    fits = inside & (kind[source] == kind[days]) & ~np.isnan(deviations[source])
    drawn = np.where(fits, deviations[source], np.nan)
    for place in np.flatnonzero(~fits.all(axis=0)):
        gaps = ~fits[:, place]
        drawn[gaps, place] = random.choice(_stand_ins(sequences, deviations, int(days[place])), int(gaps.sum()))
    return np.asarray(drawn)


def _stand_ins(sequences: Sequences, deviations: Floats, day: int) -> Floats:
    """Deviations of days of the same kind and season; of the same kind, or any, where there are too few."""
    past = len(deviations)
    known = ~np.isnan(deviations)
    alike = known & (sequences.kind[:past] == sequences.kind[day])
    apart = np.abs(sequences.day_of_year[:past] - sequences.day_of_year[day])
    near = alike & (np.minimum(apart, 365 - apart) <= _SEASON_DAYS)
    return deviations[next((one for one in (near, alike) if one.sum() >= _FEWEST_ALIKE), known)]


def _counterparts(sequences: Sequences, days: Ints, years_back: int) -> Ints:
    """For each day its like so many years before: the same weekday, or the same distance from the Spring Festival."""
    like = days - round(_YEAR_WEEKS * years_back) * _WEEK
    away = sequences.days["festival_day"].to_numpy(np.float64)
    for place in np.flatnonzero(sequences.kind[days] == FESTIVAL):
        near = np.arange(max(like[place] - _FESTIVAL_MOVES, 0), max(like[place] + _FESTIVAL_MOVES, 0))
        same = near[away[near] == away[days[place]]]
        like[place] = same[0] if len(same) else -1
    return np.asarray(like)


def years_with_deviations(sequences: Sequences, deviations: Floats) -> Ints:
    """The past years in which at least half of the days have a deviation; all of them where none has."""
    year = sequences.year[: sequences.past]
    known = ~np.isnan(deviations)
    good = [one for one in sequences.past_years if known[year == one].mean() >= 0.5]
    return np.array(good or sequences.past_years)
