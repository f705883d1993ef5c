"""What axe-core finds: nothing, on any panel, in either language, on desk and telephone, public and internal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from visiting import DESK, PHONE, Open

from tools.build_web import WEB

AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"
pytestmark = pytest.mark.skipif(
    not AXE.is_file(), reason="axe-core is not installed (python -m tools.build_web --development)"
)


def _violations(page: Any) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [f"{one['id']}: {node['html'][:200]}" for one in result["violations"] for node in one["nodes"]]


@pytest.mark.parametrize(
    ("lang", "screen"),
    [
        pytest.param("zh", DESK, id="zh-desk"),
        pytest.param("en", PHONE, id="en-phone"),
        pytest.param("en", DESK, id="en-desk", marks=pytest.mark.whole),
        pytest.param("zh", PHONE, id="zh-phone", marks=pytest.mark.whole),
    ],
)
def test_axe__no_violation_on_any_panel(visit: Open, site: Path, lang: str, screen: dict[str, int]) -> None:
    with visit(site, viewport=screen) as page:
        if lang == "en":
            page.click("button.language")
        for panel in ("list", "changes", "downloads"):
            page.click(f"#tab-{panel}")
            assert _violations(page) == [], panel
        page.fill("#search", "99.11, 25.055")
        assert _violations(page) == [], "search results"
        page.keyboard.press("Enter")
        assert _violations(page) == [], "near"
        for code in ("K7QM2A", "C6YP5L"):
            page.fill("#search", code)
            page.keyboard.press("Enter")
            if code == "K7QM2A":
                page.click(".hours-section summary")
                page.wait_for_selector(".heat td")
            assert _violations(page) == [], code
        page.click("#tab-answer")
        page.fill("[data-key=kw]", "100")
        page.click("[data-key=answer-go]")
        assert _violations(page) == [], "answer"


def test_axe__no_violation_in_the_guide(visit: Open, site: Path) -> None:
    with visit(site, "guide.html") as page:
        page.wait_for_selector(".guide-legend .swatch")
        assert _violations(page) == []


def test_axe__no_violation_on_the_planners_page(visit: Open, internal_site: Path) -> None:
    with visit(internal_site) as page:
        for panel in ("equipment", "alerts"):
            page.click(f"#tab-{panel}")
            assert _violations(page) == [], panel
        page.click("[data-key=alert-0]")
        assert _violations(page) == []
