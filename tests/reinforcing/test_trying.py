"""What a set of measures is said to touch."""

from __future__ import annotations

import pandas as pd

from capacity.reinforcing.trying import touched


def findings(**values: float) -> pd.DataFrame:
    return pd.DataFrame({"key": [key.replace("__", ":") for key in values], "value": list(values.values())})


BEFORE = findings(load__T1=80.0, load__T2=60.0, voltage__T2=360.0, sections__F1=65.0, area__A1=100.0)


def test_touched__the_network_worked_on_and_nothing_that_only_gets_better():
    after = findings(load__T1=50.0, load__T2=60.0, voltage__T2=361.5, sections__F1=64.0, area__A1=180.0)
    assert touched(BEFORE, after, 0.5) == {"network:T1"}


def test_touched__what_gets_worse_by_more_than_half_the_epsilon():
    """0.25 % of 65 % is 0.1625 points, of 100 kVA 0.25 kVA, of 360 V 0.9 V."""
    after = findings(load__T1=80.0, load__T2=60.1, voltage__T2=359.0, sections__F1=65.2, area__A1=99.7)
    assert touched(BEFORE, after, 0.5) == {"network:T2", "sections:F1", "area:A1"}
    barely = findings(load__T1=80.0, load__T2=60.1, voltage__T2=359.2, sections__F1=65.15, area__A1=99.8)
    assert touched(BEFORE, barely, 0.5) == set()


def test_touched__what_is_new_or_no_longer_known():
    after = findings(load__T2=60.0, voltage__T2=360.0, sections__F1=65.0, area__A1=100.0, load__NEW=30.0)
    assert touched(BEFORE, after, 0.5) == {"network:T1", "network:NEW"}
