"""A small sound case, in parts that a test may break before they are put together."""

from __future__ import annotations

import copy
import datetime as dt
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

import geopandas as gpd
import numpy as np
import pandapower as pp
import pandas as pd
import pytest
import shapely

from capacity.case import derive_topology
from capacity.checks import check
from capacity.checks.catalogue import KINDS
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
from capacity.tables.issue import Issue
from capacity.tables.settings import BusbarVoltage, CaseSettings
from capacity.tables.words import EFFECT

AS_OF = pd.Timestamp("2025-03-01")
WINDOW = Window(AS_OF - pd.Timedelta(days=14), AS_OF, 15)
RATED_KVA = {"T1": 200.0, "T2": 400.0, "T3": 200.0, "T4": 400.0, "T5": 315.0}
COVERAGE_MIN_PERCENT = 50.0
CT = {200.0: "400/5", 400.0: "800/5", 315.0: "600/5"}
AREA = {"T1": "A1", "T2": "A1", "T3": "A2", "T4": None, "T5": "A2"}
FEEDER = {"T1": "F1", "T2": "F1", "T3": "F2", "T4": "F2", "T5": "F2"}
MV_BUS = {"T1": "M1", "T2": "M2", "T3": "M3", "T4": "M4", "T5": "M4"}
POINT = {"B0": (99.10, 25.10), "M1": (99.11, 25.11), "M2": (99.12, 25.11), "M3": (99.11, 25.09), "M4": (99.12, 25.09)}


@dataclass
class Parts:
    """Everything a case is made of; tests change it before ``case()``."""

    settings: CaseSettings
    net: pp.pandapowerNet
    areas: gpd.GeoDataFrame
    substations: pd.DataFrame
    feeders: pd.DataFrame
    transformers: pd.DataFrame
    profiles: pd.DataFrame
    measurements: pd.DataFrame
    daily_maxima: pd.DataFrame
    exclusions: pd.DataFrame
    customers: pd.DataFrame
    projects: pd.DataFrame
    applications: pd.DataFrame
    outages: pd.DataFrame
    extra: dict = field(default_factory=dict)
    window: ClassVar[Window] = WINDOW
    coverage_min_percent: ClassVar[float] = COVERAGE_MIN_PERCENT

    def case(self) -> Case:
        pieces = {k: v for k, v in vars(self).items() if k != "extra"}
        topology = derive_topology(self.net, self.settings, self.substations, self.feeders)
        return Case(topology=topology, **pieces, **self.extra)

    def check(self) -> tuple[Issue, ...]:
        """What ``check`` finds, with the bundled policy's coverage."""
        return check(self.case(), self.window, coverage_min_percent=self.coverage_min_percent)

    def add(self, table: str, schema, **row) -> None:
        """One more row in a table."""
        more = conform(pd.DataFrame([row]), schema)
        setattr(self, table, pd.concat([getattr(self, table), more], ignore_index=True).astype(more.dtypes.to_dict()))

    def put(self, table: str, key: str, column: str, value) -> None:
        """Another value in the rows of an id (first column); ``table`` may be one of the network (``net.line``)."""
        frame = self.net[table[4:]] if table.startswith("net.") else getattr(self, table)
        first = "name" if table.startswith("net.") else frame.columns[0]
        if table == "measurements":
            first = "transformer_id"
        rows = frame[first] == key
        assert rows.any(), (table, key)
        frame.loc[rows, column] = value

    def move(self, bus_id: str, x: float, y: float) -> None:
        """Other coordinates for a bus."""
        self.put("net.bus", bus_id, "geo", json.dumps({"coordinates": [x, y], "type": "Point"}))

    def readings(self, transformer_id: str) -> pd.Index:
        """Row labels of a transformer's readings, in the order of time."""
        return self.measurements.index[self.measurements["transformer_id"] == transformer_id]


def _network() -> pp.pandapowerNet:
    net = pp.create_empty_network()
    bus = {name: pp.create_bus(net, 10.0, name=name, geodata=point) for name, point in POINT.items()}
    pp.create_ext_grid(net, bus["B0"], name="S1 grid")
    for name, a, b in (
        ("L1", "B0", "M1"),
        ("L2", "M1", "M2"),
        ("L3", "B0", "M3"),
        ("L4", "M3", "M4"),
        ("L5", "M2", "M4"),
    ):
        _line(net, name, bus[a], bus[b], 1.0)
    pp.create_switch(net, bus["M4"], 4, et="l", closed=False, name="tie")
    for number, (transformer_id, rated_kva) in enumerate(RATED_KVA.items(), start=1):
        x, y = POINT[MV_BUS[transformer_id]]
        low = pp.create_bus(net, 0.4, name=f"N{number}", geodata=(x, y))
        end = pp.create_bus(net, 0.4, name=f"N{number}a", geodata=(x + 0.001, y))
        pp.create_transformer_from_parameters(
            net,
            bus[MV_BUS[transformer_id]],
            low,
            rated_kva / 1000.0,
            10.0,
            0.4,
            1.0,
            4.0,
            0.3,
            0.2,
            name=transformer_id,
        )
        _line(net, f"K{number}", low, end, 0.1)
        pp.create_load(net, end, 0.3 * rated_kva / 1000.0, 0.05 * rated_kva / 1000.0, name=f"load {number}")
    net.load["profile"] = "home"
    return net


