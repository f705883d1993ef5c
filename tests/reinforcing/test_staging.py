"""Chosen sets divided by the years from which their measures are needed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from capacity.reinforcing.staging import in_stages
from capacity.tables.measure import Verified
from tests.planning_cases import found, measure, need

NEEDS = [need("N1", range(2027, 2037)), need("N2", range(2035, 2037)), need("N3", range(2031, 2037), rule="P3")]
MEASURES = {
    "LINE": measure("LINE", 18_000.0),
    "STORAGE": measure("STORAGE", 96_000.0),
    "BIGGER": measure("BIGGER", 107_000.0),
}


def years(part: Verified) -> dict[str, tuple[int, ...]]:
    return {own.need_id: own.years for own in part.clears}


def test_in_stages__what_is_needed_later_is_a_project_of_its_own():
    """The line suffices until 2034; in 2035 the storage has to be there, for both needs."""
    both = found("LINE+STORAGE", {"N1": range(2027, 2037), "N2": range(2035, 2037)}, released=50.0)
    line = found("LINE", {"N1": range(2027, 2035)}, released=20.0)
    first, later = in_stages([both], [both, line, found("STORAGE", {"N2": (2035, 2036)})], NEEDS, MEASURES)
    assert (first.measure_ids, first.after, first.released_kva) == (frozenset({"LINE"}), frozenset(), 20.0)
    assert years(first) == {"N1": tuple(range(2027, 2035))}
    assert (later.measure_ids, later.after) == (frozenset({"STORAGE"}), frozenset({"LINE"}))
    assert years(later) == {"N1": (2035, 2036), "N2": (2035, 2036)}
    assert later.released_kva == pytest.approx(30.0)


def test_in_stages__the_way_that_postpones_most_money_the_longest():
    """The line alone: 107,000 · 4 years; the larger transformer alone: 18,000 · 8 years."""
    both = found("LINE+BIGGER", {"N1": range(2027, 2037)})
    line, bigger = found("LINE", {"N1": range(2027, 2031)}), found("BIGGER", {"N1": range(2027, 2035)})
    first, later = in_stages([both], [line, bigger, both], NEEDS, MEASURES)
    assert (first.name, later.name) == ("LINE", "BIGGER")


def test_in_stages__three_stages():
    all_ = found("BIGGER+LINE+STORAGE", {"N1": range(2027, 2037)})
    two, one = found("BIGGER+LINE", {"N1": range(2027, 2035)}), found("LINE", {"N1": range(2027, 2031)})
    parts = in_stages([all_], [all_, two, one], NEEDS, MEASURES)
    assert [part.name for part in parts] == ["LINE", "BIGGER", "STORAGE"]
    assert [min(years(part)["N1"]) for part in parts] == [2027, 2031, 2035]
    assert [part.after for part in parts] == [frozenset(), frozenset({"LINE"}), frozenset({"BIGGER", "LINE"})]


@pytest.mark.parametrize(
    "smaller",
    [
        found("LINE", {"N1": range(2028, 2037)}),  # not in the first year
        found("LINE", {"N1": range(2027, 2035)}, solved=False),
        found("LINE", {"N1": range(2027, 2035)}, creates=(need("N9"),)),
        found("LINE", {"N1": range(2027, 2037), "N2": (2035, 2036)}),  # all of it: nothing says what the rest is for
        found("LINE", {"N1": range(2027, 2035)}, feeder="F2"),
    ],
)
def test_in_stages__whole_where_the_smaller_set_does_not_do(smaller: Verified):
    both = found("LINE+STORAGE", {"N1": range(2027, 2037), "N2": (2035, 2036)})
    assert in_stages([both], [both, smaller], NEEDS, MEASURES) == (both,)


def test_in_stages__harm_of_p3_is_none_and_p3_makes_no_stage():
    both = found("LINE+STORAGE", {"N1": range(2027, 2037), "N3": range(2031, 2037)})
    line = found("LINE", {"N1": range(2027, 2037)}, creates=(need("N9", rule="P3"),))
    assert in_stages([both], [line], NEEDS, MEASURES) == (both,)
    later = replace(line, clears=found("LINE", {"N1": range(2027, 2033)}).clears)
    assert [part.name for part in in_stages([both], [later], NEEDS, MEASURES)] == ["LINE", "STORAGE"]


def test_in_stages__feeders_that_stay_whole():
    both, line = found("LINE+STORAGE", {"N1": range(2027, 2037)}), found("LINE", {"N1": range(2027, 2035)})
    assert len(in_stages([both], [line], NEEDS, MEASURES)) == 2
    assert in_stages([both], [line], NEEDS, MEASURES, whole={"F1"}) == (both,)
