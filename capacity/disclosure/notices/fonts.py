"""A Chinese font of the machine's own, found alike on Windows, macOS and Linux; nothing is shipped.

Known files are looked for first, by name, in the folders where systems keep their fonts; then any other large font file
is asked whether it can draw Chinese. Variable fonts are left out: their default is often the thinnest weight.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTCollection, TTFont, TTLibError

_KNOWN = (
    ("NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc"),
    ("NotoSansCJKsc-Regular.otf", "NotoSansCJKsc-Bold.otf"),
    ("NotoSansSC-Regular.otf", "NotoSansSC-Bold.otf"),
    ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf"),
    ("SourceHanSansSC-Regular.otf", "SourceHanSansSC-Bold.otf"),
    ("SourceHanSansCN-Regular.otf", "SourceHanSansCN-Bold.otf"),
    ("SourceHanSans-Regular.ttc", "SourceHanSans-Bold.ttc"),
    ("msyh.ttc", "msyhbd.ttc"),
    ("msyh.ttf", "msyhbd.ttf"),
    ("Deng.ttf", "Dengb.ttf"),
    ("simhei.ttf", "simhei.ttf"),
    ("PingFang.ttc", "PingFang.ttc"),
    ("Hiragino Sans GB.ttc", "Hiragino Sans GB.ttc"),
    ("STHeiti Light.ttc", "STHeiti Medium.ttc"),
    ("wqy-microhei.ttc", "wqy-microhei.ttc"),
    ("wqy-zenhei.ttc", "wqy-zenhei.ttc"),
    ("simsun.ttc", "simsun.ttc"),
)
"""Files of the regular and the bold face, the best first."""
_PROBE = "低压网格接入受阻负载率预计ABCabc0123456789.?"  # fallback fonts often have no Latin letters
_SMALLEST_BYTES = 1_000_000  # no font with thousands of Chinese signs is smaller
_MOST_ASKED = 80
_SUFFIXES = (".ttf", ".ttc", ".otf", ".otc")


@dataclass(frozen=True)
class Face:
    """One face: a file, and its number where the file holds several."""

    path: Path
    number: int = 0


@dataclass(frozen=True)
class Pair:
    """The face for texts and the face for headings; the same where there is no bold one."""

    regular: Face
    bold: Face


@cache
def chinese_fonts() -> Pair | None:
    """The best pair of faces on this machine that can draw Chinese, or None."""
    found = {path.name.lower(): path for path in _font_files()}
    for regular, bold in _KNOWN:
        face = _chinese_face(found.get(regular.lower()), bold=False)
        if face is not None:
            return Pair(face, _chinese_face(found.get(bold.lower()), bold=True) or face)
    large = (path for path in found.values() if path.stat().st_size >= _SMALLEST_BYTES)
    for path in sorted(large)[:_MOST_ASKED]:
        face = _chinese_face(path, bold=False)
        if face is not None:
            return Pair(face, face)
    return None


def font_folders() -> tuple[Path, ...]:
    """Where this system and this user keep fonts."""
    home = Path.home()
    if sys.platform == "win32":
        windows = Path(os.environ.get("SYSTEMROOT", r"C:\Windows")) / "Fonts"
        return (windows, Path(os.environ.get("LOCALAPPDATA", str(home))) / "Microsoft" / "Windows" / "Fonts")
    if sys.platform == "darwin":
        assets = Path("/System/Library/AssetsV2")
        newer = tuple(sorted(assets.glob("com_apple_MobileAsset_Font*"))) if assets.is_dir() else ()
        return (Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library" / "Fonts", *newer)
    data = Path(os.environ.get("XDG_DATA_HOME", str(home / ".local" / "share")))
    return (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), data / "fonts", home / ".fonts")


def _font_files() -> Iterator[Path]:
    """Every font file, those of earlier folders last, so that they win where names are the same."""
    for folder in reversed(font_folders()):
        for parent, _, names in os.walk(folder):
            yield from (Path(parent) / name for name in sorted(names) if name.lower().endswith(_SUFFIXES))


def _chinese_face(path: Path | None, *, bold: bool) -> Face | None:
    """The face of a file that suits simplified Chinese best, or None where none can draw it."""
    if path is None:
        return None
    try:
        suited = [(_rank(font, bold), number) for number, font in enumerate(_faces(path)) if _usable(font)]
    except (OSError, TTLibError, KeyError, AssertionError):  # a damaged file is no font
        return None
    return Face(path, min(suited)[1]) if suited else None


def _faces(path: Path) -> list[TTFont]:
    if path.suffix.lower() in (".ttc", ".otc"):
        return list(TTCollection(str(path), lazy=True).fonts)
    return [TTFont(str(path), lazy=True)]


def _usable(font: TTFont) -> bool:
    outlines = "glyf" in font or "CFF " in font
    return outlines and "fvar" not in font and all(ord(sign) in (font.getBestCmap() or {}) for sign in _PROBE)


def _rank(font: TTFont, bold: bool) -> tuple[bool, bool, bool]:
    """Smaller is better: made for simplified Chinese, of the wanted weight, not monospaced."""
    names = font["name"]
    family = f"{names.getDebugName(1) or ''} {names.getDebugName(16) or ''}"
    style = f"{names.getDebugName(2) or ''} {names.getDebugName(17) or ''}"
    simplified = any(family_word in family.split() for family_word in ("SC", "GB", "CN", "YaHei"))
    heavy = any(word in style for word in ("Bold", "Medium", "Semibold", "W6"))
    plain = any(word in style for word in ("Regular", "Normal", "W3", "Light"))
    return (not simplified, not (heavy if bold else plain), "Mono" in family)
