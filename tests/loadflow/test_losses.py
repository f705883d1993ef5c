"""Losses are what the sources give beyond what is consumed, as pandapower finds them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandapower as pp
import pytest

from capacity.loadflow import LoadFlow
from tests.hand_case import WINDOW, hand_case


def test_losses__as_pandapower():
    case = hand_case()
    case = replace(case, measurements=case.measurements.iloc[:0])
    flow = LoadFlow(case, WINDOW, levels_percent=(80.0, 100.0), workers=1)
    flow.solve_year(crosscheck=False)
    pp.runpp(case.net, tolerance_mva=1e-10)
    expected_kw = 1000.0 * float(case.net.res_ext_grid["p_mw"].sum() - case.net.res_load["p_mw"].sum())
    losses_kw = flow.losses_kw(np.array([0, 17]))
    assert expected_kw > 1.0
    assert losses_kw == pytest.approx([expected_kw, expected_kw], rel=1e-4)
