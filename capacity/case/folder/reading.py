"""Read a case folder: everything that can be read is read, everything wrong is named, at once."""

from __future__ import annotations

import datetime as dt
import hashlib
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from pydantic import ValidationError

from capacity.case.derived.topology import derive_topology
from capacity.case.folder.areas import derive_polygons, no_areas, read_areas
from capacity.case.folder.columnar import no_profiles, read_parquet_table, read_profiles
from capacity.case.folder.filling import fill_feeders
from capacity.case.folder.network import read_network
from capacity.case.folder.tabular import decode, read_csv_table
from capacity.case.issues import problem
from capacity.errors import InputError
from capacity.tables._schema import Table, empty
from capacity.tables.case import Case
from capacity.tables.inputs.applications import APPLICATIONS
from capacity.tables.inputs.customers import CUSTOMERS
from capacity.tables.inputs.exclusions import EXCLUSIONS
from capacity.tables.inputs.feeders import FEEDERS
from capacity.tables.inputs.measurements import DAILY_MAXIMA, MEASUREMENTS
from capacity.tables.inputs.outages import OUTAGES
from capacity.tables.inputs.projects import PROJECTS
from capacity.tables.inputs.substations import SUBSTATIONS
from capacity.tables.inputs.transformers import TRANSFORMERS
from capacity.tables.issue import Issue
from capacity.tables.settings import CaseSettings

SETTINGS_FILE = "case.toml"
NETWORK_FILE = "network.json"
AREAS_FILE = "areas.geojson"
PROFILES_FILE = "profiles.parquet"
TABLE_FILES: dict[str, Table] = {
    "substations.csv": SUBSTATIONS,
    "feeders.csv": FEEDERS,
    "transformers.csv": TRANSFORMERS,
    "measurements.parquet": MEASUREMENTS,
    "daily_maxima.parquet": DAILY_MAXIMA,
    "exclusions.csv": EXCLUSIONS,
    "customers.csv": CUSTOMERS,
    "projects.csv": PROJECTS,
    "applications.csv": APPLICATIONS,
    "outages.csv": OUTAGES,
}
REQUIRED_FILES = (SETTINGS_FILE, NETWORK_FILE, AREAS_FILE, "transformers.csv")
CASE_FILES = (SETTINGS_FILE, NETWORK_FILE, AREAS_FILE, PROFILES_FILE, *TABLE_FILES)


@dataclass
class _Folder:
    """The files of a folder and what was wrong with them so far."""

    path: Path
    hashes: dict[str, str] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)

    def data(self, file: str) -> bytes | None:
        """A file's bytes; None where it is absent (an issue if required) or cannot be opened (always an issue)."""
        path = self.path / file
        if not path.is_file():
            if file in REQUIRED_FILES:
                self.issues.append(_missing_file(file))
            return None
        try:
            data = path.read_bytes()
        except OSError as why:
            self.issues.append(_unopened_file(file, why))
            return None
        self.hashes[file] = hashlib.sha256(data).hexdigest()
        return data


def load_case(folder: Path) -> Case:
    """Read a case folder.

    Never stops at the first problem: values that cannot be understood become missing, files that cannot be read
    become empty tables, and each is named in ``Case.reading_issues``. What is derived (topology, substations and
    feeders without table, polygons, the feeder of a transformer) is named there too.

    Parameters
    ----------
    folder : the case folder, with ``case.toml``, ``network.json``, ``areas.geojson``, ``transformers.csv`` and the
        optional files of ``CASE_FILES``.

    Raises
    ------
    InputError
        When no case can be built: no folder, no usable ``case.toml`` or no usable ``network.json``. Its issues are
        those of all files.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError([_no_folder(folder)])
    files = _Folder(folder)
    settings = _read_settings(files)
    zone = standard_time(settings.time_zone if settings else CaseSettings.model_fields["time_zone"].default)
    crs = settings.crs if settings else CaseSettings.model_fields["crs"].default
    net = _read_net(files)
    areas, tables, profiles = _read_areas(files, crs, zone), _read_tables(files, zone), _read_profiles(files, zone)
    policy_text = _read_policy(files, settings.policy) if settings else ""
    if settings is None or net is None:
        raise InputError(files.issues)
    _hash_the_rest(files)
    case = assemble(settings, net, areas, tables, profiles, files.hashes, files.issues)
    return replace(case, policy_text=policy_text)


def policy_file(name: str) -> str:
    """The file in the case folder that ``policy`` of ``case.toml`` may name, with or without its ``.yaml``."""
    return name if name.endswith((".yaml", ".yml")) else f"{name}.yaml"


def assemble(
    settings: CaseSettings,
    net: Any,
    areas: Any,
    tables: dict[str, pd.DataFrame],
    profiles: pd.DataFrame,
    hashes: dict[str, str],
    issues: list[Issue],
) -> Case:
    """A case out of its parts: derives topology, feeders of transformers and polygons, and says so.

    ``tables`` maps the file stems of ``TABLE_FILES`` to their frames.
    """
    topology = derive_topology(net, settings, tables["substations"], tables["feeders"])
    transformers, topology, found = fill_feeders(tables["transformers"], topology)
    areas, of_polygons = derive_polygons(areas, topology, transformers, settings, AREAS_FILE)
    derived = {
        "substations": topology.substations[list(SUBSTATIONS.columns)],
        "feeders": topology.feeders[list(FEEDERS.columns)],
    }
    rest = {name: frame for name, frame in tables.items() if name not in ("transformers", *derived)}
    return Case(
        settings=settings,
        net=net,
        topology=topology,
        areas=areas,
        transformers=transformers,
        profiles=profiles,
        hashes=hashes,
        reading_issues=(*issues, *found, *of_polygons),
        **derived,
        **rest,
    )


def standard_time(time_zone: str) -> dt.tzinfo:
    """The zone's time without daylight saving, in which a case counts (a fixed offset from UTC)."""
    zone, winter, summer = ZoneInfo(time_zone), dt.datetime(2024, 1, 15), dt.datetime(2024, 7, 15)
    offsets = [zone.utcoffset(winter) or dt.timedelta(0), zone.utcoffset(summer) or dt.timedelta(0)]
    return dt.timezone(min(offsets), time_zone if offsets[0] == offsets[1] else f"{time_zone} standard time")


