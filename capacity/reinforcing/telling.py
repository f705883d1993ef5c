"""What a plan was made of, as the tables that are kept of it (``tables.plan``)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from capacity.reinforcing.years import SolvedYear
from capacity.tables._schema import conform, empty
from capacity.tables.matrix import TRIGGERS
from capacity.tables.measure import Measure, Need, Verified
from capacity.tables.plan import PLAN_AREAS, PLAN_MEASURES, PLAN_NEEDS, PLAN_VERIFIED, PLAN_YEARS


def needs_table(needs: Sequence[Need]) -> pd.DataFrame:
    """``PLAN_NEEDS``."""
    rows = [
        {
            "need_id": need.need_id,
            "rule": need.rule,
            "feeder_id": need.feeder_id,
            "area_id": need.area_id,
            "element_id": need.element_id,
            "origin": need.origin,
            "due_on": pd.Timestamp(need.due_on),
            "years": _joined(need.years),
            "value": need.value,
            "threshold": need.threshold,
            "unit": need.unit,
            "application_ids": _joined(need.application_ids),
            "evidence_zh": need.evidence.zh,
            "evidence_en": need.evidence.en,
        }
        for need in needs
    ]
    return conform(pd.DataFrame(rows), PLAN_NEEDS) if rows else empty(PLAN_NEEDS)


def measures_table(measures: Sequence[Measure]) -> pd.DataFrame:
    """``PLAN_MEASURES``."""
    rows = [
        {
            "measure_id": one.measure_id,
            "feeder_id": one.feeder_id,
            "kind": one.kind,
            "area_ids": _joined(one.area_ids),
            "element_ids": _joined(one.element_ids),
            "works_zh": "；".join(_works(one, "zh")),
            "works_en": "; ".join(_works(one, "en")),
            "cost_low_yuan": one.cost.total.low if one.cost else None,
            "cost_yuan": one.cost_yuan,
            "cost_high_yuan": one.cost.total.high if one.cost else None,
            "cost_mark": one.cost.mark if one.cost else None,
            "lead_time_working_days": one.lead_time_working_days,
            "released_kva": one.released_kva,
            "node_released_kva": one.node_released_kva,
            "losses_saved_kwh_per_year": one.losses_saved_kwh_per_year,
            "changes": json.dumps(
                [
                    change.model_dump(mode="json", exclude_defaults=True) | {"kind": change.kind}
                    for change in one.changes
                ],
                ensure_ascii=False,
            ),
            "note_zh": one.note.zh,
            "note_en": one.note.en,
        }
        for one in measures
    ]
    return conform(pd.DataFrame(rows), PLAN_MEASURES) if rows else empty(PLAN_MEASURES)


def _works(measure: Measure, language: str) -> list[str]:
    told = []
    for work in measure.works:
        length = f" {work.length_m:.0f} m" if work.length_m is not None else ""
        count = f" ×{work.count}" if work.count > 1 else ""
        told.append(f"{getattr(work.words, language)}{length}{count}")
    return told


def verified_table(verified: Sequence[Verified], parts: Sequence[Verified]) -> pd.DataFrame:
    """``PLAN_VERIFIED``; ``parts`` are what was chosen."""
    chosen = {(part.measure_ids, part.after) for part in parts}
    rows = [
        {
            "feeder_id": one.feeder_id,
            "measure_ids": _joined(sorted(one.measure_ids)),
            "after_ids": _joined(sorted(one.after)),
            "chosen": (one.measure_ids, one.after) in chosen,
            "basis": "full_year" if one.full_year else "critical_steps",
            "solved": one.solved,
            "clears": _joined(f"{own.need_id}:{','.join(map(str, own.years))}" for own in one.clears if own.years),
            "creates_zh": "；".join(need.words.zh for need in one.harm) or None,
            "creates_en": "; ".join(need.words.en for need in one.harm) or None,
            "released_kva": one.released_kva,
            "node_released_kva": one.node_released_kva,
            "losses_saved_kwh_per_year": one.losses_saved_kwh_per_year,
        }
        for one in verified
    ]
    return conform(pd.DataFrame(rows), PLAN_VERIFIED) if rows else empty(PLAN_VERIFIED)


def years_table(
    before: Mapping[int, SolvedYear], after: Mapping[int, SolvedYear], investment_yuan: Mapping[int, float]
) -> pd.DataFrame:
    """``PLAN_YEARS``."""
    rows = []
    for state, years in (("before", before), ("after", after)):
        for year, solved in sorted(years.items()):
            areas = solved.areas
            rows.append(
                {
                    "year": year,
                    "state": state,
                    "basis": "full_year",
                    **{rule: int(areas[rule].fillna(0).gt(0).sum()) for rule in TRIGGERS},
                    "must_elements": int(solved.findings["rule"].eq("P4").sum()),
                    "low_voltage_nodes": solved.low_voltage_nodes,
                    "allowed_sum_kva": float(areas["allowed_sum_kva"].sum()),
                    "allowed_kva": float(areas["allowed_kva"].sum()),
                    "unknown_areas": int(areas["status"].eq("no_data").sum()),
                    "losses_kwh": solved.losses_kwh,
                    "investment_yuan": investment_yuan.get(year, 0.0) if state == "after" else 0.0,
                    "steps_failed": solved.steps_failed,
                }
            )
    return conform(pd.DataFrame(rows), PLAN_YEARS)


def areas_table(before: Mapping[int, SolvedYear], after: Mapping[int, SolvedYear]) -> pd.DataFrame:
    """``PLAN_AREAS``."""
    frames = [
        solved.areas.assign(year=year, state=state)
        for state, years in (("before", before), ("after", after))
        for year, solved in sorted(years.items())
    ]
    both = pd.concat(frames, ignore_index=True)
    return conform(both[both.columns.intersection(list(PLAN_AREAS.columns))], PLAN_AREAS)


def wanted_on(applications: pd.DataFrame) -> dict[str, dt.date]:
    """The day each application wants its supply, where it states one."""
    stated = applications.dropna(subset=["energise_on"])
    return {
        str(name): pd.Timestamp(day).date()
        for name, day in zip(stated["application_id"], stated["energise_on"], strict=True)
    }


def _joined(values: Iterable[object]) -> str | None:
    return ";".join(str(one) for one in values) or None
