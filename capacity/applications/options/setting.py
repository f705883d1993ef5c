"""What designing and working out rest on, all of it handed in: the grid's facts, rules, and other rooms' functions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from capacity.applications.options.choices import OptionChoices
from capacity.tables.assessment import Request
from capacity.tables.catalogue import Catalogue
from capacity.tables.service import AreaClass, Supply, Voltage
from capacity.tables.stage_plan import PlannedDay, StagePlan
from capacity.tables.terms import Terms
from capacity.tables.words import Word
from capacity.tables.works import CostEstimate, Split, Work


@dataclass(frozen=True)
class TransformerFacts:
    """An existing public transformer.

    Attributes
    ----------
    max_load_kva : highest import of the window with everything reserved; NaN unknown.
    """

    transformer_id: str
    rated_kva: float
    max_load_kva: float


@dataclass(frozen=True)
class GridFacts:
    """What a design asks of the grid.

    Attributes
    ----------
    vn_kv : nominal voltage of a node, as the model states it.
    far_end : of a line, the node at its end away from the substation.
    transformer : an existing distribution transformer by id.
    """

    vn_kv: Callable[[str], float]
    far_end: Callable[[str], str]
    transformer: Callable[[str], TransformerFacts]


@dataclass(frozen=True)
class Setting:
    """What every design of one case rests on.

    Attributes
    ----------
    lv_limit_kw : up to which LV connection is made (P12).
    transformer_limit_percent : the 80 % of P6 and P7.
    power_factor : of the case, for requests that state none.
    demand_factor : by customer category (P7).
    """

    catalogue: Catalogue
    choices: OptionChoices
    facts: GridFacts
    lv_limit_kw: float
    transformer_limit_percent: float
    power_factor: float
    demand_factor: Callable[[str | None], float] = lambda category: 1.0


class ProjectRow(Protocol):
    """``works.project_row``."""

    def __call__(
        self,
        plan: StagePlan,
        estimate: CostEstimate | None,
        *,
        project_id: str,
        name: str,
        rule: str,
        area_ids: Sequence[str],
        released_kva: float | None,
    ) -> pd.DataFrame:
        """One row of ``tables.inputs.projects``."""


@dataclass(frozen=True)
class Tools:
    """Other rooms' functions, with the policy, calendar, prices and durations already in them.

    Attributes
    ----------
    terms : kind, area class, kW, day of application, supply, voltage → P12–P14 (``policy.terms_for``).
    cost : works, who pays (None: the company's own project), area class → ``works.cost_of``.
    schedule_back : works, day wanted, first day they can begin on → ``works.schedule_back``.
    schedule_forward : works, first day they can begin on → ``works.schedule_forward``.
    days_later : the n-th working day after a day, before it where n is negative → ``works.days_later``.
    project_row : ``works.project_row``.
    day_in_words : ``works.day_in_words``.
    """

    terms: Callable[[str, AreaClass, float, dt.date, Supply, Voltage], Terms]
    cost: Callable[[Sequence[Work], Split | None, AreaClass], CostEstimate]
    schedule_back: Callable[[Sequence[Work], dt.date, dt.date], StagePlan]
    schedule_forward: Callable[[Sequence[Work], dt.date], StagePlan]
    days_later: Callable[[dt.date, int], PlannedDay]
    project_row: ProjectRow
    day_in_words: Callable[[PlannedDay], Word]


def asked_kva(request: Request, setting: Setting) -> float:
    """Apparent power that a request counts with: kW over its power factor, times its category's demand factor (P7)."""
    return request.kw / power_factor(request, setting) * setting.demand_factor(request.category)


def power_factor(request: Request, setting: Setting) -> float:
    """Of the request, else of the case."""
    return setting.power_factor if request.power_factor is None else request.power_factor
