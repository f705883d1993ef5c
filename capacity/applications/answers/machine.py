"""The answer for machines: a document with a stated form, as a ``dict``, as JSON, and its JSON Schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from capacity.applications.answers.contact import phones_of
from capacity.applications.answers.document import (
    AnswerDocument,
    Asked,
    Elsewhere,
    Grounds,
    HourCell,
    Phone,
    PolicyValue,
    ProjectRow,
    Staged,
    Where,
)
from capacity.applications.answers.facts import remarks_of, value_name
from capacity.applications.answers.geojson import routes
from capacity.applications.answers.options_told import option_told
from capacity.applications.answers.parts import day_range, known, limit, moment, stated, text, text_or_none
from capacity.applications.answers.told import largest_allowed_kva
from capacity.applications.answers.writing import written
from capacity.tables.assessment import Assessment, StagedOffer
from capacity.tables.settings import ServiceNumbers
from capacity.tables.words import AREA_CLASS, CUSTOMER_KIND, REASON, VERDICT, Word

_SCHEMA = "https://json-schema.org/draft/2020-12/schema"


def as_json(assessment: Assessment, service_numbers: ServiceNumbers | None = None) -> dict[str, Any]:
    """The answer as a ``dict`` that ``json.dumps`` writes as it is.

    Parameters
    ----------
    service_numbers : of the case (P21); None: 12398 and 95598.

    Returns
    -------
    dict
        An ``AnswerDocument`` of version ``document.VERSION``: dates as ISO texts, what is unknown as None with the
        reason beside it, sentences in both languages, routes as GeoJSON under ``map``. Equal for equal assessments.
    """
    return document_of(assessment, service_numbers).model_dump(mode="json")


def write_json(assessment: Assessment, path: Path, service_numbers: ServiceNumbers | None = None) -> None:
    """Write :func:`as_json` as UTF-8, whole or not at all.

    Raises
    ------
    AnswerError
        The file cannot be written.
    """
    with written(path) as beside:
        content = json.dumps(as_json(assessment, service_numbers), ensure_ascii=False, indent=1, allow_nan=False)
        beside.write_text(content + "\n", encoding="utf-8", newline="\n")


def answer_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of what :func:`as_json` returns."""
    return {"$schema": _SCHEMA, **AnswerDocument.model_json_schema(mode="serialization")}


def document_of(assessment: Assessment, service_numbers: ServiceNumbers | None = None) -> AnswerDocument:
    """The answer as the document that :func:`as_json` dumps."""
    best = assessment.best
    return AnswerDocument(
        request=_asked(assessment),
        verdict=assessment.verdict,
        verdict_text=text(VERDICT[assessment.verdict]),
        summary=text(assessment.summary),
        valid_until=assessment.valid_until,
        best_option=None if best is None else best.key,
        largest_kva=known(largest_allowed_kva(assessment)),
        options=tuple(option_told(option) for option in assessment.options),
        staged=None if assessment.staged is None else _staged(assessment.staged),
        elsewhere=_elsewhere(assessment),
        basis=_basis(assessment),
        contact=tuple(Phone(name=text(name), number=number) for name, number in phones_of(service_numbers)),
        map=routes(assessment),
    )


def _asked(assessment: Assessment) -> Asked:
    request, place = assessment.request, assessment.request.place
    return Asked(
        application_id=stated(request.application_id),
        place=Where(
            longitude_deg=place.longitude,
            latitude_deg=place.latitude,
            node_id=place.node_id,
            transformer_id=place.transformer_id,
            dual_supply=place.dual_supply,
        ),
        kw=request.kw,
        kva=assessment.asked_kva,
        power_factor=request.power_factor or assessment.basis.power_factor,
        phases=request.phases,
        customer_kind=request.customer_kind,
        customer_kind_text=text(CUSTOMER_KIND[request.customer_kind]),
        area_class=assessment.area_class,
        area_class_text=text(AREA_CLASS[assessment.area_class]),
        category=request.category,
        shape=request.shape,
        energise_on=request.energise_on,
        urgent_kw=request.urgent_kw,
        applied_on=request.applied_on,
    )


def _staged(offer: StagedOffer) -> Staged:
    return Staged(
        option_key=offer.option_key,
        firm_kw=known(offer.firm_kw),
        firm_kva=known(offer.firm_kva),
        firm_binding=limit(offer.firm_binding),
        meets_urgent=offer.meets_urgent,
        hours=None if offer.hours is None else tuple(_cell(row) for row in offer.hours.to_dict("records")),
        full_option_key=stated(offer.full_key),
        full_on=day_range(offer.full_on),
        projects=() if offer.project is None else tuple(_project(row) for row in offer.project.to_dict("records")),
        text=text(offer.sentence),
    )


def _cell(row: dict[Any, Any]) -> HourCell:
    reason = str(row["reason"])
    return HourCell(
        month=int(row["month"]),
        hour=int(row["hour"]),
        kw=known(float(row["kw"])),
        allowed_kva=known(float(row["allowed_kva"])),
        reason=reason,
        reason_text=text_or_none(REASON.get(reason)),
    )


def _project(row: dict[Any, Any]) -> ProjectRow:
    day = row["commissioning_date"]
    return ProjectRow(
        project_id=row["project_id"],
        name=stated(row["name"]),
        stage=row["stage"],
        rule=stated(row["rule"]),
        element_ids=_ids(row["element_ids"]),
        area_ids=_ids(row["area_ids"]),
        released_kva=known(float(row["released_kva"])),
        cost_yuan=known(float(row["cost_yuan"])),
        commissioning_date=None if pd.isna(day) else day.date(),
    )


def _ids(joined: str | None) -> tuple[str, ...]:
    return tuple((stated(joined) or "").split(";")) if stated(joined) else ()


def _elsewhere(assessment: Assessment) -> tuple[Elsewhere, ...]:
    return tuple(
        Elsewhere(
            kind=one.kind,
            target_id=one.target_id,
            reason=one.reason,
            straight_m=known(one.straight_m),
            value_m=known(one.value_m),
            limit_m=known(one.limit_m),
            text=text(Word(one.sentence_zh, one.sentence_en)),
        )
        for one in assessment.places.rejected
    )


def _basis(assessment: Assessment) -> Grounds:
    basis = assessment.basis
    return Grounds(
        case_name=basis.case_name,
        title=text(basis.title),
        synthetic=basis.synthetic,
        as_of=str(moment(basis.as_of)),
        window_from=str(moment(basis.window_from)),
        window_to=str(moment(basis.window_to)),
        step_minutes=basis.step_minutes,
        policy_name=basis.policy_name,
        policy_values=tuple(
            PolicyValue(name=name, value=value, text=text(value_name(name)))
            for name, value in sorted(basis.values.items())
        ),
        register_sha256=stated(basis.register_sha256),
        power_factor=basis.power_factor,
        detour_factor=assessment.places.detour_factor,
        remarks=tuple(text(word) for word in remarks_of(assessment)),
    )
