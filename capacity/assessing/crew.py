"""Requests answered by several processes at once; what is accepted is judged in this one."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict, deque
from collections.abc import Sequence

from capacity.assessing.assessor import CaseAssessor
from capacity.assessing.case_files import CaseFiles, mark_of
from capacity.assessing.helpers import Helper, HelperGone
from capacity.assessing.turns import Turns
from capacity.errors import ProcessLost
from capacity.tables.assessment import Assessment, Basis, Request
from capacity.tables.register import Application, Claim, Refusal, Snapshot

_LOG = logging.getLogger("capacity.assessing")
_SNAPSHOTS = 4
"""Of the register, so many are kept: threads may be about to ask with the one before."""


class Crew:
    """An assessor (:class:`capacity.tables.assessment.Assessor`) with helpers in processes of their own.

    Every request is answered on the register that this process has taken up. Helpers open the case by themselves and
    join when they are ready; as long as one is missing, this process answers in its place. One that ends is said so in
    the log and another is begun; the request that it worked on is refused (:class:`capacity.errors.ProcessLost`), not
    tried again: it may be what ended it.

    Parameters
    ----------
    own : opened from ``files``, as of ``snapshot``.
    count : helpers, as many as there are requests answered at a time.
    """

    def __init__(self, own: CaseAssessor, files: CaseFiles, snapshot: Snapshot | None, count: int) -> None:
        self._own, self._files = own, files
        self._turns = Turns(count)
        self._lock = threading.Lock()
        self._idle: deque[Helper] = deque()
        self._helpers: set[Helper] = set()
        self._snapshots: OrderedDict[str, Snapshot] = OrderedDict()
        self._closed = False
        if snapshot is not None:
            self._keep(snapshot)
        for _ in range(count):
            self._begin()

    @property
    def basis(self) -> Basis:
        """What answers rest on at present."""
        return self._own.basis

    @property
    def idle(self) -> int:
        """Helpers that are ready and do nothing."""
        with self._lock:
            return len(self._idle)

    def assess(self, request: Request, *, hours: bool = False) -> Assessment:
        """Everything about one request, in the order in which requests came.

        Raises
        ------
        RequestError
            See :class:`capacity.tables.assessment.Assessor`.
        ProcessLost
            The process that worked on it ended.
        """
        with self._turns:
            helper = self._next_idle()
            if helper is None:
                return self._own.assess(request, hours=hours)
            try:
                answer = helper.ask(self._snapshot(), request, hours=hours)
            except HelperGone as why:
                self._replace(helper, str(why))
                raise ProcessLost() from why
            except BaseException:
                self._put_back(helper)
                raise
            self._put_back(helper)
            return answer

    def assess_in_order(self, requests: Sequence[Request]) -> tuple[Assessment | Exception, ...]:
        """Many requests, each seeing what the earlier ones would reserve; in this process, since they wait for each
        other."""
        return self._own.assess_in_order(requests)

    def take_up(self, snapshot: Snapshot) -> None:
        """See the register as of a snapshot from now on; helpers do before they answer next."""
        self._keep(snapshot)
        self._own.take_up(snapshot)

    def judge(self, application: Application, snapshot: Snapshot) -> Claim | Refusal:
        """Whether an application can be accepted where it stands: judged in this process."""
        self._keep(snapshot)
        return self._own.judge(application, snapshot)

    def close(self) -> None:
        """Let every helper end; those that are being opened too."""
        with self._lock:
            self._closed = True
            helpers = list(self._helpers)
            self._helpers.clear()
            self._idle.clear()
        for helper in helpers:
            helper.end()

    def _next_idle(self) -> Helper | None:
        """The helper that has been idle longest; one that ended meanwhile is replaced."""
        while True:
            with self._lock:
                helper = self._idle.popleft() if self._idle else None
            if helper is None or helper.alive:
                return helper
            self._replace(helper, helper.how_it_ended())

    def _snapshot(self) -> Snapshot | None:
        """The register as this process sees it."""
        with self._lock:
            return self._snapshots.get(self._own.basis.register_sha256)

    def _keep(self, snapshot: Snapshot) -> None:
        with self._lock:
            self._snapshots[snapshot.sha256] = snapshot
            self._snapshots.move_to_end(snapshot.sha256)
            while len(self._snapshots) > _SNAPSHOTS:
                self._snapshots.popitem(last=False)

    def _begin(self) -> None:
        threading.Thread(target=self._open_one, daemon=True, name="helper opening").start()

    def _open_one(self) -> None:
        """Begin a helper and let it join once it has opened the same as this process has."""
        with self._lock:
            if self._closed:
                return
            helper = Helper(self._files, self._snapshots.get(self._own.basis.register_sha256))
            self._helpers.add(helper)
        try:
            opened = helper.opened()
        except HelperGone as why:
            self._give_up(helper, "进程未能就绪", "the process could not be made ready", str(why))
            return
        if opened != mark_of(self._own):
            self._give_up(
                helper, "算例文件或程序已变更", "files of the case or the program changed since the service began", ""
            )
            return
        self._put_back(helper)

    def _put_back(self, helper: Helper) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(helper)

    def _replace(self, helper: Helper, why: str) -> None:
        """Another one in the place of one that ended."""
        if self._dismissed(helper):
            _LOG.error(
                "核定进程 %s 意外结束（%s），正在另行启动。 process %s for assessments ended (%s); another is begun.",
                helper.process_id, why, helper.process_id, why,
            )  # fmt: skip
            self._begin()

    def _give_up(self, helper: Helper, zh: str, en: str, why: str) -> None:
        """Go on without one that would not do: this process answers in its place."""
        if self._dismissed(helper):
            _LOG.error(
                "%s：少一个核定进程，由服务进程代为核定；重新启动服务可恢复。 %s: one process for assessments fewer, "
                "the service answers in its place until it is restarted. %s",
                zh, en, why,
            )  # fmt: skip

    def _dismissed(self, helper: Helper) -> bool:
        """Whether it was one of ours until now; nothing is said of helpers that were told to end."""
        with self._lock:
            if self._closed or helper not in self._helpers:
                return False
            self._helpers.discard(helper)
        helper.end()
        return True
