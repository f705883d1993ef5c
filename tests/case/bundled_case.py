"""The bundled case, generated once for all the tests of this room. Nobody may change it."""

from functools import cache

from capacity.case.synthetic import BUNDLED_SEED, generate
from capacity.case.synthetic.lanxi import LANXI
from capacity.tables.case import Case


@cache
def bundled_case() -> Case:
    """The bundled case in memory."""
    return generate(LANXI, BUNDLED_SEED)
