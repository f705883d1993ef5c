"""Meter readings of a year and daily maxima of several, made from load shapes and brought to each planned peak."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.case.synthetic.faults import Recorded, record
from capacity.case.synthetic.plan import Plan, TransformerPlan
from capacity.case.synthetic.shapes import SPRING_FESTIVALS, TAN_PHI, profiles
from capacity.case.synthetic.sketch import SupplyPoint
from capacity.tables.case import Window
from capacity.units import apparent_kva

Floats = npt.NDArray[np.float64]

BELOW_THE_PEAK = 0.985
"""Every other step stays this far below the planned peak, so that the peak is one step and exact."""
SHORT_PEAK_STEPS = 4
LINE_VOLTAGE_KV = {"lv": 0.4, "hv": 10.0}
PHASE_UNBALANCE = (1.13, 0.98, 0.89)


@dataclass(frozen=True)
class Curve:
    """True power of one transformer over the window (import positive), and what a share of 1 means in kW."""

    p_kw: Floats
    q_kvar: Floats
    scale_kw: float
    peak_step: int


def window_of(plan: Plan) -> Window:
    """The months before the plan's as-of date."""
    return Window.before(pd.Timestamp(plan.as_of), plan.step_minutes, plan.months)


def category_shares(points: list[SupplyPoint]) -> dict[str, dict[str, float]]:
    """By transformer: the share of each category, summed over its supply points."""
    shares: dict[str, dict[str, float]] = {}
    for point in points:
        own = shares.setdefault(point.transformer_id, {})
        own[point.category] = own.get(point.category, 0.0) + point.share
    return shares


def true_curve(
    transformer: TransformerPlan,
    shares: dict[str, float],
    profiles: pd.DataFrame,
    usable: npt.NDArray[np.bool_],
    noise: float,
    rng: np.random.Generator,
) -> Curve:
    """Power of one transformer: its mixture of shapes with noise, scaled to the plan's highest import.

    Parameters
    ----------
    profiles : factors by category, ``(n_steps, …)``.
    usable : steps at which a reading will count; the peak lies in one of them.
    noise : relative spread of the transformer's own noise.
    """
    load_p, load_q = _load(transformer, shares, profiles, noise, rng)
    sun = profiles["pv"].to_numpy()
    candidates = np.where(usable & (sun == 0.0 if transformer.pv_kwp else True), apparent_kva(load_p, load_q), -1.0)
    peak_step = int(candidates.argmax())
    s_peak_kva = transformer.peak.percent / 100.0 * transformer.rated_kva
    scale = BELOW_THE_PEAK * s_peak_kva / candidates[peak_step]
    p_kw = np.round(load_p * scale - transformer.pv_kwp * sun, 2)
    q_kvar = np.round(load_q * scale, 2)
    _set_peak(p_kw, q_kvar, peak_step, s_peak_kva, transformer.peak.exact_kw_kvar)
    if transformer.peak.short_peak_percent is not None:
        high = transformer.peak.short_peak_percent / 100.0 * transformer.rated_kva
        for k in range(SHORT_PEAK_STEPS):
            _set_peak(p_kw, q_kvar, peak_step + k, high * (1.0, 0.985, 0.98, 0.97)[k], None)
    return Curve(p_kw, q_kvar, float(scale), peak_step)


def _load(
    transformer: TransformerPlan,
    shares: dict[str, float],
    profiles: pd.DataFrame,
    noise: float,
    rng: np.random.Generator,
) -> tuple[Floats, Floats]:
    """Active and reactive load in shares: the mixture of shapes with the transformer's own noise."""
    quiet = 0.35 if set(shares) == {"heavy_industry"} else 0.5 if transformer.peak.percent >= 80.0 else 1.0
    wobble = np.exp(noise * quiet * _slow_noise(len(profiles), rng))
    load_p = sum(share * profiles[category].to_numpy() for category, share in shares.items()) * wobble
    load_q = sum(share * TAN_PHI[category] * profiles[category].to_numpy() for category, share in shares.items())
    return load_p, load_q * wobble * np.exp(0.5 * noise * _slow_noise(len(profiles), rng))


def _set_peak(p_kw: Floats, q_kvar: Floats, step: int, s_kva: float, exact: tuple[float, float] | None) -> None:
    factor = s_kva / float(apparent_kva(float(p_kw[step]), float(q_kvar[step])))
    p_kw[step], q_kvar[step] = exact or (round(p_kw[step] * factor, 3), round(q_kvar[step] * factor, 3))


