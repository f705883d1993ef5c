"""An assessed option as an application of the register: where the customer connects, and at which voltage."""

from __future__ import annotations

import math

from capacity.tables.assessment import Assessment, Option
from capacity.tables.register import Facts
from capacity.tables.service import Voltage

_AT_MV = ("mv_tee", "second_feeder")
_OF_ITS_OWN = ("additional_transformer", *_AT_MV)


def facts_of(assessment: Assessment, option: Option, *, customer: str | None = None, note: str | None = None) -> Facts:
    """What the register is told.

    An option at an existing LV node names node and transformer; one at a transformer the transformer alone (its LV
    busbar); one on the 10 kV network the node that it hangs on and its feeder.
    """
    request, candidate = assessment.request, option.candidate
    on_mv = candidate.kind in _OF_ITS_OWN
    node_id = option.design.connection.node_id if on_mv else candidate.node_id if candidate.kind == "lv_node" else ""
    voltage = _voltage(option)
    return Facts(
        p_kw=request.kw,
        customer_kind=request.customer_kind,
        category=request.category,
        area_class=assessment.area_class,
        voltage=voltage,
        supply="dual" if request.place.dual_supply and voltage == "hv" else "single",
        urgent_kw=request.urgent_kw,
        power_factor=request.power_factor,
        phases=str(request.phases),
        longitude=_known(assessment.places.longitude),
        latitude=_known(assessment.places.latitude),
        transformer_id=None if on_mv else candidate.transformer_id or None,
        node_id=node_id or None,
        feeder_id=candidate.feeder_id or None if on_mv else None,
        energise_on=request.energise_on,
        customer=customer or None,
        note=note or None,
    )


def _voltage(option: Option) -> Voltage:
    if option.terms is not None:
        return option.terms.voltage
    return "hv" if option.candidate.kind in _AT_MV else "lv"


def _known(degrees: float) -> float | None:
    return None if math.isnan(degrees) else degrees
