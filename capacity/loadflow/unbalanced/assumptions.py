"""What is taken for granted where a network's data are silent; every value used is named in a finding's basis."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Assumptions:
    """Choices of the single-phase check.

    Attributes
    ----------
    known_percent : share of the single-phase contract capacity whose phase has to be recorded for the unbalanced
        calculation; below it the rule is used.
    unbalance_percent : for the rule: by how much the most loaded phase of any section exceeds the mean of the three,
        besides what single customers of that section cannot help.
    line_z0_ratio : zero- to positive-sequence impedance of four-wire lines whose neutral equals the phase conductor
        (``Z0 = Z1 + 3·Zn``, ``Zn = Z1``).
    dyn_z0_ratio : the same of transformers whose high-voltage side is a delta.
    yyn_vk0_percent : zero-sequence impedance of Yyn0 transformers: a neutral current of 25 % of the rated current
        displaces the neutral by 5 % of the phase voltage.
    tolerance_kva : the room is found to this.
    """

    known_percent: float = 80.0
    unbalance_percent: float = 30.0
    line_z0_ratio: float = 4.0
    dyn_z0_ratio: float = 1.0
    yyn_vk0_percent: float = 60.0
    tolerance_kva: float = 0.05


@dataclass(frozen=True)
class PhaseLimits:
    """What a single-phase load must keep (P6, P9).

    Attributes
    ----------
    transformer_percent : highest phase current of the transformer, of its rated current.
    line_percent : highest phase current of LV conductors, of their rating.
    """

    transformer_percent: float = 80.0
    line_percent: float = 100.0
