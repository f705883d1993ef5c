"""Requests that cannot be answered: every fault at once, in both languages; and remarks on those that can."""

from __future__ import annotations

import datetime as dt
import math

import pytest
from options_setting import request, setting

from capacity.applications.options import check_request
from capacity.errors import RequestError
from capacity.policy import published_days

FIRST, LAST = published_days()
AS_OF = dt.date(2025, 7, 1)


def check(at_lv: bool = False, **facts):
    kw = facts.pop("kw", 95.0)
    return check_request(
        request(kw, **facts), setting(), as_of=AS_OF, calendar_first=FIRST, calendar_last=LAST, at_lv=at_lv
    )


def faults(**facts) -> tuple[list[str], list[str]]:
    with pytest.raises(RequestError) as caught:
        check(**facts)
    assert len(caught.value.faults_zh) == len(caught.value.faults_en)
    return list(caught.value.faults_zh), list(caught.value.faults_en)


def test_good__says_nothing() -> None:
    assert check(energise_on=dt.date(2025, 9, 1), urgent_kw=95.0, power_factor=1.0) == ()


@pytest.mark.parametrize("kw", [0.0, -5.0, math.nan, math.inf])
def test_power__must_be_above_zero(kw: float) -> None:
    zh, en = faults(kw=kw)
    assert en == [f"The power asked for must be above 0 kW, it is {kw:g}."]
    assert "申请容量须大于 0 kW" in zh[0]


def test_five_megawatts__not_at_a_low_voltage_node() -> None:
    zh, en = faults(kw=5000.0, at_lv=True)
    assert "5000 kW cannot be connected at a low-voltage node: up to 160 kW are (P12)" in en[0]
    assert "低压接入上限为 160 kW" in zh[0]
    (remark,) = check(kw=5000.0)
    assert "10 kV alone is looked at" in remark.en
    assert check(kw=160.0, at_lv=True) == ()
    assert len(faults(kw=160.1, at_lv=True)[0]) == 1


def test_above_what_is_answered_here() -> None:
    assert check(kw=8000.0)
    assert "8001 kW are beyond what is answered here (up to 8000 kW)" in faults(kw=8001.0)[1][0]


def test_everything_at_once() -> None:
    zh, en = faults(
        kw=95.0,
        urgent_kw=96.0,
        power_factor=1.2,
        phases=2,
        customer_kind="smallbusiness",
        area_class="village",
        category="industry",
        shape="rooftop_pv",
        energise_on=dt.date(2025, 6, 30),
        applied_on=dt.date(2025, 7, 2),
    )
    assert len(en) == 9
    assert "more than the 95 kW asked for" in en[0]
    assert "at most 1, it is 1.2" in en[1]
    assert "must be 1 or 3, not 2" in en[2]
    assert "did you mean small_business" in en[3]
    assert "there are: city, county, town, rural" in en[4]
    assert "did you mean industrial" in en[5]
    assert "a shape of generation" in en[6]
    assert "before the as-of date 2025-07-01" in en[7]
    assert "before the day of application 2025-07-02" in en[8]
    assert "早于数据截止日 2025-07-01" in zh[7]


def test_urgent__zero_is_not_nothing() -> None:
    assert "leave it out" in faults(urgent_kw=0.0)[1][0]


def test_single_phase__up_to_its_limit_and_no_dual_supply() -> None:
    assert check(kw=12.0, phases=1) == ()
    assert "up to 12 kW" in faults(kw=12.1, phases=1)[1][0]
    assert "cannot have dual supply" in faults(kw=5.0, phases=1, dual_supply=True)[1][0]


def test_days__beyond_the_published_calendar_are_a_remark() -> None:
    (remark,) = check(energise_on=LAST + dt.timedelta(days=1))
    assert f"published up to {LAST}" in remark.en
    assert "估计区间" in remark.zh
    assert check(energise_on=LAST) == ()


def test_days__too_far_or_nonsense_are_faults() -> None:
    assert "more than 5 years ahead" in faults(energise_on=dt.date(2030, 7, 2))[1][0]
    assert check(energise_on=dt.date(2030, 7, 1))
    assert "before the calendar begins" in faults(applied_on=FIRST - dt.timedelta(days=1))[1][0]
    assert "check it" in faults(applied_on=dt.date(2031, 1, 1))[1][0]
    assert check(applied_on=dt.date(2022, 1, 4)) == ()
