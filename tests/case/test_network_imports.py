"""SimBench codes and pandapower files become cases whose powers are those of the source."""

from pathlib import Path

import numpy as np
import pandapower as pp
import pandas as pd
import pytest

from capacity.case import import_pandapower, import_simbench
from capacity.errors import InputError

OBERRHEIN = Path(__file__).parents[3] / "shared" / "data" / "oberrhein_schutterwald.json"
WITH_STORAGE = "1-MVLV-rural-4.101-2-sw"


def powers(frame, profiles, column, profile_column):
    """Power of every element at every step as the case describes it, (steps, elements)."""
    values = np.tile(frame[column].to_numpy(dtype=float), (len(profiles), 1))
    for place, name in enumerate(frame[profile_column]):
        if name is not None and name == name:
            values[:, place] *= profiles[name].to_numpy()
    return values


@pytest.fixture(scope="module")
def simbench_case(tmp_path_factory):
    pytest.importorskip("simbench", reason="the extra 'simbench' is not installed")
    return import_simbench(WITH_STORAGE, tmp_path_factory.mktemp("simbench") / "rural")


def test_simbench__powers_equal_get_absolute_values(simbench_case):
    import simbench

    source = simbench.get_simbench_net(WITH_STORAGE)
    steps = np.sort(np.random.default_rng(7).choice(35_136, 40, replace=False))
    source.profiles = {kind: table.iloc[steps].reset_index(drop=True) for kind, table in source.profiles.items()}
    expected = simbench.get_absolute_values(source, profiles_instead_of_study_cases=True)
    profiles = simbench_case.profiles.iloc[steps]
    load, sgen = simbench_case.net.load, simbench_case.net.sgen
    q_profile = load.assign(either=load["profile_q"].where(load["profile_q"].notna(), load["profile"]))
    generators = powers(sgen, profiles, "p_mw", "profile")
    own = len(source.sgen)

    assert np.array_equal(powers(load, profiles, "p_mw", "profile"), expected["load", "p_mw"])
    assert np.array_equal(powers(q_profile, profiles, "q_mvar", "either"), expected["load", "q_mvar"])
    assert np.array_equal(generators[:, :own], expected["sgen", "p_mw"])
    assert np.array_equal(generators[:, own:], -expected["storage", "p_mw"].to_numpy())
    assert generators.shape[1] == own + len(source.storage)
    assert sgen["q_mvar"].eq(0.0).all()


def test_simbench__a_whole_year_of_a_sound_case(simbench_case):
    case = simbench_case
    assert pd.DatetimeIndex(case.profiles["timestamp"]).equals(case.window.timestamps)
    assert case.settings.voltage_standard == "EN 50160"
    assert case.settings.synthetic
    assert case.settings.busbar_voltage["MV1.101 busbar1.1"].source == "modelled"
    assert case.transformers["ownership"].eq("public").all()
    assert case.transformers["meter_side"].isna().all()
    assert case.transformers["rated_kva"].tolist() == [400.0]
    assert case.areas["area_class"].eq("rural").all()
    assert case.areas.geometry.notna().all()
    assert case.topology.islands["loops"].tolist() == [0]
    assert {issue.check for issue in case.reading_issues} >= {"import.areas_derived", "import.storages"}
    assert not [issue for issue in case.reading_issues if issue.severity != "info"]


def test_simbench__unknown_code(tmp_path):
    pytest.importorskip("simbench", reason="the extra 'simbench' is not installed")
    with pytest.raises(InputError, match="no SimBench code"):
        import_simbench("1-MVLV-suburb-all-0-sw", tmp_path / "x")
    assert not (tmp_path / "x").exists()


@pytest.mark.skipif(not OBERRHEIN.is_file(), reason="the Oberrhein network is not beside the repository")
def test_oberrhein__imported_without_profiles(tmp_path):
    case = import_pandapower(OBERRHEIN, tmp_path / "Ober Rhein")
    assert case.settings.name == "ober-rhein"
    assert case.settings.as_of.isoformat() == "2025-01-01"
    assert any("constant" in note for note in case.settings.notes)
    assert len(case.transformers) == 141
    assert case.transformers[["area_id", "feeder_id"]].notna().all(axis=None)
    assert case.transformers.groupby("area_id").size().between(3, 8).all()
    for kind in ("bus", "line", "trafo", "load", "switch"):
        assert case.net[kind]["name"].is_unique
    renamed = [issue for issue in case.reading_issues if issue.check == "import.names"]
    assert {issue.sentence_en.split()[3] for issue in renamed} == {"net.bus", "net.line", "net.switch"}
    pp.runpp(case.net)
    assert case.net.res_trafo.loading_percent.max() == pytest.approx(98.0, abs=1.0)


