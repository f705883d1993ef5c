"""When the rules of P3–P6 will hold: exact where the history is, and honest about what is not known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from forecast_cases import AS_OF, CERTAIN, QUICK, calendar, elements, history, rules

from capacity.errors import RequestError
from capacity.planning.forecast import forecast
from capacity.tables._schema import conform
from capacity.tables.forecast import PROSPECTS, TABLES, Forecast, ForecastSettings

NAMES = {"T1": 400.0, "T2": 315.0, "T3": 200.0}


def run(
    frame: pd.DataFrame, own: pd.DataFrame, years: int = 10, settings: ForecastSettings = CERTAIN, **more
) -> Forecast:
    return forecast(frame, own, calendar(), rules(), years, as_of=AS_OF, settings=settings, **more)


def smooth(highest_kva: dict[str, float], growth: float = 0.05) -> pd.DataFrame:
    """No noise and no festival: the future is a single line."""
    frame = history(highest_kva, growth=growth, noise=0.0, festival=0.0)
    last = frame["date"] >= "2025-11-01"
    factor = pd.Series(highest_kva) / frame[last].groupby("transformer_id")["s_max_kva"].max()
    frame["s_max_kva"] *= frame["transformer_id"].map(factor).astype(float)
    return frame


def crossing(found: Forecast, element_id: str, rule: str) -> pd.Series:
    table = found.crossings
    return table[table["element_id"].eq(element_id) & table["rule"].eq(rule)].iloc[0]


@pytest.fixture(scope="module")
def certain() -> Forecast:
    """T1 stands at 52 % of 400 kVA and grows by 5 % a year; so do T2 at 30 % and T3 at 40 %."""
    return run(smooth({"T1": 208.0, "T2": 94.5, "T3": 80.0}), elements(NAMES))


def test_forecast__the_year_is_the_one_on_paper(certain: Forecast):
    """52 · 1.05^n ≥ 70 from n = 6.1, > 80 from n = 8.8: the 7th year is 2033, the 9th 2035."""
    may = crossing(certain, "T1", "P3")
    assert (bool(may["already"]), may["year_expected"]) == (True, 2027)
    assert crossing(certain, "T1", "P4")["year_expected"] == 2033
    assert crossing(certain, "T1", "P6")["year_expected"] == 2035
    assert crossing(certain, "A1", "P4")["year_expected"] == crossing(certain, "T1", "P4")["year_expected"]
    line = certain.years[certain.years["element_id"].eq("T1")]["loading_p50_percent"].to_numpy()
    assert line == pytest.approx(52.0 * 1.05 ** np.arange(1, 11), rel=0.01)


def test_forecast__sum_of_the_area_is_p7s(certain: Forecast):
    years = certain.years.set_index(["element_id", "year_ahead"])
    limits = {"T1": 320.0, "T2": 252.0, "T3": 160.0}
    for year in (1, 10):
        on_paper = sum(max(0.0, limits[t] - years.loc[(t, year), "s_max_p50_kva"]) for t in NAMES)
        assert years.loc[("A1", year), "allowed_sum_p50_kva"] == pytest.approx(
            on_paper, rel=1e-3
        )  # medians of near-lines
    now = crossing(certain, "A1", "P5")
    assert now["measured"] == pytest.approx(112.0 + 157.5 + 80.0)
    assert not bool(now["already"])


def test_forecast__equality_belongs_to_the_rules():
    """Exactly 70.0 % triggers P4; exactly 80.0 % does not trigger P6; exactly 160.0 kVA does not trigger P5."""
    found = run(smooth({"T1": 280.0}), elements({"T1": 400.0}), years=1)
    assert bool(crossing(found, "T1", "P4")["already"])
    found = run(smooth({"T1": 320.0}), elements({"T1": 400.0}), years=1)
    assert not bool(crossing(found, "T1", "P6")["already"])
    found = run(smooth({"T1": 160.0}), elements({"T1": 400.0}), years=1)
    assert crossing(found, "A1", "P5")["measured"] == pytest.approx(160.0, abs=1e-9)
    assert not bool(crossing(found, "A1", "P5")["already"])


def test_forecast__import_alone_uses_up_room():
    found = run(smooth({"T1": 208.0}), elements({"T1": 400.0}, import_share=[0.5]), years=1)
    assert crossing(found, "A1", "P5")["measured"] == pytest.approx(320.0 - 104.0)
    assert crossing(found, "A1", "P3")["measured"] == pytest.approx(52.0)


def test_forecast__an_unknown_transformer_bounds_the_area():
    frame = smooth({"T1": 208.0, "T2": 94.5})
    found = run(frame, elements(NAMES))
    assert crossing(found, "T3", "P4")["reason"] == "no_readings"
    assert pd.isna(crossing(found, "T3", "P4")["within_horizon_percent"])
    assert crossing(found, "A1", "P4")["bound"] == "at_least"
    assert crossing(found, "A1", "P5")["bound"] == "at_most"
    assert pd.isna(crossing(found, "A1", "P5")["year_expected"])  # T3 may hold the sum up: no year can be said
    assert not pd.isna(crossing(found, "A1", "P4")["year_expected"])  # T1 alone gets there by then
    assert not bool(crossing(found, "A1", "P5")["already"])  # 269.5 kVA of the known settle it
    assert bool(crossing(found, "A1", "P3")["already"])  # T1 alone is above 50 %
    assert pd.isna(crossing(found, "A1", "P4")["already"])  # T3 may be above 70 %


def test_forecast__dedicated_transformers_count_for_nothing_else():
    own = elements(NAMES, ownership=["dedicated", "public", "public"])
    found = run(smooth({"T1": 399.0, "T2": 94.5, "T3": 80.0}), own, years=2)
    assert crossing(found, "A1", "P3")["measured"] == pytest.approx(40.0)
    assert crossing(found, "A1", "P5")["measured"] == pytest.approx(157.5 + 80.0)
    assert found.crossings["element_id"].ne("T1").all()
    assert found.years["element_id"].eq("T1").sum() == 2


def test_forecast__nobody_left_to_forecast():
    found = run(smooth({"T1": 208.0}).iloc[:0], elements(NAMES))
    assert found.crossings["reason"].ne("").all()
    assert found.crossings["measured"].isna().all()
    assert found.years.empty
    assert any("not back-tested" in remark.en for remark in found.remarks)


def test_forecast__without_two_years_growth_is_not_made_up():
    found = run(history(dict.fromkeys(NAMES, 100.0), years=1), elements(NAMES))
    assert set(found.series["reason"]) == {"growth_unknown"}
    assert set(found.crossings["reason"]) == {"growth_unknown"}
    assert found.years.empty
    given = pd.DataFrame({"area_class": ["rural"], "growth_percent": [4.0], "spread_percent": [0.0]})
    grown = run(history(dict.fromkeys(NAMES, 100.0), years=1, noise=0.0, festival=0.0), elements(NAMES), growth=given)
    line = grown.years[grown.years["element_id"].eq("T1")]["s_max_p50_kva"].to_numpy()
    assert line[1:] / line[:-1] == pytest.approx(1.04, rel=0.02)


def test_forecast__a_newcomer_takes_the_growth_of_its_class():
    frame = history(dict.fromkeys(NAMES, 100.0) | {"T4": 100.0}, growth=0.05, noise=0.01)
    frame = frame[~(frame["transformer_id"].eq("T4") & (frame["date"] < "2025-11-01"))]
    found = run(frame, elements(NAMES | {"T4": 400.0})).series.set_index("transformer_id")
    assert found.loc["T4", "reason"] == ""
    assert np.isnan(found.loc["T4", "own_growth_percent"])
    assert found.loc["T4", "growth_percent"] == pytest.approx(5.0, abs=0.5)


def prospects(*rows: tuple[str, int, float, float]) -> pd.DataFrame:
    return conform(pd.DataFrame(list(rows), columns=list(PROSPECTS.columns)), PROSPECTS)


def test_prospects__certain_ones_add_in_full_from_their_year(certain: Forecast):
    frame, own = smooth({"T1": 208.0, "T2": 94.5, "T3": 80.0}), elements(NAMES)
    found = run(frame, own, prospects=prospects(("T2", 2029, 63.0, 1.0), ("T2", 2099, 500.0, 1.0)))
    before, after = (
        one.years[one.years["element_id"].eq("T2")].set_index("year")["s_max_p50_kva"] for one in (certain, found)
    )
    added = after - before
    assert added[[2027, 2028]].to_numpy() == pytest.approx(0.0)
    assert added[[2029, 2036]].to_numpy() == pytest.approx(63.0)


def test_prospects__possible_ones_come_in_their_share_of_the_futures():
    found = run(smooth({"T1": 100.0}), elements({"T1": 400.0}), 2, QUICK, prospects=prospects(("T1", 2027, 250.0, 0.3)))
    chance = found.probabilities[found.probabilities["element_id"].eq("T1") & found.probabilities["rule"].eq("P4")]
    assert chance["by_year_percent"].iloc[0] == pytest.approx(30.0, abs=7.0)


def test_prospects__of_an_area_hang_on_the_roomiest_transformer(certain: Forecast):
    frame, own = smooth({"T1": 208.0, "T2": 94.5, "T3": 80.0}), elements(NAMES)
    found = run(frame, own, prospects=prospects(("A1", 2027, 50.0, 1.0)))  # room: 112, 157.5 and 80 kVA
    added = found.years["s_max_p50_kva"] - certain.years["s_max_p50_kva"]
    assert set(found.years.loc[added > 1.0, "element_id"]) == {"T2"}


def test_prospects__at_an_unknown_element_are_said():
    found = run(smooth({"T1": 208.0}), elements(NAMES), 1, prospects=prospects(("T3", 2027, 50.0, 1.0)))
    assert any("left out: T3" in remark.en for remark in found.remarks)


def test_forecast__says_every_fault_of_its_tables_at_once():
    bad = pd.DataFrame(
        {"element_id": ["T1", "TX", "T2"], "year": [2027.5, 2027, 27], "added_kva": [-1.0, 5.0, "many"],
         "probability": [0.5, 30.0, 0.5]}
    )  # fmt: skip
    grown = pd.DataFrame(
        {"area_class": ["village", "rural", "rural"], "growth_percent": [3, 3, 900], "spread_percent": 1}
    )
    with pytest.raises(RequestError) as caught:
        run(smooth({"T1": 208.0}), elements(NAMES), prospects=bad, growth=grown)
    assert len(caught.value.faults_en) == len(caught.value.faults_zh) == 9
    assert "prospects, row 2 (TX): no transformer or area has this id" in caught.value.faults_en
    with pytest.raises(RequestError, match="added_kva is missing"):
        run(smooth({"T1": 208.0}), elements(NAMES), prospects=bad.drop(columns="added_kva"))


def test_forecast__no_horizon():
    with pytest.raises(ValueError, match="horizon"):
        run(smooth({"T1": 208.0}), elements(NAMES), years=0)


def test_forecast__is_the_same_whatever_stands_beside_it():
    frame, names = history(dict.fromkeys(NAMES, 150.0)), dict(NAMES)
    once, again = (run(frame, elements(names), 5, QUICK) for _ in range(2))
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(once, name), getattr(again, name))
    turned = run(frame.iloc[::-1], elements(dict(reversed(names.items()))), 5, QUICK)
    by = ["element_type", "element_id", "year_ahead"]
    pd.testing.assert_frame_equal(
        once.years.sort_values(by, ignore_index=True), turned.years.sort_values(by, ignore_index=True)
    )


def test_forecast__intervals_widen_and_probabilities_accumulate():
    found = run(history(dict.fromkeys(NAMES, 150.0)), elements(NAMES), 10, QUICK)
    own = found.years[found.years["element_id"].eq("T1")]
    width = np.log(own["loading_p90_percent"] / own["loading_p10_percent"]).to_numpy()
    assert width[-1] > 2.0 * width[0]
    assert (own["loading_p10_percent"] <= own["loading_p50_percent"]).all()
    for _, one in found.probabilities.groupby(["element_type", "element_id", "rule"], observed=True):
        assert one["by_year_percent"].is_monotonic_increasing
        assert (one["by_year_percent"] >= one["in_year_percent"] - 1e-9).all()
    area = found.probabilities[found.probabilities["element_type"].eq("area")]
    highest = found.probabilities[found.probabilities["element_type"].eq("transformer")]
    merged = area.merge(highest, on=["rule", "year_ahead"], suffixes=("", "_one"))
    assert (merged["in_year_percent"] >= merged["in_year_percent_one"] - 1e-9).all()
