"""``capacity serve``: keys on the command line, where it listens, and what it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeAssessor
from fastapi.testclient import TestClient
from hand_case import hand_case
from sample_assessment import sample_assessment
from typer.testing import CliRunner

from capacity.cli import app, serve
from capacity.cli.assess_opening import Opened
from capacity.service import create_app, read_keys
from capacity.service.state import Service

RUNNER = CliRunner()


def typed(*words: object, code: int = 0) -> str:
    result = RUNNER.invoke(app, ["--lang", "en", *map(str, words)], terminal_width=200)
    assert result.exit_code == code, result.output + repr(result.exception)
    return result.output


@pytest.fixture
def listening(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Service, str, int, bool]]:
    """What would have been served, and where."""
    found: list[tuple[Service, str, int, bool]] = []

    @contextmanager
    def opened(*_given: object) -> Iterator[Opened]:
        yield Opened(hand_case(), None, FakeAssessor(), lambda stage, done, total: None)

    monkeypatch.setattr(serve, "opened", opened)
    monkeypatch.setattr(serve, "_listen", lambda *given: found.append(given))
    return found


def test_keys__made_listed_revoked(tmp_path: Path) -> None:
    keys = tmp_path / "keys.json"
    told = typed("serve", "keys", "add", "li", "--role", "engineer", "--expires", "2099-12-31", "--keys", keys)
    presented = told.split()[-1]
    (key,) = read_keys(keys)
    assert presented.startswith(f"cap_{key.key_id}_")
    assert (key.name, key.role, str(key.expires_on)) == ("li", "engineer", "2099-12-31")
    listed = typed("serve", "keys", "list", "--keys", keys)
    assert "li" in listed
    assert presented not in listed
    assert "revoked" in typed("serve", "keys", "revoke", key.key_id, "--keys", keys)
    assert read_keys(keys)[0].revoked_at is not None


def test_keys__damaged_file_and_unknown_id_change_nothing(tmp_path: Path) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text("{}}", encoding="utf-8")
    result = RUNNER.invoke(app, ["serve", "keys", "add", "li", "--role", "viewer", "--keys", str(keys)])
    assert "not a file of keys" in str(result.exception)
    assert keys.read_text(encoding="utf-8") == "{}}"
    keys.unlink()
    result = RUNNER.invoke(app, ["serve", "keys", "revoke", "0badc0de", "--keys", str(keys)])
    assert "no key '0badc0de'" in str(result.exception)
    assert not keys.exists()


def test_serve__on_loopback_without_keys_has_one_that_is_kept_nowhere(tmp_path: Path, listening: list[Any]) -> None:
    keys, audit = tmp_path / "keys.json", tmp_path / "audit.jsonl"
    told = typed("serve", "anything", "--keys", keys, "--audit", audit, "--port", 8123)
    presented = next(word for word in told.split() if word.startswith("cap_"))
    ((service, host, port, behind_proxy),) = listening
    assert (host, port, behind_proxy) == ("127.0.0.1", 8123, False)
    assert not keys.exists()
    with TestClient(create_app(service), base_url="http://localhost") as client:
        answer = client.get("/api/v1/basis", headers={"X-API-Key": presented})
        assert answer.json()["key"]["role"] == "admin"
        assert answer.json()["register"] is False
    assert presented not in audit.read_text(encoding="utf-8")


def test_serve__elsewhere_takes_an_explicit_word_and_keys(tmp_path: Path, listening: list[Any]) -> None:
    keys = tmp_path / "keys.json"
    words = ["serve", "anything", "--keys", keys, "--audit", tmp_path / "audit.jsonl", "--host", "10.0.0.7"]
    assert "beyond-this-machine" in typed(*words, code=2)
    assert "keys" in typed(*words, "--beyond-this-machine", code=2)
    typed("serve", "keys", "add", "li", "--role", "viewer", "--keys", keys)
    assert listening == []
    typed(*words, "--beyond-this-machine", "--allow-host", "grid.example")
    ((service, host, _, _),) = listening
    assert host == "10.0.0.7"
    assert set(service.hosts) == {"127.0.0.1", "localhost", "::1", "10.0.0.7", "grid.example"}


def test_serve__sheets_are_those_of_the_command_line(tmp_path: Path, listening: list[Any]) -> None:
    typed("serve", "anything", "--keys", tmp_path / "keys.json", "--audit", tmp_path / "audit.jsonl")
    service = listening[0][0]
    assert service.sheets["xlsx"](sample_assessment(), "zh")[:2] == b"PK"
    service.close()
