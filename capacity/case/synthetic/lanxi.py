"""The plan of the bundled case: 澜溪县 (Lanxi County), an invented county in the manner of western Yunnan.

Names, grid and figures are made up; no company's data went into them. What each area is there to show stands in
``planted``.
"""

from __future__ import annotations

import datetime as dt

from capacity.case.synthetic.lanxi_registers import APPLICATIONS, OUTAGES, PROJECTS
from capacity.case.synthetic.lanxi_transformers import TRANSFORMERS
from capacity.case.synthetic.plan import (
    AreaPlan,
    Block,
    Conductor,
    FeederPlan,
    MeterFault,
    Plan,
    Stop,
    SubstationPlan,
    TiePlan,
    Town,
    Village,
)

CITY_BRANCH, TEA_BRANCH = "澜溪城区分公司", "茶马分公司"

CABLE_120 = Conductor("YJV22-8.7/15", 120)
CABLE_95 = Conductor("YJLV22-8.7/15", 95)
CABLE_70 = Conductor("YJLV22-8.7/15", 70)
LINE_185 = Conductor("JKLYJ-10", 185)
LINE_150 = Conductor("JKLYJ-10", 150)
LINE_120 = Conductor("JKLYJ-10", 120)
LINE_95 = Conductor("JKLYJ-10", 95)
LINE_70 = Conductor("JKLYJ-10", 70)
LINE_50 = Conductor("JKLYJ-10", 50)
OLD_LINE_35 = Conductor("LGJ", 35)

TOWNS = (
    Town("澜溪", corner_km=(-1.3, -0.9), block_km=(0.62, 0.56), columns=4, rows=3, turn_degree=8.0),
    Town("茶马街", corner_km=(9.3, -7.9), block_km=(0.6, 0.55), columns=3, rows=1, turn_degree=-12.0),
)
SUBSTATIONS = (
    SubstationPlan("SS1", "110千伏澜溪变", (1.9, 1.6), 20_000.0, 1.03),
    SubstationPlan("SS2", "35千伏茶马变", (10.4, -8.7), 8_000.0, 1.045),
)


def _stops(*area_ids: str) -> tuple[Stop, ...]:
    return tuple(Stop(area_id) for area_id in area_ids)


FEEDERS = (
    FeederPlan("F01", "10千伏澜东线", "SS1", "cable", CABLE_120, CABLE_70, _stops("A01", "A02", "A03")),
    FeederPlan("F02", "10千伏澜西线", "SS1", "cable", CABLE_95, CABLE_70, _stops("A05", "A06", "A04")),
    FeederPlan("F03", "10千伏澜南线", "SS1", "cable", CABLE_70, CABLE_70, _stops("A07", "A08"), limit_percent=60.0),
    FeederPlan("F04", "10千伏澜北线", "SS1", "overhead", LINE_150, LINE_50, _stops("A12", "A11", "A10", "A09", "A18")),
    FeederPlan("F05", "10千伏松坡线", "SS1", "overhead", LINE_70, LINE_50, _stops("A13", "A14", "A15", "A16", "A17")),
    FeederPlan(
        "F06",
        "10千伏柏木线",
        "SS1",
        "overhead",
        LINE_95,
        LINE_50,
        (Stop("A19"), Stop("A20"), Stop("A21"), Stop("A22", OLD_LINE_35)),
    ),
    FeederPlan("F07", "10千伏茶马线", "SS2", "overhead", LINE_120, LINE_50, _stops("A24", "A23", "A25", "A26", "A27")),
    FeederPlan(
        "F08",
        "10千伏老厂线",
        "SS2",
        "overhead",
        LINE_185,
        LINE_50,
        (Stop("A30"), Stop("A28", OLD_LINE_35), Stop("A29", LINE_95)),
    ),
)
TIES = (TiePlan("F01", "F03"), TiePlan("F02", "F04"), TiePlan("F05", "F07"), TiePlan("F06", "F08"))


def _town(area_id: str, name: str, column: int, row: int) -> AreaPlan:
    return AreaPlan(area_id, name, "county", CITY_BRANCH, "城区供电所", Block("澜溪", column, row))


def _tea_town(area_id: str, name: str, column: int) -> AreaPlan:
    return AreaPlan(area_id, name, "town", TEA_BRANCH, "茶马供电所", Block("茶马街", column, 0))


def _village(area_id: str, name: str, branch: str, station: str, x: float, y: float) -> AreaPlan:
    return AreaPlan(area_id, name, "rural", branch, station, Village((x, y)))


