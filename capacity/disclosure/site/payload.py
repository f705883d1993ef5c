"""What the page is told of a release: ``CAPACITY.release({…})``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from capacity.disclosure.site.columns import columns_of, headings_of
from capacity.disclosure.site.hours import Chunk, chunk_numbers
from capacity.disclosure.site.script import call
from capacity.disclosure.site.shapes import SCALE, encode_shapes
from capacity.tables import words as common
from capacity.tables.public import ALL, words
from capacity.tables.public.words import Told
from capacity.tables.release import RELEASE_FORMAT, Release
from capacity.tables.words import Word

RELEASE_SCRIPT = "release.js"
_TOLD: dict[str, Mapping[str, Told]] = {
    "publication": words.PUBLICATION,
    "withheld": words.WITHHELD,
    "status": words.STATUS,
    "limit": words.LIMIT,
    "queue": words.QUEUE,
    "basis": words.BASIS,
    "part": words.PART,
    "cause": words.CAUSE,
    "relief": words.RELIEF,
}
_SAID: dict[str, Mapping[str, Word]] = {
    "area_class": common.AREA_CLASS,
    "customer_kind": common.CUSTOMER_KIND,
    "zero_investment": common.ZERO_INVESTMENT,
}


def payload_of(release: Release, chunks: list[Chunk], downloads: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """The release as values that JSON can hold; hours stand in their chunks.

    Parameters
    ----------
    downloads : of every file offered: path below the release's folder, bytes, sha256, titles, kind and branch.
    """
    codes = release.areas["area_code"].tolist()
    return {
        "format": RELEASE_FORMAT,
        "about": release.about.model_dump(mode="json"),
        "words": words_of_codes(),
        "headings": {name: headings_of(schema) for name, schema in ALL.items() if name != "hours"},
        "areas": columns_of(release.areas),
        "changes": columns_of(release.changes),
        "branches": columns_of(release.branches),
        "terms": columns_of(release.terms),
        "shapes": {"scale": SCALE, "polygons": encode_shapes(codes, release.shapes)},
        "hours": {"chunk": chunk_numbers(len(codes), chunks)},
        "downloads": [dict(download) for download in downloads],
    }


def words_of_codes() -> dict[str, dict[str, dict[str, str]]]:
    """Every code with its words, and its sentence where it has one, in both languages."""
    told = {
        kind: {
            code: {"zh": entry.zh, "en": entry.en, "sentence_zh": entry.sentence_zh, "sentence_en": entry.sentence_en}
            for code, entry in entries.items()
        }
        for kind, entries in _TOLD.items()
    }
    said = {
        kind: {code: {"zh": entry.zh, "en": entry.en} for code, entry in entries.items()}
        for kind, entries in _SAID.items()
    }
    return told | said


def write_payload(payload: Mapping[str, object], folder: Path) -> Path:
    """``release.js`` in the release's folder."""
    path = folder / RELEASE_SCRIPT
    path.write_text(call("release", payload), encoding="utf-8", newline="\n")
    return path
