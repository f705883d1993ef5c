"""A plan in words, Chinese and English."""

from __future__ import annotations

from capacity.tables.stage_plan import PlannedDay, Slack, StagePlan
from capacity.tables.words import PROJECT_STAGE, Word


def plan_in_words(plan: StagePlan) -> Word:
    """What follows from a plan: latest start and slack or delay, the earliest energisation, and what is estimated."""
    sentences = [_wanted(plan, plan.slack) if plan.slack else _forwards(plan), *_estimated(plan)]
    return Word("".join(sentence.zh for sentence in sentences), " ".join(sentence.en for sentence in sentences))


def day_in_words(day: PlannedDay) -> Word:
    """A day, or the range that it is estimated in, with its preposition: on, about, between."""
    if day.published or day.earliest == day.latest:
        about = Word("", "on") if day.published else Word("约", "about")
        return Word(f"{about.zh}{day.earliest}", f"{about.en} {day.earliest}")
    return Word(f"{day.earliest}至{day.latest}之间", f"between {day.earliest} and {day.latest}")


def _wanted(plan: StagePlan, slack: Slack) -> Word:
    first, start = PROJECT_STAGE[plan.stages[0].stage], day_in_words(plan.stages[0].start)
    earliest = day_in_words(plan.earliest_energisation)
    needed = Word(
        f"按{plan.wanted}送电倒排（P17），共需{plan.working_days}个工作日，{first.zh}最迟须于{start.zh}开始",
        f"Counted back from energisation on {plan.wanted} (P17), {_days(plan.working_days)} are needed and the stage "
        f"'{first.en}' has to begin {start.en} at the latest",
    )
    if slack.in_time is None:
        return Word(
            f"{needed.zh}；是否来得及取决于尚未公布的节假日，若今日（{plan.today}）开始，{earliest.zh}可送电。",
            f"{needed.en}; whether that can be kept hangs on holidays not yet published. Begun today ({plan.today}), "
            f"energisation is possible {earliest.en}.",
        )
    if slack.in_time:
        spare = _range(slack.fewest, slack.most)
        return Word(
            f"{needed.zh}，距今日（{plan.today}）富余{spare.zh}个工作日。",
            f"{needed.en}: {spare.en} working day(s) to spare from today ({plan.today}).",
        )
    late = _range(-slack.most, -slack.fewest)
    return Word(
        f"{needed.zh}，已晚{late.zh}个工作日；若今日（{plan.today}）开始，最早{earliest.zh}可送电。",
        f"{needed.en}: already too late by {late.en} working day(s). Begun today ({plan.today}), energisation "
        f"is possible {earliest.en} at the earliest.",
    )


def _forwards(plan: StagePlan) -> Word:
    earliest = day_in_words(plan.earliest_energisation)
    return Word(
        f"若今日（{plan.today}）开始，共需{plan.working_days}个工作日，最早{earliest.zh}可送电（P17）。",
        f"Begun today ({plan.today}), {_days(plan.working_days)} are needed and energisation is "
        f"possible {earliest.en} at the earliest (P17).",
    )


def _estimated(plan: StagePlan) -> list[Word]:
    days = [plan.earliest_energisation, *(day for stage in plan.stages for day in (stage.start, stage.finish))]
    if all(day.published for day in days):
        return []
    return [
        Word(
            f"国务院公布的节假日安排截至{plan.calendar_until}，其后的工作日尚未公布：取决于这些工作日的日期为估计区间，"
            "由历年节假日安排逐一套算得出（P14）。",
            f"The official holidays are published up to {plan.calendar_until}: days that depend on later ones are "
            "estimated ranges, from the holidays of each published year laid over them (P14).",
        )
    ]


def _days(count: int) -> str:
    return f"{count} working day" + ("" if count == 1 else "s")


def _range(fewest: int, most: int) -> Word:
    shown = str(fewest) if fewest == most else f"{fewest}–{most}"
    return Word(shown, shown)
