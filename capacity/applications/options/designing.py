"""What would be built at a candidate: lines by current and voltage drop, transformers by P6, all works (P15)."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from capacity.applications.options import building
from capacity.applications.options.choices import Use
from capacity.applications.options.rating import NotBuildable, customers_rating, rate_in_words, rating_for
from capacity.applications.options.setting import Setting, power_factor
from capacity.applications.options.sizing import (
    ChosenLine,
    Load,
    choose_line,
    largest_carried_kva,
    marked,
    new_transformer,
)
from capacity.tables.assessment import Design, Request
from capacity.tables.connection import Connection
from capacity.tables.places import Candidate
from capacity.tables.service import AreaClass
from capacity.tables.words import Word
from capacity.tables.works import Work
from capacity.units import rounded_down

SHORTEST_M = 0.5
"""A route below this is no line: the customer is at the node."""


@dataclass(frozen=True)
class Unfit:
    """A candidate that nothing can be designed at, and why; ``unknown``: because too little is known there (P11)."""

    candidate: Candidate
    reason: Word
    unknown: bool = False


@dataclass(frozen=True)
class _Task:
    candidate: Candidate
    load: Load
    area_class: AreaClass
    setting: Setting
    steps_up: int = 0
    rated_kva: float | None = None

    @property
    def single_phase(self) -> bool:
        return self.load.single_phase

    @property
    def tapped_node_id(self) -> str:
        """The bus that the connection hangs on; of a tee between two nodes the section's far end."""
        return self.candidate.node_id or self.setting.facts.far_end(self.candidate.line_id)


def design_option(
    candidate: Candidate,
    request: Request,
    asked_kva: float,
    area_class: AreaClass,
    setting: Setting,
    *,
    steps_up: int = 0,
    rated_kva: float | None = None,
) -> Design | Unfit:
    """What would be built to connect a request at a candidate.

    Parameters
    ----------
    asked_kva : of the request at its peak, as :func:`~.setting.asked_kva` says.
    area_class : decides whether LV lines are built overhead or as cables [choice].
    steps_up : so many sizes more than the estimate asks for; see :func:`larger_sizes`.
    rated_kva : of the public transformer that is built or put in another's place, where that was settled before.

    Returns
    -------
    Design or Unfit
        ``Unfit`` where no size there is will do, or the transformer's present load is not known.
    """
    load = Load(asked_kva, power_factor(request, setting), request.phases == 1)
    try:
        return _DESIGNS[candidate.kind](_Task(candidate, load, area_class, setting, steps_up, rated_kva))
    except NotBuildable as found:
        return Unfit(candidate, found.reason, found.unknown)


def larger_sizes(
    candidate: Candidate, request: Request, asked_kva: float, area_class: AreaClass, setting: Setting
) -> Iterator[Design]:
    """Designs with ever larger sizes than the first one: of the transformer where one is built, else of the line."""
    before = design_option(candidate, request, asked_kva, area_class, setting)
    for steps_up in itertools.count(1):
        design = design_option(candidate, request, asked_kva, area_class, setting, steps_up=steps_up)
        if isinstance(design, Unfit) or design == before:
            return
        yield design
        before = design


def paired(first: Design, second: Design) -> Design:
    """Both supplies of a dual supply: the second one's candidate and connection with the works of both."""
    own = [work for work in first.works if work.stands == "premises"]
    rest = [work for work in first.works if work.stands != "premises"]
    return replace(second, works=(*rest, *second.works, *own), remarks=(*first.remarks, *second.remarks))


def _at_lv_node(task: _Task) -> Design:
    chosen = _lv_line(task)
    works = [*_lv_works(task, chosen)]
    if chosen and chosen.type.laid == "cable" and not task.single_phase:
        works.append(building.branch_box(task.candidate.node_id))
    return _design(task, chosen, works)


def _dedicated(task: _Task) -> Design:
    chosen = _lv_line(task)
    works = [building.outlet(chosen, task.candidate.transformer_id), *_lv_works(task, chosen)]
    return _design(task, chosen, works)


