"""What the grid can carry at a connection, and what becomes of its limits with the load asked for (P6, P9)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.loadflow.additions.answer import KIND_WORD, NOTHING, Limit
from capacity.loadflow.additions.asking import COUNTS, TRANSFORMER, Ask
from capacity.loadflow.additions.elsewhere import Elsewhere
from capacity.loadflow.additions.heads import things_above
from capacity.loadflow.additions.joint import joint_blocks, joint_kinds, search_joint
from capacity.loadflow.additions.own import kinds_of, network_blocks, search_network
from capacity.loadflow.additions.settled import answer_of, network_limit, trunk_limit
from capacity.loadflow.additions.tasks import FINE, ROUGH
from capacity.loadflow.additions.trunk import Above
from capacity.loadflow.connections.deciding import telling_steps
from capacity.loadflow.connections.in_trunk import search_in_trunk
from capacity.loadflow.connections.naming import Names
from capacity.loadflow.connections.sites import Limits, NotThere, Site, loosened, site_of, year_of
from capacity.loadflow.connections.standing import Standing
from capacity.loadflow.connections.states import After, State, broken_things, state_with
from capacity.tables.additions import Addition
from capacity.tables.connection import Binding, Connection, Finding, Room

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]


FAR_MARGIN = 1e-3
"""By which part a 10 kV customer's figure is lowered where it is limited inside an LV network: a large load moves that
network's head so far that the slopes by which it follows are no longer exact."""


@dataclass(frozen=True)
class Question:
    """What is asked at every connection: ``addition`` is a kVA of it, ``asked_kva`` its peak.

    ``rated_percent`` is how far a transformer may be loaded for :attr:`.Finding.rated`.
    """

    addition: Addition
    asked_kva: float
    limits: Limits
    rated_percent: float = 100.0


def check_connection(standing: Standing, connection: Connection, question: Question) -> Finding:
    """What can be added at the end of a connection, and how the grid is with the load asked for.

    Voltages are line to line in volts of the buses' nominal values, times in the window's steps.
    """
    ask = ask_of(standing, question.addition)
    try:
        site = site_of(standing, connection, question.limits, ask)
    except NotThere as why:
        return _unknown(connection, question.asked_kva, str(why))
    telling = telling_steps(standing, site, ask, question.asked_kva)
    strict = _searched(standing, site, ask, telling)
    rated, percent = strict, max(question.rated_percent, question.limits.transformer_percent)
    loose = loosened(site, question.limits.transformer_percent / percent)
    if loose is not site and KIND_WORD[TRANSFORMER] in (strict.binding.kind, strict.next.kind):
        loose = site_of(standing, connection, replace(question.limits, transformer_percent=question.rated_percent), ask)
        rated = _searched(standing, loose, ask, telling)
        rated = replace(rated, kva=max(rated.kva, strict.kva))  # NaN stays: a figure with more allowed is no smaller
    return _finding(standing, site, loose, ask, question, strict, rated, telling)


def ask_of(standing: Standing, addition: Addition) -> Ask:
    kva = 1000.0 * standing.setting.grid.sn_mva
    sense = 1.0 if addition.direction == "load" else -1.0
    return Ask(addition.kw_per_kva / kva, sense, addition.factor.astype(np.float64), addition.ceiling_kva)


@dataclass(frozen=True)
class Searched:
    """A figure and the steps that decided about it; ``above`` is the trunk at these steps."""

    kva: float
    binding: Limit
    next: Limit
    next_kva: float
    reason: str
    steps: Ints
    above: Above | None


def _searched(standing: Standing, site: Site, ask: Ask, telling: Ints) -> Searched:
    """The largest load at a site; ``telling`` are steps to be looked at besides those that limit it."""
    setting, network, known = standing.setting, site.network, site.known
    none = np.empty(0, dtype=np.int64)
    kind, thing, step = known.broken
    if known.year.failed:
        return Searched(math.nan, NOTHING, NOTHING, math.nan, "solver_failure", none, None)
    if kind >= 0:
        reason = "over_limit" if kind == TRANSFORMER else "existing_violation"
        return _refused(standing, site, network_limit(setting, network, kind, thing, step), reason, telling)
    broken, above = path_of(standing, site, ask)
    if broken is not None:
        return _refused(standing, site, broken, "existing_violation", telling)
    loads, nodes = setting.loads, np.array([site.node])
    rough, _ = search_network(network, known.year, site.impedance, known.bounds, loads, ask, site.head, nodes, ROUGH)
    in_trunk = search_in_trunk(standing, site, ask, max(1.0, float(rough.kva[0])))
    critical = np.union1d(rough.at[0], in_trunk.at[0])
    there = telling[ask.factor[telling] > COUNTS]  # where nothing is added, nothing limits it
    steps = np.union1d(critical[critical >= 0], there).astype(np.int64)
    start = Searched(math.nan, NOTHING, NOTHING, math.nan, "", steps, at_steps(standing, above, steps))
    return settle_at(standing, site, ask, start, np.minimum(rough.kva, in_trunk.kva[0]))


