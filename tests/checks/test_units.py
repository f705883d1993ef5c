"""Values in another unit than their column says."""

from capacity.tables.inputs.applications import APPLICATIONS
from capacity.tables.inputs.customers import CUSTOMERS


def test_network_power__kw_in_the_mw_column(parts, expect):
    parts.put("net.load", "load 1", "p_mw", 60.0)
    said = "the worst reaches 30 MVA behind transformer T1 of 200 kVA"
    issue = expect(parts, "units.network_power", ("load 1",), said, areas=("A1",))
    assert issue.severity == "error"


def test_network_power__profile_in_kw(parts, expect):
    parts.profiles["home"] *= 1000.0
    ids = ("load 1", "load 2", "load 3", "load 4", "load 5")
    expect(parts, "units.network_power", ids, "5 elements of net.load are impossibly large")


def test_line_current__ampere_in_the_ka_column(parts, expect):
    parts.put("net.line", "K2", "max_i_ka", 300.0)
    expect(
        parts, "units.line_current", ("K2",), "1 values of max_i_ka are not credible (K2), e.g. 300 kA", areas=("A1",)
    )


def test_line_length__metres_in_the_km_column(parts, expect):
    parts.put("net.line", "K2", "length_km", 100.0)
    expect(
        parts, "units.line_length", ("K2",), "1 values of length_km are not credible (K2), e.g. 100 km", areas=("A1",)
    )


def test_bus_voltage__volts(parts, expect):
    parts.put("net.bus", "N1", "vn_kv", 10_000.0)
    expect(parts, "units.bus_voltage", ("N1",), "1 values of vn_kv are not credible (N1), e.g. 10000 kV")


def test_transformer_power__kva_in_the_mva_column(parts, expect):
    parts.put("net.trafo", "T1", "sn_mva", 200.0)
    expect(parts, "units.transformer_power", ("T1",), "e.g. 200 MVA", areas=("A1",))


def test_ledger_rating__mva_in_the_kva_column(parts, expect):
    parts.put("transformers", "T1", "rated_kva", 0.2)
    expect(parts, "units.ledger_rating", ("T1",), "e.g. 0.2 kVA", areas=("A1",))


def test_substation_rating__mva_in_the_kva_column(parts, expect):
    parts.put("substations", "S1", "rated_kva", 20.0)
    expect(parts, "units.substation_rating", ("S1",), "e.g. 20 kVA")


def test_requested_power__watts(parts, expect):
    parts.add("applications", APPLICATIONS, application_id="a1", transformer_id="T1", p_kw=50_000.0, status="received")
    said = "the first is 50000 kW at T1 of 200 kVA"
    expect(parts, "units.requested_power", ("a1",), said, areas=("A1",))


def test_requested_power__kwh_as_contract(parts, expect):
    parts.add("customers", CUSTOMERS, customer_id="c1", transformer_id="T3", contract_kva=2_400.0)
    expect(parts, "units.requested_power", ("c1",), "the first is 2400 kVA at T3 of 200 kVA", areas=("A2",))
