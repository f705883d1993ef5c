"""Synthetic cities of any size: one ordinary case per substation, each made on its own.

``CityPlan`` says how large a city is and how often its limits are near; ``city_part`` makes one of its substations,
``city_parts`` one after the other.
"""

from capacity.case.synthetic.city.build import city_part, city_parts
from capacity.case.synthetic.city.plan import CityPlan, ClassMix, Shortages

__all__ = ["CityPlan", "ClassMix", "Shortages", "city_part", "city_parts"]
