"""Small parts of the document: texts, figures that may be missing, days, money, limits, works."""

from __future__ import annotations

import datetime as dt
import math

import pandas as pd

from capacity.applications.answers.document import DayRange, Limit, Money, Room, Text, WorkLine
from capacity.applications.answers.told import limit_in_words, rule_of, why_no_room
from capacity.tables import connection
from capacity.tables.stage_plan import PlannedDay
from capacity.tables.words import CRITERION, Word
from capacity.tables.works import KINDS, Work, Yuan


def text(word: Word) -> Text:
    """A word in both languages."""
    return Text(zh=word.zh, en=word.en)


def text_or_none(word: Word | None) -> Text | None:
    """The same, or null where there is nothing to say."""
    return text(word) if word is not None and (word.zh or word.en) else None


def known(value: float | None) -> float | None:
    """A figure; null where it is not one."""
    return None if value is None or not math.isfinite(value) else float(value)


def stated(value: str | None) -> str | None:
    """A text; null where it is empty."""
    return str(value) if value is not None and not pd.isna(value) and value != "" else None


def moment(at: dt.datetime | None) -> str | None:
    """A moment to the second, without a time zone; null where there is none."""
    return None if at is None or pd.isna(at) else f"{at:%Y-%m-%dT%H:%M:%S}"


def day_range(day: PlannedDay | None) -> DayRange | None:
    """A planned day."""
    return None if day is None else some_day_range(day)


def some_day_range(day: PlannedDay) -> DayRange:
    """A planned day that there is."""
    return DayRange(earliest=day.earliest, latest=day.latest, published=day.published)


def money(amount: Yuan) -> Money:
    """An amount of money."""
    return Money(low_yuan=amount.low, likely_yuan=amount.likely, high_yuan=amount.high)


def limit(binding: connection.Binding | None) -> Limit | None:
    """A limit; null where nothing binds."""
    return None if binding is None else some_limit(binding)


def some_limit(binding: connection.Binding) -> Limit:
    """A limit that there is."""
    return Limit(
        criterion=binding.criterion,
        criterion_text=text(CRITERION[binding.criterion]),
        rule=rule_of(binding.criterion),
        element_id=binding.element_id,
        new=binding.new,
        at=moment(binding.at),
        value=known(binding.value),
        limit=known(binding.limit),
        unit=binding.unit,
        text=text(limit_in_words(binding)),
    )


def room(found: connection.Room) -> Room:
    """The largest load, with what limits it."""
    return Room(
        kva=known(found.kva),
        reason=found.reason,
        reason_text=text_or_none(why_no_room(found)),
        binding=limit(found.binding),
        next_binding=limit(found.next_binding),
        next_kva=known(found.next_kva),
    )


def work_line(work: Work) -> WorkLine:
    """Something to be built."""
    kind = KINDS[work.kind]
    return WorkLine(
        kind=work.kind,
        text=text(work.words),
        type_name=stated(work.type_name),
        size=known(work.rated),
        size_unit=stated(kind.size_unit),
        quantity=work.quantity,
        unit=kind.unit,
        side=work.stands,
        serves_all=work.serves_all,
        element_ids=work.element_ids,
        note=text_or_none(Word(work.note_zh, work.note_en)),
    )
