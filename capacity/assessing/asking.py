"""``capacity.assess``: one question, one answer, for notebooks and scripts."""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Callable
from typing import Any, Literal, cast

from capacity.applications.requests.showing import in_html
from capacity.errors import RequestError
from capacity.tables.assessment import Assessment, Assessor, Request
from capacity.tables.case import Case
from capacity.tables.places import PlaceRequest
from capacity.tables.service import AreaClass, CustomerKind


def assess(
    asked: Case | Assessor,
    *,
    kw: float,
    at: tuple[float, float] | None = None,
    node_id: str | None = None,
    transformer_id: str | None = None,
    power_factor: float | None = None,
    phases: Literal[1, 3] = 3,
    customer_kind: CustomerKind = "other",
    area_class: AreaClass | None = None,
    category: str | None = None,
    shape: str = "flat",
    dual_supply: bool = False,
    energise_on: dt.date | str | None = None,
    urgent_kw: float | None = None,
    applied_on: dt.date | str | None = None,
    application_id: str = "",
    hours: bool = False,
) -> Assessment:
    """Whether, where and when a customer can be connected, and what it takes (P6, P12–P17).

    A notebook shows the answer as a table of its options; ``options_table(answer)`` gives it as a frame.

    Parameters
    ----------
    asked : a case, which is opened for this one question (some seconds), or what ``open_assessor(case)`` gave, which
        answers any number of them.
    kw : real power at its peak.
    at : longitude and latitude, degrees (EPSG:4326). Exactly one of ``at``, ``node_id`` and ``transformer_id``.
    power_factor : lagging; None: the case's.
    area_class : for P12; None: that of the area which the place lies in.
    category : of the customer, for the demand factor (P7); None: factor 1.
    shape : of the load over time, ``flat`` or a day shape (``residential``, ``commercial``, ``industrial``).
    dual_supply : two feeders, each of which can carry the whole load.
    energise_on, applied_on : a day, or its ISO text; None: as soon as possible, and the case's as-of date.
    urgent_kw : of ``kw``, what is needed at once (P16).
    hours : also work out what may be drawn by month and hour until the whole power is there (takes longer).

    Raises
    ------
    RequestError
        It cannot be answered as it stands: every fault at once, in both languages.

    Examples
    --------
    >>> import capacity                                                       # doctest: +SKIP
    >>> case = capacity.load_case("networks/lanxi")                           # doctest: +SKIP
    >>> capacity.assess(case, kw=120, at=(99.2030, 25.1030)).verdict          # doctest: +SKIP
    'yes_with_project'
    """
    from capacity.assessing.assessor import open_assessor

    longitude, latitude = at if at is not None else (None, None)
    request = Request(
        place=PlaceRequest(longitude, latitude, node_id, transformer_id, dual_supply),
        kw=kw,
        power_factor=power_factor,
        phases=phases,
        customer_kind=customer_kind,
        area_class=area_class,
        category=category,
        shape=shape,
        energise_on=_day(energise_on),
        urgent_kw=urgent_kw,
        applied_on=_day(applied_on),
        application_id=application_id,
    )
    assessor = open_assessor(asked) if isinstance(asked, Case) else asked
    show_in_notebooks()
    return assessor.assess(request, hours=hours)


def show_in_notebooks() -> None:
    """Let a running notebook show answers as a table of options, in the language of ``CAPACITY_LANG``."""
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", None)
    shell = get_ipython() if get_ipython is not None else None
    if shell is None:
        return
    formatters = cast(Any, shell).display_formatter.formatters
    language: Literal["zh", "en"] = "zh" if os.environ.get("CAPACITY_LANG", "").lower().startswith("zh") else "en"
    formatters["text/html"].for_type(Assessment, _shown(language))
    formatters["text/plain"].for_type(Assessment, _in_short(language))


def _shown(language: Literal["zh", "en"]) -> Callable[[Assessment], str]:
    return lambda answer: in_html(answer, language)


def _in_short(language: Literal["zh", "en"]) -> Callable[..., None]:
    def short(answer: Assessment, printer: Any, cycle: bool) -> None:
        printer.text(answer.summary.zh if language == "zh" else answer.summary.en)

    return short


def _day(given: dt.date | str | None) -> dt.date | None:
    if not isinstance(given, str):
        return given
    try:
        return dt.date.fromisoformat(given)
    except ValueError as error:
        raise RequestError(
            [f"无法识别的日期“{given}”，请写成 2026-11-01。"], [f"'{given}' is not a date; write 2026-11-01."]
        ) from error
