"""The answer to "can I connect here, when, and what does it take?": the request, its options, the offer (P12–P17)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import pandas as pd

from capacity.tables.connection import Binding, Connection, Finding
from capacity.tables.places import Candidate, Candidates, PlaceRequest
from capacity.tables.register import Application, Claim, Refusal, Snapshot
from capacity.tables.service import AreaClass, CustomerKind
from capacity.tables.stage_plan import PlannedDay, StagePlan
from capacity.tables.terms import Terms
from capacity.tables.words import Word
from capacity.tables.works import CostEstimate, Work

Verdict = Literal["yes", "yes_with_project", "staged", "not_before_project", "unknown"]
"""P6, and ``unknown`` where too little is known of the grid there: never a yes, never a no."""


@dataclass(frozen=True)
class Request:
    """What a customer asks for.

    Attributes
    ----------
    kw : real power, at its peak.
    power_factor : lagging; None: the case's.
    phases : 1 or 3.
    area_class : for P12; None: that of the area which the place lies in.
    category : of the customer, for the demand factor (P7); None: not stated, factor 1.
    shape : of the load over time, ``flat`` or a day shape of ``words.SHAPE``.
    energise_on : the day the supply is wanted on.
    urgent_kw : of ``kw``, what is needed at once (P16).
    applied_on : the day of application, which P12 depends on; None: the case's as-of date.
    """

    place: PlaceRequest
    kw: float
    power_factor: float | None = None
    phases: Literal[1, 3] = 3
    customer_kind: CustomerKind = "other"
    area_class: AreaClass | None = None
    category: str | None = None
    shape: str = "flat"
    energise_on: dt.date | None = None
    urgent_kw: float | None = None
    applied_on: dt.date | None = None
    application_id: str = ""


@dataclass(frozen=True)
class Design:
    """A way to connect the customer at one place: what is built, for the load flow and for the estimate.

    ``remarks`` say what was chosen and why (conductor, rating of a transformer), in words.
    """

    candidate: Candidate
    connection: Connection
    works: tuple[Work, ...]
    remarks: tuple[Word, ...] = ()


@dataclass(frozen=True)
class Option:
    """One way to connect the customer, judged.

    Attributes
    ----------
    rank : 1 is the best; 0: it will not do.
    verdict : of P6 for the power asked for.
    reason : why this verdict, with value, limit, element and time: "349 V < 353.4 V (P10) at node N on …".
    place : why it stands where it stands (P15), or why it is rejected.
    second : for dual supply: the second feeder's finding, which has to carry the whole load too.
    terms, cost : who pays what (P12–P14); None where the option was not worked out further.
    plan : the works it needs before the customer can be connected, backwards from the day wanted where one is, else
        forwards from the day of application; None: no works beyond the connection itself, or not worked out.
    energised : when the customer can have the whole power at the earliest.
    project : what else P6 asks for (``yes_with_project``): the works that a project would bring; empty: nothing.
    """

    design: Design
    finding: Finding | None
    verdict: Verdict
    rank: int
    reason: Word
    place: Word
    second: Finding | None = None
    terms: Terms | None = None
    cost: CostEstimate | None = None
    plan: StagePlan | None = None
    energised: PlannedDay | None = None
    project: tuple[Work, ...] = ()

    @property
    def key(self) -> str:
        """Unique in an assessment."""
        return self.design.candidate.key

    @property
    def candidate(self) -> Candidate:
        """Where it is."""
        return self.design.candidate


@dataclass(frozen=True)
class StagedOffer:
    """Some power now, more at certain hours, all of it with a project (P16).

    Attributes
    ----------
    option_key : the option that the first stage is connected at.
    firm_kw, firm_kva : at all hours, now.
    firm_binding : what limits it.
    meets_urgent : whether the firm power covers the urgent part; None where none was stated.
    hours : ``tables.node_profile`` rows with a column ``kw`` beside ``allowed_kva``: what may be drawn in that month's
        hour in all, at most what was asked for; None where it was not worked out.
    full_key : the option whose works bring the whole power; empty where none of those looked at does.
    full_on : when, at the earliest; None where not known.
    project : rows of the case's ``projects`` table, as they would enter the project library.
    """

    option_key: str
    firm_kw: float
    firm_kva: float
    firm_binding: Binding | None
    meets_urgent: bool | None
    hours: pd.DataFrame | None = field(compare=False, repr=False)
    full_key: str
    full_on: PlannedDay | None
    project: pd.DataFrame | None = field(compare=False, repr=False)
    sentence: Word


@dataclass(frozen=True)
class Basis:
    """What an assessment rests on.

    Attributes
    ----------
    register_sha256 : of the register's snapshot; empty: the case's own applications.
    window_from, window_to : steps of the load flow, ``window_to`` exclusive.
    values : the policy's values used, by name.
    remarks : what makes the figures weaker than they look: readings missing, no coordinates, phases unknown.
    """

    case_name: str
    title: Word
    as_of: dt.datetime
    policy_name: str
    window_from: pd.Timestamp
    window_to: pd.Timestamp
    step_minutes: int
    register_sha256: str
    power_factor: float
    values: dict[str, float] = field(hash=False)
    synthetic: bool = False
    remarks: tuple[Word, ...] = ()


@dataclass(frozen=True)
class Assessment:
    """A request with everything found. ``options`` are the ranked ones by rank, then the rejected by distance.

    Attributes
    ----------
    asked_kva : of the request, with the power factor and demand factor used.
    area_class : as used for P12.
    verdict : of the best option. Where public works have to come first: ``staged`` if something can be had until then,
        else ``not_before_project``. Where no option will do: ``unknown`` if one of them is, else the same.
    summary : the answer in one or two sentences.
    valid_until : the offer holds until this day.
    """

    request: Request
    asked_kva: float
    area_class: AreaClass
    basis: Basis
    places: Candidates
    options: tuple[Option, ...]
    verdict: Verdict
    summary: Word
    staged: StagedOffer | None
    valid_until: dt.date

    @property
    def best(self) -> Option | None:
        """The first option, if any will do."""
        return next((one for one in self.options if one.rank == 1), None)

    @property
    def ranked(self) -> tuple[Option, ...]:
        """The options that will do, best first."""
        return tuple(one for one in self.options if one.rank)

    @property
    def rejected(self) -> tuple[Option, ...]:
        """The options that will not."""
        return tuple(one for one in self.options if not one.rank)

    def first_of(self, option: Option) -> Candidate | None:
        """The first supply that a second feeder goes with; None for every other option."""
        looked_at = (*self.places.candidates, *(one.candidate for one in self.options))
        pair = option.candidate.pairs_with
        return next((one for one in looked_at if one.key == pair), None) if pair else None

    @property
    def marks(self) -> dict[str, str]:
        """What every option is called on a map and in its table, by key: its rank, or a letter where it is rejected."""
        letters = [f"{chr(97 + number % 26)}{number // 26 or ''}" for number in range(len(self.rejected))]
        ranked = {one.key: str(one.rank) for one in self.ranked}
        return ranked | {one.key: letter for one, letter in zip(self.rejected, letters, strict=True)}


class Assessor(Protocol):
    """Whatever answers requests about one case: made once, asked often, from several threads."""

    @property
    def basis(self) -> Basis:
        """What its answers rest on at present."""

    def assess(self, request: Request, *, hours: bool = False) -> Assessment:
        """Everything about one request.

        Parameters
        ----------
        hours : also work out what the first stage of a staged offer may draw by month and hour (takes longer).

        Raises
        ------
        RequestError
            It cannot be answered as it stands: every fault at once, in both languages.
        """

    def assess_in_order(self, requests: Sequence[Request]) -> tuple[Assessment | Exception, ...]:
        """Many requests, each seeing what the earlier ones would reserve; a ``RequestError`` in place of an answer."""

    def take_up(self, snapshot: Snapshot) -> None:
        """See the register as of a snapshot from now on."""

    def judge(self, application: Application, snapshot: Snapshot) -> Claim | Refusal:
        """For the register's ``accept_with``: whether it can be accepted, where it stands or after the works by which
        it was offered, and on which figure."""
