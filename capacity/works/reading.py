"""Reading a file of prices or durations: every fault at once, each with its entry and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from capacity.errors import InputError
from capacity.tables.issue import Issue
from capacity.tables.words import Word

Model = TypeVar("Model", bound=BaseModel)

_REASONS = {
    "missing": "缺少此项",
    "extra_forbidden": "没有此项",
    "literal_error": "不是可用的代码",
    "greater_than": "数值过小",
    "greater_than_equal": "数值过小",
    "float_parsing": "不是数值",
    "float_type": "不是数值",
    "finite_number": "不是有限的数值",
    "int_parsing": "不是整数",
    "int_type": "不是整数",
    "int_from_float": "不是整数",
    "string_too_short": "不能为空",
    "string_type": "不是文字",
    "too_short": "不能为空",
}


def bundled(name: str) -> str:
    """The text of a file that comes with the package."""
    return files("capacity.works").joinpath(name).read_text(encoding="utf-8")


def read_as(model: type[Model], text: str, file: str, table: str) -> Model:
    """The file's content as ``model``.

    Raises
    ------
    InputError
        One issue per fault: not YAML, a missing or unknown field, a value out of bounds, entries that contradict.
    """
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InputError([_unreadable(file, table, error)]) from error
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise InputError([_issue(file, table, content, fault) for fault in error.errors()]) from error


class Source(BaseModel):
    """What a source key stands for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)

    @property
    def words(self) -> Word:
        """Both languages."""
        return Word(self.zh, self.en)


Fault = tuple[str, str]
"""A fault in English and Chinese, each with what to do."""


def refuse(faults: Sequence[Fault]) -> None:
    """Raise the faults that a model's own check found, if there are any, as one error that keeps both languages."""
    if faults:
        raise ValueError("; ".join(en for en, _ in faults) + "\n" + "；".join(zh for _, zh in faults))


def issue(file: str, table: str, entry: str, en: str, zh: str) -> Issue:
    """An error at one entry of the file."""
    return Issue("error", f"works.{table}", table, "", (entry,) if entry else (), en, zh, file=file)


def _unreadable(file: str, table: str, error: yaml.YAMLError) -> Issue:
    mark = getattr(error, "problem_mark", None)
    line = f"line {mark.line + 1}" if mark else ""
    return issue(
        file,
        table,
        line,
        f"this is not YAML ({getattr(error, 'problem', None) or 'unreadable'}): mend the line, indent by spaces only.",
        f"不是可读的 YAML{f'（第{mark.line + 1}行）' if mark else ''}：请修改该行，只用空格缩进。",
    )


def _issue(file: str, table: str, content: Any, fault: Any) -> Issue:
    entry, place = _entry(content, fault["loc"]), ".".join(str(part) for part in fault["loc"])
    message = fault["msg"].removeprefix("Value error, ")
    if fault["type"] == "value_error":
        en, _, zh = message.partition("\n")
        return issue(file, table, entry, f"{en}.", f"{zh or en}。")
    allowed = (fault.get("ctx") or {}).get("expected", "")
    found = "" if isinstance(fault["input"], dict | list) else repr(fault["input"])
    return issue(
        file,
        table,
        entry,
        f"{place}: {message[:1].lower()}{message[1:]}{f', found {found}' if found else ''}. "
        "Compare with the file that comes with the program.",
        f"{place}：{_REASONS.get(fault['type'], '数值不可用')}{f'（现为 {found}）' if found else ''}"
        f"{f'，可用：{allowed}' if allowed else ''}。请对照程序自带的文件修改。",
    )


def _entry(content: Any, location: tuple[int | str, ...]) -> str:
    """The key of the entry that a fault lies in, else its place."""
    found = content
    for part in location:
        try:
            found = found[part]
        except (KeyError, IndexError, TypeError):
            break
        if isinstance(found, dict) and "key" in found:
            return str(found["key"])
    return ".".join(str(part) for part in location[:2])
