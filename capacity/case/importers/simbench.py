"""Import a SimBench network with its year of 15-minute profiles.

SimBench (Meinecke et al., "SimBench — A Benchmark Dataset of Electric Power Systems …", Energies 2020, 13, 3290;
data ODbL 1.0) is an optional extra and imported only here.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from capacity.case.derived.graph import column, table
from capacity.case.derived.topology import derive_topology
from capacity.case.folder.reading import standard_time
from capacity.case.importers.importing import (
    AreaClass,
    as_texts,
    case_name,
    give_unique_names,
    network_case,
    storages_as_generators,
    without_load_side,
)
from capacity.case.importers.reduction import drop_above_substations
from capacity.case.issues import problem
from capacity.errors import InputError
from capacity.tables.case import Case
from capacity.tables.inputs.profiles import PROFILE_COLUMN, PROFILE_Q_COLUMN, TIMESTAMP
from capacity.tables.issue import Issue
from capacity.tables.settings import CaseSettings, DataSource

AS_OF = dt.date(2017, 1, 1)
STEP_MINUTES = 15
TIME_ZONE = "Europe/Berlin"
STORAGE_PREFIX = "storage_"
CONSTANT = "constant"
_AREA_CLASSES: dict[str, AreaClass] = {"rural": "rural", "semiurb": "town", "urban": "city", "comm": "city"}
_NOTE = (
    "Areas are groups of neighbouring transformers derived by the importer, no real supply areas. "
    "低压网格由导入程序按相邻配变划分，并非实际供电网格。"
)


def import_simbench(code: str, folder: Path) -> Case:
    """Import a SimBench code with medium and low voltage as a case folder.

    The profiles stay relative, one per class: p and q of every load, generator and storage at every step of 2016 are
    those of ``simbench.get_absolute_values``. Storages become generators (their discharge is generation); reactive
    power that SimBench holds constant is held constant here. Transformers are public, unmetered and rated as in the
    network; areas are groups of neighbouring transformers. Networks above the HV/MV transformers are left out, with
    an external grid at their HV side instead.

    Parameters
    ----------
    code : such as ``1-MVLV-urban-all-0-sw``.
    folder : the case folder to write.

    Raises
    ------
    InputError
        When SimBench is not installed, the code is unknown, or its network has no low voltage.
    """
    net = _load(code)
    issues = give_unique_names(net, code)
    profiles = _take_profiles(net)
    storages = storages_as_generators(net)
    as_texts(net)
    _clear_what_is_not_network(net)
    dropped = drop_above_substations(net)
    settings = _settings(code, folder)
    issues += without_load_side(derive_topology(net, settings), code)
    if any(issue.severity == "error" for issue in issues):
        raise InputError(issues)
    issues += _remarks(code, storages, dropped)
    return network_case(net, settings, _used(profiles, net), _area_class(code), folder, issues)


def _load(code: str) -> Any:
    try:
        import simbench
    except ImportError as why:
        raise InputError([_not_installed(code)]) from why
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            known = simbench.collect_all_simbench_codes()
            if code in known:
                return simbench.get_simbench_net(code)
    except Exception as why:  # simbench raises many kinds on a code whose files it cannot read
        logging.getLogger(__name__).debug("simbench could not load %s: %s", code, why)
        raise InputError([_unknown_code(code)]) from why
    raise InputError([_unknown_code(code)])


def _take_profiles(net: Any) -> pd.DataFrame:
    """Name each element's profiles and lay all of them side by side."""
    tables = net["profiles"]
    steps = len(tables["load"])
    _name_load_profiles(net.load)
    for kind in ("sgen", "gen"):
        _name_generator_profiles(table(net, kind))
    _name_generator_profiles(table(net, "storage"), prefix=STORAGE_PREFIX)
    columns: dict[str, Any] = {TIMESTAMP: _timestamps(tables["load"]["time"]), CONSTANT: np.ones(steps)}
    for kind, prefix in (("load", ""), ("powerplants", ""), ("renewables", ""), ("storage", STORAGE_PREFIX)):
        for name in tables.get(kind, pd.DataFrame()).columns:
            if name != "time" and len(tables[kind]) == steps:
                columns.setdefault(prefix + name, tables[kind][name].to_numpy(dtype=float))
    return pd.DataFrame(columns)


