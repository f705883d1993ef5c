"""What of a trunk is worked out once and looked up by every question: its least room, how its networks answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from capacity.loadflow.additions.tasks import NetworkFindings
from capacity.loadflow.additions.trunk import Above, TrunkYear

Reals = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Least:
    """The least room of a trunk's things in the year, each times the voltage it goes by.

    ``slack`` of its networks likewise, by position; ``steepness`` how much faster that goes than their heads' voltages.
    """

    room: Reals
    slack: Reals
    steepness: Reals


def least_room(above: Above, year: TrunkYear, found: dict[int, NetworkFindings], sense: float) -> Least:
    """See :class:`Least`."""
    size, reference = np.abs(year.voltage), above.trunk.tree.reference
    room = [
        (year.room[thing] * (size[reference[thing]] if reference[thing] >= 0 else 1.0)).min()
        for thing in range(len(above.kind))
    ]
    slacks = [found[number].slack for number in above.trunk.networks.tolist()]
    slack = [(one * size[head]).min() for one, head in zip(slacks, above.trunk.heads.tolist(), strict=True)]
    steepness = [above.steepness(position, one, sense) for position, one in enumerate(slacks)]
    return Least(np.array(room), np.array(slack, dtype=np.float64), np.array(steepness))


@dataclass(frozen=True)
class Answers:
    """How a trunk's networks answer to their heads' voltages, ``(n_steps, n_networks)``, where they were looked at.

    Steps come first, so that memory is used for those alone that are known.
    """

    known: Bools
    slope: Complexes
    lowest: Reals

    @classmethod
    def none(cls, n_steps: int, n_networks: int) -> Answers:
        """Nothing is known."""
        shape = (n_steps, n_networks)
        return cls(np.zeros(n_steps, dtype=bool), np.empty(shape, dtype=np.complex128), np.empty(shape))

    def put(self, steps: Ints, above: Above) -> None:
        """Remember some steps."""
        self.slope[steps], self.lowest[steps] = above.slope.T, above.lowest.T
        self.known[steps] = True
