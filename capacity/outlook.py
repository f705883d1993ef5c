"""The forecast of a case (P20): its measured past brought together, the rooms' functions handed to one another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from capacity import checks, headroom, policy
from capacity.errors import InputError
from capacity.planning.forecast import day_table, forecast, year_name, year_start
from capacity.planning.forecast.report import report_of
from capacity.policy.working_days import NotPublished
from capacity.runs.outlook_book import write_book
from capacity.runs.swap import replace_whole
from capacity.tables._schema import conform, empty
from capacity.tables.case import Case, Window
from capacity.tables.forecast import ELEMENTS, HISTORY, PROSPECTS, TABLES, Forecast, ForecastSettings
from capacity.tables.head import CaseHead, head_of
from capacity.tables.inputs.applications import reserving
from capacity.tables.issue import Issue
from capacity.tables.policy import Policy
from capacity.tables.readings import JudgedReadings, ReadingState
from capacity.tables.run import Run
from capacity.tables.words import Word

Progress = Callable[[str, int, int], None]
Draw = Callable[[Forecast, CaseHead, Path, str], object]

REPORT, BOOK, PICTURES, MARK = "forecast.md", "forecast.xlsx", "pictures", "forecast.json"
COUNTRY_OF_ZONE = {"Asia/Shanghai": "CN", "Asia/Urumqi": "CN", "Asia/Chongqing": "CN", "Europe/Berlin": "DE"}
"""Whose public holidays a case keeps, by its time zone, unless stated."""


@dataclass(frozen=True)
class Outlook:
    """A forecast and whose it is."""

    forecast: Forecast
    head: CaseHead


def forecast_case(
    case: Case,
    *,
    years: int = 10,
    rules: Policy | None = None,
    run: Run | None = None,
    prospects: pd.DataFrame | None = None,
    growth: pd.DataFrame | None = None,
    applications: bool = True,
    country: str | None = None,
    settings: ForecastSettings | None = None,
    progress: Progress | None = None,
) -> Outlook:
    """Forecast every transformer and area of a case from its daily maxima and readings.

    Parameters
    ----------
    years : to look ahead, each of twelve months from the as-of date.
    rules : the policy, if not the one that the case names.
    run : its curves stand in for transformers that have no readings at all (simulated).
    prospects, growth : schemas ``PROSPECTS`` and ``GROWTH`` of ``tables.forecast``.
    applications : whether what is accepted and not yet energised counts as certain demand, from its energisation on.
    country : ISO code of whose holidays are kept; by the case's time zone unless stated.

    Raises
    ------
    InputError
        The case has errors, or the run is of another case.
    RequestError
        ``prospects`` or ``growth`` cannot be used.
    PolicyError
        The policy that the case names is absent or cannot be used.
    """
    tell = progress or (lambda stage, done, total: None)
    rules = rules or policy.policy_of(case)
    tell("check", 0, 0)
    window = Window.before(pd.Timestamp(case.settings.as_of), case.settings.step_minutes)
    _refuse_errors(case, window, rules, run)
    readings = checks.judge_readings(case, window)
    history, simulated = _with_curves(daily_history(case, readings, window, rules), run)
    elements = elements_of(case, readings, run)
    as_of = case.settings.as_of
    country = country or COUNTRY_OF_ZONE.get(case.settings.time_zone)
    known = [
        *([prospects] if prospects is not None else []),
        *([_reserved(case, rules, years)] if applications else []),
    ]
    found = forecast(
        history,
        elements,
        calendar_of(history, as_of, years, country),
        rules,
        years,
        pd.concat(known, ignore_index=True) if known else None,
        as_of=as_of,
        growth=growth,
        settings=settings,
        progress=progress,
    )
    reserved = int(reserving(case.applications).sum()) if applications else 0
    remarks = (*found.remarks, *_about(simulated, reserved, country, case.settings.time_zone))
    return Outlook(replace(found, remarks=remarks), head_of(case.settings))


def write_outlook(outlook: Outlook, folder: Path, *, language: str = "zh", draw: Draw | None = None) -> None:
    """Write tables, workbook, report and, with ``draw``, pictures as a folder that appears whole or not at all.

    Raises
    ------
    InputError
        The folder holds something else.
    RunError
        It is being written by another process, or one of its files is open in a program.
    """
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not (folder / MARK).is_file())):
        raise InputError([_foreign(folder)])
    found, head = outlook.forecast, outlook.head

    def fill(growing: Path) -> None:
        for name in TABLES:
            getattr(found, name).to_parquet(growing / f"{name}.parquet", compression="zstd", index=False)
        write_book(found, head, growing / BOOK)
        (growing / REPORT).write_text(report_of(found, head, language), encoding="utf-8")
        if draw:
            (growing / PICTURES).mkdir()
            draw(found, head, growing / PICTURES, language)
        pd.Series(
            {
                "case": head.case_name,
                "as_of": str(found.as_of),
                "policy": head.policy,
                "synthetic": head.synthetic,
                "horizon_years": found.horizon_years,
                "settings": vars(found.settings),
                "baseline_used_for": list(found.fell_back),
                "remarks_zh": [remark.zh for remark in found.remarks],
                "remarks_en": [remark.en for remark in found.remarks],
            }
        ).to_json(growing / MARK, force_ascii=False, indent=2)

    replace_whole(folder, fill)


def daily_history(case: Case, readings: JudgedReadings, window: Window, rules: Policy) -> pd.DataFrame:
    """Daily maxima that count (``tables.forecast.HISTORY``): by judged readings where there are any, else as stated.

    A day with readings counts where enough of its steps have one that counts (P1), whatever is stated of it; a day that
    is only stated counts unless an excluded interval touches it.
    """
    measured = _measured_days(readings, window, rules.choice("coverage_min_percent"))
    stated = case.daily_maxima[["transformer_id", "date", "s_max_kva"]]
    stated = stated[stated["s_max_kva"].gt(0.0) & ~_excluded(stated, case.exclusions)]
    read = pd.MultiIndex.from_frame(measured[["transformer_id", "date"]])
    stated = stated[~pd.MultiIndex.from_frame(stated[["transformer_id", "date"]]).isin(read)]
    both = [part for part in (stated, measured[measured["s_max_kva"].notna()]) if len(part)]
    if not both:
        return empty(HISTORY)
    return conform(
        pd.concat(both).drop_duplicates(["transformer_id", "date"]).sort_values(["transformer_id", "date"]), HISTORY
    )


def _measured_days(readings: JudgedReadings, window: Window, coverage_min_percent: float) -> pd.DataFrame:
    """Every day with a reading, and its maximum; NaN where too few of them count."""
    steps = 24 * 60 // window.step_minutes
    days = pd.date_range(window.start, window.end, freq="D", inclusive="left")
    valid = readings.valid.reshape(-1, len(days), steps)
    loads = np.where(valid, readings.s_kva.reshape(valid.shape), -np.inf).max(axis=2)
    counts = (100.0 * valid.mean(axis=2) >= coverage_min_percent) & (loads > 0.0)
    rows, places = np.nonzero((readings.state != ReadingState.MISSING).reshape(valid.shape).any(axis=2))
    return pd.DataFrame(
        {
            "transformer_id": np.array(readings.transformer_ids, dtype=object)[rows],
            "date": days.to_numpy()[places],
            "s_max_kva": np.where(counts, loads, np.nan)[rows, places].astype(np.float64),
        }
    )


def _excluded(days: pd.DataFrame, exclusions: pd.DataFrame) -> pd.Series:
    """Which days an excluded interval touches."""
    touched = pd.Series(False, index=days.index)
    for row in exclusions.to_dict("records"):
        own = days["transformer_id"].eq(row["transformer_id"])
        touched |= own & (days["date"] < row["to"]) & (days["date"] + pd.Timedelta(days=1) > row["from"])
    return touched


def _with_curves(history: pd.DataFrame, run: Run | None) -> tuple[pd.DataFrame, int]:
    """The history, and for transformers without any the daily maxima of the run's curves; how many those are."""
    if run is None:
        return history, 0
    curves = run.transformer_curves
    curves = curves[~curves["transformer_id"].isin(history["transformer_id"])]
    by_day = curves.groupby([curves["transformer_id"], curves["timestamp"].dt.normalize()], observed=True)[
        "s_kva"
    ].max()
    days = by_day.rename_axis(["transformer_id", "date"]).rename("s_max_kva").reset_index()
    days = days[days["s_max_kva"] > 0.0].astype({"s_max_kva": "float64"})
    return conform(pd.concat([history, days], ignore_index=True), HISTORY), int(days["transformer_id"].nunique())