def _slow_noise(steps: int, rng: np.random.Generator) -> Floats:
    """Noise of spread 1 that changes over hours, with a little step-to-step noise on top."""
    knots = rng.standard_normal(steps // 8 + 2)
    slow = np.interp(np.arange(steps), np.arange(len(knots)) * 8, knots)
    return 0.85 * slow + 0.35 * rng.standard_normal(steps)


def readings(
    plan: Plan,
    points: list[SupplyPoint],
    profiles: pd.DataFrame,
    before: tuple[pd.DataFrame, ...],
    outages: pd.DataFrame,
    rng: np.random.Generator,
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, float]]:
    """What the meters recorded.

    Parameters
    ----------
    before : the shapes of the years before, as :func:`shapes_before` returns them.

    Returns
    -------
    measurements, daily maxima (tables of ``tables.inputs.measurements``), and by transformer the kW of a share of 1.
    """
    when = pd.DatetimeIndex(profiles.index)
    shares = category_shares(points)
    scale_kw: dict[str, float] = {}
    rows: list[pd.DataFrame] = []
    days: list[pd.DataFrame] = []
    feeder_of = {stop.area_id: feeder.feeder_id for feeder in plan.feeders for stop in feeder.stops}
    for transformer, own_rng in zip(plan.transformers, rng.spawn(len(plan.transformers)), strict=True):
        own = transformer.transformer_id
        if transformer.unmodelled:
            continue
        recorded = record(
            plan, transformer, outages[outages["feeder_id"] == feeder_of[transformer.stop]], when, own_rng
        )
        curve = true_curve(transformer, shares[own], profiles, recorded.counts, plan.noise, own_rng)
        scale_kw[own] = curve.scale_kw
        if transformer.meter_side is None:
            continue
        frame = as_metered(transformer, when, curve, recorded, own_rng)
        rows.append(frame)
        days.append(_daily_maxima(transformer, frame, shares[own], curve.scale_kw, before, plan.noise, own_rng))
    measurements = pd.concat(rows, ignore_index=True)
    maxima = pd.concat(days, ignore_index=True)
    for table in (measurements, maxima):
        table["transformer_id"] = table["transformer_id"].astype("string")
    return measurements, maxima, scale_kw


def as_metered(
    transformer: TransformerPlan, when: pd.DatetimeIndex, curve: Curve, recorded: Recorded, rng: np.random.Generator
) -> pd.DataFrame:
    """The rows of one meter: what it recorded of a transformer's true power."""
    p_kw, q_kvar = recorded.apply(curve.p_kw), recorded.apply(curve.q_kvar)
    nothing = np.full(len(when), np.nan)
    frame = pd.DataFrame(
        {
            "timestamp": when,
            "transformer_id": transformer.transformer_id,
            "p_kw": nothing if transformer.apparent_only else p_kw,
            "q_kvar": nothing if transformer.apparent_only else q_kvar,
            "s_kva": np.round(apparent_kva(p_kw, q_kvar), 3) if transformer.apparent_only else nothing,
            "i_a_a": nothing,
            "i_b_a": nothing,
            "i_c_a": nothing,
        }
    )
    if transformer.phase_currents:
        average_a = apparent_kva(p_kw, q_kvar) / (np.sqrt(3.0) * LINE_VOLTAGE_KV[transformer.meter_side or "lv"])
        for column, factor in zip(("i_a_a", "i_b_a", "i_c_a"), PHASE_UNBALANCE, strict=True):
            frame[column] = np.round(average_a * factor * (1.0 + 0.03 * rng.standard_normal(len(when))), 1)
    return frame[recorded.has_row].reset_index(drop=True)


def _daily_maxima(
    transformer: TransformerPlan,
    frame: pd.DataFrame,
    shares: dict[str, float],
    scale_kw: float,
    before: tuple[pd.DataFrame, ...],
    noise: float,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """The measured year's own maxima, and of the years before what a meter would have shown of a load that has grown
    since: the same shapes, scale and noise, and like the measured year one step that stands out."""
    s_kva = frame["s_kva"].where(frame["s_kva"].notna(), apparent_kva(frame["p_kw"], frame["q_kvar"]))
    measured = s_kva.groupby(frame["timestamp"].dt.normalize()).max()
    parts = []
    for years_back, shapes in enumerate(before, start=1):
        load_p, load_q = _load(transformer, shares, shapes, noise, rng)
        level_kw = scale_kw * (1.0 + transformer.growth_percent_per_year / 100.0) ** -years_back
        kva = apparent_kva(load_p * level_kw - transformer.pv_kwp * shapes["pv"].to_numpy(), load_q * level_kw)
        kva[kva.argmax()] /= BELOW_THE_PEAK
        parts.append(pd.Series(kva, index=shapes.index).groupby(shapes.index.normalize()).max())
    all_days = pd.concat([*parts, measured]).sort_index()
    missing = rng.random(len(all_days)) < 0.01
    missing &= np.asarray(all_days.index < measured.index[0])
    return pd.DataFrame(
        {
            "date": all_days.index,
            "transformer_id": transformer.transformer_id,
            "s_max_kva": np.where(missing, np.nan, np.round(all_days.to_numpy(), 3)),
        }
    )


def shapes_before(plan: Plan, highest: dict[str, float], rng: np.random.Generator) -> tuple[pd.DataFrame, ...]:
    """The shapes of the years before the measured one, the latest first: its steps, its noise drawn anew, its scale.

    ``highest`` is what a factor of 1 stands for in the measured year.
    """
    window, found = window_of(plan), []
    for years_back in range(1, plan.years_of_maxima):
        start, end = (window.start - pd.DateOffset(years=back) for back in (years_back, years_back - 1))
        if start.year < min(SPRING_FESTIVALS):
            break
        steps = pd.date_range(start, end, freq=f"{plan.step_minutes}min", inclusive="left")
        found.append(profiles(steps, rng, highest)[0])
    return tuple(found)
