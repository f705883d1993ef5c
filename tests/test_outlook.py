"""A case's forecast from folder to folder: what of its past counts, what is written, what the command says."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from forecast_cases import QUICK, history
from hand_case import AS_OF, application, hand_case, hand_readings
from typer.testing import CliRunner

from capacity import checks, outlook
from capacity.case import write_case
from capacity.cli import app
from capacity.errors import InputError
from capacity.figures.forecast import draw_fans, draw_forecast
from capacity.outlook import daily_history, elements_of, forecast_case, write_outlook
from capacity.policy import policy_of
from capacity.tables._schema import conform
from capacity.tables.case import Case, Window
from capacity.tables.forecast import TABLES
from capacity.tables.inputs.exclusions import EXCLUSIONS
from capacity.tables.inputs.measurements import DAILY_MAXIMA

RUNNER = CliRunner()
LEVELS = {"T1": 200.0, "T2": 150.0}


def past_case(**changes: object) -> Case:
    """The hand-worked case with three years of daily maxima; its two days of readings are the last of them."""
    days = history(LEVELS, growth=0.06, noise=0.02, as_of=AS_OF.date())
    return replace(hand_case(), daily_maxima=conform(days, DAILY_MAXIMA), **changes)


def past_of(case: Case) -> pd.DataFrame:
    window = Window.before(AS_OF, 15)
    return daily_history(case, checks.judge_readings(case, window), window, policy_of(case))


def test_daily_history__readings_go_before_what_is_stated():
    case = past_case()
    days = past_of(case).set_index(["transformer_id", "date"])["s_max_kva"]
    assert days.loc[("T1", pd.Timestamp("2026-01-01"))] == pytest.approx(200.0)  # 160 kW and 120 kvar
    assert days.loc["T1"].index.max() == pd.Timestamp("2026-01-02")
    stated = case.daily_maxima.set_index(["transformer_id", "date"])["s_max_kva"]
    assert days.loc[("T1", pd.Timestamp("2025-06-01"))] == stated.loc[("T1", pd.Timestamp("2025-06-01"))]


def test_daily_history__half_a_day_of_readings_is_no_day():
    readings = hand_readings()
    cut = readings["transformer_id"].eq("T1") & (readings["timestamp"] >= pd.Timestamp("2026-01-02 11:00"))
    case = past_case(measurements=readings[~cut].reset_index(drop=True))
    days = past_of(case)
    assert pd.Timestamp("2026-01-02") not in set(days.loc[days["transformer_id"].eq("T1"), "date"])


def test_daily_history__excluded_days_do_not_count():
    row = {
        "transformer_id": "T2",
        "from": "2024-05-01 08:00",
        "to": "2024-05-03 00:00",
        "reason": "转供",
        "author": "甲",
    }
    case = past_case(exclusions=conform(pd.DataFrame([row]), EXCLUSIONS))
    dates = set(past_of(case).query("transformer_id == 'T2'")["date"])
    assert not dates & {pd.Timestamp("2024-05-01"), pd.Timestamp("2024-05-02")}
    assert {pd.Timestamp("2024-04-30"), pd.Timestamp("2024-05-03")} <= dates


def test_elements_of__import_share_of_an_exporting_transformer():
    readings = hand_readings()
    peak = readings["transformer_id"].eq("T1") & readings["p_kw"].eq(160.0)
    readings.loc[peak, "p_kw"] = -160.0
    case = past_case(measurements=readings)
    share = elements_of(case, checks.judge_readings(case, Window.before(AS_OF, 15))).set_index("transformer_id")
    assert 0.0 < share.loc["T1", "import_share"] < 1.0
    assert share.loc["T2", "import_share"] == 1.0


def whole_case(**changes: object) -> Case:
    """The same without meters: the stated daily maxima are all there is."""
    return past_case(measurements=hand_readings().iloc[:0], **changes)


def test_forecast_case__a_case_of_daily_maxima_alone():
    outlook_ = forecast_case(whole_case(), years=4, settings=QUICK)
    area = outlook_.forecast.crossings.query("element_id == 'A1'").set_index("rule")
    highest = outlook_.forecast.history.query("date >= '2025-01-03'").groupby("transformer_id")["s_max_kva"].max()
    assert area.loc["P3", "measured"] == pytest.approx(max(highest["T1"] / 4.0, highest["T2"] / 3.15))
    assert area["reason"].eq("").all()
    assert outlook_.head.as_of == AS_OF.date()


def test_forecast_case__accepted_applications_count_from_their_energisation():
    rows = [application("A-1", "T1", 95.0), application("A-2", "T2", 50.0, status="received")]
    late = [application("A-1", "T1", 95.0) | {"energise_on": pd.Timestamp("2027-05-01")}]
    plain, reserved, later = (
        forecast_case(whole_case(**({} if asked is None else _asking(asked))), years=3, settings=QUICK).forecast.years
        for asked in (None, rows, late)
    )
    added = (reserved["s_max_p50_kva"] - plain["s_max_p50_kva"]).round(6)
    ids = plain["element_id"]
    assert added[ids.eq("T1")].tolist() == [100.0, 100.0, 100.0]  # 95 kW at 0.95
    assert added[ids.eq("T2")].tolist() == [0.0, 0.0, 0.0]
    assert (later["s_max_p50_kva"] - plain["s_max_p50_kva"])[ids.eq("T1")].round(6).tolist() == [0.0, 100.0, 100.0]


def _asking(rows: list[dict[str, object]]) -> dict[str, object]:
    return {"applications": hand_case(applications=pd.DataFrame(rows)).applications}


def test_write_outlook__whole_or_not_at_all(tmp_path: Path):
    made = forecast_case(whole_case(), years=3, settings=QUICK)
    place = tmp_path / "f"
    write_outlook(made, place, language="en", draw=draw_forecast)
    for name, schema in TABLES.items():
        kept = pd.read_parquet(place / f"{name}.parquet")
        assert list(kept.columns) == list(schema.columns)
        assert len(kept) == len(getattr(made.forecast, name))
    told = json.loads((place / "forecast.json").read_text(encoding="utf-8"))
    assert (told["as_of"], told["horizon_years"], told["settings"]["draws"]) == ("2026-01-03", 3, QUICK.draws)
    book = openpyxl.load_workbook(place / "forecast.xlsx", read_only=True)
    assert "网格越限 areas" in book.sheetnames
    assert sorted(path.name for path in (place / "pictures").iterdir()) == ["fans-01.png", "sums.png"]
    write_outlook(made, place)  # again, over its own
    foreign = tmp_path / "g"
    foreign.mkdir()
    (foreign / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="no forecast"):
        write_outlook(made, foreign)
    assert [path.name for path in foreign.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_draw_fans__an_element_without_a_forecast_says_why(
    tmp_path: Path, language: str, recwarn: pytest.WarningsRecorder
):
    found = forecast_case(hand_case(), years=4, settings=QUICK)
    assert set(found.forecast.series["reason"]) == {"short_history"}
    path = draw_fans(found.forecast, found.head, ["A1", "T1"], tmp_path / "fans.png", language=language)
    assert path.stat().st_size > 10_000
    assert not [str(w.message) for w in recwarn if "Glyph" in str(w.message)]


def test_country_of_a_case_that_is_not_chinese():
    case = whole_case()
    settings = case.settings.model_copy(update={"time_zone": "America/Lima"})
    told = forecast_case(replace(case, settings=settings), years=1, settings=QUICK).forecast.remarks
    assert any("weekends only" in remark.en for remark in told)
    assert outlook.COUNTRY_OF_ZONE["Asia/Shanghai"] == "CN"


def typed(*words: object, code: int = 0) -> str:
    result = RUNNER.invoke(app, ["--lang", "en", *map(str, words)], terminal_width=200)
    assert result.exit_code == code, result.output + repr(result.exception)
    return result.output


def test_command__tells_and_writes(tmp_path: Path):
    write_case(whole_case(), tmp_path / "case")
    prospects = tmp_path / "prospects.csv"
    prospects.write_text("﻿element_id,year,added_kva,probability\nT1,2027,50,0.5\n", encoding="utf-8")
    said = typed("forecast", tmp_path / "case", "--years", 3, "--to", tmp_path / "f", "--prospects", prospects,
                 "--no-pictures")  # fmt: skip
    assert "expected year, and probability within 3 years" in said
    assert "Back-test" in said
    assert not (tmp_path / "f" / "pictures").exists()
    told = json.loads(
        typed("forecast", tmp_path / "case", "--years", 2, "--to", tmp_path / "f", "--json", "--no-pictures")
    )
    assert told["horizon_years"] == 2
    assert {row["rule"] for row in told["crossings"]} == {"P3", "P4", "P5", "P6"}
    prospects.write_text("element_id,year,added_kva,probability\nTX,2027,50,5\n", encoding="utf-8")
    result = RUNNER.invoke(
        app, ["forecast", str(tmp_path / "case"), "--to", str(tmp_path / "g"), "--prospects", str(prospects)]
    )
    assert "row 1 (TX)" in repr(result.exception)
    assert not (tmp_path / "g").exists()
    typed("forecast", tmp_path / "case", "--prospects", tmp_path / "none.csv", code=2)
    typed("forecast", tmp_path / "case", "--country", "XX", code=2)


def test_measured_days__of_a_meter_without_readings_is_nothing():
    assert np.isnan(forecast_case(hand_case(meterless=("T1",)), years=1, settings=QUICK).forecast.series.set_index(
        "transformer_id").loc["T1", "last_year_max_kva"])  # fmt: skip
