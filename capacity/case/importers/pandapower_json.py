"""Import a pandapower network, with a file of load profiles if there is one."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd

from capacity.case.derived.graph import column, table
from capacity.case.derived.topology import derive_topology
from capacity.case.folder.columnar import no_profiles, read_profiles
from capacity.case.folder.network import read_network
from capacity.case.folder.reading import standard_time
from capacity.case.importers.importing import (
    PLACEHOLDER_DATE,
    AreaClass,
    as_texts,
    case_name,
    give_unique_names,
    network_case,
    storages_as_generators,
    without_load_side,
)
from capacity.case.importers.profile_csv import read_profile_csv
from capacity.case.issues import problem, quoted
from capacity.errors import InputError
from capacity.tables.case import Case
from capacity.tables.inputs.profiles import PROFILE_COLUMN, PROFILE_Q_COLUMN, TIMESTAMP
from capacity.tables.issue import Issue
from capacity.tables.settings import CaseSettings, DataSource

MOST_MINUTES = 60


def import_pandapower(
    net_json: Path,
    folder: Path,
    profiles: Path | None = None,
    *,
    as_of: dt.date | None = None,
    area_class: AreaClass = "town",
    crs: str = "EPSG:4326",
    time_zone: str = "Asia/Shanghai",
) -> Case:
    """Import a pandapower JSON network as a case folder.

    Parameters
    ----------
    net_json : the network; unnamed or equally named elements get unique ids, and the issues say so.
    folder : the case folder to write.
    profiles : CSV or Parquet file with a column ``timestamp`` (时间) and one column per load name, a factor on its p
        and q. A generator's name is recognised too. Elements without a column stay constant.
    as_of : the day whose preceding twelve months are calculated; by default the day on which the profiles end, and
        without profiles 2025-01-01.
    area_class : of every area; the network does not say.
    crs : of the coordinates.
    time_zone : in which profile timestamps without offset are understood.

    Returns
    -------
    Case
        As read back from ``folder``. Transformers are public, unmetered and rated as in the network; areas are groups
        of neighbouring transformers; storages have become constant generators.

    Raises
    ------
    InputError
        When the network cannot be read or has no low voltage; with every problem of both files.
    """
    net_json, folder = Path(net_json), Path(folder)
    net, issues = _read_net(net_json)
    factors, found = _read_factors(profiles, time_zone)
    issues += found
    if net is None or (profiles is not None and factors.empty):
        raise InputError(issues)
    factors, found = _assign(net, factors, profiles.name if profiles else "")
    issues += found + give_unique_names(net, net_json.name)
    if storages_as_generators(net):
        issues.append(_storages(net_json.name))
    as_texts(net)
    day, step_minutes, found = _calendar(factors, as_of)
    issues += found
    settings = CaseSettings(
        name=case_name(folder),
        title_zh=f"pandapower 网络 {net_json.stem}",
        title_en=f"pandapower network {net_json.stem}",
        as_of=day,
        synthetic=False,
        crs=crs,
        time_zone=time_zone,
        step_minutes=step_minutes,
        sources=(DataSource(what="network", origin=net_json.name, licence="not stated"),),
        notes=_notes(day, area_class, profiles is None),
    )
    issues += without_load_side(derive_topology(net, settings), net_json.name)
    if any(issue.check.startswith("import.") and issue.severity == "error" for issue in issues):
        raise InputError(issues)
    issues += [_areas_derived(area_class)]
    return network_case(net, settings, factors, area_class, folder, issues)


def _read_net(path: Path) -> tuple[Any | None, list[Issue]]:
    try:
        return read_network(path.read_bytes(), path.name)
    except OSError as why:
        return None, [_unopened(path, why)]


def _read_factors(path: Path | None, time_zone: str) -> tuple[pd.DataFrame, list[Issue]]:
    if path is None:
        return no_profiles(), []
    try:
        data = Path(path).read_bytes()
    except OSError as why:
        return no_profiles(), [_unopened(Path(path), why)]
    read = read_profiles if Path(path).suffix.lower() == ".parquet" else read_profile_csv
    return read(data, Path(path).name, standard_time(time_zone))


def _assign(net: Any, factors: pd.DataFrame, file: str) -> tuple[pd.DataFrame, list[Issue]]:
    """Let every load and generator name its column; columns without element and loads without column are named."""
    given = [name for name in factors.columns if name != TIMESTAMP]
    used: set[str] = set()
    without: list[str] = []
    for kind in ("load", "sgen", "gen"):
        frame = table(net, kind)
        if frame.empty:
            continue
        element = column(frame, "name", "").astype(str)
        matched = element.isin(given) & ~(element.isin(used) if kind != "load" else False)
        frame[PROFILE_COLUMN] = element.where(matched, None)
        frame[PROFILE_Q_COLUMN] = None
        used |= set(element[matched])
        if kind == "load" and given:
            without = element[~matched].tolist()
    unknown = [name for name in given if name not in used]
    issues = []
    if unknown:
        issues.append(
            problem(
                "warning",
                "import.unknown_profile",
                file,
                f"{len(unknown)} column(s) name no load of the network ({quoted(unknown)}) and were ignored; "
                "columns must be called like the loads.",
                f"有 {len(unknown)} 列（{quoted(unknown)}）与网络中的负荷名称不符，已忽略；列名应与负荷名称一致。",
                ids=unknown,
            )
        )
    if without:
        issues.append(
            problem(
                "warning",
                "import.load_without_profile",
                file,
                f"{len(without)} load(s) have no column ({quoted(without)}) and are taken as constant over the year.",
                f"有 {len(without)} 个负荷没有对应的列（{quoted(without)}），按全年恒定处理。",
                ids=without,
                effect="assumed",
            )
        )
    return factors[[TIMESTAMP, *(name for name in given if name in used)]], issues


def _calendar(factors: pd.DataFrame, as_of: dt.date | None) -> tuple[dt.date, int, list[Issue]]:
    """As-of date and step: those of the profiles, or the stated date and 15 minutes."""
    moments = factors[TIMESTAMP].dropna().sort_values()
    if len(moments) < 2:
        return as_of or PLACEHOLDER_DATE, 15, []
    minutes = moments.diff().dropna().median() / pd.Timedelta(minutes=1)
    step = round(minutes)
    issues = []
    if step < 1 or step > MOST_MINUTES or 60 % step:
        step = 15
        issues.append(
            problem(
                "error",
                "reading.step",
                "profiles",
                f"The profiles' step of {minutes:g} minutes does not divide an hour; give steps of 60 minutes or less.",
                f"曲线步长 {minutes:g} 分钟不能整除一小时，请使用不超过 60 分钟的步长。",
                column=TIMESTAMP,
            )
        )
    end = moments.iloc[-1] + pd.Timedelta(minutes=step)
    return as_of or end.date(), step, issues


def _notes(day: dt.date, area_class: str, constant: bool) -> tuple[str, ...]:
    notes = [
        "Areas are groups of neighbouring transformers derived by the importer, and all taken as class "
        f"'{area_class}'. 低压网格由导入程序按相邻配变划分，类别统一取“{area_class}”。"
    ]
    if constant:
        notes.append(
            f"The network came without profiles: loads are constant over the year before {day}. "
            f"网络未附负荷曲线：{day} 之前一年内负荷取恒定值。"
        )
    return tuple(notes)


def _areas_derived(area_class: str) -> Issue:
    return problem(
        "info",
        "import.areas_derived",
        "areas.geojson",
        "The areas are groups of neighbouring transformers of one feeder, made by the importer, and all taken as "
        f"class '{area_class}'; correct areas.geojson and transformers.csv where you know better.",
        f"低压网格由导入程序按同一线路上的相邻配变划分，类别统一取“{area_class}”；"
        "如有实际划分，请修改 areas.geojson 和 transformers.csv。",
        effect="derived",
    )


def _storages(file: str) -> Issue:
    return problem(
        "info",
        "import.storages",
        file,
        "Storage units became constant generators with the power they have in the file.",
        "储能已按文件中的功率转换为恒定电源。",
        effect="assumed",
    )


def _unopened(path: Path, why: OSError) -> Issue:
    return problem(
        "error",
        "import.unopened_file",
        path.name,
        f"'{path}' cannot be opened ({why.strerror}); check the path.",
        f"文件“{path}”无法打开（{why.strerror}），请检查路径。",
    )
