"""The bundled case: what its folder holds, what its meters show, and that its network can be solved."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from bundled_case import assert_same_net, bundled_case

from capacity.case import load_case
from capacity.case.synthetic import BUNDLED_NAME, BUNDLED_SEED, Plan, build, build_bundled_case, generate
from capacity.case.synthetic.lanxi import LANXI
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
from capacity.units import apparent_kva

SCHEMAS = {
    "substations": SUBSTATIONS,
    "feeders": FEEDERS,
    "transformers": TRANSFORMERS,
    "daily_maxima": DAILY_MAXIMA,
    "exclusions": EXCLUSIONS,
    "customers": CUSTOMERS,
    "projects": PROJECTS,
    "applications": APPLICATIONS,
    "outages": OUTAGES,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("networks") / BUNDLED_NAME
    place.mkdir()
    (place / "README.md").write_text("kept", encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def case(folder: Path) -> Case:
    """Built and written, with the case that the tests of this room share for the one that would be generated."""

    def shared(plan: Plan, seed: int) -> Case:
        assert plan is LANXI
        assert seed == BUNDLED_SEED
        return bundled_case()

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(build, "generate", shared)
        return build_bundled_case(folder)


def test_build_bundled_case__reads_back_without_a_complaint(case: Case, folder: Path) -> None:
    back = load_case(folder)
    assert back.reading_issues == ()
    assert back.hashes == case.hashes
    assert back.settings == case.settings
    assert (folder / "README.md").read_text(encoding="utf-8") == "kept"
    for name in SCHEMAS:
        pd.testing.assert_frame_equal(getattr(back, name), getattr(case, name), check_dtype=False)
    assert_same_net(back.net, case.net)


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_build_bundled_case__tables_follow_their_schemas(case: Case, name: str) -> None:
    frame = getattr(case, name)
    assert len(frame) > 0
    SCHEMAS[name].validate(frame, lazy=True)


def test_build_bundled_case__measurements_follow_their_schema(case: Case) -> None:
    MEASUREMENTS.validate(case.measurements.iloc[::97].reset_index(drop=True), lazy=True)
    assert not case.measurements.duplicated(["timestamp", "transformer_id"]).any()
    assert case.measurements["timestamp"].min() == case.window.start
    assert case.measurements["timestamp"].max() < case.window.end
    assert len(case.window.timestamps) == 35_040


def test_generate__same_seed_same_case_other_seed_another(case: Case, bundled: Path) -> None:
    again = load_case(bundled)
    assert again.hashes | {"README.md": case.hashes["README.md"]} == case.hashes
    pd.testing.assert_frame_equal(again.measurements, case.measurements, check_dtype=False)
    assert_same_net(again.net, case.net)
    other = generate(LANXI, BUNDLED_SEED + 1)
    assert not other.profiles.equals(case.profiles)
    assert list(other.transformers["transformer_id"]) == list(case.transformers["transformer_id"])


def test_build_bundled_case__is_as_large_as_promised(case: Case) -> None:
    public = case.transformers[case.transformers["ownership"] == "public"]
    assert case.settings.synthetic
    assert len(case.net.bus) >= 3000
    assert len(public) >= 60
    assert public["rated_kva"].between(50, 800).all()
    assert len(case.transformers) - len(public) >= 5
    assert len(case.feeders) >= 6
    assert len(case.areas) >= 20
    assert len(case.substations) == 2
    assert set(case.areas["area_class"]) >= {"county", "town", "rural"}
    assert case.areas["branch"].nunique() == 2
    assert case.areas["supply_station"].nunique() >= 4


def test_build_bundled_case__names_are_unique(case: Case) -> None:
    net = case.net
    for table in ("bus", "line", "trafo", "load", "sgen", "switch", "ext_grid"):
        names = net[table]["name"]
        assert names.notna().all()
        assert names.is_unique, table
    assert case.transformers["name"].is_unique
    assert case.transformers["system_code"].is_unique
    assert case.areas["name"].is_unique


def test_build_bundled_case__feeders_are_loops_operated_open(case: Case) -> None:
    islands = case.topology.islands
    assert (islands["loops"] == 0).all()
    assert (islands["sources"] == 1).all()
    switches = case.net.switch
    opened = switches[~switches["closed"]]
    assert opened["name"].str.startswith("TIE-").all()
    sides = [
        {case.topology.buses.at[bus, "feeder_id"] for bus in (tie.bus, tie.element)} for tie in opened.itertuples()
    ]
    assert all(len(side) == 2 for side in sides)
    assert set().union(*sides) == set(case.feeders["feeder_id"])
    assert (case.topology.buses["island"] >= 0).all()
    heads = case.topology.lines.set_index("line_id").loc[case.feeders["head_line_id"], "feeder_id"]
    assert list(heads) == list(case.feeders["feeder_id"])


def test_build_bundled_case__lines_are_as_long_as_real_ones(case: Case) -> None:
    lines = case.net.line.assign(level=case.topology.lines["level"], feeder=case.topology.lines["feeder_id"])
    assert (lines["length_km"] >= 0.009).all()
    rural = [feeder.feeder_id for feeder in LANXI.feeders if feeder.feeder_id in ("F05", "F06", "F08")]
    trunk = (
        lines[lines["name"].str.contains(r"-S\d\d$") & (lines["level"] == "mv")].groupby("feeder")["length_km"].sum()
    )
    assert trunk[rural].between(10.0, 25.0).all()
    mains = lines[lines["name"].str.contains(r"-M\dL\d$")].copy()
    mains["main"] = mains["name"].str.replace(r"L\d$", "", regex=True)
    total_m = mains.groupby("main")["length_km"].sum() * 1000.0
    long = total_m[total_m > 500.0]
    assert set(long.index) == {"T2001-M1", "T2101-M1"}  # the two low-voltage networks


def test_build_bundled_case__areas_hold_their_transformers_and_do_not_overlap(case: Case) -> None:
    areas = case.areas
    assert areas.geometry.is_valid.all()
    for i, first in enumerate(areas.geometry):
        for second in areas.geometry[i + 1 :]:
            assert first.intersection(second).area < 1e-12
    buses = case.topology.buses.set_index("bus_id")
    shapes = areas.set_index("area_id").geometry
    placed = case.transformers.dropna(subset="area_id")
    from shapely.geometry import Point

    for row in placed.itertuples():
        bus = buses.loc[f"{row.transformer_id}-LV"]
        assert shapes[row.area_id].contains(Point(bus.x, bus.y)), row.transformer_id


def test_build_bundled_case__ledger_fits_the_network(case: Case) -> None:
    trafos = case.topology.trafos.set_index("trafo_id")
    ledger = case.transformers.set_index("transformer_id")
    assert set(trafos.index) == set(ledger.index)
    assert (trafos["feeder_id"].reindex(ledger.index) == ledger["feeder_id"]).all()
    rated_mva = case.net.trafo.set_index("name")["sn_mva"].reindex(ledger.index)
    np.testing.assert_allclose(rated_mva * 1000.0, ledger["rated_kva"])
    nodes = set(case.net.bus["name"])
    assert set(case.customers["node_id"]) <= nodes
    counts = case.customers["transformer_id"].value_counts().reindex(ledger.index).fillna(0)
    known = ledger["customer_count"].notna()
    assert (counts[known] == ledger.loc[known, "customer_count"]).all()
    assert list(ledger.index[~known]) == ["T1803"]
    loads = case.net.load.assign(owner=case.net.load["bus"].map(case.topology.buses["transformer_id"]))
    assert set(loads["profile"]) <= set(case.profiles.columns)
    assert set(ledger.index) - set(loads["owner"]) == {"T1803"}  # neither meter nor LV network
    assert set(case.applications["node_id"].dropna()) <= nodes
    assert set(case.applications["transformer_id"].dropna()) <= set(ledger.index)


def test_build_bundled_case__projects_name_real_elements(case: Case) -> None:
    net = case.net
    known = set(net.bus["name"]) | set(net.line["name"]) | set(net.trafo["name"])
    named = {one for ids in case.projects["element_ids"].dropna() for one in ids.split(";")}
    assert named <= known
    areas = {one for ids in case.projects["area_ids"].dropna() for one in ids.split(";")}
    assert areas <= set(case.areas["area_id"])


def test_build_bundled_case__measured_year_agrees_with_its_daily_maxima(case: Case) -> None:
    measured = case.measurements
    s_kva = measured["s_kva"].fillna(
        pd.Series(apparent_kva(measured["p_kw"].to_numpy(), measured["q_kvar"].to_numpy()))
    )
    own = s_kva.groupby([measured["transformer_id"], measured["timestamp"].dt.normalize()]).max()
    stated = case.daily_maxima.set_index(["transformer_id", "date"])["s_max_kva"]
    np.testing.assert_allclose(stated.reindex(own.index).to_numpy(), own.to_numpy(), atol=1e-3)
    days = case.daily_maxima["date"]
    assert days.min() == pd.Timestamp(2023, 11, 1)
    assert days.max() == pd.Timestamp(2026, 10, 31)
    assert stated.isna().mean() > 0.005  # meters miss days, too


def test_build_bundled_case__earlier_years_differ_by_growth_alone(case: Case) -> None:
    days = case.daily_maxima
    year = (days["date"] - pd.DateOffset(months=10)).dt.year
    mean = days.groupby(["transformer_id", year])["s_max_kva"].mean().unstack()
    rise = mean.to_numpy()[:, 1:] / mean.to_numpy()[:, :-1]
    planned = {one.transformer_id: 1.0 + one.growth_percent_per_year / 100.0 for one in LANXI.transformers}
    off = rise / np.array([planned[name] for name in mean.index])[:, None]
    np.testing.assert_allclose(np.median(off, axis=0), 1.0, atol=0.01)  # neither pair of years leaps


def test_build_bundled_case__profiles_cover_the_window_and_a_year_around(case: Case) -> None:
    profiles = case.profiles
    assert profiles["timestamp"].diff().dropna().eq(pd.Timedelta(minutes=15)).all()
    assert profiles["timestamp"].min() <= case.window.start - pd.Timedelta(days=364)
    assert profiles["timestamp"].max() >= case.window.end + pd.Timedelta(days=363)
    weeks_apart = profiles.set_index("timestamp")["residential_town"]
    assert weeks_apart[pd.Timestamp("2026-01-20 19:00")] == weeks_apart[pd.Timestamp("2027-01-19 19:00")]
    factors = profiles.drop(columns="timestamp")
    assert factors.notna().all().all()
    np.testing.assert_allclose(factors.max(), 1.0)
    assert (factors.min() >= 0.0).all()


def test_readme__states_what_is_generated(case: Case) -> None:
    text = (Path(__file__).parents[2] / "networks" / BUNDLED_NAME / "README.md").read_text(encoding="utf-8")
    levels = case.topology.buses["level"].value_counts()
    phases = case.customers["phases"].value_counts()
    facts = (
        f"seed {BUNDLED_SEED}",
        f"{len(case.net.bus):,} buses ({levels['mv']} at 10 kV, {levels['lv']:,} at 0.4 kV)",
        f"{len(case.net.line):,} lines",
        f"{len(case.net.load):,} loads",
        f"{len(case.net.sgen)} roofs",
        f"{len(case.customers):,} ({phases['1']:,} single-phase, {phases['3']} three-phase)",
        f"{len(case.transformers)}: {(case.transformers['ownership'] == 'public').sum()} public",
        f"{len(case.areas)} with polygons",
        f"{len(case.applications)} applications, {len(case.projects)} projects, {len(case.outages)} outages",
        f"{len(case.measurements) / 1e6:.2f} million rows",
        f"{case.measurements['transformer_id'].nunique()} meters",
    )
    for fact in facts:
        assert fact in text, fact
    assert "synthetic" in text
    assert "合成算例" in text
