"""Allowed capacity of transformers, areas, feeders, substations and nodes (P7, P8, P9)."""

from capacity.headroom.areas import area_headroom
from capacity.headroom.cells import capacity_12x24
from capacity.headroom.feeders import feeder_headroom, substation_headroom
from capacity.headroom.grid import prepare_grid
from capacity.headroom.network import Network, supply_network
from capacity.headroom.node_profile import node_profile
from capacity.headroom.nodes import node_headroom
from capacity.headroom.reserved import application_demand, reserved_demand, waited_for
from capacity.headroom.transformers import transformer_headroom, with_shares

__all__ = [
    "Network",
    "application_demand",
    "area_headroom",
    "capacity_12x24",
    "feeder_headroom",
    "node_headroom",
    "node_profile",
    "prepare_grid",
    "reserved_demand",
    "substation_headroom",
    "supply_network",
    "transformer_headroom",
    "waited_for",
    "with_shares",
]
