"""What the trunk above a site would allow: its critical steps first, then every other step that could allow less.

What a step could allow is told from its room and from the largest fall of room per kVA seen so far. The answer is the
same whatever was asked before: every question begins at the trunk's own critical steps and adds what it needs itself.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from capacity.loadflow.additions.asking import COUNTS, Ask
from capacity.loadflow.additions.kernels import EXACT_KVA
from capacity.loadflow.additions.own import Figures, narrowed
from capacity.loadflow.additions.tasks import probe_head, search_head
from capacity.loadflow.additions.trunk import Above, TrunkYear, critical_steps
from capacity.loadflow.connections.sites import Site
from capacity.loadflow.connections.standing import Standing

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]

SPREAD = 1.005
"""By which part room may fall faster at a step not looked at than at any that was; the critical steps, where voltages
are lowest, show the fastest fall."""
AT_ONCE = 512
"""Steps looked at before it is asked again which others could allow less."""
FALLEN = 1e-3
"""By which part a probe may promise less than the figure without the figure being sought at that step."""


def search_in_trunk(standing: Standing, site: Site, ask: Ask, need_kva: float) -> Figures:
    """What the trunk would allow at the site's head; of what is more than ``need_kva`` only that it is."""
    number, head = site.network.trunk, site.network.head
    year = standing.year_toward(number, ask)
    above = _to_begin_with(standing, number, year, ask)
    figures = search_head(above, standing.blocks_of(above, ask), ask, site.position, head, need_kva)
    steps = above.steps
    while True:
        fresh = _could_allow_less(standing, number, year, ask, figures, need_kva, steps)
        if not len(fresh):
            return figures
        figures = _lowered(standing, site, ask, figures, fresh)
        steps = np.union1d(steps, fresh)


def _to_begin_with(standing: Standing, number: int, year: TrunkYear, ask: Ask) -> Above:
    """The trunk at its critical steps; where nothing is added at any of them, at those critical among the others."""
    above, _ = standing.trunks[number]
    if (ask.factor[above.steps] > COUNTS).any():
        return above
    counted = np.flatnonzero(ask.factor > COUNTS)
    slack = np.stack([standing.found[one].slack[counted] for one in above.trunk.networks.tolist()])
    here = replace(year, room=year.room[:, counted])
    return standing.at_exactly(number, counted[critical_steps(here, slack, ask.factor[counted], above.kind)])


def _lowered(standing: Standing, site: Site, ask: Ask, figures: Figures, fresh: Ints) -> Figures:
    """The figures with what further steps allow: sought at those that allow less, until a probe finds no more of them.

    A probe far beyond what a step allows tells which step that is, and only about how much it allows.
    """
    number, head = site.network.trunk, site.network.head
    above, row = standing.at_exactly(number, fresh), np.zeros(1, dtype=np.int64)
    blocks, sought = above.blocks(fresh, ask), row[:0]
    while True:
        kva = float(figures.kva[0])
        probed = probe_head(above, blocks, ask, site.position, head, max(1.0, kva))
        least = float(probed.promise_kva.min())
        deciding = np.setdiff1d(probed.at[probed.at >= 0], sought)
        if least >= (1.0 - FALLEN) * kva - EXACT_KVA or not len(deciding):
            return narrowed(figures, probed, row)
        few = standing.at_exactly(number, deciding)
        found = search_head(few, few.blocks(deciding, ask), ask, site.position, head, max(1.0, least))
        figures, sought = narrowed(figures, found, row), np.union1d(sought, deciding)


def _could_allow_less(
    standing: Standing, number: int, year: TrunkYear, ask: Ask, figures: Figures, need_kva: float, looked_at: Ints
) -> Ints:
    """Of the steps not looked at those that could allow less than the figure, at most so many, the least first."""
    above, _ = standing.trunks[number]
    least, n = standing.least_of(number, year), above.trunk.tree.n_bus
    kva, fall = min(float(figures.kva[0]), 1.1 * need_kva), SPREAD * figures.answer[0]
    watched = (above.kind >= 0) & np.append(np.isfinite(above.bus_bound), np.ones(len(above.kind) - n, dtype=bool))
    allowed = np.full(standing.setting.n_steps, np.inf)
    for thing in np.flatnonzero(watched & (fall > 0.0) & (fall * kva > least.room)).tolist():
        reference = above.trunk.tree.reference[thing]
        size = np.abs(year.voltage[reference]) if reference >= 0 else 1.0
        np.minimum(allowed, year.room[thing] * size / fall[thing], out=allowed)
    falls = fall[above.trunk.heads] * least.steepness
    for position in np.flatnonzero((falls > 0.0) & (falls * kva > least.slack)).tolist():
        size = np.abs(year.voltage[above.trunk.heads[position]])
        slack = standing.found[int(above.trunk.networks[position])].slack
        np.minimum(allowed, slack * size / falls[position], out=allowed)
    allowed[looked_at] = np.inf
    fewer = np.flatnonzero((allowed < kva * ask.factor) & (ask.factor > COUNTS))
    per_peak = allowed[fewer] / ask.factor[fewer]
    return np.sort(fewer[np.argsort(per_peak, kind="stable")[:AT_ONCE]]).astype(np.int64)
