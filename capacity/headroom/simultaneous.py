"""The largest total that a group of transformers can take at the same time under the limits above them (P8).

Maximise ``Σ x`` with ``0 ≤ x ≤ room`` (P7) so that no section, substation or voltage breaks its limit at any critical
step. Four parts, each answered by AC load flows in which every transformer takes its part:

1. **All full.** Where ``x = room`` breaks nothing, nothing above the transformers binds.
2. **Proportional shares.** The largest ``α`` at which ``α · room`` holds: a sound start, and the figure if nothing
   better is found.
3. **Linear programmes.** Every limited quantity is nearly linear in ``x``. Its proportions follow from the network
   (``effects``), its size from the load flows done so far: the programme's answer is solved with AC, the lines are
   drawn anew through it, until the total no longer grows. Loadings and voltage drops are convex in added load: a
   chord towards the full group is steeper than the curve, one from the empty group flatter, so margins are estimated
   on the safe side and the answer mostly holds at once.
4. **Confirmed** at every critical step. What is not confirmed is not published.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from capacity.headroom.margins import (
    Binding,
    Floats,
    Ints,
    Limits,
    Scope,
    allowance,
    first_broken,
    lost,
    margins,
)
from capacity.headroom.programme import Optimum, largest_fair
from capacity.tables.solved import Snapshot, Solver

__all__ = ["Binding", "Limits", "Scope", "Shares", "Wishes", "all_hold", "first_broken", "largest_total"]

Effects = Callable[[Ints], Floats]
"""``effects(elements)`` of the scope: by how much a kVA of each transformer moves each, in any unit per element."""

ALPHA_TOLERANCE = 2e-4
TOTAL_TOLERANCE = 1e-3
"""What the search does not resolve: of the proportional part, of the total that another programme would add."""
NOTHING = 1e-3
"""A smaller part of its room is none: it is more the limits' last digit than capacity."""
AIM = 1e-4
"""A programme stays away from each limit by this part of what the whole group would take of it: AC then confirms."""
ROUNDS = 12
PROGRAMMES = 6


@dataclass(frozen=True)
class Wishes:
    """What a group would take: ``rooms_kva`` at pandapower ``buses``, ``unit`` (kW + j kvar) per kVA; ``(n,)`` each."""

    buses: npt.NDArray[np.int64]
    rooms_kva: Floats
    unit: complex

    def power(self, reserved_kw: dict[int, complex], kva: Floats) -> dict[int, complex]:
        """What is reserved and ``kva`` of each wish, by bus; transformers in parallel share one."""
        power = dict(reserved_kw)
        for bus, value in zip(self.buses.tolist(), kva.tolist(), strict=True):
            power[bus] = power.get(bus, 0j) + value * self.unit
        return {bus: power[bus] for bus in sorted(power)}


@dataclass(frozen=True)
class Shares:
    """The largest verified total: ``kva`` of each wish, and the limit that binds it; ``kva`` is NaN if unsolvable."""

    kva: Floats
    binding: Binding | None

    @property
    def total_kva(self) -> float:
        """Sum over the group."""
        return float(self.kva.sum())


@dataclass(frozen=True)
class _Question:
    solve: Solver
    steps: Ints
    reserved_kw: dict[int, complex]
    wishes: Wishes
    allowed: Limits
    scope: Scope

    def ask(self, kva: Floats) -> _Point:
        """Every wish takes its part, solved with AC."""
        snapshot = self.solve(self.steps, self.wishes.power(self.reserved_kw, kva))
        solved = not lost(snapshot, self.scope).any()
        return _Point(kva, margins(snapshot, self.allowed, self.scope), solved, self.steps)


@dataclass(frozen=True)
class _Point:
    """A split and the margins it leaves, ``(n_steps, scope.size)``."""

    kva: Floats
    margins: Floats
    solved: bool
    steps: Ints

    @property
    def sound(self) -> bool:
        return self.solved and bool((self.margins >= 0.0).all())

    @property
    def total_kva(self) -> float:
        return float(self.kva.sum())

    def at_steps(self, rows: Ints) -> _Point:
        return replace(self, margins=self.margins[rows], steps=self.steps[rows])

    def worst_step(self, element: int) -> int:
        return int(self.steps[np.argmin(self.margins[:, element])])

    def worst_element(self) -> int:
        return int(np.argmin(self.margins.min(axis=0)))


