"""A measure is done once: it belongs to one part of the choice."""

from __future__ import annotations

from planning_cases import found, measure, need

from capacity.planning.choosing import choose


def test_parts__do_not_overlap_even_where_their_sets_touch_apart():
    needs = [need("N1", (2036,)), need("N2", (2036,))]
    measures = [measure("M1", 10_000.0, "S1"), measure("M2", 20_000.0, "T1")]
    sets = [
        found("M1", {"N1": (2036,)}, touches="feeder:F1"),
        found("M1+M2", {"N1": (2036,), "N2": (2036,)}, touches="network:T1"),
    ]
    choice = choose(needs, measures, sets)
    assert [part.name for part in choice.parts] == ["M1+M2"]
    assert list(choice.feeders["cost_yuan"]) == [30_000.0]
