"""Structure and arithmetic of the tables, from made-up measurements."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from benchmarks import load_flow, nodes, page
from benchmarks.__main__ import PARTS
from benchmarks.machine import Machine
from benchmarks.measure import Spent
from benchmarks.outputs import Deviation, Steps, largest
from benchmarks.peers.bisection import Answer
from benchmarks.table import NOT_COMPUTED, Table

AT = pd.Timestamp("2016-01-09 13:45")


def row(steps: int = 96, wall_s: float = 10.0, **more: object) -> load_flow.Row:
    values = {"who": "peer", "key": "", "threads": 1, "of_steps": 960, "passes": 1, **more}
    return load_flow.Row(steps=steps, spent=Spent(wall_s, 2.0 * wall_s), **values)  # type: ignore[arg-type]


def test_row__extrapolates_without_what_is_done_once() -> None:
    """2 steps take 0.6 s and 96 take 10 s: 0.1 s a step and 0.4 s once, so 960 steps take 96.4 s."""
    peer = row(start=Spent(0.6, 1.2))
    assert peer.extrapolated
    assert peer.step.wall_s == pytest.approx(0.1)
    assert peer.all_steps.wall_s == pytest.approx(96.4)
    assert peer.times(row(steps=960, wall_s=0.5)) == pytest.approx(192.8)
    assert peer.all_steps.cpu_s == pytest.approx(192.8)
    assert peer.cpu_times(row(steps=960, wall_s=0.25)) == pytest.approx(385.6)


def test_row__whose_steps_were_all_solved_is_as_measured() -> None:
    ours = row(steps=960, wall_s=4.8)
    assert (ours.extrapolated, ours.all_steps.wall_s) == (False, 4.8)
    assert ours.step.wall_s == pytest.approx(0.005)
    assert ours.times(ours) == 1.0


def test_row__a_start_longer_than_the_whole_is_noise_and_left_out() -> None:
    assert row(start=Spent(11.0, 11.0)).all_steps.wall_s == pytest.approx(100.0)


def test_largest__one_sided_gaps_are_no_agreement() -> None:
    gap, value = np.array([np.nan, 1.0]), np.array([np.nan, 1.5])
    assert largest(gap, value) == 0.5
    assert largest(np.array([np.nan]), np.array([1.0])) == np.inf
    with pytest.raises(ValueError, match="different size"):
        largest(gap, np.ones(3))


def test_deviation__takes_the_worse_of_lines_and_transformers() -> None:
    one = Steps(np.array([[1.0, 0.9]]), np.array([[50.0]]), np.array([[70.0]]))
    other = Steps(np.array([[1.0, 0.95]]), np.array([[50.1]]), np.array([[70.4]]))
    found = Deviation.between(one, other)
    assert (found.voltage_pu, found.loading_percent) == (pytest.approx(0.05), pytest.approx(0.4))


def test_compare__counts_promises_that_another_step_breaks() -> None:
    """Alike within 1 kVA; above at another step, above at the same one; below; unknown."""
    table = pd.DataFrame(
        {
            "allowed_kva": [100.0, 100.0, 50.0, 80.0, np.nan],
            "binding_at": [AT, AT - pd.Timedelta("1D"), AT, AT, pd.NaT],
        },
        index=list("abcde"),
    )
    theirs = [Answer(bus, kva, 9) for bus, kva in enumerate([100.9, 130.0, 55.0, 60.0, 10.0])]
    found = nodes.compare(theirs, table, pd.Series(list("abcde")), AT)
    assert found == nodes.Agreement(alike=1, higher=2, other_step=1, lower=1, unknown=1, most_above_kva=30.0)


def measured_nodes(**more: object) -> nodes.Measured:
    values = {"ours_spent": None, "stage": "", "agreement": None, **more}
    return nodes.Measured(10_000, 50, AT, Spent(80.0, 80.0), 500, **values)  # type: ignore[arg-type]


def test_nodes__extrapolates_and_says_so_when_ours_is_missing() -> None:
    alone = measured_nodes()
    assert alone.theirs_all_s == pytest.approx(16_000.0)
    assert np.isnan(alone.times)
    assert measured_nodes(ours_spent=Spent(40.0, 70.0)).times == pytest.approx(400.0)


def test_table__refuses_rows_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="as many cells"):
        Table("city", "a city", "", ("a", "b"), (("1",),))


def machine() -> Machine:
    return Machine(dt.date(2026, 1, 2), "a processor", 2, 24.0, "Linux", "3.11.7", {"numpy": "2.4"}, 0.1)


def test_page__takes_only_the_tables_that_were_measured() -> None:
    text = page.PAGE.read_text(encoding="utf-8")
    table = Table("city", "A city", "python -m benchmarks --only city", ("a", "b"), (("1", NOT_COMPUTED),), ("a note",))
    written = page.rewritten(text, [table], machine())
    assert "| 1 | NOT COMPUTED |" in written
    assert "python -m benchmarks --only city\n```" in written
    assert "- a note" in written
    assert "Measured 2026-01-02 on a processor, 2 cores, 24 GB, Linux, Python 3.11.7, numpy 2.4" in written
    begin = written.index("<!-- measured: city -->")
    assert written[:begin] == text[: text.index("<!-- measured: city -->")]
    assert page.rewritten(written, [table], machine()) == written


def test_page__has_a_place_for_every_table() -> None:
    text = page.PAGE.read_text(encoding="utf-8")
    assert [part for part in PARTS if f"<!-- measured: {part} -->" not in text] == []
    with pytest.raises(ValueError, match="no place for elsewhere"):
        page.rewritten(text, [Table("elsewhere", "", "", (), ())], machine())
