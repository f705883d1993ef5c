"""The method statement cites the release's own values, and the licence says what it is."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from sample_release import sample_release

from capacity.disclosure.downloads.licence import address_of_licence, licence_sentences, write_licence
from capacity.disclosure.downloads.method import method_of, write_method
from capacity.tables.public.words import STATUS, WITHHELD
from capacity.tables.release import Release, ReleaseAbout


def told(about: ReleaseAbout) -> tuple[str, str]:
    sentences = [word for section in method_of(about) for word in (section.title, *section.sentences)]
    return "\n".join(word.zh for word in sentences), "\n".join(word.en for word in sentences)


def changed(about: ReleaseAbout, **rules: object) -> ReleaseAbout:
    return about.model_copy(update={"rules": about.rules.model_copy(update=rules)})


@pytest.fixture(scope="module")
def release() -> Release:
    return sample_release()


@pytest.mark.parametrize(
    ("rule", "value", "text"),
    [
        ("rounding_kva", 12.5, "12.5 kVA"),
        ("largest_share_percent", 47.0, "47 %"),
        ("stated_contracts_percent", 83.0, "83 %"),
        ("jump_kva", 777.0, "777 kVA"),
        ("jump_percent", 23.0, "23 %"),
        ("derived_cell_m", 333.0, "333"),
        ("fewest_customers", 17, "17"),
        ("capacity_bands_kva", (0.0, 7.0, 99.0), "0, 7, 99"),
        ("load_rate_bands_percent", (0.0, 41.0), "0, 41"),
    ],
)
def test_method__each_value_of_the_rules_is_told_in_both_languages(
    release: Release, rule: str, value: object, text: str
) -> None:
    before, after = told(release.about), told(changed(release.about, **{rule: value}))
    for was, now in zip(before, after, strict=True):
        assert text in now
        assert was != now


def test_method__each_limit_is_told(release: Release) -> None:
    zh, en = told(
        release.about.model_copy(update={"limits": {"transformer_limit_percent": 76.5, "pre_control": 158.0}})
    )
    assert "k＝76.5 %" in zh
    assert "158 kVA" in zh
    assert "k = 76.5 %" in en
    assert "158 kVA" in en


def test_method__all_rules_by_number_and_all_reasons(release: Release) -> None:
    for text in told(release.about):
        for rule in ("P1", "P2", "P5", "P7", "P8", "P9", "P10", "P11", "P16", "P21", "P22", "P23"):
            assert re.search(rf"{rule}(?!\d)", text), rule
    zh, en = told(release.about)
    for word in (*STATUS.values(), *WITHHELD.values()):
        assert word.sentence_zh in zh
        assert word.sentence_en in en


def test_method__old_and_synthetic_data_and_a_first_release_are_told(release: Release) -> None:
    zh, en = told(release.about.model_copy(update={"stale": True, "previous_id": None}))
    assert "数据陈旧" in zh
    assert "old data" in en
    assert "合成数据" in zh
    assert "synthetic" in en
    assert "首次公布" in zh
    assert "first release" in en
    assert "None" not in zh + en
    real_zh, real_en = told(release.about.model_copy(update={"synthetic": False}))
    assert "合成" not in real_zh
    assert "synthetic" not in real_en


def test_write_method__two_files_with_as_many_lines(release: Release, tmp_path: Path) -> None:
    write_method(release, tmp_path)
    zh, en = ((tmp_path / f"method.{language}.txt").read_text(encoding="utf-8-sig") for language in ("zh", "en"))
    assert len(zh.splitlines()) == len(en.splitlines()) > 50
    assert not re.search("[\u4e00-\u9fff]", re.sub("[隆阳施甸分公司]", "", en))


def test_licence__known_names_get_an_address_and_an_empty_one_is_said(release: Release, tmp_path: Path) -> None:
    write_licence(release, tmp_path)
    text = (tmp_path / "licence.txt").read_text(encoding="utf-8-sig")
    assert "https://creativecommons.org/licenses/by/4.0/" in text
    assert "2026-11-01" in text
    assert (
        address_of_licence("CC BY 4.0")
        == address_of_licence("cc-by-4.0")
        == "https://creativecommons.org/licenses/by/4.0/"
    )
    own = licence_sentences(release.about.model_copy(update={"licence": "公司数据许可 1.0"}))
    assert own[1].en == "Licence: 公司数据许可 1.0."
    assert "http" not in own[1].zh
    nothing = licence_sentences(replace(release, about=release.about.model_copy(update={"licence": " "})).about)
    assert "未说明" in nothing[1].zh
    assert "not stated" in nothing[1].en
