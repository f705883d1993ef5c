"""Node capacity on the command line: what a run says of it, when it exits with 3, and a node's profile."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from hand_case import WINDOW
from typer.testing import CliRunner
from verification_cases import street_case

from capacity.case import write_case
from capacity.cli import app, main
from capacity.runs import read_manifest, read_run

RUNNER = CliRunner()
PART = ["--from", str(WINDOW.start), "--to", str(WINDOW.end), "--no-pictures"]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case and its run."""
    folder = tmp_path_factory.mktemp("place")
    write_case(street_case(), folder / "case")
    said = typed("run", folder / "case", "--out", folder / "run", *PART)
    (folder / "said.txt").write_text(said, encoding="utf-8")
    return folder


def typed(*words: object, code: int = 0, lang: str = "en") -> str:
    result = RUNNER.invoke(app, ["--lang", lang, *map(str, words)], terminal_width=200)
    assert result.exit_code == code, result.output + repr(result.exception)
    return result.output


def test_run__tells_of_nodes_and_their_test(place: Path) -> None:
    said = (place / "said.txt").read_text(encoding="utf-8")
    assert "node capacity: 3 nodes, 3 can take load, 0 at zero, 0 unknown" in said
    assert "node figures put to the test: 3 nodes, 0 too large, 0 too small" in said
    assert read_manifest(place / "run").node_shape == "flat"


def test_run__day_shape_is_recorded_said_and_not_put_to_the_test(place: Path, tmp_path: Path) -> None:
    said = typed("run", place / "case", "--out", tmp_path / "r", "--node-shape", "residential", *PART)
    assert "peak kVA of a load of the shape 'residential day'" in said
    manifest = read_manifest(tmp_path / "r")
    assert (manifest.node_shape, manifest.verification) == ("residential", None)
    figures = [read_run(folder).nodes.set_index("node_id")["allowed_kva"] for folder in (place / "run", tmp_path / "r")]
    assert (figures[1] >= figures[0] - 0.2).all()
    assert (figures[1] > figures[0] + 0.2).any()
    result = RUNNER.invoke(app, ["--lang", "en", "verify", str(tmp_path / "r")])
    assert "only those of a flat load" in repr(result.exception)


def test_run__no_nodes(place: Path, tmp_path: Path) -> None:
    said = typed("run", place / "case", "--out", tmp_path / "r", "--no-nodes", *PART, lang="zh")
    assert "节点容量：未计算" in said
    assert read_run(tmp_path / "r").nodes["allowed_kva"].isna().all()
    assert read_manifest(tmp_path / "r").node_shape == ""


def test_run__a_false_open_figure_exits_three(place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from capacity import study

    honest = study.verify_sample

    def caught(*words: object, **more: object) -> object:
        found = honest(*words, **more)  # type: ignore[arg-type]
        return found.model_copy(update={"false_open": 1, "examples": ["house (line_loading wire): too much"]})

    monkeypatch.setattr(study, "verify_sample", caught)
    said = typed("run", place / "case", "--out", tmp_path / "r", *PART, code=3)
    assert "1 of 3 node figures put to the test break a limit" in said
    assert "house (line_loading wire): too much" in said
    assert (tmp_path / "r" / "manifest.json").exists()


def test_profile__table_csv_picture_and_json(place: Path, tmp_path: Path) -> None:
    out, picture = tmp_path / "p.csv", tmp_path / "p.png"
    said = typed("profile", place / "run", "--node", "house", "--out", out, "--picture", picture)
    assert "synthetic data" in said
    assert "offers limited in time" in said
    assert "at power factor 0.95" in said
    assert "at any time of the year (P9)" in said
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    table = pd.read_csv(out, encoding="utf-8-sig")
    assert len(table) == 288
    assert "允许接入容量 allowed capacity [kVA]" in table
    assert (table.loc[table["月 month"] == 2, "允许接入容量 allowed capacity [kVA]"] == "未知 unknown").all()
    assert picture.read_bytes().startswith(b"\x89PNG")
    told = json.loads(typed("profile", place / "run", "--node", "house", "--json"))
    cells = pd.DataFrame(told["cells"])
    stated = read_run(place / "run").nodes.set_index("node_id").loc["house", "allowed_kva"]
    assert cells["allowed_kva"].min() == pytest.approx(stated, abs=0.2)
    assert told["power_factor"] == 0.95


def test_profile__chinese(place: Path) -> None:
    said = typed("profile", place / "run", "--node", "T1-LV", lang="zh")
    assert "限时段用电方案" in said
    assert "合成数据" in said


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_profile__unknown_node_and_changed_case_exit_one(
    place: Path, tmp_path: Path, lang: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(*words: object) -> str:
        monkeypatch.setattr("sys.argv", ["capacity", "--lang", lang, "profile", *map(str, words)])
        with pytest.raises(SystemExit) as stopped:
            main()
        assert stopped.value.code == 1
        return capsys.readouterr().err

    assert "nowhere" in refused(place / "run", "--node", "nowhere")
    shutil.copytree(place / "case", tmp_path / "case")
    (tmp_path / "case" / "transformers.csv").write_bytes(b"")
    assert refused(place / "run", "--node", "house", "--case", tmp_path / "case")
