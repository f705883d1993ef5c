"""What the running service holds: the assessor, the register, who may do what, and the threads that work."""

from __future__ import annotations

import datetime as dt
import os
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from capacity.applications import register as reg
from capacity.applications.answers import as_json
from capacity.errors import InputError
from capacity.service.audit import AuditLog
from capacity.service.guard import LOOPBACK
from capacity.service.keys import KeyRing
from capacity.service.limits import Buckets, Limits
from capacity.service.pools import Pool
from capacity.service.problems import unfit_register
from capacity.service.sheets import SheetWriter
from capacity.tables.assessment import Assessment, Assessor
from capacity.tables.case import Case
from capacity.tables.policy import Policy
from capacity.tables.register import Snapshot

_KEPT, _KEPT_SECONDS = 500, 7200.0
_LOOK_SECONDS = 1.0


@dataclass
class Service:
    """Everything that the endpoints work with.

    Attributes
    ----------
    case : drawn on the map; its settings are shown.
    assessor : answers requests.
    rules : the policy, for time limits and the limit of low voltage.
    register : None: applications are not served.
    sheets : writers of answer sheets by format (``pdf``, ``xlsx``).
    area_status : ``status`` and ``allowed_kva`` by area, of a run; empty where none was given.
    hosts : host names that it answers to.
    """

    case: Case
    assessor: Assessor
    rules: Policy
    keys: KeyRing
    register: reg.Register | None = None
    audit: AuditLog = field(default_factory=lambda: AuditLog(None))
    limits: Limits = field(default_factory=Limits)
    sheets: Mapping[str, SheetWriter] = field(default_factory=dict)
    area_status: Mapping[str, tuple[str, float]] = field(default_factory=dict)
    hosts: Sequence[str] = LOOPBACK

    def __post_init__(self) -> None:
        limits = self.limits
        self.thinking = Pool("assess", limits.workers, limits.waiting, limits.assessment_seconds)
        self.desk = Pool("desk", max(4, os.cpu_count() or 1), limits.waiting, limits.desk_seconds)
        self.key_buckets = Buckets(limits.per_minute, limits.burst)
        self.wrong_buckets = Buckets(limits.wrong_keys_per_minute, limits.wrong_keys_per_minute)
        self.remembered = Remembered()
        self._pictures: dict[str, bytes] = {}
        self._drawing = threading.Lock()
        self._looking = threading.Lock()
        self._looked_at = -_LOOK_SECONDS
        self._seen: object = None

    def as_json(self, assessment: Assessment) -> dict[str, Any]:
        """An assessment as the body of an answer."""
        return as_json(assessment, self.case.settings.service_numbers)

    def today(self) -> dt.date:
        """The day in the case's time zone, never before its as-of date."""
        settings = self.case.settings
        return max(dt.datetime.now(ZoneInfo(settings.time_zone)).date(), settings.as_of)

    def look_at_register(self) -> None:
        """Let the assessor see what is reserved by now; while one thread does, others go on with what it knew.

        Changes of other desks are looked for once a second. An assessment promises nothing, so that a moment's delay
        does no harm; an acceptance is always judged on the register as it stands.

        Raises
        ------
        Refusing
            The register reserves on equipment that the case does not have.
        """
        if self.register is None or not self._looking.acquire(blocking=False):
            return
        try:
            if time.monotonic() - self._looked_at >= _LOOK_SECONDS:
                self._see(reg.take_snapshot(self.register))
                self._looked_at = time.monotonic()
        finally:
            self._looking.release()

    def _see(self, snapshot: Snapshot) -> None:
        """Only what takes or frees capacity moves an element's version; anything else leaves every answer as it is."""
        reserved = snapshot.applications.dropna(subset=["reserved_kw"])
        seen = (snapshot.versions, tuple(reserved["application_id"]))
        if seen == self._seen:
            return
        if snapshot.sha256 != self.assessor.basis.register_sha256:
            try:
                self.assessor.take_up(snapshot)
            except InputError as error:
                raise unfit_register(error) from error
        self._seen = seen

    def pictures(self, which: str, draw: Callable[[Service, str], bytes]) -> bytes:
        """A picture of the grid, drawn at the first question for it."""
        with self._drawing:
            if which not in self._pictures:
                self._pictures[which] = draw(self, which)
            return self._pictures[which]

    def close(self) -> None:
        """Let the threads end."""
        self.thinking.close()
        self.desk.close()


@dataclass(frozen=True)
class Kept:
    """An assessment that can be come back to: for its sheet, or for an application."""

    assessment_id: str
    assessment: Assessment
    made_at: dt.datetime


class Remembered:
    """The newest assessments, for two hours; of this process alone."""

    def __init__(self, most: int = _KEPT, seconds: float = _KEPT_SECONDS) -> None:
        self._most, self._age = most, dt.timedelta(seconds=seconds)
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, assessment: Assessment) -> Kept:
        """Keep an assessment under a name that cannot be guessed."""
        kept = Kept(secrets.token_urlsafe(16), assessment, dt.datetime.now(dt.UTC))
        with self._lock:
            self._kept[kept.assessment_id] = kept
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return kept

    def get(self, assessment_id: str) -> Kept | None:
        """An assessment, if it is still kept."""
        with self._lock:
            kept = self._kept.get(assessment_id)
        return kept if kept is not None and dt.datetime.now(dt.UTC) - kept.made_at < self._age else None
