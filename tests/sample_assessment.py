"""Assessed requests written by hand, complete and as they come out of the program, for whatever shows or sends one."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from functools import cache
from typing import Literal, get_args

import numpy as np
import pandas as pd
from sample_options import (
    APPLIED,
    SINGLE_FLOOR_V,
    WORST,
    additional_option,
    at_limit,
    dedicated_option,
    finding_of,
    larger_option,
    lv_node_option,
    neighbour_option,
    option_of,
    rejected_options,
    request_of,
    tee_option,
    tee_works,
)
from sample_places import (
    SECOND,
    UNPLACED,
    UNPLACED_LARGER,
    places_of,
)

from capacity.tables._schema import conform
from capacity.tables.assessment import Assessment, Basis, Option, Request, StagedOffer, Verdict
from capacity.tables.connection import Binding, PhaseFinding, Room
from capacity.tables.node_profile import NODE_PROFILE
from capacity.tables.places import PlaceRequest
from capacity.tables.words import Word
from capacity.tables.works import Work
from capacity.works import project_row

Variant = Literal["plain", "staged", "unknown", "no_coordinates", "dual", "single_phase", "none"]
VARIANTS: tuple[Variant, ...] = get_args(Variant)
"""``plain``: yes, six options that will do and two that will not; ``staged``: power now, at hours and later (P16);
``unknown``: too little is known; ``no_coordinates``: asked at a node without any; ``dual``: two feeders;
``single_phase``: a resident; ``none``: nothing will do before a project."""


@cache
def sample_assessment(*, variant: Variant = "plain", hours: bool = True) -> Assessment:
    """A complete assessment.

    Parameters
    ----------
    variant : which answer; see ``VARIANTS``.
    hours : whether the staged offer has its table of months and hours (P16).
    """
    made = {
        "plain": _plain, "staged": lambda: _staged(hours), "unknown": _unknown, "no_coordinates": _no_coordinates,
        "dual": _dual, "single_phase": _single_phase, "none": _none,
    }  # fmt: skip
    return made[variant]()


def _plain() -> Assessment:
    request = request_of(60.0)
    options = (
        lv_node_option(request, rank=1),
        larger_option(request, rank=2),
        neighbour_option(request, rank=3),
        additional_option(request, rank=4),
        tee_option(request, rank=5),
        dedicated_option(request, rank=6),
        *rejected_options(request),
    )
    summary = Word(
        "可以接入：60千瓦（63.2千伏安）由低压节点 T0102-M5P2 供电，配变 T0102 最高负载率74.6 %，不超过80 %（P6）。",
        "Yes: 60 kW (63.2 kVA) from LV node T0102-M5P2; transformer T0102 reaches at most 74.6 %, within 80 % (P6).",
    )
    return _assessment(request, options, "yes", summary)


def _staged(hours: bool) -> Assessment:
    request = replace(request_of(150.0), urgent_kw=40.0, energise_on=dt.date(2027, 1, 15), application_id="A2026-00017")
    node = lv_node_option(request, rank=1, verdict="staged", after=104.9, strict=44.2, rated=124.6, voltage=354.1)
    node = replace(
        node,
        reason=Word(
            "配变负载率104.9 % > 100 %（P6），配变 T0102，2025-01-28 19:15；80 %以内可接入44.2千伏安",
            "load rate 104.9 % > 100 % (P6) of transformer T0102 on 2025-01-28 19:15; within 80 % there is room for "
            "44.2 kVA",
        ),
    )
    larger = larger_option(request, rank=2, after=78.3, verdict="yes")
    assert larger.plan is not None
    assert larger.energised is not None
    full = larger.energised
    project = project_row(
        larger.plan,
        larger.cost,
        project_id="P-A2026-00017",
        name="T0102 更换为400千伏安",
        rule="P6",
        area_ids=("A01",),
        released_kva=144.0,
    )
    offer = StagedOffer(
        option_key=node.key, firm_kw=42.0, firm_kva=44.2, firm_binding=at_limit("transformer_loading", "T0102", 80.0),
        meets_urgent=True, hours=_hours(request.kw) if hours else None, full_key=larger.key, full_on=full,
        project=project,
        sentence=Word(
            f"现在可用42千瓦（已满足急需的40千瓦），其余按月按时段使用，全部150千瓦待 T0102 更换为400千伏安配变后"
            f"（{full.earliest}至{full.latest}之间）满足（P16）。",
            f"42 kW now (the 40 kW needed at once are covered), more at certain hours, and the whole 150 kW once T0102 "
            f"is replaced by a transformer of 400 kVA, between {full.earliest} and {full.latest} (P16).",
        ),
    )  # fmt: skip
    summary = Word("分步接入：" + offer.sentence.zh, "In stages: " + offer.sentence.en)
    options = (node, larger, *rejected_options(request))
    return replace(_assessment(request, options, "staged", summary), staged=offer)


def _unknown() -> Assessment:
    request = request_of(60.0)
    blind = Room(math.nan, "insufficient_data", None)
    node, larger = lv_node_option(request, rank=0, verdict="unknown"), larger_option(request, rank=0, verdict="unknown")
    why = Word(
        "配变 T0102 有效读数低于50 %，余量未知，不是0（P1、P11）",
        "transformer T0102 has valid readings for less than 50 % of the window: its room is unknown, which is not 0 "
        "(P1, P11)",
    )
    options = tuple(
        replace(
            one, reason=why, place=Word("余量未知，不排序", "not ranked: its room is unknown"), energised=None,
            cost=None, plan=None, terms=None,
            finding=finding_of(one, blind, blind, math.nan, math.nan, math.nan, steps=0),
        )
        for one in (node, larger)
    )  # fmt: skip
    summary = Word(
        "暂不能答复：该处配变数据不足，能否接入未知，需现场核实。",
        "Not known: the transformer there has too few readings to tell; it has to be looked into on site.",
    )
    remark = Word("配变 T0102 数据完整率31 %", "transformer T0102: coverage of 31 %")
    made = _assessment(request, options, "unknown", summary)
    return replace(made, basis=replace(made.basis, remarks=(*made.basis.remarks, remark)))


def _no_coordinates() -> Assessment:
    request = replace(request_of(60.0), place=PlaceRequest(node_id="T0102-M5P2"))
    options = tuple(
        replace(one, design=replace(one.design, candidate=candidate))
        for one, candidate in (
            (lv_node_option(request, rank=1), UNPLACED),
            (larger_option(request, rank=2), UNPLACED_LARGER),
        )
    )
    summary = Word("可以接入：60千瓦由低压节点 T0102-M5P2 供电。", "Yes: 60 kW from LV node T0102-M5P2.")
    made = _assessment(request, options, "yes", summary, coordinates=False)
    remark = Word("节点无坐标，距离取台账长度", "the node has no coordinates: distances are stated lengths")
    return replace(made, basis=replace(made.basis, remarks=(*made.basis.remarks, remark)))


def _dual() -> Assessment:
    request = Request(
        PlaceRequest(99.203, 25.103, dual_supply=True), 800.0, customer_kind="other", area_class="county",
        category="industrial", shape="industrial", applied_on=APPLIED,
    )  # fmt: skip
    first = tee_option(request, rank=0)
    works = (*tee_works(190.9, "F02-S02", 1000), Work("second_supply"))
    second = option_of(
        request, SECOND, works, "yes", 1, supply="dual", transformer=False, strict=1210.0, rated=1210.0,
        before=math.nan, after=math.nan, voltage=9870.0, floor=9300.0,
        reason=Word("两路线路均可单独承担800千瓦（P9）", "each of the two feeders carries the 800 kW alone (P9)"),
        place=Word("距离最近的一对线路（P15）", "the nearest pair of feeders (P15)"),
        binding=at_limit("section_loading", "F02-S01", 100.0),
    )  # fmt: skip
    assert first.finding is not None
    second = replace(second, second=replace(second.finding or first.finding, strict=Room(2350.0, "ok", None)))
    first = replace(first, place=Word("第一路，单独不成双电源", "the first feeder: alone it is no dual supply"))
    summary = Word(
        "可以接入：800千瓦由 F01、F02 两路10千伏线路供电。", "Yes: 800 kW from the 10 kV feeders F01 and F02."
    )
    return _assessment(request, (second, first), "yes", summary)


def _single_phase() -> Assessment:
    request = replace(request_of(8.0), phases=1, customer_kind="resident", category="residential", shape="residential")
    node = lv_node_option(
        request, rank=1, after=62.4, strict=16.8, rated=16.8, voltage=207.3, floor=SINGLE_FLOOR_V, single_phase=True
    )
    phase = PhaseFinding(
        method="rule", room_kva=16.8, voltage_min_v=207.3, floor_v=SINGLE_FLOOR_V, voltage_at=WORST,
        binding=Binding("voltage_min", "T0102-M5P2", WORST, 197.8, SINGLE_FLOOR_V, "V"), best_phase="",
        basis_zh="相别未知：按全部负荷集中于一相的规则核算（P10）",
        basis_en="the phases are not known: by the rule that the whole load hangs on one phase (P10)",
    )  # fmt: skip
    assert node.finding is not None
    node = replace(node, finding=replace(node.finding, phase=phase))
    other = dedicated_option(request, rank=2, verdict="yes", after=69.0, strict=38.0, rated=82.0)
    assert other.finding is not None
    told = replace(
        phase,
        method="unbalanced",
        best_phase="b",
        room_kva=21.0,
        voltage_min_v=211.9,
        basis_zh="按台账相别不平衡计算",
        basis_en="calculated with the phases as recorded",
    )
    other = replace(other, finding=replace(other.finding, phase=told))
    summary = Word("可以接入：单相8千瓦由低压节点 T0102-M5P2 供电。", "Yes: 8 kW single-phase from LV node T0102-M5P2.")
    return _assessment(request, (node, other), "yes", summary)


def _none() -> Assessment:
    request = request_of(60.0)
    options = tuple(replace(one, verdict="not_before_project") for one in rejected_options(request))
    summary = Word(
        "现有电网不能接入60千瓦，需先实施项目；各方案的受限原因见下。",
        "60 kW cannot be connected to the grid as it is: a project comes first; what limits each option is below.",
    )
    return _assessment(request, options, "not_before_project", summary)


def _hours(asked_kw: float) -> pd.DataFrame:
    """Twelve months of 24 hours: little in winter evenings, everything asked for at night; March unknown."""
    months, hours = (grid.ravel() for grid in np.meshgrid(np.arange(1, 13), np.arange(24), indexing="ij"))
    winter = np.cos((months - 1) / 12 * 2 * np.pi)
    evening = np.exp(-(((hours - 19) / 3.0) ** 2))
    kva = np.clip(158.0 - 25.0 * winter - 88.7 * evening * (0.8 + 0.2 * winter), 44.2, None)
    kva[(months == 3) & (hours == 2)] = np.nan
    known = ~np.isnan(kva)
    frame = pd.DataFrame(
        {
            "month": months, "hour": hours, "allowed_kva": kva,
            "binding_criterion": np.where(known, "transformer_loading", None),
            "binding_element": np.where(known, "T0102", None),
            "binding_at": np.where(known, WORST, pd.NaT),
            "reason": np.where(known, "ok", "solver_failure"),
        }
    )  # fmt: skip
    return conform(frame, NODE_PROFILE).assign(kw=np.minimum(kva * 0.95, asked_kw))


def _assessment(
    request: Request, options: tuple[Option, ...], verdict: Verdict, summary: Word, *, coordinates: bool = True
) -> Assessment:
    basis = Basis(
        case_name="lanxi", title=Word("澜溪县（合成算例）", "Lanxi County (synthetic)"),
        as_of=dt.datetime(2026, 11, 1), policy_name="baoshan-2021", window_from=pd.Timestamp("2025-11-01"),
        window_to=pd.Timestamp("2026-11-01"), step_minutes=15, register_sha256="5f2c" * 16, power_factor=0.95,
        values={
            "connection": 80.0, "transformer_limit_percent": 80.0, "lv_line_limit_percent": 100.0,
            "section_limit_percent": 100.0, "substation_limit_percent": 80.0, "detour_factor": 1.3,
        },
        synthetic=True,
        remarks=(Word("线路相别缺失，三相按平衡计算", "phases of the lines are not recorded: balanced calculation"),),
    )  # fmt: skip
    return Assessment(
        request=request, asked_kva=request.kw / 0.95, area_class="county", basis=basis,
        places=places_of([one.candidate for one in options], coordinates=coordinates), options=options,
        verdict=verdict, summary=summary, staged=None, valid_until=APPLIED + dt.timedelta(days=30),
    )  # fmt: skip
