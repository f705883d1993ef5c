"""What an application asks for: every fault at once before the register takes it, and as text for the history."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from capacity.tables.inputs.customers import CATEGORIES
from capacity.tables.issue import Issue
from capacity.tables.register import LARGER_TRANSFORMER, WORKS_FIRST, Claim, ElementVersion, Facts, Refusal
from capacity.tables.words import AREA_CLASS, CATEGORY, CUSTOMER_KIND, LEVEL, PHASES, SUPPLY, Word

_CHOICES: Mapping[str, Mapping[str, Word]] = {
    "customer_kind": CUSTOMER_KIND,
    "category": {code: CATEGORY[code] for code in CATEGORIES},
    "area_class": AREA_CLASS,
    "voltage": {code: LEVEL[code] for code in ("lv", "hv")},
    "supply": SUPPLY,
    "phases": {code: PHASES[code] for code in ("1", "3")},
}
LAST_DAY = dt.date(2199, 12, 31)
"""Later days are slips of the keyboard."""
_OPTIONAL = ("category", "area_class", "phases")


def faults(
    facts: Facts, *, today: dt.date, lv_limit_kw: float | None, application_id: str = "", file: str = ""
) -> tuple[Issue, ...]:
    """Everything that stands against an application, each with its remedy.

    Parameters
    ----------
    today : local day; an energisation requested before it is a fault. ``dt.date.min`` where the past is imported.
    lv_limit_kw : up to which power a customer is connected at low voltage (P12); None leaves that out.
    application_id, file : for the issues.
    """
    ids = (application_id,) if application_id else ()
    return tuple(
        Issue("error", f"register.{code}", "register", column, ids, en, zh, file)
        for code, column, en, zh in _faults(facts, today, lv_limit_kw)
    )


NOWHERE = "register.nowhere"
"""Code of the fault that an application does not say where the customer is."""


def _faults(facts: Facts, today: dt.date, lv_limit_kw: float | None) -> Iterator[tuple[str, str, str, str]]:
    for column, words in _CHOICES.items():
        code = getattr(facts, column)
        if code not in words and not (code is None and column in _OPTIONAL):
            en = ", ".join(f"{known} ({word.en})" for known, word in words.items())
            zh = "、".join(f"{known}（{word.zh}）" for known, word in words.items())
            yield "unknown_code", column, f"'{code}' is not known; use one of: {en}.", f"“{code}”无法识别，可用：{zh}。"
    yield from _power_faults(facts, lv_limit_kw)
    yield from _place_faults(facts)
    yield from _works_faults(facts)
    if facts.energise_on is not None and facts.energise_on < today:
        yield (
            "date_past",
            "energise_on",
            f"the requested energisation {facts.energise_on} lies before today ({today}); give a later day.",
            f"期望送电日期 {facts.energise_on} 早于今天（{today}），请填写之后的日期。",
        )
    if facts.energise_on is not None and facts.energise_on > LAST_DAY:
        yield (
            "date_far",
            "energise_on",
            f"the requested energisation {facts.energise_on} lies too far ahead; correct the year.",
            f"期望送电日期 {facts.energise_on} 过远，请更正年份。",
        )


def _power_faults(facts: Facts, lv_limit_kw: float | None) -> Iterator[tuple[str, str, str, str]]:
    p_kw, urgent_kw, factor = facts.p_kw, facts.urgent_kw, facts.power_factor
    if not (math.isfinite(p_kw) and p_kw > 0.0):
        yield "power", "p_kw", f"the power must be above 0 kW, not {p_kw:g}.", f"申请容量须大于 0 kW，现为 {p_kw:g}。"
    if urgent_kw is not None and not 0.0 < urgent_kw <= p_kw:
        yield (
            "urgent",
            "urgent_kw",
            f"the urgent power must lie above 0 and not above the requested {p_kw:g} kW; it is {urgent_kw:g}.",
            f"急需容量须大于 0 且不超过申请容量 {p_kw:g} kW，现为 {urgent_kw:g}。",
        )
    if factor is not None and not 0.0 < factor <= 1.0:
        yield (
            "power_factor",
            "power_factor",
            f"a power factor lies above 0 and not above 1, not {factor:g}.",
            f"功率因数须大于 0 且不超过 1，现为 {factor:g}。",
        )
    if facts.voltage == "lv" and lv_limit_kw is not None and p_kw > lv_limit_kw:
        yield (
            "lv_limit",
            "p_kw",
            f"{p_kw:g} kW is above the {lv_limit_kw:g} kW connected at low voltage (P12); apply for high voltage (hv).",
            f"{p_kw:g} kW 超过低压接入上限 {lv_limit_kw:g} kW（P12），请改为高压（hv）。",
        )
    if facts.voltage == "lv" and facts.supply == "dual":
        yield (
            "dual_lv",
            "supply",
            "dual supply exists at high voltage only; use single, or hv.",
            "双电源仅适用于高压，请改为单电源或高压。",
        )
    if facts.voltage == "hv" and facts.phases == "1":
        yield (
            "phases_hv",
            "phases",
            "a connection at high voltage has three phases.",
            "高压接入为三相。",
        )


def _place_faults(facts: Facts) -> Iterator[tuple[str, str, str, str]]:
    for column, value, limit, zh in (
        ("longitude", facts.longitude, 180.0, "经度"),
        ("latitude", facts.latitude, 90.0, "纬度"),
    ):
        if value is not None and not abs(value) <= limit:
            yield (
                "place",
                column,
                f"the {column} must lie between -{limit:g} and {limit:g} degrees; it is {value:g}.",
                f"{zh}须在 -{limit:g} 与 {limit:g} 之间，现为 {value:g}。",
            )
    if (facts.longitude is None) != (facts.latitude is None):
        yield (
            "place",
            "longitude",
            "a place needs longitude and latitude; give both or neither.",
            "位置须同时填写经度和纬度，或都不填。",
        )
    if not has_place(facts):
        yield (
            NOWHERE.removeprefix("register."),
            "longitude",
            "nothing says where the customer is; give longitude and latitude, or a transformer, node or feeder.",
            "未说明接入位置：请填写经纬度，或配变、接入点、线路编号。",
        )


def _works_faults(facts: Facts) -> Iterator[tuple[str, str, str, str]]:
    option, kva = facts.works_option, facts.works_kva
    if (option is None) != (kva is None):
        yield (
            "works",
            "works_option",
            "an option after works needs the rating of the transformer that they bring; give both or neither.",
            "待建方案须同时填写待装配变容量，或都不填。",
        )
    if kva is not None and not (math.isfinite(kva) and kva > 0.0):
        yield "works", "works_kva", f"a rating lies above 0 kVA, not {kva:g}.", f"配变容量须大于 0 kVA，现为 {kva:g}。"
    kind, _, target = (option or "").partition(":")
    if option is not None and (kind not in WORKS_FIRST or not target):
        yield (
            "works",
            "works_option",
            f"'{option}' is no option after works; write larger_transformer:ID or additional_transformer:ID.",
            f"“{option}”不是待建方案，请写成 larger_transformer:编号 或 additional_transformer:编号。",
        )
    if kind == LARGER_TRANSFORMER and target != facts.transformer_id:
        yield (
            "works",
            "works_option",
            f"transformer {target} would be replaced, but the customer connects to "
            f"{facts.transformer_id or 'another'}; name one and the same.",
            f"待更换配变为 {target}，而接入配变为 {facts.transformer_id or '其他'}，二者须一致。",
        )


def has_place(facts: Facts) -> bool:
    """Whether an application says where the customer is."""
    return any(value is not None for value in (facts.longitude, facts.transformer_id, facts.node_id, facts.feeder_id))


_NAMES = tuple(field.name for field in dataclasses.fields(Facts))


def as_json(facts: Facts) -> str:
    """The facts as the history keeps them."""
    return _dump({name: _plain(value) for name, value in dataclasses.asdict(facts).items()})


def facts_of_json(content: str) -> Facts:
    """The facts that :func:`as_json` wrote."""
    return facts_of(json.loads(content))


def facts_of(record: Mapping[str, Any]) -> Facts:
    """Facts of a mapping that has them among other things; dates as dates or ISO texts."""
    values: dict[str, Any] = {name: record.get(name) for name in _NAMES}
    day = values["energise_on"]
    values["energise_on"] = dt.date.fromisoformat(day) if isinstance(day, str) else day
    return Facts(**values)


def claim_as_json(claim: Claim) -> str:
    """The claim as register and history keep it."""
    return _dump(dataclasses.asdict(claim))


def claim_of_json(content: str) -> Claim:
    """The claim that :func:`claim_as_json` (or a program that assesses applications) wrote.

    Raises
    ------
    ValueError, TypeError, KeyError
        It is no claim.
    """
    record = json.loads(content)
    elements = tuple(ElementVersion(**one) for one in record.pop("elements"))
    return Claim(**record, elements=elements)


def refusal_as_json(refusal: Refusal) -> str:
    """A refusal as the history keeps it; a figure that is not known is null."""
    record = dataclasses.asdict(refusal)
    return _dump(record | {"figure_kva": None if math.isnan(refusal.figure_kva) else refusal.figure_kva})


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, dt.date) else value


def _dump(record: Mapping[str, object]) -> str:
    return json.dumps(record, ensure_ascii=False, sort_keys=True, allow_nan=False)
