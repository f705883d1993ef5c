"""Tables of the parts of the answer document, from its pydantic models."""

from __future__ import annotations

from pydantic import BaseModel

from capacity.applications.answers import document
from tools import markdown


def fields() -> str:
    """Every part of the document with its fields, the whole first."""
    found = [part for part in vars(document).values() if isinstance(part, type)]
    parts: list[type[BaseModel]] = [
        part for part in found if issubclass(part, document.Piece) and part is not document.Piece
    ]
    first: type[BaseModel] = document.AnswerDocument
    return "\n\n".join(_part(part) for part in [first, *(part for part in parts if part is not first)])


def _part(part: type[BaseModel]) -> str:
    schema = part.model_json_schema(mode="serialization")
    rows = ((f"`{name}`", _type(facts), facts.get("description", "")) for name, facts in schema["properties"].items())
    doc = " ".join((part.__doc__ or "").split())
    return f"#### `{part.__name__}`\n\n{markdown.prose(doc)}\n\n{markdown.table(('field', 'type', 'meaning'), rows)}"


def _type(facts: dict[str, object]) -> str:
    """A field's type in words."""
    if "anyOf" in facts:
        choices = facts["anyOf"]
        assert isinstance(choices, list), "a list by JSON Schema"
        return " or ".join(_type(choice) for choice in choices)
    if "$ref" in facts:
        return f"`{str(facts['$ref']).rsplit('/', 1)[-1]}`"
    if "enum" in facts:
        values = facts["enum"]
        assert isinstance(values, list), "a list by JSON Schema"
        return " / ".join(f"`{value}`" for value in values)
    if "const" in facts:
        return f"`{facts['const']}`"
    if facts.get("type") == "array":
        items = facts.get("items")
        return f"list of {_type(items) if isinstance(items, dict) else 'anything'}"
    shown = {"string": "text", "number": "number", "integer": "whole number", "boolean": "true/false", "null": "null"}
    name = str(facts.get("format") or facts.get("type", ""))
    return shown.get(name, name)
