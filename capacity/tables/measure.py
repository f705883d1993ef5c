"""Measures, the needs they are for (P3–P6, P10, P19), and what load flow has verified of them.

Who makes measures and verifies them by load flow and who chooses among them meet here. **Nothing is assumed additive
unless it is stated**: what a set of measures clears is what was verified of exactly that set (:class:`Verified`). Two
verified sets count together only where both state the parts of the feeder that they touch and these are apart. Costs
alone are added: a set costs what its measures cost.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from capacity.tables.network_change import NetworkChange
from capacity.tables.words import Word
from capacity.tables.works import CostEstimate, Work

Rule = Literal["P3", "P4", "P5", "P6", "P10", "P19"]
Origin = Literal["existing", "growth", "connection"]
RULES: tuple[Rule, ...] = ("P3", "P4", "P5", "P6", "P10", "P19")
ORIGINS: tuple[Origin, ...] = ("existing", "growth", "connection")
"""In the order in which costs are laid on them: a newcomer bears only what is needed beyond the rest."""

UNSAID = Word("", "")

MEASURE_KINDS = (
    "rebalance_loads",
    "move_open_point",
    "tap_change",
    "larger_transformer",
    "additional_transformer",
    "stronger_lv_conductor",
    "stronger_mv_conductor",
    "feeder_tie",
    "lv_split",
    "managed_charging",
    "storage",
)
MeasureKind = Literal[
    "rebalance_loads",
    "move_open_point",
    "tap_change",
    "larger_transformer",
    "additional_transformer",
    "stronger_lv_conductor",
    "stronger_mv_conductor",
    "feeder_tie",
    "lv_split",
    "managed_charging",
    "storage",
]


@dataclass(frozen=True)
class Need:
    """A rule that fires, or will fire, where nothing is done.

    Attributes
    ----------
    feeder_id : the feeder that it is to be cleared on.
    area_id : None where it belongs to no area.
    element_id : of P5 the area itself.
    due_on : the day by which it has to be cleared: an existing deficit's is the as-of date, a customer's the day the
        supply is wanted.
    years : every year of the horizon in which the rule fires, ascending; years as in the forecast.
    existing_deficit : it is there today, without any growth and without any new connection.
    application_ids : the connections that cause it; empty where none does.
    value, threshold, unit : the worst value within the horizon and what it is held against; None where the rule counts
        something else.
    alert_ids : the alerts that say so, where there are any.
    evidence : what it rests on, in words.
    """

    need_id: str
    rule: Rule
    feeder_id: str
    area_id: str | None
    element_id: str
    due_on: dt.date
    years: tuple[int, ...]
    existing_deficit: bool
    application_ids: tuple[str, ...] = ()
    value: float | None = None
    threshold: float | None = None
    unit: str = ""
    alert_ids: tuple[str, ...] = ()
    evidence: Word = UNSAID

    @property
    def origin(self) -> Origin:
        """Existing deficits first: what is short today is nobody's connection's fault."""
        if self.existing_deficit:
            return "existing"
        return "connection" if self.application_ids else "growth"

    @property
    def words(self) -> Word:
        """Rule, place and value, as in ``P4 T0901 84.2 % (70 %)``."""
        if self.value is None:
            return Word(f"{self.rule} {self.element_id}", f"{self.rule} at {self.element_id}")
        limit = "" if self.threshold is None else f" {self.threshold:g} {self.unit}".rstrip()
        value = f"{self.value:.4g} {self.unit}".rstrip()
        return Word(
            f"{self.rule} {self.element_id}：{value}" + (f"（门槛{limit}）" if limit else ""),
            f"{self.rule} at {self.element_id}: {value}" + (f" (threshold{limit})" if limit else ""),
        )


@dataclass(frozen=True)
class Measure:
    """Something that could be done on a feeder.

    Attributes
    ----------
    area_ids : areas it changes something for.
    element_ids : elements it works on. Two measures on one element exclude each other, unless a set with both of them
        has been verified.
    changes : what it does to the network.
    cost : None where no price is known: it cannot be compared then, and is not chosen.
    lead_time_working_days : from initiation until supply is on; None: not known.
    released_kva : by how much the simultaneous allowed capacity of its areas (P8) grows if it alone is done; None: not
        known. Not additive.
    node_released_kva : by how much the allowed capacity of an LV node of its areas (P9) grows on average if it alone is
        done; None: not known.
    losses_saved_kwh_per_year : if it alone is done; negative where losses grow; None: not known. Not additive.
    requires : measures that have to be chosen too.
    excludes : measures that cannot be chosen beside it, beyond those on the same element.
    """

    measure_id: str
    feeder_id: str
    kind: MeasureKind
    area_ids: tuple[str, ...]
    element_ids: tuple[str, ...]
    works: tuple[Work, ...]
    changes: tuple[NetworkChange, ...]
    cost: CostEstimate | None
    lead_time_working_days: int | None = None
    released_kva: float | None = None
    node_released_kva: float | None = None
    losses_saved_kwh_per_year: float | None = None
    requires: frozenset[str] = frozenset()
    excludes: frozenset[str] = frozenset()
    note: Word = UNSAID

    @property
    def cost_yuan(self) -> float | None:
        """The likely amount, whoever pays; None where not known."""
        return None if self.cost is None else self.cost.total.likely


@dataclass(frozen=True)
class Cleared:
    """A need with the years in which it no longer holds."""

    need_id: str
    years: tuple[int, ...]


@dataclass(frozen=True)
class Verified:
    """What load flow found with exactly these measures done on the feeder, and nothing else.

    Attributes
    ----------
    clears : the needs that it clears, each with the years; a need that is not named is not cleared.
    creates : violations that were not there without it. P3 is a "may" and no violation.
    touches : the parts of the feeder whose figures it changes (ids of LV networks, of 10 kV sections, as the verifier
        names them). Stating them says: beside sets that touch other parts only, it does what it does alone. Empty: the
        whole feeder.
    released_kva, node_released_kva, losses_saved_kwh_per_year : of the set, as ``Measure`` has them; None: not known.
    solved : False where the load flow gave no answer: nothing is known of the set, and it is not chosen.
    full_year : verified over every step of the year rather than over the critical ones.
    after : measures that are done before these, so that what is said is of all of them together, less what they did.
    """

    feeder_id: str
    measure_ids: frozenset[str]
    clears: tuple[Cleared, ...]
    creates: tuple[Need, ...] = ()
    touches: frozenset[str] = frozenset()
    released_kva: float | None = None
    node_released_kva: float | None = None
    losses_saved_kwh_per_year: float | None = None
    solved: bool = True
    full_year: bool = False
    after: frozenset[str] = frozenset()

    @property
    def harm(self) -> tuple[Need, ...]:
        """The new violations that forbid it."""
        return tuple(need for need in self.creates if need.rule != "P3")

    @property
    def name(self) -> str:
        """Its measures' ids in order, ``M1+M4``."""
        return "+".join(sorted(self.measure_ids))
