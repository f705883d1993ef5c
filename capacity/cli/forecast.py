"""The command that looks ahead: forecast."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import pandas as pd
import typer
from rich.markup import escape
from rich.table import Table

from capacity.cli import app, printing
from capacity.cli.language import language, say, word
from capacity.cli.runs import RegisterUrl, with_register
from capacity.tables.words import AREA_CLASS, Word

if TYPE_CHECKING:
    from capacity.outlook import Outlook
    from capacity.tables.forecast import Forecast

_RULES = {
    "P3": Word("P3 可立项", "P3 may"),
    "P4": Word("P4 必须立项", "P4 must"),
    "P6": Word("P6 超80 %", "P6"),
    "P5": Word("P5 预管控", "P5 pre-control"),
}
_MOST_SHOWN = 40


@app.command()
def forecast(
    folder: Annotated[Path, typer.Argument(help="The case folder.", metavar="CASE")],
    years: Annotated[int, typer.Option(min=1, max=30, help="Years to look ahead.")] = 10,
    to: Annotated[
        Path | None, typer.Option(help="Folder of the forecast; default results/<case>-forecast.", metavar="DIR")
    ] = None,
    run: Annotated[
        Path | None, typer.Option(help="A run of the case, whose curves stand in where there are no readings.")
    ] = None,
    prospects: Annotated[
        Path | None,
        typer.Option(help="Prospective customers (CSV): element_id, year, added_kva, probability from 0 to 1."),
    ] = None,
    growth: Annotated[
        Path | None,
        typer.Option(help="Growth in place of the measured (CSV): area_class, growth_percent, spread_percent."),
    ] = None,
    applications: Annotated[
        bool, typer.Option(help="Count accepted applications from their energisation on (P7).")
    ] = True,
    register: RegisterUrl = None,
    as_of: Annotated[str | None, typer.Option(help="As-of date, if not the case's own (YYYY-MM-DD).")] = None,
    country: Annotated[
        str | None, typer.Option(help="Whose public holidays, ISO code, if not by the case's time zone.")
    ] = None,
    pictures: Annotated[bool, typer.Option(help="Draw the pictures too.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print the crossing years for programs.")] = False,
) -> None:
    """When areas and transformers will reach 50, 70, 80 % and fall below 160 kVA, and how sure that is. 负荷预测。"""
    from capacity.case import load_case
    from capacity.figures.forecast import draw_forecast
    from capacity.outlook import forecast_case, write_outlook
    from capacity.runs import read_run

    case = load_case(folder)
    if as_of:
        case = case.with_as_of(pd.Timestamp(_day(as_of)))
    case = with_register(case, register)
    with printing.progress() as told:
        outlook = forecast_case(
            case,
            years=years,
            run=read_run(run) if run else None,
            prospects=_read_csv(prospects) if prospects else None,
            growth=_read_csv(growth) if growth else None,
            applications=applications,
            country=_country(country),
            progress=told,
        )
        place = to or Path("results") / f"{case.settings.name}-forecast"
        told("writing", 0, 0)
        write_outlook(outlook, place, language=language(), draw=draw_forecast if pictures else None)
    if as_json:
        typer.echo(_as_json(outlook))
        return
    _show(outlook)
    printing.where("已写出", "written", place)


def _read_csv(path: Path) -> pd.DataFrame:
    """A small table as people keep it; what is wrong with its contents is said by row."""
    if not path.is_file():
        raise typer.BadParameter(say(f"没有文件 {path}", f"there is no file '{path}'"))
    try:
        return pd.read_csv(path, encoding="utf-8-sig", skipinitialspace=True)
    except (ValueError, pd.errors.ParserError) as reason:
        raise typer.BadParameter(
            say(f"{path} 不是 UTF-8 编码的 CSV 表：{reason}", f"'{path}' is not a CSV table in UTF-8: {reason}")
        ) from reason


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as reason:
        raise typer.BadParameter(
            say(f"日期应为 YYYY-MM-DD，而非 {text}", f"a date is YYYY-MM-DD, not {text}"), param_hint="--as-of"
        ) from reason


def _country(code: str | None) -> str | None:
    if code is None:
        return None
    import holidays

    known = holidays.list_supported_countries()
    if code.upper() not in known:
        raise typer.BadParameter(
            say(f"没有国家代码 {code} 的节假日", f"no public holidays are known for '{code}'"), param_hint="--country"
        )
    return code.upper()


def _show(outlook: Outlook) -> None:
    found = outlook.forecast
    if outlook.head.synthetic:
        printing.console.print(
            say("[bold red]合成数据：不代表任何真实电网[/]", "[bold red]synthetic data: no real grid[/]")
        )
    printing.console.print(_areas(found))
    for remark in found.remarks:
        printing.console.print("- " + word(remark), markup=False, highlight=False)


def _areas(found: Forecast) -> Table:
    """Areas, the soonest first: the expected year per rule and its probability within the horizon."""
    title = say(
        f"预计年份与 {found.horizon_years} 年内概率（网格）",
        f"expected year, and probability within {found.horizon_years} years, by area",
    )
    table = Table(title=title, title_justify="left")
    table.add_column(say("网格", "area"))
    table.add_column(say("类别", "class"))
    for rule in _RULES.values():
        table.add_column(word(rule), justify="right", no_wrap=True)
    areas = found.crossings[found.crossings["element_type"].eq("area")]
    urgency = areas[areas["rule"].eq("P4")].sort_values(
        ["already", "year_expected", "within_horizon_percent"], ascending=[False, True, False], na_position="last"
    )
    shown = [str(one) for one in urgency["element_id"]][:_MOST_SHOWN]
    for area_id in shown:
        own = areas[areas["element_id"].eq(area_id)].set_index("rule")
        first = own.iloc[0]
        cells = [_cell(own.loc[rule]) if rule in own.index else "" for rule in _RULES]
        name = "" if pd.isna(first["name"]) else f" {first['name']}"
        kind = "" if pd.isna(first["area_class"]) else word(AREA_CLASS[first["area_class"]])
        table.add_row(escape(f"{area_id}{name}"), kind, *cells)
    left = len(urgency) - len(shown)
    if left > 0:
        table.caption = say(f"另有 {left} 个网格，见工作簿", f"{left} more areas: see the workbook")
    return table


def _cell(row: pd.Series) -> str:
    if row["reason"]:
        return f"[bright_black]{say('不预测', 'not forecast')}[/]"
    percent = f"{row['within_horizon_percent']:.0f} %"
    sign = {"at_least": "≥ ", "at_most": "≤ "}.get(row["bound"], "")
    if not pd.isna(row["already"]) and bool(row["already"]):
        return f"[red]{say('已成立', 'now')}[/]  {sign}{percent}"
    expected = "–" if pd.isna(row["year_expected"]) else str(int(row["year_expected"]))
    return f"{expected}  {sign}{percent}"


def _as_json(outlook: Outlook) -> str:
    found = outlook.forecast
    return json.dumps(
        {
            "case": outlook.head.case_name,
            "as_of": str(found.as_of),
            "synthetic": outlook.head.synthetic,
            "horizon_years": found.horizon_years,
            "baseline_used_for": list(found.fell_back),
            "crossings": json.loads(found.crossings.to_json(orient="records")),
            "backtest_summary": json.loads(found.backtest_summary.to_json(orient="records")),
            "remarks": [{"zh": remark.zh, "en": remark.en} for remark in found.remarks],
        },
        ensure_ascii=False,
        indent=1,
    )
