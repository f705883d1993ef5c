"""Writes the generated parts of the manual, or checks that they are up to date.

A page marks such a part with ``<!-- generated: NAME -->`` and ``<!-- end of generated: NAME -->``; what stands
between the two comes from the code. ``WHOLE_PAGES`` come from it altogether.
Run ``python -m tools.generate_docs``, with ``--check`` to only compare.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from pathlib import Path

from capacity.checks import catalogue
from tools import (
    answer_document,
    commands,
    equipment_library,
    guide,
    ledger_sheets,
    option_choices,
    rules,
    settings,
    tables,
    words,
    works_tables,
)

DOCS = Path(__file__).resolve().parent.parent / "docs"
GENERATORS: dict[str, Callable[[], str]] = {
    "inputs": tables.dictionary_of_inputs,
    "results": tables.dictionary_of_results,
    "release tables": tables.dictionary_of_releases,
    "release": settings.release,
    "case.toml": settings.case_toml,
    "city.toml": settings.city_toml,
    "scenario": settings.scenario_yaml,
    "scenario futures": settings.future_yaml,
    "network changes": settings.network_changes,
    "manifest": settings.manifest,
    "triggers": rules.triggers,
    "choices": rules.choices,
    "voltage bands": rules.voltage_bands,
    "disclosure": rules.disclosure,
    "zero investment": rules.zero_investment,
    "time limits": rules.time_limits,
    "service texts": rules.service_texts,
    "options": rules.options,
    "reliability": rules.reliability,
    "option choices": option_choices.values,
    "option types": option_choices.types,
    "codes": words.codes,
    "public codes": words.public_codes,
    "commands": commands.command_line,
    "ledger sheets": ledger_sheets.sheets,
    "transformer types": equipment_library.transformers,
    "line types": equipment_library.lines,
    "equipment sources": equipment_library.sources,
    "work kinds": works_tables.kinds,
    "work example": works_tables.example,
    "work durations": works_tables.durations,
    "work plans": works_tables.plans,
    "work prices": works_tables.prices,
    "work factors": works_tables.factors,
    "work sources": works_tables.sources,
    "answer document": answer_document.fields,
    "guide in Chinese": guide.in_chinese,
    "guide in English": guide.in_english,
}
WHOLE_PAGES: dict[str, Callable[[], str]] = {"checks.md": catalogue.as_markdown}
_PART = re.compile(r"(<!-- generated: (?P<name>.+?) -->\n).*?(<!-- end of generated: (?P=name) -->)", re.DOTALL)


def rewritten(page: str) -> str:
    """``page`` with every generated part made anew."""
    return _PART.sub(lambda match: f"{match[1]}\n{GENERATORS[match['name']]()}\n\n{match[3]}", page)


def parts(page: str) -> list[str]:
    """The names of the generated parts of a page."""
    return [match["name"] for match in _PART.finditer(page)]


def outdated(folder: Path = DOCS) -> dict[Path, str]:
    """The pages whose generated parts differ from what the code says, with their new text."""
    pages = {path: path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.md"))}
    fresh = {path: rewritten(text) for path, text in pages.items()}
    fresh |= {folder / name: page() for name, page in WHOLE_PAGES.items()}
    return {path: text for path, text in fresh.items() if text != pages.get(path)}


def main() -> int:
    """Write or check; the exit code says whether something was out of date under ``--check``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a page is out of date")
    check_only = parser.parse_args().check
    pages = outdated()
    for path, text in pages.items():
        if check_only:
            print(f"{path.relative_to(DOCS.parent)} is out of date: run `make docs`", file=sys.stderr)
        else:
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.relative_to(DOCS.parent)}")
    return 1 if check_only and pages else 0


if __name__ == "__main__":
    sys.exit(main())
