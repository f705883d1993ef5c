"""``capacity plan`` and ``capacity verify`` of a plan as people type them; the planning itself is a stand-in here."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hand_case import hand_case
from sample_plan import sample_claims, sample_library, sample_plan, sample_programme, sample_record
from typer.testing import CliRunner

from capacity.case import load_case, write_case
from capacity.case.library import merge_projects
from capacity.cli import app, main, printing
from capacity.cli.plan_library import _sought
from capacity.proof import sha256_of
from capacity.runs.plan_store import read_plan, write_plan
from capacity.tables.case import Case
from capacity.tables.plan import Plan
from capacity.tables.scenario import Scenario

RUNNER = CliRunner()
FUTURE = "name: growth\ntitle_zh: 温和增长\ntitle_en: moderate growth\nhorizon_years: 3\n"
Asked = dict[str, Any]


def typed(*words: object, code: int = 0, lang: str = "en") -> str:
    result = RUNNER.invoke(app, ["--lang", lang, *map(str, words)], terminal_width=250)
    assert result.exit_code == code, result.output + repr(result.exception)
    return result.output


def complaint(*words: object, lang: str = "en") -> str:
    """What is said of a command that was typed wrongly, out of its frame and in one line."""
    return " ".join(typed(*words, code=2, lang=lang).replace("│", " ").split())


def refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: object, lang: str = "en"
) -> str:
    """What is said where the input is refused (exit code 1)."""
    monkeypatch.setattr("sys.argv", ["capacity", "--lang", lang, *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    return "".join(capsys.readouterr())


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing.console, "width", 250)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("case") / "hand"
    write_case(hand_case(), place)
    return place


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(written, tmp_path / "hand"))


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    (tmp_path / "growth.yaml").write_text(FUTURE, encoding="utf-8")
    return tmp_path / "growth.yaml"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What the stand-in was asked; it answers with the sample."""
    seen: Asked = {}

    def make_plan(case: Case, scenario: Scenario | None = None, **options: Any) -> SimpleNamespace:
        seen.update(options, scenario=scenario)
        options["progress"]("load flow", 1, 2)
        named = sample_record(input_hashes=dict(case.hashes), scenario=scenario.name if scenario else "")
        made = sample_plan(record=named)
        return SimpleNamespace(plan=made, programme=sample_programme(made), library=sample_library())

    monkeypatch.setattr("capacity.reinforcing.make_plan", make_plan, raising=False)
    return seen


def answering(monkeypatch: pytest.MonkeyPatch, claims: pd.DataFrame) -> list[Scenario | None]:
    """A stand-in that verifies a plan with these claims; the scenarios it was given."""
    seen: list[Scenario | None] = []

    def verify_plan(case: Case, plan: Plan, scenario: Scenario | None, **_: Any) -> pd.DataFrame:
        seen.append(scenario)
        return claims

    monkeypatch.setattr("capacity.reinforcing.verify_plan", verify_plan, raising=False)
    return seen


def test_plan__writes_everything_and_says_what_matters(
    folder: Path, scenario: Path, asked: Asked, tmp_path: Path
) -> None:
    to = tmp_path / "plans" / "hand"
    output = typed("plan", folder, "--scenario", scenario, "--to", to)
    assert {path.name for path in to.iterdir()} >= {"plan.json", "plan.xlsx", "projects.csv", "gantt-01.png"}
    kept = read_plan(to)
    assert kept.record.case_folder == str(folder)
    assert kept.record.scenario_file == str(scenario)
    assert len(kept.record.scenario_sha256) == 64
    assert kept.record.input_hashes == dict(load_case(folder).hashes)
    assert openpyxl.load_workbook(to / "plan.xlsx").sheetnames[0] == "概览 overview"
    for said in (
        "synthetic data", "scenario 'moderate growth', 2027–2029", "existing deficit", "M1: larger transformer T1",
        "cost in all 245,000 CNY", "P10 (must)", "only M6 would clear it", "2027–2029", "2027-01-15", "10.0",
        "funded 2027", "on time 1, late 1, 1 not in it, 2 outages (0 of them shared)", "330 → 480", "140 → 366",
        str(to), "1 transformer has no readings",
    ):  # fmt: skip
        assert said in output, said
    assert output.index("XM-M1+M2") < output.index("XM-M4") < output.index("XM-P19-A2")


