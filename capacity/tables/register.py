"""What the register of applications hands others: an application, the claim it is accepted on, a frozen snapshot."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from capacity.tables._schema import count, moment, number, table, text
from capacity.tables.inputs.customers import CATEGORIES
from capacity.tables.service import Step
from capacity.tables.words import (
    APPLICATION_STATUS,
    AREA_CLASS,
    CUSTOMER_KIND,
    DUE_STATE,
    SUPPLY,
    Word,
)

SNAPSHOT_HASH = "register"
"""Under this name a run's manifest holds the hash of the snapshot it froze."""

_FACTS = {
    "customer": text("客户", "customer", "Name or number; never leaves the register.", missing="not stated"),
    "customer_kind": text("客户类别", "customer kind", "For P12 and P14.", choices=tuple(CUSTOMER_KIND)),
    "category": text("用电类别", "category", choices=CATEGORIES, missing="not stated"),
    "area_class": text("地区类别", "area class", "For P12.", choices=tuple(AREA_CLASS), missing="not stated"),
    "voltage": text("接入电压", "connected at", choices=("lv", "hv")),
    "supply": text("电源", "supply", choices=tuple(SUPPLY)),
    "p_kw": number("申请容量", "requested power", "kW", above=0.0),
    "urgent_kw": number(
        "急需容量", "urgent power", "kW", "Of the requested power (P16).", missing="no urgent part", above=0.0
    ),
    "power_factor": number("功率因数", "power factor", "1", missing="the case's power factor", above=0.0, at_most=1.0),
    "phases": text("相数", "phases", choices=("1", "3"), missing="unknown"),
    "longitude": number("经度", "longitude", "°", missing="not stated", at_least=-180.0, at_most=180.0),
    "latitude": number("纬度", "latitude", "°", missing="not stated", at_least=-90.0, at_most=90.0),
    "transformer_id": text("配变编号", "transformer id", missing="not assigned"),
    "node_id": text("接入点编号", "node id", missing="LV busbar of the transformer"),
    "feeder_id": text("线路编号", "feeder id", "Of a customer at 10 kV.", missing="not stated"),
    "works_option": text(
        "待建方案",
        "option after works",
        "What it was offered by, where a transformer has first to be replaced or built: kind and id, as "
        "larger_transformer:T1.",
        missing="the grid as it stands",
    ),
    "works_kva": number(
        "待装配变容量",
        "transformer to be put in",
        "kVA",
        "Rating of the transformer that these works bring.",
        missing="the grid as it stands",
        above=0.0,
    ),
    "energise_on": moment("期望送电日期", "requested energisation", missing="not stated"),
    "note": text("备注", "note", missing="nothing"),
}

REGISTER = table(
    "register",
    "用电申请登记册",
    "register of applications",
    "One row per application as it stands in the register.",
    {
        "application_id": text("申请编号", "application id", key=True),
        **_FACTS,
        "status": text("状态", "status", choices=tuple(APPLICATION_STATUS)),
        "received_at": moment("受理时间", "received at", "Stamped, or as an imported file states it."),
        "energised_at": moment("送电时间", "energised at", missing="not energised"),
        "reserved_kw": number("占用容量", "reserved power", "kW", missing="reserves nothing", above=0.0),
        "reserved_kva": number("占用容量（视在）", "reserved apparent power", "kVA", missing="not stated", above=0.0),
        "substation_id": text("变电站编号", "substation id", "Of what it reserves.", missing="reserves nothing"),
        "version": count("版本", "version"),
    },
)

APPLICATION_FILE = table(
    "application_file",
    "用电申请",
    "applications",
    "What an import of applications may hold; exports have the same columns.",
    {
        "application_id": text("申请编号", "application id", key=True),
        **_FACTS,
        "status": text(
            "状态", "status", choices=tuple(APPLICATION_STATUS), missing="received"
        ),
        "received_at": moment("受理时间", "received at", missing="the moment of the import"),
        "energised_at": moment("送电时间", "energised at", missing="not energised"),
        "reserved_kw": number("占用容量", "reserved power", "kW", missing="the requested power", above=0.0),
    },
)  # fmt: skip

DUE = table(
    "due",
    "时限",
    "due",
    "One row per step of an open application that has a time limit (P14), and per offer that runs out.",
    {
        "application_id": text("申请编号", "application id"),
        "step_zh": text("环节", "step (Chinese)"),
        "step_en": text("环节（英文）", "step"),
        "state": text("情况", "state", choices=tuple(DUE_STATE)),
        "due_on": moment("最迟日期", "due on", missing="not known, or not running (see the remark)"),
        "days_left": number("剩余工作日", "working days left", "d", "Negative: overdue.", missing="not known"),
        "remark_zh": text("说明", "remark (Chinese)", missing="nothing"),
        "remark_en": text("说明（英文）", "remark", missing="nothing"),
    },
)

OVER_COMMITTED = table(
    "over_committed",
    "超额承诺",
    "over-committed",
    "Transformers on which more is reserved than their load leaves room for (P7).",
    {
        "rule": text("规则", "rule"),
        "transformer_id": text("配变编号", "transformer id", key=True),
        "area_id": text("网格编号", "area id", missing="outside any area"),
        "reserved_kva": number("已批未投", "reserved", "kVA"),
        "room_kva": number("可用容量", "room", "kVA", "Limit times rating less the highest import; may be negative."),
        "over_kva": number("超出", "over by", "kVA", above=0.0),
        "waiting_kva": number("其中待更换配变", "waits for works", "kVA", "Of what is reserved.", at_least=0.0),
        "at": moment("最大受入时刻", "highest import at", missing="not known"),
        "application_ids": text("申请编号", "applications", "Separated by ';'."),
        "message_zh": text("说明", "message (Chinese)"),
        "message_en": text("说明（英文）", "message"),
    },
)


