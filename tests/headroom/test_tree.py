"""The supply tree of the hand-worked case, with its impedances by hand."""

import numpy as np
import pandapower as pp
import pytest
from hand_case import hand_case

from capacity.case import derive_topology
from capacity.headroom.tree import SupplyTree, supply_tree
from capacity.tables.case import Case

# a kilometre of 0.27 + j0.34 Ω at 10 kV and cos φ 0.95: (0.27·0.95 + 0.34·0.3122) / (1000·10²) pu per kVA
KM = (0.27 * 0.95 + 0.34 * np.sqrt(1.0 - 0.95**2)) / 1e5
# 400 kVA, 4 % with 1 % ohmic: (0.01·0.95 + 0.03873·0.3122) / 400
T1 = (0.01 * 0.95 + np.sqrt(0.04**2 - 0.01**2) * np.sqrt(1.0 - 0.95**2)) / 400.0


@pytest.fixture(scope="module")
def case() -> Case:
    return hand_case()


@pytest.fixture(scope="module")
def tree(case: Case) -> SupplyTree:
    return supply_tree(case)


def at(case: Case, tree: SupplyTree, *names: str) -> np.ndarray:
    index = case.net.bus.reset_index().set_index("name")["index"]
    return tree.positions([index[name] for name in names])


def test_supply_tree__drop_from_the_source(case: Case, tree: SupplyTree) -> None:
    found = tree.drop_to_source[at(case, tree, "BB", "M1", "M2", "T1-LV")]
    assert found == pytest.approx([0.0, KM, 2 * KM, KM + T1])


def test_shared_drop__is_that_of_the_common_way(case: Case, tree: SupplyTree) -> None:
    paths = tree.paths(at(case, tree, "T1-LV", "T2-LV"))
    found = tree.shared_drop(at(case, tree, "BB", "M1", "M2", "T1-LV"), paths)
    np.testing.assert_allclose(found, [[0, 0], [KM, KM], [KM, 2 * KM], [KM + T1, KM]])


def test_supplies__sections_and_what_is_behind_them(case: Case, tree: SupplyTree) -> None:
    paths = tree.paths(at(case, tree, "T1-LV", "T2-LV"))
    found = tree.supplies(tree.arrival.loc[[0, 1]].to_numpy(), paths)
    assert found.tolist() == [[True, True], [False, True]]


def test_drops__add_up_along_the_way(case: Case, tree: SupplyTree) -> None:
    kva = np.zeros(len(tree.buses))
    kva[at(case, tree, "T1-LV", "T2-LV")] = [100.0, 50.0]
    found = tree.drops(kva)[at(case, tree, "BB", "M1", "M2", "T1-LV")]
    assert found == pytest.approx([0.0, 150 * KM, 200 * KM, 150 * KM + 100 * T1])


def test_supply_tree__parallel_lines_halve_the_drop_and_both_lead_there() -> None:
    case = hand_case()
    pp.create_line_from_parameters(case.net, 0, 1, 1.0, 0.27, 0.34, 9.0, 0.3, name="L1b")
    case = type(case)(**(vars(case) | {"topology": derive_topology(case.net, case.settings, case.substations, None)}))
    tree = supply_tree(case)
    assert tree.drop_to_source[at(case, tree, "M1")] == pytest.approx(KM / 2)
    assert tree.arrival[0] == tree.arrival[2] == at(case, tree, "M1")[0]


def test_supply_tree__ring_is_not_known() -> None:
    case = hand_case()
    pp.create_line_from_parameters(case.net, 0, 2, 2.5, 0.27, 0.34, 9.0, 0.325, name="L3")
    case = type(case)(**(vars(case) | {"topology": derive_topology(case.net, case.settings, case.substations, None)}))
    tree = supply_tree(case)
    assert not tree.known.any()
    assert (tree.arrival == -1).all()
