"""The folder that a report is written to: only an empty place or a former report is replaced."""

from __future__ import annotations

import os
from pathlib import Path

from capacity.board_report.sources import Faults

RECORD = "report.json"


def look_at_target(folder: Path, faults: Faults) -> None:
    """Say why the folder cannot be written, before anything is computed."""
    if folder.is_dir():
        if any(folder.iterdir()) and not (folder / RECORD).is_file():
            faults.add(
                f"“{folder}”中有文件但不是报告（没有 {RECORD}），不会覆盖；请另选文件夹。",
                f"'{folder}' holds files but no report ({RECORD}): it will not be replaced; choose another folder.",
            )
    elif folder.exists():
        faults.add(f"“{folder}”是文件，不是文件夹。", f"'{folder}' is a file, not a folder.")
    above = next((parent for parent in folder.absolute().parents if parent.exists()), None)
    if above is None or not above.is_dir() or not os.access(above, os.W_OK):
        faults.add(f"无法写入“{above}”，请另选文件夹。", f"'{above}' cannot be written to: choose another folder.")
