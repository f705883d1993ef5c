"""What every column and code means, in both languages: for people (CSV, workbook) and for programs (data package)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from capacity.disclosure.downloads.csv_tables import HOUR_COLUMNS, RELEASE_COLUMNS, write_frame
from capacity.disclosure.downloads.download import Download
from capacity.disclosure.downloads.licence import address_of_licence
from capacity.disclosure.downloads.wording import codes_of
from capacity.tables._schema import Table, flag, number, text
from capacity.tables.chinese import in_chinese
from capacity.tables.public import ALL
from capacity.tables.public.words import Told
from capacity.tables.release import Release

_ADDED = {
    "release_id": text("期次", "release", "The release that the row belongs to."),
    "synthetic": flag("合成数据", "synthetic", "Not a real grid."),
    "stale": flag("数据陈旧", "old data", "The data were older than allowed on the day of publication."),
}
_ADDED_ZH = {
    "The release that the row belongs to.": "该行所属的期次。",
    "Not a real grid.": "不是真实电网。",
    "The data were older than allowed on the day of publication.": "公布当日，数据已超过允许的时间。",
}
_KIND_OF_DTYPE = {"string[python]": "string", "float64": "number", "Int64": "integer", "boolean": "boolean",
                  "datetime64[ns]": "date"}  # fmt: skip


def write_dictionary(release: Release, folder: Path) -> list[Download]:
    """Write the dictionary and the list of codes as CSV, and both for programs as ``datapackage.json``."""
    write_frame(dictionary(), folder / "dictionary.csv")
    write_frame(codes(), folder / "codes.csv")
    package = json.dumps(data_package(release), ensure_ascii=False, indent=1)
    (folder / "datapackage.json").write_text(package + "\n", encoding="utf-8", newline="\n")
    return [
        Download("dictionary.csv", "数据字典", "data dictionary", "csv"),
        Download("codes.csv", "代码表", "codes and their meaning", "csv"),
        Download("datapackage.json", "数据包说明（机器可读）", "data package (machine-readable)", "json"),
    ]


def dictionary() -> pd.DataFrame:
    """One row per table and column of the files for programs, in their order.

    ``table, column, zh, en, kind, unit, meaning_zh, meaning_en, missing_zh, missing_en, codes``; ``missing_*`` says
    what an empty cell means and is empty where there is none.
    """
    rows = [
        _described(name, column, facts)
        for name in ALL
        for column, facts in (columns_of(name) | _ADDED).items()
    ]  # fmt: skip
    return pd.DataFrame(rows).astype("string")


def columns_of(name: str) -> dict[str, Any]:
    """The columns of a table as programs get it: its schema's, for ``hours`` one per hour of the day."""
    schema: Table = ALL[name]
    if name != "hours":
        return dict(schema.columns)
    facts = schema.columns["allowed_kva"]
    hours = {
        column: number(
            f"{facts.metadata['zh']} {hour}–{hour + 1} 时",
            f"{facts.metadata['en']} {hour:02d}–{hour + 1:02d} h",
            "kVA",
            facts.description,
            missing=facts.metadata["missing"],
        )
        for hour, column in enumerate(HOUR_COLUMNS)
    }
    first = {"area_code": schema.columns["area_code"], "name": ALL["areas"].columns["name"]}
    return first | {"month": schema.columns["month"]} | hours


def _described(name: str, column: str, facts: Any) -> dict[str, str]:
    meta, description = facts.metadata, facts.description or ""
    return {
        "table": name,
        "column": column,
        "zh": meta["zh"],
        "en": meta["en"],
        "kind": _KIND_OF_DTYPE[str(facts.dtype)],
        "unit": "" if meta["unit"] == "1" else meta["unit"],
        "meaning_zh": _prose(_ADDED_ZH.get(description) or in_chinese(description)),
        "meaning_en": _prose(description),
        "missing_zh": _prose(in_chinese(meta["missing"] or "")),
        "missing_en": _prose(meta["missing"] or ""),
        "codes": " ".join(meta["choices"] or ()),
    }


def _prose(sentence: str) -> str:
    return sentence.replace("``", "")


def codes() -> pd.DataFrame:
    """One row per coded column and code: ``column, code, zh, en, sentence_zh, sentence_en`` (sentences: where told)."""
    columns = {
        column: facts.metadata["choices"] or tuple(codes_of(column))
        for schema in ALL.values()
        for column, facts in schema.columns.items()
        if (facts.metadata["choices"] or codes_of(column)) and not column.endswith("_before")
    }
    rows = []
    for column, choices in columns.items():
        for code in choices:
            word = codes_of(column)[code]
            told = (word.sentence_zh, word.sentence_en) if isinstance(word, Told) else ("", "")
            rows.append((column, code, word.zh, word.en, *told))
    names = ["column", "code", "zh", "en", "sentence_zh", "sentence_en"]
    return pd.DataFrame(rows, columns=names).astype("string")


def data_package(release: Release) -> dict[str, Any]:
    """The CSV files for programs as a Frictionless data package: types, units, allowed codes, what missing means."""
    about = release.about
    address = address_of_licence(about.licence)
    return {
        "name": f"connection-capacity-{about.release_id}",
        "title": f"{about.title_en}: connection capacity of LV grid areas",
        "title_zh": f"{about.title_zh}：低压网格接入能力",
        "version": about.release_id,
        "created": f"{about.published_on:%Y-%m-%d}T00:00:00Z",
        "as_of": f"{about.as_of:%Y-%m-%d}",
        "synthetic": about.synthetic,
        "stale": about.stale,
        "licenses": [{"name": about.licence} | ({"path": address} if address else {})],
        "resources": [_resource(name) for name in ALL],
    }


def _resource(name: str) -> dict[str, Any]:
    key = {"areas": ["area_code"], "changes": ["area_code"], "hours": ["area_code", "month"]}.get(name)
    schema: dict[str, Any] = {
        "fields": [_field(column, facts) for column, facts in (columns_of(name) | _ADDED).items()],
        "missingValues": [""],
    }
    return {
        "name": name,
        "path": f"{name}.csv",
        "title": ALL[name].metadata["en"],
        "title_zh": ALL[name].metadata["zh"],
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True, "header": True},
        "schema": schema | ({"primaryKey": key} if key else {}),
    }


def _field(column: str, facts: Any) -> dict[str, Any]:
    meta = facts.metadata
    told = _described("", column, facts)
    field: dict[str, Any] = {"name": column, "type": told["kind"], "title": meta["en"], "title_zh": meta["zh"]}
    field |= {"description": told["meaning_en"]} if told["meaning_en"] else {}
    field |= {"unit": told["unit"]} if told["unit"] else {}
    field |= {"missing": told["missing_en"], "missing_zh": told["missing_zh"]} if meta["missing"] else {}
    rules = {"required": meta["missing"] is None} | ({"enum": list(meta["choices"])} if meta["choices"] else {})
    return field | {"constraints": rules}


assert set(RELEASE_COLUMNS) == set(_ADDED)
