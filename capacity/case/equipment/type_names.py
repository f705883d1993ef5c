"""What a nameplate text says: people write one type in many ways (full-width letters, ``×``, ``*``, ``10kV``…)."""

from __future__ import annotations

import re
import unicodedata

_VOLTAGE = {"10": "mv", "8.7/15": "mv", "8.7/10": "mv", "6/10": "mv", "1": "lv", "0.6/1": "lv", "0.4": "lv"}


def plain(name: str) -> str:
    """Upper case, half-width, without spaces and fire-class prefix, with one kind of multiplication and dash."""
    text = unicodedata.normalize("NFKC", str(name)).upper()
    text = re.sub(r"[×*✕╳]", "X", re.sub(r"[\s()]", "", text))
    text = re.sub(r"[–—−_]+", "-", re.sub(r"KV(?!A)-?", "-", text))
    return re.sub(r"^(?:(?:ZR|ZC|ZA|ZB|NH|WDZ[A-C]?|FS|FY)-?)+(?=[A-Z])", "", text)


def rating_in_name(name: str) -> float | None:
    """The rating (kVA) stated in a transformer's type text (``S13-M-400/10``), or None."""
    found = re.search(r"[-.](\d+)(?:KVA|/\d|$|-)", re.sub(r"^S\d+", "", plain(name)))
    return float(found.group(1)) if found else None


def series_code(name: str) -> str | None:
    """``S13`` of ``S13-M·RL-400/10``; None for dry-type, on-load and amorphous series (``SCB10``, ``SH15``)."""
    found = re.match(r"(S\d+)(?=$|[-./·•M])", plain(name))
    return found.group(1) if found else None


def family_letters(name: str) -> str:
    """A conductor family's letters, without voltage and cross-section: ``YJV22``, ``JKLYJ``, ``LGJ``."""
    found = re.match(r"(JL/G1A|JKLYJ/Q|(?:YJ|V)L?[VY](?:22|23|32)?|[A-Z]+)", plain(name))
    return found.group(1) if found else ""


def section_and_level(name: str) -> tuple[float, str | None] | None:
    """The cross-section (mm²) in a conductor's type text, and the level (``mv``/``lv``) where its voltage is stated."""
    rest = plain(name)[len(family_letters(name)) :].strip(",")
    stated = None
    if voltage := re.search(r"^-?(8\.7/1[05]|6/10|0\.6/1|0\.4|10|1)(?=[-/,])|-(10|0\.4|1)-$", rest):
        rest = rest[: voltage.start()] + rest[voltage.end() :]
        stated = _VOLTAGE[voltage.group(1) or voltage.group(2)]
    section = re.match(r"[-/,]*(?:[1-5]X)?(\d+(?:\.\d+)?)(?:MM2|/\d+|\+1X\d+)?$", rest)
    return (float(section.group(1)), stated) if section else None
