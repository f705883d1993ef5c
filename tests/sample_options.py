"""Options of sample assessments: figures written by hand, terms, costs and plans made by the rooms that make them."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import pandas as pd
from sample_places import (
    ADDITIONAL,
    DEDICATED,
    FULL_NODE,
    LARGER,
    LV_NODE,
    NEIGHBOUR,
    TEE,
    WEAK_NODE,
)

from capacity.policy import deadline, is_working_day, load_policy, published_days, terms_for
from capacity.tables.assessment import Design, Option, Request, Verdict
from capacity.tables.connection import Binding, Connection, Finding, NewLine, NewTransformer, Room
from capacity.tables.places import Candidate, PlaceRequest
from capacity.tables.stage_plan import PlannedDay, StagePlan, WorkingCalendar
from capacity.tables.words import Word
from capacity.tables.works import Split, Work
from capacity.works import bundled_durations, bundled_prices, cost_of, schedule_back, schedule_forward

APPLIED = dt.date(2026, 11, 2)
WORST = pd.Timestamp("2025-01-28 19:15")
FLOOR_V, SINGLE_FLOOR_V = 353.4, 198.0
_PRICES, _DURATIONS = bundled_prices(), bundled_durations()
_POLICY = load_policy("baoshan-2021")
_CALENDAR = WorkingCalendar(*published_days(), is_working_day)
_DROP = Work("lv_service_drop", variant="cable", size=35, length_m=22.5)
_METER, _MV_METER = Work("metering_lv"), Work("metering_hv")
_LIBRARY = {"source_zh": "设备库", "source_en": "equipment library"}
_CABLE = NewLine("YJLV22-0.6/1-120", 0.4, 22.5, 0.253, 0.07, 0.24, **_LIBRARY)
_MV_CABLE = NewLine(
    "YJV22-8.7/15-70", 10.0, 53.2, 0.268, 0.098, 0.215, source_zh="设备库", source_en="equipment library"
)
_S20_400 = NewTransformer("S20-M-400", 400.0, 4.0, 0.92, 0.29, 0.5, **_LIBRARY)


def request_of(kw: float) -> Request:
    return Request(
        PlaceRequest(99.203, 25.103), kw, customer_kind="small_business", area_class="county", category="commercial",
        shape="commercial", applied_on=APPLIED,
    )  # fmt: skip


def lv_node_option(
    request: Request, rank: int, verdict: Verdict = "yes", after: float = 74.6, strict: float = 82.4,
    rated: float = 140.3, voltage: float = 361.8, floor: float = FLOOR_V, single_phase: bool = False,
) -> Option:  # fmt: skip
    return option_of(
        request,
        LV_NODE,
        (_DROP, _METER),
        verdict,
        rank,
        strict=strict,
        rated=rated,
        before=58.8,
        after=after,
        voltage=voltage,
        floor=floor,
        single_phase=single_phase,
        reason=Word(
            f"配变负载率{after} % ≤ 80 %（P6），电压{voltage} V ≥ {floor} V（P10）",
            f"load rate {after} % ≤ 80 % (P6), voltage {voltage} V ≥ {floor} V (P10)",
        ),
        place=Word("现有公用线路，最近（P15）：路径22.5米", "existing public line, nearest (P15): 22.5 m of route"),
    )


def larger_option(request: Request, rank: int, after: float = 47.0, verdict: Verdict = "yes") -> Option:
    works = (
        Work("transformer_replacement", type_name="S20-M-400", element_ids=("T0102",)),
        Work("lv_dedicated_circuit", element_ids=("T0102",)),
        Work("lv_cable", type_name="YJLV22-0.6/1-120", length_m=110.1, shared=False),
        _METER,
    )
    return option_of(
        request,
        LARGER,
        works,
        verdict,
        rank,
        planned=works[:2],
        strict=176.2,
        rated=256.2,
        before=36.8,
        after=after,
        voltage=369.9,
        replaces="T0102",
        replacement=_S20_400,
        reason=Word(
            f"更换为400千伏安后负载率{after} % ≤ 80 %（P6）",
            f"with 400 kVA in its place the load rate is {after} % ≤ 80 % (P6)",
        ),
        place=Word("须更换配变，费用高于第1位", "needs a transformer replaced: dearer than the first"),
        remarks=(Word("按标准容量取S20-M-400（P7）", "S20-M-400 as the smallest standard rating that keeps P7"),),
    )


def neighbour_option(request: Request, rank: int) -> Option:
    works = (
        Work("lv_dedicated_circuit", element_ids=("T1103",)),
        Work("lv_cable", type_name="YJLV22-0.6/1-120", length_m=342.4, shared=False),
        _METER,
    )
    return option_of(
        request,
        NEIGHBOUR,
        works,
        "yes",
        rank,
        planned=works[:2],
        strict=95.1,
        rated=158.1,
        before=41.4,
        after=72.8,
        voltage=355.6,
        binding=Binding("voltage_min", "NEW service", WORST, 353.3, FLOOR_V, "V", new=True),
        reason=Word(
            "配变 T1103 负载率72.8 % ≤ 80 %（P6），电压355.6 V ≥ 353.4 V（P10）",
            "load rate 72.8 % ≤ 80 % (P6) at transformer T1103, voltage 355.6 V ≥ 353.4 V (P10)",
        ),
        place=Word("路径342.4米，远于第2位", "342.4 m of route: farther than the second"),
    )


def additional_option(request: Request, rank: int) -> Option:
    works = (
        Work("transformer_station", variant="pole", size=200, element_ids=("F03-S02",)),
        Work("mv_cable", type_name="YJV22-8.7/15-70", length_m=158.3, shared=True),
        _METER,
    )
    return option_of(
        request,
        ADDITIONAL,
        works,
        "yes",
        rank,
        planned=works[:2],
        strict=160.0,
        rated=200.0,
        before=0.0,
        after=31.6,
        voltage=388.1,
        transformer_new=replace(_S20_400, type_name="S20-M-200", rated_kva=200.0),
        line=_MV_CABLE,
        reason=Word(
            "新增200千伏安公用配变，负载率31.6 %（P6）",
            "an additional public transformer of 200 kVA reaches 31.6 % (P6)",
        ),
        place=Word("须新建台区，费用高", "needs a new transformer station: dear"),
    )


def tee_works(length_m: float, section: str, kva: float) -> tuple[Work, ...]:
    return (
        Work("mv_tee_switch", element_ids=(section,)),
        Work("mv_cable", type_name="YJV22-8.7/15-70", length_m=length_m, shared=False),
        _MV_METER,
        Work("customer_transformer", variant="box", size=kva),
    )


def tee_option(request: Request, rank: int) -> Option:
    kva = 1000 if request.kw > 400 else 80
    return option_of(
        request,
        TEE,
        tee_works(53.2, "F01-S01", kva),
        "yes",
        rank,
        voltage_level="hv",
        line=_MV_CABLE,
        planned=tee_works(53.2, "F01-S01", kva)[:1],
        strict=1840.0,
        rated=1840.0,
        before=math.nan,
        after=math.nan,
        voltage=9912.0,
        floor=9300.0,
        transformer=False,
        binding=at_limit("section_loading", "F01-S01", 100.0),
        reason=Word("10千伏线路 F01 可再承担1840千伏安（P9）", "10 kV feeder F01 can carry 1,840 kVA more (P9)"),
        place=Word(
            "用户须自建配变（P12：160千瓦及以下优先低压）",
            "needs a transformer of the customer's (P12: up to 160 kW at low voltage first)",
        ),
    )


def dedicated_option(
    request: Request, rank: int, verdict: Verdict = "yes_with_project", after: float = 86.4, strict: float = 31.7,
    rated: float = 89.9,
) -> Option:  # fmt: skip
    works = (
        Work("lv_dedicated_circuit", element_ids=("T0103",)),
        Work("lv_cable", type_name="YJLV22-0.6/1-120", length_m=446.6, shared=False),
        _METER,
    )
    project = (Work("transformer_replacement", type_name="S20-M-400", element_ids=("T0103",)),)
    return option_of(
        request,
        DEDICATED,
        works,
        verdict,
        rank,
        planned=works[:2],
        strict=strict,
        rated=rated,
        before=64.8,
        after=after,
        voltage=354.9,
        project=project if verdict == "yes_with_project" else (),
        binding=at_limit("transformer_loading", "T0103", 80.0),
        reason=Word(
            f"配变 T0103 负载率{after} %（P6：超过80 %须提前立项）",
            f"transformer T0103 reaches {after} % (P6: above 80 % a project is initiated early)",
        ),
        place=Word("须立项，且路径最长（446.6米）", "starts a project, and the longest route (446.6 m)"),
    )


def rejected_options(request: Request) -> tuple[Option, Option]:
    weak = Binding("voltage_min", "T0102-M5P2S2", WORST, 349.0, FLOOR_V, "V")
    full = Binding("line_loading", "T0102-M5L1", pd.Timestamp("2025-01-29 18:45"), 112.3, 100.0, "%")
    nearest = option_of(
        request,
        WEAK_NODE,
        (_DROP, _METER),
        "not_before_project",
        0,
        strict=0.0,
        rated=0.0,
        before=58.8,
        after=74.7,
        voltage=349.0,
        binding=weak,
        broken=(weak,),
        reason_code="existing_violation",
        worked_out=False,
        reason=Word(
            "349 V < 353.4 V（P10），节点 T0102-M5P2S2，2025-01-28 19:15",
            "349 V < 353.4 V (P10) at node T0102-M5P2S2 on 2025-01-28 19:15",
        ),
        place=Word("未采用", "rejected"),
    )
    other = option_of(
        request,
        FULL_NODE,
        (_DROP, _METER),
        "not_before_project",
        0,
        strict=38.9,
        rated=38.9,
        before=58.8,
        after=74.6,
        voltage=356.0,
        binding=full,
        broken=(full,),
        worked_out=False,
        reason=Word(
            "112.3 % > 100 %（P9），低压线路 T0102-M5L1，2025-01-29 18:45",
            "112.3 % > 100 % (P9) of LV line T0102-M5L1 on 2025-01-29 18:45",
        ),
        place=Word("未采用", "rejected"),
    )
    return nearest, other


def option_of(
    request: Request,
    candidate: Candidate,
    works: Sequence[Work],
    verdict: Verdict,
    rank: int,
    *,
    strict: float,
    rated: float,
    before: float,
    after: float,
    voltage: float,
    reason: Word,
    place: Word,
    floor: float = FLOOR_V,
    binding: Binding | None = None,
    broken: tuple[Binding, ...] = (),
    planned: Sequence[Work] = (),
    project: tuple[Work, ...] = (),
    voltage_level: Literal["lv", "hv"] = "lv",
    supply: Literal["single", "dual"] = "single",
    transformer: bool = True,
    worked_out: bool = True,
    reason_code: Any = "ok",
    remarks: tuple[Word, ...] = (),
    single_phase: bool = False,
    replaces: str = "",
    replacement: NewTransformer | None = None,
    transformer_new: NewTransformer | None = None,
    line: NewLine = _CABLE,
) -> Option:
    """An option: figures as given, terms, cost and plan from the rooms that make them."""
    connection = Connection(
        candidate.key, candidate.node_id or f"{candidate.line_id}-end", replace(line, length_m=candidate.route_m),
        transformer_new, None, replaces, replacement, single_phase,
    )  # fmt: skip
    design = Design(candidate, connection, tuple(works), remarks)
    limit = binding or at_limit("transformer_loading", candidate.transformer_id or "NEW transformer", 80.0)
    second = Binding("voltage_min", candidate.node_id or "NEW line", WORST, floor - 0.1, floor, "V")
    made = Option(design, None, verdict, rank, reason, place, project=project)
    finding = finding_of(
        made, Room(strict, reason_code, limit, second, strict + 21.5), Room(rated, reason_code, limit),
        before if transformer else math.nan, after if transformer else math.nan, voltage, floor, broken, asked=request,
    )  # fmt: skip
    if not worked_out:
        return replace(made, finding=finding)
    level: Literal["lv", "hv"] = "hv" if supply == "dual" else voltage_level
    terms = terms_for(_POLICY, request.customer_kind, "county", request.kw, APPLIED, supply, level)
    cost = cost_of(works, _PRICES, split=Split(terms.zero_investment), area_class="county")
    plan = _plan(planned, request) if planned else None
    return replace(
        made, finding=finding, terms=terms, cost=cost, plan=plan, energised=_energised(plan, terms.days_total)
    )


def finding_of(
    option: Option, strict: Room, rated: Room, before: float, after: float, voltage: float, floor: float = FLOOR_V,
    broken: tuple[Binding, ...] = (), asked: Request | None = None, steps: int = 412,
) -> Finding:  # fmt: skip
    return Finding(
        connection=option.design.connection, asked_kva=asked.kw / 0.95 if asked else 60.0 / 0.95, strict=strict,
        rated=rated, load_rate_before_percent=before, load_rate_percent=after,
        load_rate_at=pd.NaT if math.isnan(after) else WORST, voltage_min_v=voltage, voltage_floor_v=floor,
        voltage_at=pd.NaT if math.isnan(voltage) else WORST, broken=broken, steps=steps,
    )  # fmt: skip


def at_limit(criterion: str, element_id: str, limit_percent: float) -> Binding:
    return Binding(criterion, element_id, WORST, limit_percent + 0.1, limit_percent, "%", new=element_id[:3] == "NEW")


def _plan(works: Sequence[Work], request: Request) -> StagePlan:
    if request.energise_on is None:
        return schedule_forward(works, APPLIED, _CALENDAR, _DURATIONS)
    return schedule_back(works, request.energise_on, APPLIED, _CALENDAR, _DURATIONS)


def _energised(plan: StagePlan | None, working_days: int) -> PlannedDay:
    if plan is not None:
        return plan.earliest_energisation
    due: Any = deadline(APPLIED, working_days)
    return PlannedDay(due.day, due.day, True)