@pytest.fixture
def network(tmp_path, draw):
    """A small network file with two loads and a storage."""
    net = draw("S! S-A A-B A>T1 B>T2 t1-n1")
    for name, bus, p_mw in (("house", "n1", 0.05), ("shop", "t2", 0.03)):
        pp.create_load(net, int(net.bus.index[net.bus.name == bus][0]), p_mw, 0.01, name=name)
    pp.create_storage(net, 0, p_mw=0.02, max_e_mwh=1.0, name="battery")
    path = tmp_path / "net.json"
    path.write_text(pp.to_json(net, None), encoding="utf-8")
    return path


def test_pandapower__profiles_multiply_loads(network, tmp_path):
    steps = pd.date_range("2023-01-01", "2024-01-01", freq="30min", inclusive="left")
    factors = pd.DataFrame({"timestamp": steps, "house": np.linspace(0.0, 1.0, len(steps)), "shed": 1.0})
    factors.to_csv(tmp_path / "factors.csv", index=False)
    case = import_pandapower(network, tmp_path / "case", tmp_path / "factors.csv", area_class="rural")

    assert case.settings.as_of.isoformat() == "2024-01-01"
    assert case.settings.step_minutes == 30
    assert list(case.profiles.columns) == ["timestamp", "house"]
    assert case.net.load.set_index("name")["profile"].to_dict() == {"house": "house", "shop": None}
    assert case.profiles["house"].iloc[-1] == 1.0
    issues = {issue.check: issue for issue in case.reading_issues}
    assert issues["import.unknown_profile"].ids == ("shed",)
    assert issues["import.load_without_profile"].ids == ("shop",)
    assert issues["import.storages"].severity == "info"
    assert case.net.sgen.set_index("name")["p_mw"].to_dict() == {"battery": -0.02}, "charging is negative generation"
    assert case.areas["area_class"].tolist() == ["rural"]


def test_pandapower__every_problem_of_both_files(tmp_path):
    (tmp_path / "net.json").write_text("{", encoding="utf-8")
    (tmp_path / "factors.parquet").write_bytes(b"nothing")
    with pytest.raises(InputError) as caught:
        import_pandapower(tmp_path / "net.json", tmp_path / "case", tmp_path / "factors.parquet")
    assert {issue.check for issue in caught.value.issues} >= {"reading.network", "reading.parquet"}
    assert not (tmp_path / "case").exists()


def test_pandapower__nothing_below_1_kv(tmp_path, draw):
    (tmp_path / "net.json").write_text(pp.to_json(draw("S! S-A"), None), encoding="utf-8")
    with pytest.raises(InputError, match="no transformer with a side below 1 kV"):
        import_pandapower(tmp_path / "net.json", tmp_path / "case")


def test_pandapower__unreadable_factor_named_with_its_row(network, tmp_path):
    text = "时间,house,shop\n2024-01-01 00:00,1,0.5\n2024-01-01 00:15,x,0.5\n"
    (tmp_path / "factors.csv").write_bytes(text.encode("gb18030"))
    case = import_pandapower(network, tmp_path / "case", tmp_path / "factors.csv")
    sentences = [issue.sentence_en for issue in case.reading_issues]
    assert any("Row 3: 'x' in 'house' is not a number" in sentence for sentence in sentences)
    assert any("GB18030" in sentence for sentence in sentences)


@pytest.mark.whole
def test_simbench_urban__areas_of_neighbours(tmp_path):
    pytest.importorskip("simbench", reason="the extra 'simbench' is not installed")
    case = import_simbench("1-MVLV-urban-all-0-sw", tmp_path / "urban")
    assert len(case.net.bus) == 10_458
    assert len(case.transformers) == 133
    assert case.transformers.groupby("area_id").size().between(3, 8).all()
    assert len(case.topology.substations) == 2
