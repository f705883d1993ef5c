"""The order of a radial island's buses: depth first from its source, each after its parent."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


def depth_first(
    indptr: npt.NDArray[np.int32], indices: npt.NDArray[np.int32], root: int, n: int
) -> tuple[Ints, Ints] | None:
    """Buses in depth-first order from ``root`` and the position of each one's parent; None if there is a loop.

    ``indptr``/``indices`` are the adjacency of distinct neighbours in compressed rows, ``n`` the island's size.
    """
    order = np.empty(n, dtype=np.int64)
    parent = np.empty(n, dtype=np.int64)
    seen: set[int] = set()
    count = 0
    stack = [(root, -1)]
    while stack:
        bus, above = stack.pop()
        if bus in seen:
            return None
        seen.add(bus)
        order[count], parent[count] = bus, above
        came_from = order[above] if above >= 0 else -1
        for other in indices[indptr[bus] : indptr[bus + 1]].tolist():
            if other == came_from:
                continue
            if other in seen:
                return None
            stack.append((other, count))
        count += 1
    return order, parent
