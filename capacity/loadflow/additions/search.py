"""The largest addition at every LV node: networks, trunks and both together, put in order (P9)."""

from __future__ import annotations

from concurrent.futures import Executor, ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from capacity.loadflow.additions.again import Base, Kept, Same, same, taken_up
from capacity.loadflow.additions.answer import NOTHING, Answer, to_table
from capacity.loadflow.additions.asking import COUNTS
from capacity.loadflow.additions.base import solve_base
from capacity.loadflow.additions.heads import trunks_at_heads
from capacity.loadflow.additions.setting import Setting, make_setting
from capacity.loadflow.additions.settled import settle
from capacity.loadflow.additions.tasks import NetworkFindings, study_feeder
from capacity.loadflow.additions.work import Work
from capacity.tables.additions import Addition, Additions, Bounds, Progress
from capacity.tables.solved import SolvedYear

if TYPE_CHECKING:
    from capacity.loadflow.load_flow import LoadFlow


def largest_additions(
    flow: LoadFlow,
    solved: SolvedYear,
    bounds: Bounds,
    addition: Addition,
    *,
    before: Additions | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Additions:
    """The largest addition at every LV bus, each alone, that breaks no bound in any step of the window (P9).

    Parameters
    ----------
    flow, solved : the load flow and the year it solved.
    before : the answer to the same question when little was different; LV networks that are the same are not searched
        from nothing.
    executor : where the units of work run, by default as many threads as the load flow has workers.
    progress : called with (units of work done, units in all).

    Raises
    ------
    ValueError
        If the addition's factors do not cover the window.
    """
    setting = make_setting(flow, solved, bounds, addition)
    kept = before.kept if before is not None else None
    if executor is not None:
        return _searched(setting, Work(setting, executor, progress), kept)
    with ThreadPoolExecutor(max_workers=flow.workers) as pool:
        return _searched(setting, Work(setting, pool, progress), kept)


def _searched(setting: Setting, work: Work, before: object) -> Additions:
    """The passes: without the addition, network by network, trunk by trunk, both together."""
    if not (setting.ask.factor > COUNTS).any() or not setting.model.networks:
        return Additions(to_table(setting, _never_there(setting)), setting.addition)
    known = same(setting, before)
    base = solve_base(setting, known)
    found = _studied(setting, base, work, known)
    at_heads = trunks_at_heads(setting, base, found, work, known)
    answers = settle(setting, base, at_heads, found, work, known)
    table = to_table(setting, [answer for number in sorted(answers) for answer in answers[number]])
    return Additions(table, setting.addition, Kept(setting, base, found, answers))


def _never_there(setting: Setting) -> list[Answer]:
    """Every node's answer where the addition is there in no step of the window: nothing speaks against any size."""
    ceiling = setting.ask.ceiling_kva
    return [
        Answer(int(bus), np.nan, NOTHING, NOTHING, np.nan, "solver_failure")
        if setting.failed[network.number]
        else Answer(int(bus), ceiling, NOTHING, NOTHING, np.nan, "search_ceiling")
        for network in setting.model.networks
        for bus in network.tree.bus[2:]
    ]


def _studied(setting: Setting, base: Base, work: Work, known: Same | None) -> dict[int, NetworkFindings]:
    """The year of every network, taken up where a search before has it."""
    found = taken_up(setting, base.head, known)
    left = [feeder[[number not in found for number in feeder.tolist()]] for feeder in setting.feeders]
    feeders = [feeder for feeder in left if len(feeder)]
    tasks = [(setting.task(feeder), base.head[feeder], base.impedance[feeder]) for feeder in feeders]
    for feeder, results in zip(feeders, work.over(study_feeder, tasks), strict=True):
        found.update(zip(feeder.tolist(), results, strict=True))
    return found
