"""Whether needs, measures and verified sets fit together; every fault at once."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from capacity.errors import RequestError
from capacity.tables.measure import Measure, Need, Verified
from capacity.tables.words import Word


def refuse_faults(needs: Sequence[Need], measures: Sequence[Measure], verified: Sequence[Verified]) -> None:
    """Raise a ``RequestError`` with every fault, in both languages, or pass."""
    faults = [*_of_needs(needs), *_of_measures(measures), *_of_verified(needs, measures, verified)]
    if faults:
        raise RequestError([fault.zh for fault in faults], [fault.en for fault in faults])


def _twice(keys: Iterable[str], zh: str, en: str) -> Iterator[Word]:
    for key, times in sorted(Counter(keys).items()):
        if times > 1:
            yield Word(f"{zh} {key} 出现 {times} 次：请只保留一个", f"{en} {key} is there {times} times: keep one")


def _of_needs(needs: Sequence[Need]) -> Iterator[Word]:
    yield from _twice((need.need_id for need in needs), "需求", "need")
    for need in needs:
        if not need.years or list(need.years) != sorted(set(need.years)):
            yield Word(
                f"需求 {need.need_id} 的年份 {need.years} 须按升序列出且不重复",
                f"need {need.need_id}: its years {need.years} have to ascend, each once, at least one",
            )


def _of_measures(measures: Sequence[Measure]) -> Iterator[Word]:
    yield from _twice((one.measure_id for one in measures), "措施", "measure")
    known = {one.measure_id: one.feeder_id for one in measures}
    for one in measures:
        cost = one.cost_yuan
        if cost is not None and (math.isnan(cost) or cost < 0.0):
            yield Word(
                f"措施 {one.measure_id} 的费用为 {cost}：未知请留空，不得为负",
                f"measure {one.measure_id} costs {cost}: leave it out where not known, never below 0",
            )
        for other in sorted(one.requires | one.excludes):
            if other == one.measure_id or known.get(other) != one.feeder_id:
                yield Word(
                    f"措施 {one.measure_id} 提到的 {other} 不是线路 {one.feeder_id} 的另一措施",
                    f"measure {one.measure_id} names {other}, which is no other measure of feeder {one.feeder_id}",
                )
        for other in sorted(one.requires & one.excludes):
            yield Word(
                f"措施 {one.measure_id} 既要求又排斥 {other}",
                f"measure {one.measure_id} both requires and excludes {other}",
            )


def _of_verified(needs: Sequence[Need], measures: Sequence[Measure], verified: Sequence[Verified]) -> Iterator[Word]:
    yield from _twice((f"{one.feeder_id}: {one.name}" for one in verified), "校核组合", "verified set")
    feeder_of = {one.measure_id: one.feeder_id for one in measures}
    years_of = {need.need_id: (need.feeder_id, need.years) for need in needs}
    by_id = {one.measure_id: one for one in measures}
    for one in verified:
        if not one.measure_ids:
            yield Word(f"线路 {one.feeder_id} 有一个空的校核组合", f"feeder {one.feeder_id}: a verified set is empty")
        for key in sorted(one.measure_ids):
            if feeder_of.get(key) != one.feeder_id:
                yield Word(
                    f"校核组合 {one.name} 中的 {key} 不是线路 {one.feeder_id} 的措施",
                    f"verified set {one.name}: {key} is no measure of feeder {one.feeder_id}",
                )
            elif by_id[key].excludes & one.measure_ids:
                yield Word(
                    f"校核组合 {one.name} 含有互斥措施 {key} 与 {sorted(by_id[key].excludes & one.measure_ids)}",
                    f"verified set {one.name} holds {key}, which excludes "
                    f"{sorted(by_id[key].excludes & one.measure_ids)}",
                )
        for own in one.clears:
            feeder, years = years_of.get(own.need_id, ("", ()))
            if feeder != one.feeder_id or not set(own.years) <= set(years):
                yield Word(
                    f"校核组合 {one.name} 称消除 {own.need_id}（{own.years}），但线路 {one.feeder_id} 无此需求或年份",
                    f"verified set {one.name} says it clears {own.need_id} in {own.years}: feeder {one.feeder_id} has "
                    "no such need in these years",
                )
