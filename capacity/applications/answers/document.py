"""The answer for machines: what ``as_json`` returns, part by part. Version 1.

Units are in the names. ``null`` is never 0: it is unknown or does not apply, and a text beside it says which and why.
Moments are local to the case's time zone and the start of their step. Codes come with their words; a program should
look at the code. Fields may be added within a version, none is renamed, removed or given another meaning.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from capacity.tables.assessment import Verdict
from capacity.tables.connection import RoomReason
from capacity.tables.places import Certainty, PlaceKind, Reason
from capacity.tables.service import Answer, AreaClass, CustomerKind, Supply, Voltage
from capacity.tables.stage_plan import Pace, Stage
from capacity.tables.works import Mark, Part, Payer, Side, Unit

VERSION: Literal[1] = 1
Moment = Annotated[
    str,
    Field(
        pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$",
        description="local time of the case, ISO 8601, start of the step",
    ),
]


class Piece(BaseModel):
    """A part of the document."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Text(Piece):
    """A sentence or a word, in both languages."""

    zh: str
    en: str


class DayRange(Piece):
    """A day; where working days not yet published decide, the range that it is estimated in (P14)."""

    earliest: dt.date
    latest: dt.date
    published: bool = Field(description="false: an estimate, for the calendar of that year is not published")


class Where(Piece):
    """Where the customer is: a point, a node or a transformer, exactly one of them."""

    longitude_deg: float | None = Field(description="EPSG:4326")
    latitude_deg: float | None
    node_id: str | None
    transformer_id: str | None
    dual_supply: bool


class Asked(Piece):
    """The request, with what was taken where it states nothing."""

    application_id: str | None = Field(description="null: not in the register")
    place: Where
    kw: float
    kva: float = Field(description="with the power factor and the demand factor used")
    power_factor: float
    phases: Literal[1, 3]
    customer_kind: CustomerKind
    customer_kind_text: Text
    area_class: AreaClass = Field(description="as used for P12")
    area_class_text: Text
    category: str | None = Field(description="null: not stated, demand factor 1 (P7)")
    shape: str = Field(description="of the load over time")
    energise_on: dt.date | None = Field(description="wanted; null: none stated")
    urgent_kw: float | None = Field(description="of kw, needed at once (P16); null: none stated")
    applied_on: dt.date | None = Field(description="null: the as-of date was taken")


class Limit(Piece):
    """A limit of an element at a moment."""

    criterion: str
    criterion_text: Text
    rule: str
    element_id: str
    new: bool = Field(description="of what would be built")
    at: Moment | None = Field(description="null: nothing was solved")
    value: float | None = Field(description="with the load in question, in unit; null: not worked out")
    limit: float | None
    unit: str
    text: Text


class Room(Piece):
    """The largest load that keeps every limit in every step (P9)."""

    kva: float | None = Field(description="null: unknown, see reason")
    reason: RoomReason
    reason_text: Text | None = Field(description="null where reason is ok")
    binding: Limit | None = Field(description="null: nothing binds below the search's ceiling, or not known")
    next_binding: Limit | None
    next_kva: float | None = Field(description="from which load on next_binding binds; null: nothing does")


class LoadRate(Piece):
    """Highest load rate of the public transformer that would supply the customer (P1, P6)."""

    transformer_id: str | None = Field(description="null: none supplies the customer; NEW and the part: a new one")
    before_percent: float | None
    with_load_percent: float | None
    at: Moment | None
    why_missing: Text | None = Field(description="why a figure here is null: does not apply, or unknown")


class LowestVoltage(Piece):
    """At the customer with the load asked for, against the lower limit of P10."""

    lowest_v: float | None
    floor_v: float | None
    at: Moment | None
    between: Literal["line_to_line", "line_to_neutral"]
    why_missing: Text | None


class Phase(Piece):
    """A single-phase load at the worst phase (P10)."""

    method: Literal["unbalanced", "rule"]
    room_kva: float | None
    lowest_v: float | None
    floor_v: float | None
    at: Moment | None
    binding: Limit | None
    best_phase: Literal["a", "b", "c"] | None = Field(description="null: by rule, the phases are not known")
    basis: Text
    why_missing: Text | None


