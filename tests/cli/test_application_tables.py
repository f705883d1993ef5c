"""How an application is told in a line."""

from __future__ import annotations

import pytest

from capacity.cli.application_tables import one_line
from capacity.tables.register import Application, Facts


def received(**place: object) -> Application:
    facts = Facts(p_kw=30.0, customer_kind="other", **place)  # type: ignore[arg-type]
    return Application("A1", 1, "received", facts, None, None, None, None, None, None)


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ({"node_id": "N1", "transformer_id": "T1"}, "at N1"),
        ({"transformer_id": "T1"}, "at T1"),
        ({"feeder_id": "F1"}, "at F1"),
        ({"longitude": 99.2, "latitude": 25.1}, "at 99.2,25.1"),
        ({}, "at an unknown place"),
    ],
)
def test_one_line__says_where_the_customer_is(place: dict[str, object], told: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("capacity.cli.language._current", ["en"])
    assert told in one_line(received(**place))
