"""Sites made of the sample releases, shown by a real Chromium without WebGL; what it complains about fails."""

from __future__ import annotations

import datetime as dt
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from internal_sample import internal_sample
from sample_release import large_release, sample_release
from visiting import DESK, SCREENSHOTS, Open

from capacity.disclosure.downloads import write_downloads
from capacity.disclosure.site.write import write_internal_site, write_site
from tools.build_web import STATIC, is_built

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "msedge")
FLAGS = tuple(
    f"--{flag}"
    for flag in (
        *("headless", "no-sandbox", "disable-gpu", "disable-3d-apis", "disable-quic", "no-first-run"),
        *("disable-background-networking", "disable-component-update", "disable-sync"),
    )
)
# the page asks for today's date; everything else of the clock stays as it is
TODAY_IS = (
    "const Real = Date;"
    "window.Date = class extends Real { constructor(...given) { super(...(given.length ? given : ['%s'])); } };"
)
TODAY = "2026-11-20"


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip(f"none of the browsers {', '.join(BROWSERS)} is installed (Debian: apt install chromium)")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=program, args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def static() -> Path:
    if not is_built():
        pytest.skip("the map page is not built (python -m tools.build_web)")
    return STATIC


@pytest.fixture(scope="session")
def site(static: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two releases of the sample: ten areas in October, fourteen in November."""
    former, folder = tmp_path_factory.mktemp("former"), tmp_path_factory.mktemp("site")
    october = sample_release(
        10,
        release_id="2026-10",
        as_of=dt.date(2026, 10, 1),
        published_on=dt.date(2026, 10, 9),
        previous_id=None,
    )
    write_site(october, static, (), former)
    write_site(sample_release(), static, (_downloads,), folder, former)
    return folder


@pytest.fixture(scope="session")
def large_site(static: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("large")
    write_site(large_release(10_000), static, (), folder)
    return folder


@pytest.fixture(scope="session")
def internal_site(static: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("internal")
    release = sample_release()
    write_internal_site(release, internal_sample(release), static, folder)
    return folder


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[Path], str]]:
    """Serve a folder from this machine; the address of its root."""
    running: dict[Path, ThreadingHTTPServer] = {}

    def address(folder: Path) -> str:
        if folder not in running:
            server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=str(folder)))
            threading.Thread(target=server.serve_forever, daemon=True).start()
            running[folder] = server
        return f"http://127.0.0.1:{running[folder].server_port}"

    yield address
    for server in running.values():
        server.shutdown()
        server.server_close()


@pytest.fixture
def visit(browser: Any, serve: Callable[[Path], str]) -> Open:
    """Open a page of a site; on leaving, nothing may have been logged as an error or asked of another server."""

    @contextmanager
    def opened(folder: Path, path: str = "index.html", *, from_disk: bool = False, **options: Any) -> Iterator[Any]:
        root = folder.as_uri() if from_disk else serve(folder)
        on = options.pop("on", TODAY)
        context = browser.new_context(**{"viewport": DESK, "reduced_motion": "reduce", **options})
        page = context.new_page()
        page.set_default_timeout(60_000)  # a busy machine is slow, not wrong
        page.add_init_script(TODAY_IS % f"{on}T12:00:00")
        complaints: list[str] = []
        page.on("console", lambda message: message.type in {"error", "warning"} and complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda one: one.url.startswith((root, "data:")) or complaints.append(f"asked: {one.url}"))
        page.goto(f"{root}/{path}")
        if "guide" not in path:
            page.wait_for_selector("body[data-drawn]")
        yield page
        context.close()
        assert complaints == []

    return opened


@pytest.fixture
def keep() -> Callable[[Any, str], Path]:
    """Keep a screenshot to look at."""
    SCREENSHOTS.mkdir(exist_ok=True)

    def shot(page: Any, name: str) -> Path:
        path = SCREENSHOTS / f"{name}.png"
        page.screenshot(path=str(path))
        return path

    return shot


def _downloads(release: Any, folder: Path) -> Any:
    return write_downloads(release, folder)


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the tests' output is enough."""
