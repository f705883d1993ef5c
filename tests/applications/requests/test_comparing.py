"""Answers in an order as a table, and what another order changes."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from fake_assessor import FakeAssessor
from sample_assessment import VARIANTS, sample_assessment

from capacity.applications.requests.allowed import allowed
from capacity.applications.requests.batch import assess_queues, queues
from capacity.applications.requests.book import write_book
from capacity.applications.requests.comparing import assessed, compared, now_kw, promised_kw, totals
from capacity.applications.requests.reading import Filed
from capacity.errors import InputError
from capacity.tables.assessment import Assessment, Request
from capacity.tables.issue import Issue
from capacity.tables.places import PlaceRequest


def filed(**kw: float) -> tuple[Filed, ...]:
    """Requests by id, received in the order given."""
    return tuple(
        Filed(row, dt.datetime(2026, 10, row), Request(PlaceRequest(transformer_id="T1"), power, application_id=name))
        for row, (name, power) in enumerate(kw.items(), start=2)
    )


@pytest.mark.parametrize(
    ("variant", "kw"), [("plain", 60.0), ("staged", 42.0), ("none", 0.0), ("unknown", math.nan), ("dual", 800.0)]
)
def test_promised_kw__whole_part_nothing_and_unknown_are_four_things(variant: str, kw: float) -> None:
    assert promised_kw(sample_assessment(variant=variant)) == pytest.approx(kw, nan_ok=True)


def after_works(verdict: str) -> Assessment:
    """The whole power only with a larger transformer; until then what the sample's staged offer says, or nothing."""
    found = sample_assessment(variant="staged")
    node, larger, *rest = found.options
    options = (replace(larger, rank=1), replace(node, rank=2), *rest)
    return replace(found, options=options, verdict=verdict, staged=found.staged if verdict == "staged" else None)


@pytest.mark.parametrize(("verdict", "now"), [("staged", 42.0), ("not_before_project", 0.0)])
def test_promised_kw__the_whole_after_works_is_promised_but_not_now(verdict: str, now: float) -> None:
    answer = after_works(verdict)
    assert (promised_kw(answer), now_kw(answer)) == (150.0, now)
    rows = assessed([Filed(2, None, answer.request)], [answer])
    count = totals(rows)
    assert (count.whole, count.later, count.part, count.promised_kw, count.now_kw) == (0, 1, 0, 150.0, now)
    worse = rows.assign(now_kw=now - 10.0)
    assert compared(rows, worse)["outcome"].tolist() == ["loses"]


@pytest.mark.parametrize("variant", VARIANTS)
def test_assessed__a_row_of_every_kind_of_answer(variant: str) -> None:
    answer = sample_assessment(variant=variant)
    one = Filed(2, None, replace(answer.request, application_id="A1"))
    row = assessed([one], [answer]).iloc[0]
    assert row["verdict"] == answer.verdict
    assert row["answer_zh"] == answer.summary.zh
    if answer.best is None:
        assert row[["option_kind", "target_id", "allowed_kva", "cost_yuan", "energised_on"]].isna().all()
    else:
        assert row["target_id"] == answer.best.candidate.target_id
        assert row["energised_on"].date() == answer.best.energised.latest


def test_allowed__the_least_of_what_an_option_has_to_keep() -> None:
    single = sample_assessment(variant="single_phase").ranked[1]
    assert allowed(single).kva == 21.0  # of the worst phase, below the 38 kVA of a balanced load
    dual = sample_assessment(variant="dual").best
    assert allowed(dual).kva == min(dual.finding.strict.kva, dual.second.strict.kva)
    blind = sample_assessment(variant="unknown").options[0]
    assert math.isnan(allowed(blind).kva)
    assert allowed(blind).reason == "insufficient_data"
    assert allowed(replace(blind, finding=None)) is None


def test_compared__who_gains_who_loses_and_the_sum() -> None:
    """100 kW of room. As received: A (80) all, B (50) 20, C (30) nothing. Smallest first: C, B, A 20."""
    first, other = queues(filed(A=80.0, B=50.0, C=30.0), "smallest-first")
    done = assess_queues(FakeAssessor(100.0), first, other)
    rows = done.comparison.set_index("application_id")
    assert rows["promised_before_kw"].to_dict() == {"A": 80.0, "B": 20.0, "C": 0.0}
    assert rows["promised_after_kw"].to_dict() == {"A": 20.0, "B": 50.0, "C": 30.0}
    assert rows["difference_kw"].to_dict() == {"A": -60.0, "B": 30.0, "C": 30.0}
    assert rows["outcome"].to_dict() == {"A": "loses", "B": "gains", "C": "gains"}
    assert rows["later_days"].isna().to_dict() == {"A": False, "B": False, "C": True}  # C had no day before
    assert rows["position_after"].to_dict() == {"A": 3, "B": 2, "C": 1}
    before, after = totals(done.first.rows), totals(done.other.rows)
    assert (before.promised_kw, after.promised_kw, before.asked_kw) == (100.0, 100.0, 160.0)
    assert (before.whole, before.part, before.nothing) == (1, 1, 1)
    assert (after.whole, after.part, after.nothing) == (2, 1, 0)


def test_compared__with_itself_nothing_changes() -> None:
    queue, none = queues(filed(A=80.0, B=50.0))
    assert none is None
    done = assess_queues(FakeAssessor(100.0), queue)
    assert done.comparison is None
    rows = compared(done.first.rows, done.first.rows)
    assert set(rows["outcome"]) == {"same"}
    assert rows["difference_kw"].eq(0.0).all()