def test_plan__chinese(folder: Path, scenario: Path, asked: Asked, tmp_path: Path) -> None:
    output = typed("plan", folder, "--scenario", scenario, "--to", tmp_path / "p", "--no-pictures", lang="zh")
    for said in (
        "合成数据", "情景“温和增长”", "存量问题", "M1: 配变增容 T1", "费用合计 245,000 元", "仅 M6 可消除",
        "必须立项和出库", "已安排 2027", "按期 1，延期 1", "停电 2 次", "不采取措施 → 实施规划后", "已写出",
    ):  # fmt: skip
        assert said in output, said
    assert not list((tmp_path / "p").glob("*.png"))


def test_plan__hands_over_what_was_asked(folder: Path, scenario: Path, asked: Asked, tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text('年度,预算\n2028,"1,500,000"\n', encoding="utf-8-sig")
    typed(
        "plan", folder, "--scenario", scenario, "--years", "1-2，2030", "--draw", 3, "--seed", 9,
        "--budget", "2027=3000000", "--budget", "2029=0", "--budget-file", tmp_path / "b.csv", "--crews", 2,
        "--months", 24, "--no-outages", "1,02,7", "--workers", 1, "--to", tmp_path / "p", "--no-pictures",
    )  # fmt: skip
    assert asked["years"] == (2027, 2028, 2030)
    assert asked["budget_yuan"] == {2027: 3_000_000.0, 2028: 1_500_000.0, 2029: 0.0}
    assert asked["no_outage_months"] == frozenset({1, 2, 7})
    assert [asked[name] for name in ("draw", "seed", "crews", "months", "workers")] == [3, 9, 2, 24, 1]
    assert asked["scenario"].name == "growth"


def test_plan__by_default_the_present_or_the_horizon(
    folder: Path, scenario: Path, asked: Asked, tmp_path: Path
) -> None:
    output = typed("plan", folder, "--to", tmp_path / "p", "--no-pictures")
    assert (asked["scenario"], asked["years"], asked["budget_yuan"]) == (None, (), None)
    assert (asked["crews"], asked["months"], asked["no_outage_months"]) == (4, None, frozenset())
    assert "the present grid, as of" in output
    assert read_plan(tmp_path / "p").record.scenario_sha256 == ""


def test_plan__json_is_the_record(folder: Path, asked: Asked, tmp_path: Path) -> None:
    output = typed("plan", folder, "--to", tmp_path / "p", "--no-pictures", "--json", "--write-library")
    assert json.loads(output) == json.loads((tmp_path / "p" / "plan.json").read_text(encoding="utf-8"))


def test_plan__names_every_bad_number_at_once(folder: Path, asked: Asked, tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text("year,budget_yuan\n2027,10\n2028,much\n\n", encoding="utf-8")
    words = [
        "plan", folder, "--to", tmp_path / "p", "--years", "soon,2030-2027,2020", "--budget", "2027=5",
        "--budget", "2028", "--budget", "2029=-1", "--budget", "2019=1", "--budget", "2030=nan",
        "--budget-file", tmp_path / "b.csv", "--no-outages", "2,13,x",
    ]  # fmt: skip
    output = complaint(*words)
    for said in (
        "--years needs --scenario", "'soon' is no span", "'2030-2027' is no span", "2020: before 2026",
        "'2028' is no budget", "'2029=-1' is no budget", "budget of 2019: before 2026", "'2030=nan' is no budget",
        "more than one budget for 2027", "'b.csv:3 2028=much' is no budget", "'13' is no month", "'x' is no month",
    ):  # fmt: skip
        assert said in output, said
    assert "无法理解月份“13”" in complaint(*words, lang="zh")
    assert not asked
    assert not (tmp_path / "p").exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "cannot be read"), (b"", "must name"), (b"when,money\n1,2\n", "must name"), (b"\xff\xfe", "read")],
)
def test_plan__a_budget_file_that_is_none(
    folder: Path, asked: Asked, tmp_path: Path, content: bytes | None, said: str
) -> None:
    if content is not None:
        (tmp_path / "b.csv").write_bytes(content)
    assert said in complaint("plan", folder, "--to", tmp_path / "p", "--budget-file", tmp_path / "b.csv")


