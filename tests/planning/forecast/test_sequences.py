"""Which readings count, which years they fill, and why a transformer is not forecast."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from forecast_cases import AS_OF, calendar, elements, history

from capacity.planning.forecast import year_name, year_start
from capacity.planning.forecast.sequences import FESTIVAL, lay_out

NAMES = {"T1": 400.0, "T2": 400.0}


def laid_out(frame: pd.DataFrame, own: pd.DataFrame | None = None, as_of: dt.date = AS_OF):
    return lay_out(frame, elements(NAMES) if own is None else own, calendar(), as_of, 10, 50.0)


def test_year_name__is_where_its_middle_lies():
    assert [year_name(AS_OF, year) for year in (0, 1, 2)] == [2026, 2027, 2028]
    assert year_name(dt.date(2026, 3, 1), 1) == 2026
    assert year_start(dt.date(2024, 2, 29), 2) == pd.Timestamp("2025-02-28")


def test_lay_out__years_count_from_the_as_of_date():
    found = laid_out(history(NAMES))
    assert found.past_years == (-2, -1, 0)
    assert found.past == 1096  # one of the three years has a 29 February
    assert np.bincount(found.year + 2)[:3].tolist() == [366, 365, 365]
    assert found.dates[found.days_of(1)[0]] == pd.Timestamp(AS_OF)
    assert found.reason.tolist() == ["", ""]


def test_lay_out__a_window_may_hold_no_festival_or_two():
    found = laid_out(history(NAMES), as_of=dt.date(2025, 2, 1))
    first_days = [int((found.days["festival_day"].to_numpy(float)[found.days_of(y)] == 0.0).sum()) for y in (0, 1)]
    assert first_days == [2, 0]  # 2024-02-10 and 2025-01-29; none from February 2025 to January 2026


def test_lay_out__zero_and_unknown_days_are_missing():
    frame = history(NAMES)
    frame.loc[frame.index[:3], "s_max_kva"] = [0.0, np.nan, -1.0]
    assert np.isnan(laid_out(frame).log_kva[0, :3]).all()


def test_lay_out__nothing_from_the_as_of_date_on():
    found = laid_out(history(NAMES), as_of=dt.date(2025, 11, 1))
    assert found.dates[found.past - 1] == pd.Timestamp("2025-10-31")
    assert found.log_kva.shape[1] == found.past


def test_lay_out__readings_before_the_present_rating_do_not_count():
    own = elements(NAMES, valid_from=[pd.Timestamp("2025-06-01"), pd.NaT])
    found = laid_out(history(NAMES), own)
    before = found.dates[: found.past] < pd.Timestamp("2025-06-01")
    assert np.isnan(found.log_kva[0, before]).all()
    assert not np.isnan(found.log_kva[0, ~before]).any()
    assert found.reason.tolist() == ["", ""]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"valid_from": pd.Timestamp("2026-03-10")}, "rating_changed"),
        ({"valid_to": pd.Timestamp("2026-11-01")}, "out_of_service"),
        ({"since": "2026-01-15"}, "short_history"),
        ({"until": "2026-04-01"}, "low_coverage"),
        ({"until": "2000-01-01"}, "no_readings"),
        ({"since": "2025-11-05"}, ""),
    ],
)
def test_lay_out__why_not(change, reason):
    frame = history(NAMES)
    own = elements(NAMES, **{key: [value, pd.NaT] for key, value in change.items() if key.startswith("valid")})
    mine = frame["transformer_id"].eq("T1")
    frame = frame[~(mine & (frame["date"] < pd.Timestamp(change.get("since", "1990-01-01"))))]
    mine = frame["transformer_id"].eq("T1")
    frame = frame[~(mine & (frame["date"] >= pd.Timestamp(change.get("until", "2099-01-01"))))]
    assert laid_out(frame, own).reason.tolist() == [reason, ""]


def test_lay_out__no_readings_at_all():
    found = laid_out(history(NAMES).iloc[:0])
    assert found.reason.tolist() == ["no_readings", "no_readings"]


def test_lay_out__calendar_too_short():
    with pytest.raises(ValueError, match="lacks"):
        lay_out(history(NAMES), elements(NAMES), calendar(last=2030), AS_OF, 10, 50.0)


def test_kind__days_round_the_festival_are_their_own():
    found = laid_out(history(NAMES))
    near = found.days["festival_day"].between(-14, 21).to_numpy()
    assert (found.kind[near] == FESTIVAL).all()
    assert (found.kind[~near] != FESTIVAL).all()
