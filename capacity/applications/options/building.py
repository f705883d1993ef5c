"""The works that connections consist of, complete, as the estimate and the schedule want them (P12, P13, P17)."""

from __future__ import annotations

import math

from capacity.applications.options.sizing import ChosenLine
from capacity.tables.catalogue import TransformerType
from capacity.tables.places import Candidate
from capacity.tables.works import Work


def service_drop(chosen: ChosenLine, route_m: float, new_m: float, span_m: float) -> tuple[Work, ...]:
    """A service drop; overhead with a pole for every further span of new route, a cable in a trench."""
    cable = chosen.type.laid == "cable"
    drop = Work(
        "lv_service_drop",
        variant="cable" if cable else "overhead",
        type_name=chosen.line.type_name,
        length_m=route_m,
        count=chosen.line.circuits,
    )
    if cable:
        return (drop, _trench(route_m))
    poles = max(0, math.ceil(round(new_m / span_m, 9)) - 1)
    return (drop, Work("lv_pole", count=poles, shared=False)) if poles else (drop,)


def lv_line(chosen: ChosenLine, route_m: float, *, single_phase: bool) -> tuple[Work, ...]:
    """An LV line (its price holds the poles) or a cable with its trench, for one customer."""
    if chosen.type.laid == "cable":
        cable = Work(
            "lv_cable",
            type_name=chosen.line.type_name,
            length_m=route_m,
            count=chosen.line.circuits,
            shared=False,
            variant="" if "YJ" in chosen.line.type_name else "copper",
        )
        return (cable, _trench(route_m))
    return (
        Work(
            "lv_line",
            variant="single_phase" if single_phase else "three_phase",
            type_name=chosen.line.type_name,
            length_m=route_m,
            count=chosen.line.circuits,
            shared=False,
        ),
    )


def outlet(chosen: ChosenLine | None, transformer_id: str) -> Work:
    """The outlets of dedicated circuits at a transformer."""
    return Work("lv_dedicated_circuit", count=chosen.line.circuits if chosen else 1, element_ids=_ids(transformer_id))


def branch_box(node_id: str) -> Work:
    """The box that an LV cable branches off at."""
    return Work("lv_box", shared=False, element_ids=_ids(node_id))


def meter(*, single_phase: bool) -> Work:
    """LV metering."""
    return Work("metering_lv", variant="single_phase" if single_phase else "three_phase")


def mv_branch(chosen: ChosenLine | None, candidate: Candidate, *, bays: float, shared: bool) -> tuple[Work, ...]:
    """A 10 kV branch with its tee: a switch on an overhead section, a ring main unit in a cable section."""
    ids = _ids(candidate.line_id or candidate.node_id)
    works: list[Work] = []
    if chosen is not None:
        kind = "mv_cable" if chosen.type.laid == "cable" else "mv_line"
        line = Work(
            kind,
            type_name=chosen.line.type_name,
            length_m=chosen.line.length_m,
            count=chosen.line.circuits,
            shared=shared,
            element_ids=ids,
        )
        works.append(line)
        if kind == "mv_cable":
            works.append(_trench(chosen.line.length_m, shared=shared))
    if candidate.cable:
        works.append(Work("ring_main_unit", size=bays, shared=shared, element_ids=ids))
    else:
        works.append(Work("mv_tee_switch", shared=shared, element_ids=ids))
    return tuple(works)


def station(one: TransformerType, poles_up_to_kva: float) -> Work:
    """An additional public transformer."""
    return Work("transformer_station", variant=_made_as(one.rated_kva, poles_up_to_kva), size=one.rated_kva)


def replacement(one: TransformerType, transformer_id: str) -> Work:
    """A larger transformer in the place of another."""
    return Work("transformer_replacement", type_name=one.name, element_ids=_ids(transformer_id))


def customers_transformer(rated_kva: float, count: int, poles_up_to_kva: float) -> Work:
    """The customer's own transformers, behind the property line."""
    return Work(
        "customer_transformer",
        variant=_made_as(rated_kva, poles_up_to_kva),
        size=rated_kva,
        count=count,
        note_zh="容量由用户设计确定，此处按负载率估算",
        note_en="its rating is the customer's to choose; estimated by load rate here",
    )


def _made_as(rated_kva: float, poles_up_to_kva: float) -> str:
    return "pole" if rated_kva <= poles_up_to_kva else "box"


def _trench(length_m: float, *, shared: bool = False) -> Work:
    return Work("trench", length_m=length_m, shared=shared)


def _ids(element_id: str) -> tuple[str, ...]:
    return (element_id,) if element_id else ()
