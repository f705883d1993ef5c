"""Findings, needs and what measures clear or create, at the policy's boundaries and on both sides of them."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from capacity.planning.needs import created, findings_of, needs_of, stays, violations_of
from capacity.policy import load_policy
from capacity.tables.findings import FINDINGS, Results

RULES = load_policy("baoshan-2021")
AS_OF = dt.date(2026, 11, 1)
AT = pd.Timestamp("2026-01-28 19:15")


def transformers(**loading: float) -> pd.DataFrame:
    rows = [
        {
            "transformer_id": name, "area_id": "A1", "feeder_id": "F1", "ownership": "public", "in_service": True,
            "rated_kva": 400.0, "max_loading_percent": value, "max_loading_at": AT,
            "smax_import_kva": value * 4.0, "reserved_kva": 0.0, "reason": "ok",
        }
        for name, value in loading.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)


def results(
    *, loads: pd.DataFrame | None = None, lines: list[dict[str, object]] = [], nodes: list[dict[str, object]] = [],  # noqa: B006
    areas: list[dict[str, object]] = [], alerts: list[dict[str, object]] = [], reserved: list[dict[str, object]] = [],  # noqa: B006
    substations: list[dict[str, object]] = [], trunk: list[dict[str, object]] = [],  # noqa: B006
) -> Results:  # fmt: skip
    def frame(rows: list[dict[str, object]], columns: str) -> pd.DataFrame:
        return pd.DataFrame(rows, columns=columns.split())

    return Results(
        transformers(T1=40.0) if loads is None else loads,
        frame(lines, "line_id level area_id transformer_id feeder_id substation_id max_loading_percent "
                     "max_loading_at steps_failed"),
        frame(nodes, "node_id area_id transformer_id feeder_id vn_kv voltage_min_pu voltage_lower_pu low_voltage "
                     "voltage_min_at voltage_max_pu voltage_upper_pu voltage_max_at"),
        frame(areas, "area_id feeder_ids allowed_kva"),
        frame(substations, "substation_id max_loading_percent max_loading_at"),
        frame(alerts, "alert_id rule element_id area_id application_id value threshold unit at"),
        frame(reserved, "application_id transformer_id"),
        frame(trunk, "node_id feeder_id level voltage_min_pu voltage_max_pu lower_pu upper_pu"),
    )  # fmt: skip


def found(**loading: float) -> pd.DataFrame:
    return findings_of(results(loads=transformers(**loading)), RULES)


@pytest.mark.parametrize(
    ("percent", "rule"), [(49.999, None), (50.0, "P3"), (69.999, "P3"), (70.0, "P4"), (130.0, "P4")]
)
def test_load_rate__at_the_boundaries(percent, rule):
    row = found(T1=percent).set_index("key").loc["load:T1"]
    assert (None if pd.isna(row["rule"]) else row["rule"]) == rule


def test_load_rate__unknown_fires_nothing_and_is_not_cleared():
    after = found(T1=float("nan"))
    assert after["rule"].isna().all()
    assert stays(after, "load:T1", "P4")  # nothing is known: not cleared
    assert not stays(after, "load:T9", "P4")  # no longer there


def test_lines__the_worst_of_each_network_and_feeder():
    line = LINE
    section = line | {"level": "mv", "transformer_id": None, "area_id": None}
    frame = findings_of(
        results(
            lines=[
                line | {"line_id": "a", "max_loading_percent": 71.0},
                line | {"line_id": "b", "max_loading_percent": 90.0},
                section | {"line_id": "s", "max_loading_percent": 55.0},
            ]
        ),
        RULES,
    ).set_index("key")
    assert tuple(frame.loc["lines:T1", ["element_id", "rule"]]) == ("b", "P4")
    assert tuple(frame.loc["sections:F1", ["element_id", "rule"]]) == ("s", "P3")


def test_voltage__the_node_furthest_below_its_limit_stands_for_its_network():
    node = {"area_id": "A1", "transformer_id": "T1", "feeder_id": "F1", "vn_kv": 0.4, "voltage_min_at": AT}
    frame = findings_of(
        results(
            nodes=[
                node | {"node_id": "n1", "voltage_min_pu": 0.88, "voltage_lower_pu": 0.8835, "low_voltage": True},
                node | {"node_id": "n2", "voltage_min_pu": 0.86, "voltage_lower_pu": 0.855, "low_voltage": False},
            ]
        ),
        RULES,
    )
    row = frame.set_index("key").loc["voltage:T1"]
    assert row["rule"] == "P10"
    assert row["value"] == pytest.approx(352.0)  # 0.88 · 400 V
    assert row["threshold"] == pytest.approx(353.4)  # 380 V − 7 %


def test_needs__growth_is_due_in_the_month_of_its_first_worst_step():
    years = {2027: found(T1=60.0), 2028: found(T1=72.0), 2029: found(T1=75.0)}
    needs = {need.need_id: need for need in needs_of(years, found(T1=55.0), AS_OF)}
    p4 = needs["P4:load:T1"]
    assert (p4.years, p4.origin, p4.due_on) == ((2028, 2029), "growth", dt.date(2028, 1, 1))
    assert (p4.value, p4.threshold, p4.unit) == (75.0, 70.0, "%")
    p3 = needs["P3:load:T1"]
    assert (p3.years, p3.origin, p3.due_on) == ((2027,), "existing", AS_OF)


def test_needs__an_area_short_for_what_is_reserved_is_no_existing_deficit():
    """0.8 · 400 − 100 = 220 kVA without the 100 kVA reserved, 120 kVA with them: P5 by the application."""
    loads = transformers(T1=25.0).assign(reserved_kva=100.0)
    p5 = {"alert_id": "P5:area:A1", "rule": "P5", "element_id": "A1", "area_id": "A1", "value": 120.0,
          "threshold": 160.0, "unit": "kVA", "at": pd.NaT}  # fmt: skip
    frame = findings_of(
        results(
            loads=loads,
            areas=[{"area_id": "A1", "feeder_ids": "F1", "allowed_kva": 120.0}],
            alerts=[p5],
            reserved=[{"application_id": "YK1", "transformer_id": "T1"}],
        ),
        RULES,
    )
    need = next(one for one in needs_of({2026: frame}, frame, AS_OF) if one.rule == "P5")
    assert (need.origin, need.application_ids, need.value) == ("connection", ("YK1",), 120.0)


def test_needs__a_customers_need_is_due_when_the_supply_is_wanted():
    p6 = {"alert_id": "P6:x", "rule": "P6", "element_id": "T1", "area_id": "A1", "application_id": "YK2", "value": 85.0,
          "threshold": 80.0, "unit": "%", "at": AT}  # fmt: skip
    frame = findings_of(results(alerts=[p6]), RULES)
    wanted = dt.date(2027, 3, 1)
    need = next(one for one in needs_of({2026: frame}, frame, AS_OF, wanted_on={"YK2": wanted}) if one.rule == "P6")
    assert (need.origin, need.due_on, need.feeder_id) == ("connection", wanted, "F1")
    later = {2034: frame}  # with what has grown until then: when that year's window begins
    need = next(one for one in needs_of(later, frame.iloc[:0], AS_OF, wanted_on={"YK2": wanted}) if one.rule == "P6")
    assert need.due_on == dt.date(2033, 11, 1)


LINE = {"level": "lv", "area_id": "A1", "transformer_id": "T1", "feeder_id": "F1", "max_loading_at": AT,
        "steps_failed": 0}  # fmt: skip
NODE = {"area_id": "A1", "transformer_id": "T1", "feeder_id": "F1", "vn_kv": 0.4, "voltage_min_at": AT,
        "voltage_max_at": AT, "voltage_lower_pu": 0.8835, "voltage_upper_pu": 1.0165, "voltage_min_pu": 0.95,
        "voltage_max_pu": 1.0}  # fmt: skip


def loaded(**percent: float) -> Results:
    return results(lines=[LINE | {"line_id": name, "max_loading_percent": value} for name, value in percent.items()])


def new(before: Results, after: Results) -> list[str]:
    return list(created(violations_of(before, RULES), violations_of(after, RULES), RULES)["key"])


def test_created__new_violations_and_those_that_grew_beyond_the_epsilon():
    """Half a percent of the threshold of 70 % is 0.35 points."""
    before = results(loads=transformers(T1=71.0, T2=71.0, T3=60.0, T4=45.0))
    after = results(loads=transformers(T1=71.3, T2=71.4, T3=70.0, T4=55.0))
    assert new(before, after) == ["load:T2", "load:T3"]  # P3 at T4 is a "may"


def test_created__a_new_overload_beside_a_worse_one():
    """Also where the worst of the network gets better; the worst of the new ones is told."""
    assert new(loaded(LL1=77.0, LL2=19.0), loaded(LL1=75.0, LL2=73.0)) == ["line:LL2"]
    assert new(loaded(LL1=77.0, LL2=19.0), loaded(LL1=75.0, LL2=69.9)) == []
    assert new(loaded(LL1=77.0), loaded(LL1=77.0, LL2=71.0, LL3=74.0)) == ["line:LL3"]


def test_created__a_section_beside_a_worse_one_and_a_substation():
    def grid(s1: float, s2: float, station: float) -> Results:
        mv = LINE | {"level": "mv", "transformer_id": None}
        lines = [mv | {"line_id": name, "max_loading_percent": value} for name, value in (("S1", s1), ("S2", s2))]
        return results(lines=lines, substations=[{"substation_id": "SS", "max_loading_percent": station}])

    found_new = created(violations_of(grid(95, 40, 69.95), RULES), violations_of(grid(90, 94, 70.4), RULES), RULES)
    assert dict(zip(found_new["key"], found_new["part"], strict=True)) == {
        "section:S2": "sections:F1", "substation:SS": "substation:SS",
    }  # fmt: skip


def test_created__voltages_too_low_and_too_high():
    """Of 400 V: 353.4 V at the least, 406.6 V at the most; 0.5 % of the limit is 1.8 V and 2.0 V."""
    was = results(nodes=[NODE | {"node_id": "a", "voltage_min_pu": 0.88}, NODE | {"node_id": "b"}])
    assert new(was, results(nodes=[NODE | {"node_id": "a", "voltage_min_pu": 0.876}])) == []  # 1.6 V lower
    assert new(was, results(nodes=[NODE | {"node_id": "a", "voltage_min_pu": 0.875}])) == ["node:a"]  # 2.0 V lower
    assert new(was, results(nodes=[NODE | {"node_id": "b", "voltage_min_pu": 0.88}])) == ["node:b"]
    assert new(was, results(nodes=[NODE | {"node_id": "b", "voltage_max_pu": 1.0215}])) == []  # 408.6 V: 2.0 V above
    assert new(was, results(nodes=[NODE | {"node_id": "b", "voltage_max_pu": 1.022}])) == ["high:b"]  # 408.8 V
    trunk = {
        "feeder_id": "F1",
        "level": "mv",
        "node_id": "m",
        "lower_pu": 0.93,
        "upper_pu": 1.07,
        "voltage_max_pu": 1.0,
    }
    low = results(trunk=[trunk | {"voltage_min_pu": 0.92}])
    assert new(was, low) == ["node:F1"]
    tee = trunk | {
        "node_id": "new",
        "voltage_min_pu": 0.919,
    }  # a new tee beside it: 0.001 lower, and no violation of its own
    assert new(low, results(trunk=[trunk | {"voltage_min_pu": 0.92}, tee])) == []
    assert new(low, results(trunk=[trunk | {"voltage_min_pu": 0.915}])) == ["node:F1"]  # 0.005 · 0.93 lower, and more
    assert new(was, results(trunk=[trunk | {"voltage_min_pu": 0.93}])) == []


def test_findings__where_steps_have_no_solution_what_fires_nothing_is_unknown():
    lines = [LINE | {"line_id": "a", "max_loading_percent": 60.0, "steps_failed": 3, "substation_id": "SS"}]
    nodes = [NODE | {"node_id": "n", "low_voltage": False}]
    frame = findings_of(
        results(
            lines=lines, nodes=nodes, loads=transformers(T1=80.0, T2=40.0).assign(reason=["ok", "solver_failure"]),
            substations=[{"substation_id": "SS", "max_loading_percent": 40.0}],
        ),
        RULES,
    )  # fmt: skip
    assert stays(frame, "voltage:T1", "P10")
    assert stays(frame, "substation:SS", "P4")
    assert stays(frame, "load:T2", "P4")
    assert frame.set_index("key").loc["load:T1", "rule"] == "P4"
    assert frame.set_index("key").loc["lines:T1", "rule"] == "P3"  # it fires at those that have one


def test_findings__a_network_of_which_nothing_is_known_stays():
    nodes = [NODE | {"node_id": "n", "voltage_min_pu": float("nan"), "low_voltage": None}]
    frame = findings_of(
        results(lines=[LINE | {"line_id": "a", "max_loading_percent": float("nan")}], nodes=nodes), RULES
    )
    assert stays(frame, "voltage:T1", "P10")
    assert stays(frame, "lines:T1", "P4")


def test_stays__a_milder_rule_is_no_longer_the_same():
    after = found(T1=69.9)
    assert not stays(after, "load:T1", "P4")
    assert stays(after, "load:T1", "P3")


def test_findings__nothing_to_judge():
    assert list(findings_of(results(loads=transformers(T1=40.0).iloc[:0]), RULES).columns) == list(FINDINGS.columns)
