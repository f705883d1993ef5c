"""Growth from very few years: each transformer's own, drawn towards the mean of its class as far as it is noise.

Three years hold two growths. One transformer's two growths say next to nothing of its future; forty transformers' do
say what is usual for their class. So the growth of transformer ``i`` in year ``t`` is taken as

    class mean + what the year did to all of the class + what lasts for i + what the year did to i alone,

and the spreads of the last three are estimated from the pool (moments, robust against single jumps). What a year does
to all cannot be estimated from two years: a stated prior is mixed in (``ForecastSettings``). A jump of a single year
(a workshop opens) does not set the class mean, but it stays among the yearly deviations that are drawn for the future.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from capacity.planning.forecast.sequences import Floats
from capacity.tables.forecast import ForecastSettings

Bools = npt.NDArray[np.bool_]
ALL = "all"
_TRIMMED = 0.1
_JUMP_SPREADS = 3.0


@dataclass(frozen=True)
class Pool:
    """Growth of one class in logarithms per year; spreads are standard deviations.

    ``shocks`` are what single years did to single transformers, as seen; futures draw from them.
    """

    name: str
    series: int
    year_pairs: int
    mean: float
    mean_error: float
    between: float
    own_years: float
    common_years: float
    shocks: Floats
    assumed: bool = False


@dataclass(frozen=True)
class Growth:
    """The pools by name; per series its pool, what lasts for it (mean, spread), its own mean growth (or NaN) and of how
    many pairs of years."""

    pools: dict[str, Pool]
    pool_of: tuple[str, ...]
    lasting: Floats
    lasting_error: Floats
    own: Floats
    pairs: npt.NDArray[np.int64]

    def jumped(self) -> npt.NDArray[np.int64]:
        """Series whose own growth is too far from their pool's to be one; only the level that they reached is kept."""
        return np.array(
            [
                row
                for row, name in enumerate(self.pool_of)
                if name in self.pools and _jumps(self.own[row], self.pairs[row], self.pools[name])
            ],
            dtype=np.int64,
        )

    def knows(self, row: int) -> bool:
        """Whether there is any growth to go by for a series."""
        return self.pool_of[row] in self.pools

    def futures(self, row: int, transformer_id: str, years: int, settings: ForecastSettings) -> Floats:
        """Draws of the log growth from the last measured level, ``(draws, years)`` cumulated.

        What is common to a pool is the same in draw ``k`` of every series of the pool, so that an area's sum keeps it.
        """
        pool = self.pools[self.pool_of[row]]
        together = _generator(settings.seed, f"pool {pool.name}")
        mean = pool.mean + pool.mean_error * together.standard_normal((settings.draws, 1))
        common = pool.common_years * together.standard_normal((settings.draws, years))
        alone = _generator(settings.seed, f"growth {transformer_id}")
        lasting = self.lasting[row] + self.lasting_error[row] * alone.standard_normal((settings.draws, 1))
        shocks = alone.choice(pool.shocks, (settings.draws, years)) if len(pool.shocks) else 0.0
        return np.cumsum(mean + common + lasting + shocks, axis=1)

    def table(self) -> pd.DataFrame:
        """The pools for people, schema ``tables.forecast.FORECAST_GROWTH``."""
        rows = [
            {
                "pool": pool.name,
                "series": pool.series,
                "year_pairs": pool.year_pairs,
                "growth_percent": 100.0 * np.expm1(pool.mean),
                "growth_error_percent": 100.0 * pool.mean_error,
                "between_percent": 100.0 * pool.between,
                "own_years_percent": 100.0 * pool.own_years,
                "common_years_percent": 100.0 * pool.common_years,
                "assumed": pool.assumed,
            }
            for pool in self.pools.values()
        ]
        return pd.DataFrame(rows)


def generator_of(settings: ForecastSettings, what: str) -> np.random.Generator:
    """A generator of its own for each thing drawn: results do not hang on the order or number of the others."""
    return _generator(settings.seed, what)


def _generator(seed: int, what: str) -> np.random.Generator:
    return np.random.default_rng([seed, zlib.crc32(what.encode())])


