"""The page: one HTML shell and the built script and style; nothing in them is secret, so they need no key."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, FastAPI
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.staticfiles import StaticFiles

router = APIRouter(include_in_schema=False)
STATIC = Path(str(files("capacity.service"))) / "static"
NOT_BUILT = (
    "页面尚未构建：请在源码目录执行 python -m tools.build_web，或重新安装本程序。接口（/api/v1）可正常使用。\n"
    "The page has not been built: in the source folder type python -m tools.build_web, or install the package again. "
    "The API (/api/v1) works.\n"
)


def is_built() -> bool:
    """Whether the page is there."""
    return all((STATIC / name).is_file() for name in ("index.html", "service.js", "service.css"))


@router.get("/")
async def page() -> Response:
    """The page."""
    if not is_built():
        return PlainTextResponse(NOT_BUILT, 503)
    return FileResponse(STATIC / "index.html", media_type="text/html")


def serve_assets(app: FastAPI) -> None:
    """Script, style and licences below ``/assets``."""
    app.mount("/assets", StaticFiles(directory=STATIC, check_dir=False))
