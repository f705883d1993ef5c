"""Every sentence a schema shows exists in Chinese, and no translation is left without its sentence."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from types import ModuleType

import capacity.runs
import capacity.tables.inputs
import capacity.tables.public
import capacity.tables.results
from capacity.case.ledger.sheets import SHEETS
from capacity.tables._schema import Table
from capacity.tables.chinese import in_chinese
from capacity.tables.chinese import sentences as translated


def schemas(package: ModuleType) -> Iterator[Table]:
    for module in pkgutil.iter_modules(package.__path__):
        for value in vars(importlib.import_module(f"{package.__name__}.{module.name}")).values():
            if isinstance(value, Table):
                yield value


def sentences() -> set[str]:
    found: set[str] = set()
    for package in (capacity.tables.inputs, capacity.tables.results, capacity.tables.public, capacity.runs):
        for schema in schemas(package):
            found.add(schema.description or "")
            for column in schema.columns.values():
                found |= {column.description or "", column.metadata["missing"] or ""}
    for sheet in SHEETS:
        for field in sheet.fields:
            found |= {field.description or "", field.missing or ""}
    return found - {""}


def test_chinese__covers_every_sentence_with_words() -> None:
    worded = {sentence for sentence in sentences() if re.search(r"[a-z]{2}", sentence.replace("lon lat", ""))}
    assert sorted(worded - translated().keys()) == []


def test_chinese__has_no_stale_sentence() -> None:
    assert sorted(translated().keys() - sentences()) == []


def test_in_chinese__is_chinese_or_names_a_rule() -> None:
    for sentence in translated():
        assert re.search(r"[一-鿿]|^P\d+。$", in_chinese(sentence)), sentence
