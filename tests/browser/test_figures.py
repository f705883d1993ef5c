"""Every figure, status and reason on the page equals the release's tables; a first answer follows from them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sample_release import sample_release
from visiting import Open

from capacity.tables.public import words

LANGUAGES = ("zh", "en")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_details__say_what_the_tables_say(visit: Open, site: Path, lang: str) -> None:
    release = sample_release()
    with visit(site) as page:
        if lang == "en":
            page.click("button.language")
        for area in release.areas.to_dict("records"):
            page.fill("#search", area["area_code"])
            page.keyboard.press("Enter")
            assert page.inner_text(".details h2") == area["name"]
            assert page.locator(".details h2 *").count() == 0  # names are text, whatever is in them
            text = page.inner_text(".details")
            for told in _sentences(area):
                assert getattr(told, f"sentence_{lang}") in text, area["name"]
                assert getattr(told, lang) in text, area["name"]
            _assert_figures(area, text, lang)


def _sentences(area: dict[str, Any]) -> list[words.Told]:
    if area["publication"] == "withheld":
        return [words.PUBLICATION["withheld"], words.WITHHELD[area["withheld_reason"]]]
    columns = {"status": words.STATUS, "limit": words.LIMIT, "queue": words.QUEUE, "basis": words.BASIS}
    return [table[area[name]] for name, table in columns.items() if not pd.isna(area[name])]


def _assert_figures(area: dict[str, Any], text: str, lang: str) -> None:
    figures = re.findall(r"([\d,]+) kVA", text.split("数据截至")[0].split("Since the last release")[0])
    if area["publication"] == "withheld":
        assert "kVA" not in text.split("较上期变动")[0].split("Since the last release")[0]
        return
    if area["status"] == "no_data":
        assert ("未知不等于零" if lang == "zh" else "does not mean zero") in text
        return
    if pd.isna(area["allowed_kva"]):
        assert f"{area['allowed_from_kva']:,.0f}" in text
        assert f"{area['allowed_below_kva']:,.0f}" in figures
    else:
        assert f"{area['allowed_kva']:,.0f}" in figures
    assert ("至少" if lang == "zh" else "at least") in text or not area["allowed_is_lower_bound"]
    if not pd.isna(area["shared_kva"]):
        assert f"{area['shared_kva']:,.0f}" in figures
        assert f"{area['sharing_areas']}" in text
    if not pd.isna(area["load_rate_from_percent"]):
        assert re.search(rf"\b{area['load_rate_from_percent']:.0f}\b.*%|%", text)
    if not pd.isna(area["relief_month"]):
        year, month = area["relief_month"].split("-")
        assert (f"{year}年{int(month)}月" if lang == "zh" else year) in text


def test_list__one_line_says_what_the_tables_say(visit: Open, site: Path) -> None:
    areas = sample_release().areas.set_index("area_code")
    with visit(site) as page:
        for code, area in areas.iterrows():
            line = page.inner_text(f".areas [data-key={code}]")
            if area["publication"] == "withheld":
                assert "不予公开" in line
                assert "kVA" not in line
            elif area["status"] == "no_data":
                assert "未知" in line
                assert "kVA" not in line
            elif pd.isna(area["allowed_kva"]):
                assert f"{area['allowed_from_kva']:.0f}–{area['allowed_below_kva']:.0f} kVA" in line
            else:
                assert f"{area['allowed_kva']:,.0f} kVA" in line
                assert words.STATUS[area["status"]].zh in line


@pytest.mark.parametrize("code", ["K7QM2A", "W4BJ8K"])
def test_heat_map__every_cell_equals_the_table(visit: Open, site: Path, code: str) -> None:
    hours = sample_release().hours
    wanted = hours[hours["area_code"] == code].pivot(index="hour", columns="month", values="allowed_kva")
    with visit(site, f"index.html#area={code}") as page:
        page.click(".hours-section summary")
        page.wait_for_selector(".heat td")
        shown = page.evaluate(
            "() => [...document.querySelectorAll('.heat tbody tr')]"
            ".map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent))"
        )
        told = [["–无数据" if pd.isna(value) else f"{value:.0f}" for value in row] for row in wanted.to_numpy()]
        assert shown == told
        assert f"最少 {wanted.min().min():,.0f} kVA" in page.inner_text(".extremes")


def test_first_answer__verdicts_terms_and_that_it_is_a_guide(
    visit: Open, site: Path, keep: Callable[..., Path]
) -> None:
    wanted = {
        "城关东网格": "有容量",  # 315 kVA or more at one point, 745 in all, against 105.3
        "城关西网格": "暂不能",
        "板桥街网格": "很可能有容量",  # 135 in all, one point 50 to 160
        "水长村网格": "或可分期",
        "工业园网格": "请咨询",
        "青龙村网格": "未知",
        "南门网格": "很可能有容量",  # range 160 to 315, one point not published
        "西山 O'Hara 网格": "有容量",
    }
    with visit(site) as page:
        for name, verdict in wanted.items():
            page.fill("#search", name)
            page.keyboard.press("Enter")
            page.click("#tab-answer")
            page.fill("[data-key=kw]", "100")
            page.click("[data-key=answer-go]")
            first = page.locator(".verdicts > li").first
            assert name in first.inner_text()
            assert first.locator(".badge").inner_text() == verdict, name
        text = page.inner_text("#panel-answer")
        assert "105.3 kVA" in text
        assert "不构成供电方案或承诺" in text
        assert "低压（380/220 V）" in text
        assert "2 个工作日" in text
        assert "身份证明" in text
        keep(page, "answer-zh")
        page.select_option("[data-key=answer-kind]", "other")
        page.fill("[data-key=kw]", "161")
        page.click("[data-key=answer-go]")
        text = page.inner_text("#panel-answer")
        assert "15 个工作日" in text
        assert "高压（10 kV）" in text
        assert page.locator(".verdicts .badge").first.inner_text() == "请咨询"
        page.fill("[data-key=kw]", "many")
        page.click("[data-key=answer-go]")
        assert "请输入大于 0 的功率" in page.inner_text("#panel-answer")


def test_first_answer__starts_from_what_was_chosen_last(visit: Open, site: Path) -> None:
    with visit(site) as page:
        page.fill("#search", "K7QM2A")
        page.keyboard.press("Enter")
        page.fill("#search", "99.15, 25.10")
        page.keyboard.press("Enter")
        page.click("#tab-answer")
        assert "99.15000, 25.10000" in page.inner_text(".where-line")
        page.fill("[data-key=kw]", "50")
        page.click("[data-key=answer-go]")
        assert "南门网格" in page.locator(".verdicts > li").first.inner_text()
        page.fill("#search", "K7QM2A")
        page.keyboard.press("Enter")
        page.click("#tab-answer")
        assert "城关东网格" in page.locator(".verdicts > li").first.inner_text()
