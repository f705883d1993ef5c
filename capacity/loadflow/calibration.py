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

from capacity.loadflow.correcting import begin, correct, fit_all
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
Solve = Callable[[Ints, Block, Block], npt.NDArray[np.uint8]]
"""``(steps, consumption, voltages) -> status``, see :meth:`capacity.loadflow.worker.Worker.solve_over`."""


@dataclass(frozen=True)
class Losses:
    """What each network takes apart from its net load and generation, as a line over the squared power at its meters.

    Three times ``(n_groups, 2)``, active and reactive, pu: ``mean`` and ``slope`` of the losses, ``mean_square``.
    """

    mean: Reals
    slope: Reals
    mean_square: Reals

    @classmethod
    def unknown(cls, groups: int) -> Losses:
        """What is known before anything is solved: nothing lost."""
        return cls(np.zeros((groups, 2)), np.zeros((groups, 2)), np.zeros((groups, 2)))


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
    share = metered.share[:, None, None]
    target = share * _lanes(metered, steps)
    wanted = target - injections.generation(steps)
    losses = Losses.unknown(len(metered.names)) if before is None else before.losses
    net_load, corrected = np.empty_like(wanted), np.empty_like(wanted)
    begin(wanted, target, losses.mean, losses.slope, losses.mean_square, net_load)
    power = injections.power(steps, net_load, None if before is None else before.power)
    voltage = start_after(None if before is None else before.voltage, *power.shape[:2])
    for remaining in reversed(range(MAX_ROUNDS)):
        status = solve(steps, power, voltage)
        through = share * _at_meters(metered, voltage)
        moved = correct(target, through, losses.slope, TOLERANCE * metered.rating, net_load, corrected)
        if remaining == 0 or not moved:
            break
        net_load, corrected = corrected, net_load
        power = injections.power(steps, net_load, power)
    found = Losses.unknown(len(metered.names))
    fit_all(wanted, target, through, net_load, found.mean, found.slope, found.mean_square)
    return Calibrated(power, voltage, status, net_load, (target - through) / share, found)


def _lanes(metered: Metered, steps: Ints) -> Block:
    """Targets of steps as lanes, ``(n_blocks, n_groups, 2, LANES)``."""
    target = metered.target[:, steps].transpose(1, 0, 2)
    return np.stack([target.real, target.imag], axis=2)


def _at_meters(metered: Metered, voltage: Block) -> Block:
    """Import at each network's meters, pu."""
    return metered.meters.sums(voltage, metered.group_of_meter, metered.import_sign, len(metered.names))
