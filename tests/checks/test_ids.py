"""Ids that are missing or given twice."""

import pandapower as pp
import pandas as pd


def test_missing__row_without_id(parts, expect):
    parts.transformers.loc[4, "transformer_id"] = pd.NA
    expect(parts, "ids.missing", ("row 6",), "1 rows of transformers.csv have no transformer_id (row 6)")


def test_duplicate__two_rows_of_one_transformer(parts, expect):
    parts.transformers.loc[1, "transformer_id"] = "T1"
    expect(parts, "ids.duplicate", ("T1",), "more than one row of transformers.csv (T1)", areas=("A1",))


def test_duplicate__two_areas(parts, expect):
    parts.areas.loc[1, "area_id"] = "A1"
    expect(parts, "ids.duplicate", ("A1",), "area_id stand in more than one row of areas.geojson", areas=("A1",))


def test_duplicate_element__two_lines_of_one_name(parts, expect):
    parts.put("net.line", "L2", "name", "L1")
    expect(parts, "ids.duplicate_element", ("L1",), "1 names in net.line belong to several elements (L1)")


def test_unnamed_element__bus_without_name(parts, expect):
    parts.put("net.bus", "N1a", "name", None)
    expect(parts, "ids.unnamed_element", ("index 6",), "1 elements of net.bus have no name (index 6)")


def test_duplicate_attached__two_loads_of_one_name(parts, expect):
    parts.put("net.load", "load 2", "name", "load 1")
    expect(parts, "ids.duplicate_attached", ("load 1",), "1 names in net.load belong to several elements")


def test_element_ids__unnamed_switches_are_no_problem(parts):

    pp.create_switch(parts.net, 0, 0, et="l", closed=True)
    pp.create_switch(parts.net, 0, 2, et="l", closed=True)
    assert not [i for i in parts.check() if i.check.startswith("ids.")]