def _refused(standing: Standing, site: Site, limit: Limit, reason: str, telling: Ints) -> Searched:
    """Nothing can be added, since a limit is broken already."""
    steps = np.union1d(telling, [limit.step]).astype(np.int64)
    above = at_steps(standing, standing.trunks[site.network.trunk][0], steps)
    return Searched(0.0, limit, NOTHING, math.nan, reason, steps, above)


def path_of(standing: Standing, site: Site, ask: Ask) -> tuple[Limit | None, Above]:
    """What of the supply path is broken while the load is there, and the trunk with the bounds that are to be kept.

    What of the path is broken at other times only has to keep its limits as they are stated.
    """
    above, watched = standing.trunks[site.network.trunk]
    room, counted = standing.base.years[watched.trunk.number].room, ask.factor > COUNTS
    on_path = things_above(watched, watched.trunk, site.network.head)
    for thing in on_path:
        values = np.where(counted, room[thing], np.inf)
        if values.min() < 0.0:
            return trunk_limit(standing.setting, watched.trunk, thing, int(values.argmin())), above
    return None, _as_stated(standing, above, on_path) if on_path else above


def _as_stated(standing: Standing, above: Above, things: list[int]) -> Above:
    """The trunk with some of its bounds as they are stated."""
    n, stated = above.trunk.tree.n_bus, standing.setting.model.trunks[above.trunk.number].tree
    bound, scale = above.bus_bound.copy(), above.trunk.tree.watch.scale.copy()
    for thing in things:
        if thing < n:
            bound[thing] = standing.setting.local_bound(stated.bus, artificial=1)[thing]
        else:
            scale[thing - n] = stated.watch.scale[thing - n]
    tree = replace(above.trunk.tree, watch=replace(above.trunk.tree.watch, scale=scale))
    return replace(above, trunk=replace(above.trunk, tree=tree), bus_bound=bound)


def at_steps(standing: Standing, above: Above, steps: Ints) -> Above:
    """The trunk at some steps, with the bounds that ``above`` keeps."""
    return replace(standing.at_exactly(above.trunk.number, steps), trunk=above.trunk, bus_bound=above.bus_bound)


def settle_at(standing: Standing, site: Site, ask: Ask, start: Searched, guess: Reals) -> Searched:
    """The largest load at the steps that decide, everything solved together, what would be built with it."""
    assert start.above is not None
    state = _joint(standing, site, ask, start.steps, start.above)
    place = np.array([site.node - 2 + start.above.trunk.tree.n_bus])
    figures = search_joint(state.joint, state.kinds, ask, place, guess, FINE)
    figures = replace(figures, at=np.where(figures.at >= 0, start.steps[np.maximum(figures.at, 0)], -1))
    answer = answer_of(standing.setting, site.network, start.above, figures, 0, -1, elsewhere_of(standing))
    far = site.network.number < 0 and _in_another_network(standing, answer.binding)
    kva = answer.kva * (1.0 - FAR_MARGIN) if far else answer.kva
    return replace(
        start, kva=kva, binding=answer.binding, next=answer.next, next_kva=answer.next_kva, reason=answer.reason
    )


def _in_another_network(standing: Standing, limit: Limit) -> bool:
    """Whether a limit lies inside an LV network of the trunk."""
    if limit.place < 0 or limit.table not in ("bus", "branch"):
        return False
    setting = standing.setting
    if limit.table == "bus":
        return bool(setting.model.network_of[limit.place] >= 0)
    two = setting.grid.branches
    return bool((setting.model.network_of[[two.f[limit.place], two.t[limit.place]]] >= 0).all())


def _joint(standing: Standing, site: Site, ask: Ask, steps: Ints, above: Above) -> State:
    """The trunk and the site's network as one tree at some steps, without the customer."""
    own, here = np.arange(len(steps)), replace(above, steps=np.arange(len(steps)))
    feeder = replace(site.feeder, ask=ask).only(steps)
    bounds = site.known.bounds
    below = network_blocks(site.network, 0j, bounds, feeder.loads, feeder.ask, own, site.head[steps])
    joint = joint_blocks(above.trunk, here.blocks(own, feeder.ask, without=site.position), site.network, below, ask)
    kinds = joint_kinds(above.trunk, above.kind, site.network, kinds_of(site.network, bounds.bus))
    return State(joint, kinds, feeder.ask, steps)


