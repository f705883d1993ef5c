"""Two-ports of what would be built against the arrays that pandapower makes of the network with it built."""

from __future__ import annotations

import numpy as np
import pandapower as pp
import pytest
from addition_cases import net_of
from connections_cases import S630

from capacity.loadflow.connections.twoports import (
    TwoPort,
    coefficients,
    ratio_of,
    stretch_of,
    transformer_two_port,
    watched_ends,
)
from capacity.loadflow.grid import build_grid

COLUMNS = ["sn_mva", "vk_percent", "vkr_percent", "pfe_kw", "i0_percent", "parallel"]


def two_port_of(net: pp.pandapowerNet) -> TwoPort:
    """The network's transformer as pandapower has it, seen from its LV side as the child."""
    two = build_grid(net).branches
    row = int(two.of("trafo")[0])
    return TwoPort(two.ytt[row], two.ytf[row], two.yff[row], two.yft[row], np.inf, row)


def four(unit: TwoPort) -> list[complex]:
    return [complex(unit.ycc), complex(unit.ycp), complex(unit.ypp), complex(unit.ypc)]


@pytest.mark.parametrize("vn_lv_kv", [0.4, 0.42])
@pytest.mark.parametrize("tap_side", ["hv", "lv"])
@pytest.mark.parametrize("shift_degree", [0.0, 330.0, 150.0, 180.0])
def test_transformer_two_port__in_the_place_of_another(vn_lv_kv: float, tap_side: str, shift_degree: float) -> None:
    net = net_of("BB-M 2; M=A 400; A 20 5")
    net.trafo["tap_side"], net.trafo["tap_changer_type"] = tap_side, "Ratio"
    columns = ["vn_lv_kv", "tap_pos", "tap_neutral", "tap_step_percent", "parallel", "shift_degree"]
    net.trafo.loc[0, columns] = [vn_lv_kv, -1.0, 0.0, 2.5, 2, shift_degree]
    old = two_port_of(net)
    ratio = ratio_of(old)
    stretch = stretch_of(old, ratio, 0.04 / (2 * 0.4))  # two units of 400 kVA and 4 %, in pu of 1 MVA
    found = transformer_two_port(S630, ratio, 1.0, 80.0, old.row, stretch)
    net.trafo.loc[0, COLUMNS] = [0.63, S630.vk_percent, S630.vkr_percent, S630.pfe_kw, S630.i0_percent, 1]
    assert four(found) == pytest.approx(four(two_port_of(net)), rel=1e-12)
    assert found.limit == pytest.approx(0.8 * 0.63)


def test_transformer_two_port__a_new_one() -> None:
    net = net_of("BB-M 2; M=A 630; A 20 5")
    net.trafo.loc[0, COLUMNS] = [0.63, S630.vk_percent, S630.vkr_percent, S630.pfe_kw, S630.i0_percent, 1]
    net.trafo["shift_degree"] = 0.0
    found = transformer_two_port(S630, 1.0 + 0j, 1.0, 80.0, -1)
    assert four(found) == pytest.approx(four(two_port_of(net)), rel=1e-12)


def test_coefficients__two_in_parallel_carry_what_both_do() -> None:
    small = transformer_two_port(S630, 1.0 + 0j, 1.0, 80.0, 1)
    units = [small, transformer_two_port(S630, 1.05 + 0j, 1.0, 80.0, 2)]
    parent, child = 1.02 + 0.01j, 0.98 - 0.02j
    into_child = [-(one.ycc * child + one.ycp * parent) for one in units]
    six, own = coefficients(units)
    a, b, d = complex(*six[:2]), complex(*six[2:4]), complex(*six[4:])
    current = sum(into_child)
    assert child == pytest.approx(a * parent - b * current)
    upper = sum(one.ypp * parent + one.ypc * child for one in units)
    assert upper == pytest.approx(own * parent + d * current)
    for unit, own_current in zip(units, into_child, strict=True):
        ends = watched_ends(unit, units)
        at_child = complex(*ends[:2]) * current + complex(*ends[2:4]) * parent
        assert abs(at_child) == pytest.approx(abs(own_current))
