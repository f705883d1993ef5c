"""The transformers of the bundled case: rating, highest reading, what hangs below.

The order inside an area is the order of the ids (``T0102`` is the second of ``A01``). Peaks given as two powers are
exact in floating point (7-24-25 and other Pythagorean triples), so that a boundary of a rule is met, not approached.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from capacity.case.synthetic.plan import Conductor, LowVoltagePlan, Peak, StressedMain, TransformerPlan

LV_150 = Conductor("JKLYJ-1", 150)
LV_120 = Conductor("JKLYJ-1", 120)
LV_70 = Conductor("JKLYJ-1", 70)
LV_35 = Conductor("JKLYJ-1", 35)
LV_CABLE = Conductor("YJLV22-0.6/1", 240)

TOWN_LV = LowVoltagePlan(4, 5, 45.0, LV_150)
SMALL_TOWN_LV = LowVoltagePlan(3, 5, 45.0, LV_120)
CABLE_LV = LowVoltagePlan(5, 4, 50.0, LV_CABLE)
VILLAGE_LV = LowVoltagePlan(3, 7, 58.0, LV_120)
HAMLET_LV = LowVoltagePlan(2, 7, 60.0, LV_70)
WORKSHOP_LV = LowVoltagePlan(2, 1, 60.0, LV_CABLE, (1, 1))
ONE_CUSTOMER_LV = replace(WORKSHOP_LV, mains=1)
LOADED_LINE_LV = replace(SMALL_TOWN_LV, stressed=StressedMain(0.5, LV_35, 4, 40.0))
LONG_THREE_PHASE_LV = replace(VILLAGE_LV, stressed=StressedMain(0.42, LV_35, 8, 105.0, "3"))
LONG_SINGLE_PHASE_LV = replace(HAMLET_LV, stressed=StressedMain(0.5, LV_35, 9, 125.0, "1"))

SERIES = ("S20", "S13", "S22", "S11")
Reading = float | tuple[float, float] | Peak


def _peak(reading: Reading, rated_kva: float) -> Peak:
    if isinstance(reading, Peak):
        return reading
    if isinstance(reading, tuple):
        p_kw, q_kvar = reading
        return Peak((p_kw**2 + q_kvar**2) ** 0.5 / rated_kva * 100.0, (float(p_kw), float(q_kvar)))
    return Peak(float(reading))


def _area(
    number: int,
    street: str,
    mix: str,
    lv: LowVoltagePlan,
    tap_pos: int,
    rows: list[tuple[float, Reading] | tuple[float, Reading, dict[str, Any]]],
) -> list[TransformerPlan]:
    """The public transformers of one area; a row's third entry overrides what the area says."""
    area_id = f"A{number:02d}"
    plans = []
    for k, (rated_kva, reading, *more) in enumerate(rows, start=1):
        plan = TransformerPlan(
            transformer_id=f"T{number:02d}{k:02d}",
            name=f"{street}{k}号公变",
            area_id=area_id,
            stop=area_id,
            series=SERIES[(number + k) % len(SERIES)],
            rated_kva=float(rated_kva),
            peak=_peak(reading, rated_kva),
            mix=mix,
            lv=lv,
            tap_pos=tap_pos,
            growth_percent_per_year=2.0 + (number * 7 + k * 3) % 5,
        )
        plans.append(replace(plan, **more[0]) if more else plan)
    return plans


def _dedicated(
    number: int, k: int, name: str, rated_kva: float, percent: float, mix: str, **more: Any
) -> TransformerPlan:
    """A customer's own transformer, metered on the 10 kV side."""
    area_id = f"A{number:02d}"
    plan = TransformerPlan(
        transformer_id=f"D{number:02d}{k:02d}",
        name=name,
        area_id=area_id,
        stop=area_id,
        series="S13",
        rated_kva=rated_kva,
        peak=Peak(percent),
        mix=mix,
        lv=None,
        ownership="dedicated",
        tap_pos=1,
        meter_side="hv",
    )
    return replace(plan, **more)