def elsewhere_of(standing: Standing) -> Elsewhere:
    allowance = {number: one.allowance for number, one in standing.found.items()}
    return Elsewhere(standing.setting, standing.base.head, allowance)


def _finding(
    standing: Standing,
    site: Site,
    loose: Site,
    ask: Ask,
    question: Question,
    strict: Searched,
    rated: Searched,
    telling: Ints,
) -> Finding:
    """The figures with names, and the grid with the load asked for."""
    limits = question.limits
    if strict.above is None:
        return _unknown(site.connection, question.asked_kva, strict.reason)
    percent = max(question.rated_percent, limits.transformer_percent)
    steps = np.unique(np.concatenate([strict.steps, rated.steps, telling])).astype(np.int64)
    above = at_steps(standing, rated.above or strict.above, steps)
    elsewhere = elsewhere_of(standing)
    names = Names(standing, site, above, elsewhere, limits, limits.transformer_percent)
    loosely = Names(standing, loose, above, elsewhere, limits, percent)
    state = _joint(standing, loose, ask, steps, above)
    after = state_with(state, site.node - 2 + above.trunk.tree.n_bus, question.asked_kva)
    broken = [loosely.broken(after, thing, lane) for thing, lane in broken_things(after)] if after.solved else []
    first = loosely.binding(rated.binding)
    if first is not None and question.asked_kva > rated.kva and not any(_same(first, one) for one in broken):
        broken.append(first)
    rates = _load_rates(site, above, after) * percent
    customer = after.size[site.node - 2 + above.trunk.tree.n_bus]
    volts = 1000.0 * site.vn_kv
    return Finding(
        connection=site.connection,
        asked_kva=question.asked_kva,
        strict=room_of(strict, names),
        rated=room_of(rated, loosely),
        load_rate_before_percent=_before(standing, site, ask) * standing.setting.bounds.trafo_percent,
        load_rate_percent=float(rates.max()) if rates.size else math.nan,
        load_rate_at=_moment(standing, after, rates.max(axis=0)) if rates.size else pd.NaT,
        voltage_min_v=volts * float(customer.min()),
        voltage_floor_v=volts * float(site.feeder.bus_bound[0][site.node]),
        voltage_at=_moment(standing, after, -customer),
        broken=tuple(sorted(broken, key=lambda one: (not _same(one, first), one.at, one.element_id))),
        steps=len(steps),
    )


def room_of(found: Searched, names: Names) -> Room:
    """A figure in the words of tables."""
    upstream = found.reason == "ok" and names.is_upstream(found.binding)
    reason = "grid_limited" if upstream else found.reason
    return Room(found.kva, reason, names.binding(found.binding), names.binding(found.next), found.next_kva)  # type: ignore[arg-type]  # codes of rooms


def _same(one: Binding, other: Binding | None) -> bool:
    return other is not None and (one.criterion, one.element_id) == (other.criterion, other.element_id)


def _load_rates(site: Site, above: Above, after: After) -> Reals:
    """Load rates of the public transformers that feed the customer, as parts of what they may carry, by lane."""
    power = np.flatnonzero(site.network.tree.watch.power) + len(above.trunk.tree.watch.child)
    return after.rate[power]


def _before(standing: Standing, site: Site, ask: Ask) -> float:
    """Highest load rate, as a part of what is allowed, of the transformers that feed the network as it is."""
    if site.network.number < 0:
        return math.nan
    network = standing.setting.model.networks[site.network.number]
    feeder = replace(standing.setting.task(np.array([site.network.number])), ask=ask)
    known = year_of(standing, feeder, standing.setting.bounds.trafo_percent)
    rates = known.year.extreme[network.tree.n_bus :][network.tree.watch.power]
    return float(rates.max(initial=-np.inf)) if len(rates) else math.nan


def _moment(standing: Standing, after: After, values: Reals) -> pd.Timestamp:
    if np.isnan(values).any():
        return pd.NaT
    return pd.Timestamp(standing.solved.timestamps[int(after.step[int(values.argmax())])])


def _unknown(connection: Connection, asked_kva: float, reason: str) -> Finding:
    nothing = Room(math.nan, reason, None)  # type: ignore[arg-type]  # codes of NotThere are reasons of a room
    nan = math.nan
    return Finding(connection, asked_kva, nothing, nothing, nan, nan, pd.NaT, nan, nan, pd.NaT)
