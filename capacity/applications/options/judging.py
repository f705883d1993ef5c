"""The verdict of P6 on one option, with its reason in words: value, limit, element, time."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from capacity.applications.options.setting import Setting
from capacity.applications.options.telling import (
    joined,
    limit_in_words,
    load_rate_in_words,
    unknown_in_words,
    voltage_in_words,
)
from capacity.tables.assessment import Design, Option, Request, Verdict
from capacity.tables.connection import Finding, Room
from capacity.tables.words import Word
from capacity.units import rounded_down

ORDER: tuple[Verdict, ...] = ("yes", "yes_with_project", "staged", "unknown", "not_before_project")
"""From the best to the worst: of two supplies the worse one counts."""


@dataclass(frozen=True)
class Firm:
    """What a first stage can have at all hours.

    Attributes
    ----------
    room : ``kva`` is NaN where unknown.
    above_limit : the supplying transformer would run above P6's limit, up to its rating, until the project is done.
    """

    room: Room
    above_limit: bool


def judged(
    design: Design,
    finding: Finding,
    request: Request,
    asked_kva: float,
    setting: Setting,
    second: Finding | None = None,
) -> Option:
    """The option with its verdict and reason; not ranked, not worked out further."""
    verdict, reason = judge(design, finding, request, asked_kva, setting, second)
    return Option(
        design=design, finding=finding, verdict=verdict, rank=0, reason=reason, place=Word("", ""), second=second
    )


def judge(
    design: Design,
    finding: Finding,
    request: Request,
    asked_kva: float,
    setting: Setting,
    second: Finding | None = None,
) -> tuple[Verdict, Word]:
    """The verdict of P6 for the power asked for, and why.

    ``yes`` where it fits with the supplying transformer up to 80 %, ``yes_with_project`` where it does up to its
    rating, ``staged`` where part of it fits (P16), else ``not_before_project``; ``unknown`` where the unknown decides.
    Equal within the exactness of the figures fits. Of two supplies the worse one counts: each carries the whole load.
    """
    verdicts = [_verdict(one, request, asked_kva, setting) for one in (finding, second) if one is not None]
    reasons = [
        _reason(one, verdict, design, request, asked_kva, setting)
        for one, verdict in zip((one for one in (finding, second) if one is not None), verdicts, strict=True)
    ]
    if len(verdicts) == 1:
        return verdicts[0], reasons[0]
    worst = max(verdicts, key=ORDER.index)
    told = [
        Word(f"{which.zh}{reason.zh}", f"{which.en}{reason.en}")
        for which, reason, verdict in zip(_SUPPLIES, reasons, verdicts, strict=True)
        if verdict == worst
    ]
    return worst, Word("".join(one.zh for one in told), " ".join(one.en for one in told))


def strict_room(finding: Finding, asked_kva: float, setting: Setting) -> Room:
    """P9's figure; of a single-phase customer no more than the worst phase has."""
    return _with_phase(finding.strict, finding, asked_kva, setting)


def rated_room(finding: Finding, asked_kva: float, setting: Setting) -> Room:
    """The same with the supplying transformer up to its rating."""
    return _with_phase(finding.rated, finding, asked_kva, setting)


def firm_of(option: Option, request: Request, asked_kva: float, setting: Setting) -> Firm:
    """What a first stage can have at all hours at an option: within P6's limit where that is enough for what is needed
    at once, else up to the transformer's rating (a project follows in any case) [choice]."""
    findings = [one for one in (option.finding, option.second) if one is not None]
    firms = [_firm(one, request, asked_kva, setting) for one in findings]
    if not firms:
        return Firm(Room(math.nan, "insufficient_data", None), above_limit=False)
    unknown = next((one for one in firms if math.isnan(one.room.kva)), None)
    return unknown or min(firms, key=lambda one: one.room.kva)


def needed_at_once_kva(request: Request, asked_kva: float, setting: Setting) -> float:
    """What a first stage has to have at least: the urgent part, else the least power worth one."""
    kw = setting.choices.values.staged_minimum_kw.value if request.urgent_kw is None else request.urgent_kw
    return kw * asked_kva / request.kw


def fits(room: Room, kva: float, setting: Setting) -> bool:
    """Whether a load keeps every limit; equal, within the exactness of the figures, does. Unknown room fits nothing."""
    return room.kva + setting.choices.values.room_tolerance_kva.value >= round(kva, 9)


def _verdict(finding: Finding, request: Request, asked_kva: float, setting: Setting) -> Verdict:
    strict, rated = strict_room(finding, asked_kva, setting), rated_room(finding, asked_kva, setting)
    if fits(strict, asked_kva, setting):
        return "yes"
    if fits(rated, asked_kva, setting) and not math.isnan(strict.kva):
        return "yes_with_project"
    if math.isnan(rated.kva) or (math.isnan(strict.kva) and fits(rated, asked_kva, setting)):
        return "unknown"
    firm = _firm(finding, request, asked_kva, setting)
    needed_kva = needed_at_once_kva(request, asked_kva, setting)
    return "staged" if fits(firm.room, needed_kva, setting) and needed_kva < asked_kva else "not_before_project"


