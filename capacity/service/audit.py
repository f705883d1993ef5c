"""Who did what, and how it ended: one JSON line a request, never a key, never a customer.

The file is only ever appended to. Past a size it is put aside under the time of its last entry; nothing is deleted.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import threading
from collections.abc import Mapping
from itertools import islice
from pathlib import Path

from capacity.errors import CapacityError

LARGEST_BYTES = 20_000_000


class AuditFailure(CapacityError):
    """The audit log cannot be written: what would not be recorded is not done."""

    def __init__(self, path: Path, why: str) -> None:
        self.path, self.why = path, why
        super().__init__(f"the audit log '{path}' cannot be written ({why})\n审计日志“{path}”无法写入（{why}）")


class AuditLog:
    """An audit log in a file; ``path`` None keeps none (tests, notebooks)."""

    def __init__(self, path: Path | None, largest_bytes: int = LARGEST_BYTES) -> None:
        self._path, self._largest = path, largest_bytes
        self._lock = threading.Lock()

    def write(self, entry: Mapping[str, object]) -> None:
        """Append an entry; its time is now, UTC.

        Raises
        ------
        AuditFailure
            It could not be written.
        """
        if self._path is None:
            return
        now = dt.datetime.now(dt.UTC)
        line = json.dumps({"at": now.isoformat(timespec="milliseconds"), **entry}, ensure_ascii=True) + "\n"
        try:
            with self._lock:
                self._put_aside(now)
                with open(self._open(), "ab") as file:
                    file.write(line.encode())
        except OSError as error:
            raise AuditFailure(self._path, error.strerror or type(error).__name__) from error

    def newest(self, count: int) -> list[dict[str, object]]:
        """The last entries of the current file, the newest first."""
        if self._path is None or not self._path.is_file():
            return []
        with self._lock:
            lines = self._path.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in islice(reversed(lines), count)]

    def _open(self) -> int:
        assert self._path is not None
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
        return os.open(self._path, flags, 0o600)

    def _put_aside(self, now: dt.datetime) -> None:
        assert self._path is not None
        if not self._path.is_file() or self._path.stat().st_size < self._largest:
            return
        name = f"{self._path.stem}-{now:%Y%m%dT%H%M%S%f}Z{self._path.suffix}"
        self._path.rename(self._path.with_name(name))
