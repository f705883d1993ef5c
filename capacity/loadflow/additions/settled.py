"""Every node's answer: network and trunk solved together, with what binds first and what would bind next."""

from __future__ import annotations

from typing import Any

import numpy as np

from capacity.loadflow.additions.again import Base, Same
from capacity.loadflow.additions.answer import KIND_WORD, NOTHING, Answer, Limit
from capacity.loadflow.additions.asking import SECTION, SUBSTATION, TRANSFORMER
from capacity.loadflow.additions.elsewhere import Elsewhere
from capacity.loadflow.additions.heads import AtHeads, above_at, broken_above
from capacity.loadflow.additions.model import Network, Trunk
from capacity.loadflow.additions.own import Figures
from capacity.loadflow.additions.setting import Setting
from capacity.loadflow.additions.tasks import NetworkFindings, settle_network
from capacity.loadflow.additions.trunk import Above, TrunkYear
from capacity.loadflow.additions.work import Work


def settle(
    setting: Setting,
    base: Base,
    at_heads: dict[int, AtHeads],
    found: dict[int, NetworkFindings],
    work: Work,
    known: Same | None,
) -> dict[int, list[Answer]]:
    """Every node's answer, by network."""
    answers: dict[int, list[Answer]] = {}
    tasks, numbers = [], []
    unsolved = unsolved_sources(setting, base.years, found)
    for number, network in enumerate(setting.model.networks):
        if known is not None and network.trunk in known.trunks:
            answers[number] = known.kept.answers[number]
            continue
        zero = _refused(setting, network, found[number], at_heads, unsolved)
        if zero is not None:
            answers[number] = [Answer(int(bus), *zero) for bus in network.tree.bus[2:]]
            continue
        tasks.append(_settling(setting, base, at_heads, found, network))
        numbers.append(number)
    results = work.over(settle_network, tasks)
    elsewhere = Elsewhere(setting, base.head, {number: one.allowance for number, one in found.items()})
    for number, figures in zip(numbers, results, strict=True):
        network = setting.model.networks[number]
        answers[number] = _answers(setting, network, at_heads[network.trunk].above, figures, elsewhere)
    return answers


def unsolved_sources(setting: Setting, years: tuple[TrunkYear, ...], found: dict[int, NetworkFindings]) -> set[int]:
    """Sources below which something has no solution with what is connected besides: nothing is known of any of it."""
    failed = {trunk.number for trunk, year in zip(setting.model.trunks, years, strict=True) if year.failed}
    failed |= {setting.model.networks[number].trunk for number, one in found.items() if one.failed}
    return {setting.model.trunks[number].source for number in failed}


Refusal = tuple[float, Limit, Limit, float, str]


def _refused(
    setting: Setting, network: Network, findings: NetworkFindings, at_heads: dict[int, AtHeads], unsolved: set[int]
) -> Refusal | None:
    """The figure of all of a network's nodes where nothing has to be sought: unknown, or nothing can be added."""
    if setting.failed[network.number] or setting.model.trunks[network.trunk].source in unsolved:
        return np.nan, NOTHING, NOTHING, np.nan, "solver_failure"
    kind, thing, step = findings.broken
    if kind >= 0:
        limit = network_limit(setting, network, kind, thing, step)
        return 0.0, limit, NOTHING, np.nan, "over_limit" if kind == TRANSFORMER else "existing_violation"
    one = at_heads[network.trunk]
    above = broken_above(one.watched, one.above.trunk, network.head)
    if above is None:
        return None
    thing, step = above
    return 0.0, trunk_limit(setting, one.above.trunk, thing, step), NOTHING, np.nan, "existing_violation"


