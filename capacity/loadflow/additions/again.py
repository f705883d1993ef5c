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

from capacity.loadflow.additions.answer import Answer
from capacity.loadflow.additions.model import Network, Trunk
from capacity.loadflow.additions.tasks import NetworkFindings
from capacity.loadflow.additions.trees import Tree
from capacity.loadflow.additions.trunk import TrunkYear

if TYPE_CHECKING:
    from capacity.loadflow.additions.setting import Setting

Complexes = npt.NDArray[np.complex128]

MOST_MOVED_PU = 2e-3
"""A head whose voltage moved further in any step has its network's year solved again."""


@dataclass(frozen=True)
class Base:
    """Trunks' years, heads' voltages ``(n_networks, n_steps)`` and what drives them, without the addition.

    ``loads_alone`` is what flows through each trunk's substations without what is connected besides.
    """

    years: tuple[TrunkYear, ...]
    loads_alone: tuple[Complexes, ...]
    head: Complexes
    impedance: Complexes
    inflow: Complexes


@dataclass(frozen=True)
class Kept:
    """What a search leaves behind for the next one; ``answers`` are by network."""

    setting: Setting
    base: Base
    found: dict[int, NetworkFindings]
    answers: dict[int, list[Answer]]


@dataclass(frozen=True)
class Same:
    """What a search before is still right about: networks with the same loads, and trunks with nothing but such.

    The years, heads and answers of ``trunks`` are what they were, since nothing at all has changed for them.
    """

    kept: Kept
    networks: frozenset[int]
    trunks: frozenset[int]


def same(setting: Setting, before: object) -> Same | None:
    """What can be taken up from ``before``; None if it answered another question."""
    if not isinstance(before, Kept) or not _same_question(before.setting, setting):
        return None
    pairs = zip(before.setting.model.networks, setting.model.networks, strict=True)
    networks = {new.number for old, new in pairs if _same_network(before.setting, old, setting, new)}
    changed = {
        new.number
        for old, new in zip(before.setting.model.trunks, setting.model.trunks, strict=True)
        if not set(new.networks.tolist()) <= networks
        or not _same_tree(old.tree, new.tree)
        or not np.array_equal(before.setting.source[old.source], setting.source[new.source])
        or not _same_consumption(before.setting, old, setting, new)
    }
    if not np.array_equal(before.setting.into_substation, setting.into_substation, equal_nan=True):
        changed |= {trunk.number for trunk in setting.model.trunks if len(trunk.substations)}
    moved = {row for number in changed for row in setting.model.trunks[number].substations.tolist()}
    trunks = {
        trunk.number
        for trunk in setting.model.trunks
        if trunk.number not in changed and not moved & set(trunk.substations.tolist())
    }
    return Same(before, frozenset(networks), frozenset(trunks))


def taken_up(setting: Setting, head: Complexes, known: Same | None) -> dict[int, NetworkFindings]:
    """Findings of the networks of which a search before knows all that has to be known, by number."""
    if known is None:
        return {}
    before = known.kept
    taken: dict[int, NetworkFindings] = {}
    for number in sorted(known.networks):
        findings = before.found[number]
        moved = np.abs(head[number]) - np.abs(before.base.head[number])
        largest = float(np.abs(moved).max())
        if largest == 0.0:
            taken[number] = findings
        elif findings.figures is not None and largest <= MOST_MOVED_PU:
            slack = findings.slack + setting.ask.sense * moved
            taken[number] = replace(findings, slack=slack.astype(np.float32))
    return taken


def _same_question(old: Setting, new: Setting) -> bool:
    """Whether the addition, what every bus may bear, the profiles and the cut are the same."""
    asked, asks = old.ask, new.ask
    return (
        (asked.unit, asked.sense, asked.ceiling_kva) == (asks.unit, asks.sense, asks.ceiling_kva)
        and np.array_equal(asked.factor, asks.factor)
        and len(old.model.networks) == len(new.model.networks)
        and len(old.model.trunks) == len(new.model.trunks)
        and np.array_equal(old.bus_bound, new.bus_bound)
        and np.array_equal(old.loads.profiles, new.loads.profiles)
        and (old.bounds.epsilon_pu, old.bounds.epsilon_percent) == (new.bounds.epsilon_pu, new.bounds.epsilon_percent)
    )


def _same_network(old_setting: Setting, old: Network, new_setting: Setting, new: Network) -> bool:
    """Whether two LV networks have the same buses, branches, bounds and loads, step by step."""
    return _same_tree(old.tree, new.tree) and _same_consumption(old_setting, old, new_setting, new)


def _same_tree(old: Tree, new: Tree) -> bool:
    """Whether two trees have the same buses and branches, and watch the same with the same bounds."""
    return all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for one, other, names in (
            (old, new, ("bus", "parent", "ab", "shunt")),
            (old.watch, new.watch, ("child", "ends", "scale", "power", "element")),
        )
        for name in names
    )


def _same_consumption(old_setting: Setting, old: Network | Trunk, new_setting: Setting, new: Network | Trunk) -> bool:
    """Whether the same is consumed at the same buses in every step."""
    consumption = all(
        np.array_equal(getattr(old.consumption, one.name), getattr(new.consumption, one.name))
        for one in fields(old.consumption)
    )
    group = new.consumption.group
    loads = old_setting.loads.net_load[group], new_setting.loads.net_load[group]
    return consumption and np.array_equal(*loads, equal_nan=True)
