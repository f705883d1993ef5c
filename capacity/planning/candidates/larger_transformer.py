"""A transformer exchanged for a larger one: for its own load (P4, P6), or for the room of its area (P5)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate

from capacity.planning.candidates.ground import Ground
from capacity.tables.catalogue import TransformerType
from capacity.tables.measure import Measure, Need
from capacity.tables.network_change import ExchangeTransformer
from capacity.tables.words import Word
from capacity.tables.works import Work
from capacity.units import rounded_down

Exchange = tuple[str, TransformerType]


def larger_transformer(ground: Ground) -> list[Measure]:
    """The next ratings that take the highest load under the limits, and those that give an area its room."""
    found = [
        _measure(ground, [(transformer_id, one)], _rates_note(ground, transformer_id, one, needs))
        for transformer_id, needs in ground.at_transformers("P4", "P6").items()
        for one in _for_load(ground, transformer_id, needs)
    ]
    for need in ground.needs("P5"):
        found += [_measure(ground, chosen, _room_note(ground, need, chosen)) for chosen in _for_room(ground, need)]
    return found


def larger_ratings(ground: Ground, transformer_id: str) -> list[TransformerType]:
    """What a transformer may be exchanged for, smallest first."""
    largest = ground.choices.values.largest_public_kva.value
    rated_kva = float(ground.transformers.at[transformer_id, "rated_kva"]) / _units(ground, transformer_id)
    series = ground.market.equipment.ratings(ground.choices.transformer_series.name)
    return [one for one in series if rated_kva < one.rated_kva <= largest]


def _for_load(ground: Ground, transformer_id: str, needs: Sequence[Need]) -> list[TransformerType]:
    load_kva = ground.highest_kva(transformer_id, needs)
    if math.isnan(load_kva):
        return []
    units, limits = _units(ground, transformer_id), ground.market.thresholds
    rates = {one: 100.0 * load_kva / (one.rated_kva * units) for one in larger_ratings(ground, transformer_id)}
    enough = [one for one, rate in rates.items() if round(rate, 9) <= limits["P6"]]
    if any(need.rule == "P4" for need in needs):
        enough = [one for one in enough if round(rates[one], 9) < limits["P4"]]
    return enough[: ground.choices.values.transformer_sizes.value]


def _for_room(ground: Ground, need: Need) -> list[list[Exchange]]:
    """Exchanges that bring an area's room to the threshold: one transformer if that does it, else several."""
    short_kva = _short_kva(ground, need)
    if short_kva <= 0.0:
        return []
    mine = [one for one in ground.changeable if ground.area_of(one) == (need.element_id,)]
    gains = {(name, size): _gain_kva(ground, name, size) for name in mine for size in larger_ratings(ground, name)}
    gains = {exchange: gain for exchange, gain in gains.items() if not math.isnan(gain)}
    alone: dict[str, Exchange] = {}
    for exchange, gain in gains.items():
        if round(gain - short_kva, 9) >= 0.0:
            alone.setdefault(exchange[0], exchange)
    if alone:
        ranked = sorted(alone.values(), key=lambda one: (_yuan(ground, one), one[0]))
        most = 1 if ground.limited_above(need.element_id) else ground.choices.values.area_exchanges.value
        return [[one] for one in ranked[:most]]
    together = _together(ground, gains, short_kva)
    return [together] if together else []


def _short_kva(ground: Ground, need: Need) -> float:
    sum_kva = ground.areas["allowed_sum_kva"].get(need.element_id, math.nan)
    return ground.market.thresholds["P5"] - float(sum_kva) if sum_kva == sum_kva else math.nan


def _together(ground: Ground, gains: dict[Exchange, float], short_kva: float) -> list[Exchange]:
    """Of each transformer the exchange that releases most per yuan, the best of them first, until it is enough."""
    best: dict[str, Exchange] = {}
    for exchange in sorted(gains, key=lambda one: (-gains[one] / _yuan(ground, one), one[0], one[1].rated_kva)):
        if gains[exchange] > 0.0:
            best.setdefault(exchange[0], exchange)
    chosen = list(best.values())
    enough = [
        number for number, sum_kva in enumerate(accumulate(gains[one] for one in chosen), 1) if sum_kva >= short_kva
    ]
    return sorted(chosen[: enough[0]], key=lambda one: one[0]) if enough else []


