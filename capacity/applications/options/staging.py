"""Some power now, more at certain hours, all of it with a project (P16), and the project as the library holds it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from capacity.applications.options.judging import Firm, firm_of, fits, needed_at_once_kva
from capacity.applications.options.setting import Setting, Tools
from capacity.applications.options.telling import limit_in_words
from capacity.applications.options.working_out import begin_on, connected_on, outside_works, ready_by
from capacity.tables.assessment import Option, Request, StagedOffer
from capacity.tables.connection import Room
from capacity.tables.words import CRITERION, PLACE_KIND, Word
from capacity.tables.works import Work
from capacity.units import rounded_down


def staged_offer(
    best: Option,
    full: Option | None,
    request: Request,
    asked_kva: float,
    applied_on: dt.date,
    setting: Setting,
    tools: Tools,
    *,
    hours: pd.DataFrame | None = None,
    project: pd.DataFrame | None = None,
) -> StagedOffer:
    """What can be offered at once at ``best``, and when ``full`` brings the rest (P16).

    Parameters
    ----------
    best : of verdict ``staged``, worked out.
    full : an option that carries the whole power after its works, worked out; None where none of those looked at does.
    hours : ``tables.node_profile`` at ``best``; None where it was not worked out.
    project : rows of the project library, as :func:`project_rows` makes them.
    """
    firm = firm_of(best, request, asked_kva, setting)
    firm_kva = min(firm.room.kva, asked_kva)
    meets = (
        None if request.urgent_kw is None else fits(firm.room, needed_at_once_kva(request, asked_kva, setting), setting)
    )
    firm_kw = rounded_down(firm_kva * request.kw / asked_kva, 1)
    if meets and request.urgent_kw is not None:
        firm_kw = max(firm_kw, request.urgent_kw)  # no figure that contradicts what was found
    table = None if hours is None else hours_in_kw(hours, request.kw, asked_kva, firm_kw)
    full_on = full.energised if full is not None else None
    return StagedOffer(
        option_key=best.key,
        firm_kw=firm_kw,
        firm_kva=firm_kva,
        firm_binding=firm.room.binding,
        meets_urgent=meets,
        hours=table,
        full_key=full.key if full is not None else "",
        full_on=full_on,
        project=project,
        sentence=_told(best, full, firm, firm_kw, meets, table, request, applied_on, tools),
    )


def hours_in_kw(profile: pd.DataFrame, kw: float, asked_kva: float, firm_kw: float) -> pd.DataFrame:
    """``tables.node_profile`` with what may be drawn in that month's hour in all: at most what was asked for, at least
    what is had at all hours, rounded down to tenths; NaN where the room of that hour is not known."""
    drawn = profile["allowed_kva"].to_numpy(dtype=float) * kw / asked_kva
    down = np.floor(np.round(np.minimum(drawn, kw) * 10.0, 8)) / 10.0
    known = np.where(drawn >= kw, kw, np.maximum(down, firm_kw))
    return profile.assign(kw=np.where(np.isnan(drawn), np.nan, known))


def project_rows(
    works: Sequence[Work],
    option: Option,
    rule: str,
    applied_on: dt.date,
    setting: Setting,
    tools: Tools,
    *,
    project_id: str,
    wanted: dt.date | None = None,
) -> pd.DataFrame | None:
    """The project that brings works, as a row of the case's ``projects`` table; None where there are no works.

    Parameters
    ----------
    works : ``option.project`` (P6), or :func:`supporting_works` of the option that brings the whole power (P16).
    wanted : the day that supply is wanted on, to schedule backwards from (P17), less the last step of P14; None:
        forwards. The project begins when the option's own works may: on the working day after the answer.
    """
    if not works:
        return None
    begin = begin_on(option, applied_on, tools)
    if wanted is None:
        plan = tools.schedule_forward(works, begin)
    else:
        plan = tools.schedule_back(works, ready_by(option, wanted, tools), begin)
    area_class = option.cost.area_class if option.cost else "rural"
    estimate = tools.cost(works, None, area_class)  # type: ignore[arg-type]  # an estimate keeps the class as text
    names = "、".join(work.words.zh for work in works)
    return tools.project_row(
        plan,
        estimate,
        project_id=project_id,
        name=names,
        rule=rule,
        area_ids=[option.candidate.area_id] if option.candidate.area_id else [],
        released_kva=released_kva(works, option, setting),
    )


def supporting_works(option: Option) -> tuple[Work, ...]:
    """The works of an option that make the supporting project (配套项目): those that serve everybody, else, where there
    are none, every work outside the connection itself."""
    outside = outside_works(option.design.works)
    return tuple(work for work in outside if work.serves_all) or outside


def released_kva(works: Sequence[Work], option: Option, setting: Setting) -> float | None:
    """By how much the works raise what transformers may carry (k·Sn of P7); None where no transformer is among them."""
    share = setting.transformer_limit_percent / 100.0
    released = 0.0
    for work in works:
        if work.kind == "transformer_station":
            released += share * (work.rated or 0.0)
        elif work.kind == "transformer_replacement":
            present_kva = setting.facts.transformer(option.candidate.transformer_id).rated_kva
            released += share * ((work.rated or 0.0) - present_kva)
    return round(released, 3) if released else None


def _told(
    best: Option,
    full: Option | None,
    firm: Firm,
    firm_kw: float,
    meets: bool | None,
    hours: pd.DataFrame | None,
    request: Request,
    applied_on: dt.date,
    tools: Tools,
) -> Word:
    parts = [
        _firm_told(best, firm, firm_kw, applied_on, tools),
        _urgent_told(meets, request),
        _hours_told(hours, request),
        _full_told(full, request, tools),
    ]
    return Word("".join(part.zh for part in parts), " ".join(part.en for part in parts if part.en))


def _firm_told(best: Option, firm: Firm, firm_kw: float, applied_on: dt.date, tools: Tools) -> Word:
    day = connected_on(best, applied_on, tools)
    on = tools.day_in_words(day) if day is not None else Word("", "")
    limited = _limited_by(firm.room)
    above_zh = "，配变在项目投产前将超过 80 %、不超过额定容量（P6）" if firm.above_limit else ""
    above_en = (
        "; its transformer runs above P6's limit, within its rating, until the project is done"
        if firm.above_limit
        else ""
    )
    from_zh = f"最早{on.zh}起" if on.zh else ""
    from_en = f", beginning {on.en}" if on.en else ""
    return Word(
        f"{from_zh}可先供 {firm_kw:g} kW（全时段）{limited.zh}{above_zh}（P16）。",
        f"{firm_kw:g} kW can be had at all hours{from_en}{limited.en}{above_en} (P16).",
    )


def _limited_by(room: Room) -> Word:
    binding = room.binding
    if binding is None:
        return Word("", "")
    if math.isnan(binding.value):
        criterion = CRITERION.get(binding.criterion, Word(binding.criterion, binding.criterion))
        return Word(
            f"，受{criterion.zh}（{binding.element_id}）限制",
            f", limited by the {criterion.en} of {binding.element_id}",
        )
    told = limit_in_words(binding)
    return Word(f"，更多则 {told.zh}", f"; with more, {told.en}")


def _urgent_told(meets: bool | None, request: Request) -> Word:
    if meets is None or request.urgent_kw is None:
        return Word("", "")
    if meets:
        return Word(f"满足急需的 {request.urgent_kw:g} kW。", f"That covers the urgent {request.urgent_kw:g} kW.")
    return Word(f"不足急需的 {request.urgent_kw:g} kW。", f"That does not cover the urgent {request.urgent_kw:g} kW.")


def _hours_told(hours: pd.DataFrame | None, request: Request) -> Word:
    if hours is None or hours["kw"].notna().sum() == 0:
        return Word("", "")
    known = hours["kw"].dropna()
    whole = int((known >= request.kw).sum())
    return Word(
        f"其余容量可分时使用：{len(known)} 个月时段中有 {whole} 个可用足 {request.kw:g} kW（见分时表）。",
        f"The rest can be had at certain hours: in {whole} of {len(known)} hours of the months all {request.kw:g} kW "
        f"(see the table).",
    )


def _full_told(full: Option | None, request: Request, tools: Tools) -> Word:
    if full is None:
        return Word(
            f"所列方案均不能满足全部 {request.kw:g} kW，须另行规划项目。",
            f"None of the options looked at brings the whole {request.kw:g} kW: a project has to be planned.",
        )
    place = PLACE_KIND[full.candidate.kind]
    if full.energised is None:
        return Word(
            f"全部 {request.kw:g} kW 待“{place.zh}”工程投产后供给。",
            f"All {request.kw:g} kW come with the works '{place.en}'.",
        )
    on = tools.day_in_words(full.energised)
    return Word(
        f"全部 {request.kw:g} kW 待“{place.zh}”工程投产，最早{on.zh}。",
        f"All {request.kw:g} kW come with the works '{place.en}', {on.en} at the earliest.",
    )
