"""The PDFs, read again: one page each, every area of a branch or how many more there are, and never an empty box."""

from __future__ import annotations

import datetime as dt
import logging
import re
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from pypdf import PdfReader
from sample_release import branches_of, large_release, sample_release

from capacity.disclosure.notices import fonts, notices_of, write_notices
from capacity.disclosure.notices.fonts import chinese_fonts
from capacity.disclosure.notices.paper import MM_PER_PT
from capacity.tables.release import Release

chinese = pytest.mark.skipif(chinese_fonts() is None, reason="no font with Chinese signs on this machine")


@pytest.fixture(scope="module")
def release() -> Release:
    return sample_release()


@pytest.fixture(scope="module")
def folder(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pdf")
    write_notices(release, path)
    return path


def text_of(path: Path) -> str:
    """The text of the one page, closed up: readers put spaces between Chinese signs."""
    reader = PdfReader(path)
    assert len(reader.pages) == 1
    return re.sub(r"\s+", "", reader.pages[0].extract_text())


def closed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def in_one_branch(release: Release, areas: int) -> Release:
    """The first areas, all of them in one branch."""
    table = release.areas.head(areas).assign(branch=pd.array(["隆阳分公司"] * areas, dtype="string"))
    return replace(release, areas=table, branches=branches_of(table))


@chinese
def test_write_notices__lists_one_file_per_branch(release: Release, folder: Path) -> None:
    written = write_notices(release, folder)
    assert [download.path for download in written] == [f"notices/{number}.pdf" for number in (1, 2, 3, 4)]
    branches = [None if pd.isna(branch) else branch for branch in release.branches["branch"]]
    assert [download.branch for download in written] == branches
    assert {download.kind for download in written} == {"pdf"}
    assert all((folder / download.path).is_file() for download in written)


@chinese
def test_write_notices__every_word_and_figure_of_every_area_can_be_read_out(release: Release, folder: Path) -> None:
    for notice in notices_of(release):
        text = text_of(folder / f"notices/{notice.number}.pdf")
        for row in notice.rows:
            for told in (row.name, row.capacity.zh, row.why.zh, row.why.en, row.relief.zh):
                assert closed(told) in text, told
        for fact in ("12398", "95598", "2026-11-01", "2026-11-10", "2026-11期", "示例市配电网", "合成数据，非真实电网"):
            assert fact in text, fact
        assert (notice.phone or "未填，请拨供电服务热线" if notice.branch else "12398") in text
        assert closed(notice.branch or "分公司未填的网格") in text


@chinese
def test_write_notices__nothing_is_drawn_as_an_empty_box_or_a_question_mark(release: Release, folder: Path) -> None:
    for notice in notices_of(release):
        assert "?" not in text_of(folder / f"notices/{notice.number}.pdf")


@chinese
def test_write_notices__a_sign_that_the_font_lacks_is_a_question_mark_and_the_code_is_given(
    release: Release, tmp_path: Path
) -> None:
    areas = release.areas.copy()
    areas.loc[0, "name"] = "城关\U0010fffd网格"
    write_notices(replace(release, areas=areas), tmp_path)
    assert "城关?网格K7QM2A" in text_of(tmp_path / "notices" / "3.pdf")


@chinese
def test_write_notices__only_what_is_drawn_is_embedded(folder: Path) -> None:
    path = folder / "notices" / "3.pdf"
    assert path.stat().st_size < 120_000
    fonts_used = PdfReader(path).pages[0]["/Resources"]["/Font"]  # type: ignore[index]
    assert fonts_used
    for font in fonts_used.values():
        below = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert "/FontFile2" in below or "/FontFile3" in below


@chinese
def test_write_notices__old_data_are_marked_and_new_ones_are_not(folder: Path, tmp_path: Path) -> None:
    write_notices(sample_release(stale=True), tmp_path)
    assert "数据陈旧" in text_of(tmp_path / "notices" / "1.pdf")
    assert "数据陈旧" not in text_of(folder / "notices" / "1.pdf")
    real = sample_release()
    real = replace(real, about=real.about.model_copy(update={"synthetic": False}))
    write_notices(real, tmp_path)
    assert "合成" not in text_of(tmp_path / "notices" / "1.pdf")


@chinese
@pytest.mark.parametrize("areas", [1, 3, 16, 30, 60, 95, 400])
def test_write_notices__one_page_whatever_the_number_of_areas(tmp_path: Path, areas: int) -> None:
    release = in_one_branch(large_release(400, with_hours=False), areas)
    write_notices(release, tmp_path)
    text = text_of(tmp_path / "notices" / "1.pdf")
    (notice,) = notices_of(release)
    shown = [row for row in notice.rows if closed(row.name) in text]
    more = re.search(r"另有(\d+)个网格", text)
    assert len(shown) + (int(more[1]) if more else 0) == areas
    assert shown == list(notice.rows[: len(shown)])  # the most restricted ones
    assert (more is None) == (areas <= 60 or len(shown) == areas)
    if areas == 400:
        assert len(shown) > 90
    assert _smallest_type_pt(tmp_path / "notices" / "1.pdf") >= 5.8


def _smallest_type_pt(path: Path) -> float:
    content = PdfReader(path).pages[0].get_contents()
    assert content is not None
    return min(float(size) for size in re.findall(rb"/F\d+ ([\d.]+) Tf", content.get_data()))


@chinese
def test_write_notices__nothing_stands_outside_the_page_or_upon_the_foot(tmp_path: Path) -> None:
    write_notices(in_one_branch(large_release(400, with_hours=False), 400), tmp_path)
    page = PdfReader(tmp_path / "notices" / "1.pdf").pages[0]
    found: list[tuple[str, float, float]] = []
    page.extract_text(visitor_text=lambda text, cm, tm, *_: found.append((text.strip(), tm[4], tm[5])))
    lines = [(text, x, y) for text, x, y in found if text]
    assert lines
    for text, x, y in lines:
        assert 12.0 / MM_PER_PT - 1 <= x <= 198.0 / MM_PER_PT, text
        assert 12.0 / MM_PER_PT <= y <= 285.0 / MM_PER_PT, text
    foot = 27.0 / MM_PER_PT  # the box with the numbers ends here
    assert {closed(text) for text, _, y in lines if y < foot} >= {"12398", "95598"}


@chinese
def test_write_notices__the_same_bytes_at_another_time_and_place(release: Release, tmp_path: Path) -> None:
    write_notices(release, tmp_path / "one")
    time.sleep(1.1)
    write_notices(release, tmp_path / "elsewhere")
    for number in (1, 2, 3, 4):
        name = f"notices/{number}.pdf"
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "elsewhere" / name).read_bytes()


