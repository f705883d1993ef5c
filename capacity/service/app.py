"""The application: endpoints, refusals, and the guard around them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI

from capacity.service import assessing_routes, desk_routes, page_routes
from capacity.service.guard import Guard
from capacity.service.problems import HANDLERS
from capacity.service.state import Service

PREFIX = "/api/v1"
_ABOUT = (
    "Connection assessments and the register of applications, for the company's engineers. Internal: what it shows is "
    "not for publication (P23). Every request needs a key in the header X-API-Key."
)


def create_app(service: Service) -> FastAPI:
    """The ASGI application of a service; its threads end with it."""

    @asynccontextmanager
    async def running(_app: FastAPI) -> AsyncIterator[None]:
        yield
        service.close()

    app = FastAPI(
        title="capacity",
        description=_ABOUT,
        version=version("capacity"),
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,  # their pages load scripts from the internet
        redoc_url=None,
        lifespan=running,
        exception_handlers=dict(HANDLERS),
    )
    app.state.service = service
    app.include_router(assessing_routes.router, prefix=PREFIX)
    app.include_router(desk_routes.router, prefix=PREFIX)
    app.include_router(page_routes.router)
    page_routes.serve_assets(app)
    app.add_middleware(Guard, hosts=tuple(service.hosts), limits=service.limits, audit=service.audit)
    return app
