"""The choice among verified measures, by hand: who is in, who is out, and the numbers in the reasons."""

from __future__ import annotations

from typing import Any

import pytest
from planning_cases import found, measure, need

from capacity.errors import RequestError
from capacity.planning.choosing import choose, choose_and_verify
from capacity.tables.choice import Choice
from capacity.tables.measure import Measure, Need, Verified


def chosen(choice: Choice) -> list[str]:
    return list(choice.measures.loc[choice.measures["chosen"], "measure_id"])


def of(choice: Choice, measure_id: str) -> Any:
    return choice.measures.set_index("measure_id").loc[measure_id]


def outcome(choice: Choice, need_id: str) -> Any:
    return choice.needs.set_index("need_id").loc[need_id]


def test_choose__one_dear_measure_against_two_cheap_ones() -> None:
    # M1 clears both for 150; M2 and M3 clear one each for 80 and 60 in LV networks of their own: 140
    needs = [need("N1"), need("N2")]
    measures = [measure("M1", 150.0, "L1"), measure("M2", 80.0, "T1"), measure("M3", 60.0, "T2")]
    verified = [found("M1", "N1 N2"), found("M2", "N1", touches="t1"), found("M3", "N2", touches="t2")]
    choice = choose(needs, measures, verified)
    assert chosen(choice) == ["M2", "M3"]
    assert choice.feeders["cost_yuan"].tolist() == [140.0]
    assert of(choice, "M1")["reason"] == "dearer"
    assert of(choice, "M1")["difference_yuan"] == 10.0
    assert "costs 10 CNY more" in of(choice, "M1")["why_en"]
    assert "多 10 元" in of(choice, "M1")["why_zh"]
    assert of(choice, "M2")["reason"] == "cheapest"
    assert of(choice, "M2")["difference_yuan"] == 10.0  # without M2: M1 for both
    assert [part.name for part in choice.parts] == ["M2", "M3"]
    assert choice.feeders["verified_as_one"].tolist() == [False]


def test_choose__nothing_is_additive_unless_stated() -> None:
    # the same without statements of what they touch: M2 and M3 were never verified together, so M1 it is
    needs = [need("N1"), need("N2")]
    measures = [measure("M1", 150.0, "L1"), measure("M2", 80.0, "T1"), measure("M3", 60.0, "T2")]
    verified = [found("M1", "N1 N2"), found("M2", "N1"), found("M3", "N2")]
    choice = choose(needs, measures, verified)
    assert chosen(choice) == ["M1"]
    assert of(choice, "M2")["reason"] == "leaves_open"
    assert "P4 at T-N2 (2027)" in of(choice, "M2")["why_en"]
    assert choice.feeders["verified_as_one"].tolist() == [True]


def test_choose__a_verified_combination_is_worth_what_was_verified() -> None:
    # together they clear what neither clears alone
    needs = [need("N1")]
    measures = [measure("M1", 30.0, "T1"), measure("M2", 20.0, "T2"), measure("M3", 70.0, "T3")]
    choice = choose(needs, measures, [found("M1"), found("M2"), found("M1+M2", "N1"), found("M3", "N1")])
    assert chosen(choice) == ["M1", "M2"]
    assert of(choice, "M3")["difference_yuan"] == 20.0


@pytest.mark.parametrize(("with_both", "expected"), [(False, ["M3"]), (True, ["M1", "M2"])])
def test_choose__two_measures_on_one_element(with_both: bool, expected: list[str]) -> None:
    # a tap change and a replacement of T1: only if both were verified together they may go together
    needs = [need("N1"), need("N2")]
    measures = [measure("M1", 10.0, "T1"), measure("M2", 20.0, "T1"), measure("M3", 50.0, "T9")]
    verified = [found("M1", "N1", touches="a"), found("M2", "N2", touches="b"), found("M3", "N1 N2")]
    if with_both:
        verified.append(found("M1+M2", "N1 N2"))
    choice = choose(needs, measures, verified)
    assert chosen(choice) == expected


def test_choose__a_conflict_is_named() -> None:
    measures = [measure("M1", 10.0, "T1"), measure("M2", 20.0, "T1")]
    choice = choose([need("N1")], measures, [found("M1", "N1"), found("M2", "N1")])
    rejected = of(choice, "M2")
    assert rejected["conflicts_with"] == "M1"
    assert "conflicts with the chosen M1 (both on T1)" in rejected["why_en"]
    assert "与已选措施 M1（同为 T1） 冲突" in rejected["why_zh"]


