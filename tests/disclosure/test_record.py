"""The record: what is written is read back, damage is named, and a foreign folder is not taken for a record."""

from __future__ import annotations

import json
import shutil
from dataclasses import fields
from pathlib import Path

import pandas as pd
import pytest
from test_attacker import THREE, applied
from worlds import basis_of_world, published

from capacity.disclosure import read_record, write_record
from capacity.disclosure.protection import Facts
from capacity.errors import PublicationError


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "site.record"
    for one in published([THREE, applied(THREE, new=("T1", 45.0))]):
        write_record(one.record, folder)
    return folder


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    shutil.copytree(written, tmp_path / "record")
    return tmp_path / "record"


def test_read_record__gives_back_what_was_written(folder: Path) -> None:
    done = published([THREE, applied(THREE, new=("T1", 45.0))])
    record = read_record(folder)
    assert [entry.release_id for entry in record.entries] == ["2025-01", "2025-02"]
    assert record.newest is not None
    assert record.newest.release_id == "2025-02"
    for one, back in zip(done, record.read_all(), strict=True):
        for name in (field.name for field in fields(Facts)):
            pd.testing.assert_frame_equal(getattr(back.facts, name), getattr(one.record.facts, name), check_dtype=False)
        columns = [name for name in back.areas.columns if name != "area_code"]  # the key is made anew each time
        ordered = one.record.areas.sort_index()
        pd.testing.assert_frame_equal(back.areas.sort_index()[columns], ordered[columns])
        pd.testing.assert_frame_equal(back.hours.sort_index(), one.record.hours.sort_index(), check_names=False)
        assert back.shared.to_dict() == one.record.shared.to_dict()
        assert back.about.model_copy(update={"program_version": ""}) == one.record.about.model_copy(
            update={"program_version": ""}
        )


def test_read_record__says_that_it_is_internal_in_both_languages(folder: Path) -> None:
    text = (folder / "README.txt").read_text(encoding="utf-8")
    assert "内部资料" in text
    assert "never upload" in text


def test_codes__stay_the_same_and_say_nothing_of_the_id(folder: Path) -> None:
    record = read_record(folder)
    assert set(record.codes) == {"A", "B", "C"}
    first, second = (set(entry.areas["area_code"]) for entry in record.read_all())
    assert first == second == set(record.codes.values())
    assert all(len(code) == 6 and not set(code) & set("0O1ILSZBU") for code in first)


def broken_codes(folder: Path) -> str:
    (folder / "codes.json").write_text("{", encoding="utf-8")
    return "codes.json: damaged"


def without_codes(folder: Path) -> str:
    (folder / "codes.json").unlink()
    return "codes.json: is missing"


def other_format(folder: Path) -> str:
    path = folder / "2025-01" / "entry.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"format_version": 1', '"format_version": 9'), "utf-8")
    return "format version 9; this program knows 1"


def gap(folder: Path) -> str:
    shutil.rmtree(folder / "2025-01")
    return "not numbered without gaps"


def renamed(folder: Path) -> str:
    (folder / "2025-01").rename(folder / "2024-12")
    return "2024-12: is the entry of 2025-01"


@pytest.mark.parametrize("damage", [broken_codes, without_codes, other_format, gap, renamed])
def test_read_record__names_the_damage(folder: Path, damage: object) -> None:
    expected = damage(folder)  # type: ignore[operator]
    with pytest.raises(PublicationError) as caught:
        read_record(folder)
    assert expected in caught.value.sentence_en
    assert "不是完整的公布记录" in caught.value.sentence_zh


def test_read__a_changed_file_and_a_missing_one_at_once(folder: Path) -> None:
    entry = folder / "2025-02"
    (entry / "customers.parquet").write_bytes(b"PAR1")
    (entry / "published_hours.parquet").unlink()
    with pytest.raises(PublicationError) as caught:
        read_record(folder).read("2025-02")
    assert "customers.parquet: is not as it was written" in caught.value.sentence_en
    assert "published_hours.parquet: is missing" in caught.value.sentence_en
    assert "published_hours.parquet：缺失" in caught.value.sentence_zh


def test_read_record__a_missing_and_a_foreign_folder(tmp_path: Path) -> None:
    with pytest.raises(PublicationError, match=r"is missing: the record of former releases.*--record"):
        read_record(tmp_path / "nowhere")
    (tmp_path / "photos").mkdir()
    with pytest.raises(PublicationError, match="not a whole record"):
        read_record(tmp_path)


def test_write_record__names_no_customer_in_what_is_read_by_people(folder: Path) -> None:
    for path in folder.rglob("*.json"):
        assert "T1-0" not in json.dumps(json.loads(path.read_text(encoding="utf-8")))


def test_basis_of_world__is_what_the_tests_think() -> None:
    """The worlds of these tests hang together: 14 houses of 56 kVA twice below 400 kVA leave 208 kVA."""
    areas = basis_of_world(THREE).areas.set_index("area_id")
    assert areas.loc["A", "allowed_kva"] == pytest.approx(0.8 * 400.0 - 112.0)
    assert areas.loc["C", "status"] == "pre_control"
