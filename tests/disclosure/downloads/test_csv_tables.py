"""CSV read back is the release: every number, code and gap; and readers are told which gap is which."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from sample_release import sample_release

from capacity.disclosure.downloads.csv_tables import HOUR_COLUMNS, READERS_TABLES, RELEASE_COLUMNS, write_csv
from capacity.disclosure.downloads.wording import codes_of
from capacity.tables.public import ALL
from capacity.tables.public.words import PUBLICATION, STATUS
from capacity.tables.release import Release


@pytest.fixture(scope="module")
def release() -> Release:
    return sample_release()


@pytest.fixture(scope="module")
def folder(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("csv")
    write_csv(release, path)
    return path


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def read(path: Path) -> pd.DataFrame:
    """The file as texts, a neutralised text as it was; empty cells are missing."""
    head, *rows = rows_of(path)
    frame = pd.DataFrame(rows, columns=head).map(lambda text: text[1:] if text.startswith("'") else text)
    return frame.replace("", None)


@pytest.mark.parametrize("name", [name for name in ALL if name != "hours"])
def test_write_csv__every_table_for_programs_reads_back_as_the_release(
    release: Release, folder: Path, name: str
) -> None:
    found = read(folder / f"{name}.csv")
    assert list(found.columns) == [*ALL[name].columns, *RELEASE_COLUMNS]
    typed = pd.DataFrame(
        {
            column: found[column].map({"true": True, "false": False}).astype("boolean")
            if str(facts.dtype) == "boolean"
            else found[column].astype(float).astype("Int64")
            if str(facts.dtype) == "Int64"
            else found[column].astype(str(facts.dtype))
            for column, facts in ALL[name].columns.items()
        }
    )
    assert_frame_equal(typed, getattr(release, name).reset_index(drop=True))
    assert set(found["release_id"]) == {"2026-11"}
    assert set(found["synthetic"]) == {"true"}
    assert set(found["stale"]) == {"false"}


def test_write_csv__hours_have_every_cell_and_its_gaps(release: Release, folder: Path) -> None:
    found = read(folder / "hours.csv")
    long = found.melt(id_vars=["area_code", "month"], value_vars=list(HOUR_COLUMNS), var_name="hour")
    long["hour"] = long["hour"].str[1:3].astype(int)
    keys = ["area_code", "month", "hour"]
    told = long.astype({"month": int, "value": float}).set_index(keys)["value"].sort_index()
    true = release.hours.astype({"area_code": object, "month": int, "hour": int}).set_index(keys)["allowed_kva"]
    assert len(told) == len(true) == 5 * 288
    np.testing.assert_array_equal(told.to_numpy(), true.sort_index().to_numpy())
    assert told.isna().sum() == 24 + 6  # the sample's month without data, and six hours of another
    assert (told == 0.0).any()  # zero stays zero


def test_write_csv__hours_of_an_area_that_is_not_listed_are_a_fault(release: Release, tmp_path: Path) -> None:
    stray = replace(release, areas=release.areas.iloc[1:].reset_index(drop=True))
    with pytest.raises(ValueError, match="areas"):
        write_csv(stray, tmp_path)


@pytest.mark.parametrize("name", READERS_TABLES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_write_csv__readers_see_every_number_every_word_and_no_code(
    release: Release, folder: Path, name: str, language: str
) -> None:
    frame = getattr(release, name)
    other = "_en" if language == "zh" else "_zh"
    columns = [column for column in ALL[name].columns if not column.endswith(other)]
    head, *rows = rows_of(folder / f"{name}.{language}.csv")
    assert len(head) == len(columns) + 1
    assert len(rows) == len(frame)
    for told, (_, true) in zip(rows, frame.iterrows(), strict=True):
        assert all(told), "a reader's table has no empty cell"
        for cell, column in zip(told, columns, strict=False):
            value = true[column]
            if pd.isna(value):
                assert not cell.replace(".", "").isdigit()
            elif str(ALL[name].columns[column].dtype) in ("float64", "Int64"):
                assert float(cell) == value
            elif isinstance(value, str) and codes_of(column):
                assert cell == "; ".join(getattr(codes_of(column)[code], language) for code in value.split(";"))


def test_write_csv__unknown_zero_withheld_and_range_are_four_things(release: Release, folder: Path) -> None:
    for language, key in (("zh", "可接入容量 [kVA]"), ("en", "allowed capacity [kVA]")):
        head, *rows = rows_of(folder / f"areas.{language}.csv")
        figures = {row[0]: row[head.index(key)] for row in rows}
        assert figures["P3XW9C"] == "0"
        assert figures["H5VN6E"] == getattr(STATUS["no_data"], language)
        assert figures["C6YP5L"] == getattr(PUBLICATION["withheld"], language)
        assert figures["F5ZK2R"] == getattr(PUBLICATION["band"], language)
    plain = read(folder / "areas.csv").set_index("area_code")
    kinds = {
        code: (plain.loc[code, "publication"], plain.loc[code, "status"], plain.loc[code, "allowed_kva"])
        for code in ("P3XW9C", "H5VN6E", "C6YP5L", "F5ZK2R")
    }
    assert len(set(kinds.values())) == 4
    assert kinds["P3XW9C"] == ("full", "blocked", "0")
    assert kinds["H5VN6E"] == ("full", "no_data", None)
    assert kinds["C6YP5L"] == ("withheld", None, None)
    assert kinds["F5ZK2R"] == ("band", "open", None)


def test_write_csv__a_withheld_area_is_withheld_in_every_cell(folder: Path) -> None:
    head, *rows = rows_of(folder / "areas.zh.csv")
    withheld = next(row for row in rows if row[0] == "C6YP5L")
    public = {"公开编号", "网格名称", "区域类别", "分公司", "供电所", "公开方式", "不予公开的原因", "有分时容量"}
    public |= {"数据截止", "说明"}
    for title, cell in zip(head, withheld, strict=True):
        if title not in public:
            assert cell == "不予公开", title


def test_write_csv__no_cell_of_any_file_is_a_formula(release: Release, tmp_path: Path) -> None:
    evil = ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", ' =HYPERLINK("x")']
    areas = release.areas.copy()
    areas["name"] = pd.array([evil[n % len(evil)] for n in range(len(areas))], dtype="string")
    areas["supply_station"] = areas["name"]
    changes = release.changes.assign(name=pd.array(["=1+1"] * len(release.changes), dtype="string"))
    branches = release.branches.assign(phone=pd.array(["+86 875 1234"] * len(release.branches), dtype="string"))
    written = write_csv(replace(release, areas=areas, changes=changes, branches=branches), tmp_path)
    assert len(written) == 13
    for download in written:
        for row in rows_of(tmp_path / download.path):
            for cell in row:
                assert not cell.lstrip(" \u3000").startswith(("=", "+", "-", "@", "\t", "\r", "＝"))
    phones = read(tmp_path / "branches.csv")["phone"]
    assert set(phones) == {"+86 875 1234"}


def test_write_csv__opens_in_excel_by_a_double_click(folder: Path) -> None:
    for path in folder.iterdir():
        content = path.read_bytes()
        assert content.startswith(b"\xef\xbb\xbf")
        assert content.count(b"\n") == content.count(b"\r\n") > 1


def test_write_csv__fractions_of_a_kva_are_kept(release: Release, tmp_path: Path) -> None:
    areas = release.areas.copy()
    areas.loc[0, "allowed_kva"] = 742.5
    write_csv(replace(release, areas=areas), tmp_path)
    assert read(tmp_path / "areas.csv")["allowed_kva"][0] == "742.5"