def _larger_transformer(task: _Task) -> Design:
    facts = task.setting.facts.transformer(task.candidate.transformer_id)
    if math.isnan(facts.max_load_kva):
        name = facts.transformer_id
        raise NotBuildable(
            Word(
                f"配变 {name} 现有最大负荷未知，无法确定更换容量",
                f"the present load of transformer {name} is not known, so no larger one can be chosen",
            ),
            unknown=True,
        )
    total_kva = facts.max_load_kva + task.load.kva
    one = rating_for(total_kva, facts.rated_kva, task.steps_up, task.setting, task.rated_kva)
    chosen = _lv_line(replace(task, steps_up=0))
    outlet = building.outlet(chosen, facts.transformer_id)
    works = [building.replacement(one, facts.transformer_id), outlet, *_lv_works(task, chosen)]
    remark = Word(
        f"配变 {facts.transformer_id} 由 {facts.rated_kva:g} kVA 更换为 {one.name}：现有最大 "
        f"{facts.max_load_kva:.1f} kVA 加申请 {task.load.kva:.1f} kVA 共 {total_kva:.1f} kVA，"
        f"{rate_in_words(total_kva, one).zh}（P6，参数{marked(one.mark).zh}）。",
        f"transformer {facts.transformer_id}: {facts.rated_kva:g} kVA replaced by {one.name}: at present up to "
        f"{facts.max_load_kva:.1f} kVA and {task.load.kva:.1f} kVA asked for make {total_kva:.1f} kVA, "
        f"{rate_in_words(total_kva, one).en} (P6; parameters {marked(one.mark).en}).",
    )
    design = _design(task, chosen, works)
    connection = replace(design.connection, replaces=facts.transformer_id, replacement=new_transformer(one))
    return replace(design, connection=connection, remarks=(remark, *design.remarks))


def _additional_transformer(task: _Task) -> Design:
    values = task.setting.choices.values
    one = rating_for(task.load.kva, 0.0, task.steps_up, task.setting, task.rated_kva)
    branch = _mv_line(replace(task, steps_up=0, load=replace(task.load, kva=one.rated_kva, single_phase=False)))
    length_m = values.station_service_m.value
    service = _line(task, _lv_use(task, length_m), length_m, values.station_lv_kv.value, steps_up=0)
    works = [
        *building.mv_branch(branch, task.candidate, bays=values.ring_main_bays.value, shared=True),
        building.station(one, values.pole_station_kva.value),
        *building.service_drop(service, length_m, length_m, values.service_span_m.value),
        building.meter(single_phase=task.single_phase),
    ]
    remark = Word(
        f"用户附近新增公变 {one.name}：申请 {task.load.kva:.1f} kVA，{rate_in_words(task.load.kva, one).zh}"
        f"（P6，参数{marked(one.mark).zh}）；低压出线按 {length_m:g} 米计。",
        f"an additional public transformer {one.name} by the customer: {task.load.kva:.1f} kVA asked for, "
        f"{rate_in_words(task.load.kva, one).en} (P6; parameters {marked(one.mark).en}); LV line of {length_m:g} m.",
    )
    design = _design(task, branch, works)
    connection = replace(design.connection, transformer=new_transformer(one), service=service.line)
    return replace(
        design, connection=connection, remarks=(remark, *_tee_remarks(task), *design.remarks, service.remark)
    )


def _mv_tee(task: _Task) -> Design:
    values = task.setting.choices.values
    branch = _mv_line(task)
    rated_kva, count = customers_rating(task.load.kva, task.setting)
    works = [
        *building.mv_branch(branch, task.candidate, bays=values.ring_main_bays.value, shared=False),
        Work("metering_hv"),
        building.customers_transformer(rated_kva, count, values.pole_station_kva.value),
    ]
    design = _design(task, branch, works)
    return replace(design, remarks=(*_tee_remarks(task), *design.remarks))


def _second_feeder(task: _Task) -> Design:
    values = task.setting.choices.values
    branch = _mv_line(task)
    works = [
        *building.mv_branch(branch, task.candidate, bays=values.ring_main_bays.value, shared=False),
        Work("metering_hv"),
        Work("second_supply"),
    ]
    design = _design(task, branch, works)
    return replace(design, remarks=(*_tee_remarks(task), *design.remarks))


