"""A notice says of every area what the release says, the most restricted first, in words of both languages."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from sample_release import sample_release

from capacity.disclosure.notices.content import (
    STATES,
    Notice,
    capacity_of,
    glossary,
    left_out,
    notices_of,
    phones_of,
    remarks,
    state_word,
)
from capacity.tables.public.words import LIMIT, PUBLICATION, RELIEF, STATUS, WITHHELD
from capacity.tables.release import Release


@pytest.fixture(scope="module")
def release() -> Release:
    return sample_release()


@pytest.fixture(scope="module")
def notices(release: Release) -> list[Notice]:
    return notices_of(release)


def test_notices_of__every_area_stands_on_exactly_one_notice(release: Release, notices: list[Notice]) -> None:
    codes = [row.code for notice in notices for row in notice.rows]
    assert sorted(codes) == sorted(release.areas["area_code"])
    assert [notice.number for notice in notices] == [1, 2, 3, 4]
    assert notices[-1].branch is None


def test_notices_of__counts_are_those_of_the_branches_table(release: Release, notices: list[Notice]) -> None:
    for notice, branch in zip(notices, release.branches.to_dict("records"), strict=True):
        assert {state: notice.counts[state] for state in STATES} == {state: branch[state] for state in STATES}
        assert notice.phone == (None if pd.isna(branch["phone"]) else branch["phone"])


def test_notices_of__each_row_says_what_the_release_says(release: Release, notices: list[Notice]) -> None:
    areas = release.areas.set_index("area_code")
    for row in (row for notice in notices for row in notice.rows):
        area = areas.loc[row.code]
        assert row.name == area["name"]
        if area["publication"] == "withheld":
            assert row.state == "withheld"
            assert row.capacity.zh == PUBLICATION["withheld"].zh
            assert row.why.zh == WITHHELD[area["withheld_reason"]].zh
            assert row.relief.zh == "—"
            continue
        assert row.state == area["status"]
        assert row.why.zh == LIMIT[area["limit"]].zh
        if not pd.isna(area["allowed_kva"]):
            assert f"{area['allowed_kva']:.0f} kVA" in row.capacity.zh
            assert ("≥" in row.capacity.zh) == bool(area["allowed_is_lower_bound"])
        if not pd.isna(area["relief_month"]):
            assert row.relief.zh == f"{area['relief_month']} {RELIEF[area['relief_kind']].zh}"
            assert row.relief.en == f"{area['relief_month']} {RELIEF[area['relief_kind']].en}"
        elif row.state in ("blocked", "pre_control"):
            assert row.relief.en == "none scheduled"
        else:
            assert row.relief.en == "—"


def test_capacity_of__zero_unknown_withheld_range_and_open_ended_range_differ(release: Release) -> None:
    areas = release.areas.set_index("area_code")
    told = {code: capacity_of(areas.loc[code].to_dict()).zh for code in ("P3XW9C", "H5VN6E", "C6YP5L", "F5ZK2R")}
    assert told == {"P3XW9C": "0 kVA", "H5VN6E": "未知", "C6YP5L": "不予公开", "F5ZK2R": "160–315 kVA"}
    endless = areas.loc["F5ZK2R"].to_dict() | {"allowed_from_kva": 1250.0, "allowed_below_kva": None}
    assert capacity_of(endless).en == "1250 kVA or more"


def test_notices_of__the_restricted_first(release: Release) -> None:
    everything = replace(
        release,
        areas=release.areas.assign(branch=pd.array(["隆阳分公司"] * 14, dtype="string")),
        branches=release.branches[release.branches["branch"] == "隆阳分公司"],
    )
    (notice,) = notices_of(everything)
    ranks = [STATES.index(row.state) for row in notice.rows]
    assert ranks == sorted(ranks)
    assert notice.rows[0].code == "P3XW9C"
    assert len(notice.rows) == 14


def test_left_out__says_how_many_of_what(notices: list[Notice]) -> None:
    rows = notices[2].rows
    assert left_out(rows, len(rows)) is None
    told = left_out(rows, 5)
    assert told is not None
    assert told.zh.startswith("另有 3 个网格（不予公开 1 个、可接入 2 个）")
    assert told.en.startswith("3 more areas (1 withheld, 2 open)")


def test_glossary__has_each_reason_once(notices: list[Notice]) -> None:
    told = glossary(notices[2].rows).zh
    for row in notices[2].rows:
        assert told.count(f"{row.why.zh} {row.why.en}") == 1


def test_phones_of__regulator_company_and_branch(release: Release, notices: list[Notice]) -> None:
    numbers = [number for _, number in phones_of(notices[2], release.about)]
    assert numbers == ["12398", "95598", "0875-2120000"]
    assert [number for _, number in phones_of(notices[1], release.about)] == ["12398", "95598", None]
    assert len(phones_of(notices[3], release.about)) == 2


def test_remarks__tell_the_rounding_of_this_release(release: Release) -> None:
    rules = release.about.rules.model_copy(update={"rounding_kva": 12.5})
    told = remarks(release.about.model_copy(update={"rules": rules}))
    assert "12.5 kVA" in told[0].zh
    assert "12.5 kVA" in told[0].en


@pytest.mark.parametrize("state", STATES)
def test_state_word__every_state_has_words(state: str) -> None:
    assert state_word(state) in (*STATUS.values(), PUBLICATION["withheld"])
