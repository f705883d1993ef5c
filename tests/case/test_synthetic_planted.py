"""Every planted situation of the bundled case, worked out again from its tables without the rest of the program."""

from __future__ import annotations

import warnings

import numpy as np
import pandapower
import pandas as pd
import pytest
from bundled_case import bundled_case

from capacity.case.synthetic import (
    PLANTED,
    PLANTED_APPLICATIONS,
    PLANTED_FEEDERS,
    PLANTED_TRANSFORMERS,
)
from capacity.case.synthetic.planted import PlantedArea
from capacity.tables.case import Case

K = 0.8
PRE_CONTROL_KVA = 160.0


@pytest.fixture(scope="module")
def case() -> Case:
    return bundled_case()


@pytest.fixture(scope="module")
def power(case: Case) -> dict[str, pd.DataFrame]:
    """Readings as recorded, steps × transformers."""
    table = case.measurements
    return {
        column: table.pivot(index="timestamp", columns="transformer_id", values=column).reindex(case.window.timestamps)
        for column in ("p_kw", "q_kvar", "s_kva")
    }


@pytest.fixture(scope="module")
def s_kva(case: Case, power: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Apparent power where it counts: since the present rating, outside exclusions, with enough coverage."""
    s = pd.DataFrame(np.hypot(power["p_kw"], power["q_kvar"])).fillna(power["s_kva"])
    for row in case.transformers.dropna(subset="valid_from").itertuples():
        s.loc[s.index < row.valid_from, row.transformer_id] = np.nan
    for row in case.exclusions.itertuples(index=False):
        s.loc[(s.index >= row[1]) & (s.index < row[2]), row[0]] = np.nan
    return s.loc[:, s.notna().mean() >= 0.5]


@pytest.fixture(scope="module")
def rates(case: Case, s_kva: pd.DataFrame) -> pd.DataFrame:
    return s_kva / case.transformers.set_index("transformer_id")["rated_kva"].reindex(s_kva.columns) * 100.0


@pytest.fixture(scope="module")
def allowed_kva(case: Case, power: dict[str, pd.DataFrame], s_kva: pd.DataFrame) -> pd.Series:
    """P7 per metered public transformer."""
    import_only = s_kva.where(power["p_kw"].reindex(columns=s_kva.columns).fillna(1.0) >= 0.0).max()
    accepted = case.applications[case.applications["status"] == "accepted"]
    kva = accepted["p_kw"] / accepted["power_factor"].fillna(case.settings.power_factor)
    reserved = kva.groupby(accepted["transformer_id"]).sum()
    table = case.transformers.set_index("transformer_id")
    public = table.index[table["ownership"] == "public"].intersection(s_kva.columns)
    room = K * table.loc[public, "rated_kva"] - import_only[public] - reserved.reindex(public).fillna(0.0)
    return room.clip(lower=0.0)


def _longest_run(flags: np.ndarray) -> int:
    best = count = 0
    for flag in flags:
        count = count + 1 if flag else 0
        best = max(best, count)
    return best


def _public(case: Case, area_id: str) -> pd.DataFrame:
    table = case.transformers
    return table[(table["area_id"] == area_id) & (table["ownership"] == "public")]


def test_planted__names_every_area_once(case: Case) -> None:
    assert sorted(p.area_id for p in PLANTED) == sorted(case.areas["area_id"])
    assert {p.status for p in PLANTED} >= {"open", "pre_control", "blocked", "no_data"}


@pytest.mark.parametrize("planted", PLANTED, ids=lambda p: p.area_id)
def test_planted__area_has_the_stated_load_rate(planted: PlantedArea, case: Case, rates: pd.DataFrame) -> None:
    ids = _public(case, planted.area_id)["transformer_id"]
    highest = rates.reindex(columns=ids).max().max()
    if planted.max_loading_percent is not None:
        if planted.exact:
            assert highest == planted.max_loading_percent
        else:
            assert highest == pytest.approx(planted.max_loading_percent, abs=0.02 if planted.area_id != "A27" else 1.0)
    if planted.most_loaded_type == "transformer":
        trigger = "P4" if highest >= 70.0 else "P3" if highest >= 50.0 else None
        assert trigger == planted.trigger


@pytest.mark.parametrize("planted", PLANTED, ids=lambda p: p.area_id)
def test_planted__area_has_the_stated_allowed_sum(planted: PlantedArea, case: Case, allowed_kva: pd.Series) -> None:
    public = _public(case, planted.area_id)
    own = allowed_kva.reindex(public["transformer_id"])
    total = own.sum()
    if planted.allowed_sum_kva is not None:
        if planted.exact:
            assert total == planted.allowed_sum_kva
        else:
            assert total == pytest.approx(planted.allowed_sum_kva, abs=0.05)
    assert (K * public["rated_kva"].sum() < PRE_CONTROL_KVA) == planted.structural
    if planted.lower_bound:
        assert own.isna().sum() == 1
        assert (total < PRE_CONTROL_KVA) == (planted.status == "no_data")
    elif planted.area_id != "A30":  # one of its transformers is known by simulation only
        assert own.notna().all()
        assert (total < PRE_CONTROL_KVA) == (planted.p5_variant == "sum")


@pytest.mark.parametrize("planted", PLANTED_TRANSFORMERS, ids=lambda p: p.transformer_id)
def test_planted__transformer_behaves_as_stated(planted, case: Case, rates: pd.DataFrame) -> None:
    own = planted.transformer_id
    if planted.reason or planted.source:
        assert own not in rates.columns
        return
    if planted.heavy_load is not None:
        assert (_longest_run((rates[own] >= 80.0).to_numpy()) >= 8) == planted.heavy_load
        assert (_longest_run((rates[own] >= 100.0).to_numpy()) >= 8) == planted.overload
    if planted.max_loading_percent is not None:
        tolerance = 1.0 if planted.max_direction == "export" else 0.02
        assert rates[own].max() == pytest.approx(planted.max_loading_percent, abs=tolerance)


def test_planted__export_peak_is_export(power: dict[str, pd.DataFrame], rates: pd.DataFrame) -> None:
    at = rates["T2701"].idxmax()
    assert power["p_kw"].loc[at, "T2701"] < 0.0
    assert 10 <= at.hour <= 15


def test_planted__readings_that_do_not_count_would_have_changed_the_result(
    case: Case, power: dict[str, pd.DataFrame]
) -> None:
    rated = case.transformers.set_index("transformer_id")["rated_kva"]
    s = np.hypot(power["p_kw"], power["q_kvar"])
    assert s["T1402"].max() / rated["T1402"] * 100.0 > 50.0  # before the exchange
    assert s["T2302"].max() / rated["T2302"] * 100.0 > 70.0  # in the excluded interval
    assert s["T1702"].notna().mean() < 0.5
    zeros = (power["p_kw"]["T1602"] == 0.0) & (power["q_kvar"]["T1602"] == 0.0)
    assert _longest_run(zeros.to_numpy()) >= 100
    repeated = power["p_kw"]["T1103"].diff() == 0.0
    assert _longest_run(repeated.to_numpy()) >= 480
    missing_day = power["p_kw"].loc["2026-07-07", "T0203"]
    assert missing_day.isna().all()


@pytest.mark.parametrize("planted", PLANTED_APPLICATIONS, ids=lambda p: p.application_id)
def test_planted__application_brings_its_transformer_where_stated(planted, case: Case, s_kva: pd.DataFrame) -> None:
    row = case.applications.set_index("application_id").loc[planted.application_id]
    rated = case.transformers.set_index("transformer_id").loc[planted.transformer_id, "rated_kva"]
    power_factor = case.settings.power_factor if pd.isna(row["power_factor"]) else row["power_factor"]
    percent = (s_kva[planted.transformer_id].max() + row["p_kw"] / power_factor) / rated * 100.0
    if planted.exact:
        assert percent == planted.expected_percent
    assert percent == pytest.approx(planted.expected_percent, abs=0.01)
    assert (percent > 80.0) == planted.triggers_p6


@pytest.mark.parametrize("planted", PLANTED_FEEDERS, ids=lambda p: p.feeder_id)
def test_planted__feeder_has_the_stated_outages(planted, case: Case) -> None:
    as_of = pd.Timestamp(case.settings.as_of)
    own = case.outages[case.outages["feeder_id"] == planted.feeder_id]
    recent = own[(own["kind"] == "fault") & (own["start"] >= as_of - pd.DateOffset(months=6))]
    assert len(recent) == planted.faults_in_six_months
    assert len(own) == planted.outages_in_a_year
    limit = case.feeders.set_index("feeder_id").loc[planted.feeder_id, "limit_percent"]
    assert (limit == planted.limit_percent) if planted.limit_percent else pd.isna(limit)


def test_planted__a_few_customers_only(case: Case) -> None:
    counts = case.transformers.groupby("area_id")["customer_count"].sum(min_count=1)
    assert counts["A12"] < 5
    assert (counts.drop("A12") >= 5).all()


def _solve(case: Case, power: dict[str, pd.DataFrame], at: pd.Timestamp) -> pandapower.pandapowerNet:
    """One step by hand: profile values scaled to each transformer's reading, losses below it left out."""
    net = pandapower.from_json_string(pandapower.to_json(case.net))
    factors = case.profiles.set_index("timestamp").loc[at]
    owner = net.load["bus"].map(case.topology.buses["transformer_id"]).astype(str)
    roof = net.sgen["bus"].map(case.topology.buses["transformer_id"]).astype(str)
    net.sgen["p_mw"] *= factors["pv"]
    sun = net.sgen["p_mw"].groupby(roof).sum()
    for column, reading in (("p_mw", "p_kw"), ("q_mvar", "q_kvar")):
        net.load[column] *= net.load["profile"].map(factors).astype(float)
        simulated = net.load[column].groupby(owner).sum()
        wanted = power[reading].loc[at].reindex(simulated.index) / 1000.0
        if column == "p_mw":
            wanted += sun.reindex(simulated.index).fillna(0.0)
        net.load[column] *= owner.map((wanted / simulated).fillna(1.0))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pandapower.runpp(net, trafo_loading="power")
    return net


def test_bundled_network__winter_evening(case: Case, power: dict[str, pd.DataFrame]) -> None:
    at = pd.Timestamp("2026-02-17 19:30")  # Spring Festival
    net = _solve(case, power, at)
    buses = case.topology.buses.assign(vm_pu=net.res_bus["vm_pu"])
    medium = buses.loc[buses["level"] == "mv", "vm_pu"]
    assert medium.between(0.93, 1.07).all()
    low = buses[buses["level"] == "lv"].set_index("bus_id")["vm_pu"]
    phases = case.customers.groupby("node_id")["phases"].max()
    three = low.reindex(phases.index[phases == "3"])
    single = low.reindex(phases.index[phases == "1"])
    assert three[three.index.str.startswith("T20")].min() < 0.8835  # 380 V - 7 %
    assert single[single.index.str.startswith("T21")].min() < 0.855  # 220 V - 10 %
    elsewhere = low[~low.index.str.match(r"T(19|20|21)")]
    assert elsewhere.min() > 0.8835
    lines = case.topology.lines.assign(percent=net.res_line["loading_percent"])
    heads = lines[lines["level"] == "mv"].groupby("feeder_id")["percent"].max()
    assert heads["F03"] > 0.0
    assert heads.between(10.0, 95.0).all()
    assert np.hypot(net.res_ext_grid["p_mw"], net.res_ext_grid["q_mvar"]).sum() == pytest.approx(11.5, abs=1.0)


def test_bundled_network__an_lv_line_is_the_most_loaded_of_its_area(
    case: Case, power: dict[str, pd.DataFrame], rates: pd.DataFrame
) -> None:
    at = rates["T1101"].idxmax()
    net = _solve(case, power, at)
    loading = net.res_line["loading_percent"].groupby(net.line["name"]).max()
    assert loading["T1101-M1L1"] > 70.0
    assert rates.loc[at, "T1101"] < 50.0


def test_bundled_network__threshold_areas_have_no_line_above_their_transformers(
    case: Case, power: dict[str, pd.DataFrame], rates: pd.DataFrame
) -> None:
    for transformer in ("T0101", "T0201", "T0301", "T0401", "T0502"):
        at = rates[transformer].idxmax()
        net = _solve(case, power, at)
        own = net.line.index[net.line["name"].str.startswith(transformer[:3])]
        assert net.res_line.loc[own, "loading_percent"].max() < rates.loc[at, transformer]
