"""A search taken up from the one before: LV networks in which nothing has changed keep what their year showed.

What their year showed - which steps are critical, and how far their head's voltage may move - depends on their own
loads and on the voltage at their head. Something that was connected elsewhere moves that voltage a little: the room is
moved with it, and the figures themselves are settled anew in any case, at the voltages of now.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from capacity.loadflow.additions.model import Network
from capacity.loadflow.additions.tasks import NetworkFindings

if TYPE_CHECKING:
    from capacity.loadflow.additions.setting import Setting

Complexes = npt.NDArray[np.complex128]

MOST_MOVED_PU = 2e-3
"""A head whose voltage moved further in any step has its network's year solved again."""


@dataclass(frozen=True)
class Kept:
    """What a search leaves behind for the next one."""

    setting: Setting
    head: Complexes
    found: dict[int, NetworkFindings]


def taken_up(setting: Setting, head: Complexes, before: object) -> dict[int, NetworkFindings]:
    """Findings of the networks of which a search ``before`` knows all that has to be known, by number."""
    if not isinstance(before, Kept) or not _same_question(before.setting, setting):
        return {}
    known: dict[int, NetworkFindings] = {}
    for old, new in zip(before.setting.model.networks, setting.model.networks, strict=True):
        findings = before.found[new.number]
        if not _same_network(before.setting, old, setting, new):
            continue
        moved = np.abs(head[new.number]) - np.abs(before.head[new.number])
        largest = float(np.abs(moved).max())
        if largest == 0.0:
            known[new.number] = findings
        elif findings.figures is not None and largest <= MOST_MOVED_PU:
            slack = findings.slack + setting.ask.sense * moved
            known[new.number] = replace(findings, slack=slack.astype(np.float32))
    return known


def _same_question(old: Setting, new: Setting) -> bool:
    """Whether the addition, what every bus may bear, the profiles and the cut are the same."""
    asked, asks = old.ask, new.ask
    return (
        (asked.unit, asked.sense, asked.ceiling_kva) == (asks.unit, asks.sense, asks.ceiling_kva)
        and np.array_equal(asked.factor, asks.factor)
        and len(old.model.networks) == len(new.model.networks)
        and np.array_equal(old.bus_bound, new.bus_bound)
        and np.array_equal(old.loads.profiles, new.loads.profiles)
        and (old.bounds.epsilon_pu, old.bounds.epsilon_percent) == (new.bounds.epsilon_pu, new.bounds.epsilon_percent)
    )


def _same_network(old_setting: Setting, old: Network, new_setting: Setting, new: Network) -> bool:
    """Whether two LV networks have the same buses, branches, bounds and loads, step by step."""
    if not np.array_equal(old.tree.bus, new.tree.bus) or not np.array_equal(old.tree.ab, new.tree.ab):
        return False
    if not np.array_equal(old.tree.watch.scale, new.tree.watch.scale):
        return False
    consumption = all(
        np.array_equal(getattr(old.consumption, one.name), getattr(new.consumption, one.name))
        for one in fields(old.consumption)
    )
    group = new.consumption.group
    loads = old_setting.loads.net_load[group], new_setting.loads.net_load[group]
    return consumption and np.array_equal(*loads, equal_nan=True)
