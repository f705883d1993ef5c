"""Scaling LV loads so that every metered transformer carries what its meter read (P1).

For each metered LV network the unknown is its net load ``P + jQ``, shared among its loads (see ``injections``). A
block of steps is solved, the power at the meter compared with the reading, and the difference added to the net load;
as losses change little with the load, three rounds usually suffice. Generation in the network stays as it is. A net
load below zero is not given: it stops at zero, and the step is listed as one that could not be met.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from capacity.loadflow.injections import Injections
from capacity.loadflow.lanes import Block
from capacity.loadflow.metered import Metered

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]

TOLERANCE = 1e-5
"""Largest difference to a reading, as a share of the transformer's rating."""
UNMET = 1e-4
"""Difference, as a share of the rating, above which a step counts as not met."""
MAX_ROUNDS = 8

Solve = Callable[[Ints, Block, Block | None], tuple[Block, npt.NDArray[np.uint8]]]
"""``(steps, consumption, start) -> (voltages, status)``, see :class:`capacity.loadflow.worker.Worker`."""


@dataclass(frozen=True)
class Calibrated:
    """A block of steps with its loads scaled: net loads, what was left over, and the solution they belong to."""

    net_load: Block
    gap: Block
    power: Block
    voltage: Block
    status: npt.NDArray[np.uint8]


def calibrate(
    injections: Injections, metered: Metered, steps: Ints, solve: Solve, start: Block | None = None
) -> Calibrated:
    """Scale the loads of steps ``(n_blocks, LANES)`` to their readings and solve them."""
    target = _lanes(metered, steps)
    as_profiled = np.isnan(target[:, :, :1])
    net_load = np.where(as_profiled, np.nan, _clipped(target - _fixed_part(injections, metered, steps)))
    for remaining in reversed(range(MAX_ROUNDS)):
        power = injections.power(steps, net_load)
        voltage, status = solve(steps, power, start)
        gap = target - _at_meters(metered, voltage)
        correction = np.where(np.isfinite(gap), gap, 0.0)
        corrected = _clipped(net_load + correction * metered.share[:, None, None])
        moved = np.abs(corrected - net_load) > TOLERANCE * metered.rating[:, None, None]
        if remaining == 0 or not moved.any():  # a comparison with NaN is false: open targets never move
            break
        net_load, start = corrected, voltage
    return Calibrated(net_load, gap, power, voltage, status)


def _lanes(metered: Metered, steps: Ints) -> Block:
    """Targets of steps as lanes, ``(n_blocks, n_groups, 2, LANES)``."""
    target = metered.target[:, steps].transpose(1, 0, 2)
    return np.stack([target.real, target.imag], axis=2)


def _fixed_part(injections: Injections, metered: Metered, steps: Ints) -> Block:
    """What in each network is not scaled (generation, storages), as a first guess of its part in the reading."""
    no_load = np.zeros((len(steps), injections.n_groups, 2, steps.shape[1]))
    power = injections.power(steps, no_load)
    for block in range(len(steps)):
        sums = np.add.reduceat(power[block, injections.group_bus], injections.first_of_group, axis=0)
        no_load[block] = sums
    return no_load


def _at_meters(metered: Metered, voltage: Block) -> Block:
    """Import at each network's meters, pu."""
    through = metered.meters.power(voltage) * metered.import_sign[:, None, None]
    total = np.zeros((len(voltage), len(metered.names), 2, voltage.shape[3]))
    for block in range(len(voltage)):
        np.add.at(total[block], metered.group_of_meter, through[block])
    return total


def _clipped(net_load: Block) -> Block:
    """Net loads without negative active power."""
    out = net_load.copy()
    out[:, :, 0] = np.maximum(out[:, :, 0], 0.0)
    return out
