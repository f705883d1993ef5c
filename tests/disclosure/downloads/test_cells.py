"""No text of a file is a formula to a spreadsheet; figures are written as they stand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capacity.disclosure.downloads.cells import lasting_text, plain_number, plain_numbers, safe_text

_DANGEROUS = "=+-@\t\r\n＝＋－＠"
_INVISIBLE = " \u00a0\u3000\u200b\ufeff"


@pytest.mark.parametrize("sign", _DANGEROUS)
def test_safe_text__each_sign_that_starts_a_formula(sign: str) -> None:
    assert safe_text(f"{sign}cmd|' /C calc'!A0") == f"'{sign}cmd|' /C calc'!A0"


@pytest.mark.parametrize("text", ["板桥街网格", "O'Hara", "a=b", "1-2", "", "'quoted", "—", "≥ 160"])
def test_safe_text__leaves_harmless_texts_alone(text: str) -> None:
    assert safe_text(text) == text


@given(st.text())
def test_safe_text__never_begins_a_formula_and_loses_nothing(text: str) -> None:
    safe = safe_text(text)
    assert safe in (text, f"'{text}")
    assert not safe.lstrip(_INVISIBLE).startswith(tuple(_DANGEROUS))


@pytest.mark.parametrize("text", ["08752120000", "00", "23E456", "2e9", "2.5E3", "123456789012345678"])
def test_lasting_text__a_number_that_excel_would_alter_stays_a_text(text: str) -> None:
    assert lasting_text(text) == f"'{text}"


@pytest.mark.parametrize("text", ["12398", "0875-2120000", "K7QM2A", "2E3X45", "0", "745", "10千伏线路"])
def test_lasting_text__others_stay_as_they_are(text: str) -> None:
    assert lasting_text(text) == text
    assert lasting_text("=1+1") == "'=1+1"


@given(st.floats(min_value=0.0, max_value=1e9, allow_nan=False))
def test_plain_number__reads_back_as_itself_without_an_exponent(value: float) -> None:
    text = plain_number(value)
    assert float(text) == value
    assert "e" not in text.lower()
    assert not text.endswith(".0")


def test_plain_numbers__missing_is_empty_and_zero_is_zero() -> None:
    told = plain_numbers(np.array([[0.0, math.nan], [745.0, 2.5]]))
    assert told.tolist() == [["0", ""], ["745", "2.5"]]
