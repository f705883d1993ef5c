"""What a study may take up from the one before."""

from __future__ import annotations

import copy
from dataclasses import replace

from capacity.case import apply_changes
from capacity.memory import same_loads
from capacity.tables.network_change import ExchangeConductor, SetTap
from tests.hand_case import hand_case


def test_same_loads__another_copy_of_the_same_files_is_the_same():
    case = replace(hand_case(), hashes={"network.json": "a"})
    assert same_loads(case, replace(case, net=copy.deepcopy(case.net)))


def test_same_loads__a_changed_network_is_another_though_its_file_is_the_same():
    case = replace(hand_case(), hashes={"network.json": "a"})
    tap = SetTap(kind="set_tap", transformer_id="T1", tap_position=1)
    line = ExchangeConductor(kind="exchange_conductor", line_ids=("L1",), line_type="JKLYJ-10-240")
    net = copy.deepcopy(case.net)
    net.trafo["tap_min"], net.trafo["tap_max"], net.trafo["tap_pos"] = -2, 2, 0
    tapped = replace(case, net=net)
    assert not same_loads(tapped, apply_changes(tapped, [tap]))
    assert not same_loads(case, apply_changes(case, [line]))
