"""What would be built for a customer, as the load flow sees it, and what the grid was found to carry there (P6, P9)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from capacity.tables.works import Mark

RoomReason = Literal[
    "ok",
    "grid_limited",
    "existing_violation",
    "over_limit",
    "search_ceiling",
    "solver_failure",
    "meshed",
    "insufficient_data",
    "dedicated",
    "out_of_service",
    "no_source",
]


@dataclass(frozen=True)
class NewLine:
    """A new line, as one conductor of ``circuits`` side by side.

    Attributes
    ----------
    vn_kv : nominal voltage of what it is built at, as the network's buses state it.
    length_m : along its route.
    r_ohm_per_km, x_ohm_per_km, max_i_ka : of one circuit.
    mark, source_zh, source_en : how sure the parameters are and where they come from.
    """

    type_name: str
    vn_kv: float
    length_m: float
    r_ohm_per_km: float
    x_ohm_per_km: float
    max_i_ka: float
    circuits: int = 1
    mark: Mark = "typical"
    source_zh: str = ""
    source_en: str = ""


@dataclass(frozen=True)
class NewTransformer:
    """A new two-winding transformer at its middle tap, or one in the place of another (which keeps its ratio)."""

    type_name: str
    rated_kva: float
    vk_percent: float
    vkr_percent: float
    pfe_kw: float
    i0_percent: float
    mark: Mark = "typical"
    source_zh: str = ""
    source_en: str = ""


@dataclass(frozen=True)
class Connection:
    """What would be built, from an existing bus to the customer.

    Attributes
    ----------
    key : of the candidate it belongs to; unique in one question.
    node_id : the existing bus that it hangs on. A tee between two nodes hangs on the section's far end, seen from the
        substation: never better than where it is.
    line : from there on, at that bus's voltage; None: the customer is at the bus itself.
    transformer : a new public transformer at the line's end, else None. A customer's own transformer is no part of it:
        the customer is then metered at 10 kV, at the line's end.
    service : the LV line behind the new transformer.
    replaces : the existing transformer that ``replacement`` takes the place of; empty where none is replaced.
    single_phase : the customer's voltage has the single-phase floor (P10).
    """

    key: str
    node_id: str
    line: NewLine | None = None
    transformer: NewTransformer | None = None
    service: NewLine | None = None
    replaces: str = ""
    replacement: NewTransformer | None = None
    single_phase: bool = False


@dataclass(frozen=True)
class Binding:
    """A limit of an element at a moment.

    Attributes
    ----------
    criterion : a code of ``words.CRITERION``.
    element_id : a node, line, transformer or substation; of what would be built ``NEW`` and the part.
    at : start of the step; NaT where nothing was solved.
    value, limit, unit : with the load in question: ``%`` of rating, ``V``, or ``kVA``; NaN where not worked out.
    new : it is a limit of what would be built.
    """

    criterion: str
    element_id: str
    at: pd.Timestamp
    value: float = math.nan
    limit: float = math.nan
    unit: str = ""
    new: bool = False


@dataclass(frozen=True)
class Room:
    """The largest load that keeps every limit in every step (P9).

    Attributes
    ----------
    kva : NaN where unknown, with ``reason``; 0 where a limit is broken already.
    binding : what a slightly larger load breaks first; None where nothing binds below the search's ceiling.
    next_binding, next_kva : of another kind, what would bind next, and from which load on; None and NaN: nothing.
    """

    kva: float
    reason: RoomReason
    binding: Binding | None
    next_binding: Binding | None = None
    next_kva: float = math.nan


@dataclass(frozen=True)
class PhaseFinding:
    """A single-phase load at the worst phase (P10), by unbalanced calculation or by the stated rule.

    Attributes
    ----------
    method : ``unbalanced`` (calculated with the phases as recorded) or ``rule`` (phases unknown, see ``basis``).
    room_kva : largest load on one phase that keeps the limits; NaN unknown.
    voltage_min_v, voltage_at : of the customer's phase with the asked load, against the single-phase floor ``floor_v``.
    binding : what limits ``room_kva``.
    best_phase : the phase with the most room, ``a``, ``b`` or ``c``; empty by rule.
    """

    method: Literal["unbalanced", "rule"]
    room_kva: float
    voltage_min_v: float
    floor_v: float
    voltage_at: pd.Timestamp
    binding: Binding | None
    best_phase: str
    basis_zh: str
    basis_en: str


@dataclass(frozen=True)
class Finding:
    """What the grid can carry at the end of a connection, with everything reserved already connected.

    Attributes
    ----------
    asked_kva : apparent power asked for, at its peak.
    strict : with the supplying transformer at most at P6's 80 % (P9's figure).
    rated : the same with that transformer up to its rating (100 %): what ``yes_with_project`` rests on. Equal to
        ``strict`` where no public transformer supplies the customer.
    load_rate_before_percent, load_rate_percent, load_rate_at : highest load rate of the supplying public transformer
        without and with the load asked for; NaN where there is none, or without a solution.
    voltage_min_v, voltage_floor_v, voltage_at : lowest voltage at the customer with the load asked for, line to line
        (line to neutral for a single-phase customer), against P10.
    broken : limits that the load asked for would break with the transformer up to its rating, by time of day and
        element, the one that binds first coming first; empty where none is.
    steps : how many steps of the window decided.
    phase : for a single-phase customer.
    """

    connection: Connection
    asked_kva: float
    strict: Room
    rated: Room
    load_rate_before_percent: float
    load_rate_percent: float
    load_rate_at: pd.Timestamp
    voltage_min_v: float
    voltage_floor_v: float
    voltage_at: pd.Timestamp
    broken: tuple[Binding, ...] = ()
    steps: int = 0
    phase: PhaseFinding | None = None
