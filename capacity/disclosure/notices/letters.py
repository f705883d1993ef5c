"""What notices are written with: a small font cut from the machine's own, or English where there is none."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from capacity.disclosure.downloads.wording import Language
from capacity.disclosure.notices.fonts import Pair
from capacity.disclosure.notices.outlines import cut_font
from capacity.tables.public.words import Told
from capacity.tables.words import Word

_PLAIN = str.maketrans({"–": "-", "—": "-", "−": "-", "…": "...", "“": '"', "”": '"', "’": "'", "≥": ">= "})
"""Signs that the plain font of English notices lacks."""
_ALWAYS = "".join(chr(code) for code in range(0x20, 0x7F)) + "…"


@dataclass(frozen=True)
class Letters:
    """The language of a notice and its font files; without files the notice is English in a font that every reader has.

    ``signs`` are those that can be drawn.
    """

    language: Language
    regular: Path | None
    bold: Path | None
    signs: frozenset[str]

    @property
    def chinese(self) -> bool:
        """Whether Chinese can be drawn."""
        return self.language == "zh"

    def say(self, word: Word | Told) -> str:
        """A word in the notice's language."""
        return word.zh if self.chinese else word.en

    def can_draw(self, text: str) -> bool:
        """Whether every sign of the text can be drawn."""
        return all(sign in self.signs for sign in text)

    def drawable(self, *candidates: str) -> str:
        """The first text that can be drawn whole, else the last one with ``?`` for what cannot: never an empty box."""
        texts = ["".join(map(_visible, text)) for text in candidates]
        texts = texts if self.chinese else [text.translate(_PLAIN) for text in texts]
        for text in texts:
            if self.can_draw(text):
                return text
        return "".join(sign if sign in self.signs else "?" for sign in texts[-1])


def _visible(sign: str) -> str:
    """The sign; a blank for line ends and invisible controls, which have no glyph."""
    return " " if unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp") else sign


@contextmanager
def letters_for(pair: Pair | None, texts: Set[str]) -> Iterator[Letters]:
    """The letters that draw these signs, while the block lasts.

    A font with 65,000 signs takes a second to open; one with those that are needed takes none. So it is cut once for
    all notices.
    """
    if pair is None:
        latin = frozenset(chr(code) for code in range(0x20, 0x100) if not 0x7F <= code <= 0xA0)
        yield Letters("en", None, None, latin)
        return
    wanted = texts | set(_ALWAYS)
    with TemporaryDirectory() as name:
        folder = Path(name)
        regular, bold = folder / "regular.ttf", folder / "bold.ttf"
        drawn = cut_font(pair.regular, wanted, regular) & cut_font(pair.bold, wanted, bold)
        yield Letters("zh", regular, bold, frozenset(drawn))
