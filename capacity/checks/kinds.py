"""A kind of problem: its code, its severity, what it looks at, what it does to the results and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from capacity.tables.issue import Issue, Severity

FILES = {
    "areas": "areas.geojson",
    "substations": "substations.csv",
    "feeders": "feeders.csv",
    "transformers": "transformers.csv",
    "profiles": "profiles.parquet",
    "measurements": "measurements.parquet",
    "daily_maxima": "daily_maxima.parquet",
    "exclusions": "exclusions.csv",
    "customers": "customers.csv",
    "projects": "projects.csv",
    "applications": "applications.csv",
    "outages": "outages.csv",
    "case": "case.toml",
}
"""The file of the case folder in which a table stands; tables of the network (``net.…``) stand in network.json."""

_SHOWN = 5


@dataclass(frozen=True)
class Kind:
    """One kind of problem. Its remedy ends every sentence about it, so a sentence never goes without one.

    Attributes
    ----------
    code : ``theme.name``; the theme is the file of this room in which the check stands.
    looks_at_en, looks_at_zh : what is compared with what, thresholds included; for the catalogue.
    remedy_en, remedy_zh : what the reader should do, one sentence.
    effect : code from ``words.EFFECT``; never empty for a warning.
    """

    code: str
    severity: Severity
    looks_at_en: str
    looks_at_zh: str
    remedy_en: str
    remedy_zh: str
    effect: str = ""

    def issue(
        self,
        table: str,
        column: str,
        ids: Iterable[object],
        en: str,
        zh: str,
        area_ids: Iterable[str] = (),
    ) -> Issue:
        """The issue about ``ids``, in the order given, each once; the sentences say what was found."""
        return Issue(
            severity=self.severity,
            check=self.code,
            table=table,
            column=column,
            ids=tuple(dict.fromkeys(str(i) for i in ids)),
            sentence_en=f"{en} {self.remedy_en}",
            sentence_zh=f"{zh}{self.remedy_zh}",
            file="network.json" if table.startswith("net.") else FILES.get(table, ""),
            effect="stops_run" if self.severity == "error" else self.effect,
            area_ids=tuple(sorted(set(area_ids))),
        )


def names_en(ids: Iterable[object]) -> str:
    """The first ids as an English list: ``a, b and 3 more``."""
    every = list(dict.fromkeys(str(i) for i in ids))
    rest = len(every) - _SHOWN
    return ", ".join(every[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def names_zh(ids: Iterable[object]) -> str:
    """The first ids as a Chinese list: ``a、b 等 5 个``."""
    every = list(dict.fromkeys(str(i) for i in ids))
    return "、".join(every[:_SHOWN]) + (f" 等 {len(every)} 个" if len(every) > _SHOWN else "")
