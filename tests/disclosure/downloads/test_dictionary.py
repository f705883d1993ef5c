"""Every column and every code has its meaning in both languages; programs get the same as a data package."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
from sample_release import sample_release

from capacity.disclosure.downloads import write_downloads
from capacity.disclosure.downloads.dictionary import codes, dictionary
from capacity.tables.public import ALL

_CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("all")
    write_downloads(sample_release(), path)
    return path


def header_of(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return next(csv.reader(file))


@pytest.mark.parametrize("name", list(ALL))
def test_dictionary__describes_the_columns_of_each_file_in_their_order(folder: Path, name: str) -> None:
    told = dictionary()
    assert told.loc[told["table"] == name, "column"].tolist() == header_of(folder / f"{name}.csv")


def test_dictionary__both_languages_everywhere() -> None:
    for row in dictionary().itertuples():
        assert _CHINESE.search(row.zh), row
        assert row.en.isascii() or "–" in row.en, row
        for zh, en in ((row.meaning_zh, row.meaning_en), (row.missing_zh, row.missing_en)):
            assert bool(zh) == bool(en), row
            if re.search("[a-z]{4}", en):
                assert _CHINESE.search(zh), row


def test_dictionary__says_what_is_missing_where_something_may_be() -> None:
    told = dictionary().set_index(["table", "column"])
    for name, schema in ALL.items():
        for column, facts in schema.columns.items():
            if name != "hours":
                assert bool(told.loc[(name, column), "missing_en"]) == facts.nullable, column


def test_codes__every_code_of_every_column_has_words_in_both_languages() -> None:
    told = {(row.column, row.code): row for row in codes().itertuples()}
    for schema in ALL.values():
        for column, facts in schema.columns.items():
            for code in facts.metadata["choices"] or ():
                row = told[(column.removesuffix("_before"), code)]
                assert _CHINESE.search(row.zh), row
                assert row.en
                assert row.en.isascii(), row
                assert bool(row.sentence_zh) == bool(row.sentence_en)


def test_data_package__describes_the_files_that_are_there(folder: Path) -> None:
    package: dict[str, Any] = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert [resource["name"] for resource in package["resources"]] == list(ALL)
    for resource in package["resources"]:
        fields = [field["name"] for field in resource["schema"]["fields"]]
        assert fields == header_of(folder / resource["path"])
        with (folder / resource["path"]).open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        for field in resource["schema"]["fields"]:
            allowed = field["constraints"].get("enum")
            for row in rows:
                value = row[field["name"]]
                assert value or not field["constraints"]["required"], field
                assert not value or allowed is None or value in allowed
                if value and field["type"] in ("number", "integer"):
                    float(value)
        keys = resource["schema"].get("primaryKey", [])
        found = [tuple(row[key] for key in keys) for row in rows]
        assert not keys or len(set(found)) == len(found)
    assert package["licenses"] == [{"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}]
