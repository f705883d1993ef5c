"""Supply relations of small networks whose answer can be read off their drawing."""

from pathlib import Path

import pandapower as pp
import pandas as pd
import pytest

from capacity.case import derive_topology
from capacity.tables._schema import empty
from capacity.tables.inputs.feeders import FEEDERS
from capacity.tables.inputs.substations import SUBSTATIONS

OBERRHEIN = Path(__file__).parents[3] / "shared" / "data" / "oberrhein_schutterwald.json"


def by_name(topology, column):
    """One column of the buses by bus id; missing as None."""
    frame = topology.buses.set_index("bus_id")
    return {bus: None if pd.isna(value) else value for bus, value in frame[column].items()}


def path_names(net, topology, bus_name):
    bus = int(net.bus.index[net.bus.name == bus_name][0])
    return [str(net[kind].name[index]) for kind, index in topology.supply_path(bus)]


def test_tree__every_bus_knows_its_supply(draw, settings):
    net = draw("S! S-A A-B S-C A>T1 B>T2 C>T3 t1-n1 n1-n2")
    topology = derive_topology(net, settings)

    assert topology.islands.to_dict("records") == [{"island": 0, "sources": 1, "buses": 9, "loops": 0}]
    assert topology.substations["substation_id"].tolist() == ["S"]
    assert topology.substations["derived"].all()
    assert topology.feeders["feeder_id"].tolist() == ["S-A", "S-C"]
    assert by_name(topology, "feeder_id")["n2"] == "S-A"
    assert by_name(topology, "feeder_id")["S"] is None
    assert by_name(topology, "transformer_id") == {
        "S": None, "A": None, "B": None, "C": None, "t1": "T1", "t2": "T2", "t3": "T3", "n1": "T1", "n2": "T1",
    }  # fmt: skip
    assert path_names(net, topology, "n2") == ["n1-n2", "t1-n1", "T1", "S-A"]
    assert by_name(topology, "depth")["n2"] == 4
    assert topology.lines.set_index("line_id").loc["n1-n2", ["feeder_id", "transformer_id"]].tolist() == ["S-A", "T1"]
    head = topology.feeders.set_index("feeder_id").loc["S-A"]
    assert net.line.name[head["head_line"]] == "S-A"
    assert net.bus.name[head["head_bus"]] == "S"


def test_ring_open__each_half_belongs_to_its_feeder(draw, settings):
    topology = derive_topology(draw("S! S-A A-B B/C S-C B>T1 C>T2"), settings)

    assert topology.islands["loops"].tolist() == [0]
    assert by_name(topology, "feeder_id")["t1"] == "S-A"
    assert by_name(topology, "feeder_id")["t2"] == "S-C"
    tie = topology.lines.set_index("line_id").loc["B/C"]
    assert not tie["live"]
    assert tie["feeder_id"] == "S-A", "the open line hangs on the feeder of its closed end"


def test_ring_closed__loop_counted_and_only_the_unique_told(draw, settings):
    topology = derive_topology(draw("S! S-A A-B B-C S-C B>T1 C>T2 S-D D>T3"), settings)

    assert topology.islands["loops"].tolist() == [1]
    assert by_name(topology, "feeder_id")["t1"] is None
    assert by_name(topology, "substation_id")["t1"] == "S"
    assert by_name(topology, "transformer_id")["t1"] == "T1"
    assert by_name(topology, "feeder_id")["t3"] == "S-D"
    assert (topology.buses["depth"] == -1).all()
    assert topology.supply_path(int(topology.buses.index[-1])) == []


def test_parallel_transformers_and_lines__still_a_tree(draw, settings):
    net = draw("H! H:S H:Q S=Q S-A A-B A-B B>T1 B>T2 t1=t2 t2-n1")
    topology = derive_topology(net, settings)

    assert topology.islands["loops"].tolist() == [0]
    assert topology.substations["rated_kva"].tolist() == [50_000.0]
    assert topology.substations["busbar_id"].tolist() == ["S"]
    assert by_name(topology, "transformer_id")["n1"] == "T1", "the first of two in parallel stands for both"
    assert path_names(net, topology, "n1") == ["t2-n1", "t1=t2", "T1", "A-B", "S-A", "H:S"]


def test_two_substations__open_tie_keeps_them_apart(draw, settings):
    net = draw("S! S-A A/B B-R R! A>T1 B>T2")
    topology = derive_topology(net, settings)

    assert topology.substations["substation_id"].tolist() == ["S", "R"]
    assert len(topology.islands) == 2
    assert by_name(topology, "substation_id")["t1"] == "S"
    assert by_name(topology, "substation_id")["t2"] == "R"

    net.switch["closed"] = True
    closed = derive_topology(net, settings)
    assert closed.islands[["sources", "loops"]].values.tolist() == [[2, 0]]
    assert by_name(closed, "substation_id")["t1"] is None
    assert (closed.buses["depth"] == -1).all(), "with two sources there is no tree"


