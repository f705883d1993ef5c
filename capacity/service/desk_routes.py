"""Endpoints that work with the register."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request

from capacity import desk
from capacity.applications import register as reg
from capacity.service.asking import ApplicationOfAssessment, NewApplication, Offer, Step, Withdrawal
from capacity.service.assessing_routes import kept_one
from capacity.service.bodies import ApplicationBody, ApplicationsBody, AuditBody, DueList, Status, told
from capacity.service.doors import Admin, Engineer, Running
from capacity.service.entering import facts_of
from capacity.service.keys import Key
from capacity.service.pools import Pool
from capacity.service.problems import documented, refusing
from capacity.service.state import Service
from capacity.service.telling import Plain, application_of, due_of
from capacity.tables.register import Application, Facts

router = APIRouter()
ApplicationId = Annotated[str, Path(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f/]+$")]
_ONE = told(200, ApplicationBody)
_CHANGES = {**documented(404, 409), **_ONE}
_TAKEN = {**documented(404, 409), **told(201, ApplicationBody)}


@router.get(
    "/applications",
    tags=["applications"],
    response_class=Plain,
    responses={**documented(), **told(200, ApplicationsBody)},
)
async def list_applications(
    service: Running,
    _key: Engineer,
    status: Annotated[list[Status] | None, Query(description="of these statuses alone")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Plain:
    """Applications, the newest first, each with what is due (P14)."""
    return Plain(await service.desk.run(lambda: _listed(service, status or [], limit, offset)))


@router.get(
    "/applications/due", tags=["applications"], response_class=Plain, responses={**documented(), **told(200, DueList)}
)
async def due(service: Running, _key: Engineer) -> Plain:
    """What is overdue, due and running, the most urgent first (P14)."""

    def work() -> list[dict[str, Any]]:
        register = _register(service)
        return due_of(desk.due(register, reg.applications(register, status=reg.OPEN), service.rules))

    return Plain({"due": await service.desk.run(work)})


@router.get(
    "/applications/{application_id}", tags=["applications"], response_class=Plain, responses={**documented(404), **_ONE}
)
async def one_application(application_id: ApplicationId, service: Running, _key: Engineer) -> Plain:
    """An application with its history and the customer's timetable (用电时刻表)."""

    def work() -> dict[str, Any]:
        register = _register(service)
        found = _found(register, application_id)
        return application_of(found, due_of(desk.customer_timetable(register, found, service.rules)))

    return Plain(await service.desk.run(work))


@router.post("/applications", tags=["applications"], status_code=201, response_class=Plain, responses=_TAKEN)
async def add(body: NewApplication, request: Request, service: Running, key: Engineer) -> Plain:
    """Take an application in; its receipt is stamped now."""
    work = partial(_added, service, body.as_facts(), key, body.why)
    return await _changed(request, service, "add", "", work, 201)


@router.post(
    "/applications/from-assessment",
    tags=["applications"],
    status_code=201,
    response_class=Plain,
    responses=_TAKEN,
)
async def add_assessed(body: ApplicationOfAssessment, request: Request, service: Running, key: Engineer) -> Plain:
    """Take in an application for an option of an assessment."""
    assessment = kept_one(service, body.assessment_id).assessment
    option = next((one for one in assessment.options if one.key == body.option_key), None)
    if option is None:
        raise refusing(404, "no_option")
    if not option.rank:
        raise refusing(409, "not_possible")
    facts = facts_of(assessment, option, customer=body.customer, note=body.note)
    return await _changed(request, service, "add", "", partial(_added, service, facts, key, body.why), 201)


@router.post("/applications/{application_id}/offer", tags=["applications"], response_class=Plain, responses=_CHANGES)
async def offer(application_id: ApplicationId, body: Offer, request: Request, service: Running, key: Engineer) -> Plain:
    """The supply offer was given to the customer; it reserves nothing."""

    def work() -> Application:
        return reg.offer(
            _holding(service, application_id), application_id, who=key.name, why=body.why,
            valid_until=body.valid_until, expected_version=body.version,
        )  # fmt: skip

    return await _changed(request, service, "offer", application_id, work)


