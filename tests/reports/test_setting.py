"""Set as HTML and as PDF: languages, structure, figures to the right, heads on every page, pages that are numbered."""

from __future__ import annotations

import datetime as dt
from contextlib import AbstractContextManager
from html.parser import HTMLParser
from pathlib import Path

import pytest
from pypdf import PdfReader

from capacity.disclosure.notices.fonts import chinese_fonts
from capacity.disclosure.notices.letters import Letters, letters_for
from capacity.figures.report_charts import chart_png
from capacity.reports.breaking import lines_of
from capacity.reports.html import as_html
from capacity.reports.pdf import write_pdf
from capacity.tables.report import (
    Callout,
    Chapter,
    Chart,
    Column,
    Grid,
    Heading,
    Language,
    Panel,
    Paragraph,
    Picture,
    Points,
    Report,
    Series,
    texts_of,
)
from capacity.tables.words import Word

PANEL = Panel(
    Word("网格", "areas <&>"),
    (Word("2027", "2027"), Word("2028", "2028")),
    (
        Series(Word("不采取措施", "nothing done"), (3.0, None), (2.0, None), (4.0, None), (3.0, None)),
        Series(Word("未知", "unknown"), (0.0, 1.0)),
    ),
    Word("个", "areas"),
)


def report(rows: int = 3) -> Report:
    """A report with one of everything; the table has so many rows."""
    table = Grid(
        Word("表", "a table"),
        (Column(Word("网格", "area"), 1.0), Column(Word("容量", "capacity"), 0.2, right=True)),
        tuple((Word(f"网格{n}", f"area {n}"), Word("1,234.5", "1,234.5")) for n in range(rows)),
        Word("来源甲", "[S1]"),
        Word("说明", "a note"),
    )
    picture = Picture("p", Word("图", "a picture"), Word("描述", "3 & 0"), Chart("bars", (PANEL,)), Word("", "[S1]"))
    blocks = (
        Heading(Word("小节", "a heading")),
        Paragraph(Word("段落。", "A paragraph.")),
        Points((Word("一", "one"), Word("二", "two"))),
        Callout("care", Word("注意", "take care")),
        table,
        picture,
    )
    first = Chapter("summary", Word("要点", "In brief"), (Points((Word("要点一", "first finding"),)),))
    chapters = (first, Chapter("one", Word("第一章", "First <chapter>"), blocks))
    mark = Word("合成数据", "Synthetic data: no real grid")
    made_at = dt.datetime(2026, 11, 2, 9)
    return Report(
        Word("报告", "The report"), Word("副题", "of 2026"), "annual", made_at, (), (mark,), mark, (), chapters
    )  # fmt: skip


class Reader(HTMLParser):
    """What a test asks of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep it."""
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "img"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """It closes what was opened last."""
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def png() -> bytes:
    return chart_png(Chart("bars", (PANEL,)), "en")


@pytest.mark.parametrize(("language", "code"), [("zh", "zh-CN"), ("en", "en")])
def test_html__language_headings_tables_and_pictures(language: Language, code: str, png: bytes) -> None:
    page = as_html(report(), {"p": (png,)}, language)
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    of = dict(reader.tags)
    assert of["html"]["lang"] == code
    levels = [int(tag[1]) for tag, _ in reader.tags if tag in {"h1", "h2", "h3", "h4"}]
    assert levels == [1, 2, 2, 3]
    heads = [attrs for tag, attrs in reader.tags if tag == "th"]
    assert {attrs["scope"] for attrs in heads} == {"col", "row"}
    image = next(attrs for tag, attrs in reader.tags if tag == "img")
    assert image["alt"] == ("描述" if language == "zh" else "3 & 0")
    assert str(image["src"]).startswith("data:image/png;base64,")
    loaded = [value for _, attrs in reader.tags for name, value in attrs.items() if name in {"src", "href"}]
    assert all(str(value).startswith(("#", "data:")) for value in loaded)
    assert not {"script", "link", "iframe"} & {tag for tag, _ in reader.tags}
    targets = {attrs["id"] for _, attrs in reader.tags if "id" in attrs}
    assert {str(value)[1:] for value in loaded if str(value).startswith("#")} <= targets
    assert "http" not in page.split("<style>")[1].split("</style>")[0]


def test_html__what_is_not_drawn_stands_as_its_description() -> None:
    page = as_html(report(), {}, "en")
    assert "<p>3 &amp; 0</p>" in page
    assert "First &lt;chapter&gt;" in page


def letters(told: Report, language: Language) -> AbstractContextManager[Letters]:
    signs = {sign for text in texts_of(told, language) for sign in text} | set("目录来源表图：")
    return letters_for(chinese_fonts(), signs)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_pdf__heads_on_every_page_foot_and_contents(language: Language, png: bytes, tmp_path: Path) -> None:
    if language == "zh" and chinese_fonts() is None:
        pytest.skip("no font with Chinese signs")
    told, path = report(rows=140), tmp_path / "report.pdf"
    with letters(told, language) as letter:
        pages = write_pdf(told, {"p": (png,)}, letter, path, language)
    reader = PdfReader(path)
    texts = [page.extract_text() for page in reader.pages]
    assert len(texts) == pages > 3
    head, mark = ("容量", "合成数据") if language == "zh" else ("capacity", "Synthetic data: no real grid")
    with_rows = [text for text in texts if "1,234.5" in text]
    assert len(with_rows) > 2
    assert all(head in text for text in with_rows)
    assert all(mark in text for text in texts)
    assert f"1 / {pages}" in texts[0]
    assert sum(text.count("1,234.5") for text in texts) == 140
    assert reader.trailer["/Root"]["/Lang"] == ("zh-CN" if language == "zh" else "en")  # type: ignore[index]
    titles = ["1  要点", "2  第一章"] if language == "zh" else ["1  In brief", "2  First <chapter>"]
    assert [entry.title for entry in reader.outline] == titles  # type: ignore[union-attr]


def test_pdf__the_same_report_gives_the_same_bytes(png: bytes, tmp_path: Path) -> None:
    told = report()
    with letters(told, "en") as letter:
        for name in ("a.pdf", "b.pdf"):
            write_pdf(told, {"p": (png,)}, letter, tmp_path / name, "en")
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def test_lines__chinese_between_signs_latin_between_words() -> None:
    def width_of(text: str) -> float:
        return float(len(text))

    assert lines_of("容量为零，不是未知", 4.0, width_of) == ["容量为零，", "不是未知"]  # a comma never begins a line
    assert lines_of("ten years low", 9.0, width_of) == ["ten years", "low"]
    assert lines_of("T0101;T0102;T0103", 8.0, width_of) == ["T0101;", "T0102;", "T0103"]
    assert lines_of("", 8.0, width_of) == [""]


@pytest.mark.parametrize("style", ["fan", "bars", "stacked"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_chart__every_style_in_both_languages(style: str, language: str) -> None:
    nothing = Panel(Word("无", "nothing"), (), (), Word("", ""))
    unknown = Panel(Word("未知", "unknown"), (Word("a", "a"),), (Series(Word("x", "x"), (None,)),), Word("", ""))
    chart = Chart(style, (PANEL, nothing, unknown), columns=2, shared=style == "fan")  # type: ignore[arg-type]
    assert chart_png(chart, language)[:8] == b"\x89PNG\r\n\x1a\n"
