"""What is planned for: which years of which future, on which feeders."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from capacity.errors import RequestError
from capacity.tables.case import Case
from capacity.tables.scenario import Scenario
from capacity.tables.words import Word

PRESENT = Scenario(name="present", title_zh="现状电网", title_en="the present grid")
TRIED_YEARS = 3
"""Years of the horizon that candidates are tried in."""


def horizon_of(case: Case, scenario: Scenario | None, years: Sequence[int]) -> tuple[int, ...]:
    """The calendar years asked for, else those of the scenario's horizon; without a scenario the present one.

    Raises
    ------
    RequestError
        No years, years before the case's, or later ones without a scenario.
    """
    base = case.settings.as_of.year
    if scenario is None:
        if any(year != base for year in years):
            raise RequestError(
                [f"未给出情景时只能规划现状（{base} 年）；请用情景文件说明以后年份的负荷"],
                [f"without a scenario only the present ({base}) can be planned for; name a scenario for later years"],
            )
        return (base,)
    asked = tuple(sorted(set(years))) or tuple(range(base + 1, base + scenario.horizon_years + 1))
    if not asked:
        raise RequestError(
            [f"情景“{scenario.name}”没有规划年限（horizon_years），请指定年份"],
            [f"scenario '{scenario.name}' has no horizon_years; ask for years"],
        )
    if not scenario.horizon_years and any(year != base for year in asked):
        raise RequestError(
            [f"情景“{scenario.name}”没有规划年限（horizon_years），其增长不随年份变化；请在情景文件中填写"],
            [
                f"scenario '{scenario.name}' has no horizon_years, so it is the same in every year: state them in "
                "its file"
            ],
        )
    early = [year for year in asked if year < base]
    if early:
        raise RequestError(
            [f"年份 {early} 早于算例截止日所在的 {base} 年"], [f"years {early} lie before {base}, the year of the case"]
        )
    return asked


def refuse_unknown(case: Case, feeders: Collection[str]) -> None:
    """Raise RequestError where a feeder is asked for that the case does not have."""
    known = [str(one) for one in case.topology.feeders["feeder_id"]]
    unknown = sorted(set(feeders) - set(known))
    if unknown:
        raise RequestError(
            [f"没有线路 {'、'.join(unknown)}；可用：{'、'.join(known)}"],
            [f"there is no feeder {', '.join(unknown)}; there are: {', '.join(known)}"],
        )


def years_tried(horizon: Sequence[int]) -> tuple[int, ...]:
    """Evenly spaced years, the first and the last among them."""
    last = len(horizon) - 1
    return tuple(sorted({horizon[round(last * part / (TRIED_YEARS - 1))] for part in range(TRIED_YEARS)}))


def in_words(future: Scenario) -> Word:
    """Which future it is, for evidence."""
    if future is PRESENT:
        return Word(future.title_zh, future.title_en)
    return Word(f"情景 {future.title_zh}", f"scenario '{future.title_en or future.name}'")
