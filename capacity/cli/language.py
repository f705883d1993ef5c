"""Which language the terminal speaks: ``--lang``, else ``CAPACITY_LANG``, else the system's."""

from __future__ import annotations

import locale
import os
from collections.abc import Sequence
from typing import Literal

from capacity.tables.words import Word

Language = Literal["zh", "en"]
_current: list[Language] = []


def set_language(language: Language | None) -> None:
    """Choose the language for this process."""
    _current[:] = [language or _default()]


def language() -> Language:
    """The language in use."""
    if not _current:
        set_language(None)
    return _current[0]


def say(zh: str, en: str) -> str:
    """The sentence in the language in use."""
    return zh if language() == "zh" else en


def say_each(zh: Sequence[str], en: Sequence[str]) -> Sequence[str]:
    """Several sentences in the language in use."""
    return zh if language() == "zh" else en


def word(entry: Word) -> str:
    """A code's word in the language in use."""
    return say(entry.zh, entry.en)


def _default() -> Language:
    asked = os.environ.get("CAPACITY_LANG") or (locale.getlocale()[0] or "")
    return "zh" if asked.lower().startswith(("zh", "chinese")) else "en"
