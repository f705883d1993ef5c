"""A small network to redo on paper, with results stated by hand, for the tests of candidate measures.

Two feeders from busbar BB: F1 over M1 to M2 (lines L1, L2 of 1 km, 325 A; a switch SW2 in L2), F2 over N1 to N2 (K1, K2
likewise); M2 and N2 could be joined by the open switch TIE. T1 (100 kVA) hangs on M1 and feeds a circuit of three lines
of 100 m (JKLYJ-1-50, 180 A) to P1, P2, P3 with 20 kVA each, and a second one to R1 with 20 kVA. T2 (400 kVA, 100 kVA at
its busbar) hangs on N1, 30 m beyond P3. Metres east and north of the busbar are the coordinates.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pandapower as pp
import pandas as pd
from hand_case import hand_case
from planning_cases import price

from capacity.assessing.toolbox import catalogue
from capacity.case import derive_topology
from capacity.planning.candidates.choices import bundled_choices
from capacity.planning.candidates.ground import Ground
from capacity.tables._schema import conform
from capacity.tables.case import Case
from capacity.tables.inputs.feeders import FEEDERS
from capacity.tables.inputs.transformers import TRANSFORMERS
from capacity.tables.measure import Need, Rule
from capacity.tables.situation import Market, Situation

DUE = dt.date(2027, 1, 1)
PLACES = {
    "BB": (0, 0), "M1": (1000, 0), "M2": (2000, 0), "N1": (1000, 500), "N2": (2000, 500),
    "T1-LV": (1000, 0), "P1": (1100, 0), "P2": (1200, 0), "P3": (1300, 0), "R1": (900, 0), "T2-LV": (1300, 30),
}  # fmt: skip
LV_LINES = (("A1", "T1-LV", "P1"), ("A2", "P1", "P2"), ("A3", "P2", "P3"), ("B1", "T1-LV", "R1"))


def small_case(*, tie_in_lv: bool = False, third_circuit: bool = False) -> Case:
    """The network of the module's description.

    With ``tie_in_lv`` an open switch LVTIE joins P3 and T2's busbar; with ``third_circuit`` a line C1 leads from T1 to
    R2, 100 m north, with 60 kVA.
    """
    net = pp.create_empty_network(name="small")
    bus = {
        name: pp.create_bus(net, 0.4 if name[0] in "PRT" else 10.0, name=name, geodata=xy)
        for name, xy in PLACES.items()
    }
    pp.create_ext_grid(net, bus["BB"], vm_pu=1.0, name="S1")
    for name, start, end in (("L1", "BB", "M1"), ("L2", "M1", "M2"), ("K1", "BB", "N1"), ("K2", "N1", "N2")):
        at = pp.create_line_from_parameters(net, bus[start], bus[end], 1.0, 0.27, 0.34, 9.0, 0.325, name=name)
        if name == "L2":
            pp.create_switch(net, bus[start], at, "l", closed=True, name="SW2")
    pp.create_switch(net, bus["M2"], bus["N2"], "b", closed=False, name="TIE")
    for name, start, end in LV_LINES:
        pp.create_line_from_parameters(
            net, bus[start], bus[end], 0.1, 0.641, 0.31, 0.0, 0.18, name=name, std_type="JKLYJ-1-50", type="ol"
        )
    if tie_in_lv:
        pp.create_switch(net, bus["P3"], bus["T2-LV"], "b", closed=False, name="LVTIE")
        pp.create_switch(net, bus["P2"], list(net.line["name"]).index("A3"), "l", closed=True, name="SWA3")
    if third_circuit:
        r2 = pp.create_bus(net, 0.4, name="R2", geodata=(1000, 100))
        pp.create_line_from_parameters(net, bus["T1-LV"], r2, 0.1, 0.2, 0.3, 0.0, 0.3, name="C1", type="ol")
        pp.create_load(net, r2, 0.057, 0.018735, name="R2-load")
    for name, hv, kva in (("T1", "M1", 100.0), ("T2", "N1", 400.0)):
        pp.create_transformer_from_parameters(
            net, bus[hv], bus[f"{name}-LV"], kva / 1000.0, 10.0, 0.4, 1.0, 4.0, 0.2, 0.5, shift_degree=330.0, name=name,
            tap_side="hv", tap_neutral=0, tap_min=-2, tap_max=2, tap_step_percent=2.5, tap_pos=0,
        )  # fmt: skip
    for node, kva in (("P1", 20.0), ("P2", 20.0), ("P3", 20.0), ("R1", 20.0), ("T2-LV", 100.0), ("M2", 1000.0)):
        pp.create_load(net, bus[node], 0.95 * kva / 1000.0, 0.31225 * kva / 1000.0, name=f"{node}-load")
    base = hand_case()
    settings = base.settings.model_copy(update={"crs": "EPSG:32647"})
    feeders = conform(
        pd.DataFrame(
            {"feeder_id": ["F1", "F2"], "name": ["一线", "二线"], "substation_id": "S1", "head_line_id": ["L1", "K1"]}
        ),
        FEEDERS,
    )
    transformers = pd.DataFrame(
        {
            "transformer_id": ["T1", "T2"], "name": ["甲", "乙"], "area_id": "A1", "feeder_id": ["F1", "F2"],
            "ownership": "public", "rated_kva": [100.0, 400.0], "meter_side": "lv", "customer_count": [10, 10],
        }
    )  # fmt: skip
    return replace(
        base,
        settings=settings,
        net=net,
        topology=derive_topology(net, settings, base.substations, feeders),
        feeders=feeders,
        transformers=conform(transformers, TRANSFORMERS),
    )


def transformers(t1_kva: float = 80.0, t2_kva: float = 100.0) -> pd.DataFrame:
    """Results with these highest loads."""
    loads = {"T1": (t1_kva, 100.0, "F1"), "T2": (t2_kva, 400.0, "F2")}
    rows = [
        {
            "transformer_id": name, "area_id": "A1", "feeder_id": feeder, "ownership": "public", "in_service": True,
            "rated_kva": rated, "max_loading_percent": 100.0 * kva / rated, "max_direction": "import",
            "max_loading_at": pd.Timestamp("2026-01-18 19:30"), "smax_import_kva": kva, "reserved_kva": 0.0,
            "allowed_kva": max(0.0, 0.8 * rated - kva),
        }
        for name, (kva, rated, feeder) in loads.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)


def lines(amperes: dict[str, float]) -> pd.DataFrame:
    """Results with these highest currents; 325 A at 10 kV, 180 A below."""
    rated = {name: 325.0 if name[0] in "LK" else 180.0 for name in ("L1", "L2", "K1", "K2", "A1", "A2", "A3", "B1")}
    rows = [
        {
            "line_id": name, "rated_a": rated_a, "max_i_a": amperes.get(name, 10.0),
            "max_loading_percent": 100.0 * amperes.get(name, 10.0) / rated_a,
        }
        for name, rated_a in rated.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)


def nodes(lowest: dict[str, float], highest_pu: float = 0.95) -> pd.DataFrame:
    """Results with these lowest voltages, else 0.95; limits 0.90 and 1.00."""
    supplied = {"T1-LV": "T1", "P1": "T1", "P2": "T1", "P3": "T1", "R1": "T1", "T2-LV": "T2"}
    rows = [
        {
            "node_id": name, "transformer_id": by, "voltage_min_pu": lowest.get(name, 0.95),
            "voltage_max_pu": highest_pu, "voltage_lower_pu": 0.90, "voltage_upper_pu": 1.00,
        }
        for name, by in supplied.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)


def areas(allowed_sum_kva: float = 220.0) -> pd.DataFrame:
    """Results of the one area."""
    row = {
        "area_id": "A1", "allowed_sum_kva": allowed_sum_kva, "allowed_kva": allowed_sum_kva, "binding_element": None,
        "binding_criterion": None,
    }  # fmt: skip
    return pd.DataFrame([row])


def need(rule: Rule, element_id: str, value: float | None = None, unit: str = "%") -> Need:
    """A need of feeder F1."""
    return Need(f"{rule}:{element_id}", rule, "F1", "A1", element_id, DUE, (2027,), True, value=value, unit=unit)


def market(threshold_p5: float = 160.0) -> Market:
    """Everything of the library; a work costs 1,000 yuan, a metre 100, a kVA of rating 10, a kWh 500."""

    def cost(works: object, area_class: str) -> object:
        return price(
            sum(1000.0 + 100.0 * (w.length_m or 0) + 10.0 * (w.rated or 0) + 500.0 * (w.energy_kwh or 0) for w in works)
        )

    choice = {"transformer_limit_percent": 80.0, "section_limit_percent": 100.0}
    thresholds = {"P3": 50.0, "P4": 70.0, "P5": threshold_p5, "P6": 80.0}
    return Market(catalogue(), cost, lambda works: 30, choice.__getitem__, thresholds)


def ground(
    *needs: Need,
    case: Case | None = None,
    t: pd.DataFrame | None = None,
    li: pd.DataFrame | None = None,
    n: pd.DataFrame | None = None,
    a: pd.DataFrame | None = None,
    buy: Market | None = None,
) -> Ground:
    """The situation of F1 with these needs and results."""
    frames = (
        transformers() if t is None else t,
        lines({}) if li is None else li,
        nodes({}) if n is None else n,
        areas() if a is None else a,
    )
    situation = Situation("F1", case or small_case(), needs, *frames)
    return Ground(situation, buy or market(), bundled_choices())
