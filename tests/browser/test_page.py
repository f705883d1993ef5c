"""The page as a visitor has it: languages, releases, notices, downloads, telephone, disk, paper."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from visiting import PHONE, SCREENSHOTS, Open

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_first_view__chinese_with_every_area_and_the_service_numbers(
    visit: Open, site: Path, keep: Callable[..., Path]
) -> None:
    with visit(site) as page:
        assert page.get_attribute("html", "lang") == "zh-CN"
        assert "示例市配电网" in page.title()
        assert page.locator(".areas .area").count() == 14
        assert {"12398", "95598", "0875-2120000"} <= set(page.locator("footer .phone").all_text_contents())
        assert "虚构" in page.inner_text(".notice.synthetic")
        assert page.locator(".notice.stale").count() == 0
        assert page.evaluate("() => document.createElement('canvas').getContext('webgl')") is None
        keep(page, "desk-zh")


def test_language__english_at_a_click_and_remembered(visit: Open, site: Path, keep: Callable[..., Path]) -> None:
    with visit(site) as page:
        page.click("button.language")
        assert page.get_attribute("html", "lang") == "en"
        assert page.title().startswith("Distribution grid of Sample City")
        for panel in ("near", "answer", "changes", "downloads", "list"):
            page.click(f"#tab-{panel}")
            own = page.evaluate(_OWN_WORDS, f"#panel-{panel}")
            assert [text for text in own if CHINESE.search(text)] == []
        page.reload()
        page.wait_for_selector(".areas .area")
        assert page.get_attribute("html", "lang") == "en"
        keep(page, "desk-en")


# the page's own sentences: names of areas and files are Chinese in any language
_OWN_WORDS = """(panel) => [...document.querySelectorAll(`${panel} :is(h2, h3, label > span, button, p, .facts)`)]
    .filter((one) => !one.closest('.name, .where-line') && !one.matches('.area'))
    .map((one) => one.textContent)"""


def test_release__a_former_one_can_be_looked_at_and_left_again(visit: Open, site: Path) -> None:
    with visit(site) as page:
        page.select_option("[data-key=release]", "2026-10")
        page.wait_for_selector(".notice.former")
        assert "10 个网格（共 10 个）" in page.inner_text(".list-tools")
        assert "release=2026-10" in page.url
        page.click("#tab-changes")
        assert "第一期" in page.inner_text("#panel-changes")
        page.click(".notice.former button")
        page.wait_for_selector(".notice.former", state="detached")
        assert "与 2026-10 期相比的变动" in page.inner_text("#panel-changes")


def test_release__its_own_page_stays_with_it(visit: Open, site: Path) -> None:
    with visit(site, "releases/2026-10/index.html") as page:
        assert page.locator(".areas .area").count() == 10
        assert "2026-11" in page.inner_text(".notice.former")
        page.click(".notice.former a")
        page.wait_for_selector("body[data-drawn='2026-11']")
        assert page.locator(".areas .area").count() == 14


def test_changes__every_row_with_its_cause(visit: Open, site: Path) -> None:
    with visit(site) as page:
        page.click("#tab-changes")
        text = page.inner_text("#panel-changes")
        assert page.locator(".changes > li").count() == 10
        assert "可接入容量：780 kVA → 745 kVA" in text
        assert "状态：预管控 → 受阻" in text
        assert "可接入容量：205 kVA → 未公布" in text
        assert "本期已无此网格" in text
        page.select_option("[data-key=cause]", "protection")
        assert page.locator(".changes > li").count() == 1
        page.click("[data-key=change-C6YP5L]")
        assert page.inner_text(".details h2") == "工业园网格"


@pytest.mark.parametrize(("on", "stale"), [("2027-01-02", False), ("2027-01-03", True)])
def test_old_data__said_from_the_day_that_they_are_too_old(visit: Open, site: Path, on: str, stale: bool) -> None:
    with visit(site, on=on) as page:  # 62 days after 1 November is 2 January
        assert page.locator(".notice.stale").count() == int(stale)


def test_download__the_file_has_the_size_and_checksum_that_the_page_states(visit: Open, site: Path) -> None:
    with visit(site) as page:
        page.click("#tab-downloads")
        items = page.locator(".files > li")
        assert items.count() >= 8
        with page.expect_download(timeout=60_000) as started:
            items.first.locator("a").click()
        received = Path(started.value.path()).read_bytes()
        for number in range(items.count()):
            item = items.nth(number)
            offered = site / unquote(item.locator("a").evaluate("link => link.pathname")).lstrip("/")
            item.locator("summary").click()
            assert item.locator("a").get_attribute("download") is not None
            assert hashlib.sha256(offered.read_bytes()).hexdigest() in item.inner_text()
        assert hashlib.sha256(received).hexdigest() in items.first.inner_text()


def test_from_disk__works_without_a_server(visit: Open, site: Path) -> None:
    with visit(site, from_disk=True) as page:
        page.fill("#search", "城关东")
        page.keyboard.press("Enter")
        page.click(".hours-section summary")
        page.wait_for_selector(".heat td")
        page.select_option("[data-key=release]", "2026-10")
        page.wait_for_selector(".notice.former")
        page.click("header a.plain")
        page.wait_for_selector(".guide h2")


def test_missing_file__said_instead_of_an_empty_page(
    visit: Open, site: Path, tmp_path: Path, browser: Any, serve: Callable[[Path], str]
) -> None:
    import shutil

    broken = tmp_path / "broken"
    shutil.copytree(site, broken)
    (broken / "releases" / "2026-11" / "release.js").unlink()
    page = browser.new_page()
    page.goto(f"{serve(broken)}/index.html")
    page.wait_for_selector(".notice.problem")
    assert "2026-11" in page.inner_text(".notice.problem")
    assert "12398" in page.inner_text("footer")
    page.close()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_phone__nothing_is_wider_than_the_screen(visit: Open, site: Path, keep: Callable[..., Path], lang: str) -> None:
    with visit(site, viewport=PHONE, has_touch=True, is_mobile=True, device_scale_factor=2) as page:
        if lang == "en":
            page.tap("button.language")
        for panel in ("list", "near", "answer", "changes", "downloads"):
            page.tap(f"#tab-{panel}")
            assert page.evaluate("() => document.documentElement.scrollWidth") <= 390, panel
        page.tap("#tab-list")
        keep(page, f"phone-{lang}")
        page.tap("[data-key=K7QM2A]")
        page.tap(".hours-section summary")
        page.wait_for_selector(".heat td")
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
        page.screenshot(path=str(SCREENSHOTS / f"phone-details-{lang}.png"), full_page=True)


def test_paper__map_legend_and_facts_without_the_tools(visit: Open, site: Path) -> None:
    with visit(site, "index.html#area=K7QM2A") as page:
        page.wait_for_selector(".details .figure")
        page.emulate_media(media="print")
        assert page.is_visible(".legend .kinds")
        assert page.is_visible(".details .figure")
        assert page.is_visible("footer .contact")
        assert [one for one in (".tools", ".search", ".tabs", ".actions") if page.is_visible(one)] == []
        page.pdf(path=str(SCREENSHOTS / "print.pdf"), format="A4", print_background=False)
        assert (SCREENSHOTS / "print.pdf").read_bytes().startswith(b"%PDF")


def test_guide__both_languages_and_the_way_back(visit: Open, site: Path, keep: Callable[..., Path]) -> None:
    with visit(site, "guide.html") as page:
        page.wait_for_selector(".guide-legend .swatch")
        assert page.is_visible("article[lang=zh-CN]")
        assert not page.is_visible("article[lang=en]")
        keep(page, "guide-zh")
        page.click("button.language")
        assert page.is_visible("article[lang=en]")
        assert not page.is_visible("article[lang=zh-CN]")
        assert "12398" in page.inner_text("footer")
        page.click("header a:visible")
        page.wait_for_selector(".areas .area")
