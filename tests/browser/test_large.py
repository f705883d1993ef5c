"""Ten thousand areas: everything is there; how long it took is written down, and judged by people, not by this test."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from sample_release import large_release
from visiting import SCREENSHOTS, Open

_RECORD = """() => {
    window.recorded = [];
    let last = performance.now();
    const step = (now) => { window.recorded.push(now - last); last = now; window.frame = requestAnimationFrame(step); };
    window.frame = requestAnimationFrame(step);
}"""


def test_ten_thousand_areas__all_listed_found_drawn_and_moved(
    visit: Open, large_site: Path, keep: Callable[..., Path]
) -> None:
    areas = large_release(10_000, with_hours=False).areas
    figures: dict[str, float] = {}
    with visit(large_site) as page:
        figures["first_render_ms"] = page.evaluate("() => performance.getEntriesByName('capacity-drawn')[0].startTime")
        assert "10,000 个网格" in page.inner_text(".list-tools")
        counts = [int(text.replace(",", "")) for text in page.locator(".kinds .count").all_text_contents()]
        withheld = int((areas["publication"] == "withheld").sum())
        assert sum(counts) == 10_000
        assert counts[-1] == withheld
        keep(page, "large")
        figures |= _pan(page)
        page.click("[data-key=page_next]")
        assert page.locator(".areas .area").count() == 50
        wanted = areas.iloc[7654]
        started = time.perf_counter()
        page.fill("#search", wanted["area_code"])
        page.keyboard.press("Enter")
        page.wait_for_selector(".details .place")
        figures["search_and_select_ms"] = 1000 * (time.perf_counter() - started)
        assert page.inner_text(".details h2") == wanted["name"]
        keep(page, "large-selected")
    SCREENSHOTS.joinpath("large.json").write_text(json.dumps(figures, indent=2), encoding="utf-8")


def _pan(page: Any) -> dict[str, float]:
    page.evaluate(_RECORD)
    page.mouse.move(600, 400)
    page.mouse.down()
    for step in range(40):
        page.mouse.move(600 - 6 * step, 400 - 3 * step)
    page.mouse.up()
    page.wait_for_timeout(800)
    frames = page.evaluate("() => { cancelAnimationFrame(window.frame); return window.recorded; }")
    assert len(frames) > 5
    return {"pan_frame_median_ms": median(frames), "pan_frame_longest_ms": max(frames)}
