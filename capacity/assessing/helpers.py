"""A process that answers requests for another one: it opens the same files and sees the register that it is told of."""

from __future__ import annotations

import logging
import multiprocessing
import signal
import traceback
from dataclasses import dataclass
from multiprocessing.connection import Connection

from capacity.assessing.case_files import CaseFiles, mark_of
from capacity.errors import CapacityError
from capacity.tables.assessment import Assessment, Request
from capacity.tables.register import Snapshot

_ENDING_SECONDS = 5.0


class HelperGone(Exception):
    """The process has ended, or cannot be opened; the argument says what is known of why."""


@dataclass(frozen=True)
class Question:
    """What a helper is asked; ``snapshot`` where the register has moved on since it was asked last."""

    snapshot: Snapshot | None
    request: Request
    hours: bool


class Helper:
    """A process of its own, begun at once; :meth:`opened` waits until it can answer. Asked by one thread at a time."""

    def __init__(self, files: CaseFiles, snapshot: Snapshot | None) -> None:
        context = multiprocessing.get_context("spawn")  # threads and locks do not survive in a forked one
        self._ours, theirs = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(theirs, files, snapshot), daemon=True, name="capacity assessments"
        )
        self._process.start()
        theirs.close()
        self.register_sha256 = snapshot.sha256 if snapshot is not None else ""

    @property
    def process_id(self) -> int | None:
        """Its number in the operating system."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""
        return self._process.is_alive()

    def opened(self) -> tuple[str, ...]:
        """Wait until it has opened its files; what it has opened (:func:`.case_files.mark_of`).

        Raises
        ------
        HelperGone
        """
        found = self._received()
        if isinstance(found, tuple):
            return found
        raise HelperGone(str(found))

    def ask(self, snapshot: Snapshot | None, request: Request, *, hours: bool) -> Assessment:
        """The answer as the helper's assessor gives it, or raises it, on the register as of ``snapshot``.

        Raises
        ------
        HelperGone
            It ended while it worked.
        """
        new = snapshot if snapshot is not None and snapshot.sha256 != self.register_sha256 else None
        try:
            self._ours.send(Question(new, request, hours))
        except OSError as error:
            raise HelperGone(self.how_it_ended()) from error
        found = self._received()
        if new is not None:
            self.register_sha256 = new.sha256
        if isinstance(found, Assessment):
            return found
        raise found if isinstance(found, CapacityError) else RuntimeError(f"in a helper process:\n{found}")

    def end(self) -> None:
        """Stop it, whatever it does: it holds nothing that could be lost."""
        self._process.kill()
        self._process.join()
        self._ours.close()

    def how_it_ended(self) -> str:
        """What the operating system knows of its end."""
        self._process.join(_ENDING_SECONDS)
        return f"exit code {self._process.exitcode}"

    def _received(self) -> object:
        try:
            return self._ours.recv()
        except (EOFError, OSError) as error:
            raise HelperGone(self.how_it_ended()) from error


def _serve(pipe: Connection, files: CaseFiles, snapshot: Snapshot | None) -> None:
    """Open the files, then answer until the other end is closed or its process has ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches every process; the first one tells the others
    logging.getLogger("pandapower").setLevel(logging.ERROR)
    try:
        _, assessor = files.open(snapshot, workers=1)
    except Exception as error:  # told, whatever it is
        pipe.send(str(error))
        return
    pipe.send(mark_of(assessor))
    while True:
        try:
            asked: Question = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            if asked.snapshot is not None:
                assessor.take_up(asked.snapshot)
            found: object = assessor.assess(asked.request, hours=asked.hours)
        except CapacityError as error:
            found = error
        except Exception:  # as above
            found = traceback.format_exc()
        try:
            pipe.send(found)
        except OSError:  # nobody waits any more
            return
