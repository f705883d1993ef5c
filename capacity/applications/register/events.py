"""What can happen to an application, as data: from which status, to which, and what it does to what is reserved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from capacity.applications.register.errors import NotAllowed
from capacity.tables.words import APPLICATION_STATUS, REGISTER_EVENT


@dataclass(frozen=True)
class Event:
    """One kind of event.

    ``before`` lists the statuses it may happen in, none where it is an application's first; ``after`` is the status it
    leads to, empty where the status stays. ``capacity`` says whether it takes or frees reserved capacity.
    """

    name: str
    before: tuple[str, ...]
    after: str
    capacity: Literal["", "takes", "frees"] = ""


OPEN = ("received", "offered", "accepted")
EVENTS = {
    event.name: event
    for event in (
        Event("received", (), "received"),
        Event("imported", (), ""),
        Event("amended", ("received", "offered"), "received"),
        Event("offered", ("received", "offered"), "offered"),
        Event("accepted", ("offered",), "accepted", "takes"),
        Event("refused", ("offered",), ""),
        Event("works_started", ("accepted",), ""),
        Event("works_ready", ("accepted",), ""),
        Event("energised", ("accepted",), "energised"),
        Event("taken_up", ("energised",), "", "frees"),
        Event("withdrawn", OPEN, "withdrawn", "frees"),
        Event("expired", OPEN, "expired", "frees"),
    )
}


def status_after(event: str, application_id: str, status: str) -> str:
    """The status that ``event`` leads to from ``status``.

    Raises
    ------
    NotAllowed
        The event cannot happen in this status; the sentence says in which it can.
    """
    known = EVENTS[event]
    if status in known.before:
        return known.after or status
    now, asked = APPLICATION_STATUS[status], REGISTER_EVENT[event]
    can = [APPLICATION_STATUS[one] for one in known.before]
    raise NotAllowed(
        f"application {application_id} is '{now.en}'; '{asked.en}' is possible only from: "
        f"{', '.join(word.en for word in can)}. Nothing was changed.",
        f"申请 {application_id} 当前为“{now.zh}”，只有“{'、'.join(word.zh for word in can)}”状态才能“{asked.zh}”。"
        "未作任何更改。",
    )
