"""Small cases for the load flow's tests: a pandapower network, profiles and readings become a case."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pandapower as pp
import pandas as pd
from geopandas import GeoDataFrame

from capacity.case.derived.topology import derive_topology
from capacity.loadflow import LoadFlow
from capacity.tables._schema import empty
from capacity.tables.case import Case, Window
from capacity.tables.inputs.applications import APPLICATIONS
from capacity.tables.inputs.customers import CUSTOMERS
from capacity.tables.inputs.exclusions import EXCLUSIONS
from capacity.tables.inputs.feeders import FEEDERS
from capacity.tables.inputs.measurements import DAILY_MAXIMA, MEASUREMENTS
from capacity.tables.inputs.outages import OUTAGES
from capacity.tables.inputs.projects import PROJECTS
from capacity.tables.inputs.substations import SUBSTATIONS
from capacity.tables.inputs.transformers import TRANSFORMERS
from capacity.tables.settings import BusbarVoltage, CaseSettings

START = pd.Timestamp("2024-01-01")
OBERRHEIN = Path(__file__).parents[3] / "shared" / "data" / "oberrhein_schutterwald.json"

LEVELS_PERCENT = (80.0, 100.0)


def load_flow_of(case: Case, steps: Window, **options: Any) -> LoadFlow:
    """The load flow of a case, heavy load and overload as in the bundled policy."""
    return LoadFlow(case, steps, **{"levels_percent": LEVELS_PERCENT, **options})


def window(n_steps: int) -> Window:
    """Quarter hours from the start of 2024."""
    return Window(START, START + n_steps * pd.Timedelta(minutes=15), 15)


def make_case(net: Any, profiles: pd.DataFrame | None = None, **tables: pd.DataFrame) -> Case:
    """A case of a network; names are given where there are none."""
    for table in ("bus", "line", "trafo", "load", "sgen"):
        frame = net[table]
        unnamed = frame["name"].isna() | (frame["name"].astype(str) == "") | frame["name"].duplicated(keep=False)
        frame["name"] = np.where(unnamed, [f"{table} {index}" for index in frame.index], frame["name"].astype(str))
    busbars: dict[str, BusbarVoltage] = tables.pop("busbar_voltage", {})  # type: ignore[assignment]
    settings = CaseSettings(
        name="test",
        title_zh="测试",
        title_en="test",
        as_of=dt.date(2025, 1, 1),
        synthetic=True,
        busbar_voltage=busbars,
    )
    defaults = {
        "measurements": MEASUREMENTS,
        "daily_maxima": DAILY_MAXIMA,
        "exclusions": EXCLUSIONS,
        "customers": CUSTOMERS,
        "projects": PROJECTS,
        "applications": APPLICATIONS,
        "outages": OUTAGES,
        "transformers": TRANSFORMERS,
        "substations": SUBSTATIONS,
        "feeders": FEEDERS,
    }
    stated = {name: tables.get(name, empty(schema)) for name, schema in defaults.items()}
    return Case(
        settings=settings,
        net=net,
        topology=tables.get("topology") or derive_topology(net, settings),  # type: ignore[arg-type]
        areas=GeoDataFrame(),
        profiles=pd.DataFrame({"timestamp": []}) if profiles is None else profiles,
        **stated,  # type: ignore[arg-type]
    )


def profile_table(n_steps: int, **columns: Any) -> pd.DataFrame:
    """Profiles over a window."""
    return pd.DataFrame({"timestamp": window(n_steps).timestamps, **columns})


def radial_net(n_lv: int = 4) -> Any:
    """20 kV source, 3 km of cable, a 400 kVA transformer and a chain of LV buses with loads and one sgen."""
    net = pp.create_empty_network(sn_mva=1.0)
    busbar = pp.create_bus(net, 20.0, name="busbar")
    station = pp.create_bus(net, 20.0, name="station")
    bus = pp.create_bus(net, 0.4, name="lv busbar")
    pp.create_ext_grid(net, busbar, vm_pu=1.02)
    pp.create_line(net, busbar, station, 3.0, "NA2XS2Y 1x185 RM/25 12/20 kV", name="head")
    pp.create_transformer(net, station, bus, "0.4 MVA 20/0.4 kV", name="T1", tap_pos=-1)
    for number in range(n_lv):
        following = pp.create_bus(net, 0.4, name=f"house {number}")
        pp.create_line(net, bus, following, 0.12, "NAYY 4x150 SE", name=f"lv {number}")
        pp.create_load(net, following, p_mw=0.03, q_mvar=0.01, name=f"load {number}")
        bus = following
    pp.create_sgen(net, bus, p_mw=0.02, name="pv")
    return net


def transformers_table(net: Any, meter_side: str, **columns: Any) -> pd.DataFrame:
    """The ledger rows of a network's transformers."""
    table = empty(TRANSFORMERS).reindex(range(len(net.trafo)))
    table["transformer_id"] = net.trafo["name"].to_numpy()
    table["ownership"] = "public"
    table["rated_kva"] = net.trafo["sn_mva"].to_numpy() * 1000.0
    table["meter_side"] = meter_side
    for name, value in columns.items():
        table[name] = value
    return table


def readings_table(transformer_id: str, p_kw: Any, q_kvar: Any = None, **columns: Any) -> pd.DataFrame:
    """Readings of one transformer from the start of the window."""
    table = empty(MEASUREMENTS).reindex(range(len(p_kw)))
    table["timestamp"] = window(len(p_kw)).timestamps
    table["transformer_id"] = transformer_id
    table["p_kw"] = p_kw
    table["q_kvar"] = q_kvar
    for name, value in columns.items():
        table[name] = value
    return table
