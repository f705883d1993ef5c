"""A Chinese font is found by name or by asking, in the folders of each system; one without Latin letters is none."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import matplotlib
import pytest
from fontTools.ttLib import TTFont

from capacity.disclosure.notices import fonts
from capacity.disclosure.notices.fonts import chinese_fonts, font_folders
from capacity.disclosure.notices.letters import letters_for

_LATIN = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder in place of the machine's own."""
    monkeypatch.setattr(fonts, "font_folders", lambda: (tmp_path,))
    chinese_fonts.cache_clear()
    yield tmp_path
    chinese_fonts.cache_clear()


def drawn_as_chinese(path: Path, without: str = "") -> None:
    """Write a font file that has all the signs asked for (drawn as Latin letters), but for some."""
    with TTFont(str(_LATIN)) as font:
        for table in font["cmap"].tables:
            if table.isUnicode():
                table.cmap |= {ord(sign): "A" for sign in fonts._PROBE if ord(sign) not in table.cmap}
                for sign in without:
                    table.cmap.pop(ord(sign), None)
        font.save(str(path))


def test_chinese_fonts__none_where_there_are_none(folder: Path) -> None:
    assert chinese_fonts() is None
    shutil.copy(_LATIN, folder / "msyh.ttf")  # the right name is not enough
    chinese_fonts.cache_clear()
    assert chinese_fonts() is None


def test_chinese_fonts__known_by_name_in_any_case_with_its_bold(folder: Path) -> None:
    drawn_as_chinese(folder / "MSYH.TTF")
    drawn_as_chinese(folder / "msyhbd.ttf")
    found = chinese_fonts()
    assert found is not None
    assert (found.regular.path.name, found.bold.path.name) == ("MSYH.TTF", "msyhbd.ttf")


def test_chinese_fonts__the_regular_face_where_the_bold_is_missing(folder: Path) -> None:
    drawn_as_chinese(folder / "msyh.ttf")
    found = chinese_fonts()
    assert found is not None
    assert found.bold == found.regular


def test_chinese_fonts__an_unknown_file_is_asked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_SMALLEST_BYTES", 1000)
    drawn_as_chinese(folder / "own.ttf")
    found = chinese_fonts()
    assert found is not None
    assert found.regular.path.name == "own.ttf"


@pytest.mark.parametrize("without", ["0", "a", "?", "压"])
def test_chinese_fonts__one_that_lacks_a_sign_does_not_do(folder: Path, without: str) -> None:
    drawn_as_chinese(folder / "simhei.ttf", without)
    assert chinese_fonts() is None


def test_chinese_fonts__a_damaged_file_is_no_font(folder: Path) -> None:
    (folder / "msyh.ttc").write_bytes(b"ttcf" + bytes(2_000_000))
    (folder / "simhei.ttf").write_bytes(b"not a font")
    drawn_as_chinese(folder / "simsun.ttc")  # named as a collection, holds one face
    drawn_as_chinese(folder / "Deng.ttf")
    found = chinese_fonts()
    assert found is not None
    assert found.regular.path.name == "Deng.ttf"


@pytest.mark.parametrize(
    ("platform", "expected"), [("win32", "Windows"), ("darwin", "Library"), ("linux", "share")]
)  # fmt: skip
def test_font_folders__of_each_system_and_its_user(
    monkeypatch: pytest.MonkeyPatch, platform: str, expected: str
) -> None:
    monkeypatch.setattr(fonts.sys, "platform", platform)
    monkeypatch.setenv("SYSTEMROOT", str(Path("C:") / "Windows"))
    monkeypatch.setenv("LOCALAPPDATA", str(Path("C:") / "Users" / "planner" / "AppData" / "Local"))
    found = font_folders()
    assert len(found) >= 2
    assert any(expected in str(folder) for folder in found)


def test_letters_for__cuts_a_font_to_the_signs_that_are_needed(folder: Path) -> None:
    drawn_as_chinese(folder / "msyh.ttf")
    with letters_for(chinese_fonts(), {"低", "压", "龘"}) as letters:
        assert letters.regular is not None
        assert letters.can_draw("低压 12398 kVA")
        assert not letters.can_draw("龘")
        assert letters.drawable("龘网格", "K7QM2A") == "K7QM2A"
        assert letters.drawable("龘A") == "?A"
        assert letters.regular.stat().st_size < (folder / "msyh.ttf").stat().st_size / 4
        path = letters.regular
    assert not path.exists()


def test_letters_for__plain_english_without_a_font() -> None:
    with letters_for(None, {"低"}) as letters:
        assert (letters.language, letters.regular) == ("en", None)
        assert letters.drawable("50–160 kVA") == "50-160 kVA"
        assert letters.drawable("城关东", "K7QM2A") == "K7QM2A"
