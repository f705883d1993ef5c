"""Finding an area: by name, place, coordinates, on the map, by keyboard alone, and around one's own position."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pyproj import Geod
from sample_release import sample_release
from shapely.geometry import Point
from shapely.ops import nearest_points
from visiting import Open

POINT = (99.183, 25.101)  # outside of every area, nearest to one of the right column


def test_search__name_with_arrow_keys_and_enter(visit: Open, site: Path) -> None:
    with visit(site) as page:
        page.fill("#search", "城关")
        assert page.get_attribute("#search", "aria-expanded") == "true"
        found = page.locator("#search-results .name").all_text_contents()
        assert found[:3] == ["城关供电所", "城关东网格", "城关西网格"]
        for _ in range(3):
            page.keyboard.press("ArrowDown")
        chosen = page.locator("#search-results li[aria-selected=true]")
        assert chosen.get_attribute("id") == page.get_attribute("#search", "aria-activedescendant")
        page.keyboard.press("Enter")
        assert page.inner_text(".details h2") == "城关西网格"
        assert "area=P3XW9C" in page.url


def test_search__code_and_branch_and_nothing(visit: Open, site: Path) -> None:
    with visit(site) as page:
        page.fill("#search", "b8rt4d")
        page.keyboard.press("Enter")
        assert page.inner_text(".details h2") == "板桥街网格"
        page.fill("#search", "施甸分公司")
        page.keyboard.press("Enter")
        assert "3 个网格（共 14 个）" in page.inner_text(".list-tools")
        page.click("[data-key=clear-place]")
        assert page.locator(".areas .area").count() == 14
        page.fill("#search", "不存在的地方")
        assert "没有找到" in page.inner_text("#search-results")


@pytest.mark.parametrize("typed", ["99.183, 25.101", "25.101 99.183", "北纬25.101，东经99.183"])
def test_search__coordinates_in_any_order_give_the_nearest_areas(visit: Open, site: Path, typed: str) -> None:
    with visit(site) as page:
        page.fill("#search", typed)
        page.keyboard.press("Enter")
        _assert_nearest(page)


def test_near_me__position_allowed(visit: Open, site: Path) -> None:
    where = {"latitude": POINT[1], "longitude": POINT[0]}
    with visit(site, geolocation=where, permissions=["geolocation"]) as page:
        page.click("#tab-near")
        page.click("[data-key=locate]")
        page.wait_for_selector("#panel-near .areas li")
        _assert_nearest(page)


def test_near_me__position_refused_is_said_and_a_point_on_the_map_does_as_well(visit: Open, site: Path) -> None:
    with visit(site) as page:
        page.click("#tab-near")
        page.click("[data-key=locate]")
        page.wait_for_function(
            "() => document.querySelector('#panel-near > .message').textContent.includes('未能取得')"
        )
        page.fill("#panel-near [data-key=point]", "somewhere")
        page.click("[data-key=near-go]")
        assert "未能识别" in page.inner_text("#panel-near")
        page.click("[data-key=pick]")
        x, y = _over(page, "河图网格")
        page.mouse.click(x, y)
        first = page.locator("#panel-near .areas li").first
        first.wait_for()
        assert "河图网格" in first.inner_text()
        assert "所在网格" in first.inner_text()


def test_near_me__load_rate_and_capacity_ranges(visit: Open, site: Path) -> None:
    with visit(site) as page:
        page.fill("#search", "99.11, 25.055")
        page.keyboard.press("Enter")
        text = page.locator("#panel-near .areas li").first.inner_text()
        assert "745 kVA" in text
        assert "负载率 50–70 %" in text
        assert "容量区间：630 至 1,250 kVA 以下" in text


def test_click__on_the_map_selects_what_is_under_it(visit: Open, site: Path) -> None:
    with visit(site) as page:
        for name in ("新区网格", "青龙村网格"):
            page.mouse.click(*_over(page, name))
            assert page.inner_text(".details h2") == name
            assert page.locator("[role=status].spoken").inner_text() == f"已选择：{name}"


def test_keyboard__from_the_skip_link_through_list_and_details_and_back(visit: Open, site: Path) -> None:
    with visit(site) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("() => document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        for _ in range(30):
            page.keyboard.press("Tab")
            if page.evaluate("() => document.activeElement.dataset.key") == "B8RT4D":
                break
        page.keyboard.press("Enter")
        assert page.evaluate("() => document.activeElement.textContent") == "板桥街网格"
        page.keyboard.press("Tab")
        page.keyboard.press("Shift+Tab")
        page.focus("[data-key=back]")
        page.keyboard.press("Enter")
        assert page.evaluate("() => document.activeElement.dataset.key") == "B8RT4D"


def test_keyboard__tabs_and_map(visit: Open, site: Path) -> None:
    with visit(site) as page:
        page.focus("#tab-list")
        page.keyboard.press("ArrowRight")
        assert page.evaluate("() => document.activeElement.id") == "tab-near"
        assert page.is_visible("#panel-near")
        page.focus(".map")
        page.keyboard.press("Enter")
        page.wait_for_selector(".details .status")
        before = page.inner_text(".details h2")
        for _ in range(2):
            page.keyboard.press("ArrowDown")
        page.wait_for_timeout(300)
        page.keyboard.press("Enter")
        assert page.inner_text(".details h2") != before


def test_legend__filters_list_and_map(visit: Open, site: Path) -> None:
    with visit(site) as page:
        page.click(".kind-button[data-key=blocked]")
        assert page.locator(".areas .area").count() == 1
        assert page.get_attribute(".kind-button[data-key=blocked]", "aria-pressed") == "true"
        page.click(".kind-button[data-key=withheld]")
        assert page.locator(".areas .area").count() == 4
        page.click("[data-key=all-kinds]")
        assert page.locator(".areas .area").count() == 14
        page.select_option("[data-key=mode]", "capacity")
        counts = [int(text) for text in page.locator(".kinds .count").all_text_contents()]
        assert sum(counts) == 14


def _over(page: Any, name: str) -> tuple[float, float]:
    """A place on the map where the pointer is over an area, found by moving the pointer."""
    box = page.locator(".map").bounding_box()
    for y in range(70, int(box["height"]) - 20, 40):
        for x in range(270, int(box["width"]) - 70, 40):
            page.mouse.move(box["x"] + x, box["y"] + y)
            label = page.locator(".hover-name")
            if label.is_visible() and label.text_content() == name:
                return box["x"] + x, box["y"] + y
    raise AssertionError(f"{name} is not on the map")


def _assert_nearest(page: Any) -> None:
    """The first five of the list are those that geodesic distances say are nearest, in that order."""
    release = sample_release()
    names = dict(zip(release.areas["area_code"], release.areas["name"], strict=True))
    geod, point = Geod(ellps="WGS84"), Point(POINT)
    metres = {}
    for code, shape in zip(release.shapes["area_code"], release.shapes.geometry, strict=True):
        # nearest in the plane of longitude scaled to latitude is nearest on the ground, over some kilometres
        close = nearest_points(shape.segmentize(0.0005), point)[0]
        metres[names[code]] = geod.inv(close.x, close.y, *POINT)[2]
    wanted = sorted(metres, key=metres.__getitem__)[:5]
    page.wait_for_selector("#panel-near .areas li")
    shown = page.locator("#panel-near .areas .name").all_text_contents()[:5]
    assert [metres[name] for name in shown] == pytest.approx([metres[name] for name in wanted], rel=0.01)
    first = page.locator("#panel-near .areas li").first.inner_text()
    assert f"{round(metres[wanted[0]] / 10) * 10} m" in first
