"""An option that waits for works, found again when it is to be accepted: as it was offered, with all reserved (P6)."""

from __future__ import annotations

import math
from dataclasses import replace

from capacity.applications.options import Setting, Unfit, asked_kva, design_option, judged
from capacity.applications.options.judging import fits
from capacity.applications.options.setting import power_factor
from capacity.applications.places import find_candidates
from capacity.applications.requests.reading import request_of
from capacity.assessing.answering import Counter
from capacity.assessing.ground import Ground
from capacity.errors import RequestError
from capacity.tables.assessment import Option, Request
from capacity.tables.connection import Room
from capacity.tables.places import Candidates
from capacity.tables.register import LARGER_TRANSFORMER, Application, Facts
from capacity.tables.words import Word
from capacity.units import rounded_down


def is_built(ground: Ground, facts: Facts) -> bool:
    """Whether the case holds a transformer at least as large where one was to be replaced.

    A transformer built anew has a node of its own in the case, which no application knows: an application that waits
    for one is amended to it.
    """
    kind, _, name = (facts.works_option or "").partition(":")
    if kind != LARGER_TRANSFORMER or name not in ground.transformers.index or facts.works_kva is None:
        return False
    return float(ground.transformers.at[name, "rated_kva"]) >= facts.works_kva


def offered_option(counter: Counter, application: Application) -> Option | Word:
    """The option that an application was offered by, judged anew with everything reserved; or why there is none.

    The same place, the same route, a transformer of the same rating: whoever was accepted meanwhile takes its room.
    """
    facts, ground, setting = application.facts, counter.ground, counter.setting
    request = request_of(facts, application_id=application.application_id)
    places = _places(counter, request)
    if isinstance(places, Word):
        return places
    candidate = next((one for one in places.candidates if one.key == facts.works_option), None)
    if candidate is None:
        return _NO_LONGER
    kva, area_class = asked_kva(request, setting), counter.area_class(request, places)[0]
    design = design_option(candidate, request, kva, area_class, setting, rated_kva=facts.works_kva)
    if isinstance(design, Unfit):
        return design.reason
    if facts.node_id is not None and design.connection.node_id != facts.node_id:
        return _NO_LONGER
    factor = power_factor(request, setting)
    finding = ground.check(design.connection, ground.addition(factor, request.shape, kva), kva)
    return judged(design, ground.with_phases(finding, request.phases, factor, kva), request, kva, setting)


def _places(counter: Counter, request: Request) -> Candidates | Word:
    rules = counter.ground.rules.options
    assert rules is not None  # the assessor is not opened without
    try:
        places = find_candidates(counter.grid, request.place, rules)
    except RequestError as why:
        return Word("".join(why.faults_zh), " ".join(why.faults_en))
    return replace(places, candidates=tuple(counter.ground.off_the_busbar(one) for one in places.candidates))


_NO_LONGER = Word(
    "从该申请的位置已不再有这一方案；请重新核定并登记所选方案。",
    "this option is no longer found from the place of the application; assess it again and record its option.",
)


def told(works: Word, what: Word, until: Word | None = None) -> Word:
    """What is said of an option after works: its works first, then the finding, then what can be had until then."""
    end = until or Word("", "")
    return Word(f"待{works.zh}：{what.zh}{end.zh}", f"waiting for {works.en}: {what.en}{end.en}")


def until_in_words(facts: Facts, before: Room | None, kva: float) -> Word:
    """What can be had of the power until the works are done; ``before`` is the room as the grid stands."""
    if before is None:
        return Word("", "")
    if math.isnan(before.kva):
        return Word("此前可供容量未知。", " What can be had until then is not known.")
    kw = _had_kw(facts, before, kva)
    if kw <= 0.0:
        return Word("此前不能供电。", " Nothing can be had until then.")
    return Word(f"此前可先供 {kw:g} kW（P16）。", f" Until then {kw:g} kW can be had (P16).")


def urgent_in_words(facts: Facts, before: Room | None, kva: float, setting: Setting) -> Word | None:
    """That the urgent part (P16) does not fit before the works; None where it does, or where there is none."""
    if before is None or facts.urgent_kw is None or fits(before, facts.urgent_kw / facts.p_kw * kva, setting):
        return None
    if math.isnan(before.kva):
        had = Word("可供容量未知", "what can be had is not known")
    else:
        kw = _had_kw(facts, before, kva)
        had = Word(f"仅可供 {kw:g} kW", f"{kw:g} kW can be had")
    return Word(
        f"工程投产前{had.zh}，不能满足急需的 {facts.urgent_kw:g} kW（P16）。请重新核定，或更正急需容量。",
        f"until the works are done {had.en}, less than the urgent {facts.urgent_kw:g} kW (P16). Assess it again, or "
        "correct the urgent power.",
    )


def _had_kw(facts: Facts, before: Room, kva: float) -> float:
    return rounded_down(min(before.kva * facts.p_kw / kva, facts.p_kw), 1)