def elements_of(case: Case, readings: JudgedReadings, run: Run | None = None) -> pd.DataFrame:
    """The case's transformers with their areas and how much of their highest load is import (``ELEMENTS``)."""
    own = case.transformers
    areas = case.areas.set_index("area_id")
    frame = own[["transformer_id", "name", "area_id", "ownership", "rated_kva", "valid_from", "valid_to"]].copy()
    frame["area_name"], frame["area_class"] = own["area_id"].map(areas["name"]), own["area_id"].map(areas["area_class"])
    share = _import_share(readings)
    if run is not None:
        known = run.transformers.set_index("transformer_id")
        highest = known[["smax_import_kva", "smax_export_kva"]].max(axis=1)
        share = share.combine_first((known["smax_import_kva"] / highest).dropna())
    frame["import_share"] = frame["transformer_id"].map(share)
    return conform(frame[list(ELEMENTS.columns)], ELEMENTS)


def _import_share(readings: JudgedReadings) -> pd.Series:
    """Highest import over highest load, by transformer; where the direction is not metered it is import (P1)."""
    loads = np.where(readings.valid, readings.s_kva, 0.0)
    imports = np.where(np.nan_to_num(readings.p_kw) >= 0.0, loads, 0.0).max(axis=1, initial=0.0)
    highest = loads.max(axis=1, initial=0.0)
    share = np.divide(imports, highest, out=np.full(len(highest), np.nan), where=highest > 0.0)
    return pd.Series(share, index=list(readings.transformer_ids), dtype="float64").dropna()