def test_plan__will_not_write_over_something_else(
    folder: Path, asked: Asked, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "not a plan" in refused(monkeypatch, capsys, "plan", folder, "--to", folder)
    assert not asked  # refused before any work is done


def test_plan__into_the_library(folder: Path, asked: Asked, tmp_path: Path) -> None:
    library = folder / "projects.csv"
    words = ["plan", folder, "--to", tmp_path / "p", "--no-pictures", "--write-library"]
    assert "2 added, 0 updated, 0 unchanged, 0 left alone" in typed(*words)
    assert len(load_case(folder).projects) == 2
    text = library.read_text(encoding="utf-8-sig")
    text = text.replace("150000.0,2027-04-30,planned", "150000.0,2027-04-30,running").replace("95000.0", "1.0")
    library.write_text(text, encoding="utf-8-sig")
    said = "新增 0 项，更新 1 项，无变化 0 项，已非“计划”状态、未改动 1 项"
    assert said in typed(*words, lang="zh")
    assert load_case(folder).projects.set_index("project_id").loc["XM-M4", "cost_yuan"] == 95_000.0


def test_plan__names_what_a_former_plan_wrote_and_this_one_has_not(folder: Path, asked: Asked, tmp_path: Path) -> None:
    """F1's old project is not chosen any more, that of A2 is without a budget, F9 is no feeder; own rows count not."""
    former = (
        sample_library()
        .iloc[[0] * 5]
        .assign(
            project_id=["XM-F1-LT-T1", "XM-P19-A2", "XM-F9-LT-T9", "2025-007", "XM-F1-LT-done"],
            status=["planned"] * 4 + ["done"],
        )
    )
    merge_projects(folder / "projects.csv", former, dt.UTC)
    before = (folder / "projects.csv").read_bytes()
    words = ["plan", folder, "--to", tmp_path / "p", "--no-pictures", "--write-library"]
    said = typed(*words)
    assert "2 project(s) of a former plan: not chosen by this one" in said
    assert "published as relief: XM-F1-LT-T1, XM-F9-LT-T9. Set" in said
    assert "no budget of this one pays for it" in said
    assert "relief: XM-P19-A2. Set what will not be built to 'cancelled'" in said
    assert (folder / "projects.csv").read_bytes().startswith(before)  # nothing is taken away
    assert "XM-F1-LT-T1、XM-F9-LT-T9。不再实施的，请将状态改为 cancelled" in typed(*words, lang="zh")


def test_left_over__only_of_the_feeders_that_were_planned() -> None:
    known = ("F1", "F1-A", "F2")
    assert [_sought(name, known, ("F1",)) for name in ("F1-LT-T1", "F1-A-LT-T1", "F2-LT-T1", "P19-A2")] == [
        True, False, False, True,
    ]  # fmt: skip
    assert _sought("F2-LT-T1", known, ())


@pytest.fixture
def planned(folder: Path, scenario: Path, tmp_path: Path) -> Path:
    """A plan of the case and the scenario, kept as the command keeps it; its projects went into the library since."""
    record = sample_record(
        input_hashes=dict(load_case(folder).hashes),
        case_folder=str(folder),
        scenario_file=str(scenario),
        scenario_sha256=sha256_of(scenario),
    )
    write_plan(sample_plan(record=record), tmp_path / "p")
    merge_projects(folder / "projects.csv", sample_library(), dt.UTC)
    return tmp_path / "p"


def test_verify__claims_that_hold(planned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = answering(monkeypatch, sample_claims())
    output = typed("verify", planned)
    assert "claims put to the test" in output
    assert "2027 P4 T1: 84.2 → 53.5 %" in output  # the narrowest: 23.6 % below its threshold, T2's 24.8 %
    assert given[0] is not None
    assert given[0].name == "growth"
    pd.testing.assert_frame_equal(read_plan(planned).claims, sample_claims())
    assert openpyxl.load_workbook(planned / "plan.xlsx")["核验 claims"].max_row == 2 + len(sample_claims())


@pytest.mark.parametrize(
    ("lang", "table", "worst", "end"),
    [
        ("en", "broken", "2029 P5 A2: 120 → 151", "1 of 11 claims do not hold"),
        ("zh", "不成立", "2029 P5 A2: 120 → 151", "11 项成效中有 1 项不成立"),
    ],
)
def test_verify__a_broken_claim_exits_three(
    planned: Path, monkeypatch: pytest.MonkeyPatch, lang: str, table: str, worst: str, end: str
) -> None:
    answering(monkeypatch, sample_claims(holds=False))
    output = typed("verify", planned, code=3, lang=lang)
    for said in (table, worst, end):
        assert said in output, output


def test_verify__unknown_is_neither(planned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, sample_claims(holds=None))
    assert "2029 P5 A2: 120 → unknown kVA" in typed("verify", planned)


@pytest.mark.parametrize("option", ["--nodes", "--seed"])
def test_verify__options_of_runs_are_refused(
    planned: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    assert "of a plan every claim is verified" in refused(monkeypatch, capsys, "verify", planned, option, 1)


def test_verify__json(planned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, sample_claims(holds=False))
    output = typed("verify", planned, "--json", code=3)
    told = json.loads(output[: output.rindex("}") + 1])
    assert (told["held"], told["broken"], told["unknown"]) == (10, 1, 0)
    assert told["claims"][-1]["value_after"] == 151.0


def test_verify__a_workbook_open_in_excel_does_not_hide_the_verdict(
    planned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, sample_claims(holds=False))

    real = os.replace

    def open_in_excel(source: Path, target: Path) -> None:
        if target.suffix == ".xlsx":
            raise PermissionError(13, "in use")
        real(source, target)

    monkeypatch.setattr("os.replace", open_in_excel)
    assert "open in Excel" in typed("verify", planned, code=3)
    assert len(read_plan(planned).claims) == 11


def test_verify__refuses_what_the_plan_was_not_made_from(
    planned: Path, folder: Path, scenario: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answering(monkeypatch, sample_claims())
    kept = scenario.read_text(encoding="utf-8")
    scenario.write_text(kept + "# later\n", encoding="utf-8")
    (folder / "outages.csv").write_text("later", encoding="utf-8")
    (folder / "transformers.csv").write_bytes((folder / "transformers.csv").read_bytes() + b"\r\n")
    output = refused(monkeypatch, capsys, "verify", planned)
    assert "growth.yaml' has changed" in output
    assert "'outages.csv' of the case has been added" in output
    assert "'transformers.csv' of the case has changed" in output
    assert "projects.csv" not in output  # kept by hand from day to day
    assert "案例文件“transformers.csv”在规划之后已改动" in refused(monkeypatch, capsys, "verify", planned, lang="zh")
    assert len(read_plan(planned).claims) == 0


def test_verify__a_case_and_a_scenario_elsewhere(
    planned: Path, folder: Path, scenario: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answering(monkeypatch, sample_claims())
    case, file = folder.rename(folder.with_name("moved")), scenario.rename(scenario.with_name("moved.yaml"))
    output = refused(monkeypatch, capsys, "verify", planned)
    assert "--case" in output
    assert "--scenario" in output
    typed("verify", planned, "--case", case, "--scenario", file)


def test_verify__a_plan_that_is_not_whole(
    planned: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answering(monkeypatch, sample_claims())
    (planned / "needs.parquet").unlink()
    assert "needs.parquet: missing" in refused(monkeypatch, capsys, "verify", planned)
