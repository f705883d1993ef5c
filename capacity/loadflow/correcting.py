"""The compiled kernels of the calibration: what is missing at the meters moves the net loads (see ``calibration``)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Block = npt.NDArray[np.float64]
Reals = npt.NDArray[np.float64]

FLAT = 1e-4
"""Relative variance of the squared powers below which no slope is read from them."""
STEEPEST = 0.1
"""Largest slope of the losses, per power at the meters: a line through few steps is not trusted beyond."""


@njit(nogil=True, cache=True)
def begin(wanted: Block, target: Block, mean: Reals, slope: Reals, mean_square: Reals, net_load: Block) -> None:
    """Net loads to begin with: what is wanted less the losses expected at the targets."""
    blocks, groups, _, lanes = wanted.shape
    for block in range(blocks):
        for g in range(groups):
            for k in range(lanes):
                p, q = target[block, g, 0, k], target[block, g, 1, k]
                for part in range(2):
                    lost = mean[g, part] + slope[g, part] * (p * p + q * q - mean_square[g, part])
                    net_load[block, g, part, k] = wanted[block, g, part, k] - lost
                if net_load[block, g, 0, k] < 0.0:
                    net_load[block, g, 0, k] = 0.0


@njit(nogil=True, cache=True)
def correct(target: Block, through: Block, slope: Reals, limit: Reals, net_load: Block, corrected: Block) -> bool:
    """Net loads moved by what is missing at the meters, less the losses that this adds.

    Whether any moved by more than its limit. Loads without a target (NaN) stay.
    """
    blocks, groups, _, lanes = target.shape
    moved = False
    for block in range(blocks):
        for g in range(groups):
            for k in range(lanes):
                tp, tq = target[block, g, 0, k], target[block, g, 1, k]
                mp, mq = through[block, g, 0, k], through[block, g, 1, k]
                more = tp * tp + tq * tq - mp * mp - mq * mq
                for part in range(2):
                    old, missing = net_load[block, g, part, k], target[block, g, part, k] - through[block, g, part, k]
                    new = old + missing - slope[g, part] * more if np.isfinite(missing) else old
                    if part == 0 and new < 0.0:
                        new = 0.0
                    corrected[block, g, part, k] = new
                    moved = moved or abs(new - old) > limit[g]
    return moved


@njit(nogil=True, cache=True)
def fit_losses(square: Reals, lost: Reals) -> tuple[float, float, float]:
    """Mean and slope of the line nearest to losses over squared powers, and the mean square.

    Level where there is nothing to tell a slope.
    """
    count, of_square, of_lost = 0, 0.0, 0.0
    for one in range(len(lost)):
        if np.isfinite(lost[one]):
            count, of_square, of_lost = count + 1, of_square + square[one], of_lost + lost[one]
    if count == 0:
        return 0.0, 0.0, 0.0
    of_square, of_lost = of_square / count, of_lost / count
    spread, together = 0.0, 0.0
    for one in range(len(lost)):
        if np.isfinite(lost[one]):
            away = square[one] - of_square
            spread, together = spread + away * away, together + away * (lost[one] - of_lost)
    if spread <= count * FLAT * of_square * of_square:
        return of_lost, 0.0, of_square
    steepest = STEEPEST / np.sqrt(of_square)
    return of_lost, min(max(together / spread, -steepest), steepest), of_square


@njit(nogil=True, cache=True)
def fit_all(
    wanted: Block,
    target: Block,
    through: Block,
    net_load: Block,
    mean: Reals,
    slope: Reals,
    mean_square: Reals,
) -> None:
    """The lines of all networks: what each one's meters carried beyond what it was to carry without losses."""
    blocks, groups, _, lanes = wanted.shape
    square, lost = np.empty(blocks * lanes), np.empty(blocks * lanes)
    for g in range(groups):
        for part in range(2):
            for block in range(blocks):
                for k in range(lanes):
                    p, q = through[block, g, 0, k], through[block, g, 1, k]
                    missing = target[block, g, part, k] - through[block, g, part, k]
                    square[block * lanes + k] = p * p + q * q
                    lost[block * lanes + k] = wanted[block, g, part, k] - missing - net_load[block, g, part, k]
            mean[g, part], slope[g, part], mean_square[g, part] = fit_losses(square, lost)
