"""Endpoints that ask the assessor."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from capacity.service import picture
from capacity.service.asking import AssessmentRequest
from capacity.service.bodies import BasisBody, KeptAssessment, WordsBody, told
from capacity.service.doors import Engineer, Running, Viewer, spend
from capacity.service.problems import documented, refusing
from capacity.service.sheets import MEDIA_TYPES
from capacity.service.state import Kept, Service
from capacity.service.telling import Plain, basis_of, known_words

router = APIRouter()
_GEOJSON = "application/geo+json"
_IS_GEOJSON: dict[int | str, dict[str, Any]] = {200: {"content": {_GEOJSON: {}}, "description": "GeoJSON, EPSG:4326"}}
AssessmentId = Annotated[str, Path(max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]


@router.get("/health", tags=["service"], responses={400: documented()[400], 429: documented()[429]})
async def health(service: Running) -> dict[str, Any]:
    """Whether it runs, and how much is being worked on; needs no key and says nothing of the case."""
    return {"status": "ok", "assessments_under_way": service.thinking.inside}


@router.get("/basis", tags=["service"], response_class=Plain, responses={**documented(), **told(200, BasisBody)})
async def basis(service: Running, key: Viewer) -> Plain:
    """What the answers rest on, and what your key may do."""
    await service.desk.run(service.look_at_register)
    return Plain(basis_of(service, key))


@router.get("/words", tags=["service"], response_class=Plain, responses={**documented(), **told(200, WordsBody)})
async def words(_key: Viewer) -> Plain:
    """Chinese and English words of every code."""
    return Plain(known_words())


@router.post(
    "/assessments",
    tags=["assessments"],
    status_code=201,
    response_class=Plain,
    responses={**documented(), **told(201, KeptAssessment)},
)
async def assess(asked: AssessmentRequest, request: Request, service: Running, key: Viewer) -> Plain:
    """Can this customer be connected here, when, and what does it take? Changes nothing."""
    spend(service, key, service.limits.assessment_cost - 1.0)
    request.state.audit.update(action="assess", kw=asked.kw)
    kept, body = await service.thinking.run(lambda: _assessed(service, asked))
    request.state.audit.update(assessment_id=kept.assessment_id, verdict=kept.assessment.verdict)
    return Plain(
        {"assessment_id": kept.assessment_id, "made_at": kept.made_at.isoformat(timespec="seconds"), **body}, 201
    )


@router.get(
    "/assessments/{assessment_id}",
    tags=["assessments"],
    response_class=Plain,
    responses={**documented(404), **told(200, KeptAssessment)},
)
async def assessment(assessment_id: AssessmentId, service: Running, _key: Viewer) -> Plain:
    """An assessment of the last two hours again, as it was."""
    kept = kept_one(service, assessment_id)
    body = await service.desk.run(lambda: service.as_json(kept.assessment))
    return Plain({"assessment_id": assessment_id, "made_at": kept.made_at.isoformat(timespec="seconds"), **body})


@router.get(
    "/assessments/{assessment_id}/sheet",
    tags=["assessments"],
    response_class=Response,
    responses={
        **documented(404),
        200: {"content": {media: {} for media in MEDIA_TYPES.values()}, "description": "the file"},
    },
)
async def sheet(
    assessment_id: AssessmentId,
    service: Running,
    request: Request,
    _key: Viewer,
    format: Annotated[Literal["pdf", "xlsx"], Query()] = "pdf",
    language: Annotated[Literal["zh", "en"], Query()] = "zh",
) -> Response:
    """The answer sheet of an assessment of the last two hours."""
    kept = kept_one(service, assessment_id)
    if format not in service.sheets:
        raise refusing(404, "no_sheet")
    request.state.audit.update(action="sheet", format=format)
    content = await service.thinking.run(lambda: service.sheets[format](kept.assessment, language))
    name = f"assessment-{kept.made_at:%Y%m%d-%H%M%S}-{language}.{format}"
    return Response(content, 200, {"Content-Disposition": f'attachment; filename="{name}"'}, MEDIA_TYPES[format])


@router.get("/map/areas", tags=["map"], response_class=Response, responses={**documented(), **_IS_GEOJSON})
async def areas(service: Running, _key: Viewer) -> Response:
    """The areas with status and room, where a run was given."""
    return await _picture(service, "areas")


@router.get("/map", tags=["map"], response_class=Response, responses={**documented(), **_IS_GEOJSON})
async def whole_map(service: Running, _key: Engineer) -> Response:
    """Areas, lines, substations, transformers and LV nodes: internal, not for publication (P23)."""
    return await _picture(service, "whole")


def kept_one(service: Service, assessment_id: str) -> Kept:
    """An assessment that is still kept.

    Raises
    ------
    Refusing
        404.
    """
    kept = service.remembered.get(assessment_id)
    if kept is None:
        raise refusing(404, "no_assessment")
    return kept


def _assessed(service: Service, asked: AssessmentRequest) -> tuple[Kept, dict[str, Any]]:
    service.look_at_register()
    made = service.assessor.assess(asked.as_request(service.today()), hours=asked.hours)
    body = service.as_json(made)
    return service.remembered.keep(made), body


async def _picture(service: Service, which: Literal["areas", "whole"]) -> Response:
    content = await service.desk.run(lambda: service.pictures(which, _drawn))
    return Response(content, 200, {"Content-Encoding": "gzip"}, _GEOJSON)


def _drawn(service: Service, which: str) -> bytes:
    features = picture.area_features(service.case, service.area_status)
    return picture.packed(features if which == "areas" else [*features, *picture.grid_features(service.case)])
