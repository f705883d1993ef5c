"""Neighbouring transformers become areas, the same ones every time."""

import numpy as np

from capacity.case import derive_topology
from capacity.case.importers.grouping import MOST, group_transformers


def groups_of(net, settings):
    topology = derive_topology(net, settings)
    found = group_transformers(topology, net.trafo["hv_bus"])
    return [sorted(net.trafo.name[index] for index in group) for group in found]


def feeder(letter, count):
    nodes = [f"{letter}{number}" for number in range(1, count + 1)]
    lines = [f"{a}-{b}" for a, b in zip(["S", *nodes], nodes, strict=False)]
    return " ".join([*lines, *(f"{node}>T{node}" for node in nodes)])


def test_one_feeder__runs_of_neighbours(draw, settings):
    net = draw("S! " + feeder("A", 11))
    groups = groups_of(net, settings)
    assert groups == [
        ["TA10", "TA11", "TA7", "TA8", "TA9"],
        ["TA1", "TA2", "TA3", "TA4", "TA5", "TA6"],
    ], "what is left at the busbar joins its neighbour"


def test_two_feeders__never_mixed_and_each_transformer_once(draw, settings):
    net = draw("S! " + feeder("A", 7) + " " + feeder("B", 4) + " A3-C1 C1>TC1 C1-C2 C2>TC2 S>TZ")
    groups = groups_of(net, settings)
    assert sorted(np.concatenate(groups)) == sorted(net.trafo.name)
    assert max(map(len, groups)) <= MOST
    assert ["TZ"] in groups
    assert ["TB1", "TB2", "TB3", "TB4"] in groups


def test_meshed_network__still_grouped(draw, settings):
    net = draw("S! " + feeder("A", 6) + " " + feeder("B", 6) + " A6-B6")
    groups = groups_of(net, settings)
    assert sorted(np.concatenate(groups)) == sorted(net.trafo.name)
    assert max(map(len, groups)) <= MOST
    assert groups == groups_of(net, settings)
