"""What the whole grid shows of chosen sets, and whom a new violation is put down to."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from capacity.policy import load_policy
from capacity.reinforcing.settling import settled, unblamed
from capacity.reinforcing.years import SolvedYear
from capacity.tables.findings import FINDINGS
from tests.planning_cases import found

RULES = load_policy("baoshan-2021")
AS_OF = dt.date(2026, 11, 1)
PART = found("M1", {"P4:load:T1": (2027,)}, touches="network:T1")


def rows(*given: dict[str, Any]) -> pd.DataFrame:
    base = {
        "element_type": "transformer",
        "area_id": "A1",
        "feeder_id": "F1",
        "rule": "P4",
        "threshold": 70.0,
        "unit": "%",
    }
    frame = pd.DataFrame([base | one for one in given], columns=[*FINDINGS.columns, "part"])
    return frame.astype({"value": "float64", "threshold": "float64", "at": "datetime64[ns]"})


def year(findings: pd.DataFrame, violations: pd.DataFrame) -> SolvedYear:
    return SolvedYear(2027, findings, violations, pd.DataFrame(), None, float("nan"), 0)


T1 = {"key": "load:T1", "element_id": "T1", "value": 80.0, "part": "network:T1"}
S1 = {"key": "substation:S1", "element_id": "S1", "value": 70.4, "part": "substation:S1", "feeder_id": "S1"}


def test_settled__what_is_unknown_in_the_whole_grid_is_not_cleared():
    unknown = rows(T1 | {"value": float("nan"), "rule": None})
    (seen,), worse = settled(
        [PART], {2027: year(rows(T1), rows(T1))}, {2027: year(unknown, rows())}, {2027: RULES}, AS_OF
    )
    assert seen.clears == ()
    assert worse == {"F1"}


def test_unblamed__a_violation_of_the_whole_plan_is_nobodys_and_told():
    """The substation goes above 70 % by what all sets do together; none of them does it by itself."""
    before, after = {2027: year(rows(T1), rows(T1))}, {2027: year(rows(), rows(S1))}
    (seen,), worse = settled([PART], before, after, {2027: RULES}, AS_OF)
    assert not worse
    assert not seen.creates
    assert unblamed([PART], before, after, {2027: RULES}) == ("2027 P4 S1",)
    quiet = {2026: year(rows(T1), rows(T1))}  # a year with nothing new beside one with something
    touching = found("M1", {"P4:load:T1": (2027,)}, touches="network:T1 substation:S1")
    both = settled([touching], before | quiet, after | quiet, {2026: RULES, 2027: RULES}, AS_OF)
    assert both[1] == {"F1"}
    assert unblamed([touching], before, after, {2027: RULES}) == ()
