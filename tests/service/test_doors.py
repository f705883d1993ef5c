"""Who may do what, how often, from where: and what is said to those who may not."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from fakes import WHO, Served, serving

from capacity.service import KeyRing, Limits, add_key, read_keys, revoke_key

ASKED = {"kw": 60, "longitude": 99.203, "latitude": 25.103}
NEW = {"p_kw": 30, "customer_kind": "resident", "transformer_id": "T1"}


@pytest.mark.parametrize(
    ("method", "path", "body", "least"),
    [
        ("GET", "/basis", None, "viewer"),
        ("GET", "/words", None, "viewer"),
        ("GET", "/map/areas", None, "viewer"),
        ("POST", "/assessments", ASKED, "viewer"),
        ("GET", "/map", None, "engineer"),
        ("GET", "/applications", None, "engineer"),
        ("GET", "/applications/due", None, "engineer"),
        ("GET", "/applications/A1", None, "engineer"),
        ("POST", "/applications", NEW, "engineer"),
        ("POST", "/applications/from-assessment", {"assessment_id": "x", "option_key": "y"}, "engineer"),
        ("POST", "/applications/A1/offer", {"version": 1}, "engineer"),
        ("POST", "/applications/A1/accept", {"version": 1}, "engineer"),
        ("POST", "/applications/A1/energise", {"version": 1}, "engineer"),
        ("POST", "/applications/A1/withdraw", {"version": 1, "why": "x"}, "engineer"),
        ("GET", "/audit", None, "admin"),
    ],
)
def test_roles__each_path_opens_from_its_role_on(
    served: Served, method: str, path: str, body: object, least: str
) -> None:
    order = ["viewer", "engineer", "admin"]
    for who in order:
        status = served.ask(method, path, who, json=body).status_code
        assert (status == 403) == (order.index(who) < order.index(least)), (who, status)
        assert status not in (401, 422, 500)
    assert served.ask(method, path, None, json=body).status_code == 401
    assert served.ask(method, path, None, json=body, headers={"X-API-Key": "cap_00000000_x"}).status_code == 401


def test_health__needs_no_key_and_says_nothing_of_the_case(served: Served) -> None:
    answer = served.get("/health", None)
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "assessments_under_way": 0}


def test_keys__file_holds_hashes_alone_and_revoking_works_at_once(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    made, presented = add_key(path, "li", "engineer")
    ring = KeyRing(path)
    assert presented.split("_", 2)[2] not in path.read_text(encoding="utf-8")
    assert ring.remembered(presented) is None
    assert ring.recognise(presented) == made
    assert ring.remembered(presented) == made
    assert ring.recognise(presented[:-1] + ("A" if presented[-1] != "A" else "B")) is None
    revoke_key(path, made.key_id)
    assert ring.remembered(presented) is None
    assert ring.recognise(presented) is None
    assert ring.count() == 0


def test_keys__two_with_the_same_secret_hash_differently(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    first, one = add_key(path, "li", "viewer")
    second, other = add_key(path, "wang", "viewer")
    assert (first.salt, first.hash, one) != (second.salt, second.hash, other)
    forged = f"cap_{second.key_id}_{one.split('_', 2)[2]}"
    assert KeyRing(path).recognise(forged) is None


def test_keys__run_out_after_their_last_day(tmp_path: Path) -> None:
    path, today = tmp_path / "keys.json", dt.datetime.now(dt.UTC).date()
    _, lasting = add_key(path, "li", "viewer", expires_on=today)
    _, ended = add_key(path, "wang", "viewer", expires_on=today - dt.timedelta(days=1))
    ring = KeyRing(path)
    assert ring.recognise(lasting) is not None
    assert ring.recognise(ended) is None


def test_keys__name_in_use_is_refused_until_it_is_revoked(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    made, _ = add_key(path, "li", "viewer")
    with pytest.raises(Exception, match="holds a key already"):
        add_key(path, " li ", "admin")
    revoke_key(path, made.key_id)
    add_key(path, "li", "admin")
    assert [key.role for key in read_keys(path)] == ["viewer", "admin"]


def test_limit__of_a_key_says_when_to_come_again_and_leaves_others_alone(tmp_path: Path) -> None:
    made = serving(tmp_path, limits=Limits(per_minute=1.0, burst=3.0))
    with made.client:
        answers = [made.get("/words", "viewer") for _ in range(4)]
        assert [one.status_code for one in answers] == [200, 200, 200, 429]
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
        assert made.get("/words", "engineer").status_code == 200


def test_limit__an_assessment_costs_more(tmp_path: Path) -> None:
    made = serving(tmp_path, limits=Limits(per_minute=1.0, burst=5.0, assessment_cost=4.0))
    with made.client:
        assert [made.post("/assessments", ASKED, "viewer").status_code for _ in range(2)] == [201, 429]


def test_limit__wrong_keys_are_not_tried_for_ever(tmp_path: Path) -> None:
    made = serving(tmp_path, limits=Limits(wrong_keys_per_minute=3.0))
    with made.client:
        found = [made.get("/words", None, headers={"X-API-Key": f"cap_0000000{n}_x"}).status_code for n in range(5)]
        assert found == [401, 401, 401, 429, 429]


def test_limit__of_an_address_holds_for_everybody_there(tmp_path: Path) -> None:
    made = serving(tmp_path, limits=Limits(address_per_minute=1.0, address_burst=2.0))
    with made.client:
        answers = [made.get("/health", None) for _ in range(3)]
        assert [one.status_code for one in answers] == [200, 200, 429]
        assert answers[-1].json()["code"] == "too_often"


def test_body__too_large_is_refused_also_when_its_length_is_not_told(tmp_path: Path) -> None:
    made = serving(tmp_path, limits=Limits(body_bytes=1000))
    with made.client:
        assert made.post("/assessments", {"kw": 1, "node_id": "x" * 2000}).status_code == 413
        chunks = iter([b"{" + b" " * 800, b" " * 800])
        assert made.ask("POST", "/assessments", content=chunks).status_code == 413


@pytest.mark.parametrize(
    ("host", "status"),
    [("127.0.0.1:8765", 200), ("localhost", 200), ("[::1]:8765", 200), ("evil.example", 400), ("127.0.0.1.evil", 400)],
)
def test_host__others_are_turned_away(served: Served, host: str, status: int) -> None:
    answer = served.get("/health", None, headers={"Host": host})
    assert answer.status_code == status
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/api/v1/health", "/api/v1/basis", "/api/v1/nothing", "/", "/assets/none.js"])
def test_headers__on_every_answer(served: Served, path: str) -> None:
    headers = served.client.get(path, headers={"Origin": "https://evil.example"}).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"
    policy = headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["cache-control"] == ("no-store" if path.startswith("/api/") else "no-cache")
    assert "access-control-allow-origin" not in headers
    assert "set-cookie" not in headers


def test_names__every_role_has_a_name_of_its_own() -> None:
    assert len({name for name, _ in WHO.values()}) == len(WHO)