def all_hold(
    solve: Solver, base: Snapshot, reserved_kw: dict[int, complex], wishes: Wishes, limits: Limits, scope: Scope
) -> bool:
    """Whether every wish can be met at once; the parameters are those of :func:`largest_total`."""
    if lost(base, scope).any():
        return False
    asked = _Question(solve, base.steps, reserved_kw, wishes, allowance(base, limits, scope), scope)
    return asked.ask(wishes.rooms_kva).sound


def largest_total(
    solve: Solver,
    base: Snapshot,
    reserved_kw: dict[int, complex],
    wishes: Wishes,
    limits: Limits,
    scope: Scope,
    effects: Effects | None,
) -> Shares:
    """The largest total, as far as linear programmes between AC load flows find it, and always verified.

    Parameters
    ----------
    solve : the load flow.
    base : the critical steps solved with ``reserved_kw`` (kW + j kvar by pandapower bus) alone.
    effects : proportions in which the transformers move each element; None where the network is not a tree: then they
        are taken from one load flow per transformer.
    """
    if lost(base, scope).any():
        return Shares(np.full(len(wishes.rooms_kva), np.nan), None)
    everything = _Question(solve, base.steps, reserved_kw, wishes, allowance(base, limits, scope), scope)
    full = everything.ask(wishes.rooms_kva)
    if full.sound:
        return Shares(wishes.rooms_kva, None)
    zero = _Point(np.zeros(len(wishes.rooms_kva)), margins(base, everything.allowed, scope), True, base.steps)
    # between nothing and all added, a load only worsens a limit or relieves an export: what holds at both ends holds
    # between them, in a tree. Elsewhere every step stays in question.
    broken = np.flatnonzero((full.margins < 0.0).any(axis=1))
    if effects is None or not full.solved or 2 * len(broken) > len(base.steps):
        broken = np.arange(len(base.steps))
    question = replace(everything, steps=base.steps[broken])
    found = _searched(question, zero.at_steps(broken), full.at_steps(broken), effects)
    confirmed = _confirmed(everything, found.point, zero)
    if not confirmed.sound:
        found = _searched(everything, zero, full, None, programmes=0)
        confirmed = _confirmed(everything, found.point, zero)
    if not confirmed.sound:
        confirmed = zero
    element = found.element if found.element >= 0 else confirmed.worst_element()
    return Shares(confirmed.kva, scope.binding(element, confirmed.worst_step(element)))


def _confirmed(everything: _Question, point: _Point, zero: _Point) -> _Point:
    """The point with every critical step solved, and without what is not worth the name of capacity."""
    rooms_kva = everything.wishes.rooms_kva
    # taking it away loads nothing more
    kva = np.where(point.kva <= NOTHING * rooms_kva, 0.0, point.kva)
    if kva.sum() <= NOTHING * rooms_kva.sum():
        return zero
    if np.array_equal(kva, point.kva) and len(point.steps) == len(everything.steps):
        return point
    return everything.ask(kva)


@dataclass(frozen=True)
class _Found:
    """A sound point and the element (of the scope) that binds it, -1 if not known."""

    point: _Point
    element: int


def _searched(
    question: _Question, zero: _Point, full: _Point, effects: Effects | None, *, programmes: int = PROGRAMMES
) -> _Found:
    ray = _proportional(question, zero, full)
    if not programmes or ray.failing is None or len(zero.kva) == 1:
        return _Found(ray.sound, ray.element)
    far = full if full.solved else ray.failing
    return _improved(question, zero, ray, far, effects or _probed(question, zero), programmes)


@dataclass(frozen=True)
class _Ray:
    """Proportional shares: the largest that held, the smallest solved one that did not, what failed there."""

    sound: _Point
    failing: _Point | None
    element: int


def _proportional(question: _Question, zero: _Point, full: _Point) -> _Ray:
    """The largest ``α`` with which ``α · room`` breaks nothing, between ``zero`` (sound) and ``full`` (not).

    Margins fall faster and faster: a chord between a sound and a failing share crosses zero on the sound side, the
    line through two sound shares beyond it. The two in turn close in on the crossing.
    """
    rooms_kva = question.wishes.rooms_kva
    low, sound, high, tried = 0.0, zero, 1.0, full
    failing = full if full.solved else None
    lower: tuple[float, _Point] | None = None  # the sound share before the last
    for _ in range(ROUNDS):
        if high - low <= ALPHA_TOLERANCE:
            break
        if not tried.solved:
            alpha = (low + high) / 2.0
        elif not tried.sound:
            alpha = _crossing(low, sound, high, tried) - 0.25 * ALPHA_TOLERANCE
        elif lower is not None:
            alpha = _crossing(*lower, low, sound) + 0.25 * ALPHA_TOLERANCE
        alpha = min(max(alpha, low + 0.25 * ALPHA_TOLERANCE), high - 0.25 * ALPHA_TOLERANCE)
        tried = question.ask(alpha * rooms_kva)
        if tried.sound:
            lower, low, sound = (low, sound), alpha, tried
        else:
            high = alpha
            failing = tried if tried.solved else failing
    return _Ray(sound, failing, -1 if failing is None else failing.worst_element())


