"""``capacity applications`` and ``--register`` as people type them."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
from hand_case import WINDOW, hand_case
from typer.testing import CliRunner

from capacity.applications import register as reg
from capacity.case import load_case, write_case
from capacity.cli import app, main, printing
from capacity.runs import read_manifest, read_run

RUNNER = CliRunner()
PART = ["--from", str(WINDOW.start), "--to", str(WINDOW.end), "--no-pictures", "--no-workbook"]


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = str(tmp_path / "register.db")
    monkeypatch.setenv("CAPACITY_REGISTER", url)
    monkeypatch.setenv("CAPACITY_WHO", "li")
    monkeypatch.setattr(printing.console, "width", 250)  # tables as wide as they like
    typed("init")
    return url


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_case(hand_case(), tmp_path / "hand")
    return tmp_path / "hand"


def typed(*words: object, code: int = 0, lang: str = "en") -> str:
    result = RUNNER.invoke(app, ["--lang", lang, "applications", *map(str, words)], terminal_width=250)
    assert result.exit_code == code, result.output + repr(result.exception)
    return result.output


def failing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: Sequence[object]) -> str:
    monkeypatch.setattr(sys, "argv", ["capacity", "--lang", "en", *map(str, words)])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 1
    return capsys.readouterr().err


def added(kw: float = 30, transformer: str = "T1") -> str:
    said = typed("add", "--kw", kw, "--customer-kind", "other", "--transformer", transformer, "--json")
    return str(json.loads(said)["application_id"])


def test_applications__from_receipt_to_energisation(url: str, folder: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    RUNNER.invoke(app, ["run", str(folder), "--out", str(run), "--register", url, *PART], catch_exceptions=False)
    name = added()
    assert "offered" in typed("offer", name, "--valid-until", "2099-01-01")
    assert "31.6 kVA reserved, checked against 120.0 kVA" in typed("accept", name, "--run", run, "--why", "agreed")
    assert json.loads(typed("due", "--json"))[0]["state"] == "running"
    assert "用电时刻表" in typed("timetable", name, lang="zh")
    typed("works-started", name)
    typed("works-ready", name)
    typed("energise", name)
    shown = typed("show", name)
    assert "agreed" in shown
    assert "energised" in typed("list", "--status", "energised")
    typed("taken-up", name, "--why", "in the ledger")
    assert "is what its history says" in typed("verify")
    assert json.loads(typed("snapshot"))["applications"][0]["status"] == "energised"


def test_accept__refused_with_figures_in_both_languages(
    url: str, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tmp_path / "run"
    RUNNER.invoke(app, ["run", str(folder), "--out", str(run), *PART], catch_exceptions=False)
    name = added(130)
    typed("offer", name)
    said = failing(capsys, monkeypatch, ["applications", "accept", name, "--run", run])
    assert "136.8 kVA" in said
    assert "120.0 kVA" in said
    assert "room" in typed("show", name)
    assert "可用 120.0 kVA" in typed("show", name, lang="zh")


def test_accept__on_a_claim_of_another_program(url: str, tmp_path: Path) -> None:
    name = added(10)
    typed("offer", name)
    register = reg.open_register(url)
    snapshot = reg.take_snapshot(register)
    elements = [vars(snapshot.version(kind, of)) for kind, of in  # type: ignore[arg-type]  # literals
                (("transformer", "T1"), ("feeder", "F1"), ("substation", "S1"))]  # fmt: skip
    claim = {"application_id": name, "application_version": 2, "reserved_kw": 10.0, "reserved_kva": 10.5,
             "figure_kva": 50.0, "elements": elements, "verdict": "yes"}  # fmt: skip
    (tmp_path / "claim.json").write_text(json.dumps(claim), encoding="utf-8")
    assert "10.5 kVA reserved" in typed("accept", name, "--claim", tmp_path / "claim.json")
    typed("accept", name, code=2)
    (tmp_path / "claim.json").write_text("{}", encoding="utf-8")
    typed("accept", name, "--claim", tmp_path / "claim.json", code=1)


def test_add__wrong_usage_exits_two_and_a_wrong_application_one(
    url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    typed("add", "--kw", "ten", "--customer-kind", "other", code=2)
    typed("add", "--kw", 10, "--customer-kind", "emperor", code=2)
    typed("add", "--kw", 10, "--customer-kind", "other", "--at", "here", code=2)
    said = failing(
        capsys, monkeypatch, ["applications", "add", "--kw", 5000, "--customer-kind", "other", "--at", "99,25"]
    )
    assert "160 kW" in said
    assert json.loads(typed("list", "--json")) == []


def test_register__that_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = failing(capsys, monkeypatch, ["applications", "list", "--register", tmp_path / "typo.db"])
    assert "applications init" in said
    assert not (tmp_path / "typo.db").exists()


def test_version__tells_the_second_desk(
    url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    name = added()
    typed("offer", name, "--who", "wang")
    said = failing(capsys, monkeypatch, ["applications", "withdraw", name, "--why", "x", "--version", 1])
    assert "by wang" in said


def test_amend__changes_what_is_given_alone(url: str) -> None:
    name = added(30)
    done = json.loads(typed("amend", name, "--kw", 20, "--why", "smaller", "--json"))
    assert (done["facts"]["p_kw"], done["facts"]["transformer_id"]) == (20.0, "T1")


def test_export_import__between_two_registers(url: str, folder: Path, tmp_path: Path) -> None:
    added()
    for name in ("a.csv", "a.xlsx"):
        typed("export", tmp_path / name)
        other = ["--register", tmp_path / f"{name}.db"]
        typed("init", *other)
        assert "1 applications were taken over" in typed("import", tmp_path / name, *other)
    typed("export", tmp_path / "a.pdf", code=2)
    assert "0 applications" in typed("import", folder)  # the case's own applications.csv, which is empty


def test_run_check__with_a_register(url: str, folder: Path, tmp_path: Path) -> None:
    added(kw=20)
    out = tmp_path / "run"
    done = RUNNER.invoke(
        app, ["--lang", "en", "run", str(folder), "--out", str(out), "--register", url, *PART], catch_exceptions=False
    )
    assert "of the register: 1 applications" in done.output
    sha256 = reg.take_snapshot(reg.open_register(url)).sha256
    assert read_manifest(out).input_hashes["register"] == sha256
    assert read_run(out).applications["status"].tolist() == ["received"]
    assert "beyond the room" in typed("overcommitted", out)
    verified = RUNNER.invoke(app, ["verify", str(out), "--nodes", "1"])
    assert verified.exit_code == 0, verified.output
    checked = RUNNER.invoke(app, ["check", str(folder), "--register", url])
    assert checked.exit_code == 0


def test_month__freezes_the_register_as_of_the_new_readings(url: str, folder: Path, tmp_path: Path) -> None:
    added(kw=20)
    later = load_case(folder).measurements
    later = later.assign(timestamp=later["timestamp"] + pd.Timedelta(days=2))
    later.to_csv(tmp_path / "new.csv", index=False, encoding="utf-8-sig")
    words = ["month", str(folder), "--readings", str(tmp_path / "new.csv"), "--results", str(tmp_path / "results")]
    done = RUNNER.invoke(app, ["--lang", "en", *words, "--register", url], catch_exceptions=False)
    assert "of the register: 1 applications" in done.output
    manifest = read_manifest(tmp_path / "results" / "hand-2026-01-05")
    assert manifest.input_hashes["register"] == reg.take_snapshot(reg.open_register(url)).sha256


def test_run__a_city_is_run_member_by_member(url: str, tmp_path: Path) -> None:
    (tmp_path / "city").mkdir()
    (tmp_path / "city" / "city.toml").write_text("", encoding="utf-8")
    assert RUNNER.invoke(app, ["run", str(tmp_path / "city"), "--register", url]).exit_code == 2
