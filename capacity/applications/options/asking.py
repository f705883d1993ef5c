"""What is wrong with a request beside its place: every fault at once, in the reader's words."""

from __future__ import annotations

import datetime as dt
import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from capacity.applications.options.applying import shown_kw
from capacity.applications.options.setting import Setting
from capacity.errors import RequestError
from capacity.tables.assessment import Request
from capacity.tables.words import AREA_CLASS, CATEGORY, CUSTOMER_KIND, SHAPE, Word

_GENERATION = ("rooftop_pv",)
"""Shapes of generation, which are no load."""


@dataclass
class _Faults:
    zh: list[str] = field(default_factory=list)
    en: list[str] = field(default_factory=list)

    def add(self, zh: str, en: str) -> None:
        self.zh.append(zh)
        self.en.append(en)


def check_request(
    request: Request,
    setting: Setting,
    *,
    as_of: dt.date,
    calendar_first: dt.date,
    calendar_last: dt.date,
    at_lv: bool = False,
) -> tuple[Word, ...]:
    """What is to be known about a request that can be answered; places are looked at by ``find_candidates``.

    Parameters
    ----------
    as_of : day that the grid's figures are of.
    calendar_first, calendar_last : of the published working days.
    at_lv : the place asked for is an existing LV node.

    Raises
    ------
    RequestError
        It cannot be answered as it stands: every fault at once, in both languages.
    """
    faults, remarks = _Faults(), list[Word]()
    _check_power(request, setting, at_lv, faults, remarks)
    _check_codes(request, faults)
    _check_days(request, setting, as_of, calendar_first, calendar_last, faults, remarks)
    if faults.en:
        raise RequestError(faults.zh, faults.en)
    return tuple(remarks)


def _check_power(request: Request, setting: Setting, at_lv: bool, faults: _Faults, remarks: list[Word]) -> None:
    values, kw = setting.choices.values, request.kw
    limit = setting.lv_limit_kw
    if not (math.isfinite(kw) and kw > 0.0):
        faults.add(f"申请容量须大于 0 kW，现为 {kw:g}。", f"The power asked for must be above 0 kW, it is {kw:g}.")
    elif kw > values.largest_kw.value:
        most = values.largest_kw.value
        faults.add(
            f"申请 {shown_kw(kw, most)} kW 超出本系统答复范围（至 {most:g} kW），宜以35千伏及以上供电，"
            f"请联系规划部门。",
            f"{shown_kw(kw, most)} kW are beyond what is answered here (up to {most:g} kW): 35 kV and more is usual, "
            f"ask the planning department.",
        )
    elif round(kw, 9) > limit and at_lv:
        faults.add(
            f"低压节点处不能接入 {shown_kw(kw, limit)} kW：低压接入上限为 {limit:g} kW（P12）；"
            f"请按经纬度查询10千伏方案。",
            f"{shown_kw(kw, limit)} kW cannot be connected at a low-voltage node: up to {limit:g} kW are (P12). Ask by "
            f"longitude and latitude for 10 kV.",
        )
    elif round(kw, 9) > limit:
        remarks.append(
            Word(
                f"申请 {shown_kw(kw, limit)} kW 超过低压接入上限 {limit:g} kW，只考虑10千伏方案（P12）。",
                f"{shown_kw(kw, limit)} kW are above the {limit:g} kW of low voltage: 10 kV alone is looked at (P12).",
            )
        )
    _check_urgent(request, faults)
    factor = request.power_factor
    if factor is not None and not (math.isfinite(factor) and 0.0 < factor <= 1.0):
        faults.add(
            f"功率因数须大于 0 且不超过 1，现为 {factor:g}。",
            f"The power factor must be above 0 and at most 1, it is {factor:g}.",
        )
    if request.phases not in (1, 3):
        faults.add(f"相数须为 1 或 3，现为 {request.phases}。", f"The phases must be 1 or 3, not {request.phases}.")
    most = values.single_phase_kw.value
    if request.phases == 1 and math.isfinite(kw) and most < round(kw, 9) <= values.largest_kw.value:
        faults.add(
            f"单相接入最大 {most:g} kW，申请 {shown_kw(kw, most)} kW 须按三相报装。",
            f"Single-phase connections are made up to {most:g} kW: apply for three phases with "
            f"{shown_kw(kw, most)} kW.",
        )
    if request.phases == 1 and request.place.dual_supply:
        faults.add(
            "单相用户不能申请双电源（双电源只在10千伏提供，P14）。",
            "A single-phase customer cannot have dual supply (given at 10 kV alone, P14).",
        )


