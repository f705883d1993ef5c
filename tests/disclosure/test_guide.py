"""The public guide: safe, complete in both languages, its words those of the release."""

import re
from html.parser import HTMLParser

import pytest

from capacity.disclosure.guide import guide_html, guide_markdown
from capacity.policy import load_policy
from capacity.tables.public.words import LIMIT, PUBLICATION, STATUS, WITHHELD

RULES = load_policy("baoshan-2021").disclosure
SAFE = {"h2", "p", "ul", "ol", "li", "strong"}


class _Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[object] = []
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append(tag)
        self.open.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("rules", [None, RULES], ids=["general", "with values"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_guide_html__is_plain_and_whole(language, rules) -> None:
    seen = _Seen()
    seen.feed(guide_html(language, rules))
    assert seen.open == []
    assert set(seen.tags) == SAFE
    assert seen.attributes == []
    assert "{" not in guide_markdown(language, rules)
    assert "**" not in guide_html(language, rules)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_guide_html__says_every_status_limit_and_reason_in_the_words_of_the_release(language) -> None:
    text = guide_markdown(language)
    for group in (STATUS, LIMIT):
        for told in group.values():
            assert getattr(told, f"sentence_{language}") in text
    for told in (
        PUBLICATION["band"],
        PUBLICATION["withheld"],
        *(WITHHELD[code] for code in WITHHELD if code != "few_changes"),
    ):
        assert getattr(told, f"sentence_{language}") in text


def test_guide_html__languages_have_the_same_shape() -> None:
    shape = [re.findall(r"<(h2|p|ul|ol|li)>", guide_html(language, RULES)) for language in ("zh", "en")]
    assert shape[0] == shape[1]


def test_guide_html__names_the_values_of_the_release_that_it_goes_with() -> None:
    assert RULES is not None
    other = RULES.model_copy(update={"fewest_customers": 7, "largest_share_percent": 45.0, "stale_after_days": 90})
    for language, words in (
        ("zh", ("少于7户", "超过45 %", "超过90天")),
        ("en", ("fewer than 7", "above 45 %", "90 days")),
    ):
        text = guide_html(language, other)
        assert [word for word in words if word not in text] == []
        assert [word for word in words if word in guide_html(language)] == []
