"""Ids that point to nothing, or to the wrong thing."""

import pandas as pd

from capacity.tables.inputs.applications import APPLICATIONS
from capacity.tables.inputs.customers import CUSTOMERS
from capacity.tables.inputs.exclusions import EXCLUSIONS
from capacity.tables.inputs.outages import OUTAGES
from capacity.tables.inputs.projects import PROJECTS


def test_not_in_network__ledger_only(parts, expect):
    parts.put("net.trafo", "T3", "name", "T3 new")
    expect(
        parts,
        "references.not_in_network",
        ("T3",),
        "1 transformers of the ledger are not in the network (T3)",
        areas=("A2",),
    )


def test_not_in_network__retired_is_no_problem(parts):

    parts.put("net.trafo", "T3", "name", "T3 new")
    parts.put("transformers", "T3", "valid_to", pd.Timestamp("2024-06-01"))
    assert "references.not_in_network" not in {i.check for i in parts.check()}


def test_not_in_ledger__network_only(parts, expect):
    parts.put("net.trafo", "T3", "name", "T3 new")
    expect(
        parts,
        "references.not_in_ledger",
        ("T3 new",),
        "1 distribution transformers of the network are not in the ledger",
    )


def test_unknown_area(parts, expect):
    parts.put("transformers", "T2", "area_id", "A9")
    expect(parts, "references.unknown_area", ("A9",), "area_id in transformers.csv names 1 unknown ids (A9; 1 rows)")


def test_unknown_feeder__in_ledger(parts, expect):
    parts.put("transformers", "T2", "feeder_id", "F9")
    expect(
        parts, "references.unknown_feeder", ("F9",), "feeder_id in transformers.csv names 1 unknown ids", areas=("A1",)
    )


def test_unknown_feeder__in_outages(parts, expect):
    parts.add("outages", OUTAGES, feeder_id="F8", start="2025-02-20 08:00", end="2025-02-20 10:00", kind="fault")
    expect(parts, "references.unknown_feeder", ("F8",), "feeder_id in outages.csv names 1 unknown ids (F8; 1 rows)")


def test_unknown_substation__of_a_feeder(parts, expect):
    parts.put("feeders", "F2", "substation_id", "S7")
    expect(parts, "references.unknown_substation", ("S7",), "substation_id in feeders.csv names 1 unknown ids (S7")


def test_unknown_substation__in_the_settings(parts, expect):
    voltage = parts.settings.busbar_voltage["S1"]
    parts.settings = parts.settings.model_copy(update={"busbar_voltage": {"S1": voltage, "S2": voltage}})
    expect(parts, "references.unknown_substation", ("S2",), "busbar_voltage in case.toml names 1 unknown ids (S2")


def test_unknown_busbar(parts, expect):
    parts.put("substations", "S1", "busbar_id", "B7")
    expect(parts, "references.unknown_busbar", ("B7",), "busbar_id in substations.csv names 1 unknown ids (B7")


def test_unknown_head_line(parts, expect):
    parts.put("feeders", "F2", "head_line_id", "L33")
    expect(parts, "references.unknown_head_line", ("L33",), "head_line_id in feeders.csv names 1 unknown ids (L33")


def test_unknown_transformer__in_readings(parts, expect):
    parts.put("measurements", "T2", "transformer_id", "台区二")
    expect(
        parts, "references.unknown_transformer", ("台区二",), "1344 rows of measurements.parquet belong to 1 unknown"
    )


def test_unknown_transformer__in_other_tables(parts):

    parts.add(
        "exclusions",
        EXCLUSIONS,
        transformer_id="T8",
        **{"from": "2025-02-20", "to": "2025-02-21"},
        reason="x",
        author="y",
    )
    parts.add("customers", CUSTOMERS, customer_id="c1", transformer_id="T9")
    parts.add("applications", APPLICATIONS, application_id="a1", transformer_id="T7", p_kw=10.0, status="received")
    found = {(i.table, i.ids) for i in parts.check() if i.check == "references.unknown_transformer"}
    assert found == {("exclusions", ("T8",)), ("customers", ("T9",)), ("applications", ("T7",))}


def test_reserved_nowhere__accepted_application(parts, expect):
    parts.add("applications", APPLICATIONS, application_id="a1", transformer_id="T7", p_kw=10.0, status="accepted")
    expect(parts, "references.reserved_nowhere", ("T7",), "transformer_id in applications.csv names 1 unknown ids (T7")


def test_unknown_node(parts, expect):
    parts.add("customers", CUSTOMERS, customer_id="c1", transformer_id="T1", node_id="N99")
    expect(parts, "references.unknown_node", ("N99",), "node_id in customers.csv names 1 unknown ids (N99")


def test_node_elsewhere(parts, expect):
    parts.add("customers", CUSTOMERS, customer_id="c1", transformer_id="T1", node_id="N1a")
    parts.add("customers", CUSTOMERS, customer_id="c2", transformer_id="T1", node_id="N3a")
    expect(parts, "references.node_elsewhere", ("c2",), "c2: node N3a belongs to T3, not to T1", areas=("A1", "A2"))


def test_unknown_in_project(parts, expect):
    row = {"project_id": "p1", "stage": "initiated", "status": "planned", "area_ids": "A1; A2"}
    parts.add("projects", PROJECTS, **row, element_ids="T1;K1;L9;F1")
    expect(parts, "references.unknown_in_project", ("L9",), "element_ids in projects.csv names 1 unknown ids (L9")


def test_not_in_network__several_are_all_named(parts, expect):
    for number in range(1, 6):
        parts.put("net.trafo", f"T{number}", "name", f"U{number}")
    ids = ("T1", "T2", "T3", "T4", "T5")
    expect(parts, "references.not_in_network", ids, "5 transformers", areas=("A1", "A2"))
