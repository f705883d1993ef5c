"""The terms of one connection: what follows from P12–P14 for one customer on one day of application."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from capacity.tables.service import Answer, Boundary, Document, Step, Supply, Voltage


@dataclass(frozen=True)
class Note:
    """A sentence to go with the terms; ``source_zh`` and ``source_en`` name rule and clause, or say it is a choice."""

    zh: str
    en: str
    source_zh: str
    source_en: str


@dataclass(frozen=True)
class Terms:
    """What follows for one customer on one day of application. A guide, not an offer.

    Attributes
    ----------
    voltage
        ``lv`` or ``hv``.
    zero_investment
        ``yes``: nothing to pay up to ``boundary``; ``no``; ``ask``: promised, but not yet in force on that day, or not
        spoken of by the rules.
    steps, days_total
        The company's own steps in order, each with its working days, and their sum; works outside are not in it.
    whole_process_days
        Average working days from application to supply, works included; None where none is promised.
    boundary
        Where the company's investment ends (P13).
    documents
        Papers usually asked for [choice].
    notes
        What else to know, each with its rule.
    """

    customer_kind: str
    area_class: str
    kw: float
    on: dt.date
    supply: Supply
    voltage: Voltage
    zero_investment: Answer
    steps: tuple[Step, ...]
    days_total: int
    whole_process_days: int | None
    boundary: Boundary
    documents: tuple[Document, ...]
    notes: tuple[Note, ...]