class Figures(Piece):
    """What the grid can carry there, with everything reserved already connected."""

    asked_kva: float
    within_limit: Room = Field(description="supplying transformer at most at the limit of P6 (80 %)")
    within_rating: Room = Field(description="supplying transformer up to its rating (100 %)")
    load_rate: LoadRate
    voltage: LowestVoltage
    broken: tuple[Limit, ...] = Field(description="limits that the load asked for would break, the first to bind first")
    steps: int = Field(description="steps of the window that decided")
    phase: Phase | None = Field(description="of a single-phase customer")


class Target(Piece):
    """What the customer would be connected to."""

    kind: PlaceKind
    kind_text: Text
    target_id: str
    node_id: str | None
    line_id: str | None
    position_m: float | None = Field(description="where along line_id; null: nothing is teed")
    transformer_id: str | None
    feeder_id: str | None
    substation_id: str | None
    area_id: str | None
    longitude_deg: float | None = Field(description="null: no coordinates")
    latitude_deg: float | None
    pairs_with: str | None = Field(description="key of the first supply that a second feeder goes with")
    other_substation: bool | None
    shared_m: float


class Route(Piece):
    """Metres from the customer to the target; its geometry is in ``map``."""

    straight_m: float | None = Field(description="null: no coordinates")
    route_m: float
    new_m: float
    along_m: float = Field(description="along existing lines")
    certainty: Certainty
    certainty_text: Text


class WorkLine(Piece):
    """Something to be built."""

    kind: str
    text: Text
    type_name: str | None
    size: float | None = Field(description="in size_unit")
    size_unit: str | None
    quantity: float = Field(description="in unit")
    unit: Unit
    side: Side
    serves_all: bool | None = Field(description="serves others too; null: not said")
    element_ids: tuple[str, ...]
    note: Text | None


class Money(Piece):
    """An amount of CNY, the likely one between a low and a high one."""

    low_yuan: float
    likely_yuan: float
    high_yuan: float


class CostLine(Piece):
    """quantity × price × factor = amount."""

    work: Text
    part: Part
    part_text: Text
    quantity: float
    unit: str
    price: Money = Field(description="per unit; of fees, percent of the work's other lines")
    factor: float = Field(description="price year and class of area together")
    amount: Money
    payer: Payer
    includes: Text
    source: str = Field(description="key of sources")
    mark: Mark


class Cost(Piece):
    """What the works cost in CNY of price_year, and who pays (P12, P13)."""

    total: Money
    company: Money
    customer: Money
    open: Money = Field(description="for which the rules do not say who pays: the supply offer does")
    price_year: int
    mark: Mark = Field(description="weakest of the lines")
    lines: tuple[CostLine, ...]
    sources: dict[str, Text]


class ServiceStep(Piece):
    """A step of the company's own (P14)."""

    name: Text
    working_days: int


class RuleText(Piece):
    """A sentence with the rule and clause that it comes from."""

    text: Text
    source: Text


class TermsOf(Piece):
    """Who pays and how long the company's own steps take (P12–P14)."""

    voltage: Voltage
    supply: Supply
    zero_investment: Answer
    zero_investment_text: Text
    boundary: RuleText
    steps: tuple[ServiceStep, ...]
    days_total: int = Field(description="working days of the steps, works outside not included")
    whole_process_days: int | None = Field(description="average, works included; null: none is promised")
    documents: tuple[Text, ...]
    notes: tuple[RuleText, ...]


class PlanStage(Piece):
    """A stage of the works, its first and last working day."""

    stage: Stage
    text: Text
    working_days: int
    start: DayRange
    finish: DayRange


class Slack(Piece):
    """Working days to spare; negative: too late by so many."""

    fewest: int
    most: int
    in_time: bool | None = Field(description="null: hangs on a calendar not yet published")


class Plan(Piece):
    """When the works start and end (P17)."""

    works: tuple[WorkLine, ...]
    today: dt.date
    wanted: dt.date | None = Field(description="null: planned forwards from today")
    stages: tuple[PlanStage, ...]
    working_days: int
    slack: Slack | None
    earliest_energisation: DayRange
    pace: Pace
    mark: Mark
    calendar_until: dt.date
    text: Text


