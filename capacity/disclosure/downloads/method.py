"""How the figures come about, what is withheld and why, and what they are not: in the release's own values."""

from __future__ import annotations

from pathlib import Path

from capacity.disclosure.downloads import figures_told, rules_told
from capacity.disclosure.downloads.download import Download
from capacity.disclosure.downloads.licence import licence_sentences
from capacity.disclosure.downloads.section import Section
from capacity.tables.release import Release, ReleaseAbout
from capacity.tables.words import Word


def write_method(release: Release, folder: Path) -> list[Download]:
    """Write ``method.zh.txt`` and ``method.en.txt``."""
    about = release.about
    for language, title in (("zh", f"{about.title_zh} · 方法说明"), ("en", f"{about.title_en} · method statement")):
        lines = [title, ""]
        for number, section in enumerate(method_of(about), start=1):
            lines.append(f"{number}. {_in(section.title, language)}")
            lines += [f"   {_in(sentence, language)}" for sentence in section.sentences]
            lines.append("")
        (folder / f"method.{language}.txt").write_text("\r\n".join(lines), encoding="utf-8-sig", newline="")
    return [
        Download("method.zh.txt", "方法说明（中文）", "method statement (in Chinese)", "txt"),
        Download("method.en.txt", "方法说明（英文）", "method statement (in English)", "txt"),
    ]


def _in(word: Word, language: str) -> str:
    return word.zh if language == "zh" else word.en


def method_of(about: ReleaseAbout) -> tuple[Section, ...]:
    """The method statement, section by section."""
    return (
        rules_told.what(about),
        figures_told.capacity(about),
        figures_told.point(about),
        figures_told.status(about),
        figures_told.load_rate(),
        figures_told.hours(),
        figures_told.around(),
        rules_told.rounding(about),
        rules_told.withheld(about),
        rules_told.changes(about),
        rules_told.polygons(about),
        rules_told.not_promised(),
        rules_told.values(about),
        rules_told.files(),
        Section(Word("使用许可", "Licence"), tuple(licence_sentences(about)[1:5])),
        rules_told.contact(about),
    )
