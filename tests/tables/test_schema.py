"""What ``conform`` takes and refuses is what pandera does, which is asked only where something is wrong."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pandera.errors
import pytest

from capacity.tables import _schema
from capacity.tables._schema import conform, count, empty, flag, moment, number, table, text

SCHEMA = table(
    "things",
    "东西",
    "Things",
    "",
    {
        "thing_id": text("编号", "id", key=True),
        "kind": text("种类", "kind", missing="unknown", choices=("a", "b")),
        "power_kw": number("功率", "power", "kW", missing="unknown", above=0.0, at_most=9.0),
        "part": number("份额", "part", "1", at_least=0.0),
        "pieces": count("件数", "pieces", missing="unknown"),
        "live": flag("在运", "live", missing="unknown"),
        "at": moment("时间", "at", missing="unknown"),
    },
    unique=("kind", "part"),
)
SOUND = pd.DataFrame(
    {
        "thing_id": ["x", 7],
        "kind": ["a", None],
        "power_kw": ["9", np.nan],
        "part": [0, 1],
        "pieces": [2.0, None],
        "live": [True, None],
        "at": ["2026-01-01", None],
    }
)


@pytest.mark.parametrize(
    "rows", [slice(None), slice(0, 0), slice(1, 2)], ids=["two", "none", "the one of missing values"]
)
def test_conform__gives_what_pandera_gives_without_asking_it(rows: slice, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = SOUND.iloc[rows].drop(columns=["pieces"] if rows.start == 1 else [])
    complete = frame.reset_index(drop=True).reindex(columns=list(SCHEMA.columns))
    expected = SCHEMA.validate(complete, lazy=True)
    monkeypatch.setattr(type(SCHEMA), "validate", None)
    pd.testing.assert_frame_equal(conform(frame, SCHEMA), expected)


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("thing_id", ["x", "x"]),
        ("thing_id", ["x", None]),
        ("kind", ["a", "c"]),
        ("power_kw", [0.0, 1.0]),
        ("power_kw", [9.1, 1.0]),
        ("power_kw", ["much", 1.0]),
        ("part", [-0.1, 1.0]),
        ("part", [np.nan, 1.0]),
        ("pieces", [-1, 1]),
        ("pieces", [1.5, 1]),
        ("live", ["perhaps", True]),
        ("at", ["never", "2026-01-01"]),
        ("more", [1, 2]),
    ],
)
def test_conform__refuses_what_pandera_refuses(column: str, values: list[object]) -> None:
    with pytest.raises(pandera.errors.SchemaErrors, match=column):
        conform(SOUND.assign(**{column: values}), SCHEMA)


def test_conform__several_columns_together_are_unique() -> None:
    with pytest.raises(pandera.errors.SchemaErrors, match="kind"):
        conform(SOUND.assign(kind="a", part=1.0), SCHEMA)


def test_conform__a_column_that_may_not_be_missing_is_named() -> None:
    with pytest.raises(pandera.errors.SchemaErrors, match="part"):
        conform(SOUND.drop(columns="part"), SCHEMA)


def test_conform__checks_of_every_table_are_known_ones() -> None:
    used = {check.name for column in SCHEMA.columns.values() for check in column.checks}
    assert used == set(_schema._RULES)
    pd.testing.assert_frame_equal(conform(empty(SCHEMA), SCHEMA), empty(SCHEMA))