def empty_tables() -> dict[str, pd.DataFrame]:
    """Every table of a case, empty, by file stem."""
    return {file.split(".")[0]: empty(schema) for file, schema in TABLE_FILES.items()}


def _read_settings(files: _Folder) -> CaseSettings | None:
    data = files.data(SETTINGS_FILE)
    if data is None:
        return None
    text, found = decode(data, SETTINGS_FILE)
    files.issues += found
    if text is None:
        return None
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as why:
        files.issues.append(
            problem(
                "error",
                "reading.settings",
                SETTINGS_FILE,
                f"'{SETTINGS_FILE}' is not valid TOML ({why}); correct that place.",
                f"“{SETTINGS_FILE}”不是有效的 TOML（{why}），请更正。",
            )
        )
        return None
    try:
        settings = CaseSettings.model_validate(content)
    except ValidationError as why:
        files.issues += [_setting_issue(error) for error in why.errors()]
        return None
    unknown = _unknown_references(settings)
    files.issues += unknown
    return None if unknown else settings


def _unknown_references(settings: CaseSettings) -> list[Issue]:
    """The time zone and the CRS must exist."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    issues = []
    try:
        ZoneInfo(settings.time_zone)
    except (KeyError, ValueError, OSError):
        issues.append(_setting_problem("time_zone", settings.time_zone, "no known time zone", "不是已知的时区"))
    try:
        CRS.from_user_input(settings.crs)
    except CRSError:
        issues.append(_setting_problem("crs", settings.crs, "no known coordinate system", "不是已知的坐标系"))
    return issues


def _read_net(files: _Folder) -> Any | None:
    data = files.data(NETWORK_FILE)
    if data is None:
        return None
    net, found = read_network(data, NETWORK_FILE)
    files.issues += found
    return net


def _read_areas(files: _Folder, crs: str, zone: dt.tzinfo) -> Any:
    data = files.data(AREAS_FILE)
    if data is None:
        return no_areas(crs)
    areas, found = read_areas(data, AREAS_FILE, crs, zone)
    files.issues += found
    return areas


def _read_tables(files: _Folder, zone: dt.tzinfo) -> dict[str, pd.DataFrame]:
    tables = {}
    for file, schema in TABLE_FILES.items():
        data = files.data(file)
        if data is None:
            tables[file.split(".")[0]] = empty(schema)
            continue
        read = read_csv_table if file.endswith(".csv") else read_parquet_table
        tables[file.split(".")[0]], found = read(data, file, schema, zone)
        files.issues += found
    return tables


def _read_profiles(files: _Folder, zone: dt.tzinfo) -> pd.DataFrame:
    data = files.data(PROFILES_FILE)
    if data is None:
        return no_profiles()
    profiles, found = read_profiles(data, PROFILES_FILE, zone)
    files.issues += found
    return profiles


def _read_policy(files: _Folder, name: str) -> str:
    """The case's own policy file; empty where it has none, so that one of the package's is meant."""
    file = policy_file(name)
    data = files.data(file) if Path(file).name == file else None
    if data is None:
        return ""
    text, found = decode(data, file)
    files.issues += found
    return text or ""


def _hash_the_rest(files: _Folder) -> None:
    """Files beside the known ones (a README, notes) belong to the record too."""
    for path in sorted(files.path.iterdir()):
        if path.is_file() and path.name not in files.hashes and not path.name.startswith((".", "~$")):
            files.hashes[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()


def _setting_issue(error: Any) -> Issue:
    place = ".".join(str(part) for part in error["loc"])
    value = error.get("input")
    shown = "" if error["type"] == "missing" or isinstance(value, dict) else f" (found {value!r})"
    return problem(
        "error",
        "reading.settings",
        SETTINGS_FILE,
        f"'{place}': {error['msg']}{shown}; correct it.",
        f"“{place}”不符合要求：{error['msg']}{shown}，请更正。",
        column=place,
    )


def _setting_problem(name: str, value: str, en: str, zh: str) -> Issue:
    return problem(
        "error",
        "reading.settings",
        SETTINGS_FILE,
        f"'{name}' = '{value}' is {en}; correct it.",
        f"“{name}”的值“{value}”{zh}，请更正。",
        column=name,
    )


def _no_folder(folder: Path) -> Issue:
    return problem(
        "error",
        "reading.folder",
        folder.name,
        f"There is no case folder '{folder}'; check the path.",
        f"没有案例文件夹“{folder}”，请检查路径。",
    )


def _missing_file(file: str) -> Issue:
    return problem(
        "error",
        "reading.missing_file",
        file,
        f"The required file '{file}' is missing from the case folder; add it.",
        f"案例文件夹中缺少必需的文件“{file}”，请补充。",
    )


def _unopened_file(file: str, why: OSError) -> Issue:
    return problem(
        "error",
        "reading.unopened_file",
        file,
        f"'{file}' cannot be opened ({why.strerror}); close other programs that use it.",
        f"文件“{file}”无法打开（{why.strerror}），请关闭正在使用它的程序。",
    )
