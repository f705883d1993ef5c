"""Hand-kept tables that contradict each other."""

import pandas as pd

from capacity.tables.inputs.applications import APPLICATIONS
from capacity.tables.inputs.customers import CUSTOMERS
from capacity.tables.inputs.exclusions import EXCLUSIONS
from capacity.tables.inputs.outages import OUTAGES
from capacity.tables.inputs.projects import PROJECTS


def test_customer_count(parts, expect):
    parts.put("transformers", "T1", "customer_count", 1)
    for customer_id in ("c1", "c2"):
        parts.add("customers", CUSTOMERS, customer_id=customer_id, transformer_id="T1")
    expect(parts, "records.customer_count", ("T1",), "e.g. T1: 1 counted, 2 listed", areas=("A1",))


def test_application_unassigned(parts, expect):
    parts.add("applications", APPLICATIONS, application_id="a1", p_kw=80.0, status="accepted")
    parts.add("applications", APPLICATIONS, application_id="a2", p_kw=90.0, status="withdrawn")
    expect(parts, "records.application_unassigned", ("a1",), "1 applications over 80 kW have no transformer (a1)")


def test_application_at_dedicated(parts, expect):
    parts.add("applications", APPLICATIONS, application_id="a1", transformer_id="T4", p_kw=80.0, status="accepted")
    expect(
        parts, "records.application_at_dedicated", ("a1",), "1 applications over 80 kW stand at a dedicated transformer"
    )


def test_project_overdue(parts, expect):
    row = {"stage": "construction", "area_ids": "A1; A2", "commissioning_date": "2025-02-28"}
    parts.add("projects", PROJECTS, project_id="p1", status="running", **row)
    parts.add("projects", PROJECTS, project_id="p2", status="done", **row)
    said = "1 projects are past their commissioning date but not done (p1), the first was due on 2025-02-28"
    expect(parts, "records.project_overdue", ("p1",), said, areas=("A1", "A2"))


def test_project_overdue__due_on_the_as_of_date_is_not_late(parts):
    row = {"stage": "construction", "status": "running", "commissioning_date": "2025-03-01"}
    parts.add("projects", PROJECTS, project_id="p1", **row)
    assert "records.project_overdue" not in {i.check for i in parts.check()}


def test_wrong_order__outage(parts, expect):
    parts.add("outages", OUTAGES, feeder_id="F1", start="2025-02-20 10:00", end="2025-02-20 08:00", kind="fault")
    said = "1 rows of outages.csv end before they begin (F1), e.g. F1 from 2025-02-20 10:00 to 2025-02-20 08:00"
    expect(parts, "records.wrong_order", ("F1",), said, areas=("A1",))


def test_wrong_order__exclusion_and_validity(parts):
    span = {"from": "2025-02-20", "to": "2025-02-19"}
    parts.add("exclusions", EXCLUSIONS, transformer_id="T1", **span, reason="x", author="y")
    parts.put("transformers", "T3", "valid_from", pd.Timestamp("2024-05-01"))
    parts.put("transformers", "T3", "valid_to", pd.Timestamp("2024-04-01"))
    found = {(i.table, i.ids) for i in parts.check() if i.check == "records.wrong_order"}
    assert found == {("exclusions", ("T1",)), ("transformers", ("T3",))}


def test_outages_overlap(parts, expect):
    parts.add("outages", OUTAGES, feeder_id="F2", start="2025-02-20 08:00", end="2025-02-20 12:00", kind="planned")
    parts.add("outages", OUTAGES, feeder_id="F2", start="2025-02-20 11:00", end="2025-02-20 13:00", kind="fault")
    parts.add("outages", OUTAGES, feeder_id="F1", start="2025-02-20 11:00", end="2025-02-20 13:00", kind="fault")
    said = "1 outages begin before an earlier one of the same feeder has ended (F2), e.g. F2 on 2025-02-20 11:00"
    expect(parts, "records.outages_overlap", ("F2",), said, areas=("A2",))


def test_outages_overlap__one_still_open(parts, expect):
    parts.add("outages", OUTAGES, feeder_id="F2", start="2025-02-20 08:00", kind="planned")
    parts.add("outages", OUTAGES, feeder_id="F2", start="2025-02-22 11:00", end="2025-02-22 13:00", kind="fault")
    expect(parts, "records.outages_overlap", ("F2",), "e.g. F2 on 2025-02-22 11:00")
