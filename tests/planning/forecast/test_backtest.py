"""The back-test is honest: nothing held back is seen, the choice is made before, and losing is said."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from forecast_cases import AS_OF, QUICK, calendar, elements, history, rules

from capacity.planning.forecast import forecast
from capacity.planning.forecast.backtest import pinball
from capacity.planning.forecast.days import last_years_days
from capacity.planning.forecast.report import report_of
from capacity.tables.forecast import Forecast
from capacity.tables.head import CaseHead

NAMES = {f"T{n}": 400.0 for n in range(1, 7)}
GROWTH = {name: 0.02 + 0.01 * n for n, name in enumerate(NAMES)}
HEAD = CaseHead("hand", "手算算例", "hand case", True, AS_OF, "baoshan-2021")


def run(frame: pd.DataFrame, **more) -> Forecast:
    own = elements(NAMES, area_class=["rural"] * 3 + ["town"] * 3)
    return forecast(frame, own, calendar(), rules(), 3, as_of=AS_OF, settings=QUICK, **more)


@pytest.fixture(scope="module")
def steady() -> Forecast:
    return run(history(dict.fromkeys(NAMES, 200.0), growth=GROWTH))


def test_backtest__beats_the_baseline_where_years_go_on_alike(steady: Forecast):
    total = steady.backtest_summary.set_index("group").loc["all"]
    assert (total["series"], total["improved"]) == (6, 6)
    assert total["mae_percent"] < 0.85 * total["mae_naive_percent"]
    assert total["pinball_percent"] < total["pinball_naive_percent"]
    assert 70.0 < total["coverage_percent"] < 95.0
    assert total["annual_error_percent"] < total["annual_error_naive_percent"]
    assert steady.fell_back == ()
    assert set(steady.series["model"]) == {"regression"}


def test_backtest__figures_are_those_of_the_table(steady: Forecast):
    tested = steady.backtest
    assert tested["held_back_from"].eq(pd.Timestamp("2025-11-01")).all()
    assert tested["held_back_until"].eq(pd.Timestamp(AS_OF)).all()
    assert tested["mae_percent"].to_numpy() == pytest.approx(tested["mae_kva"].to_numpy() / 4.0)
    rural = steady.backtest_summary.set_index("group").loc["rural"]
    assert rural["mae_percent"] == pytest.approx(tested.loc[tested["area_class"].eq("rural"), "mae_percent"].mean())
    actual = history(dict.fromkeys(NAMES, 200.0), growth=GROWTH)
    last = actual[actual["date"] >= "2025-11-01"].groupby("transformer_id")["s_max_kva"].max()
    assert tested.set_index("transformer_id")["annual_max_kva"].to_numpy() == pytest.approx(last.to_numpy())


def test_backtest__models_are_chosen_without_the_held_back_year():
    frame = history(dict.fromkeys(NAMES, 200.0), growth=GROWTH)
    # T1's days repeat exactly from the first year to the second, with patterns that no calendar explains
    days = frame["transformer_id"].eq("T1")
    dates = frame.loc[days, "date"]
    odd = 1.0 + 0.5 * np.sin(np.arange(len(dates)) % 364)
    frame.loc[days, "s_max_kva"] = 150.0 * odd
    chosen = run(frame).backtest.set_index("transformer_id")["model"]
    assert chosen["T1"] == "last_year"
    other = frame.copy()
    held_back = other["date"] >= "2025-11-01"
    other.loc[held_back, "s_max_kva"] *= np.random.default_rng(2).uniform(0.7, 1.4, int(held_back.sum()))
    assert run(other).backtest.set_index("transformer_id")["model"].to_dict() == chosen.to_dict()


def test_backtest__a_class_that_loses_uses_the_baseline_and_says_so():
    """Growth of two years that stops and turns in the third: nothing could know, so nothing is claimed."""
    frame = history(dict.fromkeys(NAMES, 200.0), growth=0.10, noise=0.02)
    town = frame["transformer_id"].isin(["T4", "T5", "T6"]) & (frame["date"] >= "2025-11-01")
    frame.loc[town, "s_max_kva"] *= 0.88
    # two years to learn from: the growth into year -1 is carried into year 0
    found = run(frame)
    assert found.fell_back == ("town",)
    used = found.series.set_index("transformer_id")
    assert used.loc[["T4", "T5", "T6"], "model"].eq("seasonal_naive").all()
    assert used.loc[["T4", "T5", "T6"], "growth_percent"].eq(0.0).all()
    assert used.loc[["T1", "T2", "T3"], "model"].eq("regression").all()
    summary = found.backtest_summary.set_index("group")
    assert not bool(summary.loc["town", "beats_baseline"])
    assert bool(summary.loc["rural", "beats_baseline"])
    assert any("did not beat" in remark.en and remark.en.startswith("town") for remark in found.remarks)
    fan = found.years[found.years["element_id"].eq("T4")].set_index("year_ahead")["loading_p50_percent"]
    assert fan[3] == pytest.approx(fan[1], rel=0.02)


def test_backtest__one_year_holds_weeks_back():
    given = pd.DataFrame({"area_class": ["rural", "town"], "growth_percent": 3.0, "spread_percent": 1.0})
    found = run(history(dict.fromkeys(NAMES, 200.0), years=1, noise=0.03), growth=given)
    assert set(found.backtest["kind"]) == {"weeks"}
    assert found.backtest["days"].between(250, 280).all()  # three weeks of four are judged
    assert found.backtest["annual_max_kva"].isna().all()
    assert found.backtest_summary.loc[0, "improved"] == 6
    assert any("not growth" in remark.en for remark in found.remarks)


def test_last_years_days__the_same_weekday_or_its_neighbours():
    log = np.arange(800.0)
    assert last_years_days(log, 500, 3).tolist() == [136.0, 137.0, 138.0]
    log[137] = np.nan
    assert last_years_days(log, 500, 3).tolist() == [136.0, 144.0, 138.0]  # 357 days back
    assert np.isnan(last_years_days(log, 300, 3)).all()


def test_pinball__punishes_the_side():
    quantiles = np.array([[5.0], [10.0], [15.0]])
    assert pinball(np.array([20.0]), quantiles) == pytest.approx((0.1 * 15 + 0.5 * 10 + 0.9 * 5) / 3)
    assert pinball(np.array([0.0]), quantiles) == pytest.approx((0.9 * 5 + 0.5 * 10 + 0.1 * 15) / 3)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_report__says_what_was_held_back_and_how_wrong(steady: Forecast, language: str):
    text = report_of(steady, HEAD, language)
    assert ("合成数据" if language == "zh" else "Synthetic data") in text
    assert "2025-11-01 … 2026-10-31" in text
    assert "| 6 / 6 |" in text
    total = steady.backtest_summary.iloc[0]
    assert f"{total['mae_percent']:.2f} / {total['mae_naive_percent']:.2f}" in text
