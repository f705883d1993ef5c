"""LV grid areas and the transformers in them."""

import pandas as pd


def test_public_without_area(parts, expect):
    parts.put("transformers", "T1", "area_id", pd.NA)
    expect(parts, "areas.public_without_area", ("T1",), "1 public transformers have no area (T1)")


def test_without_transformer(parts, expect):
    for transformer_id in ("T3", "T5"):
        parts.put("transformers", transformer_id, "area_id", "A1")
    expect(
        parts, "areas.without_transformer", ("A2",), "1 areas have no public transformer in service (A2)", areas=("A2",)
    )


def test_without_transformer__dedicated_only(parts, expect):
    for transformer_id in ("T3", "T5"):
        parts.put("transformers", transformer_id, "ownership", "dedicated")
    expect(parts, "areas.without_transformer", ("A2",), "1 areas have no public transformer in service (A2)")


def test_crosses_feeders(parts, expect):
    parts.put("transformers", "T3", "area_id", "A1")
    expect(parts, "areas.crosses_feeders", ("A1",), "1 areas are supplied by several feeders (A1), e.g. A1 by F1, F2")


def test_unknown_class(parts, expect):
    parts.put("areas", "A2", "area_class", "village")
    expect(
        parts,
        "areas.unknown_class",
        ("A2",),
        "1 areas have no known class (A2), the first has 'village'",
        areas=("A2",),
    )