def test_compared__not_answered_and_unknown_are_never_zero() -> None:
    requests = filed(A=-1.0, B=50.0, C=20.0)
    blind = replace(requests[2], request=replace(requests[2].request, place=PlaceRequest(transformer_id="BLIND")))
    first, other = queues([*requests[:2], blind], "file")
    done = assess_queues(FakeAssessor(100.0), first, other)
    rows = done.first.rows.set_index("application_id")
    assert rows["verdict"].to_dict() == {"A": "not_answered", "B": "yes", "C": "unknown"}
    assert math.isnan(rows.at["A", "promised_kw"])
    assert math.isnan(rows.at["C", "promised_kw"])
    assert rows.at["A", "answer_zh"] == "申请容量须大于 0。另一问题。"
    assert done.comparison.set_index("application_id")["outcome"].to_dict() == {
        "A": "not_answered", "B": "same", "C": "same",
    }  # fmt: skip
    count = totals(done.first.rows)
    assert (count.whole, count.unknown, count.not_answered, count.promised_kw) == (1, 1, 1, 50.0)


def test_compared__as_many_kilowatts_at_another_place_is_no_gain() -> None:
    answer = sample_assessment()
    one = Filed(2, None, replace(answer.request, application_id="A1"))
    before = assessed([one], [answer])
    after = before.assign(target_id="T9")
    assert compared(before, after)["outcome"].tolist() == ["changed"]


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"energised_on": pd.Timedelta(days=3), "cost_yuan": -500.0}, "loses"),
        ({"energised_on": pd.Timedelta(days=-3), "cost_yuan": 500.0}, "gains"),
        ({"energised_on": pd.Timedelta(0), "cost_yuan": 500.0}, "loses"),
        ({"energised_on": pd.Timedelta(0), "cost_yuan": -500.0}, "gains"),
        ({"promised_kw": -1.0, "energised_on": pd.Timedelta(days=-3)}, "loses"),
    ],
)
def test_compared__kilowatts_then_the_day_then_the_cost(change: dict[str, object], outcome: str) -> None:
    answer = sample_assessment()
    before = assessed([Filed(2, None, replace(answer.request, application_id="A1"))], [answer])
    after = before.copy()
    for column, step in change.items():
        after[column] = after[column] + step
    row = compared(before, after).iloc[0]
    assert row["outcome"] == outcome
    assert row["later_days"] == change["energised_on"].days


def test_compared__a_day_or_cost_not_known_decides_nothing() -> None:
    answer = sample_assessment()
    before = assessed([Filed(2, None, replace(answer.request, application_id="A1"))], [answer])
    after = before.assign(energised_on=pd.NaT, cost_yuan=math.nan)
    row = compared(before, after).iloc[0]
    assert (row["outcome"], math.isnan(row["later_days"])) == ("same", True)


def test_assess_queues__tells_how_far_it_is() -> None:
    first, other = queues(filed(A=10.0, B=10.0), "file")
    told: list[tuple[int, int]] = []
    assess_queues(FakeAssessor(), first, other, lambda done, total: told.append((done, total)))
    assert told == [(0, 4), (1, 4), (2, 4), (3, 4)]


def test_queues__an_order_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "order.csv"
    path.write_text("B\nA\n", encoding="utf-8")
    _, other = queues(filed(A=10.0, B=10.0), str(path))
    assert [one.application_id for one in other.filed] == ["B", "A"]
    assert "order.csv" in other.name.zh
    with pytest.raises(InputError, match="cannot be opened"):
        queues(filed(A=10.0), "alphabetical")


def test_book__sheets_words_and_dashes_for_what_is_missing(tmp_path: Path) -> None:
    first, other = queues(filed(A=80.0, B=-5.0, C=30.0), "smallest-first")
    done = assess_queues(FakeAssessor(90.0), first, other)
    note = Issue("info", "requests.not_open", "application_file", "status", ("X",), "left out", "不予核定", "r.csv")
    path = write_book(
        tmp_path / "out.xlsx",
        sample_assessment().basis,
        done.first.ordered,
        done.other.ordered,
        done.comparison,
        [note],
    )
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["说明 about", "核定结果 assessed", "另一次序 other order", "对比 comparison"]
    about = "\n".join(str(cell) for row in book["说明 about"].iter_rows(values_only=True) for cell in row)
    for text in ("合成数据", "5f2c5f2c", "smallest first", "不予核定", "90.0"):
        assert text in about
    rows = list(book["核定结果 assessed"].iter_rows(values_only=True))
    assert rows[0][1] == "申请编号\napplication id"
    assert rows[1][1:3] == ("A", 80.0)
    promised = rows[0].index("可承诺容量\npromised power\nkW")
    assert [row[promised] for row in rows[1:]] == [80.0, "—", 10.0]
    assert rows[2][5] == "未能答复\nnot answered"
    outcome = [row[-1] for row in book["对比 comparison"].iter_rows(min_row=2, values_only=True)]
    assert outcome[0].startswith("受损")
    assert [one.name for one in tmp_path.iterdir()] == ["out.xlsx"]


def test_book__no_cell_becomes_a_formula(tmp_path: Path) -> None:
    queue, _ = queues(filed(**{"=1+1": 10.0}))
    done = assess_queues(FakeAssessor(), queue)
    path = write_book(tmp_path / "out.xlsx", sample_assessment().basis, done.first.ordered)
    sheet = openpyxl.load_workbook(path)["核定结果 assessed"]
    assert (sheet["B2"].value, sheet["B2"].data_type) == ("=1+1", "s")


def test_totals__of_no_request_at_all() -> None:
    count = totals(assessed([], []))
    assert (count.requests, count.promised_kw) == (0, 0.0)
    assert isinstance(compared(assessed([], []), assessed([], [])), pd.DataFrame)