def _settling(
    setting: Setting,
    base: Base,
    at_heads: dict[int, AtHeads],
    found: dict[int, NetworkFindings],
    network: Network,
) -> tuple[Any, ...]:
    """Arguments of the last search in a network."""
    findings = found[network.number]
    assert findings.figures is not None
    guess, steps = findings.figures.kva, findings.steps
    one = at_heads[network.trunk]
    position = int(np.flatnonzero(one.above.trunk.networks == network.number)[0])
    in_trunk = one.figures[position]
    guess = np.minimum(guess, in_trunk.kva[0])
    upstream = in_trunk.at[0]
    steps = np.union1d(steps, upstream[upstream >= 0])
    above = above_at(setting, one.above, base, found, steps)
    feeder = setting.task(np.array([network.number])).only(steps)
    return feeder, above, position, steps, base.head[network.number][steps], guess, findings.allowance


def _answers(setting: Setting, network: Network, above: Above, figures: Figures, elsewhere: Elsewhere) -> list[Answer]:
    """What a network's nodes can take, with what binds first and what would bind next."""
    return [
        answer_of(setting, network, above, figures, row, int(bus), elsewhere)
        for row, bus in enumerate(network.tree.bus[2:].tolist())
    ]


def answer_of(
    setting: Setting, network: Network, above: Above, figures: Figures, row: int, bus: int, elsewhere: Elsewhere
) -> Answer:
    """One row of what a search found, as the answer of the electrical ``bus``."""
    ceiling = setting.ask.ceiling_kva
    kva, promise = float(figures.kva[row]), figures.promise_kva[row]
    kinds = [kind for kind in np.argsort(promise, kind="stable").tolist() if promise[kind] < ceiling]
    limits = [
        named_limit(setting, network, above, int(figures.where[row, kind]), int(figures.at[row, kind]), kind, elsewhere)
        for kind in kinds
    ]
    if not figures.exact[row]:
        return Answer(bus, np.nan, NOTHING, NOTHING, np.nan, "solver_failure")
    if not limits or kva >= ceiling:
        return Answer(bus, ceiling, NOTHING, NOTHING, np.nan, "search_ceiling")
    others = [place for place, limit in enumerate(limits) if limit.kind != limits[0].kind]
    following = limits[others[0]] if others else NOTHING
    next_kva = max(kva, float(promise[kinds[others[0]]])) if others else np.nan
    return Answer(bus, kva, limits[0], following, next_kva, "ok")


def named_limit(
    setting: Setting, network: Network, above: Above, thing: int, step: int, kind: int, elsewhere: Elsewhere
) -> Limit:
    """The watched thing of a joint tree."""
    n, m = above.trunk.tree.n_bus, network.tree.n_bus
    buses = n + m - 2
    if n <= thing < buses:
        return network_limit(setting, network, kind, thing - n + 2, step)
    branches = len(above.trunk.tree.watch.child)
    if thing >= buses + branches:
        return network_limit(setting, network, kind, thing - buses - branches + m, step)
    own = thing if thing < n else thing - buses + n
    if own < n:
        weak = elsewhere.network_at(above, own, step, without=network.number)
        if weak is not None:
            return weak
    return trunk_limit(setting, above.trunk, own, step)


def network_limit(setting: Setting, network: Network, kind: int, thing: int, step: int) -> Limit:
    """A watched thing of a network: a bus, then a branch."""
    n = network.tree.n_bus
    if thing < n:
        return Limit(KIND_WORD[kind], "bus", int(network.tree.bus[thing]), step)
    return Limit(KIND_WORD[kind], "branch", int(network.tree.watch.element[thing - n]), step)


def trunk_limit(setting: Setting, trunk: Trunk, thing: int, step: int) -> Limit:
    """A watched thing of a trunk: a bus, a section, or a substation."""
    n = trunk.tree.n_bus
    if thing < n:
        return Limit("voltage", "bus", int(trunk.tree.bus[thing]), step)
    substation = int(trunk.offset_of[thing - n])
    if substation >= 0:
        return Limit(KIND_WORD[SUBSTATION], "substation", int(trunk.substations[substation]), step)
    return Limit(KIND_WORD[SECTION], "branch", int(trunk.tree.watch.element[thing - n]), step)
