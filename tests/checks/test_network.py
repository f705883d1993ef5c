"""The operating state: dead parts, rings, disagreements with the ledger."""

import pandapower as pp


def test_no_source__external_grid_out_of_service(parts, expect):
    parts.net.ext_grid["in_service"] = False
    expect(parts, "network.no_source", (), "No bus of the network is energised (1 external grids")


def test_unenergised__section_opened(parts, expect):
    parts.put("net.line", "L2", "in_service", False)
    issue = expect(parts, "network.unenergised", ("T2", "M2", "N2", "N2a"), "3 buses with 1 transformers and 1 loads")
    assert issue.area_ids == ("A1",)


def test_unenergised__behind_an_open_switch(parts, expect):
    pp.create_switch(parts.net, 0, 0, et="l", closed=False, name="F1 breaker")
    ids = ("T1", "T2", "M1", "M2", "N1", "N1a", "N2", "N2a")
    expect(parts, "network.unenergised", ids, "6 buses with 2 transformers and 2 loads", areas=("A1",))


def test_unenergised_empty__spare_bus(parts, expect):
    pp.create_bus(parts.net, 10.0, name="spare", geodata=(99.11, 25.10))
    expect(parts, "network.unenergised_empty", ("spare",), "1 buses in service have no source and carry nothing")


def test_unenergised__out_of_service_bus_is_no_problem(parts):

    pp.create_bus(parts.net, 10.0, name="old", in_service=False)
    assert not [i for i in parts.check() if i.check.startswith("network.")]


def test_loop__tie_closed(parts, expect):
    parts.net.switch["closed"] = True
    ids = ("L1", "L2", "L3", "L4", "L5")
    expect(parts, "network.loop", ids, "5 branches form closed rings", areas=("A1", "A2"))


def test_loop__low_voltage_ring(parts, expect):
    buses = parts.net.bus.reset_index().set_index("name")["index"]
    pp.create_line_from_parameters(parts.net, buses["N1a"], buses["N2a"], 0.1, 0.3, 0.35, 10.0, 0.3, name="KX")
    ids = ("K1", "K2", "KX", "L2", "T1", "T2")
    expect(parts, "network.loop", ids, "6 branches form closed rings", areas=("A1",))


def test_loop__through_an_impedance(parts, expect):
    buses = parts.net.bus.reset_index().set_index("name")["index"]
    pp.create_impedance(parts.net, buses["M1"], buses["M3"], 0.01, 0.02, 1.0, name="Z1")
    expect(parts, "network.loop", ("Z1", "L1", "L3"), "3 branches form closed rings", areas=("A1", "A2"))


def test_loop__parallel_lines_are_none(parts):

    line = parts.net.line.loc[1]
    pp.create_line_from_parameters(parts.net, line["from_bus"], line["to_bus"], 1.0, 0.3, 0.35, 10.0, 0.3, name="L2b")
    assert "network.loop" not in {i.check for i in parts.check()}


def test_two_sources__second_grid_at_a_feeder_end(parts, expect):
    pp.create_ext_grid(parts.net, parts.net.bus.index[parts.net.bus["name"] == "M2"][0], name="S9 grid")
    ids = ("S1 grid", "S9 grid")
    expect(parts, "network.two_sources", ids, "2 sources feed one connected part of 15 buses", areas=("A1", "A2"))


def test_dangling__load_at_no_bus(parts):
    from capacity.checks.facts import Facts
    from capacity.checks.network import dangling

    case = parts.case()
    case.net.load.loc[0, "bus"] = 999
    (issue,) = dangling(Facts(case, parts.window, parts.coverage_min_percent))
    assert (issue.check, issue.table, issue.ids) == ("network.dangling", "net.load", ("load 1",))
    assert "1 elements of net.load stand at a bus that does not exist (load 1)" in issue.sentence_en
    assert "接在不存在的母线上" in issue.sentence_zh


def test_feeder_differs(parts, expect):
    parts.put("transformers", "T2", "feeder_id", "F2")
    expect(parts, "network.feeder_differs", ("T2",), "e.g. T2: ledger F2, network F1", areas=("A1",))


def test_rating_differs(parts, expect):
    parts.put("transformers", "T3", "rated_kva", 250.0)
    expect(parts, "network.rating_differs", ("T3",), "e.g. T3: ledger 250 kVA, network 200 kVA", areas=("A2",))


def test_rating_differs__parallel_units_count_together(parts):

    parts.put("net.trafo", "T1", "parallel", 2)
    parts.put("transformers", "T1", "rated_kva", 400.0)
    assert "network.rating_differs" not in {i.check for i in parts.check()}
