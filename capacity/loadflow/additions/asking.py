"""What is asked of the search, and the loads of the year in the form the kernels want."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from capacity.loadflow.additions.kernels import Demand, Wish
from capacity.loadflow.additions.model import Consumption
from capacity.loadflow.kernels import LANES

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]
Floats = npt.NDArray[np.float32]

TRANSFORMER, LINE, VOLTAGE, SECTION, SUBSTATION, TRUNK_VOLTAGE, ELSEWHERE = range(7)
"""Kinds of limits: the node's own transformer, conductors and voltages; then those of everything beyond its network."""
KINDS = 7
COUNTS = 1e-6
"""Part of its peak from which an addition is there at all."""
PROBES = 24
"""Most probes for one figure."""


@dataclass(frozen=True)
class Ask:
    """An addition: ``unit`` its pu power per kVA of peak (load positive), ``factor`` its part of the peak by step.

    ``sense`` is 1 where it lowers voltages (load), −1 where it raises them (generation).
    """

    unit: complex
    sense: float
    factor: Reals
    ceiling_kva: float

    @property
    def vector(self) -> Reals:
        """The unit as real and imaginary part."""
        return np.array([self.unit.real, self.unit.imag])

    @property
    def toward(self) -> Reals:
        """The unit's direction."""
        return self.vector / abs(self.unit)

    def only(self, steps: Ints) -> Ask:
        """The same at some steps, numbered anew from 0."""
        return replace(self, factor=self.factor[steps])

    def wish(self, tolerance: float, probes: int = PROBES) -> Wish:
        """As the kernels want it."""
        return Wish(self.sense, self.vector, self.toward, self.ceiling_kva, tolerance, probes)


@dataclass(frozen=True)
class Loads:
    """Profiles ``(n_profiles, n_steps)`` and the metered networks' net loads ``(n_groups, 2, n_steps)``, pu."""

    profiles: Reals
    net_load: Floats

    def of(self, consumption: Consumption) -> Demand:
        """A tree's consumption over the year."""
        return consumption.demand(self.profiles, self.net_load)

    def only(self, steps: Ints) -> Loads:
        """The same at some steps, numbered anew from 0: what a task somewhere else is sent."""
        return Loads(np.ascontiguousarray(self.profiles[:, steps]), np.ascontiguousarray(self.net_load[:, :, steps]))

    @staticmethod
    def at(demand: Demand, steps: Ints) -> tuple[Reals, Reals]:
        """Profiles and net loads of one block of steps."""
        return (
            np.ascontiguousarray(demand.profiles[:, steps]),
            np.ascontiguousarray(demand.net_load[:, :, steps], dtype=np.float64),
        )


def whole_blocks(steps: Ints) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Steps as ``(n_blocks, LANES)``, the last one repeated, and which lanes count."""
    blocks = -(-len(steps) // LANES)
    lane = np.arange(blocks * LANES)
    return (
        steps[np.minimum(lane, len(steps) - 1)].reshape(blocks, LANES),
        (lane < len(steps)).reshape(blocks, LANES),
    )


def parts(values: Complexes) -> Reals:
    """Complex ``(…)`` as real and imaginary parts in a second last axis: ``(n, LANES) → (n, 2, LANES)``."""
    return np.ascontiguousarray(np.stack([values.real, values.imag], axis=-2))