def _check_urgent(request: Request, faults: _Faults) -> None:
    urgent, kw = request.urgent_kw, request.kw
    if urgent is None:
        return
    if not (math.isfinite(urgent) and urgent > 0.0):
        faults.add(
            f"急需容量须大于 0 kW，现为 {urgent:g}；没有急需部分则不填。",
            f"The urgent power must be above 0 kW, it is {urgent:g}; leave it out where nothing is urgent.",
        )
    elif math.isfinite(kw) and urgent > kw:
        faults.add(
            f"急需容量 {urgent:g} kW 大于申请容量 {kw:g} kW。",
            f"The urgent power of {urgent:g} kW is more than the {kw:g} kW asked for.",
        )


def _check_codes(request: Request, faults: _Faults) -> None:
    shapes = {code: word for code, word in SHAPE.items() if code not in _GENERATION}
    checked: tuple[tuple[str | None, Mapping[str, Word], str, str], ...] = (
        (request.customer_kind, CUSTOMER_KIND, "用户类别", "kind of customer"),
        (request.area_class, AREA_CLASS, "区域类别", "class of area"),
        (request.category, CATEGORY, "用电类别", "category of customer"),
        (request.shape, shapes, "负荷曲线", "shape of the load"),
    )
    for value, known, what_zh, what_en in checked:
        if value is None or value in known:
            continue
        if value in _GENERATION:
            faults.add(
                f"“{value}”是发电曲线，不能用作用电负荷；可用：{'、'.join(known)}。",
                f"'{value}' is a shape of generation, not of a load; there are: {', '.join(known)}.",
            )
            continue
        close = difflib.get_close_matches(str(value), list(known), n=1)
        faults.add(
            f"没有{what_zh}“{value}”{f'，是否指 {close[0]}' if close else ''}；可用："
            f"{'、'.join(f'{code}（{word.zh}）' for code, word in known.items())}。",
            f"There is no {what_en} '{value}'{f'; did you mean {close[0]}' if close else ''}; there are: "
            f"{', '.join(known)}.",
        )


def _check_days(
    request: Request,
    setting: Setting,
    as_of: dt.date,
    calendar_first: dt.date,
    calendar_last: dt.date,
    faults: _Faults,
    remarks: list[Word],
) -> None:
    applied, wanted = request.applied_on or as_of, request.energise_on
    years = int(setting.choices.values.years_ahead.value)
    if applied < calendar_first:
        faults.add(
            f"受理日期 {applied} 早于工作日历起点 {calendar_first}，无法推算时限（P14）。",
            f"The day of application {applied} is before the calendar begins ({calendar_first}): time limits cannot be "
            f"counted (P14).",
        )
    elif applied > _years_on(as_of, years):
        faults.add(
            f"受理日期 {applied} 比数据截止日 {as_of} 晚 {years} 年以上，请核对。",
            f"The day of application {applied} is more than {years} years after the as-of date {as_of}: check it.",
        )
    elif applied > calendar_last:
        remarks.append(_beyond(applied, calendar_last))
    if wanted is None:
        return
    if wanted < as_of:
        faults.add(
            f"期望送电日期 {wanted} 早于数据截止日 {as_of}。",
            f"The day wanted for supply, {wanted}, is before the as-of date {as_of}.",
        )
    if wanted < applied and request.applied_on is not None:
        faults.add(
            f"期望送电日期 {wanted} 早于受理日期 {applied}。",
            f"The day wanted for supply, {wanted}, is before the day of application {applied}.",
        )
    if wanted > _years_on(max(applied, as_of), years):
        faults.add(
            f"期望送电日期 {wanted} 在受理 {years} 年之后，负荷和电网届时无法预计，请届时再报。",
            f"The day wanted for supply, {wanted}, is more than {years} years ahead: neither load nor grid can be "
            f"foretold so far, ask again nearer the day.",
        )
    elif wanted > calendar_last:
        remarks.append(_beyond(wanted, calendar_last))


def _years_on(day: dt.date, years: int) -> dt.date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February, or beyond the year 9999
        return day.replace(year=day.year + years, day=28) if day.year + years <= dt.MAXYEAR else dt.date.max


def _beyond(day: dt.date, calendar_last: dt.date) -> Word:
    return Word(
        f"国务院公布的节假日安排截至 {calendar_last}：{day} 前后的工作日尚未公布，相关日期为估计区间（P14）。",
        f"The official holidays are published up to {calendar_last}: working days about {day} are not yet known, dates "
        f"that hang on them are estimated ranges (P14).",
    )
