"""Public area codes: stable from release to release, and saying nothing about the internal id."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping

ALPHABET = "23456789ACDEFGHJKMNPQRTVWXY"
"""Without characters that are read for one another: no 0 O, 1 I L, S (5), Z (2), B (8), U (V)."""
LETTERS = "".join(sign for sign in ALPHABET if sign.isalpha())
LENGTH = 6


def new_key() -> str:
    """A key for codes, made once with the first record (hexadecimal)."""
    return secrets.token_hex(32)


def with_codes(area_ids: Iterable[str], known: Mapping[str, str], key: str) -> dict[str, str]:
    """``known`` with a code for every area that has none yet; codes are never given twice."""
    codes = dict(known)
    taken = set(codes.values())
    for area_id in sorted(set(area_ids) - codes.keys()):
        attempt = 0
        while (code := _code(area_id, key, attempt)) in taken:
            attempt += 1
        codes[area_id] = code
        taken.add(code)
    return codes


def _code(area_id: str, key: str, attempt: int) -> str:
    digest = hmac.new(bytes.fromhex(key), f"{attempt}\n{area_id}".encode(), hashlib.sha256).digest()
    number, first = divmod(int.from_bytes(digest[:16], "big"), len(LETTERS))
    characters = [LETTERS[first]]  # a letter, so that no program takes a code for a number, such as 23E456
    for _ in range(LENGTH - 1):
        number, rest = divmod(number, len(ALPHABET))
        characters.append(ALPHABET[rest])
    return "".join(characters)
