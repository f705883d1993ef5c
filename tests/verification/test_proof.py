"""``capacity verify`` on a run on disk: what it says, what it writes, and what it refuses to verify against."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, replace
from pathlib import Path

import pandas as pd
import pytest
from hand_case import PEAK_AT, WINDOW, hand_case
from typer.testing import CliRunner
from verification_cases import Stated, exact_kva, with_figures, written

from capacity import checks, headroom, policy
from capacity.cli import app, main
from capacity.errors import InputError, RunError
from capacity.loadflow import LoadFlow
from capacity.proof import verify_run, verify_sample
from capacity.runs import read_manifest, read_run, write_run
from capacity.tables.run import Verification

RUNNER = CliRunner()
BY_T1 = Stated(0.0, "transformer_loading", "T1", PEAK_AT["T1"])
BY_T2 = Stated(0.0, "transformer_loading", "T2", PEAK_AT["T2"])


@pytest.fixture(scope="module")
def right() -> dict[str, Stated]:
    """The right figures of both nodes."""
    return {
        "T1-LV": replace(BY_T1, allowed_kva=exact_kva(hand_case(), "T1-LV") - 0.01),
        "T2-LV": replace(BY_T2, allowed_kva=exact_kva(hand_case(), "T2-LV", own_trafo="T2") - 0.01),
    }


@pytest.fixture(scope="module")
def kept(right: dict[str, Stated], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the case and its run with right figures."""
    return written(hand_case(), right, tmp_path_factory.mktemp("kept")).parent


@pytest.fixture
def place(kept: Path, tmp_path: Path) -> Path:
    """The same, to be changed."""
    shutil.copytree(kept, tmp_path / "copy")
    return tmp_path / "copy"


def told(*words: object, code: int) -> str:
    result = RUNNER.invoke(app, ["--lang", "en", *map(str, words)], terminal_width=200)
    assert result.exit_code == code, result.output + repr(result.exception)
    return result.output


def stated_otherwise(place: Path, node: str, kva: float) -> None:
    """Another figure for a node in the run on disk."""
    run = read_run(place / "run")
    nodes = run.nodes.copy()
    nodes.loc[nodes["node_id"].eq(node), "allowed_kva"] = kva
    write_run(replace(run, nodes=nodes), place / "run")


def test_verify__right_figures_hold(kept: Path) -> None:
    manifest = (kept / "run" / "manifest.json").read_bytes()
    output = told("verify", kept / "run", "--nodes", 10, "--seed", 4, code=0)
    assert "transformer load limit" in output
    assert "2 nodes drawn (seed 4): 192 steps solved for each, up to 100 of them with pandapower too" in output
    found = json.loads((kept / "run" / "verification.json").read_text(encoding="utf-8"))
    verdicts = found.pop("verdicts")
    summary = Verification.model_validate(found)
    assert (summary.nodes, summary.false_open, summary.false_blocked) == (2, 0, 0)
    assert (summary.binding_compared, summary.binding_agreed) == (2, 2)
    assert (summary.by_criterion, summary.seed, summary.full_window) == ({"transformer_loading": 2}, 4, True)
    assert (summary.steps, summary.reference_steps) == (192, 100)
    assert [one["outcome"] for one in verdicts] == ["agrees", "agrees"]
    assert (kept / "run" / "manifest.json").read_bytes() == manifest
    assert not list((kept / "run").glob(".verification*"))


def test_verify__wrong_figures_are_named_and_exit_three(place: Path, right: dict[str, Stated]) -> None:
    stated_otherwise(place, "T1-LV", right["T1-LV"].allowed_kva + 2.0)
    stated_otherwise(place, "T2-LV", 10.0)
    result = RUNNER.invoke(app, ["--lang", "zh", "verify", str(place / "run")], terminal_width=200)
    assert result.exit_code == 3
    assert "虚高" in result.output
    found = json.loads(told("verify", place / "run", "--json", code=3).split("some node figures")[0])
    assert (found["false_open"], found["false_blocked"]) == (1, 1)
    assert {one["node_id"]: one["outcome"] for one in found["verdicts"]} == {
        "T1-LV": "false_open",
        "T2-LV": "false_blocked",
    }
    worst = found["examples"]
    assert any("T1-LV" in line and "transformer_loading T1 at 2026-01-01 19:15" in line for line in worst)
    assert any("T2-LV" in line and "breaks nothing, stated 10.00 kVA" in line for line in worst)


def test_verify__same_verdicts_with_any_number_of_workers(kept: Path) -> None:
    one, three = (pd.DataFrame(map(asdict, verify_run(kept / "run", nodes=1, workers=n).verdicts)) for n in (1, 3))
    pd.testing.assert_frame_equal(one, three, rtol=1e-6)


