"""Asking for assessments: the answer, its sheet, every fault at once in both languages, and nothing of what broke."""

from __future__ import annotations

import gzip
import json
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from fakes import ROOMY, FakeAssessor, Served, serving
from jsonschema import Draft202012Validator
from sample_assessment import VARIANTS, Variant

from capacity.applications.answers import AnswerError, answer_schema
from capacity.errors import InputError
from capacity.service.picture import area_features, grid_features, packed
from capacity.tables.assessment import Assessment, Request
from capacity.tables.issue import Issue

ASKED = {"kw": 60, "longitude": 99.203, "latitude": 25.103}


@pytest.mark.parametrize("variant", VARIANTS)
def test_assess__answers_with_the_document_and_keeps_it(tmp_path: Path, variant: Variant) -> None:
    made = serving(tmp_path, assessor=FakeAssessor(variant))
    with made.client:
        answer = made.post("/assessments", ASKED, "viewer")
        assert answer.status_code == 201
        body = answer.json()
        again = made.get(f"/assessments/{body['assessment_id']}", "viewer").json()
        assert again == body
    document = {key: value for key, value in body.items() if key not in ("assessment_id", "made_at")}
    assert list(Draft202012Validator(answer_schema()).iter_errors(document)) == []


def test_assess__faults_of_the_request_all_at_once_in_both_languages(served: Served) -> None:
    answer = served.post("/assessments", {"kw": 0})
    assert answer.status_code == 422
    assert answer.json() == {
        "code": "request",
        "faults": [
            {"zh": "申请容量须大于 0 kW。", "en": "the power must be above 0 kW."},
            {"zh": "请给出一个位置。", "en": "give one place."},
        ],
    }


