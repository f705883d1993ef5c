"""A notice for the service hall of each branch: one A4 page of its areas, their capacity and its limits (P21)."""

from __future__ import annotations

import logging
from pathlib import Path

from capacity.disclosure.downloads.download import Download
from capacity.disclosure.notices import fonts
from capacity.disclosure.notices.content import Notice, Row, branch_word, notices_of, words_on
from capacity.disclosure.notices.letters import letters_for
from capacity.disclosure.notices.page import write_page
from capacity.tables.release import Release

__all__ = ["Notice", "Row", "notices_of", "write_notices"]

_log = logging.getLogger(__name__)


def write_notices(release: Release, folder: Path) -> list[Download]:
    """Write one PDF per branch of the release: ``notices/1.pdf`` and so on, in the order of the branches' table.

    Chinese with English subtitles. Where the machine has no font with Chinese signs the notices are English, areas are
    called by their public codes, and each notice says why; the log does too.

    Parameters
    ----------
    folder : the folder that ``notices/`` is put in; created where missing.

    Returns
    -------
    One entry per notice; paths are relative to ``folder``, ``branch`` names the branch (None: not stated).
    """
    found = notices_of(release)
    pair = fonts.chinese_fonts()
    if pair is None:
        _log.warning("no font with Chinese signs was found: the notices are in English; 未找到中文字体，公示单改用英文")
    signs = {sign for notice in found for word in words_on(notice, release.about) for sign in word.zh + word.en}
    written = []
    with letters_for(pair, signs) as letters:
        for notice in found:
            path = f"notices/{notice.number}.pdf"
            write_page(notice, release.about, letters, folder / path)
            branch = branch_word(notice.branch)
            title = (f"营业厅公示单 · {branch.zh}", f"notice for the service hall · {branch.en}")
            written.append(Download(path, *title, "pdf", notice.branch))
    return written
