"""How to read the map: the guide for the public, in Chinese and English (``guide.zh.md``, ``guide.en.md``).

What codes mean is not written a second time: the lists of codes come from ``capacity.tables.public.words``, and the
values of the rules from the release.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Literal

from markdown_it import MarkdownIt

from capacity.tables.public.words import LIMIT, PUBLICATION, STATUS, WITHHELD, Told
from capacity.tables.release import DisclosureRules

Language = Literal["zh", "en"]


def guide_html(language: Language, rules: DisclosureRules | None = None) -> str:
    """The guide as a fragment of HTML: headings from ``h2`` on, paragraphs, lists; no script, style, link or picture.

    Parameters
    ----------
    language : ``zh`` or ``en``.
    rules : of the release that it goes with; their values are then named. Without them it says the same in general.
    """
    rendered: str = MarkdownIt("commonmark", {"html": False}).render(guide_markdown(language, rules))
    return rendered


def guide_markdown(language: Language, rules: DisclosureRules | None = None) -> str:
    """The guide as Markdown; as :func:`guide_html`."""
    text = files("capacity.disclosure").joinpath(f"guide.{language}.md").read_text(encoding="utf-8")
    for name, words in _filled_in(language, rules).items():
        text = text.replace(f"{{{name}}}", words)
    return text


def _filled_in(language: Language, rules: DisclosureRules | None) -> dict[str, str]:
    shown = {**STATUS, "band": PUBLICATION["band"], "withheld": PUBLICATION["withheld"]}
    reasons = {code: told for code, told in WITHHELD.items() if code != "few_changes"}  # told in the text around it
    return {
        "status_list": _list_of(shown, language),
        "limit_list": _list_of(LIMIT, language),
        "withheld_list": _list_of(reasons, language),
        **(_with_values(language, rules) if rules else _GENERAL[language]),
    }


_GENERAL: Mapping[Language, dict[str, str]] = {
    "zh": {"rounding": "向下取整", "protection": "", "stale": "数据较旧时，页面上方会有提示。"},
    "en": {
        "rounding": "rounded down",
        "protection": "",
        "stale": "Where the data are old, the page says so at its top.",
    },
}


def _with_values(language: Language, rules: DisclosureRules) -> dict[str, str]:
    kva, share = f"{rules.rounding_kva:g}", f"{rules.largest_share_percent:g}"
    fewest, days = rules.fewest_customers, rules.stale_after_days
    if language == "zh":
        return {
            "rounding": f"按{kva} kVA向下取整",
            "protection": f"具体来说，用户少于{fewest}户，或一个用户占比超过{share} %的网格，不予公开。",
            "stale": f"数据超过{days}天时，页面上方会有提示。",
        }
    return {
        "rounding": f"rounded down to a multiple of {kva} kVA",
        "protection": (
            f"In figures: areas with fewer than {fewest} customers, or one customer above {share} %, are withheld. "
        ),
        "stale": f"Where the data are older than {days} days, the page says so at its top.",
    }


def _list_of(group: Mapping[str, Told], language: Language) -> str:
    def entries() -> Iterable[str]:
        for told in group.values():
            yield f"- **{told.zh}**：{told.sentence_zh}" if language == "zh" else f"- **{told.en}**: {told.sentence_en}"

    return "\n".join(entries())
