"""What a connection could carry in each month's hour alone: what a time-limited offer is made of (P16).

Each cell is a question of its own, for a load that is there in that month's hour and in no other; the steps that decide
in it are found and solved as for the whole year. Where a limit on the supply path is broken in some hours, all limits
are kept as they are stated in the others.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from capacity.loadflow.additions.answer import NOTHING
from capacity.loadflow.additions.asking import TRANSFORMER, Ask
from capacity.loadflow.additions.own import search_network
from capacity.loadflow.additions.settled import network_limit
from capacity.loadflow.additions.tasks import ROUGH, known_year
from capacity.loadflow.connections.checking import (
    Question,
    Searched,
    ask_of,
    at_steps,
    elsewhere_of,
    path_of,
    room_of,
    settle_at,
)
from capacity.loadflow.connections.deciding import fullest_steps
from capacity.loadflow.connections.in_trunk import search_in_trunk
from capacity.loadflow.connections.naming import Names
from capacity.loadflow.connections.sites import NotThere, Site, site_of, watched_of
from capacity.loadflow.connections.standing import Standing
from capacity.tables.connection import Connection, Room

Ints = npt.NDArray[np.int64]


def rooms_by_cell(
    standing: Standing, connection: Connection, question: Question, cells: Sequence[Ints]
) -> Iterator[Room]:
    """The largest load in the steps of every cell; NaN with ``not_computed`` where a cell has none."""
    ask = ask_of(standing, question.addition)
    try:
        site = site_of(standing, connection, question.limits, ask)
    except NotThere as why:
        for _ in cells:
            yield Room(math.nan, str(why), None)  # type: ignore[arg-type]  # codes of NotThere are reasons of a room
        return
    above = standing.trunks[site.network.trunk][0]
    names = Names(standing, site, above, elsewhere_of(standing), question.limits, question.limits.transformer_percent)
    for steps in cells:
        if not len(steps):
            yield Room(math.nan, "not_computed", None)  # type: ignore[arg-type]  # a word of REASON, for cells alone
            continue
        yield room_of(_in_cell(standing, site, ask, steps), names)


def _in_cell(standing: Standing, site: Site, ask: Ask, steps: Ints) -> Searched:
    """The largest load at a site in some steps alone."""
    setting, network = standing.setting, site.network
    factor = np.zeros_like(ask.factor)
    factor[steps] = ask.factor[steps]
    here, sub = replace(ask, factor=factor), replace(site.feeder, ask=ask).only(steps)
    head, bound = site.head[steps], site.feeder.bus_bound[0]
    known = known_year(sub, 0, head, watched_of(network, bound))
    kind, thing, row = known.broken
    if known.year.failed:
        return _nothing(math.nan, "solver_failure")
    if kind >= 0:
        limit = network_limit(setting, network, kind, thing, int(steps[row]))
        return replace(_nothing(0.0, "over_limit" if kind == TRANSFORMER else "existing_violation"), binding=limit)
    broken, above = path_of(standing, site, here)
    if broken is not None:
        return replace(_nothing(0.0, "existing_violation"), binding=broken)
    nodes = np.array([site.node])
    rough, _ = search_network(network, known.year, site.impedance, known.bounds, sub.loads, sub.ask, head, nodes, ROUGH)
    in_trunk = search_in_trunk(standing, site, here, max(1.0, float(rough.kva[0])))
    own = rough.at[0]
    critical = np.union1d(steps[own[own >= 0]], in_trunk.at[0][in_trunk.at[0] >= 0])
    critical = np.union1d(critical, fullest_steps(site, here, steps)).astype(np.int64)
    if not len(critical):
        return replace(_nothing(ask.ceiling_kva, "search_ceiling"))
    at_them = at_steps(standing, above, critical)
    guess = np.minimum(rough.kva, in_trunk.kva[0])
    return settle_at(standing, site, here, replace(_nothing(math.nan, ""), steps=critical, above=at_them), guess)


def _nothing(kva: float, reason: str) -> Searched:
    none = np.empty(0, dtype=np.int64)
    return Searched(kva, NOTHING, NOTHING, math.nan, reason, none, None)