AREAS = (
    _town("A01", "文昌街网格", 2, 1),
    _town("A02", "东门网格", 3, 1),
    _town("A03", "滨河东路网格", 3, 0),
    _town("A04", "西门网格", 0, 1),
    _town("A05", "翠湖网格", 1, 1),
    _town("A06", "凤鸣路网格", 0, 0),
    _town("A07", "南门市场网格", 1, 0),
    _town("A08", "车站网格", 2, 0),
    _town("A09", "北门网格", 0, 2),
    _town("A10", "教育园网格", 1, 2),
    _town("A11", "新桥网格", 2, 2),
    _town("A12", "工坊园网格", 3, 2),
    _village("A13", "杨柳坝网格", CITY_BRANCH, "松坡供电所", 4.3, 1.4),
    _village("A14", "松坡网格", CITY_BRANCH, "松坡供电所", 6.7, 0.1),
    _village("A15", "核桃坪网格", CITY_BRANCH, "松坡供电所", 8.7, -1.6),
    _village("A16", "清水塘网格", CITY_BRANCH, "松坡供电所", 11.0, -0.6),
    _village("A17", "茶山网格", CITY_BRANCH, "松坡供电所", 13.3, -1.3),
    _village("A18", "大水井网格", CITY_BRANCH, "城郊供电所", -3.6, 2.3),
    _village("A19", "柏木坝网格", CITY_BRANCH, "柏木供电所", -6.3, 1.3),
    _village("A20", "红土坡网格", CITY_BRANCH, "柏木供电所", -8.6, -0.6),
    _village("A21", "马鹿塘网格", CITY_BRANCH, "柏木供电所", -9.6, -3.4),
    _village("A22", "云顶寨网格", CITY_BRANCH, "柏木供电所", -10.6, -6.0),
    _tea_town("A23", "茶马街中段网格", 1),
    _tea_town("A24", "茶马街西段网格", 0),
    _tea_town("A25", "温泉街网格", 2),
    _village("A26", "石桥网格", TEA_BRANCH, "茶马供电所", 13.0, -6.4),
    _village("A27", "梨园网格", TEA_BRANCH, "茶马供电所", 14.0, -4.1),
    AreaPlan("A28", "老厂网格", "town", TEA_BRANCH, "老厂供电所", Village((5.0, -10.2), 1.3)),
    _village("A29", "竹林网格", TEA_BRANCH, "老厂供电所", 0.4, -10.6),
    _village("A30", "龙潭网格", TEA_BRANCH, "老厂供电所", 7.0, -9.9),
)

FAULTS = (
    MeterFault("T0203", "dead", dt.datetime(2026, 7, 6), dt.datetime(2026, 7, 9)),
    MeterFault("T0902", "dead", dt.datetime(2026, 9, 14), dt.datetime(2026, 9, 15)),
    MeterFault("T1103", "stuck", dt.datetime(2026, 8, 3, 10), dt.datetime(2026, 8, 8, 16)),
    MeterFault("T1402", "dead", dt.datetime(2026, 6, 20), dt.datetime(2026, 6, 27)),
    MeterFault("T1602", "zeros", dt.datetime(2026, 6, 10, 9), dt.datetime(2026, 6, 11, 15)),
    MeterFault("T1702", "dead", dt.datetime(2026, 1, 12), dt.datetime(2026, 8, 30)),
    MeterFault("T2502", "dead", dt.datetime(2026, 10, 3), dt.datetime(2026, 10, 5)),
    MeterFault(
        "T2302",
        "transfer",
        dt.datetime(2026, 4, 12, 8),
        dt.datetime(2026, 4, 13, 18),
        reason="相邻台区检修，负荷临时转带",
        author="茶马供电所配电班",
    ),
)

LANXI = Plan(
    name="lanxi",
    title_zh="澜溪县（合成算例）",
    title_en="Lanxi County (synthetic)",
    as_of=dt.date(2026, 11, 1),
    origin_lon_lat=(99.2, 25.1),
    towns=TOWNS,
    substations=SUBSTATIONS,
    feeders=FEEDERS,
    ties=TIES,
    areas=AREAS,
    transformers=TRANSFORMERS,
    faults=FAULTS,
    outages=OUTAGES,
    applications=APPLICATIONS,
    projects=PROJECTS,
    customers_unknown=("T1803",),
    branch_numbers={CITY_BRANCH: "0000-0000001", TEA_BRANCH: "0000-0000002"},
)
