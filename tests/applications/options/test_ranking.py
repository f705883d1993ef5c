"""The order of P15, redone by hand, and each place in words."""

from __future__ import annotations

import random
from dataclasses import replace

from options_setting import APPLIED, candidate, finding, request, setting, tools

from capacity.applications.options import design_option, judged, rank, work_out
from capacity.applications.options.ranking import bands_of, ordinal
from capacity.tables.assessment import Option
from capacity.tables.words import Word
from capacity.tables.works import Yuan

SETTING = setting()
CHOICES = SETTING.choices


def option(
    key: str, verdict: str = "yes", route_m: float = 40.0, yuan: float = 20_000.0, kind: str = "lv_node"
) -> Option:
    one = candidate(kind, route_m, target_id=key)
    ask = request(95.0)
    made = judged(design_option(one, ask, 100.0, "rural", SETTING), finding(200.0), ask, 100.0, SETTING)
    made = work_out(made, ask, "rural", APPLIED, SETTING, tools())
    cost = replace(made.cost, total=Yuan(yuan, yuan, yuan))
    return replace(made, verdict=verdict, cost=cost, reason=Word("349 V < 353.4 V（P10）。", "349 V < 353.4 V (P10)."))


def order(*options: Option, lv_first: bool = True) -> list[str]:
    return [one.candidate.target_id for one in rank(options, CHOICES, lv_first=lv_first)]


def test_bands__begin_at_the_nearest_that_is_left() -> None:
    assert bands_of([40.0, 140.0, 140.1, 900.0, 1125.0, 1126.0], CHOICES) == [0, 0, 1, 2, 2, 3]


def test_safe_before_near_before_economic() -> None:
    yes = option("a", "yes", 400.0, 90_000.0)
    project = option("b", "yes_with_project", 40.0, 5_000.0)
    works = option("c", "yes", 40.0, 5_000.0, kind="larger_transformer")
    staged = option("d", "staged", 10.0, 100.0)
    no = option("e", "not_before_project", 5.0, 0.0)
    assert order(no, staged, works, project, yes) == ["a", "b", "c", "d", "e"]


def test_metres__do_not_beat_fortunes() -> None:
    near_and_dear, far_and_cheap = option("a", route_m=40.0, yuan=220_000.0), option("b", route_m=43.0, yuan=20_000.0)
    assert order(near_and_dear, far_and_cheap) == ["b", "a"]
    assert order(near_and_dear, option("b", route_m=141.0, yuan=20_000.0)) == ["a", "b"]


def test_existing_line__before_a_circuit_of_its_own() -> None:
    assert order(option("a", yuan=10.0, kind="dedicated_circuit"), option("b", yuan=20.0)) == ["b", "a"]


def test_low_voltage__before_ten_kilovolts_within_its_limit() -> None:
    tee, larger = option("a", kind="mv_tee"), option("b", kind="larger_transformer", route_m=400.0)
    assert order(tee, larger) == ["b", "a"]
    assert order(tee, larger, lv_first=False) == ["a", "b"]
    assert order(tee, option("b", "staged")) == ["a", "b"]  # where low voltage cannot


def test_order__does_not_hang_on_the_input() -> None:
    options = [option(key, route_m=metres) for key, metres in (("b", 40.0), ("a", 40.0), ("d", 80.0), ("c", 300.0))]
    first = rank(options, CHOICES, lv_first=True)
    for seed in range(5):
        shuffled = random.Random(seed).sample(options, len(options))
        assert rank(shuffled, CHOICES, lv_first=True) == first
    assert [one.rank for one in first] == [1, 2, 3, 4]
    assert [one.candidate.target_id for one in first] == ["a", "b", "d", "c"]


def test_places__say_what_decided() -> None:
    ranked = rank(
        (
            option("a", route_m=40.0),
            option("b", route_m=60.0, yuan=33_000.0),
            option("c", route_m=145.0),
            option("d", "yes_with_project", route_m=40.0),
            option("e", "not_before_project"),
            option("f", route_m=60.0, yuan=33_000.0),
        ),
        CHOICES,
        lv_first=True,
    )
    said = {one.candidate.target_id: one.place for one in ranked}
    assert said["a"].en == "1st: safe as the grid stands, over 40 m, the nearest of those (P15)."
    assert said["b"].en == "2nd: as safe as the 1st, about as near, but about 13,000 CNY dearer (P15)."
    assert said["f"].en == "3rd: as safe as the 2nd, and the same in everything else: by id (P15)."
    assert said["c"].en == "4th: as safe as the 3rd, but 85 m farther (P15)."
    assert said["d"].en.startswith("5th: possible as the grid stands, with a project to follow (P6), which comes after")
    assert said["e"].en == "rejected: 349 V < 353.4 V (P10)."
    assert said["c"].zh == "第4位：与第3位同样安全，但路径远 85 米（P15）。"
    assert said["e"].zh == "未采用：349 V < 353.4 V（P10）。"


def test_rejected__by_distance() -> None:
    far, near = option("a", "not_before_project", 90.0), option("b", "unknown", 20.0)
    assert order(far, near) == ["b", "a"]
    assert all(one.rank == 0 for one in rank((far, near), CHOICES, lv_first=True))


def test_ordinals() -> None:
    assert [ordinal(n).en for n in (1, 2, 3, 4, 11, 12, 13, 21, 22)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd",
    ]  # fmt: skip
