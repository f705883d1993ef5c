"""A case as ledger workbook and meter export: to hand over, to edit in Excel, to import again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv

from capacity.case.derived.geo import bus_coordinates
from capacity.case.ledger import sentences as say
from capacity.case.ledger.export_lines import lv_line_rows, mv_line_rows, mv_nodes
from capacity.case.ledger.layout import write_workbook
from capacity.case.ledger.sheets import SHEETS
from capacity.tables.case import Case
from capacity.tables.inputs.profiles import TIMESTAMP
from capacity.tables.issue import Issue

QUANTITY_HEADINGS = {
    "p_kw": "有功功率(kW)",
    "q_kvar": "无功功率(kvar)",
    "s_kva": "视在功率(kVA)",
    "i_a_a": "A相电流(A)",
    "i_b_a": "B相电流(A)",
    "i_c_a": "C相电流(A)",
}

_MOST_DAYS, _MOST_REPEATS = 1 << 20, 1 << 10


def export_workbook(case: Case, ledger: Path, *, lv_lines: bool = True) -> list[Issue]:
    """Write a case as ledger workbook, and return what the workbook cannot carry.

    Parameters
    ----------
    case : the case; its transformers and lines must be types of the equipment library to be imported again.
    ledger : the workbook to write.
    lv_lines : without them also the nodes of customers and applications are left out.
    """
    settings = case.settings
    issues: list[Issue] = []
    mv_rows, found = mv_line_rows(case)
    issues += found
    lv_rows, found = lv_line_rows(case) if lv_lines else ([], [])
    issues += found
    transformers, found = _transformers(case, mv_nodes(mv_rows, case))
    issues += found
    issues += _not_carried(case)
    nodeless = {} if lv_lines else {"node_id": pd.NA}
    rows: dict[str, Iterable[dict[str, Any]]] = {
        "case": [
            {
                "title_zh": settings.title_zh,
                "title_en": settings.title_en,
                "as_of": pd.Timestamp(settings.as_of),
                "synthetic": settings.synthetic,
                "crs": settings.crs,
                "power_factor": settings.power_factor,
                "company_phone": settings.service_numbers.company,
                "source": "; ".join(source.origin for source in settings.sources) or None,
                "licence": "; ".join(dict.fromkeys(source.licence for source in settings.sources)) or None,
            }
        ],
        "substations": _substations(case),
        "feeders": _records(case.feeders),
        "areas": _areas(case),
        "transformers": transformers,
        "mv_lines": mv_rows,
        "lv_lines": lv_rows,
        "customers": _records(case.customers.assign(**nodeless)),
        "projects": _records(case.projects),
        "applications": _records(case.applications.assign(**nodeless)),
        "outages": _records(case.outages),
        "exclusions": _records(case.exclusions),
        "busbar_voltage": _measured_voltages(case),
    }
    ledger = Path(ledger)
    ledger.parent.mkdir(parents=True, exist_ok=True)
    assert set(rows) == {spec.key for spec in SHEETS}
    write_workbook(ledger, rows, examples=False)
    return issues


def export_readings(case: Case, path: Path, form: Literal["wide", "long"] = "wide") -> None:
    """Write the case's readings as a metering system exports them: CSV, UTF-8 with BOM.

    ``wide``: a row per meter, day and quantity, columns 00:00 … 23:45 (start of the interval); a missing reading is
    an empty cell, a day without readings has no row. ``long``: a row per meter and moment. Meters are named by their
    system code where that is unique, else by the transformer id.
    """
    frame = case.measurements
    codes = case.transformers.set_index("transformer_id")["system_code"]
    codes = codes.where(codes.notna() & ~codes.duplicated(keep=False))
    names = codes.where(codes.notna(), codes.index.to_series())
    meters = frame["transformer_id"].map(names).fillna(frame["transformer_id"]).astype(str)
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if form == "wide":
        table = pd.concat(_wide(frame, meters.to_numpy(dtype=object), case.settings.step_minutes), ignore_index=True)
    else:
        stamps = frame["timestamp"].dt.strftime("%Y-%m-%d %H:%M")
        values = frame[list(QUANTITY_HEADINGS)].rename(columns=QUANTITY_HEADINGS).dropna(axis=1, how="all")
        table = pd.concat([meters.rename("台区编号"), stamps.rename("时间"), values], axis=1)
    with path.open("wb") as file:
        file.write(b"\xef\xbb\xbf")
        pyarrow.csv.write_csv(pa.Table.from_pandas(table, preserve_index=False), file)


def _wide(frame: pd.DataFrame, meters: Any, step_minutes: int) -> Sequence[pd.DataFrame]:
    """A frame per quantity; repeated moments (contradictory readings) go into a further row of the same day."""
    points = 1440 // step_minutes
    headings = [f"{m // 60:02d}:{m % 60:02d}" for m in range(0, 1440, step_minutes)]
    minutes = frame["timestamp"].to_numpy().astype("datetime64[m]").astype(np.int64)
    codes, names = pd.factorize(meters, sort=True)
    moment_key = codes * (1 << 40) + minutes
    again = np.zeros(len(frame), dtype=np.int64)
    if len(np.unique(moment_key)) < len(moment_key):
        again = pd.Series(moment_key).groupby(moment_key).cumcount().to_numpy()
    parts = [pd.DataFrame(columns=["台区编号", "日期", "数据类型", *headings])]
    for quantity, heading in QUANTITY_HEADINGS.items():
        value = frame[quantity].to_numpy(dtype=float)
        there = ~np.isnan(value)
        if not there.any():
            continue
        row_key = (codes[there] * _MOST_DAYS + minutes[there] // 1440) * _MOST_REPEATS + again[there]
        keys, row = np.unique(row_key, return_inverse=True)
        grid = np.full((len(keys), points), np.nan)
        grid[row, minutes[there] % 1440 // step_minutes] = value[there]
        days = pd.to_datetime(keys // _MOST_REPEATS % _MOST_DAYS, unit="D").strftime("%Y-%m-%d")
        meter = names[keys // _MOST_REPEATS // _MOST_DAYS]
        about = pd.DataFrame({"台区编号": meter, "日期": days, "数据类型": heading})
        parts.append(pd.concat([about, pd.DataFrame(grid, columns=headings)], axis=1))
    return parts if len(parts) == 1 else parts[1:]


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return frame.to_dict("records")


def _substations(case: Case) -> list[dict[str, Any]]:
    rows = _records(case.substations)
    vn_kv = case.net.bus.drop_duplicates("name").set_index("name")["vn_kv"]
    for row in rows:
        stated = case.settings.busbar_voltage.get(str(row["substation_id"]))
        if stated is not None and stated.vm_pu is not None and row["busbar_id"] in vn_kv.index:
            row["busbar_kv"] = round(stated.vm_pu * float(vn_kv[row["busbar_id"]]), 9)
    return rows


def _measured_voltages(case: Case) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    busbars = case.topology.substations.set_index("substation_id")["busbar"]
    for station, voltage in case.settings.busbar_voltage.items():
        if voltage.source != "measured" or voltage.profile not in case.profiles or station not in busbars:
            continue
        kv = case.profiles[voltage.profile] * float(case.net.bus.at[busbars[station], "vn_kv"])
        rows += [
            {"substation_id": station, "timestamp": stamp, "kv": round(value, 9)}
            for stamp, value in zip(case.profiles[TIMESTAMP], kv, strict=True)
        ]
    return rows


def _areas(case: Case) -> list[dict[str, Any]]:
    derived = case.derived_polygons
    rows = []
    for area in case.areas.to_dict("records"):
        shape = area.pop("geometry")
        drawn = shape is not None and not shape.is_empty and area["area_id"] not in derived
        rows.append(area | {"polygon": shape.wkt if drawn else None})
    return rows


def _transformers(case: Case, nodes: set[str]) -> tuple[list[dict[str, Any]], list[Issue]]:
    trafo = case.net.trafo.drop_duplicates("name").set_index("name")
    bus_name, at = case.net.bus["name"], bus_coordinates(case.net.bus)
    place = {index: at[row] for row, index in enumerate(case.net.bus.index)}
    rows, absent = [], []
    for row in _records(case.transformers):
        if row["transformer_id"] not in trafo.index:
            absent.append(row["transformer_id"])
            rows.append(row)
            continue
        unit = trafo.loc[row["transformer_id"]]
        mv_node = str(bus_name[unit["hv_bus"]])
        x, y = place[unit["lv_bus"]]
        rows.append(
            row
            | {
                "type_name": unit["std_type"],
                "tap_pos": None if pd.isna(unit["tap_pos"]) else int(unit["tap_pos"]),
                "mv_node": mv_node if mv_node in nodes else None,
                "lv_node": bus_name[unit["lv_bus"]],
                "x": x,
                "y": y,
            }
        )
    issues = []
    if absent:
        issues.append(_cannot("transformer_absent", "transformers", absent, *_ABSENT))
    return rows, issues


_ABSENT = ("they are not in the network, so their type is unknown", "不在网络中，型号未知")


def _not_carried(case: Case) -> list[Issue]:
    """What the network holds beyond a ledger."""
    issues = []
    net, metered = case.net, set(case.measurements["transformer_id"].unique())
    for element in ("sgen", "gen", "storage", "shunt"):
        frame = getattr(net, element)
        if len(frame):
            ids = frame["name"].astype(str).tolist()
            issues.append(_cannot("element", element, ids, "the ledger has no sheet for them", "台账没有对应的工作表"))
    ids = case.transformers["transformer_id"]
    supplied = set(case.topology.buses["transformer_id"].reindex(net.load["bus"]).dropna())
    profiled = [one for one in ids if one in supplied and one not in metered]
    if profiled:
        why = ("their loads follow profiles, which a ledger does not hold", "其负荷由曲线给定，台账不含曲线")
        issues.append(_cannot("profiles", "transformers", profiled, *why))
    if len(case.daily_maxima):
        ids = case.daily_maxima["transformer_id"].unique()
        issues.append(
            _cannot("daily_maxima", "daily_maxima", ids, "a ledger holds no daily maxima", "台账不含日最大负荷")
        )
    for station, voltage in case.settings.busbar_voltage.items():
        if voltage.source == "modelled":
            why = ("their transformers to the higher voltage have no place in it", "其主变不在台账中")
            issues.append(_cannot("busbar_voltage", "substations", [station], *why))
    return issues


def _cannot(what: str, table: str, ids: Iterable[object], en: str, zh: str) -> Issue:
    names = [str(one) for one in ids]
    issue = say.issue(
        "info",
        f"not_exported_{what}",
        "",
        None,
        f"{len(names)} entry(ies) of '{table}' are not or not fully in the workbook: {en}.",
        f"“{table}”中有 {len(names)} 项未（完全）写入工作簿：{zh}。",
        ids=names,
    )
    return Issue(**{**vars(issue), "table": table})