PHASES = {"phase_currents": True}
PUBLIC = [
    *_area(1, "文昌街", "town", TOWN_LV, 1, [(400, (192, 56), PHASES), (500, 42.3, {"lv": CABLE_LV}), (315, 38.1)]),
    *_area(2, "东门", "town", TOWN_LV, 1, [(400, 49.97), (400, 41.2), (250, 36.4)]),
    *_area(3, "滨河东路", "town", TOWN_LV, 1, [(500, (336, 98), {"lv": CABLE_LV}), (500, 46.0), (400, 44.2)]),
    *_area(4, "西门", "town", TOWN_LV, 1, [(500, 69.98, {"lv": CABLE_LV}), (400, 43.1), (315, 40.5)]),
    *_area(5, "翠湖", "town", SMALL_TOWN_LV, 1, [(200, (72, 21)), (200, (77, 36))]),
    *_area(6, "凤鸣路", "town", SMALL_TOWN_LV, 1, [(200, (72, 21)), (200, 42.75)]),
    *_area(7, "南门市场", "market", CABLE_LV, 1, [(630, 48.4, PHASES), (500, 45.3), (400, 46.1)]),
    *_area(8, "车站", "station", CABLE_LV, 1, [(500, 47.2), (400, 44.0, {"meter_side": "hv"}), (315, 48.3)]),
    *_area(9, "北门", "flats", TOWN_LV, 1, [(400, 96.4, PHASES), (500, 45.4), (400, 40.3, {"mix": "town"})]),
    *_area(10, "教育园", "school", TOWN_LV, 1, [(400, Peak(66.0, short_peak_percent=83.5)), (630, 44.1)]),
    *_area(
        11,
        "新桥",
        "suburb",
        SMALL_TOWN_LV,
        1,
        [(315, 46.2, {"mix": "flats", "lv": LOADED_LINE_LV}), (400, 41.4), (250, 37.0)],
    ),
    *_area(12, "工坊园", "workshops", WORKSHOP_LV, 1, [(250, (96, 28), {"lv": ONE_CUSTOMER_LV}), (315, (144, 42))]),
    *_area(13, "杨柳坝", "village", VILLAGE_LV, 1, [(200, (72, 21)), (200, (72, 21))]),
    *_area(
        14,
        "松坡",
        "village",
        VILLAGE_LV,
        1,
        [(250, 44.3), (200, 38.2, {"valid_from": dt.date(2026, 3, 10)}), (160, 41.0, {"lv": HAMLET_LV})],
    ),
    *_area(15, "核桃坪", "farmhouses", HAMLET_LV, 1, [(100, 42.4), (80, 45.2)]),
    *_area(16, "清水塘", "pumps", VILLAGE_LV, 1, [(200, 46.3), (160, 38.4), (100, 40.0, {"lv": HAMLET_LV})]),
    *_area(17, "茶山", "tea", VILLAGE_LV, 1, [(200, 45.1), (100, 48.0)]),
    *_area(
        18,
        "大水井",
        "village",
        VILLAGE_LV,
        1,
        [(315, 40.2), (250, 42.0), (100, 0.0, {"lv": None, "meter_side": None, "unmodelled": True})],
    ),
    *_area(19, "柏木坝", "farmhouses", VILLAGE_LV, 1, [(100, 121.5, {"lv": HAMLET_LV}), (250, 44.0), (200, 40.1)]),
    *_area(
        20, "红土坡", "village", VILLAGE_LV, 1, [(160, 52.3, {"lv": LONG_THREE_PHASE_LV}), (200, 40.4), (160, 36.0)]
    ),
    *_area(
        21,
        "马鹿塘",
        "village",
        VILLAGE_LV,
        1,
        [(100, 50.6, {"lv": LONG_SINGLE_PHASE_LV, "tap_pos": 0}), (160, 41.3), (200, 40.0)],
    ),
    *_area(22, "云顶寨", "farmhouses", VILLAGE_LV, 0, [(250, 41.2), (200, 39.3), (50, 43.5, {"lv": HAMLET_LV})]),
    *_area(
        23, "茶马街中段", "town", TOWN_LV, 1, [(400, 54.2), (400, 45.0), (800, 31.5, {"lv": CABLE_LV, "mix": "market"})]
    ),
    *_area(24, "茶马街西段", "station", TOWN_LV, 1, [(500, 47.3), (315, 49.2, {"apparent_only": True})]),
    *_area(25, "温泉街", "market", TOWN_LV, 1, [(315, 43.0, PHASES), (250, 46.1, {"meter_side": "hv"})]),
    *_area(26, "石桥", "farmhouses", VILLAGE_LV, 1, [(160, 86.2), (100, 91.4, {"lv": HAMLET_LV})]),
    *_area(27, "梨园", "village", VILLAGE_LV, 1, [(250, 38.0, {"pv_kwp": 165.0}), (200, 41.4, {"pv_kwp": 40.0})]),
    *_area(28, "老厂", "suburb", TOWN_LV, 1, [(400, 58.3), (315, 47.2)]),
    *_area(29, "竹林", "tea", VILLAGE_LV, 0, [(250, 41.0), (200, 40.2), (160, 38.3, {"lv": HAMLET_LV})]),
    *_area(30, "龙潭", "village", VILLAGE_LV, 1, [(315, 42.0, {"meter_side": None}), (200, 43.3)]),
]
DEDICATED = [
    _dedicated(4, 1, "澜溪县示范医院专变", 630.0, 47.0, "hospital"),
    _dedicated(8, 1, "南门商厦专变", 800.0, 61.0, "hotel"),
    _dedicated(7, 1, "澜江宾馆专变", 500.0, 56.0, "hotel"),
    _dedicated(12, 1, "工坊园一号车间专变", 630.0, 52.0, "factory"),
    _dedicated(17, 1, "茶山茶叶初制所专变", 315.0, 66.0, "tea_factory"),
    _dedicated(22, 1, "云顶硅石加工厂专变", 630.0, 69.0, "furnace", tap_pos=0, area_id=None, at_km=(-12.6, -7.2)),
    _dedicated(24, 1, "茶马充电站专变", 630.0, 44.0, "chargers"),
    _dedicated(28, 1, "老厂冶炼专变1号", 1600.0, 74.0, "furnace", area_id=None, at_km=(4.4, -8.2)),
    _dedicated(28, 2, "老厂冶炼专变2号", 1250.0, 67.0, "furnace", area_id=None, at_km=(4.7, -8.1)),
]
TRANSFORMERS: tuple[TransformerPlan, ...] = (*PUBLIC, *DEDICATED)