def test_verify__changed_case_is_refused_and_every_change_named(place: Path) -> None:
    case = place / "case"
    (case / "transformers.csv").write_bytes((case / "transformers.csv").read_bytes() + b"\n")
    (case / "projects.csv").unlink(missing_ok=True)
    with pytest.raises(InputError) as refused:
        verify_run(place / "run", case_folder=case)
    named = {issue.file: issue.sentence_en for issue in refused.value.issues}
    assert "it has changed" in named["transformers.csv"]
    assert set(named) <= {"transformers.csv", "projects.csv"}
    assert all(issue.sentence_zh for issue in refused.value.issues)


def test_verify__case_that_moved_is_found_where_one_says(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = read_run(place / "run")
    gone = run.manifest.model_copy(update={"case_folder": str(place / "gone")})
    write_run(replace(run, manifest=gone), place / "run")
    monkeypatch.setattr("sys.argv", ["capacity", "--lang", "en", "verify", str(place / "run")])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 1
    assert "--case" in capsys.readouterr().err
    assert verify_run(place / "run", case_folder=place / "case", nodes=1).holds


def test_verify__run_without_figures_has_nothing_to_verify(place: Path) -> None:
    run = read_run(place / "run")
    write_run(replace(run, nodes=run.nodes.assign(allowed_kva=float("nan"))), place / "run")
    with pytest.raises(InputError, match="no node figure"):
        verify_run(place / "run")


def test_verify__other_policy_is_refused(place: Path) -> None:
    run = read_run(place / "run")
    values = run.manifest.policy_values | {"transformer_limit_percent": 75.0}
    write_run(replace(run, manifest=run.manifest.model_copy(update={"policy_values": values})), place / "run")
    with pytest.raises(InputError, match=r"the run took 75\.0, the policy now says 80\.0"):
        verify_run(place / "run")


def test_verify__no_run(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="not a complete run"):
        verify_run(tmp_path)


def test_verify__a_new_run_in_the_same_folder_drops_the_old_verdicts(place: Path) -> None:
    told("verify", place / "run", "--nodes", 1, code=0)
    assert (place / "run" / "verification.json").exists()
    write_run(read_run(place / "run"), place / "run")
    assert not (place / "run" / "verification.json").exists()


def test_run__manifest_says_where_its_case_lies(kept: Path, tmp_path: Path) -> None:
    window = ["--from", str(WINDOW.start), "--to", str(WINDOW.end), "--no-pictures"]
    scenario = tmp_path / "more.yaml"
    scenario.write_text("name: more\ntitle_zh: 更多\ntitle_en: more\n", encoding="utf-8")
    told("run", kept / "case", "--scenario", scenario, "--out", tmp_path / "run", *window, code=0)
    manifest = read_manifest(tmp_path / "run")
    assert Path(manifest.case_folder) == (kept / "case").absolute()
    assert Path(manifest.scenario_file) == scenario.absolute()
    scenario.write_text("name: more\ntitle_zh: 更多\ntitle_en: still more\n", encoding="utf-8")
    run = read_run(tmp_path / "run")
    write_run(replace(run, nodes=run.nodes.assign(allowed_kva=0.0)), tmp_path / "run")
    with pytest.raises(InputError, match=r"more\.yaml.*it has changed"):
        verify_run(tmp_path / "run")


def test_verify_sample__finds_what_is_wrong_at_few_steps(right: dict[str, Stated]) -> None:
    case = hand_case()
    rules = policy.policy_of(case)
    readings = checks.judge_readings(case, WINDOW)
    flow = LoadFlow(case, WINDOW, levels_percent=(80.0, 100.0), readings=readings)
    solved = flow.solve_year(crosscheck=False)
    reserved = headroom.reserved_demand(case, rules)

    def sample(figures: dict[str, Stated]) -> Verification:
        run = with_figures(case, figures)
        return verify_sample(case, rules, flow, solved, run.transformers, run.nodes, reserved)

    good = sample(right)
    assert (good.nodes, good.false_open, good.false_blocked, good.full_window) == (2, 0, 0, False)
    assert good.reference_steps == 0
    assert 60 <= good.steps <= 100
    t1, t2 = right["T1-LV"], right["T2-LV"]
    bad = sample({"T1-LV": replace(t1, allowed_kva=t1.allowed_kva + 1.0), "T2-LV": replace(t2, allowed_kva=5.0)})
    assert (bad.false_open, bad.false_blocked) == (1, 1)
