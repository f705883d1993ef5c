"""Two-ports of what would be built, in per unit, and the sweep's coefficients of a branch from them.

A line is its series impedance: the few metres to a customer have no charging current to speak of. A transformer is
pandapower's T model turned into its equivalent pi, so that building it for real gives the same flow.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from capacity.tables.connection import NewLine, NewTransformer

Reals = npt.NDArray[np.float64]


@dataclass(frozen=True)
class TwoPort:
    """Admittances seen from parent ``p`` and child ``c``, pu: ``I_c = ycc·V_c + ycp·V_p``, ``I_p = ypp·V_p + ypc·V_c``.

    ``limit`` is what the branch may carry, pu power of a transformer; ``row`` its row in the grid, negative for a new
    one.
    """

    ycc: complex
    ycp: complex
    ypp: complex
    ypc: complex
    limit: float
    row: int


def line_impedance(line: NewLine, base_kv: float, sn_mva: float) -> complex:
    """Series impedance of all circuits together, pu."""
    ohm = complex(line.r_ohm_per_km, line.x_ohm_per_km) * line.length_m / 1000.0 / line.circuits
    return ohm / (base_kv**2 / sn_mva)


def line_limit(line: NewLine, base_kv: float, sn_mva: float, percent: float) -> float:
    """Current that a line may carry, pu."""
    return line.max_i_ka * line.circuits * percent / 100.0 / (sn_mva / (math.sqrt(3.0) * base_kv))


def transformer_two_port(
    transformer: NewTransformer, ratio: complex, sn_mva: float, percent: float, row: int, stretch: float = 1.0
) -> TwoPort:
    """A transformer; ``ratio`` is the parent's over the child's voltage without load, pu.

    ``stretch`` is the square of its LV winding's voltage over the nominal voltage of the bus there.
    """
    rated = transformer.rated_kva / 1000.0
    r = transformer.vkr_percent / 100.0
    z = complex(r, math.sqrt(max((transformer.vk_percent / 100.0) ** 2 - r**2, 0.0))) * sn_mva / rated
    iron = transformer.pfe_kw / transformer.rated_kva
    no_load = max(transformer.i0_percent / 100.0, iron)
    y = complex(iron, -math.sqrt(no_load**2 - iron**2)) * rated / sn_mva
    series, across = _pi_of_t(z * stretch, y / stretch)
    own = series + across
    mutual = -series
    size, angle = abs(ratio), cmath.phase(ratio)
    turn = cmath.exp(1j * angle)
    limit = rated * percent / 100.0 / sn_mva
    return TwoPort(own, mutual / (size * turn), own / size**2, mutual / (size * turn.conjugate()), limit, row)


def _pi_of_t(z: complex, y: complex) -> tuple[complex, complex]:
    """Series and shunt admittance (at each end) of the pi that equals a T of two ``z/2`` and ``y`` between them."""
    if y == 0:
        return 1.0 / z, 0j
    around = (z / 2.0) ** 2 + z / y
    return (1.0 / y) / around, (z / 2.0) / around


def ratio_of(unit: TwoPort) -> complex:
    """The ratio of a transformer whose equivalent pi has equal shunts at both ends, as pandapower's have.

    Of the two roots the one that leaves an inductive series impedance: parallel transformers must agree.
    """
    size = cmath.sqrt(unit.ycc / unit.ypp)
    turn = cmath.sqrt(unit.ypc / unit.ycp)
    ratio = abs(size) * turn / abs(turn)
    return ratio if (unit.ycp * ratio).imag > 0.0 else -ratio


def stretch_of(unit: TwoPort, ratio: complex, z_pu: float) -> float:
    """``stretch`` of a transformer, from the size of its short-circuit impedance by its plate, pu."""
    series = -unit.ycp * ratio
    across = unit.ycc - series
    return abs(1.0 / series / (1.0 + 0.5 * across / series)) / z_pu


def coefficients(units: Sequence[TwoPort]) -> tuple[Reals, complex]:
    """Of parallel branches: a, b, d as the sweep's six numbers, and what they add to the parent's shunt, pu."""
    ycc, ycp = sum(one.ycc for one in units), sum(one.ycp for one in units)
    ypp, ypc = sum(one.ypp for one in units), sum(one.ypc for one in units)
    a, b, d = -ycp / ycc, 1.0 / ycc, -ypc / ycc
    return np.array([a.real, a.imag, b.real, b.imag, d.real, d.imag]), ypp - ypc * ycp / ycc


def watched_ends(unit: TwoPort, units: Sequence[TwoPort]) -> Reals:
    """α, β, γ, ε of one of parallel branches, see :mod:`capacity.loadflow.additions.trees`."""
    ycc, ycp = sum(one.ycc for one in units), sum(one.ycp for one in units)
    a, b = -ycp / ycc, 1.0 / ycc
    parts = (unit.ycc * b, -(unit.ycc * a + unit.ycp), -unit.ypc * b, unit.ypp + unit.ypc * a)
    return np.array([number for part in parts for number in (part.real, part.imag)])
