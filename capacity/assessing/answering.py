"""How one request is answered: places, designs, load flow, verdicts, ranking, dates, the staged offer, in order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

import pandas as pd

from capacity.applications.options import (
    Setting,
    Tools,
    Unfit,
    check_request,
    connected_on,
    design_option,
    in_two_rounds,
    judged,
    larger_sizes,
    not_needed,
    paired,
    project_rows,
    rank,
    set_aside,
    staged_offer,
    summary,
    supporting_works,
    unsuited,
    valid_until,
    verdict_of,
    within_lv_limit,
    work_out,
)
from capacity.applications.options import asked_kva as kva_of
from capacity.applications.options.setting import power_factor as power_factor_of
from capacity.applications.places import GridMap, find_candidates
from capacity.assessing.ground import Ground
from capacity.errors import RequestError
from capacity.policy import published_days
from capacity.tables.additions import Addition
from capacity.tables.assessment import Assessment, Basis, Design, Option, Request, StagedOffer
from capacity.tables.connection import Connection, Finding
from capacity.tables.places import Candidate, Candidates
from capacity.tables.service import AreaClass
from capacity.tables.words import Word

LARGER_SIZES = 3
"""So many sizes beyond the first are tried where the first does not suffice."""
SETTLED = ("yes", "yes_with_project")
UNCLASSED: AreaClass = "rural"
"""Class of a place outside every area [choice]: no promise of the towns is made by mistake."""

Checked = TypeVar("Checked")
Found = TypeVar("Found")
Hours = Callable[[Ground, Connection, Addition, float], pd.DataFrame]
"""What a connection could carry by month and hour: rows of ``tables.node_profile``."""


@dataclass(frozen=True)
class Counter:
    """Everything that answers rest on and that no request changes."""

    ground: Ground
    grid: GridMap
    setting: Setting
    tools: Tools
    basis: Basis
    hours: Hours

    def answer(self, request: Request, *, hours: bool) -> Assessment:
        """See :class:`capacity.tables.assessment.Assessor`."""
        ground, setting = self.ground, self.setting
        as_of = ground.case.settings.as_of
        first, last = published_days()
        assert ground.rules.options is not None  # the assessor is not opened without
        said, places = _with_every_fault(
            lambda: check_request(
                request, setting, as_of=as_of, calendar_first=first, calendar_last=last, at_lv=self._at_lv(request)
            ),
            partial(find_candidates, self.grid, request.place, ground.rules.options),
        )
        area_class, remark = self.area_class(request, places)
        places = replace(places, candidates=tuple(ground.off_the_busbar(one) for one in places.candidates))
        kva = kva_of(request, setting)
        task = _Task(self, request, kva, area_class, request.applied_on or as_of, places)
        options = rank(task.options(), setting.choices, lv_first=within_lv_limit(request, setting))
        staged = task.staged(options, with_hours=hours)
        return Assessment(
            request=request,
            asked_kva=kva,
            area_class=area_class,
            basis=replace(self.basis, remarks=(*self.basis.remarks, *said, *remark)),
            places=places,
            options=options,
            verdict=verdict_of(options, staged),
            summary=summary(options, staged, request, self.tools),
            staged=staged,
            valid_until=valid_until(task.applied_on, setting.choices),
        )

    def _at_lv(self, request: Request) -> bool:
        """Whether the place asked for is an existing LV node."""
        node = request.place.node_id
        return node is not None and node in self.ground.supplier_of

    def area_class(self, request: Request, places: Candidates) -> tuple[AreaClass, tuple[Word, ...]]:
        """Of the request, else of the area that its place lies in; and what is to be said of it."""
        if request.area_class is not None:
            return request.area_class, ()
        areas = self.ground.case.areas
        found = areas.loc[areas["area_id"].eq(places.area_id), "area_class"].dropna()
        if len(found):
            area_class: AreaClass = found.iloc[0]
            return area_class, ()
        remark = Word(
            "用电地点不在任何网格内，区域类别按农村计（P12）。",
            "The place lies in no area: it is taken as rural (P12).",
        )
        return UNCLASSED, (remark,)


def _with_every_fault(check: Callable[[], Checked], look: Callable[[], Found]) -> tuple[Checked, Found]:
    """What both come to; where one or both refuse, the faults of both."""
    faults: list[RequestError] = []
    answers: list[Any] = []
    for ask in (check, look):
        try:
            answers.append(ask())
        except RequestError as why:
            faults.append(why)
    if faults:
        raise RequestError(
            [fault for one in faults for fault in one.faults_zh], [fault for one in faults for fault in one.faults_en]
        )
    return answers[0], answers[1]


@dataclass(frozen=True)
class _Task:
    """One request on its way to an answer."""

    counter: Counter
    request: Request
    kva: float
    area_class: AreaClass
    applied_on: dt.date
    places: Candidates

    def options(self) -> list[Option]:
        """Every candidate judged, those that will do worked out; 10 kV only where low voltage does not (P15)."""
        request, setting = self.request, self.counter.setting
        candidates = self.places.candidates
        first, later = in_two_rounds(candidates, request, setting)
        found = [self._option(one) for one in first]
        if later and not any(one.verdict in SETTLED for one in found):
            found += [self._option(one) for one in later]
            later = ()
        facts = setting.facts
        found += [set_aside(one, not_needed(setting), facts) for one in later]
        reasons = ((one, unsuited(one, request, setting)) for one in candidates)
        return found + [set_aside(one, reason, facts) for one, reason in reasons if reason is not None]

    def _option(self, candidate: Candidate) -> Option:
        """A candidate judged; larger sizes are tried where what would be built is what limits it."""
        best = self._judged(candidate, self._design(candidate))
        if best.finding is None or not _own_parts_limit(best):
            return best if best.finding is None else self._worked_out(best)
        sizes = larger_sizes(candidate, self.request, self.kva, self.area_class, self.counter.setting)
        for _, design in zip(range(LARGER_SIZES), sizes, strict=False):
            better = self._judged(candidate, design)
            if better.verdict == "yes" or not _own_parts_limit(better):
                best = better
                break
        return self._worked_out(best)

    def _design(self, candidate: Candidate) -> Design | Unfit:
        return design_option(candidate, self.request, self.kva, self.area_class, self.counter.setting)

    def _judged(self, candidate: Candidate, design: Design | Unfit) -> Option:
        setting = self.counter.setting
        if isinstance(design, Unfit):
            return set_aside(candidate, design.reason, setting.facts, unknown=design.unknown)
        finding = self._check(design.connection)
        if candidate.kind != "second_feeder":
            return judged(design, finding, self.request, self.kva, setting)
        first = next(one for one in self.places.candidates if one.key == candidate.pairs_with)
        of_first = self._design(first)
        if isinstance(of_first, Unfit):
            return set_aside(candidate, of_first.reason, setting.facts, unknown=of_first.unknown)
        both = paired(of_first, design)
        return judged(both, self._check(of_first.connection), self.request, self.kva, setting, second=finding)

    def _check(self, connection: Connection) -> Finding:
        addition = self._addition()
        finding = self.counter.ground.check(connection, addition, self.kva)
        return self.counter.ground.with_phases(finding, self.request.phases, self._power_factor(), self.kva)

    def _power_factor(self) -> float:
        return power_factor_of(self.request, self.counter.setting)

    def _addition(self) -> Addition:
        return self.counter.ground.addition(self._power_factor(), self.request.shape, self.kva)

    def _worked_out(self, option: Option) -> Option:
        if option.verdict in ("unknown", "not_before_project"):
            return option
        counter = self.counter
        return work_out(option, self.request, self.area_class, self.applied_on, counter.setting, counter.tools)

    def staged(self, options: tuple[Option, ...], *, with_hours: bool) -> StagedOffer | None:
        """The offer in stages: where the best option is one, or has to wait for works while another can begin now."""
        counter, request = self.counter, self.request
        best = next((one for one in options if one.verdict == "staged" and one.rank), None)
        full = next((one for one in options if one.rank and one.verdict in SETTLED), None)
        if best is None or (full is not None and not self._comes_later(full, best)):
            return None
        hours = None
        if with_hours:
            hours = counter.hours(counter.ground, best.design.connection, self._addition(), self.kva)
        project = None
        if full is not None:
            project = project_rows(
                supporting_works(full),
                full,
                "P16",
                self.applied_on,
                counter.setting,
                counter.tools,
                project_id=_project_id(request, full),
                wanted=request.energise_on,
            )
        return staged_offer(
            best, full, request, self.kva, self.applied_on, counter.setting, counter.tools, hours=hours, project=project
        )

    def _comes_later(self, full: Option, staged: Option) -> bool:
        """Whether the whole power has to wait longer than the first stage."""
        tools = self.counter.tools
        whole, part = full.energised, connected_on(staged, self.applied_on, tools)
        return whole is None or part is None or part.latest < whole.earliest


def _project_id(request: Request, full: Option) -> str:
    """An id that the same request at the same place gets again."""
    place = request.place.node_id or request.place.transformer_id
    if place is None:
        place = f"{request.place.longitude:.5f}-{request.place.latitude:.5f}"
    named = request.application_id or f"{place}-{request.kw:g}kW"
    return f"P16-{named}-{full.candidate.target_id}"


def _own_parts_limit(option: Option) -> bool:
    """Whether the works themselves are too small: a new part, or the transformer that would replace another."""
    finding = option.finding
    if finding is None or option.verdict == "yes":
        return False
    limits = [finding.strict.binding, finding.rated.binding, *finding.broken]
    replaced = option.design.connection.replaces
    return any(one is not None and (one.new or (replaced and one.element_id == replaced)) for one in limits)
