"""The engineers' page in a real browser: from the key to the accepted application, by mouse and by keyboard alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeAssessor, Served, serving
from sample_assessment import Variant
from visiting import DESK, PHONE

from tools.build_web import WEB, is_built

uvicorn = pytest.importorskip("uvicorn", reason="the extra 'service' is not installed")
pytestmark = pytest.mark.skipif(not is_built(), reason="the page is not built (python -m tools.build_web)")
AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"
Keep = Callable[[Any, str], Path]


@contextmanager
def _running(folder: Path, variant: Variant = "plain") -> Iterator[tuple[Served, str]]:
    made = serving(folder, assessor=FakeAssessor(variant), area_status={"A1": ("pre_control", 160.0)})
    server = uvicorn.Server(uvicorn.Config(made.client.app, port=0, log_level="critical"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield made, f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@contextmanager
def _page(browser: Any, address: str, **options: Any) -> Iterator[Any]:
    """A fresh browser; on leaving, nothing was asked of another server and no script had complained."""
    context = browser.new_context(**{"viewport": DESK, "reduced_motion": "reduce", **options})
    page = context.new_page()
    page.set_default_timeout(60_000)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda one: one.url.startswith((address, "data:", "blob:")) or complaints.append(one.url))
    page.on("console", lambda told: "Content Security" in told.text and complaints.append(told.text))
    page.goto(address)
    yield page
    context.close()
    assert complaints == []


def _enter(page: Any, key: str) -> None:
    page.fill("#key", key)
    page.click("[data-key=sign-in]")
    page.wait_for_selector("body[data-drawn]")


def _ask(page: Any, kw: str = "60") -> None:
    page.fill("#field-kw", kw)
    page.fill("#field-longitude", "99.203")
    page.fill("#field-latitude", "25.103")
    page.click("[data-key=assess]")
    page.wait_for_selector("div.verdict")


def _violations(page: Any) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [f"{one['id']}: {node['html'][:160]}" for one in result["violations"] for node in one["nodes"]]


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
def test_page__from_the_key_to_the_accepted_application(
    browser: Any, tmp_path: Path, keep: Keep, screen: dict[str, int]
) -> None:
    name = "phone" if screen is PHONE else "desk"
    with _running(tmp_path) as (served, address), _page(browser, address, viewport=screen) as page:
        page.fill("#key", "cap_00000000_wrong")
        page.click("[data-key=sign-in]")
        assert "无效" in page.inner_text("[role=alert]")
        _enter(page, served.presented["engineer"])
        assert "内部资料，不得公开" in page.inner_text(".notice.internal")
        page.click("[data-key=assess]")
        assert "申请容量" in page.inner_text("[role=alert]")
        assert page.get_attribute("#field-kw", "aria-invalid") == "true"
        _ask(page)
        assert page.inner_text("div.verdict h2") == "可以接入"
        assert page.locator("ol.options > li").count() == 6
        keep(page, f"service-answer-{name}")
        page.fill("#field-customer", "澜溪茶厂")
        page.click("[data-key=take-in]")
        page.wait_for_selector(".history")
        for step, status in (("offer", "已答复"), ("accept", "已批未投"), ("energise", "已送电")):
            page.click(f"[data-key={step}]")
            page.click("dialog [data-key=go]")
            page.wait_for_function("(word) => document.querySelector('.panel h2 .tag') && [...document.querySelectorAll('h2 .tag')].some((one) => one.textContent === word)", arg=status)  # fmt: skip # noqa: E501
        keep(page, f"service-application-{name}")
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        (one,) = served.get("/applications").json()["applications"]
        assert (one["status"], one["customer"], one["history"][-1]["who"]) == ("energised", "澜溪茶厂", "li")


def test_page__a_refusal_is_said_with_its_figures_and_changes_nothing(browser: Any, tmp_path: Path) -> None:
    with _running(tmp_path) as (served, address), _page(browser, address) as page:
        one, other = served.offered(60.0), served.offered(60.0)
        served.post(f"/applications/{one['application_id']}/accept", {"version": one["version"]})
        _enter(page, served.presented["engineer"])
        page.click("[data-key=language]")
        page.click("#tab-register")
        page.click(f"[data-key=application-{other['application_id']}]")
        page.click("[data-key=accept]")
        page.click("dialog [data-key=cancel]")
        assert served.get(f"/applications/{other['application_id']}").json()["status"] == "offered"
        page.click("[data-key=accept]")
        page.click("dialog [data-key=go]")
        page.wait_for_selector(".problem-box")
        told = page.inner_text(".problem-box")
        assert "there is room for 40 kVA" in told
        assert "short by 20.0 kVA" in told
        assert page.locator("[data-key=accept]").count() == 1


def test_page__by_keyboard_alone(browser: Any, tmp_path: Path) -> None:
    with _running(tmp_path) as (served, address), _page(browser, address) as page:
        page.focus("#key")
        page.keyboard.type(served.presented["viewer"])
        page.keyboard.press("Enter")
        page.wait_for_selector("body[data-drawn]")
        assert page.locator("#tab-register").count() == 0  # a viewer takes nothing in
        page.focus(".map")
        page.keyboard.press("Enter")  # picks the middle
        assert float(page.input_value("#field-longitude")) == pytest.approx(99.21, abs=0.02)
        page.focus("#field-kw")
        page.keyboard.type("60")
        page.keyboard.press("Enter")
        page.wait_for_selector("div.verdict")
        assert page.evaluate("() => document.activeElement.tagName") == "H2"
        page.keyboard.press("Tab")
        page.focus("[data-key='choose-larger_transformer:T0102']")
        page.keyboard.press("Enter")
        page.wait_for_selector(".option.chosen .stages")
        focused = page.evaluate("() => document.activeElement.dataset.key")
        assert focused == "choose-larger_transformer:T0102"
        assert page.locator("[data-key=take-in]").count() == 0


def test_page__staged_offer_by_month_and_hour_and_the_key_is_forgotten(
    browser: Any, tmp_path: Path, keep: Keep
) -> None:
    with _running(tmp_path, "staged") as (served, address), _page(browser, address, viewport=PHONE) as page:
        _enter(page, served.presented["engineer"])
        _ask(page, "150")
        page.click("[data-key=hours]")
        page.wait_for_selector("table.hours")
        assert page.locator("table.hours td").count() == 288
        assert page.locator("table.hours td.unknown").count() == 1
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        keep(page, "service-staged-phone")
        page.reload()
        page.wait_for_selector("body[data-drawn]")  # the tab still has the key
        page.click("[data-key=sign-out]")
        assert page.is_visible("#key")
        assert page.evaluate("() => sessionStorage.length") == 0


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed (python -m tools.build_web --development)")
@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
def test_page__axe_finds_nothing(browser: Any, tmp_path: Path, screen: dict[str, int]) -> None:
    with (
        _running(tmp_path) as (served, address),
        _page(browser, address, viewport=screen, bypass_csp=True) as page,
    ):
        assert _violations(page) == [], "gate"
        _enter(page, served.presented["engineer"])
        page.click("[data-key=assess]")
        page.wait_for_selector("[role=alert]")
        assert _violations(page) == [], "form"
        _ask(page)
        page.click("[data-key='choose-larger_transformer:T0102']")
        assert _violations(page) == [], "answer"
        one = served.offered()
        page.click("#tab-register")
        page.wait_for_selector(".application")
        assert _violations(page) == [], "list"
        page.click(f"[data-key=application-{one['application_id']}]")
        page.wait_for_selector(".history")
        assert _violations(page) == [], "application"
        page.click("[data-key=accept]")
        assert _violations(page) == [], "dialogue"
