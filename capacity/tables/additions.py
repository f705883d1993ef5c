"""What may be added at a bus before a bound breaks: the question other rooms ask the load flow, and its answer (P9)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Addition:
    """Power added at one bus alone.

    Attributes
    ----------
    direction : ``load`` lowers voltages and draws power, ``generation`` raises them and feeds it in.
    kw_per_kva : kW + j kvar per kVA of peak, load positive.
    factor : ``(n_steps)`` in [0, 1], part of the peak in every step of the window.
    ceiling_kva : the search goes no further.
    timestamps : the steps of the window.
    """

    direction: Literal["load", "generation"]
    kw_per_kva: complex
    factor: npt.NDArray[np.float64]
    ceiling_kva: float
    timestamps: pd.DatetimeIndex


@dataclass(frozen=True)
class Bounds:
    """What no step may break, by pandapower index; NaN (or absent) where nothing is bounded.

    Attributes
    ----------
    voltage_pu : by bus: the lower limit for load, the upper one for generation.
    line_percent : by line, of its rated current.
    trafo_percent : of a distribution transformer's rated power, for additions below it.
    substation_kva : by substation_id.
    feeder : by bus: whose MV buses share the allowance of a voltage that is already broken (decision 006).
    epsilon_pu, epsilon_percent : by how much what is already broken elsewhere may be worsened.
    connected_kw : kW + j kvar by bus that is connected in every step besides the load flow's own loads.
    """

    voltage_pu: pd.Series
    line_percent: pd.Series
    trafo_percent: float
    substation_kva: pd.Series
    feeder: pd.Series
    epsilon_pu: float
    epsilon_percent: float
    connected_kw: dict[int, complex] = field(default_factory=dict)


LIMIT_KINDS = (
    "transformer_loading",
    "line_loading",
    "section_loading",
    "substation_loading",
    "voltage",
)
"""Kinds of limits in :class:`Additions`; ``voltage`` is low for load, high for generation."""


@dataclass(frozen=True)
class Additions:
    """The largest addition at every LV bus that hangs below a distribution transformer.

    ``table`` has the pandapower bus as index and the columns ``kva`` (NaN where unknown), ``kind`` (``LIMIT_KINDS``),
    ``table``/``element`` (of what binds: ``bus``, ``line``, ``trafo`` with pandapower's index, or ``substation`` with
    its row), ``step``, the same as ``next_kind``, ``next_table``, ``next_element``, ``next_kva`` (what there would be
    without the binding kind), and ``reason``: ``ok``, ``existing_violation``, ``search_ceiling``, ``solver_failure``
    or ``over_limit`` (the transformer is over its limit already). Buses of meshed islands have no row.
    ``kept`` is what the next search may take up.
    """

    table: pd.DataFrame
    addition: Addition
    kept: object = field(default=None, repr=False, compare=False)
