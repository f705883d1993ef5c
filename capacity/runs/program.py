"""Which program made a result: its version, and a digest of its files, so that a changed program is another one."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
_KINDS = (".py", ".yaml", ".json", ".csv")


@functools.cache
def program_version() -> str:
    """``<version>+<digest>``; the same on every machine that has the same files."""
    digest = hashlib.sha256()
    for path in sorted(_PACKAGE.rglob("*"), key=lambda path: path.relative_to(_PACKAGE).as_posix()):
        if path.suffix in _KINDS and path.is_file():
            digest.update(path.relative_to(_PACKAGE).as_posix().encode())
            digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return f"{importlib.metadata.version('capacity')}+{digest.hexdigest()[:12]}"