@chinese
def test_write_notices__metadata_are_the_releases(release: Release, folder: Path) -> None:
    facts = PdfReader(folder / "notices" / "3.pdf").metadata
    assert facts is not None
    assert facts.creation_date == dt.datetime.combine(release.about.published_on, dt.time(), dt.UTC)
    assert facts.author is None
    assert set(facts) == {"/Title", "/Subject", "/Producer", "/CreationDate"}
    assert facts["/Producer"] == "capacity"
    assert "隆阳分公司" in facts["/Title"]


def test_write_notices__without_a_chinese_font_in_english_and_says_so(
    release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(fonts, "chinese_fonts", lambda: None)
    with caplog.at_level(logging.WARNING):
        written = write_notices(release, tmp_path)
    assert "no font with Chinese signs" in caplog.text
    for notice, download in zip(notices_of(release), written, strict=True):
        text = text_of(tmp_path / download.path)
        assert "NoChinesefontwasfound" in text
        assert "syntheticdata,notarealgrid" in text
        assert "12398" in text
        for row in notice.rows:
            latin = all(ord(sign) < 256 for sign in row.name)
            assert closed(row.name if latin else row.code) in text
            english = row.capacity.en.replace("–", "-")
            assert closed(english) in text
            assert closed(row.why.en.replace("—", "-")) in text
        assert not re.search("[\u4e00-\u9fff□]", text)
        assert "?" not in text


@chinese
def test_write_notices__a_very_long_name_is_shortened_not_spilled(release: Release, tmp_path: Path) -> None:
    areas = release.areas.copy()
    areas.loc[0, "name"] = "很长的网格名称" * 20
    write_notices(replace(release, areas=areas), tmp_path)
    text = text_of(tmp_path / "notices" / "3.pdf")
    assert "…" in text
    assert "很长的网格名称" in text
    assert "很长的网格名称" * 20 not in text
