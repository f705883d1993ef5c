"""Applications, projects and outages of the bundled case (all invented)."""

from __future__ import annotations

import datetime as dt

from capacity.case.synthetic.plan import ApplicationPlan, OutagePlan, ProjectPlan


def _day(month: int, day: int, year: int = 2026) -> dt.date:
    return dt.date(year, month, day)


APPLICATIONS = (
    # brought to exactly 80.0 %: (100 + 95/0.95) / 250; just above: (150 + 97.5/0.95) / 315
    ApplicationPlan("YK2026-0101", "T1201", 95.0, "industrial", "received", _day(10, 12), _day(12, 1), 0.95),
    ApplicationPlan("YK2026-0102", "T1202", 97.5, "industrial", "received", _day(10, 13), _day(12, 10), 0.95),
    # one accepted application takes 杨柳坝 from 170 to 149 kVA
    ApplicationPlan("YK2026-0088", "T1302", 20.0, "agricultural", "accepted", _day(9, 18), _day(11, 25), 0.95),
    ApplicationPlan("YK2026-0093", "T0102", 45.0, "commercial", "accepted", _day(9, 28), _day(11, 20)),
    ApplicationPlan("YK2026-0095", "T2301", 60.0, "commercial", "accepted", _day(10, 8), _day(12, 15), 0.9),
    ApplicationPlan("YK2026-0097", "T2401", 120.0, "ev_charging", "received", _day(10, 9), _day(12, 20), 0.98),
    ApplicationPlan(
        "YK2026-0098", "T0203", 8.0, "residential", "received", _day(10, 27), _day(11, 5), None, "1", "T0203-M1P2S1"
    ),
    ApplicationPlan("YK2026-0099", "T1602", 30.0, "agricultural", "received", _day(10, 22), _day(2, 20, 2027), 0.85),
    ApplicationPlan("YK2026-0103", None, 150.0, "industrial", "received", _day(10, 29), _day(1, 15, 2027)),
    ApplicationPlan("YK2026-0104", "T2601", 12.0, "residential", "received", _day(10, 30), _day(11, 9), None, "1"),
    ApplicationPlan("YK2026-0090", "T2802", 40.0, "commercial", "offered", _day(9, 21), _day(12, 1)),
    ApplicationPlan("YK2026-0061", "T0803", 55.0, "commercial", "energised", _day(6, 2), _day(6, 12)),
    ApplicationPlan("YK2026-0064", "T0502", 90.0, "commercial", "withdrawn", _day(6, 9), None),
    ApplicationPlan("YK2026-0040", "T2001", 22.0, "agricultural", "expired", _day(3, 17), _day(4, 20)),
)
PROJECTS = (
    ProjectPlan(
        "XM2026-001",
        "北门1号公变增容",
        "released",
        "P4",
        "T0901",
        "A09",
        184.0,
        186_000.0,
        _day(3, 31, 2027),
        "running",
    ),
    ProjectPlan(
        "XM2026-002",
        "柏木坝1号公变增容",
        "design",
        "P4",
        "T1901",
        "A19",
        160.0,
        142_000.0,
        _day(1, 31, 2027),
        "running",
    ),
    ProjectPlan(
        "XM2026-003", "红土坡低电压台区改造", "initiated", "P19", "T2001", "A20", 0.0, 228_000.0, None, "planned"
    ),
    ProjectPlan(
        "XM2026-004", "石桥新增布点", "feasibility", "P5", "T2601;T2602", "A26", 320.0, 395_000.0, None, "planned"
    ),
    ProjectPlan(
        "XM2026-005",
        "老厂线换线（LGJ-35换JKLYJ-185）",
        "initiated",
        "P5",
        "F08-S03",
        "A28;A29",
        1500.0,
        610_000.0,
        None,
        "planned",
    ),
    ProjectPlan(
        "XM2026-006",
        "新桥1号公变低压主线换线",
        "procurement",
        "P4",
        "T1101-M1L1",
        "A11",
        0.0,
        54_000.0,
        _day(12, 20),
        "running",
    ),
    ProjectPlan(
        "XM2025-014",
        "松坡2号公变增容（100换200）",
        "accepted",
        "P4",
        "T1402",
        "A14",
        80.0,
        128_000.0,
        _day(3, 10),
        "done",
    ),
    ProjectPlan(
        "XM2025-009", "南门市场第四配变", "feasibility", "P3", "T0701", "A07", 320.0, 402_000.0, None, "cancelled"
    ),
)
OUTAGES = (
    OutagePlan("F01", 1, 1, 2),
    OutagePlan("F02", 2, 1, 1),
    OutagePlan("F03", 1, 0, 2),
    OutagePlan("F04", 3, 2, 3),
    OutagePlan("F05", 8, 5, 4),
    OutagePlan("F06", 16, 4, 4),
    OutagePlan("F07", 5, 3, 3),
    OutagePlan("F08", 12, 9, 5),
)
"""F06: 16 faults within six months (P19: 15). F08: 26 outages within a year (25), but only 12 recent faults."""
