"""A solved year, and the callable with which other rooms ask the load flow a question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class TransformerFlows:
    """Power into each two-winding transformer's terminals, ``(n_trafos, n_steps)``, NaN where a step failed.

    Rows follow ``index`` (pandapower trafo indices). Import is positive: ``p_hv_kw`` flows into the HV terminal,
    ``p_lv_kw`` out of the LV terminal. Values are of all parallel units of a row together.
    """

    index: npt.NDArray[np.int64]
    p_hv_kw: Floats
    q_hv_kvar: Floats
    p_lv_kw: Floats
    q_lv_kvar: Floats


@dataclass(frozen=True)
class HeadFlows:
    """Power leaving a substation busbar into its feeders, or fed into a substation, ``(n_ids, n_steps)``."""

    ids: tuple[str, ...]
    p_kw: Floats
    q_kvar: Floats


@dataclass(frozen=True)
class CrossCheck:
    """The same steps solved by pandapower: largest differences found, and where."""

    steps: tuple[pd.Timestamp, ...]
    delta_voltage_pu: float
    delta_voltage_at: str
    delta_loading_percent: float
    delta_loading_at: str
    solver: str


@dataclass(frozen=True)
class SolvedYear:
    """What a year of load flow leaves behind.

    Attributes
    ----------
    timestamps : the steps, ``n_steps``.
    failed : bool ``(n_islands, n_steps)``: the step did not converge in that island; its results are NaN.
    lines : index pandapower line; ``max_i_ka``, ``max_loading_percent`` (of ``max_i_ka·df·parallel``),
        ``max_loading_at``, ``second_loading_percent``, ``second_loading_at``, ``third_loading_percent``,
        ``third_loading_at`` (the three highest single steps), ``hours_ge_80``, ``longest_run_ge_80_h`` (from the
        policy's ``heavy_percent``), ``hours_ge_100``, ``longest_run_ge_100_h`` (from its ``overload_percent``),
        ``steps_failed``.
        NaN/NaT where never solved or without rating.
    buses : index pandapower bus; ``voltage_min_pu``, ``voltage_min_at``, ``voltage_max_pu``, ``voltage_max_at``.
        NaN where unenergised or never solved.
    engines : by island number: ``radial``, ``pgm`` or ``pandapower``, and why.
    filled_steps : by transformer_id: steps whose missing reading was filled for the simulation.
    unmet : columns ``transformer_id``, ``steps`` (count), ``first_at``, ``why``: metered steps that the simulation
        could not meet.
    """

    timestamps: pd.DatetimeIndex
    failed: npt.NDArray[np.bool_]
    transformers: TransformerFlows
    feeders: HeadFlows
    substations: HeadFlows
    lines: pd.DataFrame
    buses: pd.DataFrame
    engines: dict[int, tuple[str, str]]
    filled_steps: dict[str, int]
    unmet: pd.DataFrame
    crosscheck: CrossCheck | None
    wall_time_s: float


@dataclass(frozen=True)
class Snapshot:
    """Some steps solved with something added: rows are steps, columns follow the index arrays. NaN where failed."""

    steps: npt.NDArray[np.int64]
    failed: npt.NDArray[np.bool_]
    bus_index: npt.NDArray[np.int64]
    voltage_pu: npt.NDArray[np.float64]
    line_index: npt.NDArray[np.int64]
    line_loading_percent: npt.NDArray[np.float64]
    trafo_index: npt.NDArray[np.int64]
    trafo_loading_percent: npt.NDArray[np.float64]
    substation_ids: tuple[str, ...]
    substation_kva: npt.NDArray[np.float64]


class Solver(Protocol):
    """Solves given steps of the year with power added at buses; how it does so is the load flow's business."""

    def __call__(
        self, steps: Sequence[int] | npt.NDArray[np.int64], added_kw: dict[int, complex] | None = None
    ) -> Snapshot:
        """Solve ``steps`` (positions in the window) with ``added_kw`` (kW + j kvar, load positive) by bus index."""
        ...