def _line(net, name, a, b, length_km):
    return pp.create_line_from_parameters(net, a, b, length_km, 0.3, 0.35, 10.0, 0.3, name=name)


def _readings() -> pd.DataFrame:
    rng = np.random.default_rng(7)
    stamps = WINDOW.timestamps
    hour = stamps.hour + stamps.minute / 60.0
    day = 0.25 + 0.15 * np.exp(-(((hour - 19.5) / 2.0) ** 2)) + 0.06 * np.exp(-(((hour - 12.0) / 1.5) ** 2))
    frames = []
    for transformer_id, rated_kva in RATED_KVA.items():
        p_kw = np.round(rated_kva * day * rng.uniform(0.85, 1.15, len(stamps)), 3)
        frames.append(
            pd.DataFrame(
                {"timestamp": stamps, "transformer_id": transformer_id, "p_kw": p_kw, "q_kvar": (p_kw * 0.2).round(3)}
            )
        )
    return conform(pd.concat(frames, ignore_index=True), MEASUREMENTS)


def _areas() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "area_id": ["A1", "A2"],
            "name": ["东街", "西街"],
            "area_class": ["county", "rural"],
            "branch": ["隆阳", "隆阳"],
            "supply_station": ["城关", "城关"],
        },
        geometry=[shapely.box(99.10, 25.10, 99.13, 25.12), shapely.box(99.10, 25.08, 99.13, 25.10)],
        crs="EPSG:4326",
    )


def make_parts() -> Parts:
    """The parts of a case that nothing is wrong with."""
    ledger = pd.DataFrame({"transformer_id": list(RATED_KVA)})
    ledger["area_id"] = ledger["transformer_id"].map(AREA)
    ledger["feeder_id"] = ledger["transformer_id"].map(FEEDER)
    ledger["ownership"] = np.where(ledger["transformer_id"] == "T4", "dedicated", "public")
    ledger["rated_kva"] = ledger["transformer_id"].map(RATED_KVA)
    ledger["meter_side"] = "lv"
    ledger["ct_ratio"] = ledger["rated_kva"].map(CT)
    ledger["customer_count"] = 40
    return Parts(
        settings=CaseSettings(
            name="small",
            title_zh="小例",
            title_en="small",
            as_of=dt.date(2025, 3, 1),
            synthetic=True,
            busbar_voltage={"S1": BusbarVoltage(source="setpoint", vm_pu=1.02)},
        ),
        net=_network(),
        areas=_areas(),
        substations=conform(
            pd.DataFrame([{"substation_id": "S1", "name": "城关", "busbar_id": "B0", "rated_kva": 20_000.0}]),
            SUBSTATIONS,
        ),
        feeders=conform(
            pd.DataFrame(
                [
                    {"feeder_id": "F1", "name": "东线", "substation_id": "S1", "head_line_id": "L1"},
                    {"feeder_id": "F2", "name": "西线", "substation_id": "S1", "head_line_id": "L3"},
                ]
            ),
            FEEDERS,
        ),
        transformers=conform(ledger, TRANSFORMERS),
        profiles=pd.DataFrame({"timestamp": WINDOW.timestamps, "home": 0.5}),
        measurements=_readings(),
        daily_maxima=empty(DAILY_MAXIMA),
        exclusions=empty(EXCLUSIONS),
        customers=empty(CUSTOMERS),
        projects=empty(PROJECTS),
        applications=empty(APPLICATIONS),
        outages=empty(OUTAGES),
    )


_SOUND = make_parts()


@pytest.fixture
def parts() -> Parts:
    """A sound case's parts, fresh for each test."""
    return copy.deepcopy(_SOUND)


@pytest.fixture
def expect() -> Callable[..., Issue]:
    """``expect(parts, code, ids, phrase, areas=…)``: the check names exactly these ids, once, in both languages."""

    def one_issue(
        parts: Parts, code: str, ids: tuple[str, ...], phrase: str, areas: tuple[str, ...] | None = None
    ) -> Issue:
        issues = parts.check()
        assert not [i.sentence_en for i in issues if i.check == "checks.not_carried_out"]
        kind = next(k for k in KINDS if k.code == code)
        found = [i for i in issues if i.check == code]
        assert len(found) == 1, [(i.check, i.ids) for i in issues]
        issue = found[0]
        assert issue.ids == ids
        assert phrase in issue.sentence_en, issue.sentence_en
        assert issue.sentence_en.endswith(kind.remedy_en)
        assert issue.sentence_zh.endswith(kind.remedy_zh)
        assert issue.sentence_zh != kind.remedy_zh
        assert re.search(r"[\u4e00-\u9fff]", issue.sentence_zh.removesuffix(kind.remedy_zh)), issue.sentence_zh
        assert "nan" not in issue.sentence_en.lower().split()
        assert issue.severity == kind.severity
        assert issue.effect in EFFECT
        assert issue.effect or issue.severity == "info"
        if areas is not None:
            assert issue.area_ids == areas
        return issue

    return one_issue