def test_choose__what_is_required_comes_along_and_is_paid() -> None:
    # the additional transformer for 40 needs the tie for 50: the larger one for 85 is cheaper than 90
    needs = [need("N1")]
    tie, added = measure("M1", 50.0, "L9", kind="feeder_tie"), measure("M2", 40.0, "T2", requires=["M1"])
    larger = measure("M3", 85.0, "T1")
    verified = [found("M1", touches="mv"), found("M2", "N1", touches="t2"), found("M3", "N1", touches="t1")]
    choice = choose(needs, [tie, added, larger], verified)
    assert chosen(choice) == ["M3"]
    assert of(choice, "M2")["difference_yuan"] == 5.0
    cheaper = choose(needs, [measure("M1", 44.0, "L9"), added, larger], verified)
    assert chosen(cheaper) == ["M1", "M2"]


def test_choose__new_violations_missing_prices_and_failed_load_flows_are_not_chosen() -> None:
    broken = need("X", rule="P10")
    needs = [need("N1")]
    measures = [measure("M1", 1.0, "T1"), measure("M2", None, "T2"), measure("M3", 2.0, "T3"), measure("M4", 3.0, "T4")]
    verified = [
        found("M1", "N1", creates=(broken,)),
        found("M2", "N1"),
        found("M3", "N1", solved=False),
    ]
    choice = choose(needs, measures, verified)
    assert chosen(choice) == []
    assert choice.measures["reason"].tolist() == ["creates", "cost_unknown", "not_solved", "not_verified"]
    assert "P10 at T-X" in of(choice, "M1")["why_en"]
    assert outcome(choice, "N1")["outcome"] == "open"
    assert choice.feeders["open_must"].tolist() == [1]


def test_choose__p3_as_a_new_violation_forbids_nothing() -> None:
    verified = [found("M1", "N1", creates=(need("X", rule="P3"),))]
    assert chosen(choose([need("N1")], [measure("M1", 1.0, "T1")], verified)) == ["M1"]


def test_choose__p4_before_p5_before_money() -> None:
    # M1 clears the P4; M2 two P5s and excludes M1. One open P4 weighs more than any number of P5 and any money.
    needs = [need("N1"), need("N2", rule="P5"), need("N3", rule="P5")]
    measures = [measure("M1", 1000.0, "T1"), measure("M2", 1.0, "T1")]
    choice = choose(needs, measures, [found("M1", "N1"), found("M2", "N2 N3")])
    assert chosen(choice) == ["M1"]
    assert outcome(choice, "N2")["outcome"] == "open"
    assert "M2 would clear it, but not beside" in outcome(choice, "N2")["why_en"]
    assert choice.feeders[["open_must", "open_pre_control"]].to_numpy().tolist() == [[0, 2]]


@pytest.mark.parametrize(("rule", "expected"), [("P3", []), ("P19", []), ("P5", ["M1"]), ("P6", ["M1"])])
def test_choose__p3_and_p19_force_nothing(rule: Any, expected: list[str]) -> None:
    choice = choose([need("N1", rule=rule)], [measure("M1", 5.0, "T1")], [found("M1", "N1")])
    assert chosen(choice) == expected
    if not expected:
        assert outcome(choice, "N1")["duty"] == "listed"
        assert "forces nothing" in outcome(choice, "N1")["why_en"]
        assert of(choice, "M1")["reason"] == "clears_nothing"


def test_choose__for_the_whole_horizon() -> None:
    # 400 kVA lasts until 2028, 630 kVA until 2030: the cheaper one is not enough
    years = range(2027, 2031)
    measures = [measure("M1", 80.0, "T1"), measure("M2", 120.0, "T1")]
    verified = [found("M1", {"N1": (2027, 2028)}), found("M2", {"N1": tuple(years)})]
    choice = choose([need("N1", years)], measures, verified)
    assert chosen(choice) == ["M2"]
    assert "P4 at T-N1 (2029–2030)" in of(choice, "M1")["why_en"]
    alone = choose([need("N1", years)], measures[:1], verified[:1])
    assert outcome(alone, "N1")["outcome"] == "partly"
    assert outcome(alone, "N1")["open_years"] == "2029;2030"
    assert "no verified measure clears it" in outcome(alone, "N1")["why_en"]


