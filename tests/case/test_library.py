"""Entering projects into a hand-kept library: each once, and every byte of the others stays."""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest

from capacity.case.folder.tabular import read_csv_table
from capacity.case.library import enter_projects, merge_projects
from capacity.errors import InputError
from capacity.tables._schema import conform
from capacity.tables.inputs.projects import PROJECTS

ZONE = dt.UTC
KEPT = "project_id,name,stage,rule,element_ids,area_ids,released_kva,cost_yuan,commissioning_date,status"
ROW = 'XM-1,"增容, 城北",released,P4,T1,A1,184.0,186000.0,2027-03-31,running'


def projects(*ids: str, stage: str = "initiated") -> pd.DataFrame:
    rows = [
        {"project_id": one, "name": f"新增配变 {one}", "stage": stage, "rule": "P6", "element_ids": "T1;T2",
         "released_kva": 120.5, "commissioning_date": pd.Timestamp("2027-05-06"), "status": "planned"}
        for one in ids
    ]  # fmt: skip
    return conform(pd.DataFrame(rows), PROJECTS)


def read(path: Path) -> pd.DataFrame:
    frame, issues = read_csv_table(path.read_bytes(), path.name, PROJECTS, ZONE)
    assert [issue for issue in issues if issue.severity == "error"] == []
    return frame.set_index("project_id")


@pytest.mark.parametrize(
    ("encoding", "end", "last"),
    [("utf-8-sig", "\r\n", "\r\n"), ("utf-8", "\n", ""), ("gb18030", "\r\n", ""), ("utf-16", "\r\n", "\r\n")],
)
def test_enter__keeps_what_is_there_byte_for_byte(tmp_path: Path, encoding: str, end: str, last: str) -> None:
    path = tmp_path / "projects.csv"
    before = (KEPT + end + ROW + last).encode(encoding)
    path.write_bytes(before)
    done = enter_projects(path, projects("XM-2", "XM-3"), ZONE)
    assert (done.added, done.known) == (("XM-2", "XM-3"), ())
    assert path.read_bytes().startswith(before)
    found = read(path)
    assert found.index.tolist() == ["XM-1", "XM-2", "XM-3"]
    assert found.loc["XM-1", "name"] == "增容, 城北"
    assert found.loc["XM-3", "element_ids"] == "T1;T2"
    assert found.loc["XM-3", "released_kva"] == 120.5
    assert found.loc["XM-3", "commissioning_date"] == pd.Timestamp("2027-05-06")
    assert pd.isna(found.loc["XM-3", "cost_yuan"])
    assert [one.name for one in tmp_path.iterdir()] == ["projects.csv"]


def test_enter__never_twice_and_the_hand_kept_row_counts(tmp_path: Path) -> None:
    path = tmp_path / "projects.csv"
    enter_projects(path, projects("XM-2"), ZONE)
    again = enter_projects(path, projects("XM-2"), ZONE)
    assert (again.added, again.known, again.differing) == ((), ("XM-2",), ())
    before = path.read_bytes()
    later = enter_projects(path, projects("XM-2", stage="design"), ZONE)
    assert later.differing == ("XM-2",)
    assert path.read_bytes() == before


def test_enter__follows_the_order_and_the_headings_of_the_library(tmp_path: Path) -> None:
    path = tmp_path / "projects.csv"
    headings = "状态;项目编号;阶段;项目名称;触发规则;设备编号;释放容量;投产日期"
    path.write_text(f"{headings}\nrunning;XM-1;design;旧;P4;T1;5;\n", encoding="utf-8")
    enter_projects(path, projects("XM-2"), ZONE)
    assert path.read_text(encoding="utf-8").splitlines()[-1] == (
        "planned;XM-2;initiated;新增配变 XM-2;P6;'T1;T2';120.5;2027-05-06".replace("'", '"')
    )
    assert read(path).loc["XM-2", "element_ids"] == "T1;T2"


def test_enter__a_library_that_lacks_a_column_or_cannot_be_read_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "projects.csv"
    for content in ("project_id,stage,status\nXM-1,design,running\n", f"{KEPT}\nXM-1,,nonsense,,,,,,,running\n"):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(InputError) as caught:
            enter_projects(path, projects("XM-2"), ZONE)
        assert path.read_text(encoding="utf-8") == content
        assert all(issue.file == "projects.csv" and issue.sentence_zh for issue in caught.value.issues)


def test_enter__nothing_half_written_where_it_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "projects.csv"
    path.write_text(f"{KEPT}\n{ROW}\n", encoding="utf-8")
    before = path.read_bytes()

    def refuses(*_: object) -> None:
        raise PermissionError(13, "in use", str(path))

    monkeypatch.setattr("capacity.case.library.os.replace", refuses)
    with pytest.raises(PermissionError):
        enter_projects(path, projects("XM-2"), ZONE)
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["projects.csv"]


