"""Leave out what lies above the HV/MV transformers."""

from __future__ import annotations

from typing import Any

import numpy as np

from capacity.case.derived.graph import HV_ABOVE_KV, MV_ABOVE_KV, read_branches, read_buses, source_nodes


def drop_above_substations(net: Any) -> int:
    """Reduce a network with HV lines to its HV/MV transformers and below; returns the number of buses dropped.

    Nothing happens where no branch joins two different HV nodes: there the HV side is only the source. Otherwise an
    external grid at the mean setpoint of the present ones stands at the HV side of every HV/MV transformer.
    """
    import pandapower as pp
    from pandapower import toolbox

    buses = read_buses(net)
    branches = read_branches(net, buses)
    if not len(buses.index):
        return 0
    is_hv = buses.vn_kv > HV_ABOVE_KV
    upper, lower = branches.from_bus, branches.to_bus
    across = is_hv[upper] & is_hv[lower] & (buses.node[upper] != buses.node[lower])
    if not across.any():
        return 0
    down = branches.live & is_hv[upper] & ~is_hv[lower] & (buses.vn_kv[lower] > MV_ABOVE_KV)
    kept_nodes = np.unique(buses.node[upper[down]])
    setpoint = float(net.ext_grid["vm_pu"].mean()) if len(net.ext_grid) else 1.0
    dropped = buses.index[is_hv & ~np.isin(buses.node, kept_nodes)]
    hv_lines = branches.of("line")
    inside_hv = is_hv[hv_lines.from_bus] & is_hv[hv_lines.to_bus]
    toolbox.drop_lines(net, hv_lines.index[inside_hv])
    for kind in ("ext_grid", "load", "sgen", "gen", "shunt"):
        at_hv = np.isin(net[kind]["bus"], buses.index[is_hv])
        toolbox.drop_elements_simple(net, kind, net[kind].index[at_hv])
    toolbox.drop_buses(net, dropped.tolist())
    remaining = read_buses(net)
    already = set(source_nodes(net, remaining).tolist())
    for bus, node in zip(remaining.index.tolist(), remaining.node.tolist(), strict=True):
        if net.bus.at[bus, "vn_kv"] > HV_ABOVE_KV and node not in already:
            pp.create_ext_grid(net, bus, vm_pu=setpoint, name=f"grid at {net.bus.at[bus, 'name']}")
            already.add(node)
    return len(dropped)
