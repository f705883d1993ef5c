"""The file of durations: its schema, and the stages that works go through with their working days (P17)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from capacity.errors import RequestError
from capacity.tables.stage_plan import Pace, Stage
from capacity.tables.words import WORK_KIND
from capacity.tables.works import KINDS, Mark, Work, weakest
from capacity.works.faults import refuse_faulty
from capacity.works.reading import Source, bundled, read_as, refuse

FILE = "durations.yaml"
STAGES: tuple[Stage, ...] = get_args(Stage)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Days(_Frozen):
    """Working days at each pace."""

    short: float = Field(ge=0)
    usual: float = Field(ge=0)
    long: float = Field(ge=0)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.short <= self.usual <= self.long:
            found = f"short {self.short:g}, usual {self.usual:g}, long {self.long:g}"
            refuse([(f"{found} are not in rising order: put them right", f"{found} 没有从小到大：请更正")])
        return self

    def at(self, pace: Pace) -> float:
        """The days at a pace."""
        return {"short": self.short, "usual": self.usual, "long": self.long}[pace]


NONE = Days(short=0, usual=0, long=0)


class Procedure(_Frozen):
    """The stages beside construction that works of this sort go through."""

    key: str = Field(min_length=1)
    text_zh: str
    text_en: str
    stages: dict[Stage, Days]
    source: str
    mark: Mark

    @model_validator(mode="after")
    def _without_construction(self) -> Self:
        if "construction" in self.stages:
            refuse([("construction belongs under works: move it there", "construction 属于 works：请移到那里")])
        return self


class Construction(_Frozen):
    """How long it takes to build works of some kinds, and which procedure they follow."""

    key: str = Field(min_length=1)
    kinds: tuple[str, ...] = Field(min_length=1)
    procedure: str
    up_to: float | None = Field(default=None, gt=0, description="metres of length, else size; left out: any")
    setup: Days
    per_100_m: Days = NONE
    per_piece: Days = NONE
    source: str
    mark: Mark

    def days(self, work: Work, pace: Pace) -> float:
        """Working days of one crew."""
        length = self.per_100_m.at(pace) * (work.length_m or 0.0) / 100.0
        return self.setup.at(pace) + work.count * (length + self.per_piece.at(pace))


class Durations(_Frozen):
    """A file of durations. One that loads knows every kind of work."""

    name: str = Field(min_length=1)
    crews: int = Field(ge=1, description="that build the works of one project at the same time")
    crews_source: str
    crews_mark: Mark
    procedures: tuple[Procedure, ...] = Field(min_length=1)
    works: tuple[Construction, ...] = Field(min_length=1)
    sources: dict[str, Source]

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        entries: tuple[Procedure | Construction, ...] = (*self.procedures, *self.works)
        keys = [entry.key for entry in entries]
        cited = {"crews": self.crews_source} | {entry.key: entry.source for entry in entries}
        known = {procedure.key for procedure in self.procedures}
        open_ended = {kind for work in self.works if work.up_to is None for kind in work.kinds}
        faults = [
            (f"two entries are called '{key}': rename one", f"有两个条目都叫“{key}”：请改名")
            for key in sorted({key for key in keys if keys.count(key) > 1})
        ]
        faults += [
            (
                f"{key}: source '{source}' is not listed under sources: add it",
                f"{key}：sources 中没有“{source}”，请补充",
            )
            for key, source in cited.items()
            if source not in self.sources
        ]
        faults += [
            (
                f"{work.key}: there is no procedure '{work.procedure}': add it",
                f"{work.key}：没有流程“{work.procedure}”，请补充",
            )
            for work in self.works
            if work.procedure not in known
        ]
        faults += [
            (f"{work.key}: no kind of work is called '{kind}': correct it", f"{work.key}：没有工程类别“{kind}”，请更正")
            for work in self.works
            for kind in work.kinds
            if kind not in KINDS
        ]
        faults += [
            (
                f"nothing is stated for {kind} of any size: add it under works",
                f"{kind}（不限规格）没有工期，请在 works 补充",
            )
            for kind in KINDS
            if kind not in open_ended
        ]
        refuse(faults)
        return self

    def procedure(self, key: str) -> Procedure:
        """The procedure of that name."""
        return next(procedure for procedure in self.procedures if procedure.key == key)

    def construction(self, work: Work) -> Construction:
        """The entry that speaks of such a work: of the bounded ones that hold it the narrowest, else the open one."""
        size = work.length_m if KINDS[work.kind].unit == "m" else work.rated
        fitting = [
            entry
            for entry in self.works
            if work.kind in entry.kinds and (entry.up_to is None or (size is not None and size <= entry.up_to))
        ]
        return min(fitting, key=lambda entry: math.inf if entry.up_to is None else entry.up_to)


def read_durations(text: str, file: str = FILE) -> Durations:
    """The durations of a file's text; ``file`` is its name, for messages.

    Raises
    ------
    InputError
        With every fault: file, entry, what is wrong and what to do, in Chinese and English.
    """
    return read_as(Durations, text, file, "durations")


def mark_of(works: Sequence[Work], durations: Durations) -> Mark:
    """The weakest mark of the entries that :func:`stages_of` looks up for works."""
    entries = [durations.construction(work) for work in works]
    marks = [entry.mark for entry in entries] + [durations.procedure(entry.procedure).mark for entry in entries]
    return weakest(marks)


@cache
def bundled_durations() -> Durations:
    """The durations that come with the package, for want of the company's own."""
    return read_durations(bundled(FILE))


def stages_of(
    works: Sequence[Work], durations: Durations, pace: Pace = "usual", begin_with: Stage = "initiated"
) -> dict[Stage, int]:
    """The stages that works made as one project go through, in order, with whole working days.

    Parameters
    ----------
    begin_with
        The first stage that is still to come, of a project that has begun.

    Raises
    ------
    RequestError
        Faulty works, or nothing left to do from ``begin_with`` on.
    """
    refuse_faulty(works)
    entries = [(work, durations.construction(work)) for work in works]
    procedures = [durations.procedure(key) for key in dict.fromkeys(entry.procedure for _, entry in entries)]
    built = [entry.days(work, pace) for work, entry in entries]
    days = {stage: max(p.stages.get(stage, NONE).at(pace) for p in procedures) for stage in STAGES}
    days["construction"] = max(*built, sum(built) / durations.crews) if len(built) > 1 else built[0]
    left = {stage: math.ceil(round(days[stage], 6)) for stage in STAGES[STAGES.index(begin_with) :]}
    left = {stage: count for stage, count in left.items() if count > 0}
    if not left:
        names = [WORK_KIND[work.kind] for work in works]
        raise RequestError(
            [f"从该阶段起没有剩余工作：{'、'.join(name.zh for name in names)}"],
            [f"nothing is left to do from that stage on: {', '.join(name.en for name in names)}"],
        )
    return left
