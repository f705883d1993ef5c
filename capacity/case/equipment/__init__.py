"""Equipment named by Chinese standard types: a library of values with their sources, and how they enter a network."""

from capacity.case.equipment.library import Equipment, LineType, TransformerType, Value, load
from capacity.case.equipment.standard_types import (
    add_line,
    add_lines,
    add_transformer,
    add_transformers,
    line,
    register_line,
    suggest,
    transformer,
    unknown_type,
)
from capacity.case.equipment.type_names import rating_in_name

__all__ = [
    "Equipment",
    "LineType",
    "TransformerType",
    "Value",
    "add_line",
    "add_lines",
    "add_transformer",
    "add_transformers",
    "line",
    "load",
    "rating_in_name",
    "register_line",
    "suggest",
    "transformer",
    "unknown_type",
]
