"""A city small enough for every test of this room. Nobody may change its cases."""

from functools import cache

from capacity.case.synthetic.city import CityPlan, city_parts
from capacity.tables.case import Case

SMALL = CityPlan(substations=2, feeders=2, transformers=3, nodes=6, months=1, seed=7)


@cache
def small_city() -> tuple[Case, ...]:
    """The cases of the small city, in memory."""
    return tuple(city_parts(SMALL))