def calendar_of(history: pd.DataFrame, as_of: dt.date, years: int, country: str | None) -> pd.DataFrame:
    """Every day from the first reading's year to the end of the horizon; Chinese make-up days where published."""
    first = history["date"].min() if len(history) else pd.Timestamp(as_of)
    start = (min(first, pd.Timestamp(as_of)) - pd.DateOffset(years=2)).date()
    end = year_start(as_of, years + 1).date()
    return day_table(start, end, country=country, works_on=_published if country == "CN" else None)


def _published(day: dt.date) -> bool | None:
    works = policy.is_working_day(day)
    return None if isinstance(works, NotPublished) else works


def _reserved(case: Case, rules: Policy, years: int) -> pd.DataFrame:
    """What is reserved (P7) as certain prospects, each from the year that holds its energisation on."""
    demand = headroom.reserved_demand(case, rules).dropna(subset="transformer_id")
    table = case.applications[reserving(case.applications)].set_index("application_id")
    year_of = partial(_year_holding, case.settings.as_of, years)
    return pd.DataFrame(
        {
            "element_id": demand["transformer_id"].astype("string"),
            "year": [year_of(table["energise_on"].get(one)) for one in demand["application_id"]],
            "added_kva": demand["s_kva"].astype("float64"),
            "probability": 1.0,
        },
        columns=list(PROSPECTS.columns),
    )


def _year_holding(as_of: dt.date, years: int, day: pd.Timestamp | None) -> int:
    """Name of the year ahead that holds a day: the first for past or unknown days, past the horizon for later ones."""
    if day is None or pd.isna(day):
        return year_name(as_of, 1)
    ahead = next((year for year in range(1, years + 1) if day < year_start(as_of, year + 1)), years + 1)
    return year_name(as_of, ahead)


def _about(simulated: int, reserved: int, country: str | None, time_zone: str) -> list[Word]:
    told = []
    if reserved:
        told.append(
            Word(
                f"已批未投 {reserved} 件用电申请自送电之年起全额计入（P7），故首年即可能高于最近一年实测。",
                f"{reserved} accepted application(s) not yet energised count in full from their year of energisation "
                "on (P7): the first year may lie above the last measured one for that reason.",
            )
        )
    if simulated:
        told.append(
            Word(
                f"{simulated} 台配变无读数，采用仿真曲线。",
                f"{simulated} transformer(s) have no readings: the run's simulated curves stand in.",
            )
        )
    if country is None:
        told.append(
            Word(
                f"未知时区 {time_zone} 的法定节假日，只区分周末。",
                f"No public holidays are known for the time zone {time_zone}: weekends only.",
            )
        )
    return told


def _refuse_errors(case: Case, window: Window, rules: Policy, run: Run | None) -> None:
    issues = checks.check(case, window, coverage_min_percent=rules.choice("coverage_min_percent"))
    errors = [issue for issue in issues if issue.severity == "error"]
    if run is not None and run.manifest.case_name != case.settings.name:
        errors.append(
            Issue(
                "error",
                "forecast.run",
                "run",
                "",
                (run.manifest.case_name,),
                f"The run is of '{run.manifest.case_name}', not of '{case.settings.name}'; name a run of this case.",
                f"该计算结果属于算例“{run.manifest.case_name}”，而非“{case.settings.name}”，请指定本算例的计算结果。",
            )
        )
    if errors:
        raise InputError(errors)


def _foreign(folder: Path) -> Issue:
    return Issue(
        "error",
        "forecast.folder",
        "folder",
        "",
        (str(folder),),
        f"It holds something that is no forecast (no {MARK}) and will not be replaced: choose another folder.",
        f"其中有非预测结果的内容（没有 {MARK}），不会覆盖，请另选文件夹。",
        file=str(folder),
    )
