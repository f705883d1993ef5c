"""The answer sheet put together: a PDF whose text can be read back, with its sketch and its own font."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader
from sample_assessment import VARIANTS, Variant, sample_assessment

from capacity import answer_sheet
from capacity.applications.answers import AnswerError, Language, Letters, options_on_paper, write_pdf
from capacity.disclosure.notices.fonts import chinese_fonts
from capacity.disclosure.notices.letters import letters_for
from capacity.errors import RequestError
from capacity.figures.option_sketch import sketch_png
from capacity.tables.assessment import Assessment, Option
from capacity.tables.settings import ServiceNumbers

HAS_FONT = chinese_fonts() is not None
needs_font = pytest.mark.skipif(not HAS_FONT, reason="no Chinese font on this machine")


def pages_of(path: Path) -> list[str]:
    return [page.extract_text() for page in PdfReader(path).pages]


def text_of(path: Path) -> str:
    """The whole text without blanks and line ends, which depend on where lines break."""
    return "".join("".join(pages_of(path)).split())


@contextmanager
def no_font(signs: set[str]) -> Iterator[Letters]:
    with letters_for(None, signs) as letters:
        yield letters


@needs_font
@pytest.mark.parametrize(
    ("variant", "language"), [*((one, "zh") for one in VARIANTS), ("plain", "en"), ("staged", "en")]
)
def test_write_answer__pdf_of_two_or_three_pages_with_its_fonts_inside(
    tmp_path: Path, variant: Variant, language: Language
) -> None:
    path = tmp_path / "offer.pdf"
    answer_sheet.write_answer(sample_assessment(variant=variant), path, language)
    reader = PdfReader(path)
    assert 2 <= len(reader.pages) <= 3
    fonts = {str(font): font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()}
    for font in fonts.values():
        descendant = font["/DescendantFonts"][0].get_object()
        assert "/FontFile2" in descendant["/FontDescriptor"], "embedded, as TrueType"
    text = text_of(path)
    assert "合成数据，非真实电网" in text if language == "zh" else "syntheticdata,notarealgrid" in text
    assert "nan" not in text.lower().split()
    assert "{nb}" not in text
    assert f"{len(reader.pages)}/{len(reader.pages)}" in text
    pictures = sum(len(page.images) for page in reader.pages)
    assert pictures == (0 if variant == "no_coordinates" else 1)


@needs_font
def test_write_answer__pdf_says_what_when_who_pays_and_why_not(tmp_path: Path) -> None:
    path = tmp_path / "offer.pdf"
    answer_sheet.write_answer(sample_assessment(), path, "zh", ServiceNumbers(branches={"茶马分公司": "0000-0000002"}))
    text = text_of(path)
    for told in (
        "可以接入", "有效期至2026-12-02", "2026-11-09", "349V<353.4V（P10），节点T0102-M5P2S2，2025-01-28",
        "112.3%>100%（P9）", "用户承担", "0元", "12398", "茶马分公司", "0000-0000002", "P12,P13", "未测算",
        "配变D1201未采用，专变（用户资产）",
    ):  # fmt: skip
        assert told in text, told


@needs_font
def test_write_answer__unknown_is_said_so_and_never_zero(tmp_path: Path) -> None:
    path = tmp_path / "offer.pdf"
    answer_sheet.write_answer(sample_assessment(variant="unknown"), path, "zh")
    text = text_of(path)
    assert "未知：资料不足" in text
    assert "无可行方案" not in text
    rows = text[text.index("方案比较") :]
    assert rows.count("未知未知未知") == 2


@needs_font
def test_write_answer__staged_offer_has_its_hours_and_stages(tmp_path: Path) -> None:
    path = tmp_path / "offer.pdf"
    answer_sheet.write_answer(sample_assessment(variant="staged"), path, "en")
    text = text_of(path)
    for told in ("Instages(P16)", "firm,now", "42kW", "Powerbymonthandhour", "feasibility", "2027-02-25"):
        assert told in text, told
    march = next(line for page in pages_of(path) for line in page.splitlines() if line.startswith("3 138"))
    assert march.split()[3] == "?"


@needs_font
def test_write_answer__the_same_bytes_each_time(tmp_path: Path) -> None:
    first, second = tmp_path / "a.pdf", tmp_path / "b.pdf"
    answer_sheet.write_answer(sample_assessment(), first)
    answer_sheet.write_answer(sample_assessment(), second)
    assert first.read_bytes() == second.read_bytes()


def test_write_pdf__without_a_chinese_font_it_is_english_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "offer.pdf"
    write_pdf(sample_assessment(), path, "zh", lettered=no_font, sketch=sketch_png(sample_assessment(), "zh"))
    text = text_of(path)
    assert "NoChinesefontisinstalled" in text
    assert "Validuntil2026-12-02" in text
    assert "349V<353.4V(P10)" in text


def test_write_pdf__no_line_runs_over_the_margin(tmp_path: Path) -> None:
    """A name much longer than any column is cut where it has to be."""
    path = tmp_path / "offer.pdf"
    write_pdf(sample_assessment(), path, "en", lettered=no_font)
    width = float(PdfReader(path).pages[0].mediabox.width)
    for page in PdfReader(path).pages:
        found: list[float] = []

        def seen(
            text: str, _cm: object, tm: list[float], _font: object, size: float, into: list[float] = found
        ) -> None:
            into.append(tm[4] if text.strip() else 0.0)

        page.extract_text(visitor_text=seen)
        assert max(found) < width - 30.0


def many_options() -> Assessment:
    """The plain answer with every ranked option three times and six more rejected ones, two of them not worked out."""
    plain = sample_assessment()

    def renamed(option: Option, name: str, rank: int, *, found: bool = True) -> Option:
        candidate = replace(option.candidate, target_id=name)
        finding = option.finding if found else None
        return replace(option, design=replace(option.design, candidate=candidate), rank=rank, finding=finding)

    ranked = [renamed(one, f"R{n}", n) for n, one in enumerate(plain.ranked * 3, start=1)]
    rejected = [renamed(one, f"J{n}", 0, found=n < 5) for n, one in enumerate(plain.rejected * 3, start=1)]
    return replace(plain, options=(*ranked, *rejected))


def test_write_pdf__many_options_keep_to_three_pages_and_none_is_passed_over(tmp_path: Path) -> None:
    path, assessment = tmp_path / "offer.pdf", many_options()
    shown = options_on_paper(assessment)
    assert [option.rank for option in shown] == [1, 2, 3, 4, 5, 6, 0, 0, 0, 0]
    png = sketch_png(assessment, "en", keys=[option.key for option in shown])
    write_pdf(assessment, path, "en", lettered=no_font, sketch=png)
    assert len(PdfReader(path).pages) <= 3
    text = text_of(path)
    assert "12moreoptionswilldo(no.7,8,9,10,11,12,13,14,15,16,17,18):seetheworkbook" in text
    for option in assessment.rejected:
        assert f"{assessment.marks[option.key]}{option.candidate.target_id}" in text or option in shown


def test_answer_bytes__are_those_of_the_file(tmp_path: Path) -> None:
    answer_sheet.write_answer(sample_assessment(), tmp_path / "answer.xlsx", "en")
    assert answer_sheet.answer_bytes(sample_assessment(), "xlsx", "en") == (tmp_path / "answer.xlsx").read_bytes()
    with pytest.raises(RequestError, match="docx"):
        answer_sheet.answer_bytes(sample_assessment(), "docx")


def test_write_answer__every_format_and_no_other(tmp_path: Path) -> None:
    for suffix in (".xlsx", ".json"):
        answer_sheet.write_answer(sample_assessment(), tmp_path / f"answer{suffix}")
        assert (tmp_path / f"answer{suffix}").stat().st_size > 0
    with pytest.raises(RequestError, match=r"\.docx[\s\S]*不能写成“\.docx”"):
        answer_sheet.write_answer(sample_assessment(), tmp_path / "answer.docx")


def test_write_pdf__open_elsewhere_is_told_in_both_languages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def in_use(*_: object) -> None:
        raise PermissionError(13, "used by another process")

    monkeypatch.setattr("capacity.applications.answers.writing.os.replace", in_use)
    with pytest.raises(AnswerError, match=r"another program[\s\S]*请关闭后重试"):
        write_pdf(sample_assessment(), tmp_path / "offer.pdf", "en", lettered=no_font)
    assert list(tmp_path.iterdir()) == []


def test_sketch_png__is_a_png() -> None:
    png = sketch_png(sample_assessment(), "en")
    assert png is not None
    assert io.BytesIO(png).read(8) == b"\x89PNG\r\n\x1a\n"