def _design(task: _Task, chosen: ChosenLine | None, works: list[Work]) -> Design:
    connection = Connection(
        key=task.candidate.key,
        node_id=task.tapped_node_id,
        line=chosen.line if chosen else None,
        single_phase=task.single_phase,
    )
    return Design(task.candidate, connection, tuple(works), (chosen.remark,) if chosen else ())


def _lv_line(task: _Task) -> ChosenLine | None:
    length_m = task.candidate.route_m
    if length_m < SHORTEST_M:
        return None
    return _line(task, _lv_use(task, length_m), length_m, _vn_kv(task), task.steps_up)


def _lv_use(task: _Task, length_m: float) -> Use:
    laid = task.setting.choices.lv_laid.of(task.area_class)
    part = "service" if length_m <= task.setting.choices.values.service_up_to_m.value else "lv"
    uses: dict[tuple[str, str, bool], Use] = {
        ("service", "overhead", False): "service_overhead",
        ("service", "cable", False): "service_cable",
        ("service", "overhead", True): "service_overhead_single",
        ("service", "cable", True): "service_cable_single",
        ("lv", "overhead", False): "lv_overhead",
        ("lv", "cable", False): "lv_cable",
        ("lv", "overhead", True): "lv_overhead_single",
        ("lv", "cable", True): "lv_cable_single",
    }
    return uses[part, laid, task.single_phase]


def _lv_works(task: _Task, chosen: ChosenLine | None) -> list[Work]:
    values, route_m = task.setting.choices.values, task.candidate.route_m
    works: list[Work] = []
    if chosen is not None and route_m <= values.service_up_to_m.value:
        works += building.service_drop(chosen, route_m, task.candidate.new_m, values.service_span_m.value)
    elif chosen is not None:
        works += building.lv_line(chosen, route_m, single_phase=task.single_phase)
    return [*works, building.meter(single_phase=task.single_phase)]


def _mv_line(task: _Task) -> ChosenLine | None:
    if task.candidate.route_m < SHORTEST_M:
        return None
    use: Use = "mv_cable" if task.candidate.cable else "mv_overhead"
    return _line(task, use, task.candidate.route_m, _vn_kv(task), task.steps_up)


def _line(task: _Task, use: Use, length_m: float, vn_kv: float, steps_up: int) -> ChosenLine:
    catalogue, choices = task.setting.catalogue, task.setting.choices
    chosen = choose_line(use, task.load, length_m, vn_kv, catalogue, choices, steps_up)
    if chosen is not None:
        return chosen
    most_kva = rounded_down(largest_carried_kva(use, task.load, vn_kv, catalogue, choices), 1)
    circuits, types = int(choices.values.most_circuits.value), choices.types[use]
    raise NotBuildable(
        Word(
            f"{types.text_zh}最多 {circuits} 回可送 {most_kva:g} kVA，申请 {task.load.kva:.1f} kVA",
            f"{circuits} circuits ({types.text_en}) carry {most_kva:g} kVA at most, {task.load.kva:.1f} kVA asked for",
        )
    )


def _vn_kv(task: _Task) -> float:
    return task.setting.facts.vn_kv(task.tapped_node_id)


def _tee_remarks(task: _Task) -> tuple[Word, ...]:
    line = task.candidate.line_id or task.candidate.node_id
    if task.candidate.cable is None:
        return (
            Word(
                f"{line} 未注明架空或电缆，按架空T接估算。",
                f"{line} does not state whether it is a cable: an overhead tee is assumed.",
            ),
        )
    if task.candidate.cable:
        return (Word(f"{line} 为电缆，T接须设环网柜。", f"{line} is a cable: the tee takes a ring main unit."),)
    return ()


_DESIGNS: dict[str, Callable[[_Task], Design]] = {
    "lv_node": _at_lv_node,
    "dedicated_circuit": _dedicated,
    "neighbour_transformer": _dedicated,
    "larger_transformer": _larger_transformer,
    "additional_transformer": _additional_transformer,
    "mv_tee": _mv_tee,
    "second_feeder": _second_feeder,
}
