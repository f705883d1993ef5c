"""From a filled-in ledger workbook and meter exports to a case folder."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pandera.errors import SchemaErrors

from capacity.case.folder.reading import assemble, empty_tables, load_case
from capacity.case.folder.writing import write_case
from capacity.case.ledger import sentences as say
from capacity.case.ledger.appending import MEASUREMENTS_FILE, merge_readings
from capacity.case.ledger.assumptions import left_out, nodes_of_customers
from capacity.case.ledger.network import build_network, busbar_name
from capacity.case.ledger.relations import check_relations, is_switch
from capacity.case.ledger.sheets import CASE
from capacity.case.ledger.voltages import busbar_voltages
from capacity.case.ledger.workbook import Workbook, read_workbook
from capacity.case.meters.readings import Stamps, read_readings
from capacity.errors import InputError
from capacity.tables._schema import conform, empty
from capacity.tables.case import Case
from capacity.tables.inputs.areas import AREAS
from capacity.tables.inputs.feeders import FEEDERS
from capacity.tables.inputs.measurements import MEASUREMENTS
from capacity.tables.inputs.substations import SUBSTATIONS
from capacity.tables.inputs.transformers import TRANSFORMERS
from capacity.tables.issue import Issue
from capacity.tables.settings import BusbarVoltage, CaseSettings, DataSource, ServiceNumbers

StoredReadings = Literal["refuse", "keep", "replace"]
_REGISTERS = ("customers", "projects", "applications", "outages", "exclusions")


def import_workbook(
    ledger: Path,
    folder: Path,
    readings: Sequence[Path] = (),
    *,
    readings_are: Stamps = "auto",
    stored: StoredReadings = "refuse",
) -> Case:
    """Build a case from a ledger workbook and write it to ``folder``, all of it or nothing.

    Parameters
    ----------
    ledger : the workbook, filled in from the template.
    folder : the case folder to write; its name becomes the case's name.
    readings : meter exports, see :func:`capacity.case.meters.readings.read_readings`.
    readings_are : whether the exports' times name the ``start`` or ``end`` of their interval; ``auto`` tells by the
        columns and says what it took.
    stored : what becomes of readings that the folder already holds and the exports lack: ``refuse`` to import,
        ``keep`` them beside the new ones (which win where they differ), or ``replace`` them, losing them.

    Returns
    -------
    Case
        The case as read back from the folder; ``reading_issues`` begins with what the import assumed or left out.

    Raises
    ------
    InputError
        With every problem of workbook and readings at once (sheet, row, column, id, remedy). Nothing is written then.
    """
    book, issues = read_workbook(ledger)
    if any(issue.check in ("ledger.no_file", "ledger.no_workbook") for issue in issues):
        raise InputError(issues)
    issues += check_relations(book)
    measurements = empty(MEASUREMENTS)
    if readings:
        known = book.tables["transformers"].dropna(subset=["transformer_id"]).drop_duplicates("transformer_id")
        measurements, found = read_readings(readings, known, stamps=readings_are)
        issues += found
    measurements, found = _with_stored(measurements, Path(folder), stored)
    issues += found
    as_of, found = _as_of(book, measurements)
    issues += found
    if any(issue.severity == "error" for issue in issues) or as_of is None:
        raise InputError(issues)
    book, found = nodes_of_customers(book)
    issues += found
    peak_kva = _highest_readings(measurements)
    issues += left_out(book, peak_kva)
    voltages, profiles, found = busbar_voltages(book, as_of)
    issues += found
    settings = _settings(book, Path(folder), as_of, voltages, issues)
    tables = _tables(book) | {"measurements": measurements}
    case = assemble(
        settings, build_network(book, peak_kva, as_of), _areas(book, settings.crs), tables, profiles, {}, []
    )
    write_case(case, Path(folder))
    written = load_case(Path(folder))
    return replace(written, reading_issues=(*issues, *written.reading_issues))


def _with_stored(fresh: pd.DataFrame, folder: Path, stored: StoredReadings) -> tuple[pd.DataFrame, list[Issue]]:
    """The new readings, with those the folder already holds where they are kept; an error where they would be lost."""
    file = folder / MEASUREMENTS_FILE
    if stored == "replace" or not file.is_file():
        return fresh, []
    try:
        held = conform(pd.read_parquet(file), MEASUREMENTS)
    except (OSError, ValueError, SchemaErrors):  # what cannot be read cannot be kept: say so, never drop it silently
        return fresh, [say.stored_unreadable(MEASUREMENTS_FILE)]
    merged, _, _ = merge_readings(held, fresh, take_new=True)
    lacking = len(merged) - len(fresh)
    if not lacking:
        return fresh, []
    span = (held["timestamp"].min(), held["timestamp"].max())
    if stored == "refuse":
        return fresh, [say.would_lose_readings(MEASUREMENTS_FILE, lacking, *span)]
    return merged, [say.kept_readings(MEASUREMENTS_FILE, lacking, *span)]


def _as_of(book: Workbook, measurements: pd.DataFrame) -> tuple[pd.Timestamp | None, list[Issue]]:
    """The as-of date of the case sheet, else the day after the last reading."""
    stated = book.tables["case"]["as_of"].dropna()
    if len(stated):
        return pd.Timestamp(stated.iloc[0]).normalize(), []
    if measurements.empty:
        return None, [
            say.issue(
                "error",
                "no_as_of",
                book.file,
                CASE,
                f"Sheet '{CASE.title}' states no as-of date and there are no readings to take it from; fill it in.",
                f"工作表“{CASE.title}”未填统计截止日，且没有量测数据可供推算，请填写。",
                column="as_of",
            )
        ]
    day = measurements["timestamp"].max().normalize() + pd.Timedelta(days=1)
    return day, [
        say.issue(
            "info",
            "as_of_derived",
            book.file,
            CASE,
            f"The as-of date is {day:%Y-%m-%d}, the day after the last reading; state it in sheet '{CASE.title}'.",
            f"统计截止日取最后读数的次日 {day:%Y-%m-%d}；可在工作表“{CASE.title}”中填写。",
            column="as_of",
            effect="derived",
        )
    ]


def _highest_readings(measurements: pd.DataFrame) -> dict[str, float]:
    """The highest apparent power (kVA) of every transformer with readings; zero where only currents were metered."""
    power = np.hypot(measurements["p_kw"], measurements["q_kvar"]).fillna(measurements["s_kva"])
    highest = power.groupby(measurements["transformer_id"]).max().fillna(0.0)
    return {str(one): float(kva) for one, kva in highest.items()}


def _settings(
    book: Workbook,
    folder: Path,
    as_of: pd.Timestamp,
    voltages: dict[str, BusbarVoltage],
    issues: Sequence[Issue],
) -> CaseSettings:
    frame = book.tables["case"]
    row: dict[str, Any] = {} if frame.empty else {k: v for k, v in frame.iloc[0].items() if pd.notna(v)}
    title = str(row.get("title_zh", folder.name))
    noted = (
        "ledger.sections_not_modelled",
        "ledger.lv_not_modelled",
        "ledger.customers_incomplete",
        "ledger.no_readings",
    )
    source = DataSource(
        what=book.file, origin=str(row.get("source", "ledger workbook")), licence=str(row.get("licence", "not stated"))
    )
    return CaseSettings(
        name=case_name(folder),
        title_zh=title,
        title_en=str(row.get("title_en", title)),
        as_of=as_of.date(),
        synthetic=bool(row.get("synthetic", False)),
        crs=str(row.get("crs", CaseSettings.model_fields["crs"].default)),
        power_factor=float(row.get("power_factor", CaseSettings.model_fields["power_factor"].default)),
        busbar_voltage=voltages,
        service_numbers=ServiceNumbers(company=str(row.get("company_phone", "95598"))),
        sources=(source,),
        notes=tuple(f"{one.sentence_zh} {one.sentence_en}" for one in issues if one.check in noted),
    )


def case_name(folder: Path) -> str:
    """A case's name out of its folder's: lower case, only letters, digits, dot, dash and underscore."""
    name = re.sub(r"[^a-z0-9_.-]+", "-", folder.name.lower()).strip("-._")
    return name or "case"


def _areas(book: Workbook, crs: str) -> gpd.GeoDataFrame:
    frame = book.tables["areas"]
    shapes = [None if pd.isna(text) else shapely.from_wkt(text) for text in frame["polygon"]]
    table = conform(frame[list(AREAS.columns)], AREAS)
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(shapes, index=table.index, crs=crs), crs=crs)


def _tables(book: Workbook) -> dict[str, pd.DataFrame]:
    tables = empty_tables()
    stations = book.tables["substations"]
    names = [busbar_name(row) for row in stations.itertuples()]
    tables["substations"] = _table(stations.assign(busbar_id=pd.Series(names, dtype="string")), SUBSTATIONS)
    tables["feeders"] = _table(book.tables["feeders"].assign(head_line_id=_head_lines(book)), FEEDERS)
    tables["transformers"] = _table(book.tables["transformers"], TRANSFORMERS)
    for key in _REGISTERS:
        schema = empty(_schema(key))
        frame = book.tables[key]
        tables[key] = _table(frame, _schema(key)) if len(frame) else schema
    return tables


def _schema(key: str) -> Any:
    from capacity.case.ledger.sheets import SHEETS

    return next(spec.table for spec in SHEETS if spec.key == key)


def _table(frame: pd.DataFrame, schema: Any) -> pd.DataFrame:
    return conform(frame[[name for name in schema.columns if name in frame]], schema)


def _head_lines(book: Workbook) -> pd.Series:
    """The stated head section of each feeder, else the only section of it that starts at its busbar."""
    feeders, lines = book.tables["feeders"], book.tables["mv_lines"]
    stations = book.tables["substations"]
    busbars = {str(row.substation_id): {str(row.substation_id), busbar_name(row)} for row in stations.itertuples()}
    found = []
    for feeder in feeders.itertuples():
        if pd.notna(feeder.head_line_id):
            found.append(feeder.head_line_id)
            continue
        own = lines[(lines["feeder_id"] == feeder.feeder_id) & ~lines["type_name"].map(is_switch).astype(bool)]
        at = busbars[str(feeder.substation_id)]
        leaving = own[own["from_node"].isin(at) | own["to_node"].isin(at)]
        found.append(leaving["line_id"].iloc[0] if len(leaving) == 1 else None)
    return pd.Series(found, index=feeders.index, dtype="string")
