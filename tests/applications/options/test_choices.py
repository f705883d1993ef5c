"""The file of choices: every value with its words, every fault named."""

from __future__ import annotations

from importlib.resources import files

import pytest
from options_setting import catalogue

from capacity.applications.options import bundled_choices, faults_against, read_choices
from capacity.errors import InputError

TEXT = files("capacity.applications.options").joinpath("choices.yaml").read_text(encoding="utf-8")


def test_bundled__has_words_for_every_value() -> None:
    values = bundled_choices().values
    for name in type(values).model_fields:
        one = getattr(values, name)
        assert one.rule.startswith("P"), name
        assert one.text_zh != one.text_en, name


def test_types__rise_in_size() -> None:
    for use, types in bundled_choices().types.items():
        ratings = [catalogue().line(name).max_i_ka for name in types.names]
        assert ratings == sorted(ratings), use
        level = "mv" if use.startswith("mv") else "lv"
        assert {catalogue().line(name).level for name in types.names} == {level}, use
        laid = "cable" if "cable" in use else "overhead"
        assert {catalogue().line(name).laid for name in types.names} == {laid}, use


def test_faults__all_at_once_with_their_entry() -> None:
    broken = TEXT.replace("value: 80, unit", "value: -80, unit", 1).replace("value: 3, unit", "value: 2.5, unit")
    with pytest.raises(InputError) as caught:
        read_choices(broken, "own.yaml")
    assert [issue.ids for issue in caught.value.issues] == [("values.line_load_percent.value",)]
    with pytest.raises(InputError, match="most_circuits: must be whole numbers"):
        read_choices(TEXT.replace("value: 3, unit", "value: 2.5, unit"))
    with pytest.raises(InputError, match="not YAML"):
        read_choices("values: [")
    with pytest.raises(InputError):
        read_choices(TEXT + "\nmore: 1\n")


def test_unknown_type__is_named() -> None:
    own = read_choices(TEXT.replace("JKLYJ-10-70", "JKLYJ-10-77").replace("name: S20-M,", "name: S99,"))
    issues = faults_against(own, catalogue())
    assert ["'JKLYJ-10-77'" in issues[0].sentence_en, "'S99'" in issues[1].sentence_en] == [True, True]