class OptionOf(Piece):
    """One way to connect the customer, judged."""

    key: str
    rank: int = Field(description="1 is the best; 0: it will not do")
    verdict: Verdict
    verdict_text: Text
    reason: Text = Field(description="of the verdict")
    standing: Text = Field(description="why it stands where it stands (P15), or why it is rejected")
    rules: tuple[str, ...] = Field(description="the rules that it rests on")
    target: Target
    route: Route
    allowed_kva: float | None = Field(
        description="the least of figures.within_limit, figures.phase and second: what may be connected; null: unknown"
    )
    figures: Figures | None = Field(description="null: not computed")
    second: Figures | None = Field(description="of the second feeder of a dual supply")
    works: tuple[WorkLine, ...]
    remarks: tuple[Text, ...]
    project: tuple[WorkLine, ...] = Field(description="what a project would bring besides (P6)")
    terms: TermsOf | None = Field(description="null: not worked out")
    cost: Cost | None = Field(description="null: not worked out")
    plan: Plan | None = Field(description="null: no works beyond the connection itself, or not worked out")
    energised: DayRange | None = Field(description="whole power at the earliest; null: not known")


class HourCell(Piece):
    """What may be drawn in all in a month's hour."""

    month: int = Field(ge=1, le=12)
    hour: int = Field(ge=0, le=23, description="from this full hour to the next")
    kw: float | None
    allowed_kva: float | None
    reason: str
    reason_text: Text | None


class ProjectRow(Piece):
    """A project as it would enter the library."""

    project_id: str
    name: str | None
    stage: Stage
    rule: str | None
    element_ids: tuple[str, ...]
    area_ids: tuple[str, ...]
    released_kva: float | None
    cost_yuan: float | None
    commissioning_date: dt.date | None


class Staged(Piece):
    """Some power now, more at certain hours, all of it with a project (P16)."""

    option_key: str
    firm_kw: float | None
    firm_kva: float | None
    firm_binding: Limit | None
    meets_urgent: bool | None = Field(description="null: no urgent part was stated")
    hours: tuple[HourCell, ...] | None = Field(description="288 cells; null: not worked out")
    full_option_key: str | None = Field(description="null: none of the options looked at brings the whole power")
    full_on: DayRange | None
    projects: tuple[ProjectRow, ...]
    text: Text


class Elsewhere(Piece):
    """A place that was looked at and is no option."""

    kind: PlaceKind
    target_id: str
    reason: Reason
    straight_m: float | None
    value_m: float | None = Field(description="null where no distance is the reason")
    limit_m: float | None
    text: Text


class PolicyValue(Piece):
    """A value of the policy that was used."""

    name: str
    value: float
    text: Text


class Grounds(Piece):
    """What the answer rests on."""

    case_name: str
    title: Text
    synthetic: bool = Field(description="the data describe no real grid")
    as_of: Moment
    window_from: Moment
    window_to: Moment = Field(description="exclusive")
    step_minutes: int
    policy_name: str
    policy_values: tuple[PolicyValue, ...]
    register_sha256: str | None = Field(description="of the register's snapshot; null: the case's own applications")
    power_factor: float
    detour_factor: float
    remarks: tuple[Text, ...] = Field(description="what makes the figures weaker than they look")


class Phone(Piece):
    """A telephone number (P21)."""

    name: Text
    number: str


class AnswerDocument(Piece):
    """The answer to one request."""

    schema_version: Literal[1] = VERSION
    request: Asked
    verdict: Verdict
    verdict_text: Text
    summary: Text
    valid_until: dt.date
    best_option: str | None = Field(description="key; null: none will do")
    largest_kva: float | None = Field(
        description="the most any option carries within P6, on the worst phase, by the weaker of two feeders; "
        "null: unknown"
    )
    options: tuple[OptionOf, ...] = Field(description="the ranked ones by rank, then the rejected")
    staged: Staged | None
    elsewhere: tuple[Elsewhere, ...]
    basis: Grounds
    contact: tuple[Phone, ...]
    map: dict[str, Any] = Field(
        description="GeoJSON FeatureCollection, EPSG:4326: role customer, target, new (to be built), existing (along a "
        "line); all but the customer carry option_key, rank and supply (2: second feeder). Without coordinates: none."
    )
