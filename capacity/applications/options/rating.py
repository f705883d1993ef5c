"""Ratings of transformers that would be built: the company's by P6, the customer's own by a stated load rate."""

from __future__ import annotations

import math

from capacity.applications.options.setting import Setting
from capacity.applications.options.sizing import sufficient_rating
from capacity.tables.catalogue import TransformerType
from capacity.tables.words import Word
from capacity.units import rounded_down


class NotBuildable(Exception):
    """No size there is will do, or what has to be known for choosing one is not; ``reason`` says it."""

    def __init__(self, reason: Word, *, unknown: bool = False) -> None:
        self.reason, self.unknown = reason, unknown
        super().__init__(reason.en)


def rating_for(
    load_kva: float, above_kva: float, steps_up: int, setting: Setting, settled_kva: float | None = None
) -> TransformerType:
    """The smallest rating above ``above_kva`` that keeps P6, or ``steps_up`` ratings beyond it.

    Parameters
    ----------
    settled_kva : the rating, where it was settled before: the load does not choose it anew.

    Raises
    ------
    NotBuildable
        The series has none so large, or none of the rating settled before.
    """
    if settled_kva is not None:
        return _of_rating(settled_kva, setting)
    series, limit = setting.choices.transformer_series.name, setting.transformer_limit_percent
    one = sufficient_rating(load_kva, limit, above_kva, setting.catalogue, series)
    ratings = setting.catalogue.ratings(series)
    place = (ratings.index(one) if one else len(ratings)) + steps_up
    if place < len(ratings):
        return ratings[place]
    largest = ratings[-1].rated_kva
    raise NotBuildable(
        Word(
            f"{load_kva:.1f} kVA 按不超过 {limit:g} %（P6）计，没有足够大的 {series} 变压器（最大 {largest:g} kVA）",
            f"no transformer of the series {series} (up to {largest:g} kVA) takes {load_kva:.1f} kVA within "
            f"{limit:g} % (P6)",
        )
    )


def _of_rating(rated_kva: float, setting: Setting) -> TransformerType:
    series = setting.choices.transformer_series.name
    for one in setting.catalogue.ratings(series):
        if one.rated_kva == rated_kva:
            return one
    raise NotBuildable(
        Word(
            f"{series} 系列没有 {rated_kva:g} kVA 的变压器",
            f"the series {series} has no transformer of {rated_kva:g} kVA",
        )
    )


def customers_rating(load_kva: float, setting: Setting) -> tuple[float, int]:
    """Rating and number of the customer's own transformers: as few as there may be, all alike."""
    limit, series = setting.choices.values.customer_load_percent.value, setting.choices.transformer_series.name
    largest = setting.catalogue.ratings(series)[-1].rated_kva
    count = max(1, math.ceil(round(load_kva * 100.0 / limit / largest, 9)))
    one = sufficient_rating(load_kva / count, limit, 0.0, setting.catalogue, series)
    return (one.rated_kva if one else largest), count


def rate_in_words(load_kva: float, one: TransformerType) -> Word:
    """What a load is of a transformer's rating."""
    rate = f"{rounded_down(100.0 * load_kva / one.rated_kva, 1):g}"
    return Word(f"约为其容量的 {rate} %", f"about {rate} % of its rating")