def test_choose__equal_costs_fall_to_fewer_measures_and_then_to_the_first_ids() -> None:
    needs = [need("N1"), need("N2")]
    measures = [measure(key, 50.0, key) for key in ("M3", "M1", "M2")] + [measure("M4", 100.0, "T4")]
    sets = [
        found("M1", "N1", touches="a"),
        found("M2", "N1", touches="a"),
        found("M3", "N2", touches="b"),
        found("M4", "N1 N2"),
    ]
    assert chosen(choose(needs, measures, sets)) == ["M4"]  # 100 either way: one measure rather than two
    for order in (sets[:3], sets[2::-1]):
        choice = choose(needs, measures[:3], order)
        assert chosen(choice) == ["M1", "M3"]
    assert of(choice, "M1")["reason"] == "tie"
    assert of(choice, "M2")["reason"] == "equal"


def test_choose__existing_deficits_and_connections_are_kept_apart() -> None:
    # the existing deficit alone: M1 for 80. With the connection M2 for 120 does both: the newcomer bears 40.
    needs = [need("N1", existing=True), need("N2", rule="P6", applications=("SQ1",))]
    measures = [measure("M1", 80.0, "T1"), measure("M2", 120.0, "T1")]
    choice = choose(needs, measures, [found("M1", "N1"), found("M2", "N1 N2")])
    row = choice.feeders.iloc[0]
    assert [row[f"{one}_cost_yuan"] for one in ("existing", "growth", "connection")] == [80.0, 0.0, 40.0]
    assert of(choice, "M2")["existing_need_ids"] == "N1"
    assert of(choice, "M2")["connection_need_ids"] == "N2"
    assert outcome(choice, "N2")["origin"] == "connection"


def test_choose__existing_stays_existing_even_if_an_application_worsens_it() -> None:
    assert need("N1", existing=True, applications=("SQ1",)).origin == "existing"


def test_choose_and_verify__what_is_refuted_together_is_not_chosen_together() -> None:
    # apart by statement, but verified as one N2 is not cleared: then M1 for 150 rather than M2 + M3 for 140
    needs = [need("N1"), need("N2")]
    measures = [measure("M1", 150.0, "L1"), measure("M2", 80.0, "T1"), measure("M3", 60.0, "T2")]
    verified = [found("M1", "N1 N2"), found("M2", "N1", touches="t1"), found("M3", "N2", touches="t2")]
    asked: list[list[str]] = []

    def verify(feeder_id: str, measure_ids: frozenset[str]) -> Verified:
        asked.append(sorted(measure_ids))
        return found("+".join(measure_ids), "N1", feeder=feeder_id)

    choice, known = choose_and_verify(needs, measures, verified, verify)
    assert asked == [["M2", "M3"]]
    assert chosen(choice) == ["M1"]
    assert len(known) == 4
    assert choice.feeders["verified_as_one"].tolist() == [True]


def test_choose_and_verify__an_answer_about_something_else_is_refused() -> None:
    needs = [need("N1"), need("N2")]
    measures = [measure("M2", 80.0, "T1"), measure("M3", 60.0, "T2")]
    verified = [found("M2", "N1", touches="t1"), found("M3", "N2", touches="t2")]
    with pytest.raises(RequestError, match="M2"):
        choose_and_verify(needs, measures, verified, lambda feeder, ids: found("M2", "N1"))


def test_choose__feeders_are_chosen_apart_and_nothing_at_all_is_an_answer() -> None:
    choice = choose([need("N1"), need("N2", feeder="F2")], [measure("M1", 5.0, "T1")], [found("M1", "N1")])
    assert choice.feeders["feeder_id"].tolist() == ["F1", "F2"]
    assert outcome(choice, "N2")["outcome"] == "open"
    none = choose([], [], [])
    assert none.parts == ()
    assert list(none.measures.columns) == list(choice.measures.columns)


def test_choose__every_fault_at_once() -> None:
    needs: list[Need] = [need("N1"), need("N1"), need("N2", (2028, 2027))]
    measures: list[Measure] = [measure("M1", -5.0, "T1", requires=["M9"]), measure("M2", float("nan"), "T1")]
    verified = [found("M1+M7", "N5"), found("M2", {"N1": (2099,)})]
    with pytest.raises(RequestError) as caught:
        choose(needs, measures, verified)
    told = "\n".join(caught.value.faults_en)
    for part in ("N1 is there 2 times", "N2: its years", "M1 costs -5", "M2 costs nan", "M9", "M7", "N5", "2099"):
        assert part in told
    assert len(caught.value.faults_zh) == len(caught.value.faults_en)
