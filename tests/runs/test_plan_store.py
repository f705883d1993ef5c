"""A plan's folder is whole or absent, and comes back as it was written."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from sample_plan import sample_claims, sample_plan, sample_record

from capacity.errors import RunError
from capacity.runs.plan_store import TABLES, holds_plan, read_plan, read_record, write_claims, write_plan
from capacity.runs.swap import only_writer
from capacity.tables._schema import empty


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    write_plan(sample_plan(), tmp_path / "p")
    return tmp_path / "p"


def test_read_plan__gives_back_what_was_written(stored: Path) -> None:
    plan, back = sample_plan(), read_plan(stored)
    assert back.record == plan.record == read_record(stored)
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(back, name), getattr(plan, name))
    assert holds_plan(stored)


def test_read_plan__keeps_the_unknown_unknown(stored: Path) -> None:
    back = read_plan(stored)
    assert back.measures["cost_yuan"].isna().tolist() == [False] * 5 + [True]
    assert back.years["losses_kwh"].isna().sum() == 4
    assert len(back.claims) == 0


def test_write_plan__nothing_to_do(tmp_path: Path) -> None:
    bare = replace(sample_plan(), **{name: empty(schema) for name, schema in TABLES.items()})
    write_plan(bare, tmp_path / "bare")
    assert all(len(getattr(read_plan(tmp_path / "bare"), name)) == 0 for name in TABLES)


def test_write_plan__replaces_a_plan_and_keeps_the_planners_notes(stored: Path) -> None:
    write_claims(stored, sample_claims())
    for name in ("备注.txt", "gantt-01.png", "gantt-02.png", "projects.csv", "plan.xlsx"):
        (stored / name).write_text(name, encoding="utf-8")
    later = replace(sample_plan(), record=sample_record(seed=7))
    write_plan(later, stored, also=lambda growing: (growing / "gantt-01.png").write_bytes(b"new"))
    back = read_plan(stored)
    assert back.record.seed == 7
    assert len(back.claims) == 0
    assert (stored / "备注.txt").read_text(encoding="utf-8") == "备注.txt"
    assert (stored / "gantt-01.png").read_bytes() == b"new"
    assert not {"gantt-02.png", "projects.csv", "plan.xlsx"} & {path.name for path in stored.iterdir()}


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_write_plan__will_not_replace_what_is_not_a_plan(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "documents"
    kept = place / "thesis.docx" if kind == "folder" else place
    kept.parent.mkdir(exist_ok=True)
    kept.write_text("years of work", encoding="utf-8")
    with pytest.raises(RunError, match=r"not a plan|not a folder"):
        write_plan(sample_plan(), place)
    assert kept.read_text(encoding="utf-8") == "years of work"


def test_write_plan__a_failure_half_way_leaves_the_former_state(stored: Path) -> None:
    def fail(growing: Path) -> None:
        assert (growing / "needs.parquet").exists()
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_plan(replace(sample_plan(), record=sample_record(seed=7)), stored, also=fail)
    assert read_plan(stored).record.seed == 0
    assert [path.name for path in stored.parent.iterdir() if path.is_dir()] == ["p"]


def test_write_plan__a_table_against_its_schema_is_not_written(stored: Path) -> None:
    wrong = replace(sample_plan(), projects=sample_plan().projects.assign(urgency="soon"))
    with pytest.raises(Exception, match="isin"):
        write_plan(wrong, stored)
    assert set(read_plan(stored).projects["urgency"]) == {"must", "pre_control", "may"}


def test_read_plan__tells_every_problem_at_once(stored: Path) -> None:
    (stored / "needs.parquet").unlink()
    (stored / "areas.parquet").write_bytes(b"not parquet")
    read = pd.read_parquet(stored / "years.parquet")
    read.drop(columns="p4").to_parquet(stored / "years.parquet")
    with pytest.raises(RunError) as told:
        read_plan(stored)
    for part in ("needs.parquet: missing", "areas.parquet: damaged", "years.parquet: columns differ", "不是完整的规划"):
        assert part in str(told.value)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "missing / 缺失"),
        ("{", "damaged / 已损坏"),
        ("[]", "damaged / 已损坏"),
        ('{"format": 1}', "damaged / 已损坏"),
        ('{"format": 99}', "format 99, this program reads 1; plan again"),
    ],
)
def test_read_plan__a_record_that_is_none(stored: Path, content: str | None, sentence: str) -> None:
    (stored / "plan.json").unlink()
    if content is not None:
        (stored / "plan.json").write_text(content, encoding="utf-8")
    for read in (read_plan, read_record):
        with pytest.raises(RunError, match=sentence):
            read(stored)


def test_read_plan__no_folder(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="there is no folder"):
        read_plan(tmp_path / "nowhere")
    assert not holds_plan(tmp_path / "nowhere")


def test_write_claims__takes_the_place_of_the_former(stored: Path) -> None:
    before = json.loads((stored / "plan.json").read_text(encoding="utf-8"))
    write_claims(stored, sample_claims(holds=None))
    pd.testing.assert_frame_equal(read_plan(stored).claims, sample_claims(holds=None))
    write_claims(stored, sample_claims())
    pd.testing.assert_frame_equal(read_plan(stored).claims, sample_claims())
    assert json.loads((stored / "plan.json").read_text(encoding="utf-8")) == before
    assert not [path for path in stored.iterdir() if path.name.startswith(".")]


def test_write_claims__not_into_what_is_no_plan_or_being_written(stored: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(RunError, match="not a complete plan"):
        write_claims(tmp_path / "empty", sample_claims())
    with only_writer(stored), pytest.raises(RunError, match="another process"):
        write_claims(stored, sample_claims())
    with pytest.raises(Exception, match="isin"):
        write_claims(stored, sample_claims().assign(claim="splendid"))
    assert len(read_plan(stored).claims) == 0
