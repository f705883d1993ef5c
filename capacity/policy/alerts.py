"""Evaluating the triggers P3–P6 over a run's tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from capacity.policy.messages import (
    Sentence,
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
    statuses: pd.Series,
    curves: RatedCurves,
) -> pd.DataFrame:
    """Every alert of a run.

    P3 and P4 concern in-service public transformers and, per LV network, its most loaded LV line; upstream, with no
    area, the most loaded section of each feeder and each substation. An element at or above the P4 threshold raises P4
    only: what must be done may also be done. P5 concerns areas, P6 pending applications at public transformers.

    Parameters
    ----------
    demand : ``headroom.application_demand`` of all applications; ``statuses`` their status by application_id.

    Returns
    -------
    DataFrame of ``tables.results.alerts``.
    """
    counted = transformers[transformers["in_service"].astype(bool) & transformers["ownership"].eq("public")]
    alerts = [
        *_of_transformers(policy, counted, curves),
        *_of_lines(policy, lines, set(counted["transformer_id"])),
        *_of_substations(policy, substations),
        *_of_areas(policy, areas),
        *_of_applications(policy, counted, demand, statuses),
    ]
    if not alerts:
        return empty(ALERTS)
    frame = pd.DataFrame([asdict(alert) for alert in alerts])
    frame.insert(0, "alert_id", [_alert_id(alert) for alert in alerts])
    frame["at"] = pd.to_datetime(frame["at"])
    return conform(frame.sort_values(["rule", "area_id", "alert_id"], na_position="last"), ALERTS)


def _alert_id(alert: _Alert) -> str:
    parts = [alert.rule, alert.element_type, alert.element_id, alert.application_id or alert.variant]
    return ":".join(part for part in parts if part)


def _load_rate_trigger(policy: Policy, value: float) -> Trigger | None:
    for name in ("must_initiate", "may_initiate"):
        if policy.triggers[name].fires(value):
            return policy.triggers[name]
    return None


def _load_rate_alert(
    trigger: Trigger,
    area_id: str | None,
    element_type: str,
    element_id: str,
    sentence: Sentence,
    value: float,
    at: pd.Timestamp,
    duration_h: float,
    source: str,
) -> _Alert:
    return _Alert(
        trigger.rule,
        trigger.action,
        area_id,
        element_type,
        element_id,
        None,
        "",
        value,
        trigger.threshold,
        UNIT[trigger.unit],
        at,
        duration_h,
        source,
        sentence.zh,
        sentence.en,
    )


def _of_transformers(policy: Policy, counted: pd.DataFrame, curves: RatedCurves) -> Iterator[_Alert]:
    step_h = float((curves.timestamps[1] - curves.timestamps[0]) / pd.Timedelta(hours=1))
    for row in counted.dropna(subset=["max_loading_percent"]).itertuples():
        trigger = _load_rate_trigger(policy, row.max_loading_percent)
        if trigger is None:
            continue
        loading = curves.s_kva[curves.row(row.transformer_id)] / row.rated_kva * 100.0
        duration_h = _longest_run(np.array([trigger.fires(value) for value in loading])) * step_h
        sentence = load_rate_sentence(
            trigger, "transformer", row.name, row.max_loading_percent, row.max_loading_at, duration_h, row.source
        )
        yield _load_rate_alert(
            trigger,
            _text(row.area_id),
            "transformer",
            row.transformer_id,
            sentence,
            row.max_loading_percent,
            row.max_loading_at,
            duration_h,
            row.source,
        )


def _longest_run(above: np.ndarray) -> int:
    """Length of the longest run of true."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], above, [False]))))
    return int((edges[1::2] - edges[::2]).max(initial=0))


