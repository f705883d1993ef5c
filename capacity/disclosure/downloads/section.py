"""A section of the method statement."""

from __future__ import annotations

from dataclasses import dataclass

from capacity.tables.public.words import Told
from capacity.tables.words import Word


@dataclass(frozen=True)
class Section:
    """A heading and its sentences, each in Chinese and English."""

    title: Word
    sentences: tuple[Word, ...]


def sentences_of(word: Told) -> Word:
    """What a code means for a customer, in both languages."""
    return Word(word.sentence_zh, word.sentence_en)