def test_unenergised_island__named_as_such(draw, settings):
    topology = derive_topology(draw("S! S-A A>T1 X-Y Y>T9 t9-z"), settings)

    assert by_name(topology, "island") == {"S": 0, "A": 0, "t1": 0, "X": -1, "Y": -1, "t9": -1, "z": -1}
    assert by_name(topology, "transformer_id")["z"] is None
    trafos = topology.trafos.set_index("trafo_id")
    assert trafos["live"].to_dict() == {"T1": True, "T9": False}


def test_out_of_service_bus_and_transformer_switch__cut_off(draw, settings):
    net = draw("S! S-A A-B A>T1 B>T2")
    net.bus.loc[net.bus.name == "B", "in_service"] = False
    pp.create_switch(net, int(net.trafo.hv_bus[0]), 0, "t", closed=False, name="Q1")
    topology = derive_topology(net, settings)

    assert by_name(topology, "island") == {"S": 0, "A": 0, "B": -1, "t1": -1, "t2": -1}
    assert topology.trafos.set_index("trafo_id").loc["T1", ["live", "feeder_id"]].tolist() == [False, "S-A"]


def test_transformer_on_the_busbar__feeder_without_head(draw, settings):
    topology = derive_topology(draw("S! S>T1 S-A A>T2"), settings)

    assert topology.feeders["feeder_id"].tolist() == ["S-A", "S/busbar"]
    assert topology.feeders["head_line"].tolist()[1] == -1
    assert by_name(topology, "feeder_id")["t1"] == "S/busbar"


def test_given_tables__are_followed(draw, settings):
    stations = pd.DataFrame({"substation_id": ["城北变"], "name": ["城北变"], "busbar_id": ["S"], "rated_kva": [8e3]})
    feeders = pd.DataFrame(
        {"feeder_id": ["F1", "F2"], "name": ["一线", "二线"], "substation_id": "城北变", "head_line_id": ["S-A", None]}
    )
    stations = pd.concat([empty(SUBSTATIONS), stations])
    topology = derive_topology(
        draw("S! S-A A>T1 S>T2 S-C C>T3"), settings, stations, pd.concat([empty(FEEDERS), feeders])
    )

    assert not topology.substations["derived"].any()
    assert by_name(topology, "feeder_id")["t1"] == "F1"
    assert by_name(topology, "feeder_id")["t2"] == "F2", "the only feeder without a head line"
    assert by_name(topology, "feeder_id")["t3"] is None, "a line that the table does not know heads no feeder"


def test_35_kv_source__is_no_substation_of_its_own(draw, settings):
    net = draw("S! S-A A>T1")
    upper = pp.create_bus(net, 35.0, name="U")
    net.ext_grid["bus"] = upper
    pp.create_transformer_from_parameters(net, upper, 0, 8.0, 35.0, 10.5, 0.5, 7.5, 9.0, 0.3, name="U-S")
    topology = derive_topology(net, settings)

    assert topology.substations[["substation_id", "rated_kva"]].values.tolist() == [["S", 8000.0]]
    assert topology.trafos["kind"].tolist() == ["distribution", "substation"]


@pytest.mark.parametrize("gone", ["name", "in_service", "type", "geo"])
def test_missing_column__told_as_far_as_possible(draw, settings, gone):
    net = draw("S! S-A A>T1 t1-n1")
    for kind in ("bus", "line", "trafo", "ext_grid"):
        net[kind] = net[kind].drop(columns=gone, errors="ignore")
    topology = derive_topology(net, settings)

    assert topology.buses["transformer_id"].notna().sum() == 2
    assert topology.buses["bus_id"].notna().all()


def test_empty_network__empty_topology(settings):
    topology = derive_topology(pp.create_empty_network(), settings)
    assert len(topology.buses) == len(topology.islands) == len(topology.feeders) == 0


def test_branch_to_a_bus_that_does_not_exist__ignored(draw, settings):
    net = draw("S! S-A A-B")
    net.line.loc[1, "to_bus"] = 77
    assert by_name(derive_topology(net, settings), "island") == {"S": 0, "A": 0, "B": -1}


@pytest.mark.skipif(not OBERRHEIN.is_file(), reason="the Oberrhein network is not beside the repository")
def test_oberrhein__two_trees_four_feeders(settings):
    net = pp.from_json_string(OBERRHEIN.read_text(encoding="utf-8"))
    topology = derive_topology(net, settings)
    assert topology.islands[["sources", "loops"]].values.tolist() == [[1, 0], [1, 0]]
    assert topology.feeders["feeder_id"].tolist() == ["Line 62", "Line 162", "Line 165", "Line 193"]
    lv = topology.buses[topology.buses["level"] == "lv"]
    assert lv[["feeder_id", "transformer_id", "substation_id"]].notna().all(axis=None)
    pp.runpp(net)
    assert net.res_bus.vm_pu.notna().all()
    live = topology.lines["live"]
    closed = net.res_line[["p_from_mw", "p_to_mw"]].abs().min(axis=1) > 1e-6
    assert live[closed].all(), "every line that carries power at both ends is live"
