"""Which language a picture can be labelled in, and texts that its font can draw: never an empty box."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import matplotlib
from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

from capacity.tables.words import Word

Language = Literal["zh", "en"]

CHINESE_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Microsoft YaHei",
    "PingFang SC",
    "SimHei",
    "WenQuanYi Zen Hei",
)
_LATIN_FONT = "DejaVu Sans"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Lettering:
    """What a picture is written in. ``fell_back`` is true where Chinese was asked for and no font can draw it."""

    language: Language
    family: tuple[str, ...]
    fell_back: bool

    def word(self, word: Word) -> str:
        """A word in the picture's language."""
        return word.zh if self.language == "zh" else word.en

    def say(self, zh: str, en: str) -> str:
        """A text in the picture's language."""
        return zh if self.language == "zh" else en

    def label(self, *candidates: object) -> str:
        """The first of the texts (a name, an id …) that the font can draw whole, else the last one's drawable part."""
        texts = [str(text) for text in candidates if isinstance(text, str) and text]
        for text in texts:
            if self.can_draw(text):
                return text
        last = texts[-1] if texts else ""
        return "".join(sign if self.can_draw(sign) else "?" for sign in last)

    def can_draw(self, text: str) -> bool:
        """Whether one of the fonts has a glyph for every sign of the text."""
        return all(sign.isspace() or any(ord(sign) in _glyphs(font) for font in self.family) for sign in text)


def cut(text: str, signs: int) -> str:
    """A name no wider than so many Latin letters; a Chinese sign takes two places."""
    taken = 0
    for place, sign in enumerate(text):
        taken += 2 if ord(sign) >= 0x2E80 else 1
        if taken > signs:
            return text[:place].rstrip(" …") + "…"
    return text


def lettering(language: str) -> Lettering:
    """The lettering for a language (``zh`` or ``en``): English, and said so, where no Chinese font is installed."""
    chinese = chinese_font()
    family = (chinese, _LATIN_FONT) if chinese else (_LATIN_FONT,)
    if language == "en":
        return Lettering("en", family, fell_back=False)
    if chinese is None:
        _log.warning(
            "no Chinese font is installed (%s): the pictures are labelled in English; 未安装中文字体，图片改用英文标注",
            ", ".join(CHINESE_FONTS),
        )
        return Lettering("en", family, fell_back=True)
    return Lettering("zh", family, fell_back=False)


def chinese_font() -> str | None:
    """The first installed font of the chain, or None."""
    installed = {entry.name for entry in font_manager.fontManager.ttflist}
    return next((name for name in CHINESE_FONTS if name in installed), None)


@contextmanager
def lettered(letters: Lettering) -> Iterator[None]:
    """Draw within this block in the lettering's fonts."""
    settings: Any = {
        "font.family": list(letters.family),
        "axes.unicode_minus": False,
        "font.size": 10,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlesize": 11,
        "axes.labelcolor": "#333333",
        "hatch.linewidth": 0.6,
    }
    with matplotlib.rc_context(settings):
        yield


@cache
def _glyphs(font: str) -> frozenset[int]:
    path = font_manager.findfont(font, fallback_to_default=True)
    return frozenset(FT2Font(path).get_charmap())
