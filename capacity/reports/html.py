"""A report as one HTML file: pictures inside, no scripts, nothing loaded from elsewhere."""

from __future__ import annotations

import base64
from html import escape
from importlib.resources import files

from capacity.tables.report import (
    Block,
    Callout,
    Chapter,
    Drawn,
    Grid,
    Heading,
    Language,
    Paragraph,
    Picture,
    Points,
    Report,
)
from capacity.tables.words import Word

_CONTENTS = Word("目录", "Contents")
_SKIP = Word("跳到正文", "Skip to the text")
_SOURCE = Word("来源", "Source")
_TABLE, _PICTURE = Word("表", "Table"), Word("图", "Figure")


def as_html(report: Report, drawn: Drawn, language: Language) -> str:
    """The whole document.

    Parameters
    ----------
    drawn : the pictures by key; one that is missing stands as its description.
    """
    return _Page(report, drawn, language).document()


class _Page:
    """A document being put together; a class for its two running numbers."""

    def __init__(self, report: Report, drawn: Drawn, language: Language) -> None:
        self.report, self.drawn, self.language = report, drawn, language
        self.tables = self.pictures = 0

    def say(self, word: Word) -> str:
        """A text in the page's language, safe to stand in HTML."""
        return escape(word.zh if self.language == "zh" else word.en)

    def document(self) -> str:
        """Head, first page, contents, chapters."""
        report = self.report
        chapters = "\n".join(self.chapter(one, number) for number, one in enumerate(report.chapters, start=1))
        style = files("capacity.reports").joinpath("report.css").read_text(encoding="utf-8")
        return (
            f'<!doctype html>\n<html lang="{"zh-CN" if self.language == "zh" else "en"}">\n<head>\n'
            '<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f'<meta name="generator" content="capacity">\n<title>{self.say(report.title)} · '
            f"{self.say(report.subtitle)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
            f'<a class="skip" href="#text">{self.say(_SKIP)}</a>\n{self.front()}\n'
            f'<main id="text">\n{chapters}\n</main>\n<footer><p>{self.say(report.title)} · {self.say(report.foot)}</p>'
            "</footer>\n</body>\n</html>\n"
        )

    def front(self) -> str:
        """Title, marks, facts, contents."""
        report = self.report
        marks = "".join(f'<p class="mark">{self.say(mark)}</p>' for mark in report.marks)
        facts = "".join(
            f"<div><dt>{self.say(name)}</dt><dd>{self.say(value)}</dd></div>" for name, value in report.facts
        )
        contents = "".join(
            f'<li><a href="#{escape(one.key)}">{self.say(one.title)}</a></li>' for one in report.chapters
        )
        remarks = "".join(f"<p>{self.say(remark)}</p>" for remark in report.remarks)
        return (
            f"<header>\n<h1>{self.say(report.title)}</h1>\n"
            f'<p class="subtitle">{self.say(report.subtitle)}</p>\n{marks}\n'
            f"<dl>{facts}</dl>\n{remarks}</header>\n"
            f'<nav aria-label="{self.say(_CONTENTS)}"><p class="contents">{self.say(_CONTENTS)}</p>'
            f"<ol>{contents}</ol></nav>"
        )

    def chapter(self, chapter: Chapter, number: int) -> str:
        """A section with its heading."""
        blocks = "\n".join(self.block(one) for one in chapter.blocks)
        key = escape(chapter.key)
        return (
            f'<section id="{key}" aria-labelledby="{key}-title">\n<h2 id="{key}-title">{number} '
            f"{self.say(chapter.title)}</h2>\n{blocks}\n</section>"
        )

    def block(self, block: Block) -> str:
        """One block."""
        match block:
            case Heading():
                return f"<h3>{self.say(block.text)}</h3>"
            case Paragraph():
                return f"<p{' class=small' if block.small else ''}>{self.say(block.text)}</p>"
            case Points():
                return "<ul>" + "".join(f"<li>{self.say(item)}</li>" for item in block.items) + "</ul>"
            case Callout():
                return f'<p class="callout {block.tone}">{self.say(block.text)}</p>'
            case Grid():
                return self.grid(block)
            case Picture():
                return self.picture(block)

    def grid(self, grid: Grid) -> str:
        """A table that scrolls by itself where the screen is narrow."""
        self.tables += 1
        title = f"{self.say(_TABLE)} {self.tables} {self.say(grid.title)}"
        sides = [' class="figure"' if column.right else "" for column in grid.columns]
        head = "".join(
            f'<th scope="col"{side}>{self.say(column.heading)}</th>'
            for column, side in zip(grid.columns, sides, strict=True)
        )
        body = "\n".join(self._row(row, sides, number in grid.strong) for number, row in enumerate(grid.rows))
        return (
            f'<div class="scroll" role="region" tabindex="0" aria-label="{title}"><table><caption>{title}</caption>'
            f"<thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table></div>\n"
            f"{self._below(grid.source, grid.note)}"
        )

    def _row(self, row: tuple[Word, ...], sides: list[str], strong: bool) -> str:
        first = f'<th scope="row"{sides[0]}>{self.say(row[0])}</th>'
        rest = "".join(f"<td{side}>{self.say(cell)}</td>" for cell, side in zip(row[1:], sides[1:], strict=True))
        return f"<tr{' class=strong' if strong else ''}>{first}{rest}</tr>"

    def picture(self, picture: Picture) -> str:
        """A figure with its description for those who cannot see it."""
        self.pictures += 1
        images = self.drawn.get(picture.key, ())
        title, alt = f"{self.say(_PICTURE)} {self.pictures} {self.say(picture.title)}", self.say(picture.alt)
        shown = "".join(
            f'<img src="data:image/png;base64,{base64.b64encode(png).decode()}" alt="{alt if not number else title}">'
            for number, png in enumerate(images)
        )
        return (
            f"<figure>{shown or f'<p>{alt}</p>'}<figcaption>{title}</figcaption></figure>\n"
            f"{self._below(picture.source, picture.note)}"
        )

    def _below(self, source: Word, note: Word) -> str:
        """What limits a figure, and where it is from."""
        told = [self.say(note)] if note.zh else []
        if source.zh:
            told.append(f"{self.say(_SOURCE)}{'：' if self.language == 'zh' else ': '}{self.say(source)}")
        return f'<p class="small">{" ".join(told)}</p>' if told else ""
