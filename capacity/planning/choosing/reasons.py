"""Why each measure was chosen or rejected, found by solving again with it, or without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from capacity.planning.choosing.problem import (
    Problem,
    Wanted,
    admissible,
    clears,
    shared_elements,
    stated_exclusive,
)
from capacity.planning.choosing.solving import Picked, cheapest
from capacity.planning.choosing.telling import joined, told_needs, yuan
from capacity.tables.measure import Measure, Verified
from capacity.tables.words import Word

_NO_DIFFERENCE = 0.005  # yuan


@dataclass(frozen=True)
class Why:
    """Why a measure is in or out; ``difference_yuan`` None where it is no matter of cost."""

    reason: str
    difference_yuan: float | None
    conflicts_with: tuple[str, ...]
    words: Word


def why_chosen(problem: Problem, picked: Picked, one: Measure) -> Why:
    """Against the cheapest choice without it."""
    without = cheapest(problem, without_ids=[one.measure_id], unique=False)
    assert without is not None  # nothing at all is always a choice
    lost = _opened(problem, picked, without)
    if lost:
        told = told_needs(lost)
        return Why(
            "needed",
            None,
            (),
            Word(f"缺少它将无法消除：{told.zh}", f"without it these stay open: {told.en}"),
        )
    difference = without.cost_yuan - picked.cost_yuan
    if difference > _NO_DIFFERENCE:
        instead = joined(key for key in without.measure_ids if key not in picked.measure_ids)
        words = Word(
            f"不用它最省的方案多 {yuan(difference)} 元（改用 {instead}）",
            f"the cheapest choice without it costs {yuan(difference)} CNY more (with {instead})",
        )
        return Why("cheapest", difference, (), words)
    words = Word(
        "有费用相同的其他方案；按措施较少、编号在前选取",
        "another choice costs the same; fewer measures, then the first ids decided",
    )
    return Why("tie", 0.0, (), words)


def why_rejected(
    problem: Problem, picked: Picked, one: Measure, measures: Sequence[Measure], verified: Sequence[Verified]
) -> Why:
    """Against the cheapest choice that has it."""
    by_id = {other.measure_id: other for other in measures}
    own = [each for each in verified if one.measure_id in each.measure_ids]
    conflicts = [key for key in picked.measure_ids if _conflict(one, by_id[key], own)]
    beside = _told_conflicts(one, conflicts, by_id)
    if not own:
        return Why("not_verified", None, tuple(conflicts), Word("没有经潮流校核的结果", "no load flow has verified it"))
    if one.cost_yuan is None:
        return Why("cost_unknown", None, tuple(conflicts), Word("没有单价，无法比较", "it has no price to compare by"))
    if not any(admissible(each, by_id) for each in own):
        return _inadmissible(own, by_id, tuple(conflicts))
    if not any(clears(each, wanted) for each in own if admissible(each, by_id) for wanted in problem.wanted):
        words = Word("不能消除本线路的任何需求", "it clears none of the needs of the feeder")
        return Why("clears_nothing", None, tuple(conflicts), _with(words, beside))
    best = cheapest(problem, with_ids=[one.measure_id], unique=False)
    if best is None:
        lacking = joined(sorted(one.requires)) or "—"
        words = Word(f"须先有 {lacking}，而该条件无法满足", f"it requires {lacking}, which cannot be had beside it")
        return Why("not_possible", None, tuple(conflicts), _with(words, beside))
    lost = _opened(problem, picked, best)
    if lost:
        told = told_needs(lost)
        words = Word(f"采用它则无法消除：{told.zh}", f"with it these stay open: {told.en}")
        return Why("leaves_open", None, tuple(conflicts), _with(words, beside))
    difference = best.cost_yuan - picked.cost_yuan
    if difference > _NO_DIFFERENCE:
        words = Word(
            f"采用它的最省方案（{joined(best.measure_ids)}）多 {yuan(difference)} 元",
            f"the cheapest choice with it ({joined(best.measure_ids)}) costs {yuan(difference)} CNY more",
        )
        return Why("dearer", difference, tuple(conflicts), _with(words, beside))
    words = Word(
        "有它的方案费用相同；按措施较少、编号在前未选",
        "a choice with it costs the same; fewer measures, then the first ids decided against it",
    )
    return Why("equal", 0.0, tuple(conflicts), _with(words, beside))


def _opened(problem: Problem, picked: Picked, other: Picked) -> list[Wanted]:
    """What another choice leaves open beyond what is open anyway; empty where it clears as much."""
    if (other.open_must, other.open_pre_control) <= (picked.open_must, picked.open_pre_control):
        return []
    return [problem.wanted[number] for number in other.open if number not in picked.open]


def _conflict(one: Measure, chosen: Measure, own: Sequence[Verified]) -> bool:
    together = any(chosen.measure_id in each.measure_ids for each in own)
    return stated_exclusive(one, chosen) or (bool(shared_elements(one, chosen)) and not together)


def _told_conflicts(one: Measure, conflicts: Sequence[str], by_id: dict[str, Measure]) -> Word | None:
    if not conflicts:
        return None
    zh, en = [], []
    for key in conflicts:
        same = joined(shared_elements(one, by_id[key]))
        zh.append(f"{key}（同为 {same}）" if same else key)
        en.append(f"{key} (both on {same})" if same else key)
    return Word(f"与已选措施 {'、'.join(zh)} 冲突", f"it conflicts with the chosen {', '.join(en)}")


def _with(words: Word, beside: Word | None) -> Word:
    return words if beside is None else Word(f"{words.zh}；{beside.zh}", f"{words.en}; {beside.en}")


def _inadmissible(own: Sequence[Verified], by_id: dict[str, Measure], conflicts: tuple[str, ...]) -> Why:
    harmful = next((each for each in own if each.solved and each.harm), None)
    if harmful is not None:
        made = harmful.harm[0]
        words = Word(
            f"{harmful.name} 产生新的越限：{made.words.zh}",
            f"{harmful.name} creates a new violation: {made.words.en}",
        )
        return Why("creates", None, conflicts, words)
    unsolved = next((each for each in own if not each.solved), None)
    if unsolved is not None:
        words = Word(
            f"{unsolved.name} 的潮流不收敛，效果未知",
            f"the load flow of {unsolved.name} gave no answer: its effect is not known",
        )
        return Why("not_solved", None, conflicts, words)
    unpriced = joined(sorted(key for each in own for key in each.measure_ids if by_id[key].cost_yuan is None))
    words = Word(f"只在与 {unpriced} 组合时校核过，而其费用未知", f"verified only beside {unpriced}, without a price")
    return Why("cost_unknown", None, conflicts, words)
