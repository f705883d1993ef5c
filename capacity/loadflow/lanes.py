"""How steps lie in memory: sixteen at a time, side by side, real and imaginary parts apart.

A block is ``(n_blocks, n_rows, 2, LANES)``: row (bus), part (0 real, 1 imaginary), lane (step). A kernel's inner loop
runs over the lanes of one row, so the processor handles several steps with one instruction.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from capacity.loadflow.kernels import FAILED, spread_last
from capacity.loadflow.vectors import ALIGNMENT, LANES

__all__ = ["FAILED", "LANES", "PADDING", "SOLVED", "Block", "pack", "padded", "room", "start_after", "unpack"]

SOLVED: Final = 0
PADDING: Final = 2

Block = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]
Ints = npt.NDArray[np.int64]


def room(*shape: int) -> Block:
    """An array to be filled that begins on a cache line, where rows of lanes are read and written fastest."""
    size = math.prod(shape)
    raw = np.empty(size + ALIGNMENT // 8)
    first = -raw.ctypes.data % ALIGNMENT // 8
    return raw[first : first + size].reshape(shape)


def start_after(before: Block | None, blocks: int, rows: int) -> Block:
    """Voltages to begin the next blocks with: the last step of those before, in their place where there is room.

    Zeros, which mean no start, where nothing was before.
    """
    if before is not None and len(before) == blocks:
        spread_last(before[-1])
        before[:-1] = before[-1]
        return before
    start = room(blocks, rows, 2, LANES)
    start[:] = 0.0 if before is None else before[-1:, :, :, -1:]
    return start


def pack(values: Complexes) -> Block:
    """Complex ``(n_rows, n_steps)`` as lanes; the last block repeats the last step where it is not full."""
    rows, steps = values.shape
    blocks = -(-steps // LANES)
    column = np.minimum(np.arange(blocks * LANES), steps - 1)
    shaped = values[:, column].reshape(rows, blocks, LANES).transpose(1, 0, 2)
    return np.ascontiguousarray(np.stack([shaped.real, shaped.imag], axis=2))


def unpack(block: Block, steps: int) -> Complexes:
    """Complex ``(n_rows, n_steps)`` of a block."""
    blocks, rows = block.shape[:2]
    values = block[:, :, 0, :] + 1j * block[:, :, 1, :]
    return values.transpose(1, 0, 2).reshape(rows, blocks * LANES)[:, :steps]


def padded(steps: Ints) -> tuple[Ints, npt.NDArray[np.uint8]]:
    """Steps as ``(n_blocks, LANES)``, the last one repeated to fill, and which lanes are only padding."""
    blocks = -(-len(steps) // LANES)
    lane = np.arange(blocks * LANES)
    full = steps[np.minimum(lane, len(steps) - 1)].reshape(blocks, LANES)
    return full, np.where(lane < len(steps), SOLVED, PADDING).astype(np.uint8).reshape(blocks, LANES)
