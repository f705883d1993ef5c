"""A case small enough to redo on paper: one feeder, one LV grid area, two transformers of 400 and 315 kVA.

One substation busbar (10 kV, held at 1.0 pu), one line of 1 km JKLYJ-like conductor to node M1, one more kilometre to
M2; T1 (400 kVA) at M1, T2 (315 kVA) at M2, each with one lumped load at its LV busbar. Two days of readings at the LV
side: a flat base and one peak step each.

T1: peak 160 kW + 120 kvar = 200 kVA = 50.0 % of 400 kVA; allowed 0.8 · 400 − 200 = 120 kVA.
T2: peak 169.6 kW + 127.2 kvar = 212 kVA = 67.30 % of 315 kVA; allowed 0.8 · 315 − 212 = 40 kVA.
The area's sum is 120 + 40 = 160.0 kVA: exactly the threshold of P5, which does not fire.
"""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import numpy as np
import pandapower as pp
import pandas as pd
from shapely.geometry import box

from capacity.case import derive_topology
from capacity.tables._schema import conform, empty
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

AS_OF = pd.Timestamp("2026-01-03")
WINDOW = Window(AS_OF - pd.Timedelta(days=2), AS_OF, 15)
PEAK_AT = {"T1": pd.Timestamp("2026-01-01 19:15"), "T2": pd.Timestamp("2026-01-02 20:00")}
PEAK = {"T1": (160.0, 120.0), "T2": (169.6, 127.2)}
RATED_KVA = {"T1": 400.0, "T2": 315.0}


def hand_net(line_max_i_ka: float = 0.325) -> object:
    """The network of the module's description."""
    net = pp.create_empty_network(name="hand")
    busbar = pp.create_bus(net, 10.0, name="BB", geodata=(99.20, 25.10))
    m1 = pp.create_bus(net, 10.0, name="M1", geodata=(99.21, 25.10))
    m2 = pp.create_bus(net, 10.0, name="M2", geodata=(99.22, 25.10))
    pp.create_ext_grid(net, busbar, vm_pu=1.0, name="S1")
    for name, ends in (("L1", (busbar, m1)), ("L2", (m1, m2))):
        pp.create_line_from_parameters(net, *ends, 1.0, 0.27, 0.34, 9.0, line_max_i_ka, name=name)
    for name, hv in (("T1", m1), ("T2", m2)):
        lv = pp.create_bus(net, 0.4, name=f"{name}-LV", geodata=(99.215, 25.101))
        pp.create_transformer_from_parameters(
            net, hv, lv, RATED_KVA[name] / 1000.0, 10.0, 0.4, 1.0, 4.0, 0.57, 0.25, shift_degree=330.0, name=name
        )
        pp.create_load(net, lv, RATED_KVA[name] / 2000.0, RATED_KVA[name] / 4000.0, name=f"{name}-load")
    return net


def hand_readings(peak: dict[str, tuple[float, float]] = PEAK, base_share: float = 0.4) -> pd.DataFrame:
    """Two days of readings: ``base_share`` of the peak everywhere, slightly waving, and the peak at its step."""
    steps = WINDOW.timestamps
    wave = base_share + 0.1 * np.sin(np.arange(len(steps)) / 7.0)
    parts = []
    for name, (p_kw, q_kvar) in peak.items():
        p, q = wave * p_kw, wave * q_kvar
        at = steps.get_loc(PEAK_AT[name])
        p[at], q[at] = p_kw, q_kvar
        parts.append(pd.DataFrame({"timestamp": steps, "transformer_id": name, "p_kw": p, "q_kvar": q}))
    return conform(pd.concat(parts), MEASUREMENTS)


def hand_case(
    *,
    peak: dict[str, tuple[float, float]] = PEAK,
    applications: pd.DataFrame | None = None,
    line_max_i_ka: float = 0.325,
    substation_kva: float = 10_000.0,
    limit_percent: float | None = None,
    meterless: tuple[str, ...] = (),
) -> Case:
    """The case, with other peaks, applications, conductors or ratings where asked."""
    settings = CaseSettings(
        name="hand",
        title_zh="手算算例",
        title_en="hand-worked case",
        as_of=dt.date(2026, 1, 3),
        synthetic=True,
        busbar_voltage={"S1": BusbarVoltage(source="setpoint", vm_pu=1.0)},
    )
    net = hand_net(line_max_i_ka)
    net.load.drop(index=net.load.index[net.load["name"].isin([f"{name}-load" for name in meterless])], inplace=True)
    substations = conform(
        pd.DataFrame({"substation_id": ["S1"], "name": ["一号变"], "busbar_id": ["BB"], "rated_kva": [substation_kva]}),
        SUBSTATIONS,
    )
    feeders = conform(
        pd.DataFrame(
            {
                "feeder_id": ["F1"],
                "name": ["一线"],
                "substation_id": ["S1"],
                "head_line_id": ["L1"],
                "limit_percent": [np.nan if limit_percent is None else limit_percent],
            }
        ),
        FEEDERS,
    )
    metered = {name: value for name, value in peak.items() if name not in meterless}
    transformers = pd.DataFrame(
        {
            "transformer_id": ["T1", "T2"],
            "name": ["甲台区", "乙台区"],
            "area_id": "A1",
            "feeder_id": "F1",
            "ownership": "public",
            "rated_kva": [RATED_KVA["T1"], RATED_KVA["T2"]],
            "meter_side": "lv",
            "customer_count": [80, 60],
        }
    )
    areas = gpd.GeoDataFrame(
        {
            "area_id": pd.array(["A1"], dtype="string"),
            "name": pd.array(["河边网格"], dtype="string"),
            "area_class": pd.array(["rural"], dtype="string"),
            "branch": pd.array(["甲分公司"], dtype="string"),
            "supply_station": pd.array(["河边供电所"], dtype="string"),
        },
        geometry=[box(99.19, 25.09, 99.23, 25.11)],
        crs="EPSG:4326",
    )
    return Case(
        settings=settings,
        net=net,
        topology=derive_topology(net, settings, substations, feeders),
        areas=areas,
        substations=substations,
        feeders=feeders,
        transformers=conform(transformers, TRANSFORMERS),
        profiles=pd.DataFrame({"timestamp": pd.Series(dtype="datetime64[ns]")}),
        measurements=hand_readings(metered) if metered else empty(MEASUREMENTS),
        daily_maxima=empty(DAILY_MAXIMA),
        exclusions=empty(EXCLUSIONS),
        customers=empty(CUSTOMERS),
        projects=empty(PROJECTS),
        applications=conform(applications, APPLICATIONS) if applications is not None else empty(APPLICATIONS),
        outages=empty(OUTAGES),
    )


def application(
    application_id: str, transformer_id: str, p_kw: float, *, status: str = "accepted", power_factor: float = 0.95
) -> dict[str, object]:
    """One row of the applications table."""
    return {
        "application_id": application_id,
        "transformer_id": transformer_id,
        "p_kw": p_kw,
        "power_factor": power_factor,
        "status": status,
    }
