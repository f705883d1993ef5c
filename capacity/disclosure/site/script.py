"""Data as a classic script that hands it to the page: ``CAPACITY.release({…});``.

A page opened from disk may load scripts but not fetch files, so data travel as scripts. Their text is JSON in which no
character means anything to HTML or ends a line of JavaScript.
"""

from __future__ import annotations

import json

_GLOBAL = "CAPACITY"
_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def call(function: str, *arguments: object) -> str:
    """One call of a function of the page with arguments that JSON can hold; missing values are ``None``.

    Raises
    ------
    ValueError
        An argument holds NaN or infinity: missing has to be said.
    """
    return f"{_GLOBAL}.{function}({','.join(safe_json(argument) for argument in arguments)});\n"


def safe_json(value: object) -> str:
    """``value`` as compact JSON that may stand inside a script element and in any script."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).translate(_ESCAPES)


def arguments_of(script: str, function: str) -> list[object]:
    """What a script written by :func:`call` hands over; for checking what was written.

    Raises
    ------
    ValueError
        The script is not one call of ``function``.
    """
    head, tail = f"{_GLOBAL}.{function}(", ");\n"
    if not (script.startswith(head) and script.endswith(tail)):
        raise ValueError(f"not a call of {_GLOBAL}.{function}")
    listed: list[object] = json.loads(f"[{script[len(head) : -len(tail)]}]")
    return listed
