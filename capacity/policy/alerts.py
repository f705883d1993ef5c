"""Evaluating the triggers P3–P6 over a run's tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from capacity.policy.messages import (
    connection_sentence,
    load_rate_sentence,
    pre_control_sentence,
)
from capacity.policy.status import pre_control_variant
from capacity.tables._schema import conform, empty
from capacity.tables.policy import Policy, Trigger
from capacity.tables.rated import RatedCurves
from capacity.tables.results.alerts import ALERTS

UNIT = {"percent": "%", "kVA": "kVA"}
PENDING = ("received", "offered", "accepted")


@dataclass(frozen=True)
class _Alert:
    rule: str
    action: str
    area_id: str | None
    element_type: str
    element_id: str
    application_id: str | None
    variant: str
    value: float
    threshold: float
    unit: str
    at: pd.Timestamp
    duration_h: float
    source: str
    message_zh: str
    message_en: str


def raise_alerts(
    policy: Policy,
    transformers: pd.DataFrame,
    lines: pd.DataFrame,
    areas: pd.DataFrame,
    substations: pd.DataFrame,
    demand: pd.DataFrame,
    curves: RatedCurves,
) -> pd.DataFrame:
    """Every alert of a run.

    P3 and P4 concern in-service public transformers and, per LV network, its most loaded LV line; upstream, with no
    area, the most loaded section of each feeder and each substation. An element at or above the P4 threshold raises P4
    only: what must be done may also be done. P5 concerns areas, P6 pending applications at public transformers.

    Parameters
    ----------
    demand : every application's ``application_id``, ``transformer_id``, ``status`` and ``s_kva``.

    Returns
    -------
    DataFrame of ``tables.results.alerts``.
    """
    counted = transformers[transformers["in_service"].astype(bool) & transformers["ownership"].eq("public")]
    alerts = [
        *_of_load_rates(policy, _rated_elements(counted, lines, substations), curves),
        *_of_areas(policy, areas),
        *_of_applications(policy, counted, demand),
    ]
    if not alerts:
        return empty(ALERTS)
    frame = pd.DataFrame([vars(alert) for alert in alerts])
    frame.insert(0, "alert_id", [_alert_id(alert) for alert in alerts])
    frame["at"] = pd.to_datetime(frame["at"])
    return conform(frame.sort_values(["rule", "area_id", "alert_id"], na_position="last"), ALERTS)


def _alert_id(alert: _Alert) -> str:
    parts = [alert.rule, alert.element_type, alert.element_id, alert.application_id or alert.variant]
    return ":".join(part for part in parts if part)


def _of_load_rates(policy: Policy, rated: pd.DataFrame, curves: RatedCurves) -> Iterator[_Alert]:
    """P3 or P4 for every row of ``_rated_elements`` that reaches its threshold."""
    values = rated["value"].to_numpy(dtype=np.float64)
    must, may = (policy.triggers[name].fires_at(values) for name in ("must_initiate", "may_initiate"))
    for row, is_must in zip(rated[must | may].itertuples(), must[must | may], strict=True):
        trigger = policy.triggers["must_initiate" if is_must else "may_initiate"]
        duration_h = _duration_h(row, trigger, curves) if row.element_type == "transformer" else float("nan")
        sentence = load_rate_sentence(trigger, row.element_type, row.name, row.value, row.at, duration_h, row.source)
        yield _Alert(
            rule=trigger.rule,
            action=trigger.action,
            area_id=_text(row.area_id),
            element_type=row.element_type,
            element_id=row.element_id,
            application_id=None,
            variant="",
            value=row.value,
            threshold=trigger.threshold,
            unit=UNIT[trigger.unit],
            at=row.at,
            duration_h=duration_h,
            source=row.source,
            message_zh=sentence.zh,
            message_en=sentence.en,
        )


def _rated_elements(counted: pd.DataFrame, lines: pd.DataFrame, substations: pd.DataFrame) -> pd.DataFrame:
    """What P3 and P4 look at, one row each: public transformers, the worst LV line of each of their networks, and
    upstream the worst section of each feeder and every substation."""
    lv = lines[lines["level"].eq("lv") & lines["transformer_id"].isin(counted["transformer_id"])]
    mv = lines[lines["level"].eq("mv") & lines["feeder_id"].notna()]
    parts = [
        ("transformer", "transformer_id", counted),
        ("line", "line_id", _worst_of_each(lv, "transformer_id")),
        ("section", "line_id", _worst_of_each(mv, "feeder_id").assign(area_id=None)),
        ("substation", "substation_id", substations.assign(area_id=None)),
    ]
    frames = [
        pd.DataFrame(
            {
                "element_type": element_type,
                "element_id": part[key],
                "name": part.get("name", part[key]),
                "area_id": part["area_id"],
                "value": part["max_loading_percent"],
                "at": part["max_loading_at"],
                "source": part.get("source", "simulated"),
                "rated_kva": part.get("rated_kva", np.nan),
            }
        )
        for element_type, key, part in parts
    ]
    known = [frame.astype({"area_id": "string"}).dropna(subset=["value"]) for frame in frames]
    return pd.concat([frame for frame in known if len(frame)] or known[:1], ignore_index=True)


def _worst_of_each(lines: pd.DataFrame, key: str) -> pd.DataFrame:
    known = lines.dropna(subset=["max_loading_percent"])
    return known.loc[known.groupby(key)["max_loading_percent"].idxmax()] if len(known) else known


def _duration_h(row: pd.Series, trigger: Trigger, curves: RatedCurves) -> float:
    """The longest unbroken time for which the trigger would have fired."""
    step_h = float(curves.step / pd.Timedelta(hours=1))
    loading = curves.s_kva[curves.row(row.element_id)] / row.rated_kva * 100.0
    above = trigger.fires_at(loading)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], above, [False]))))
    return float((edges[1::2] - edges[::2]).max(initial=0)) * step_h


def _of_areas(policy: Policy, areas: pd.DataFrame) -> Iterator[_Alert]:
    trigger = policy.triggers["pre_control"]
    for _, area in areas.iterrows():
        variant = pre_control_variant(area, policy)
        if not variant or area["transformer_count"] == 0:
            continue
        value = float(area["allowed_sum_kva"] if variant == "sum" else area["allowed_kva"])
        sentence = pre_control_sentence(trigger, area, value, variant)
        yield _Alert(
            rule=trigger.rule,
            action=trigger.action,
            area_id=area["area_id"],
            element_type="area",
            element_id=area["area_id"],
            application_id=None,
            variant=variant,
            value=value,
            threshold=trigger.threshold,
            unit=UNIT[trigger.unit],
            at=area["binding_at"] if variant == "grid_limited" else pd.NaT,
            duration_h=float("nan"),
            source="none",
            message_zh=sentence.zh,
            message_en=sentence.en,
        )


def _of_applications(policy: Policy, counted: pd.DataFrame, demand: pd.DataFrame) -> Iterator[_Alert]:
    """P6, each application judged with everything accepted already connected.

    Where the transformer's own load is unknown the expected load rate is at least that of the applications: above the
    threshold they settle P6 by themselves, below it nothing can be said.
    """
    trigger = policy.triggers["connection"]
    placed = counted.set_index("transformer_id")
    for row in demand.itertuples():
        if row.status not in PENDING or row.transformer_id not in placed.index:
            continue
        transformer = placed.loc[row.transformer_id]
        reserved_kva = transformer["reserved_kva"] - (row.s_kva if row.status == "accepted" else 0.0)
        before_percent = (transformer["smax_import_kva"] + reserved_kva) / transformer["rated_kva"] * 100.0
        present_kva = 0.0 if np.isnan(transformer["smax_import_kva"]) else transformer["smax_import_kva"]
        value = (present_kva + reserved_kva + row.s_kva) / transformer["rated_kva"] * 100.0
        if not trigger.fires(value):
            continue
        sentence = connection_sentence(
            trigger, row.application_id, transformer["name"], before_percent, value, row.s_kva
        )
        yield _Alert(
            rule=trigger.rule,
            action=trigger.action,
            area_id=_text(transformer["area_id"]),
            element_type="transformer",
            element_id=row.transformer_id,
            application_id=row.application_id,
            variant="",
            value=value,
            threshold=trigger.threshold,
            unit=UNIT[trigger.unit],
            at=transformer["smax_import_at"],
            duration_h=float("nan"),
            source=transformer["source"],
            message_zh=sentence.zh,
            message_en=sentence.en,
        )


def _text(value: object) -> str | None:
    return None if pd.isna(value) else str(value)
