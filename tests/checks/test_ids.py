"""Ids that are missing, given twice, or hold what separates ids."""

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


def test_separator__semicolon_in_a_transformer_id(parts, expect):
    parts.transformers.loc[4, "transformer_id"] = "T;5"
    expect(parts, "ids.separator", ("T;5",), "1 values of transformer_id in transformers.csv contain a semicolon or a "
           "line break (row 6: 'T;5'). Rename them")  # fmt: skip


def test_separator__line_break_in_the_name_of_a_line(parts, expect):
    parts.put("net.line", "L2", "name", "L2\n甲")
    expect(parts, "ids.separator", ("L2\n甲",), r"1 values of name in net.line contain a semicolon or a line break "
           r"(index 1: 'L2\n甲')")  # fmt: skip


def test_separator__other_signs_are_no_problem(parts):
    parts.put("net.line", "L2", "name", "10kV甲线+乙:支,1/2")
    assert not [issue for issue in parts.check() if issue.check == "ids.separator"]