def _timestamps(times: pd.Series) -> pd.DatetimeIndex:
    """The steps in standard time. SimBench states local time with daylight saving, which must be without gap."""
    stated = pd.DatetimeIndex(pd.to_datetime(times, format="%d.%m.%Y %H:%M"))
    local = stated.tz_localize(TIME_ZONE, ambiguous="infer")
    if not (local[1:] - local[:-1] == pd.Timedelta(minutes=STEP_MINUTES)).all():
        raise ValueError("the SimBench profiles are not a sequence of 15-minute steps without gap")
    return local.tz_convert(standard_time(TIME_ZONE)).tz_localize(None)


def _name_load_profiles(load: pd.DataFrame) -> None:
    """p follows ``…_pload`` and q ``…_qload``; a load without profile is constant."""
    given = column(load, PROFILE_COLUMN, "").astype(str)
    load[PROFILE_COLUMN] = (given + "_pload").where(given != "", None)
    load[PROFILE_Q_COLUMN] = (given + "_qload").where(given != "", None)


def _name_generator_profiles(frame: pd.DataFrame, prefix: str = "") -> None:
    """p follows the profile; q, which SimBench holds, stays constant where there is any."""
    if frame.empty:
        return
    given = column(frame, PROFILE_COLUMN, "").astype(str)
    has_q = column(frame, "q_mvar", 0.0).astype(float) != 0.0
    frame[PROFILE_COLUMN] = (prefix + given).where(given != "", None)
    frame[PROFILE_Q_COLUMN] = pd.Series(CONSTANT, index=frame.index).where((given != "") & has_q, None)


def _used(profiles: pd.DataFrame, net: Any) -> pd.DataFrame:
    """Only the profiles that an element names."""
    named: set[str] = set()
    for kind in ("load", "sgen", "gen"):
        for name in (PROFILE_COLUMN, PROFILE_Q_COLUMN):
            if name in table(net, kind).columns:
                named |= set(table(net, kind)[name].dropna())
    return profiles[[TIMESTAMP, *(name for name in profiles.columns if name in named)]]


def _clear_what_is_not_network(net: Any) -> None:
    """Profiles, study cases and measurements of the data set are no part of the network file."""
    for name in ("profiles", "loadcases"):
        net.pop(name, None)
    for name in ("measurement", "controller"):
        if name in net:
            net[name] = net[name].iloc[0:0]


def _settings(code: str, folder: Path) -> CaseSettings:
    return CaseSettings(
        name=case_name(folder),
        title_zh=f"SimBench 标准电网 {code}",
        title_en=f"SimBench grid {code}",
        as_of=AS_OF,
        synthetic=True,
        time_zone=TIME_ZONE,
        step_minutes=STEP_MINUTES,
        voltage_standard="EN 50160",
        sources=(
            DataSource(
                what="network and profiles", origin=f"SimBench, code {code}, https://simbench.de", licence="ODbL 1.0"
            ),
        ),
        notes=(_NOTE,),
    )


def _area_class(code: str) -> AreaClass:
    for word in re.split(r"[-_.]", code):
        plain = word.rstrip("0123456789")
        if plain in _AREA_CLASSES:
            return _AREA_CLASSES[plain]
    return "town"


def _remarks(code: str, storages: int, dropped: int) -> list[Issue]:
    remarks = [
        problem(
            "info",
            "import.areas_derived",
            "areas.geojson",
            "The areas are groups of neighbouring transformers of one feeder, made by the importer.",
            "低压网格由导入程序按同一线路上的相邻配变划分。",
            effect="derived",
        )
    ]
    if storages:
        remarks.append(
            problem(
                "info",
                "import.storages",
                code,
                f"{storages} storage unit(s) became generators that follow their profile.",
                f"{storages} 个储能已转换为按曲线出力的电源。",
                effect="derived",
            )
        )
    if dropped:
        remarks.append(
            problem(
                "info",
                "import.reduced",
                code,
                f"{dropped} bus(es) above the HV/MV transformers were left out; "
                "an external grid stands at their HV side.",
                f"主变高压侧以上的 {dropped} 个节点未导入，主变高压侧以外部电网代替。",
                effect="assumed",
            )
        )
    return remarks


def _not_installed(code: str) -> Issue:
    return problem(
        "error",
        "import.simbench_missing",
        code,
        "The package 'simbench' is not installed; install it with the extra 'simbench' of this package.",
        "未安装 simbench 软件包，请安装本软件的可选组件 simbench。",
    )


def _unknown_code(code: str) -> Issue:
    return problem(
        "error",
        "import.simbench_code",
        code,
        f"'{code}' is no SimBench code; codes look like 1-MVLV-urban-all-0-sw.",
        f"“{code}”不是 SimBench 编码，编码形如 1-MVLV-urban-all-0-sw。",
    )
