"""A plan's projects into the case's library, and which projects of a former plan it does not have."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from capacity.cli import printing
from capacity.cli.language import say

if TYPE_CHECKING:
    from capacity.case.library import Merged
    from capacity.reinforcing import MadePlan
    from capacity.tables.case import Case


def into_the_library(case: Case, folder: Path, made: MadePlan, feeders: Collection[str], *, silent: bool) -> None:
    """Merge a plan's projects into ``projects.csv`` and say what was done.

    What the plan does not have any more is left as it is, and said even where ``silent``: its date may be published.

    Parameters
    ----------
    feeders : on which the plan sought measures; none: on all.
    """
    from capacity.case.library import merge_projects
    from capacity.runs.swap import only_writer

    library = folder / "projects.csv"
    done = merge_projects(library, made.library, ZoneInfo(case.settings.time_zone), only_writer)
    if not silent:
        printing.console.print(_told(done), markup=False, highlight=False)
    for line in _left_over(case, made, feeders, done):
        printing.errors.print(line, markup=False, highlight=False)


def _told(done: Merged) -> str:
    return say(
        f"项目库 {done.path}：新增 {len(done.added)} 项，更新 {len(done.updated)} 项，"
        f"无变化 {len(done.unchanged)} 项，已非“计划”状态、未改动 {len(done.left)} 项",
        f"project library {done.path}: {len(done.added)} added, {len(done.updated)} updated, {len(done.unchanged)} "
        f"unchanged, {len(done.left)} left alone (no longer planned)",
    )


def _left_over(case: Case, made: MadePlan, feeders: Collection[str], done: Merged) -> Iterator[str]:
    """Projects that a former plan wrote, this one did not bring, and that still stand as planned."""
    from capacity.planning.portfolio.projects import PREFIX

    known = case.topology.feeders["feeder_id"].astype(str)
    own = [one for one in done.others if one.startswith(PREFIX) and _sought(one.removeprefix(PREFIX), known, feeders)]
    here = set(made.plan.projects["project_id"])
    unpaid, gone = [one for one in own if one in here], [one for one in own if one not in here]
    zh = (
        "，在项目库中仍为“计划”状态，其投产日期仍可能作为释放时间公布：{}。"
        "不再实施的，请将状态改为 cancelled；有意保留的，不必改动"
    )
    en = (
        " but still stand(s) as planned in the library, and a commissioning date there may be published as relief: {}. "
        "Set what will not be built to 'cancelled'; what is kept on purpose needs nothing"
    )
    if gone:
        yield say(
            f"以往规划的 {len(gone)} 个项目，本次规划未选用" + zh.format("、".join(gone)),
            f"{len(gone)} project(s) of a former plan: not chosen by this one," + en.format(", ".join(gone)),
        )
    if unpaid:
        yield say(
            f"以往规划的 {len(unpaid)} 个项目，本次规划无预算" + zh.format("、".join(unpaid)),
            f"{len(unpaid)} project(s) of a former plan: no budget of this one pays for it,"
            + en.format(", ".join(unpaid)),
        )


def _sought(name: str, known: Collection[str], feeders: Collection[str]) -> bool:
    """Whether a plan of some feeders could have chosen a project: its name begins with its feeder, or is of no one."""
    of = max((feeder for feeder in known if name.startswith(f"{feeder}-")), key=len, default=None)
    return not feeders or of is None or of in feeders
