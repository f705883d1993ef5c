"""Where a customer could be connected, and over which route: the geography of connection options (P15).

``grid_map`` draws a case once; ``find_candidates`` answers a request on it. What the grid can carry, what it costs and
which place is best comes later (docs/connection-options.md).
"""

from capacity.applications.places.finding import find_candidates
from capacity.applications.places.grid_map import GridMap, grid_map, with_no_go

__all__ = ["GridMap", "find_candidates", "grid_map", "with_no_go"]
