"""Options in the order of P15: safe first, then near, then existing lines, then economic; each place in words.

The plan names the order, not the steps in it. Ours [choice]: routes are equally near within a band, so that metres do
not beat fortunes; a band begins at the nearest route that is left, and its width is a share of that route, at least
``near_band_m``. Within a band an existing line comes before a new one, then the lower likely cost, then the shorter
route, then the key: the order never hangs on the order of the input.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from capacity.applications.options.applying import LV_KINDS, rejected
from capacity.applications.options.choices import OptionChoices
from capacity.tables.assessment import Option
from capacity.tables.register import WORKS_FIRST
from capacity.tables.words import Word
from capacity.units import rounded_down

WILL_DO = ("yes", "yes_with_project", "staged")
_EXISTING = frozenset(("lv_node", "mv_tee", "second_feeder"))
"""Connected to a line that is there; the others take a circuit or a station of their own."""


_STAGED = 4


@dataclass(frozen=True)
class _Standing:
    """What an option is ranked by, best first."""

    safety: int
    voltage: int
    band: int
    existing: int
    yuan: float
    route_m: float
    key: str

    @property
    def order(self) -> tuple[bool, int, int, int, int, float, float, str]:
        group = (self.safety == _STAGED, self.voltage, self.safety)
        return (*group, self.band, self.existing, self.yuan, self.route_m, self.key)


def rank(options: Sequence[Option], choices: OptionChoices, *, lv_first: bool) -> tuple[Option, ...]:
    """The options by rank, then the rejected by distance; each with its place in words.

    Parameters
    ----------
    options : judged, with their cost where it was worked out (without: after those with one).
    lv_first : the request is within the limit of P12, so that low voltage comes before 10 kV.
    """
    standings = _standings([one for one in options if one.verdict in WILL_DO], choices, lv_first)
    best_first = sorted(standings, key=lambda pair: pair[0].order)
    ranked = [
        replace(option, rank=number, place=_place(number, standing, option, best_first))
        for number, (standing, option) in enumerate(best_first, start=1)
    ]
    rest = sorted(
        (one for one in options if one.verdict not in WILL_DO), key=lambda one: (one.candidate.route_m, one.key)
    )
    return (*ranked, *(replace(one, rank=0, place=rejected(one.reason)) for one in rest))


def safety_of(option: Option) -> int:
    """How safe an option is, 0 the safest: at once, at once with a project, after works, in stages."""
    if option.verdict == "staged":
        return _STAGED
    after_works = 2 if option.candidate.kind in WORKS_FIRST else 0
    return after_works + (1 if option.verdict == "yes_with_project" else 0)


def bands_of(routes_m: Sequence[float], choices: OptionChoices) -> list[int]:
    """For every route the band it lies in; a band begins at the shortest route that is in none yet."""
    values = choices.values
    bands: dict[float, int] = {}
    band, end_m = -1, -math.inf
    for route_m in sorted(set(routes_m)):
        if route_m > end_m:
            band += 1
            width_m = max(values.near_band_m.value, route_m * values.near_band_percent.value / 100.0)
            end_m = round(route_m + width_m, 9)
        bands[route_m] = band
    return [bands[route_m] for route_m in routes_m]


def _standings(options: Sequence[Option], choices: OptionChoices, lv_first: bool) -> list[tuple[_Standing, Option]]:
    found: list[tuple[_Standing, Option]] = []
    for safety, voltage in sorted({_group(one, lv_first) for one in options}):
        group = [one for one in options if _group(one, lv_first) == (safety, voltage)]
        routes_m = [round(one.candidate.route_m, 3) for one in group]
        for option, route_m, band in zip(group, routes_m, bands_of(routes_m, choices), strict=True):
            yuan = round(option.cost.total.likely, 2) if option.cost else math.inf
            existing = 0 if option.candidate.kind in _EXISTING else 1
            found.append((_Standing(safety, voltage, band, existing, yuan, route_m, option.key), option))
    return found


def _group(option: Option, lv_first: bool) -> tuple[int, int]:
    return safety_of(option), int(lv_first and option.candidate.kind not in LV_KINDS)


def _place(number: int, standing: _Standing, option: Option, ranked: Sequence[tuple[_Standing, Option]]) -> Word:
    nth = ordinal(number)
    if number == 1:
        return _first_place(standing, option, ranked)
    before, other = ranked[number - 2]
    than = ordinal(number - 1)
    safety = _SAFETY[standing.safety]
    if standing.voltage != before.voltage and _STAGED not in (standing.safety, before.safety):
        return Word(
            f"{nth.zh}：{safety.zh}，但须以10千伏接入，低压优先（P12）。",
            f"{nth.en}: {safety.en}, but at 10 kV: low voltage comes first (P12).",
        )
    if standing.safety != before.safety:
        worse = _SAFETY[before.safety]
        return Word(
            f"{nth.zh}：{safety.zh}，次于{than.zh}（{worse.zh}）（P15）。",
            f"{nth.en}: {safety.en}, which comes after the {than.en} ({worse.en}) (P15).",
        )
    same = Word(f"{nth.zh}：与{than.zh}同样安全", f"{nth.en}: as safe as the {than.en}")
    return Word(
        f"{same.zh}，{_difference(standing, before, option, other).zh}（P15）。",
        f"{same.en}, {_difference(standing, before, option, other).en} (P15).",
    )


def _first_place(standing: _Standing, option: Option, ranked: Sequence[tuple[_Standing, Option]]) -> Word:
    safety, route = _SAFETY[standing.safety], metres(option.candidate.route_m)
    others = [one.route_m for one, _ in ranked[1:] if one.safety == standing.safety]
    near = Word(f"路径 {route} 米", f"over {route} m")
    if others and standing.route_m <= min(others):
        near = Word(f"{near.zh}，为其中最近", f"{near.en}, the nearest of those")
    return Word(f"第1位：{safety.zh}，{near.zh}（P15）。", f"1st: {safety.en}, {near.en} (P15).")


def _difference(standing: _Standing, before: _Standing, option: Option, other: Option) -> Word:
    """By what it comes after the one before."""
    further_m = standing.route_m - before.route_m
    if standing.voltage != before.voltage:
        return Word("但须以10千伏接入，低压优先（P12）", "but at 10 kV: low voltage comes first (P12)")
    if standing.band != before.band:
        return Word(f"但路径远 {metres(further_m)} 米", f"but {metres(further_m)} m farther")
    about = Word("远近相当", "about as near")
    if standing.existing != before.existing:
        return Word(
            f"{about.zh}，但须新建线路，现有线路优先", f"{about.en}, but by a new circuit: existing lines come first"
        )
    if standing.yuan != before.yuan:
        if math.isinf(standing.yuan):
            return Word(f"{about.zh}，但费用未估算", f"{about.en}, but without an estimate of its cost")
        more = f"{max(standing.yuan - before.yuan, 1.0):,.0f}"
        return Word(f"{about.zh}，但费用约高 {more} 元", f"{about.en}, but about {more} CNY dearer")
    if further_m > 0.0:
        return Word(f"但路径远 {metres(further_m)} 米", f"but {metres(further_m)} m farther")
    return Word("条件相同，按编号排列", "and the same in everything else: by id")


def metres(length_m: float) -> str:
    """Whole metres, tenths below ten."""
    return f"{length_m:,.0f}" if length_m >= 10.0 else f"{rounded_down(length_m, 1):g}"


def ordinal(number: int) -> Word:
    """第2位, 2nd."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return Word(f"第{number}位", f"{number}{ending}")


_SAFETY = {
    0: Word("现在即可安全接入", "safe as the grid stands"),
    1: Word("现在即可接入，同时提前立项（P6）", "possible as the grid stands, with a project to follow (P6)"),
    2: Word("工程完成后可安全接入", "safe once the works are done"),
    3: Word("工程完成后可接入，并须提前立项（P6）", "possible once the works are done, with a project to follow (P6)"),
    4: Word("先期只能满足部分容量（P16）", "part of the power at first (P16)"),
}