@dataclass(frozen=True)
class Facts:
    """What an application asks for; the columns of ``REGISTER`` by the same names, None where missing.

    ``works_option`` and ``works_kva`` say together by which works it was offered: the option's key, and the rating of
    the transformer that is put in. Only assessed options and files state them.
    """

    p_kw: float
    customer_kind: str
    category: str | None = None
    area_class: str | None = None
    voltage: str = "lv"
    supply: str = "single"
    urgent_kw: float | None = None
    power_factor: float | None = None
    phases: str | None = None
    longitude: float | None = None
    latitude: float | None = None
    transformer_id: str | None = None
    node_id: str | None = None
    feeder_id: str | None = None
    works_option: str | None = None
    works_kva: float | None = None
    energise_on: dt.date | None = None
    customer: str | None = None
    note: str | None = None


LARGER_TRANSFORMER = "larger_transformer"
"""Kind of an option whose works put a larger transformer in the place of one that stands there."""
WORKS_FIRST = frozenset((LARGER_TRANSFORMER, "additional_transformer"))
"""Kinds of options with public works that have to be done before the customer can be connected at all."""


def works_in_words(works_option: str, works_kva: float) -> Word:
    """The works that an application was offered by."""
    kind, _, target = works_option.partition(":")
    if kind == LARGER_TRANSFORMER:
        return Word(
            f"配变 {target} 更换为 {works_kva:g} kVA", f"transformer {target} replaced by one of {works_kva:g} kVA"
        )
    return Word(
        f"在 {target} 新建 {works_kva:g} kVA 公变", f"a public transformer of {works_kva:g} kVA built at {target}"
    )


ElementType = Literal["transformer", "feeder", "substation"]


@dataclass(frozen=True, order=True)
class ElementVersion:
    """An element whose room applications share, and how often what is reserved on it has changed so far."""

    element_type: ElementType
    element_id: str
    version: int


@dataclass(frozen=True)
class Claim:
    """Why an application may be accepted: a figure, and the state of the register that it was computed on.

    Attributes
    ----------
    application_version : version of the application that was judged.
    reserved_kw, reserved_kva : what accepting reserves (with P16 the firm part alone).
    figure_kva : the room that this was checked against, never less than ``reserved_kva``.
    elements : every transformer, feeder and substation that the figure depends on, with the version it was computed
        on. The acceptance stands only if none of them has moved since.
    verdict : of P6.
    basis_zh, basis_en : what the figure is and where it comes from, in one phrase.
    """

    application_id: str
    application_version: int
    reserved_kw: float
    reserved_kva: float
    figure_kva: float
    elements: tuple[ElementVersion, ...]
    verdict: Literal["yes", "yes_with_project", "staged"] = "yes"
    basis_zh: str = ""
    basis_en: str = ""


@dataclass(frozen=True)
class Refusal:
    """Why an application is not accepted; ``figure_kva`` is NaN where the room is not known."""

    application_id: str
    wanted_kva: float
    figure_kva: float
    sentence_en: str
    sentence_zh: str

    @property
    def missing_kva(self) -> float:
        """By how much the room falls short."""
        return self.wanted_kva - self.figure_kva if not math.isnan(self.figure_kva) else math.nan


@dataclass(frozen=True)
class Stamp:
    """One entry of an application's history; ``at`` is UTC, ``details`` JSON."""

    entry: int
    sequence: int
    event: str
    status: str
    at: dt.datetime
    who: str
    why: str
    details: str = ""


@dataclass(frozen=True)
class Application:
    """An application as the register holds it.

    ``received_at`` is naive local time, as an imported file states it; None: the stamp of its receipt.
    ``stamps`` is its history, oldest first. ``claim`` is what it was accepted on.
    """

    application_id: str
    version: int
    status: str
    facts: Facts
    reserved_kw: float | None
    reserved_kva: float | None
    claim: Claim | None
    received_at: dt.datetime | None
    energised_at: dt.datetime | None
    offer_valid_until: dt.date | None
    stamps: tuple[Stamp, ...] = ()

    def stamped(self, *events: str) -> Stamp | None:
        """The latest entry of any of these events."""
        return next((stamp for stamp in reversed(self.stamps) if stamp.event in events), None)


@dataclass(frozen=True)
class Snapshot:
    """The register at one moment, whole and consistent.

    ``applications`` follows ``REGISTER``, local times, ordered by id. ``sha256`` is of its contents and the versions:
    equal for equal states, whenever they are read.
    """

    register_id: str
    taken_at: dt.datetime
    time_zone: str
    applications: pd.DataFrame
    versions: tuple[ElementVersion, ...]
    sha256: str

    def version(self, element_type: ElementType, element_id: str) -> ElementVersion:
        """The element at the version it has here; 0 where nothing was ever reserved on it."""
        for known in self.versions:
            if (known.element_type, known.element_id) == (element_type, element_id):
                return known
        return ElementVersion(element_type, element_id, 0)


@dataclass(frozen=True)
class WorkCalendar:
    """Working days: the last day of a time limit, and how many days of one are used up; in words where not known.

    ``last_day(start, n)`` is the n-th working day after ``start``; ``days_between(start, end)`` counts the working days
    after ``start`` up to and with ``end``, negative where ``end`` is earlier.
    """

    last_day: Callable[[dt.date, int], dt.date | Word]
    days_between: Callable[[dt.date, dt.date], int | Word]


StepsOf = Callable[[Facts], Sequence[Step]]
"""The steps of P14, with their working days, that an application goes through."""

Compute = Callable[[Application, Snapshot], Claim | Refusal]
"""Judges an application against the register as it stands: outside every transaction, and again when it has moved."""
