"""The register through the service: from an assessment to the energised customer, and every refusal."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeAssessor, Served, serving
from hand_case import WINDOW, hand_case
from sample_assessment import sample_assessment

from capacity.assessing import open_assessor
from capacity.service.entering import facts_of

ASKED = {"kw": 60, "longitude": 99.203, "latitude": 25.103}


def _step(served: Served, one: dict[str, Any], step: str, who: str = "engineer", **more: object) -> Any:
    return served.post(f"/applications/{one['application_id']}/{step}", {"version": one["version"], **more}, who)


def test_applications__whole_way_with_who_and_why(served: Served) -> None:
    one = served.offered(30.0)
    accepted = _step(served, one, "accept", why="合同已签").json()
    assert (accepted["status"], accepted["reserved_kva"]) == ("accepted", 30.0)
    assert accepted["claim"]["figure_kva"] == 100.0
    energised = _step(served, accepted, "energise", "colleague").json()
    assert energised["status"] == "energised"
    assert [(stamp["event"], stamp["who"]) for stamp in energised["history"]] == [
        ("received", "li"), ("offered", "li"), ("accepted", "li"), ("energised", "zhao"),
    ]  # fmt: skip
    assert energised["history"][2]["why"] == "合同已签"
    assert served.get(f"/applications/{one['application_id']}").json()["history"] == energised["history"]


def test_accept__no_room_is_one_clear_refusal_with_figures(served: Served) -> None:
    first, second = served.offered(60.0), served.offered(60.0)
    assert _step(served, first, "accept").status_code == 200
    answer = _step(served, second, "accept")
    assert answer.status_code == 409
    body = answer.json()
    assert body["code"] == "not_accepted"
    assert body["refusal"] == {"wanted_kva": 60.0, "figure_kva": 40.0, "missing_kva": 20.0}
    assert "40" in body["faults"][0]["zh"]
    assert "40" in body["faults"][0]["en"]
    kept = served.get(f"/applications/{second['application_id']}").json()
    assert kept["status"] == "offered"
    assert kept["history"][-1]["event"] == "refused"
    assert "40 kVA" in kept["history"][-1]["sentence"]["en"]


def test_accept__two_at_the_same_moment_end_as_one_acceptance_and_one_refusal(tmp_path: Path) -> None:
    made = serving(tmp_path, assessor=FakeAssessor(thinking_seconds=0.2))
    with made.client:
        both = [made.offered(60.0), made.offered(60.0)]
        start, found = threading.Barrier(2), []

        def accept(one: dict[str, Any], who: str) -> None:
            start.wait()
            found.append(_step(made, one, "accept", who))

        desks = [
            threading.Thread(target=accept, args=pair) for pair in zip(both, ("engineer", "colleague"), strict=True)
        ]
        for desk in desks:
            desk.start()
        for desk in desks:
            desk.join()
        assert sorted(one.status_code for one in found) == [200, 409]
        reserved = [one["reserved_kva"] for one in made.get("/applications?status=accepted").json()["applications"]]
        assert reserved == [60.0]


def test_steps__somebody_else_was_faster(served: Served) -> None:
    one = served.offered()
    assert _step(served, one, "accept").status_code == 200
    answer = _step(served, one, "withdraw", why="again")
    assert answer.status_code == 409
    assert "li" in answer.json()["faults"][0]["en"]
    wrong = served.post("/applications", {"p_kw": 3, "customer_kind": "resident", "transformer_id": "T1"}).json()
    refused = _step(served, wrong, "energise")
    assert refused.status_code == 409
    assert "已受理" in refused.json()["faults"][0]["zh"]


def test_withdraw__of_others_by_administrators_alone(served: Served) -> None:
    one = served.offered(who="colleague")
    assert _step(served, one, "withdraw", why="x").json()["code"] == "others"
    assert _step(served, one, "withdraw", "admin", why="用户放弃").json()["status"] == "withdrawn"
    own = served.offered()
    assert _step(served, own, "withdraw", why=" ").status_code == 422
    assert _step(served, own, "withdraw", why="用户放弃").status_code == 200


def test_applications__faults_of_the_register_all_at_once(served: Served) -> None:
    body = {"p_kw": 200, "urgent_kw": 300, "customer_kind": "resident", "supply": "dual", "transformer_id": "T1"}
    answer = served.post("/applications", body)
    assert answer.status_code == 422
    assert {one["field"] for one in answer.json()["faults"]} == {"p_kw", "urgent_kw", "supply"}
    assert served.get("/applications").json()["total"] == 0


def test_applications__unknown_id_and_no_register(served: Served, tmp_path: Path) -> None:
    for path, body in (("offer", {}), ("accept", {}), ("energise", {}), ("withdraw", {"why": "x"})):
        answer = served.post(f"/applications/none/{path}", {"version": 1, **body})
        assert (answer.status_code, answer.json()["code"]) == (404, "no_application")
    assert served.get("/applications/none").status_code == 404
    (tmp_path / "other").mkdir()
    without = serving(tmp_path / "other", with_register=False)
    with without.client:
        assert without.get("/applications").json()["code"] == "no_register"
        assert without.get("/basis").json()["register"] is False


def test_list__newest_first_with_what_is_due(served: Served) -> None:
    names = [served.offered()["application_id"] for _ in range(3)]
    found = served.get("/applications?limit=2").json()
    assert found["total"] == 3
    assert [one["application_id"] for one in found["applications"]] == names[:0:-1]
    assert found["applications"][0]["due"][0]["state"] == "waiting"
    assert served.get("/applications?limit=2&offset=2").json()["applications"][0]["application_id"] == names[0]
    assert served.get("/applications?status=accepted&status=energised").json()["total"] == 0
    due = served.get("/applications/due").json()["due"]
    assert {one["application_id"] for one in due} == set(names)
    assert due[0]["remark"]["zh"]


def test_accept__by_the_works_that_it_was_offered_by(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """T2 (315 kVA, 212 at most) has room for 95 kW once 400 kVA stand there, for twice that it has not: two desks."""
    monkeypatch.setattr("capacity.assessing.ground.past_window", lambda case, rules: WINDOW)  # the two days it has
    made = serving(tmp_path, assessor=open_assessor(hand_case(), workers=1))  # type: ignore[arg-type]  # a real one
    with made.client:
        body = made.post("/assessments", {"kw": 95, "transformer_id": "T2"}).json()
        asked = {"assessment_id": body["assessment_id"], "option_key": "larger_transformer:T2"}
        both = [made.post("/applications/from-assessment", asked).json() for _ in range(2)]
        assert {(one["works_option"], one["works_kva"]) for one in both} == {("larger_transformer:T2", 400.0)}
        first, second = (_step(made, _step(made, one, "offer").json(), "accept") for one in both)
        assert first.status_code == 200
        claim = first.json()["claim"]
        assert (claim["verdict"], claim["reserved_kw"]) == ("yes_with_project", 95.0)
        assert claim["basis"]["zh"].startswith("待配变 T2 更换为 400 kVA")
        assert second.status_code == 409
        fault = second.json()["faults"][0]
        assert "transformer T2 replaced by one of 400 kVA" in fault["en"]
        assert "配变 T2 更换为 400 kVA" in fault["zh"]


def test_from_assessment__place_and_power_come_from_the_option(served: Served) -> None:
    body = served.post("/assessments", ASKED, "viewer").json()
    asked = {"assessment_id": body["assessment_id"], "option_key": body["options"][0]["key"], "customer": "茶厂"}
    made = served.post("/applications/from-assessment", asked)
    assert made.status_code == 201
    one = made.json()
    assert (one["p_kw"], one["node_id"], one["transformer_id"]) == (60.0, "T0102-M5P2", "T0102")
    assert (one["voltage"], one["customer"], one["status"]) == ("lv", "茶厂", "received")
    rejected = next(option["key"] for option in body["options"] if not option["rank"])
    assert served.post("/applications/from-assessment", {**asked, "option_key": rejected}).status_code == 409
    assert served.post("/applications/from-assessment", {**asked, "option_key": "x"}).json()["code"] == "no_option"


def test_facts__of_every_kind_of_option_name_where_the_customer_connects() -> None:
    assessment = sample_assessment()
    made = {option.candidate.kind: facts_of(assessment, option) for option in assessment.ranked}
    for kind, facts in made.items():
        assert facts.transformer_id or facts.node_id, kind
        assert (facts.voltage == "hv") == (kind == "mv_tee"), kind
    assert made["mv_tee"].feeder_id == "F01"
    assert made["mv_tee"].transformer_id is None
    dual = sample_assessment(variant="dual")
    assert facts_of(dual, dual.ranked[0]).supply == "dual"


@pytest.mark.parametrize("step", ["offer", "accept", "energise"])
def test_steps__version_is_asked_for(served: Served, step: str) -> None:
    assert served.post(f"/applications/A1/{step}", {}).json()["faults"][0]["field"] == "version"