def test_enter__holds_the_lock_around_reading_and_writing(tmp_path: Path) -> None:
    path = tmp_path / "projects.csv"
    path.write_text(f"{KEPT}\n{ROW}\n", encoding="utf-8")

    @contextmanager
    def somebody_was_first(at: Path):  # type: ignore[no-untyped-def]  # a context manager of the test
        enter_projects(at, projects("XM-2"), ZONE)
        yield

    done = enter_projects(path, projects("XM-2", "XM-3"), ZONE, somebody_was_first)
    assert done.added == ("XM-3",)
    assert read(path).index.tolist() == ["XM-1", "XM-2", "XM-3"]


@pytest.mark.parametrize(
    ("encoding", "end", "last"),
    [("utf-8-sig", "\r\n", "\r\n"), ("utf-8", "\n", ""), ("gb18030", "\r\n", ""), ("utf-16", "\r\n", "\r\n")],
)
def test_merge__brings_what_is_planned_up_to_date_and_touches_nothing_else(
    tmp_path: Path, encoding: str, end: str, last: str
) -> None:
    path = tmp_path / "projects.csv"
    old = 'XM-2,"旧名, ""甲""",feasibility,P4,T9,,1.0,,,planned'
    done, own = "XM-3,,accepted,,,,,,2026-01-01,done", 'XM-9,"两\n行",initiated,,,,,,,planned'
    path.write_bytes((KEPT + end + end.join((ROW, old, done, own)) + last).encode(encoding))
    merged = merge_projects(path, projects("XM-1", "XM-2", "XM-3", "XM-4"), ZONE)
    assert (merged.added, merged.updated, merged.unchanged, merged.left) == (
        ("XM-4",), ("XM-2",), (), ("XM-1", "XM-3"),
    )  # fmt: skip
    assert merged.others == ("XM-9",)
    new = "XM-2,新增配变 XM-2,feasibility,P6,T1;T2,,120.5,,2027-05-06,planned"  # how far it has come stays
    added = "XM-4,新增配变 XM-4,initiated,P6,T1;T2,,120.5,,2027-05-06,planned"
    assert path.read_bytes() == (KEPT + end + end.join((ROW, new, done, own, added)) + end).encode(encoding)
    before = path.read_bytes()
    again = merge_projects(path, projects("XM-1", "XM-2", "XM-4"), ZONE)
    assert (again.added, again.updated, again.unchanged, again.left) == ((), (), ("XM-2", "XM-4"), ("XM-1",))
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["projects.csv"]


def test_merge__columns_that_are_none_of_ours_keep_their_notes(tmp_path: Path) -> None:
    path = tmp_path / "projects.csv"
    headings = "状态;项目编号;备注;阶段;项目名称;触发规则;设备编号;释放容量;投产日期"
    path.write_text(f"{headings}\nplanned;XM-2;问老王;design;旧;P4;T1;5\n", encoding="utf-8")
    merge_projects(path, projects("XM-2"), ZONE)
    assert path.read_text(encoding="utf-8").splitlines()[-1] == (
        'planned;XM-2;问老王;design;新增配变 XM-2;P6;"T1;T2";120.5;2027-05-06'
    )


def test_merge__begins_a_library(tmp_path: Path) -> None:
    merged = merge_projects(tmp_path / "projects.csv", projects("XM-2"), ZONE)
    assert (merged.added, merged.updated) == (("XM-2",), ())
    assert (tmp_path / "projects.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert read(tmp_path / "projects.csv").loc["XM-2", "status"] == "planned"


def test_merge__nothing_is_written_where_it_cannot_be_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "projects.csv"
    short = "project_id,stage,status\nXM-2,design,planned\n"
    for content in (short, f"{KEPT}\nXM-2,,nonsense,,,,,,,planned\n", f"{KEPT}\n{ROW}\n{ROW}\n"):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(InputError):
            merge_projects(path, projects("XM-2"), ZONE)
        assert path.read_text(encoding="utf-8") == content

    def refuses(*_: object) -> None:
        raise PermissionError(13, "in use", str(path))

    path.write_text(f"{KEPT}\n{ROW}\n", encoding="utf-8")
    monkeypatch.setattr("capacity.case.library.os.replace", refuses)
    with pytest.raises(PermissionError):
        merge_projects(path, projects("XM-2"), ZONE)
    assert path.read_text(encoding="utf-8") == f"{KEPT}\n{ROW}\n"
    assert [one.name for one in tmp_path.iterdir()] == ["projects.csv"]