def _gain_kva(ground: Ground, transformer_id: str, one: TransformerType) -> float:
    """By how much the allowed capacity (P7) of a transformer grows; NaN where its load is unknown."""
    row = ground.transformers.loc[transformer_id]
    limit = ground.market.choice("transformer_limit_percent") / 100.0
    used_kva = float(row["smax_import_kva"]) + float(row["reserved_kva"])
    rated_kva = one.rated_kva * _units(ground, transformer_id)
    return max(0.0, limit * rated_kva - used_kva) - max(0.0, limit * float(row["rated_kva"]) - used_kva)


def _yuan(ground: Ground, exchange: Exchange) -> float:
    """Likely cost; infinite where no price is known, so that it comes last."""
    cost = ground.market.cost([_work(ground, exchange)], ground.area_class(ground.area_of(exchange[0])))
    return math.inf if cost is None else cost.total.likely


def _units(ground: Ground, transformer_id: str) -> int:
    """Transformers side by side under one id."""
    parallel = ground.grid.net.trafo.loc[ground.grid.trafo_of[transformer_id]].get("parallel", 1)
    return int(parallel) if parallel == parallel else 1


def _work(ground: Ground, exchange: Exchange) -> Work:
    transformer_id, one = exchange
    units = _units(ground, transformer_id)
    return Work("transformer_replacement", type_name=one.name, count=units, element_ids=(transformer_id,))


def _measure(ground: Ground, exchanges: Sequence[Exchange], note: Word) -> Measure:
    names = [transformer_id for transformer_id, _ in exchanges]
    parts = [f"{transformer_id}-{one.rated_kva:g}" for transformer_id, one in exchanges]
    return ground.measure(
        "larger_transformer",
        ground.name("larger_transformer", *parts),
        works=[_work(ground, exchange) for exchange in exchanges],
        changes=[
            ExchangeTransformer(kind="exchange_transformer", transformer_id=transformer_id, std_type=one.name)
            for transformer_id, one in exchanges
        ],
        element_ids=names,
        area_ids=[area for name in names for area in ground.area_of(name)],
        note=note,
    )


def _rates_note(ground: Ground, transformer_id: str, one: TransformerType, needs: Sequence[Need]) -> Word:
    load_kva = ground.highest_kva(transformer_id, needs)
    rated_kva = float(ground.transformers.at[transformer_id, "rated_kva"])
    before = rounded_down(100.0 * load_kva / rated_kva, 1)
    after = rounded_down(100.0 * load_kva / (one.rated_kva * _units(ground, transformer_id)), 1)
    return Word(
        f"{transformer_id} 由 {rated_kva:g} kVA 更换为 {one.name}：最高负荷 {load_kva:.1f} kVA，"
        f"负载率由 {before:g} % 降至约 {after:g} %",
        f"{transformer_id}: {rated_kva:g} kVA replaced by {one.name}; its highest load of {load_kva:.1f} kVA goes from "
        f"{before:g} % to about {after:g} %",
    )


def _room_note(ground: Ground, need: Need, exchanges: Sequence[Exchange]) -> Word:
    before = float(ground.areas.at[need.element_id, "allowed_sum_kva"])
    after = before + sum(_gain_kva(ground, *exchange) for exchange in exchanges)
    zh = "、".join(f"{name} 更换为 {one.name}" for name, one in exchanges)
    en = ", ".join(f"{name} replaced by {one.name}" for name, one in exchanges)
    return Word(
        f"{zh}：网格 {need.element_id} 允许接入容量合计由 {before:.1f} kVA 增至约 {after:.1f} kVA",
        f"{en}: allowed capacity of area {need.element_id} in all from {before:.1f} kVA to about {after:.1f} kVA",
    )
