"""What is chosen where the whole grid refutes a set to the last."""

from __future__ import annotations

from dataclasses import replace

from capacity.reinforcing.confirming import of_what_holds
from tests.planning_cases import found, measure, need


def test_of_what_holds__is_chosen_again_until_the_grid_bears_it_out():
    """M1 was to clear N1 and N2; in the whole grid it clears N1 alone, and goes on doing so."""
    needs, measures = [need("N1"), need("N2")], [measure("M1", 90.0, "T1")]
    asked = []

    def confirmed(parts, stage):
        asked.append((stage, [[own.need_id for own in part.clears] for part in parts]))
        seen = tuple(replace(part, clears=found("M1", "N1").clears, full_year=True) for part in parts)
        return {2027: len(asked)}, seen, frozenset({"F1"} if len(asked) == 1 else ())

    known = {}
    choice, after = of_what_holds(needs, measures, (found("M1", "N1 N2", released=20.0),), confirmed, known)
    assert asked == [("check, the last", [["N1", "N2"]]), ("check, the last", [["N1"]])]
    assert after == {2027: 2}  # the years as that choice leaves them
    assert [[own.need_id for own in part.clears] for part in choice.parts] == [["N1"]]
    assert choice.needs.set_index("need_id")["outcome"].to_dict() == {"N1": "cleared", "N2": "open"}
    assert known["F1", frozenset({"M1"})].clears == found("M1", "N1").clears
