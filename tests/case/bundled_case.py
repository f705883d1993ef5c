"""The bundled case, generated once for all the tests of this room. Nobody may change it."""

from functools import cache

import pandas as pd
from pandapower import pandapowerNet

from capacity.case.synthetic import BUNDLED_SEED, generate
from capacity.case.synthetic.lanxi import LANXI
from capacity.tables.case import Case


@cache
def bundled_case() -> Case:
    """The bundled case in memory."""
    return generate(LANXI, BUNDLED_SEED)


def assert_same_net(one: pandapowerNet, other: pandapowerNet) -> None:
    """All of two networks but results is the same to the digits of JSON (pandapower's own comparison takes 16 s)."""
    assert set(one) == set(other)
    for name, mine in one.items():
        if isinstance(mine, pd.DataFrame):
            if not name.startswith(("res_", "_")):
                pd.testing.assert_frame_equal(mine, other[name], rtol=1e-12, atol=1e-14, obj=name)
        elif not name.startswith("_"):
            assert mine == other[name], name
