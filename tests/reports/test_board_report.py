"""From folders to files: any mixture, both editions, and every reason why not, said at once."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from dataclasses import fields, replace
from pathlib import Path

import pytest
from sample_plan import sample_plan
from sample_report import month_run, write_matrix, write_month, write_sample_plan
from typer.testing import CliRunner

from capacity.board_report import Made, make_report
from capacity.cli import app
from capacity.errors import RequestError
from capacity.runs import write_run
from capacity.runs.plan_store import write_plan
from capacity.tables.plan import Plan
from capacity.tables.run import Run

MADE_AT = dt.datetime(2026, 11, 3, 8, 0)


def dot(*_: object) -> tuple[bytes, ...]:
    """A picture that costs nothing."""
    import struct
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 2, 1, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\0\0")) + chunk(b"IEND", b""),
    )


def made(to: Path, *folders: Path, **how: object) -> Made:
    return make_report(folders, to, made_at=MADE_AT, draw=dot, **how)  # type: ignore[arg-type]


def chapters(done: Made) -> list[str]:
    return [one["key"] for one in done.record["chapters"]]


def test_report__any_mixture_of_one_case(folders: dict[str, Path], tmp_path: Path) -> None:
    done = made(tmp_path / "r", folders["matrix"], folders["september"], folders["july"], languages=("en",))
    assert chapters(done) == ["summary", "grid1", "development1", "futures1", "reading"]
    assert [one["key"] for one in done.record["sources"]] == ["S1", "S2", "S3"]
    assert {one.name for one in (tmp_path / "r").iterdir()} == {"report.en.html", "report.en.pdf", "report.json"}
    assert json.loads((tmp_path / "r" / "report.json").read_text(encoding="utf-8")) == done.record
    page = (tmp_path / "r" / "report.en.html").read_text(encoding="utf-8")
    assert "Synthetic data: no real grid" in page
    assert "城关东" in page


def test_report__a_scenario_is_a_chapter_of_its_own(folders: dict[str, Path], tmp_path: Path) -> None:
    scenario = write_month(tmp_path / "scenario", dt.date(2026, 9, 1), scenario="g")
    done = made(tmp_path / "r", folders["july"], scenario, folders["june"], languages=("en",))
    titles = {one["key"]: one["en"] for one in done.record["chapters"]}
    assert titles["grid1"] == "Present state of the grid: Sample county"
    assert titles["development1"] == "Development: Sample county"
    assert titles["grid2"] == "The grid under a scenario: Sample county (three years of growth)"
    assert "development2" not in titles


def test_report__plans_side_by_side(folders: dict[str, Path], tmp_path: Path) -> None:
    done = made(tmp_path / "r", folders["growth"], folders["high"], languages=("zh",))
    assert chapters(done) == ["summary", "plans", "plan1", "plan2", "reading"]
    page = (tmp_path / "r" / "report.zh.html").read_text(encoding="utf-8")
    assert "各规划对比" in page
    assert "情景high" in page


def test_report__quarterly(folders: dict[str, Path], tmp_path: Path) -> None:
    done = made(
        tmp_path / "q", folders["june"], folders["july"], folders["september"], edition="quarterly", languages=("en",)
    )
    assert chapters(done) == ["summary", "months", "changes", "projects", "state", "reading"]
    assert done.record["quarter"] == {
        "year": 2026,
        "number": 3,
        "months": {"2026-07": "sample-2026-08-01", "2026-08": None, "2026-09": "sample-2026-10-01"},
        "before": "sample-2026-07-01",
    }
    page = (tmp_path / "q" / "report.en.html").read_text(encoding="utf-8")
    assert "There is no run of 2026-08: nothing is known of these months." in page
    assert "none → accepted, not energised" in page
    assert "this report does not know of outages" in page


def test_report__replaces_a_former_report_and_nothing_else(folders: dict[str, Path], tmp_path: Path) -> None:
    target = tmp_path / "r"
    made(target, folders["growth"], languages=("en", "zh"))
    made(target, folders["growth"], languages=("en",))
    assert {one.name for one in target.iterdir()} == {"report.en.html", "report.en.pdf", "report.json"}
    other = tmp_path / "notes"
    other.mkdir()
    (other / "mine.txt").write_text("kept", encoding="utf-8")
    with pytest.raises(RequestError, match="no report"):
        made(other, folders["growth"])
    assert [one.name for one in other.iterdir()] == ["mine.txt"]


def test_report__nothing_half_written_when_a_picture_fails(folders: dict[str, Path], tmp_path: Path) -> None:
    def broken(*_: object) -> tuple[bytes, ...]:
        raise RuntimeError("no canvas")

    with pytest.raises(RuntimeError):
        make_report([folders["growth"]], tmp_path / "r", draw=broken)
    assert not (tmp_path / "r").exists()
    assert not [one for one in tmp_path.iterdir() if one.is_dir()]


def test_report__every_reason_at_once(folders: dict[str, Path], tmp_path: Path) -> None:
    empty, half, file, twin = (tmp_path / name for name in ("empty", "half", "file", "twin"))
    empty.mkdir()
    (half / "cells").mkdir(parents=True)
    file.write_text("", encoding="utf-8")
    shutil.copytree(folders["july"], twin)
    given = [folders["july"], folders["july"], twin, tmp_path / "gone", empty, half, folders["growth"]]
    with pytest.raises(RequestError) as told:
        make_report(given, file / "report", draw=dot)
    faults = "\n".join(told.value.faults_en)
    for part in (
        "is given twice", "are the same result", "there is no folder", "holds no run, matrix or plan",
        "is not finished", "different cases: sample", "cannot be written to",
    ):  # fmt: skip
        assert part in faults
    assert len(told.value.faults_en) == len(told.value.faults_zh) == 7


def test_report__damaged_tables_are_named(folders: dict[str, Path], tmp_path: Path) -> None:
    damaged = tmp_path / "damaged"
    shutil.copytree(folders["july"], damaged)
    (damaged / "areas.parquet").write_bytes(b"no")
    with pytest.raises(RequestError, match=r"areas\.parquet"):
        made(tmp_path / "r", damaged)
    assert not (tmp_path / "r").exists()


def test_report__several_cases_only_where_asked_for_and_said_on_every_page(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    other = write_sample_plan(tmp_path / "other", case_name="other-0-sw")
    with pytest.raises(RequestError, match="--several-cases"):
        made(tmp_path / "r", folders["growth"], other)
    done = made(tmp_path / "r", folders["growth"], other, several_cases=True, languages=("en",))
    assert any("Different cases side by side: other-0-sw, two" in mark["en"] for mark in done.record["marks"])
    assert "several cases" in (tmp_path / "r" / "report.en.html").read_text(encoding="utf-8").split("<footer>")[1]


def test_quarterly__refusals(folders: dict[str, Path], tmp_path: Path) -> None:
    again = write_month(tmp_path / "again", dt.date(2026, 7, 31), seed=8)
    scenario = write_month(tmp_path / "scenario", dt.date(2026, 9, 1), scenario="g")
    given = [folders["july"], again, scenario, folders["matrix"]]
    with pytest.raises(RequestError) as told:
        make_report(given, tmp_path / "q", edition="quarterly", draw=dot)
    faults = "\n".join(told.value.faults_en)
    assert "2 runs of 2026-07" in faults
    assert "is a run of a scenario" in faults
    assert "made of monthly runs" in faults
    with pytest.raises(RequestError, match="a month's run at least"):
        make_report([folders["matrix"]], tmp_path / "q", edition="quarterly", draw=dot)


def test_command__with_pictures_and_json(folders: dict[str, Path], tmp_path: Path) -> None:
    typed = ["--lang", "en", "report", str(folders["growth"]), "--to", str(tmp_path / "r"), "--lang", "en", "--json"]
    result = CliRunner().invoke(app, typed)
    assert result.exit_code == 0, result.output + repr(result.exception)
    record = json.loads(result.output)
    assert record["files"][1]["pages"] >= 4
    assert record["findings"][0]["en"].startswith("[S1] Plan (scenario growth): 4 needs, 3 measures chosen")


def test_report__of_results_that_hold_nothing(tmp_path: Path) -> None:
    run, plan = month_run(dt.date(2026, 10, 1)), sample_plan()
    write_run(replace(run, **_emptied(run, "manifest")), tmp_path / "run", workbook=False)  # type: ignore[arg-type]
    write_plan(replace(plan, **_emptied(plan, "record")), tmp_path / "plan")  # type: ignore[arg-type]
    done = made(tmp_path / "r", tmp_path / "run", tmp_path / "plan", several_cases=True, languages=("en",))
    assert chapters(done) == ["summary", "grid1", "plan1", "reading"]
    page = (tmp_path / "r" / "report.en.html").read_text(encoding="utf-8")
    for told in ("There are no alerts.", "There are no needs: no rule fires.", "was not computed."):
        assert told in page


def _emptied(thing: Run | Plan, record: str) -> dict[str, object]:
    return {field.name: getattr(thing, field.name).iloc[:0] for field in fields(thing) if field.name != record}


def test_matrix_alone__needs_no_run(tmp_path: Path) -> None:
    done = made(tmp_path / "r", write_matrix(tmp_path / "m"), languages=("en",))
    assert chapters(done) == ["summary", "futures1", "reading"]