@router.post("/applications/{application_id}/accept", tags=["applications"], response_class=Plain, responses=_CHANGES)
async def accept(application_id: ApplicationId, body: Step, request: Request, service: Running, key: Engineer) -> Plain:
    """Accept an offered application and reserve its capacity, once; or say why not.

    It is judged by load flow on the register as it stands, again if that moves meanwhile.
    """

    def work() -> Application:
        return reg.accept_with(
            _holding(service, application_id), application_id, service.assessor.judge, who=key.name, why=body.why,
            expected_version=body.version,
        )  # fmt: skip

    return await _changed(request, service, "accept", application_id, work, pool=service.thinking)


@router.post("/applications/{application_id}/energise", tags=["applications"], response_class=Plain, responses=_CHANGES)
async def energise(
    application_id: ApplicationId, body: Step, request: Request, service: Running, key: Engineer
) -> Plain:
    """The customer was switched on; it reserves until meters see it."""

    def work() -> Application:
        return reg.energise(
            _holding(service, application_id), application_id, who=key.name, why=body.why,
            expected_version=body.version,
        )  # fmt: skip

    return await _changed(request, service, "energise", application_id, work)


@router.post("/applications/{application_id}/withdraw", tags=["applications"], response_class=Plain, responses=_CHANGES)
async def withdraw(
    application_id: ApplicationId, body: Withdrawal, request: Request, service: Running, key: Engineer
) -> Plain:
    """The customer withdrew; what was reserved is free. Of applications that another took in: administrators alone."""

    def work() -> Application:
        register = _holding(service, application_id)
        if not key.may("admin") and _found(register, application_id).stamps[0].who != key.name:
            raise refusing(403, "others")
        return reg.withdraw(register, application_id, who=key.name, why=body.why, expected_version=body.version)

    return await _changed(request, service, "withdraw", application_id, work)


@router.get("/audit", tags=["service"], response_class=Plain, responses={**documented(), **told(200, AuditBody)})
async def audit(service: Running, _key: Admin, limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> Plain:
    """The newest entries of the audit log, the newest first."""
    return Plain({"entries": await service.desk.run(lambda: service.audit.newest(limit))})


async def _changed(
    request: Request,
    service: Service,
    action: str,
    application_id: str,
    work: Callable[[], Application],
    status: int = 200,
    pool: Pool | None = None,
) -> Plain:
    """Do a step, with an entry in the audit log before it (no entry, no step) and the guard's one after it."""
    facts = request.state.audit
    facts.update(action=action, **({"application_id": application_id} if application_id else {}))
    service.audit.write({"request_id": request.state.request_id, "begun": True, **facts})
    done = await (pool or service.desk).run(work)
    facts.update(application_id=done.application_id, application_status=done.status, version=done.version)
    return Plain(application_of(done), status)


def _added(service: Service, facts: Facts, key: Key, why: str) -> Application:
    return reg.add(_register(service), facts, who=key.name, why=why, lv_limit_kw=desk.lv_limit_kw(service.rules))


def _listed(service: Service, status: list[Status], limit: int, offset: int) -> dict[str, Any]:
    register = _register(service)
    found = sorted(
        reg.applications(register, status=status),
        key=lambda one: (one.stamps[0].entry, one.application_id),
        reverse=True,
    )
    page = found[offset : offset + limit]
    rows = due_of(desk.due(register, page, service.rules))
    limits = {one.application_id: [row for row in rows if row["application_id"] == one.application_id] for one in page}
    return {"total": len(found), "applications": [application_of(one, limits[one.application_id]) for one in page]}


def _register(service: Service) -> reg.Register:
    if service.register is None:
        raise refusing(503, "no_register")
    return service.register


def _holding(service: Service, application_id: str) -> reg.Register:
    """The register, if it holds the application."""
    register = _register(service)
    _found(register, application_id)
    return register


def _found(register: reg.Register, application_id: str) -> Application:
    found = reg.applications(register, application_ids=[application_id])
    if not found:
        raise refusing(404, "no_application")
    return found[0]
