"""What one may do with the files, and how to name where they come from."""

from __future__ import annotations

from pathlib import Path

from capacity.disclosure.downloads.download import Download
from capacity.disclosure.downloads.wording import marks
from capacity.tables.release import Release, ReleaseAbout
from capacity.tables.words import Word

_ADDRESSES = {
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC-BY-SA-4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "CC-BY-NC-4.0": "https://creativecommons.org/licenses/by-nc/4.0/",
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "ODBL-1.0": "https://opendatacommons.org/licenses/odbl/1-0/",
    "ODC-BY-1.0": "https://opendatacommons.org/licenses/by/1-0/",
    "PDDL-1.0": "https://opendatacommons.org/licenses/pddl/1-0/",
}


def address_of_licence(licence: str) -> str | None:
    """Where the text of a licence stands, for the SPDX names of open data (hyphens or blanks); None for others."""
    return _ADDRESSES.get("-".join(licence.upper().split()))


def write_licence(release: Release, folder: Path) -> list[Download]:
    """Write ``licence.txt``, Chinese first."""
    told = licence_sentences(release.about)
    text = "\r\n".join([*(word.zh for word in told), "", *(word.en for word in told), ""])
    (folder / "licence.txt").write_text(text, encoding="utf-8-sig", newline="")
    return [Download("licence.txt", "使用许可", "licence", "txt")]


def licence_sentences(about: ReleaseAbout) -> list[Word]:
    """Licence, attribution, and what is not promised, one sentence each."""
    address = address_of_licence(about.licence)
    where_zh, where_en = (f"（{address}）", f" ({address})") if address else ("", "")
    stated = about.licence.strip()
    licence = (
        Word(f"许可：{stated}{where_zh}。", f"Licence: {stated}{where_en}.")
        if stated
        else Word("许可：未说明，使用前请咨询供电企业。", "Licence: not stated; please ask the company before use.")
    )
    return [
        Word(f"{about.title_zh} · 低压网格接入能力", f"{about.title_en} · connection capacity of LV grid areas"),
        licence,
        Word(
            f"引用时请注明：{about.title_zh}，接入能力公开数据，{about.release_id} 期，数据截至 {about.as_of}。",
            f"Please cite as: {about.title_en}, published connection capacity, release {about.release_id}, "
            f"as of {about.as_of}.",
        ),
        Word(
            "改动后再发布的，请说明已改动，并保留数据截至日期。",
            "If you publish altered data, say that they are altered and keep the as-of date.",
        ),
        Word(
            "数据按现状提供，供参考，不构成供电承诺；以供电企业对具体申请的答复为准。",
            "The data are provided as they are, for information. They promise no supply; what counts is the company's "
            "answer to an application.",
        ),
        *(Word(f"注意：{word.zh}。", f"Note: {word.en}.") for word in marks(about)),
    ]
