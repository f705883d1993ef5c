"""The planners' page: unmistakably marked, with equipment, exact figures and alerts."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from visiting import Open


def test_internal__marked_in_both_languages_on_screen_and_paper(
    visit: Open, internal_site: Path, keep: Callable[..., Path]
) -> None:
    with visit(internal_site) as page:
        mark = page.inner_text(".notice.internal")
        assert "不得公开" in mark
        assert "NOT FOR PUBLICATION" in mark
        assert page.title().startswith("【内部】")
        keep(page, "internal-zh")
        page.click("button.language")
        assert page.title().startswith("[INTERNAL]")
        page.emulate_media(media="print")
        assert page.is_visible(".notice.internal")
        page.wait_for_timeout(300)
        keep(page, "internal-paper")


def test_internal__layers_can_be_switched(visit: Open, internal_site: Path) -> None:
    with visit(internal_site) as page:
        drawn = page.locator(".map").screenshot()
        for layer in ("feeders", "transformers", "substations"):
            page.uncheck(f"[data-key=layer-{layer}]")
        page.wait_for_timeout(300)
        without = page.locator(".map").screenshot()
        assert drawn != without
        page.check("[data-key=layer-transformers]")
        page.select_option("[data-key=equipment-colour]", "allowed")
        page.wait_for_timeout(300)
        assert page.locator(".map").screenshot() != without


def test_internal__equipment_list_details_and_map(visit: Open, internal_site: Path, keep: Callable[..., Path]) -> None:
    with visit(internal_site) as page:
        page.click("#tab-equipment")
        assert "13 项（共 13 项）" in page.inner_text("#panel-equipment")
        page.fill("[data-key=find]", "T-4")
        assert page.locator("#panel-equipment .area").count() == 1
        page.click("[data-key=transformers-4]")
        text = page.inner_text(".details")
        assert "4 号配变 (T-4)" in text
        assert re.search(r"174\s", text)  # 320 − 4 · 36.5
        keep(page, "internal-equipment")
        page.click("[data-key=back]")
        page.select_option("[data-key=kind]", "feeders")
        page.fill("[data-key=find]", "")
        page.click("[data-key=feeders-1]")
        assert "缺" in page.inner_text(".details")


def test_internal__alerts_lead_to_what_they_are_about(visit: Open, internal_site: Path) -> None:
    with visit(internal_site) as page:
        page.click("#tab-alerts")
        assert "2 条告警" in page.inner_text("#panel-alerts")
        page.click("[data-key=alert-0]")
        assert "1 号配变 (T-1)" in page.inner_text(".details")
        assert "必须立项" in page.inner_text(".details")
        page.click("#tab-alerts")
        page.click("[data-key=alert-1]")
        assert page.inner_text(".details h2") == "板桥街网格"


def test_internal__exact_figures_of_an_area(visit: Open, internal_site: Path) -> None:
    with visit(internal_site, "index.html#area=K7QM2A") as page:
        page.click(".exact summary")
        assert "748.70" in page.inner_text(".exact")


def test_public__nothing_of_it(visit: Open, site: Path) -> None:
    with visit(site) as page:
        assert page.locator("#tab-equipment, #tab-alerts, .layers, .notice.internal").count() == 0