def pooled_growth(
    levels: Floats, classes: list[str], settings: ForecastSettings, assumed: pd.DataFrame | None = None
) -> Growth:
    """Growth of every series.

    Parameters
    ----------
    levels : float64 ``(n, years)`` log levels, oldest first; NaN where a year has none.
    classes : of each series.
    assumed : ``tables.forecast.GROWTH``: means to take in place of the measured ones.
    """
    growth = np.diff(levels, axis=1) if levels.shape[1] > 1 else np.full((len(levels), 0), np.nan)
    with_growth: Bools = np.array([not np.isnan(own).all() for own in growth], dtype=bool)
    names = np.array(classes)
    pools: dict[str, Pool] = {}
    if with_growth.any():
        pools[ALL] = _pool(ALL, growth[with_growth], settings)
    for name in sorted(set(classes)):
        members = with_growth & (names == name)
        if members.sum() >= settings.pool_least:
            pools[name] = _pool(name, growth[members], settings)
    for row in assumed.itertuples() if assumed is not None else ():
        pools[str(row.area_class)] = _given(str(row.area_class), row, pools, settings)
    pool_of = tuple(name if name in pools else ALL for name in classes)
    lasting, error = np.zeros(len(levels)), np.zeros(len(levels))
    own = np.array(
        [float(np.nanmean(one)) if known else np.nan for one, known in zip(growth, with_growth, strict=True)]
    )
    for row, name in enumerate(pool_of):
        if name in pools:
            lasting[row], error[row] = _drawn_in(growth[row], pools[name])
    used = {name: pool for name, pool in pools.items() if name in pool_of}
    pairs = np.array([int((~np.isnan(one)).sum()) for one in growth], dtype=np.int64)
    return Growth(used, pool_of, lasting, error, own, pairs)


def _pool(name: str, growth: Floats, settings: ForecastSettings) -> Pool:
    """Moments of a pool: ``growth`` is ``(members, pairs)`` with a value in every row."""
    pairs = growth[:, ~np.isnan(growth).all(axis=0)]
    by_year = np.array([stats.trim_mean(one[~np.isnan(one)], _TRIMMED) for one in pairs.T])
    mean = float(by_year.mean())
    around = pairs - by_year
    count = (~np.isnan(around)).sum(axis=1)
    own_mean = np.nanmean(around, axis=1)
    several = count >= 2
    if several.sum() >= settings.pool_least:
        within = (around - own_mean[:, None])[several] * np.sqrt(count / np.maximum(count - 1, 1))[several, None]
        shocks = within[~np.isnan(within)]
        own_years = _spread(shocks)
        between = np.sqrt(max(_spread(own_mean[several]) ** 2 - own_years**2 / float(count[several].mean()), 0.0))
    else:  # one growth each: what lasts cannot be told from what does not, so that each is taken as half
        shocks = own_mean * np.sqrt(0.5)
        own_years = between = _spread(own_mean) * np.sqrt(0.5)
    prior, weight = settings.common_prior_percent / 100.0, settings.common_prior_years
    scatter = float(((by_year - mean) ** 2).sum())
    common = np.sqrt((weight * prior**2 + scatter) / (weight + len(by_year) - 1))
    sampling = (between**2 + own_years**2 / len(by_year)) / len(growth)
    error = float(np.sqrt(common**2 / len(by_year) + sampling))
    return Pool(
        name, len(growth), len(by_year), mean, error, float(between), float(own_years), float(common), np.sort(shocks)
    )


def _given(name: str, row: object, pools: dict[str, Pool], settings: ForecastSettings) -> Pool:
    """The mean of a scenario; what years do stays as measured, or as believed where nothing was measured."""
    prior = settings.common_prior_percent / 100.0
    base = pools.get(name) or pools.get(ALL) or Pool(name, 0, 0, 0.0, 0.0, 0.0, 0.0, prior, np.zeros(0))
    mean, spread = float(np.log1p(row.growth_percent / 100.0)), row.spread_percent / 100.0  # type: ignore[attr-defined]  # a table row
    return replace(base, name=name, mean=mean, mean_error=spread, assumed=True)


def _drawn_in(growth: Floats, pool: Pool) -> tuple[float, float]:
    """What lasts for one series beyond its pool's mean, drawn in by its noise, and how unsure that is.

    Beyond three spreads it is no growth but a change of what hangs there (a workshop, a roof full of PV): the level
    reached stays, the jump is not expected again.
    """
    own = growth[~np.isnan(growth)]
    if not len(own) or pool.between == 0.0 or pool.assumed:
        return 0.0, pool.between
    variance = pool.between**2 + pool.own_years**2 / len(own)
    weight = pool.between**2 / variance
    if _jumps(float(own.mean()), len(own), pool):
        return 0.0, pool.between
    return weight * float(own.mean() - pool.mean), pool.between * float(np.sqrt(1.0 - weight))


def _jumps(own_mean: float, pairs: int, pool: Pool) -> bool:
    spread = np.sqrt(pool.between**2 + pool.own_years**2 / max(pairs, 1))
    return bool(spread > 0.0 and abs(own_mean - pool.mean) > _JUMP_SPREADS * spread)


def _spread(values: Floats) -> float:
    """Standard deviation by the quartiles, which single jumps do not touch."""
    known: npt.NDArray[np.float64] = values[~np.isnan(values)]
    return float(stats.iqr(known, scale="normal")) if len(known) > 1 else 0.0
