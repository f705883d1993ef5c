"""Files that are whole or not there at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from capacity.errors import CapacityError


class AnswerError(CapacityError):
    """An answer sheet cannot be written."""

    def __init__(self, path: Path, why_zh: str, why_en: str) -> None:
        self.path, self.why_zh, self.why_en = path, why_zh, why_en
        super().__init__(f"'{path}' cannot be written: {why_en}\n“{path}”无法写入：{why_zh}")

    def __reduce__(self) -> tuple[type[AnswerError], tuple[object, ...]]:
        return type(self), (self.path, self.why_zh, self.why_en)


@contextmanager
def written(path: Path) -> Iterator[Path]:
    """A file to write to, in a folder beside the target; it takes the target's place when the block ends well.

    Raises
    ------
    AnswerError
        The target or its folder cannot be written to, for instance because the file is open in another program.
    """
    try:
        with TemporaryDirectory(dir=path.parent, prefix=f".{path.stem}-", ignore_cleanup_errors=True) as folder:
            beside = Path(folder) / path.name
            yield beside
            os.replace(beside, path)
    except FileNotFoundError as why:
        raise AnswerError(
            path, f"没有文件夹“{path.parent}”，请先建立。", f"there is no folder '{path.parent}': make it first."
        ) from why
    except PermissionError as why:
        raise AnswerError(
            path,
            "是否正在 Excel 或其他程序中打开？请关闭后重试；否则请检查文件夹的写入权限。",
            "is it open in Excel or another program? Close it and try again; else check that you may write to its "
            "folder.",
        ) from why