def _of_lines(policy: Policy, lines: pd.DataFrame, counted: set[str]) -> Iterator[_Alert]:
    """The most loaded LV line of each public transformer's network, the most loaded section of each feeder."""
    known = lines.dropna(subset=["max_loading_percent"])
    lv = known[known["level"].eq("lv") & known["transformer_id"].isin(counted)]
    mv = known[known["level"].eq("mv") & known["feeder_id"].notna()]
    for group, key, element_type in ((lv, "transformer_id", "line"), (mv, "feeder_id", "section")):
        if group.empty:
            continue
        for row in group.loc[group.groupby(key)["max_loading_percent"].idxmax()].itertuples():
            trigger = _load_rate_trigger(policy, row.max_loading_percent)
            if trigger is None:
                continue
            sentence = load_rate_sentence(
                trigger,
                element_type,
                row.line_id,
                row.max_loading_percent,
                row.max_loading_at,
                float("nan"),
                "simulated",
            )
            yield _load_rate_alert(
                trigger,
                _text(row.area_id),
                element_type,
                row.line_id,
                sentence,
                row.max_loading_percent,
                row.max_loading_at,
                float("nan"),
                "simulated",
            )


def _of_substations(policy: Policy, substations: pd.DataFrame) -> Iterator[_Alert]:
    for row in substations.dropna(subset=["max_loading_percent"]).itertuples():
        trigger = _load_rate_trigger(policy, row.max_loading_percent)
        if trigger is None:
            continue
        sentence = load_rate_sentence(
            trigger,
            "substation",
            row.name,
            row.max_loading_percent,
            row.max_loading_at,
            float("nan"),
            "simulated",
        )
        yield _load_rate_alert(
            trigger,
            None,
            "substation",
            row.substation_id,
            sentence,
            row.max_loading_percent,
            row.max_loading_at,
            float("nan"),
            "simulated",
        )


def _of_areas(policy: Policy, areas: pd.DataFrame) -> Iterator[_Alert]:
    trigger = policy.triggers["pre_control"]
    for _, area in areas.iterrows():
        variant = pre_control_variant(area, policy)
        if not variant or area["transformer_count"] == 0:
            continue
        value = float(area["allowed_sum_kva"] if variant == "sum" else area["allowed_kva"])
        sentence = pre_control_sentence(trigger, area, value, variant)
        yield _Alert(
            trigger.rule,
            trigger.action,
            area["area_id"],
            "area",
            area["area_id"],
            None,
            variant,
            value,
            trigger.threshold,
            UNIT[trigger.unit],
            area["binding_at"] if variant == "grid_limited" else pd.NaT,
            float("nan"),
            "none",
            sentence.zh,
            sentence.en,
        )


def _of_applications(
    policy: Policy, counted: pd.DataFrame, demand: pd.DataFrame, statuses: pd.Series
) -> Iterator[_Alert]:
    """P6, each application judged with everything accepted already connected."""
    trigger = policy.triggers["connection"]
    placed = counted.set_index("transformer_id")
    for row in demand.itertuples():
        status = statuses.get(row.application_id)
        if status not in PENDING or row.transformer_id not in placed.index:
            continue
        transformer = placed.loc[row.transformer_id]
        reserved_kva = transformer["reserved_kva"] - (row.s_kva if status == "accepted" else 0.0)
        before_percent = (transformer["smax_import_kva"] + reserved_kva) / transformer["rated_kva"] * 100.0
        value = (transformer["smax_import_kva"] + reserved_kva + row.s_kva) / transformer["rated_kva"] * 100.0
        if not trigger.fires(value):
            continue
        sentence = connection_sentence(
            trigger, row.application_id, transformer["name"], before_percent, value, row.s_kva
        )
        yield _Alert(
            trigger.rule,
            trigger.action,
            _text(transformer["area_id"]),
            "transformer",
            row.transformer_id,
            row.application_id,
            "",
            value,
            trigger.threshold,
            UNIT[trigger.unit],
            transformer["smax_import_at"],
            float("nan"),
            transformer["source"],
            sentence.zh,
            sentence.en,
        )


def _text(value: object) -> str | None:
    return None if pd.isna(value) else str(value)  # type: ignore[call-overload]  # any scalar of a table cell