def test_assess__what_cannot_be_read_is_said_all_at_once(served: Served) -> None:
    body = {"kw": "many", "phases": 2, "customer_kind": "king", "energise_on": "soon", "colour": "red"}
    faults = served.post("/assessments", body).json()["faults"]
    assert {one["field"] for one in faults} == {"kw", "phases", "customer_kind", "energise_on", "colour"}
    for one in faults:
        assert one["field"] in one["zh"]
        assert one["field"] in one["en"]
        assert "{" not in one["zh"] + one["en"]
    missing = served.post("/assessments", {}).json()["faults"]
    assert missing == [{"zh": "“申请容量 kw”必填。", "en": "'requested power kw' is required.", "field": "kw"}]


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b'{"kw": NaN}', b"[]", b""])
def test_assess__what_is_no_json_is_a_fault_and_no_crash(served: Served, content: bytes) -> None:
    answer = served.ask("POST", "/assessments", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert answer.json()["faults"][0]["zh"]


def test_assess__what_breaks_inside_is_told_to_nobody(
    served: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(request: Request, *, hours: bool = False) -> Assessment:
        raise ZeroDivisionError("secret inside")

    monkeypatch.setattr(served.assessor, "assess", broken)
    answer = served.post("/assessments", ASKED)
    assert answer.status_code == 500
    assert answer.json()["code"] == "broken"
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["x-request-id"] in caplog.text
    assert "secret inside" in caplog.text


def test_assess__sees_what_is_reserved_by_now_and_is_not_moved_by_anything_else(served: Served) -> None:
    def seen() -> str:
        served.service._looked_at = -10.0
        served.post("/assessments", ASKED)
        return str(served.get("/basis").json()["register_sha256"])

    empty = seen()
    one = served.offered()
    assert seen() == empty
    assert len(served.assessor.taken) == 1
    assert served.post(f"/applications/{one['application_id']}/accept", {"version": one["version"]}).status_code == 200
    accepted = seen()
    assert accepted != empty
    assert len(served.assessor.taken) == 2


def test_assess__register_that_does_not_fit_the_case_is_said(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    issue = Issue("error", "register.reserves_nowhere", "applications", "", ("A1",), "reserves nowhere", "无处占用")

    def refuse(snapshot: object) -> None:
        raise InputError([issue])

    monkeypatch.setattr(served.assessor, "take_up", refuse)
    answer = served.post("/assessments", ASKED)
    assert (answer.status_code, answer.json()["code"]) == (503, "register_unfit")
    assert answer.json()["faults"] == [{"zh": "无处占用", "en": "reserves nowhere"}]


def test_assess__too_many_waiting_and_too_long_are_said(tmp_path: Path) -> None:
    limits = replace(ROOMY, workers=1, waiting=1, assessment_seconds=0.3)
    made = serving(tmp_path, limits=limits)
    going_on = threading.Event()
    plain = made.assessor.assess

    def slow(request: Request, *, hours: bool = False) -> Assessment:
        going_on.wait(20)
        return plain(request, hours=hours)

    made.assessor.assess = slow  # type: ignore[method-assign]  # the slow one of this test
    found: list[httpx.Response] = []
    with made.client:
        asking = [threading.Thread(target=lambda: found.append(made.post("/assessments", ASKED))) for _ in range(3)]
        for one in asking:
            one.start()
        time.sleep(0.05)
        quick = made.get("/health", None)
        for one in asking:
            one.join()
        going_on.set()
    assert quick.status_code == 200  # the event loop is free
    assert sorted(one.status_code for one in found) == [503, 504, 504]
    assert all(one.json()["faults"][0]["zh"] for one in found)


def test_assess__twenty_at_once_are_all_answered_and_no_more_worked_on_than_may(tmp_path: Path) -> None:
    made = serving(tmp_path, limits=replace(ROOMY, workers=2))
    plain, lock, at_work, most = made.assessor.assess, threading.Lock(), [0], [0]

    def counted(request: Request, *, hours: bool = False) -> Assessment:
        with lock:
            at_work[0] += 1
            most[0] = max(most[0], at_work[0])
        time.sleep(0.02)
        with lock:
            at_work[0] -= 1
        return plain(request, hours=hours)

    made.assessor.assess = counted  # type: ignore[method-assign]  # the counted one of this test
    found: list[int] = []
    with made.client:
        asking = [
            threading.Thread(target=lambda: found.append(made.post("/assessments", ASKED, "viewer").status_code))
            for _ in range(20)
        ]
        for one in asking:
            one.start()
        for one in asking:
            one.join()
        assert made.service.thinking.inside == 0
    assert found == [201] * 20
    assert most == [2]


def test_sheet__that_cannot_be_written_is_said(tmp_path: Path) -> None:
    def broken(assessment: Assessment, language: str) -> bytes:
        raise AnswerError(tmp_path / "answer.pdf", "磁盘已满", "the disk is full")

    made = serving(tmp_path, sheets={"pdf": broken})
    with made.client:
        name = made.post("/assessments", ASKED).json()["assessment_id"]
        answer = made.get(f"/assessments/{name}/sheet")
        assert answer.status_code == 503
        assert answer.json() == {"code": "sheet", "faults": [{"zh": "磁盘已满", "en": "the disk is full"}]}


def test_sheet__of_the_writers_that_are_there(tmp_path: Path) -> None:
    def pdf(assessment: Assessment, language: str) -> bytes:
        return f"%PDF {language} {assessment.verdict}".encode()

    made = serving(tmp_path, sheets={"pdf": pdf})
    with made.client:
        name = made.post("/assessments", ASKED).json()["assessment_id"]
        sheet = made.get(f"/assessments/{name}/sheet?format=pdf&language=en", "viewer")
        assert sheet.content == b"%PDF en yes"
        assert sheet.headers["content-type"] == "application/pdf"
        assert "attachment" in sheet.headers["content-disposition"]
        assert made.get(f"/assessments/{name}/sheet?format=xlsx").status_code == 404
        assert made.get("/assessments/unknown/sheet").status_code == 404
        assert made.get("/assessments/unknown").json()["code"] == "no_assessment"


def _features(content: bytes) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for one in json.loads(content)["features"]:
        found.setdefault(one["properties"]["layer"], []).append(one)
    return found


def test_map__draws_everything_with_a_place_and_says_that_it_is_internal(tmp_path: Path) -> None:
    made = serving(tmp_path, area_status={"A1": ("pre_control", 160.0)})
    with made.client:
        answer = made.get("/map")
        found = _features(answer.content)
        assert answer.json()["banner"]["en"] == "internal, not for publication"
        assert {layer: len(ones) for layer, ones in found.items()} == {
            "area": 1, "line": 2, "transformer": 2, "node": 2,
        }  # fmt: skip
        assert found["area"][0]["properties"]["status"] == "pre_control"
        assert found["transformer"][0]["properties"]["rated_kva"] == 400.0
        line = {one["properties"]["line_id"]: one for one in found["line"]}["L1"]
        assert line["geometry"]["coordinates"] == [[99.2, 25.1], [99.21, 25.1]]
        assert set(_features(made.get("/map/areas", "viewer").content)) == {"area"}


def test_map__status_that_no_run_told_is_unknown_and_not_open(served: Served) -> None:
    (area,) = area_features(served.service.case, {})
    assert area["properties"]["status"] is None
    assert area["properties"]["allowed_kva"] is None
    assert json.loads(gzip.decompress(packed(grid_features(served.service.case))))["type"] == "FeatureCollection"