def _crossing(low: float, at_low: _Point, high: float, at_high: _Point) -> float:
    """The first share at which a straight line through two shares' margins reaches zero; ``inf`` if none does."""
    with np.errstate(invalid="ignore"):  # what has no limit has an infinite margin
        fall = at_low.margins - at_high.margins
    falling = (fall > 0.0) & np.isfinite(fall)
    if not falling.any():
        return np.inf
    return low + (high - low) * float(np.min(at_low.margins[falling] / fall[falling]))


def _improved(question: _Question, zero: _Point, ray: _Ray, far: _Point, effects: Effects, programmes: int) -> _Found:
    """Linear programmes around the latest load flow, as long as the verified total grows."""
    best, here, element = ray.sound, ray.sound, ray.element
    for _ in range(programmes):
        plan = _plan(question, zero, here, far, effects)
        if plan is None:
            break
        element = plan.binding if plan.binding >= 0 else element
        if plan.total_kva <= best.total_kva * (1.0 + TOTAL_TOLERANCE):
            break
        here = question.ask(plan.kva)
        if not here.solved:  # too far for the load flow: half the way
            here = question.ask((best.kva + plan.kva) / 2.0)
        if not here.solved:
            break
        if here.sound and here.total_kva > best.total_kva:
            best = here
    if here.solved and not here.sound and here.total_kva > best.total_kva:
        part = _crossing(0.0, best, 1.0, here) - TOTAL_TOLERANCE
        pulled = question.ask(best.kva + max(part, 0.0) * (here.kva - best.kva))
        best = pulled if pulled.sound and pulled.total_kva > best.total_kva else best
    return _Found(best, element)


def _plan(question: _Question, zero: _Point, here: _Point, far: _Point, effects: Effects) -> Optimum | None:
    """The best split if every margin were linear; its ``binding`` is an element of the scope."""
    elements = np.flatnonzero(((far.margins < 0.0) | (here.margins < 0.0)).any(axis=0))
    by_unit = effects(elements)
    at_here, at_far = by_unit @ here.kva, by_unit @ far.kva
    now = here.margins[:, elements]
    with np.errstate(divide="ignore", invalid="ignore"):
        from_zero = (zero.margins[:, elements] - now) / at_here
        to_far = (now - far.margins[:, elements]) / (at_far - at_here)
    from_zero[:, at_here <= 1e-9 * at_far] = np.nan
    to_far[:, at_far - at_here <= 1e-3 * at_far] = np.nan
    # room left: towards more, where the chord is steeper; nothing left: back, where it is flatter
    slope = np.where(now >= 0.0, to_far, from_zero)
    slope = np.where(np.isfinite(slope), slope, np.where(now >= 0.0, from_zero, to_far))
    with np.errstate(divide="ignore", invalid="ignore"):
        aimed = now - AIM * np.maximum(zero.margins[:, elements] - far.margins[:, elements], 0.0)
        bound = np.where(slope > 0.0, aimed / slope + at_here, np.inf)
    optimum = largest_fair(question.wishes.rooms_kva, by_unit, bound.min(axis=0, initial=np.inf))
    if optimum is None or optimum.binding < 0:
        return optimum
    return replace(optimum, binding=int(elements[optimum.binding]))


def _probed(question: _Question, zero: _Point) -> Effects:
    """Effects where no tree tells them: each transformer alone takes its room, one load flow each."""
    rooms_kva = question.wishes.rooms_kva
    falls = []
    for at in range(len(rooms_kva)):
        alone = np.zeros(len(rooms_kva))
        alone[at] = rooms_kva[at]
        point = question.ask(alone)
        fall = (zero.margins - point.margins) / rooms_kva[at] if point.solved else np.zeros_like(zero.margins)
        falls.append(np.nan_to_num(fall, nan=0.0, posinf=0.0, neginf=0.0).max(axis=0))
    table = np.maximum(np.stack(falls, axis=1), 0.0)
    return lambda elements: table[elements]
