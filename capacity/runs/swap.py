"""Replacing a folder whole: a reader finds the former state or the new one, never half of each.

New contents grow in a hidden sibling. When they are whole, the former folder is renamed away, the sibling is renamed
in, and the former one is deleted: the only order that Windows allows. A writer killed at any point leaves siblings
behind that the next writer recognises by name, puts back or clears away.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from capacity.errors import RunError

_GROWING, _FORMER, _LOCK = "growing", "former", "lock"
_RENAME_ATTEMPTS = 8


def replace_whole(folder: Path, fill: Callable[[Path], None]) -> None:
    """Let ``fill`` write the new contents of ``folder`` beside it, then put them in its place.

    Parameters
    ----------
    folder : the folder to create or replace; its parent is created where missing.
    fill : writes everything into the empty folder it is given. When it raises, ``folder`` stays as it was.

    Raises
    ------
    RunError
        When another process is writing the same folder, or a file of the former one is held open by a program.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with only_writer(folder):
        recover(folder)
        growing = _sibling(folder, _GROWING)
        growing.mkdir()
        try:
            fill(growing)
            put_in_place(growing, folder)
        except BaseException:
            shutil.rmtree(growing, ignore_errors=True)
            raise


def recover(folder: Path) -> None:
    """Clear away what a killed writer left beside ``folder``, putting back a former state on its way out.

    Only for the one writer of the folder; whoever merely reads calls ``present``.
    """
    former = present(folder)
    if former != folder:
        _rename(former, folder)
    for kind in (_GROWING, _FORMER):
        for leftover in _siblings(folder, kind):
            shutil.rmtree(leftover, ignore_errors=True)


def present(folder: Path) -> Path:
    """Where the last whole state of ``folder`` lies: itself, or its former state if a writer died while swapping."""
    if not folder.exists():
        former = sorted(_siblings(folder, _FORMER), key=lambda path: path.stat().st_mtime)
        if former:
            return former[-1]
    return folder


def left_unfinished(folder: Path) -> bool:
    """Whether a writer of ``folder`` died before its contents were put in place."""
    return bool(_siblings(folder, _GROWING))


def put_in_place(growing: Path, folder: Path) -> None:
    """Put ``growing``, a whole sibling of ``folder``, in its place; for the one writer of ``folder``.

    Raises
    ------
    RunError
        A file of the former state is held open by a program; it stays then.
    """
    if not folder.exists():
        _rename(growing, folder)
        return
    former = _sibling(folder, _FORMER)
    _rename(folder, former)
    try:
        _rename(growing, folder)
    except BaseException:
        _rename(former, folder)
        raise
    shutil.rmtree(former, ignore_errors=True)  # what resists is cleared by the next writer


def _rename(source: Path, target: Path) -> None:
    """Rename, with patience for virus scanners and indexers, which hold new files open for a moment on Windows."""
    for attempt in range(_RENAME_ATTEMPTS):
        try:
            source.rename(target)
            return
        except PermissionError as error:
            if attempt == _RENAME_ATTEMPTS - 1:
                raise RunError(
                    f"'{source}' cannot be moved: a file in it is open in another program (Excel?). "
                    f"Close it and run again; nothing was changed.\n"
                    f"“{source}”无法移动：其中有文件正被其他程序（如 Excel）打开。请关闭后重新运行；原有结果未改动。"
                ) from error
            time.sleep(0.05 * 2**attempt)


def _sibling(folder: Path, kind: str) -> Path:
    return folder.with_name(f".{folder.name}.{kind}-{uuid.uuid4().hex[:8]}")


def _siblings(folder: Path, kind: str) -> list[Path]:
    prefix = f".{folder.name}.{kind}-"
    if not folder.parent.is_dir():
        return []
    return [path for path in folder.parent.iterdir() if path.name.startswith(prefix) and path.is_dir()]


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, which the operating system frees when the process ends, however it ends."""
    path = folder.with_name(f".{folder.name}.{_LOCK}")
    handle = os.open(path, os.O_RDWR | os.O_CREAT)
    try:
        try:
            _lock(handle)
        except OSError as error:
            raise RunError(
                f"another process is writing '{folder}'; wait for it to end, or choose another folder.\n"
                f"另一进程正在写入“{folder}”；请等待其结束，或另选文件夹。"
            ) from error
        yield
    finally:
        os.close(handle)


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
