"""Scaling LV loads so that every metered transformer carries what its meter read (P1).

For each metered LV network the unknown is its net load ``P + jQ``, shared among its loads (see ``injections``). A
block of steps is solved, and the power at the meters less the net load is what the network itself took: losses and
generation. As that grows about with the square of the power, a straight line over the squares tells from the steps just
solved what it will be at the reading. A block begins with the line of the block before, so two rounds usually suffice.
Generation in the network stays as it is. A net load below zero is not given: it stops at zero, and the step is listed
as one that could not be met.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from capacity.loadflow.injections import Injections
from capacity.loadflow.lanes import Block, start_after
from capacity.loadflow.metered import Metered

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]

TOLERANCE = 1e-5
"""Largest difference to a reading, as a share of the transformer's rating."""
UNMET = 1e-4
"""Difference, as a share of the rating, above which a step counts as not met."""
MAX_ROUNDS = 8
FLAT = 1e-4
"""Relative variance of the squared powers below which no slope is read from them."""
STEEPEST = 0.1
"""Largest slope of the losses, per power at the meters: a line through few steps is not trusted beyond."""

Solve = Callable[[Ints, Block, Block], npt.NDArray[np.uint8]]
"""``(steps, consumption, voltages) -> status``, see :meth:`capacity.loadflow.worker.Worker.solve_over`."""


@dataclass(frozen=True)
class Losses:
    """What each network takes apart from its net load and generation, as a line over the squared power at its meters.

    Three times ``(n_groups, 2, 1)``, active and reactive, pu: ``mean`` and ``slope`` of the losses, ``mean_square``.
    """

    mean: Reals
    slope: Reals
    mean_square: Reals

    def at(self, square: Block) -> Block:
        """Losses at squared powers ``(n_blocks, n_groups, 1, LANES)``."""
        return self.mean + self.slope * (square - self.mean_square)


NOTHING_LOST = Losses(*(np.zeros((1, 2, 1)) for _ in range(3)))
"""What is known of the losses before anything is solved."""


@dataclass(frozen=True)
class Solved:
    """A block of steps: consumption, voltages and every island's status."""

    power: Block
    voltage: Block
    status: npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Calibrated(Solved):
    """A block with its loads scaled: net loads ``(n_blocks, n_groups, 2, LANES)``, what was left over at the meters."""

    net_load: Block
    gap: Block
    losses: Losses


def calibrate(
    injections: Injections, metered: Metered, steps: Ints, solve: Solve, before: Calibrated | None = None
) -> Calibrated:
    """Scale the loads of steps ``(n_blocks, LANES)`` to their readings and solve them.

    ``before`` came just earlier; its consumption and voltages are overwritten.
    """
    target = _lanes(metered, steps)
    share = metered.share[:, None, None]
    wanted = share * target - injections.generation(steps)
    losses = NOTHING_LOST if before is None else before.losses
    net_load = _clipped(wanted - losses.at(_square(share * target)))
    power = injections.power(steps, net_load, None if before is None else before.power)
    voltage = start_after(None if before is None else before.voltage, *power.shape[:2])
    for remaining in reversed(range(MAX_ROUNDS)):
        status = solve(steps, power, voltage)
        gap = target - _at_meters(metered, voltage)
        more_lost = losses.at(_square(share * target)) - losses.at(_square(share * (target - gap)))
        corrected = _clipped(net_load + np.where(np.isfinite(gap), share * gap - more_lost, 0.0))
        moved = np.abs(corrected - net_load) > TOLERANCE * metered.rating[:, None, None]
        if remaining == 0 or not moved.any():  # a comparison with NaN is false: open targets never move
            break
        net_load = corrected
        power = injections.power(steps, net_load, power)
    losses = _fitted(_square(share * (target - gap)), wanted - share * gap - net_load)
    return Calibrated(power, voltage, status, net_load, gap, losses)


def _fitted(square: Block, lost: Block) -> Losses:
    """The line nearest to the losses of each network's solved steps; level where there is nothing to tell a slope."""
    known = np.isfinite(lost)
    count = np.maximum(known.sum(axis=(0, 3), keepdims=True), 1)[0]

    def mean(values: Block) -> Reals:
        return np.asarray(np.where(known, values, 0.0).sum(axis=(0, 3), keepdims=True)[0] / count)

    of_square, of_lost = mean(square), mean(lost)
    away = square - of_square
    spread = mean(away * away)
    flat = spread <= FLAT * of_square * of_square
    slope = np.where(flat, 0.0, mean(away * (lost - of_lost)) / np.where(flat, 1.0, spread))
    steepest = STEEPEST / np.sqrt(np.where(flat, 1.0, of_square))
    slope = np.clip(slope, -steepest, steepest)
    return Losses(of_lost, slope, of_square)


def _square(power: Block) -> Block:
    """Squared apparent power, ``(n_blocks, n_groups, 1, LANES)``."""
    return np.asarray((power * power).sum(axis=2, keepdims=True))


def _lanes(metered: Metered, steps: Ints) -> Block:
    """Targets of steps as lanes, ``(n_blocks, n_groups, 2, LANES)``."""
    target = metered.target[:, steps].transpose(1, 0, 2)
    return np.stack([target.real, target.imag], axis=2)


def _at_meters(metered: Metered, voltage: Block) -> Block:
    """Import at each network's meters, pu."""
    return metered.meters.sums(voltage, metered.group_of_meter, metered.import_sign, len(metered.names))


def _clipped(net_load: Block) -> Block:
    """Net loads without negative active power."""
    out = net_load.copy()
    out[:, :, 0] = np.maximum(out[:, :, 0], 0.0)
    return out
