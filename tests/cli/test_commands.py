"""The commands as people type them, on the hand-worked case written to disk."""

import json
from pathlib import Path

import pandas as pd
import pytest
from hand_case import WINDOW, hand_case
from typer.testing import CliRunner

from capacity.case import load_case, write_case
from capacity.cli import app, main
from capacity.runs import read_manifest

RUNNER = CliRunner()
PART = ["--from", str(WINDOW.start), "--to", str(WINDOW.end)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_case(hand_case(), tmp_path / "hand")
    return tmp_path / "hand"


def typed(*words: object, code: int = 0) -> str:
    result = RUNNER.invoke(app, ["--lang", "en", *map(str, words)], terminal_width=200)
    assert result.exit_code == code, result.output + repr(result.exception)
    return result.output


def test_check__sound_case_exits_zero(folder: Path) -> None:
    assert "0 errors" in typed("check", folder)


def test_check__json_is_json(folder: Path) -> None:
    issues = json.loads(typed("check", folder, "--json"))
    assert all(issue["severity"] != "error" for issue in issues)


def test_check__errors_exit_one_and_name_everything(folder: Path) -> None:
    path = folder / "transformers.csv"
    table = pd.read_csv(path, encoding="utf-8-sig", dtype=str)
    table.loc[0, "area_id"], table.loc[1, "rated_kva"] = "A9", "large"
    table.to_csv(path, index=False, encoding="utf-8-sig")
    output = typed("check", folder, code=1)
    assert "A9" in output
    assert "large" in output


def test_run__writes_everything_and_says_where(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "results" / "hand"
    output = typed("run", folder, "--out", out, *PART)
    assert "synthetic data" in output
    assert "河边网格" in output
    assert {"areas.parquet", "alerts.parquet", "manifest.json", "summary.xlsx", "pictures"} <= {
        entry.name for entry in out.iterdir()
    }
    assert len(list((out / "pictures").glob("*.png"))) >= 3
    assert read_manifest(out).crosscheck_passed


def test_run__chinese(folder: Path, tmp_path: Path) -> None:
    result = RUNNER.invoke(
        app, ["--lang", "zh", "run", str(folder), "--out", str(tmp_path / "r"), "--no-pictures", *PART]
    )
    assert "合成数据" in result.output
    assert "可开放" in result.output


def test_run__json_is_the_manifest(folder: Path, tmp_path: Path) -> None:
    output = typed("run", folder, "--out", tmp_path / "r", "--no-pictures", "--json", *PART)
    assert json.loads(output)["case_name"] == "hand"


@pytest.mark.parametrize("words", [["--from", "yesterday-ish"], ["--from", "2030-01-01"], ["--engine", "magic"]])
def test_run__wrong_usage_exits_two(folder: Path, tmp_path: Path, words: list[str]) -> None:
    typed("run", folder, "--out", tmp_path / "r", *words, code=2)
    assert not (tmp_path / "r").exists()


def test_run__killed_while_writing_leaves_the_former_run(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "results" / "hand"
    typed("run", folder, "--out", out, "--no-pictures", *PART)
    before = read_manifest(out)

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("capacity.runs.store.write_summary", killed)
    RUNNER.invoke(app, ["run", str(folder), "--out", str(out), "--no-pictures", *PART])
    assert read_manifest(out) == before
    monkeypatch.undo()
    typed("run", folder, "--out", out, "--no-pictures", *PART)
    assert [entry.name for entry in out.parent.iterdir() if entry.is_dir()] == ["hand"]


def test_compare__says_why(folder: Path, tmp_path: Path) -> None:
    typed("run", folder, "--out", tmp_path / "before", "--no-pictures", *PART)
    case = load_case(folder)
    applications = pd.DataFrame([{"application_id": "N1", "transformer_id": "T1", "p_kw": 38.0, "status": "accepted"}])
    applications.to_csv(folder / "applications.csv", index=False, encoding="utf-8-sig")
    assert case.applications.empty
    typed("run", folder, "--out", tmp_path / "after", "--no-pictures", *PART)
    output = typed("compare", tmp_path / "before", tmp_path / "after")
    assert "N1" in output or "reserved" in output
    assert (tmp_path / "after" / "compare-with-before.xlsx").exists()


def test_template_and_import__empty_ledger_is_refused_with_every_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed("template", tmp_path / "ledger.xlsx")
    words = ["capacity", "--lang", "en", "import", f"workbook:{tmp_path / 'ledger.xlsx'}", str(tmp_path / "case")]
    monkeypatch.setattr("sys.argv", words)
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 1
    assert "error" in capsys.readouterr().err
    assert not (tmp_path / "case").exists()


def test_import__unknown_source_exits_two(tmp_path: Path) -> None:
    assert "unknown source" in typed("import", "excel:x.xlsx", tmp_path / "case", code=2)


def test_export_and_import__round_trip_without_lv_lines(folder: Path, tmp_path: Path) -> None:
    case = hand_case()
    case.net.trafo["std_type"] = ["S13-M-400/10", "S13-M-315/10"]
    case.net.line["std_type"] = "JKLYJ-10-120"
    write_case(case, folder)
    typed("export", folder, tmp_path / "ledger.xlsx", "--readings", tmp_path / "readings.csv", "--no-lv-lines")
    typed("import", f"workbook:{tmp_path / 'ledger.xlsx'}", tmp_path / "again", "--readings", tmp_path / "readings.csv")
    again, case = load_case(tmp_path / "again"), load_case(folder)
    assert again.transformers["rated_kva"].tolist() == case.transformers["rated_kva"].tolist()
    assert len(again.measurements) == len(case.measurements)


def test_month__appends_runs_and_compares(folder: Path, tmp_path: Path) -> None:
    typed("run", folder, "--out", tmp_path / "results" / "former", "--no-pictures")
    later = load_case(folder).measurements
    later = later.assign(timestamp=later["timestamp"] + pd.Timedelta(days=2))
    later.to_csv(tmp_path / "new.csv", index=False, encoding="utf-8-sig")
    output = typed("month", folder, "--readings", tmp_path / "new.csv", "--results", tmp_path / "results")
    assert "384 new readings" in output
    assert (tmp_path / "results" / "hand-2026-01-05" / "month.xlsx").exists()
    assert len(load_case(folder).measurements) == 768


def test_month__broken_readings_leave_the_case_as_it_was(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (folder / "measurements.parquet").read_bytes()
    (tmp_path / "new.csv").write_text("this is not a meter export", encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["capacity", "month", str(folder), "--readings", str(tmp_path / "new.csv")])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 1
    assert (folder / "measurements.parquet").read_bytes() == before


@pytest.mark.parametrize("command", ["export", "template"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_main__a_place_that_cannot_be_written_is_a_sentence(
    lang: str,
    command: str,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    taken = tmp_path / "taken"  # a file where a folder is needed, or a folder where a file is
    if command == "export":
        taken.write_text("taken", encoding="utf-8")
        words = ["export", str(folder), str(taken / "ledger.xlsx")]
    else:
        taken.mkdir()
        words = ["template", str(taken)]
    monkeypatch.setattr("sys.argv", ["capacity", "--lang", lang, *words])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 1
    said = capsys.readouterr().err
    assert "taken" in said
    assert ("写权限" if lang == "zh" else "your rights") in said
