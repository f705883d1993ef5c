"""Section ``service`` of a policy file: what follows for a customer who asks for a connection (P12–P14)."""

from __future__ import annotations

import datetime as dt
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from capacity.tables.words import CUSTOMER_KIND

CustomerKind = Literal["resident", "small_business", "other"]
AreaClass = Literal["city", "county", "town", "rural"]
Voltage = Literal["lv", "hv"]
Supply = Literal["single", "dual"]
Answer = Literal["yes", "no", "ask"]

WAYS: tuple[tuple[Voltage, Supply], ...] = (("lv", "single"), ("hv", "single"), ("hv", "dual"))
"""The ways to be connected that the rules state time limits for; there is no dual supply at low voltage."""
_NO_SEPARATOR = "^[^;]+$"  # lists of them stand in one cell of a table, separated by semicolons


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Stated(_Frozen):
    """A value with where it comes from: ``clause`` of the plan, or ``choice`` where it is a default of ours."""

    rule: str
    clause: str = Field(default="", description="empty for a choice of ours")
    choice: bool = Field(default=False, description="a default of ours, where the plan is silent")
    text_zh: str
    text_en: str


class LowVoltageLimit(Stated):
    """Up to which power a customer is connected at low voltage (P12)."""

    up_to_kw: float = Field(gt=0)


class ZeroInvestment(Stated):
    """One line of the dated table of P12: who pays nothing for being connected, from when on."""

    customer_kind: CustomerKind
    area_classes: tuple[AreaClass, ...] = Field(min_length=1)
    up_to_kw: float | None = Field(gt=0, description="none: of any size")
    since: dt.date | None = Field(description="first day of application that it holds for; none: no date is stated")

    def covers(self, kind: str, area_class: str, kw: float) -> bool:
        """Whether it speaks of such a customer, on whatever day; ``kw`` exactly at the limit is covered."""
        limit_kept = self.up_to_kw is None or kw <= self.up_to_kw
        return kind == self.customer_kind and area_class in self.area_classes and limit_kept

    def holds_on(self, day: dt.date) -> bool:
        """Whether it holds for an application of that day."""
        return self.since is None or day >= self.since


class Boundary(Stated):
    """Where the company's investment ends (P13), by the answer to zero investment."""

    zero_investment: Answer


class Step(_Frozen):
    """One step of an application with its time limit."""

    name_zh: str = Field(pattern=_NO_SEPARATOR)
    name_en: str = Field(pattern=_NO_SEPARATOR)
    working_days: int = Field(ge=0)


class TimeLimit(Stated):
    """The steps of one way to be connected and their working days, without works (P14)."""

    voltage: Voltage
    supply: Supply
    customer_kinds: tuple[CustomerKind, ...] = Field(min_length=1)
    steps: tuple[Step, ...] = Field(min_length=1)
    total_working_days: int = Field(description="as the plan states it; must be the sum of the steps")

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        total = sum(step.working_days for step in self.steps)
        if total != self.total_working_days:
            raise ValueError(f"the steps add up to {total} working days, not {self.total_working_days}")
        return self


class WholeProcess(Stated):
    """Average working days from application to supply, works included (P14); at low voltage alone."""

    customer_kind: CustomerKind
    zero_investment_only: bool = Field(description="promised to those alone whom P12 covers")
    working_days: int = Field(ge=1)


class Document(_Frozen):
    """A paper that the customer brings."""

    zh: str = Field(pattern=_NO_SEPARATOR)
    en: str = Field(pattern=_NO_SEPARATOR)


class Documents(Stated):
    """The papers usually asked for."""

    voltage: Voltage
    customer_kinds: tuple[CustomerKind, ...] = Field(min_length=1)
    papers: tuple[Document, ...] = Field(min_length=1)


class Caution(Stated):
    """What has to be said beside every answer."""


class ServiceRules(_Frozen):
    """P12–P14 as data. A model that loads answers every question: nothing is missing, nothing stated twice."""

    low_voltage: LowVoltageLimit
    zero_investment: tuple[ZeroInvestment, ...]
    boundaries: tuple[Boundary, ...]
    time_limits: tuple[TimeLimit, ...]
    whole_process: tuple[WholeProcess, ...]
    documents: tuple[Documents, ...]
    dual_supply: Caution = Field(description="what a second supply means for voltage and investment")
    cautions: tuple[Caution, ...]

    @model_validator(mode="after")
    def _answers_every_question(self) -> Self:
        stated: dict[str, list[tuple[str, ...]]] = {
            "boundaries": [(b.zero_investment,) for b in self.boundaries],
            "time_limits": [(t.voltage, t.supply, kind) for t in self.time_limits for kind in t.customer_kinds],
            "documents": [(d.voltage, kind) for d in self.documents for kind in d.customer_kinds],
        }
        needed: dict[str, list[tuple[str, ...]]] = {
            "boundaries": [("yes",), ("no",), ("ask",)],
            "time_limits": [(*way, kind) for way in WAYS for kind in CUSTOMER_KIND],
            "documents": [(voltage, kind) for voltage in ("lv", "hv") for kind in CUSTOMER_KIND],
        }
        faults = []
        for part, keys in needed.items():
            faults += [f"{part}: nothing stated for {', '.join(key)}" for key in keys if key not in stated[part]]
            faults += [f"{part}: not a way to be connected: {', '.join(k)}" for k in stated[part] if k not in keys]
            twice = {key for key in stated[part] if stated[part].count(key) > 1}
            faults += [f"{part}: stated twice for {', '.join(key)}" for key in sorted(twice)]
        kinds = [whole.customer_kind for whole in self.whole_process]
        faults += [
            f"whole_process: stated twice for {kind}" for kind in sorted({k for k in kinds if kinds.count(k) > 1})
        ]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def time_limit(self, voltage: str, supply: str, kind: str) -> TimeLimit:
        """The steps of a way to be connected (one of ``WAYS``)."""
        return next(
            limit
            for limit in self.time_limits
            if (limit.voltage, limit.supply) == (voltage, supply) and kind in limit.customer_kinds
        )

    def boundary(self, zero_investment: str) -> Boundary:
        """Where the company's investment ends."""
        return next(boundary for boundary in self.boundaries if boundary.zero_investment == zero_investment)

    def papers(self, voltage: str, kind: str) -> Documents:
        """What the customer brings."""
        return next(one for one in self.documents if one.voltage == voltage and kind in one.customer_kinds)
