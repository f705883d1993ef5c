"""Conductors and transformers chosen by current, voltage drop and load rate, with the reason in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from capacity.applications.options.choices import OptionChoices, Use
from capacity.tables.catalogue import Catalogue, LineType, TransformerType
from capacity.tables.connection import NewLine, NewTransformer
from capacity.tables.words import Word


@dataclass(frozen=True)
class Load:
    """What a new line has to carry; ``single_phase`` between one phase and neutral."""

    kva: float
    power_factor: float
    single_phase: bool = False


@dataclass(frozen=True)
class ChosenLine:
    """A line with why it was chosen."""

    line: NewLine
    type: LineType
    remark: Word


def current_a(load: Load, vn_kv: float, voltage_percent: float) -> float:
    """Current (A) in a conductor, at a share of the nominal voltage.

    100 kVA three-phase at 95 % of 0.4 kV: 100 / (√3 · 0.38) = 151.9 A.
    """
    volts_kv = vn_kv * voltage_percent / 100.0
    return load.kva / (volts_kv / math.sqrt(3.0) if load.single_phase else volts_kv * math.sqrt(3.0))


def drop_percent(load: Load, line: LineType, length_m: float, vn_kv: float, voltage_percent: float) -> float:
    """Voltage drop along a line in percent of the voltage the current is taken at; there and back where single-phase.

    √3·I·(r cos φ + x sin φ)·L / U, or 2·I·(…)·L / U of a phase.
    """
    kilometres = length_m / 1000.0
    ohms = line.r_ohm_per_km * load.power_factor + line.x_ohm_per_km * math.sqrt(1.0 - load.power_factor**2)
    amperes = current_a(load, vn_kv, voltage_percent)
    volts = vn_kv * 1000.0 * voltage_percent / 100.0
    paths = 2.0 * math.sqrt(3.0) if load.single_phase else math.sqrt(3.0)  # of a phase: U is volts / √3
    return 100.0 * paths * amperes * ohms * kilometres / volts


def choose_line(
    use: Use, load: Load, length_m: float, vn_kv: float, catalogue: Catalogue, choices: OptionChoices, steps_up: int = 0
) -> ChosenLine | None:
    """The fewest circuits that carry a load, and of them the smallest conductor that keeps the stated voltage drop.

    Where none keeps it, the largest conductor is taken, and the remark says so: the load flow decides. Circuits are not
    added for the drop; ``steps_up`` asks for so many steps more, each with less drop, further circuits last. None where
    no permitted number of circuits carries the current, or there is no step further.
    """
    values = choices.values
    types = _types(use, catalogue, choices)
    fits = [
        (circuits, one)
        for circuits in range(1, int(values.most_circuits.value) + 1)
        for one in types
        if _ampacity_a(one, circuits, choices) >= current_a(load, vn_kv, values.sizing_voltage_percent.value)
    ]
    if not fits:
        return None
    limit = (values.mv_drop_percent if use.startswith("mv") else values.lv_drop_percent).value
    drops = [
        drop_percent(load, one, length_m, vn_kv, values.sizing_voltage_percent.value) / circuits
        for circuits, one in fits
    ]
    fewest = [number for number, (circuits, _) in enumerate(fits) if circuits == fits[0][0]]
    chosen = next((number for number in fewest if drops[number] <= limit), fewest[-1])
    for _ in range(steps_up):
        better = next((number for number in range(chosen + 1, len(fits)) if drops[number] < drops[chosen]), None)
        if better is None:
            return None
        chosen = better
    circuits, one = fits[chosen]
    remark = _why(load, one, circuits, vn_kv, drops[chosen], limit, choices)
    return ChosenLine(new_line(one, length_m, vn_kv, circuits), one, remark)


def largest_carried_kva(use: Use, load: Load, vn_kv: float, catalogue: Catalogue, choices: OptionChoices) -> float:
    """What the largest conductor in the permitted number of circuits carries."""
    circuits = int(choices.values.most_circuits.value)
    most_a = max(_ampacity_a(one, circuits, choices) for one in _types(use, catalogue, choices))
    return load.kva * most_a / current_a(load, vn_kv, choices.values.sizing_voltage_percent.value)


def new_line(one: LineType, length_m: float, vn_kv: float, circuits: int = 1) -> NewLine:
    """A type, built."""
    return NewLine(
        type_name=one.name,
        vn_kv=vn_kv,
        length_m=length_m,
        r_ohm_per_km=one.r_ohm_per_km,
        x_ohm_per_km=one.x_ohm_per_km,
        max_i_ka=one.max_i_ka,
        circuits=circuits,
        mark=one.mark,
        source_zh=one.source_zh,
        source_en=one.source_en,
    )


def new_transformer(one: TransformerType) -> NewTransformer:
    """A type, built."""
    return NewTransformer(
        type_name=one.name,
        rated_kva=one.rated_kva,
        vk_percent=one.vk_percent,
        vkr_percent=one.vkr_percent,
        pfe_kw=one.pfe_kw,
        i0_percent=one.i0_percent,
        mark=one.mark,
        source_zh=one.source_zh,
        source_en=one.source_en,
    )


def sufficient_rating(
    load_kva: float, limit_percent: float, above_kva: float, catalogue: Catalogue, series: str
) -> TransformerType | None:
    """The smallest rating above ``above_kva`` that a load takes up to at most ``limit_percent``; None: there is none.

    Exactly the limit is within it.
    """
    needed_kva = round(load_kva * 100.0 / limit_percent, 9)
    ratings = catalogue.ratings(series)
    return next((one for one in ratings if one.rated_kva >= needed_kva and one.rated_kva > above_kva), None)


def _types(use: Use, catalogue: Catalogue, choices: OptionChoices) -> Sequence[LineType]:
    named = (catalogue.line(name) for name in choices.types[use].names)
    return [one for one in named if one is not None]


def _ampacity_a(one: LineType, circuits: int, choices: OptionChoices) -> float:
    return round(circuits * one.max_i_ka * 1000.0 * choices.values.line_load_percent.value / 100.0, 9)


def _why(
    load: Load, one: LineType, circuits: int, vn_kv: float, drop: float, limit: float, choices: OptionChoices
) -> Word:
    values = choices.values
    amperes = current_a(load, vn_kv, values.sizing_voltage_percent.value)
    share = values.line_load_percent.value
    many_zh, many_en = (f"{circuits} 回 ", f"{circuits} × ") if circuits > 1 else ("", "")
    carried = f"{one.max_i_ka * 1000.0 * circuits:g}"
    kept = drop <= limit
    shown = f"{drop:.1f}" if kept else f"{math.ceil(drop * 10.0) / 10.0:.1f}"
    told_zh = f"压降约 {shown} %" if kept else f"压降约 {shown} %，超过选型值 {limit:g} %，以潮流校核为准"
    told_en = f"drop about {shown} %" if kept else f"drop about {shown} %, above the {limit:g} % for choosing"
    told_en += "" if kept else ": the load flow decides"
    return Word(
        f"{many_zh}{one.name}：{amperes:.0f} A ≤ {carried} A 的 {share:g} %，{told_zh}（参数{_MARKED[one.mark].zh}）。",
        f"{many_en}{one.name}: {amperes:.0f} A ≤ {share:g} % of {carried} A, {told_en} "
        f"(parameters {_MARKED[one.mark].en}).",
    )


_MARKED = {
    "verified": Word("已核对公开来源", "compared with a public source"),
    "typical": Word("为典型值", "typical"),
    "assumed": Word("为假定值", "assumed"),
}


def marked(mark: str) -> Word:
    """How sure parameters are, in words."""
    return _MARKED[mark]
