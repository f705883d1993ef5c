"""A small TrueType font from a large one of any kind: what every PDF reader takes text out of again.

Fonts with PostScript outlines (CFF) get an encoding of their own in a PDF, which some readers do not follow: the text
is there to be seen but not to be searched, copied or read aloud. With TrueType outlines it is.
"""

from __future__ import annotations

from collections.abc import Set
from pathlib import Path
from typing import Any

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.filterPen import DecomposingFilterPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

from capacity.disclosure.notices.fonts import Face

_LARGEST_ERROR = 0.0005
"""Of the em square: how far a curve may be off."""


def cut_font(face: Face, wanted: Set[str], path: Path) -> set[str]:
    """Write the glyphs of these signs as a TrueType font; returns the signs that the face has.

    Deterministic: the same face and signs give the same bytes.
    """
    with TTFont(str(face.path), fontNumber=face.number, lazy=True) as font:
        known = font.getBestCmap()
        signs = {ord(sign): known[ord(sign)] for sign in sorted(wanted) if ord(sign) in known}
        names = list(dict.fromkeys([".notdef", *signs.values()]))
        glyphs, metrics = font.getGlyphSet(), font["hmtx"]
        builder = FontBuilder(font["head"].unitsPerEm, isTTF=True)
        builder.updateHead(created=font["head"].created, modified=font["head"].modified)
        builder.setupGlyphOrder(names)
        builder.setupCharacterMap(signs)
        builder.setupGlyf({name: _outline(glyphs, name, font["head"].unitsPerEm, "CFF " in font) for name in names})
        table = builder.font["glyf"]
        builder.setupHorizontalMetrics({name: (metrics[name][0], getattr(table[name], "xMin", 0)) for name in names})
        builder.setupHorizontalHeader(ascent=font["hhea"].ascent, descent=font["hhea"].descent)
        family = font["name"].getDebugName(1) or "Chinese"
        style = font["name"].getDebugName(2) or "Regular"
        postscript = font["name"].getDebugName(6) or family.replace(" ", "")
        builder.setupNameTable({"familyName": family, "styleName": style, "psName": postscript})
        builder.setupOS2(
            sTypoAscender=font["OS/2"].sTypoAscender,
            sTypoDescender=font["OS/2"].sTypoDescender,
            sCapHeight=getattr(font["OS/2"], "sCapHeight", 0),
            usWeightClass=font["OS/2"].usWeightClass,
            fsType=font["OS/2"].fsType,
        )
        builder.setupPost(keepGlyphNames=False)
        builder.save(str(path))
    return {chr(code) for code in signs}


def _outline(glyphs: Any, name: str, units: int, postscript: bool) -> Any:
    """A glyph with quadratic curves, its parts drawn out; PostScript outlines run the other way round."""
    pen = TTGlyphPen(None)
    curves = Cu2QuPen(pen, max_err=_LARGEST_ERROR * units, reverse_direction=postscript)
    glyphs[name].draw(DecomposingFilterPen(curves, glyphs))
    return pen.glyph()
