"""What lies above the HV/MV transformers is left out, and a source put in its place."""

import pandapower as pp

from capacity.case import derive_topology
from capacity.case.importers.reduction import drop_above_substations


def test_hv_network__replaced_by_external_grids(draw, settings):
    net = draw("H1! H1-H2 H2-H3 H3-H1 H2:S H3:R H3:Q Q=R S-A R-B A>T1 B>T2")
    pp.create_load(net, int(net.bus.index[net.bus.name == "H2"][0]), 5.0, name="big")

    assert drop_above_substations(net) == 1
    assert "H1" not in set(net.bus.name)
    assert net.load.empty
    assert sorted(net.ext_grid.name) == ["grid at H2", "grid at H3"]
    assert net.ext_grid.vm_pu.eq(1.02).all()
    islands = derive_topology(net, settings).islands
    assert islands[["sources", "loops"]].values.tolist() == [[1, 0], [1, 0]]
    pp.runpp(net)
    assert net.res_bus.vm_pu.notna().all()


def test_source_right_at_the_transformers__nothing_to_do(draw):
    net = draw("H1! H1=H2 H1:S H2:R S-A A>T1")
    assert drop_above_substations(net) == 0
    assert net.ext_grid.name.tolist() == ["grid H1"]
