"""The audit log: who, what, how it ended; nothing that opens a door, nothing of a customer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fakes import Served, serving

from capacity.service.audit import AuditFailure, AuditLog


def _entries(served: Served) -> list[dict[str, Any]]:
    path = served.service.audit._path
    assert path is not None
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_entries__a_change_is_announced_before_it_is_done(served: Served) -> None:
    made = served.offered()
    added, begun, done = _entries(served)[1:]
    assert (begun["begun"], begun["action"], begun["who"], begun["role"]) == (True, "offer", "li", "engineer")
    assert begun["request_id"] == done["request_id"]
    assert (done["status"], done["application_id"], done["application_status"]) == (
        200,
        made["application_id"],
        "offered",
    )
    assert (added["action"], added["status"], added["application_id"]) == ("add", 201, made["application_id"])


def test_entries__refused_doors_are_in_it_and_no_key_ever(served: Served) -> None:
    secret = "cap_0000abcd_verysecretverysecret"
    served.get("/basis", None, headers={"X-API-Key": secret})
    served.get("/map", "viewer")
    facts = {"p_kw": 5, "customer_kind": "resident", "transformer_id": "T1", "customer": "王小明"}
    served.post("/applications", facts)
    entries = _entries(served)
    assert [one["status"] for one in entries if "begun" not in one] == [401, 403, 201]
    text = json.dumps(entries, ensure_ascii=False)
    assert secret not in text
    assert "王小明" not in text
    assert not any(one.split("_", 2)[2] in text for one in served.presented.values())


def test_entries__a_line_break_in_a_path_starts_no_new_entry(served: Served) -> None:
    served.get('/applications/a%0a{"who":"chen"}')
    assert len(_entries(served)) == 1


def test_log__is_put_aside_past_its_size_and_nothing_is_lost(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit.jsonl", largest_bytes=300)
    for number in range(20):
        log.write({"number": number})
    files = sorted(tmp_path.glob("audit*.jsonl"))
    assert len(files) > 2
    numbers = [json.loads(line)["number"] for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    assert sorted(numbers) == list(range(20))


def test_log__that_cannot_be_written_stops_changes(tmp_path: Path) -> None:
    made = serving(tmp_path)
    (tmp_path / "folder").mkdir()
    made.service.audit = AuditLog(tmp_path / "folder")  # a folder cannot be appended to
    with made.client:
        facts = {"p_kw": 5, "customer_kind": "resident", "transformer_id": "T1"}
        answer = made.post("/applications", facts)
        assert (answer.status_code, answer.json()["code"]) == (503, "no_audit")
        assert made.get("/applications").json()["total"] == 0
    with pytest.raises(AuditFailure):
        made.service.audit.write({})


def test_audit__administrators_read_the_newest_first(served: Served) -> None:
    served.offered()
    entries = served.get("/audit?limit=2", "admin").json()["entries"]
    assert [one["action"] for one in entries] == ["offer", "offer"]
    assert entries[0]["status"] == 200