def _firm(finding: Finding, request: Request, asked_kva: float, setting: Setting) -> Firm:
    strict, rated = strict_room(finding, asked_kva, setting), rated_room(finding, asked_kva, setting)
    needed_kva = needed_at_once_kva(request, asked_kva, setting)
    if not fits(strict, needed_kva, setting) and fits(rated, needed_kva, setting):
        return Firm(rated, above_limit=rated.kva > strict.kva)
    return Firm(strict, above_limit=False)


def _with_phase(room: Room, finding: Finding, asked_kva: float, setting: Setting) -> Room:
    phase = finding.phase
    if phase is None or room.kva <= phase.room_kva:
        return room
    if math.isnan(phase.room_kva):  # the three-phase figure settles what does not fit, never what does
        return room if not fits(room, asked_kva, setting) else replace(_UNKNOWN_PHASE, binding=phase.binding)
    if math.isnan(room.kva):
        return room
    return Room(phase.room_kva, room.reason, phase.binding)


_UNKNOWN_PHASE = Room(math.nan, "insufficient_data", None)
_SUPPLIES = (Word("第一路：", "First supply: "), Word("第二路：", "Second supply: "))


def _reason(
    finding: Finding, verdict: Verdict, design: Design, request: Request, asked_kva: float, setting: Setting
) -> Word:
    strict, rated = strict_room(finding, asked_kva, setting), rated_room(finding, asked_kva, setting)
    after = _after_works(design)
    if verdict == "unknown":
        return joined(after, unknown_in_words(rated.reason if math.isnan(rated.kva) else strict.reason))
    limit = setting.transformer_limit_percent
    if verdict == "yes":
        rate = load_rate_in_words(finding, limit, exceeded=False)
        return joined(after, _against_room(asked_kva, strict, fit=True), rate, voltage_in_words(finding), _by(finding))
    if verdict == "yes_with_project":
        rate = load_rate_in_words(finding, limit, exceeded=True)
        project = Word(
            "其他限值均满足，应提前立项（P6）", "every other limit is kept, a project is to be initiated early (P6)"
        )
        return joined(after, rate, project, _against_room(asked_kva, rated, fit=True), _by(finding))
    broken = finding.broken[0] if finding.broken else rated.binding
    limited = limit_in_words(broken) if broken is not None else Word("", "")
    if broken is not None and broken.criterion == "transformer_loading" and not broken.new:
        limited = _as_it_stands(limited, finding)
    if verdict == "staged":
        firm = _firm(finding, request, asked_kva, setting).room
        kw = rounded_down(firm.kva * request.kw / asked_kva, 1)
        part = Word(
            f"不待项目可先供 {kw:g} kW，其余待项目投产（P16）",
            f"{kw:g} kW can be had without a project, the rest after one (P16)",
        )
        return joined(after, limited, part, _by(finding))
    return joined(after, limited, _against_room(asked_kva, rated, fit=False), _by(finding))


def _after_works(design: Design) -> Word:
    if design.connection.replacement is not None:
        name = design.connection.replacement.type_name
        return Word(f"更换为 {name} 后", f"with {name} in its place")
    if design.connection.transformer is not None:
        name = design.connection.transformer.type_name
        return Word(f"新增公变 {name} 后", f"with the additional transformer {name}")
    return Word("", "")


def _as_it_stands(limited: Word, finding: Finding) -> Word:
    if math.isnan(finding.load_rate_before_percent):
        return limited
    now = f"{rounded_down(finding.load_rate_before_percent, 1):.1f}"
    return Word(f"{limited.zh}，不含本申请为 {now} %", f"{limited.en}; {now} % without it, with all that is reserved")


def _by(finding: Finding) -> Word:
    """That a single-phase figure was found by the stated rule, which the finding spells out; else empty."""
    phase = finding.phase
    if phase is None or phase.method != "rule":
        return Word("", "")
    return Word("相别未录全，按保守规则核定（P10）", "by the conservative rule, phases not being recorded (P10)")


def _against_room(asked_kva: float, room: Room, *, fit: bool) -> Word:
    if room.reason == "search_ceiling" and fit:
        most = f"{room.kva:g}"
        return Word(
            f"可用容量至少 {most} kVA（搜索上限，P9）", f"at least {most} kVA can be had (as far as was looked, P9)"
        )
    asked, most = shown_pair(asked_kva, room.kva, fit=fit)
    if fit:
        return Word(f"申请 {asked} kVA ≤ 可用 {most} kVA（P9）", f"{asked} kVA asked for ≤ {most} kVA to be had (P9)")
    return Word(f"可用 {most} kVA < 申请 {asked} kVA（P9）", f"{most} kVA to be had < {asked} kVA asked for (P9)")


def shown_pair(asked_kva: float, room_kva: float, *, fit: bool) -> tuple[str, str]:
    """What is asked for and what there is, with the fewest digits that do not contradict the verdict.

    >>> shown_pair(105.263, 105.27, fit=True), shown_pair(105.24, 105.21, fit=False)
    (('105.26', '105.27'), ('105.24', '105.21'))
    """
    for digits in range(1, 7):
        asked, room = round(asked_kva, digits), rounded_down(room_kva, digits)
        if (asked <= room) if fit else (asked > room):
            return f"{asked:.{digits}f}", f"{room:.{digits}f}"
    return f"{asked_kva:.1f}", f"{asked_kva:.1f}"  # equal within the exactness of the figures
