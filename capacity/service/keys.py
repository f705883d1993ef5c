"""Who may use the service: keys with a role, of which the file holds salted hashes alone.

A key is shown once, when it is made: ``cap_<id>_<secret>``. The id is no secret; it stands in the list of keys and in
the audit log. The secret has 256 random bits: guessing is hopeless, also for whoever reads a stolen file of hashes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import os
import secrets
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from capacity.errors import InputError
from capacity.tables.issue import Issue

Role = Literal["viewer", "engineer", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
"""From the least to the most."""
PREFIX = "cap"
_LONGEST = 200
_REMEMBERED = 256


class Key(BaseModel):
    """A key as the file holds it; ``salt`` and ``hash`` are hexadecimal, times UTC."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key_id: str = Field(pattern=r"^[0-9a-f]{8}$")
    name: str = Field(min_length=1, max_length=80)
    role: Role
    salt: str = Field(pattern=r"^[0-9a-f]{32}$")
    hash: str = Field(pattern=r"^[0-9a-f]{64}$")
    created_at: dt.datetime
    expires_on: dt.date | None = None
    revoked_at: dt.datetime | None = None

    def holds_on(self, day: dt.date) -> bool:
        """Whether it opens the service on that day (UTC)."""
        return self.revoked_at is None and (self.expires_on is None or day <= self.expires_on)

    def may(self, role: Role) -> bool:
        """Whether it has this role, or a greater one."""
        return ROLES.index(self.role) >= ROLES.index(role)


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    keys: tuple[Key, ...] = ()


@dataclass
class KeyRing:
    """The keys of a file, read again whenever the file changes, and perhaps one that lives as long as the process.

    A key that was recognised once is remembered by a fast keyed hash under a secret of this process, so that the slow
    one is computed once a key and not once a request.
    """

    path: Path | None = None
    extra: tuple[Key, ...] = ()

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._stamp: tuple[int, int] | None = None
        self._keys: dict[str, Key] = {}
        self._secret = secrets.token_bytes(32)
        self._recognised: OrderedDict[bytes, Key] = OrderedDict()

    def remembered(self, presented: str) -> Key | None:
        """The key, if it was recognised before and still holds; quick."""
        self._refresh()
        with self._lock:
            found = self._recognised.get(self._trace(presented))
            return found if found is not None and self._holds(found) else None

    def recognise(self, presented: str) -> Key | None:
        """The key that this is, or None: unknown, wrong, revoked or run out. Takes some 50 ms."""
        self._refresh()
        parts = presented.split("_", 2)
        if len(presented) > _LONGEST or len(parts) != 3 or parts[0] != PREFIX:
            return None
        with self._lock:
            found = self._keys.get(parts[1])
        if found is None or not self._holds(found) or not _is_of(presented, found):
            return None
        with self._lock:
            self._recognised[self._trace(presented)] = found
            while len(self._recognised) > _REMEMBERED:
                self._recognised.popitem(last=False)
        return found

    def count(self) -> int:
        """How many keys hold today."""
        self._refresh()
        return sum(self._holds(key) for key in self._keys.values())

    def _holds(self, key: Key) -> bool:
        return self._keys.get(key.key_id) == key and key.holds_on(dt.datetime.now(dt.UTC).date())

    def _trace(self, presented: str) -> bytes:
        return hmac.digest(self._secret, presented.encode(), "sha256")

    def _refresh(self) -> None:
        stamp = _stamp(self.path)
        with self._lock:
            if stamp == self._stamp and self._keys:
                return
            found = read_keys(self.path) if self.path is not None and stamp is not None else ()
            self._keys = {key.key_id: key for key in (*found, *self.extra)}
            self._stamp = stamp
            self._recognised.clear()


def read_keys(path: Path) -> tuple[Key, ...]:
    """The keys of a file; none where there is no file.

    Raises
    ------
    InputError
        It is not a file of keys.
    """
    if not path.is_file():
        return ()
    try:
        return _File.model_validate_json(path.read_text(encoding="utf-8")).keys
    except (ValidationError, UnicodeDecodeError) as error:
        raise InputError([_damaged(path)]) from error


def add_key(
    path: Path, name: str, role: Role, *, expires_on: dt.date | None = None, now: dt.datetime | None = None
) -> tuple[Key, str]:
    """Make a key and write its hash into the file; the key itself is returned and kept nowhere.

    Raises
    ------
    InputError
        It is not a file of keys, or the name is empty, too long or in use.
    """
    found = read_keys(path)
    name = " ".join(name.split())
    if not 1 <= len(name) <= 80:
        raise InputError([_bad_name(path, name)])
    if any(key.name == name and key.revoked_at is None for key in found):
        raise InputError([_name_taken(path, name)])
    taken = {key.key_id for key in found}
    made, presented = _made(name, role, expires_on, now or dt.datetime.now(dt.UTC), taken)
    _write(path, (*found, made))
    return made, presented


def revoke_key(path: Path, key_id: str, now: dt.datetime | None = None) -> Key:
    """Revoke a key; a running service sees it at the next request. Its entry stays, for the audit log.

    Raises
    ------
    InputError
        There is no such key, or it is not a file of keys.
    """
    found = read_keys(path)
    chosen = next((key for key in found if key.key_id == key_id), None)
    if chosen is None:
        raise InputError([_no_such_key(path, key_id, found)])
    if chosen.revoked_at is not None:
        return chosen
    revoked = chosen.model_copy(update={"revoked_at": now or dt.datetime.now(dt.UTC)})
    _write(path, tuple(revoked if key is chosen else key for key in found))
    return revoked


def one_time_key(name: str, role: Role = "admin") -> tuple[Key, str]:
    """A key that is in no file, for a service on this machine alone."""
    return _made(name, role, None, dt.datetime.now(dt.UTC), set())


def _made(name: str, role: Role, expires_on: dt.date | None, now: dt.datetime, taken: set[str]) -> tuple[Key, str]:
    key_id = next(one for one in iter(lambda: secrets.token_hex(4), None) if one not in taken)
    presented = f"{PREFIX}_{key_id}_{secrets.token_urlsafe(32)}"
    salt = secrets.token_bytes(16)
    made = Key(
        key_id=key_id, name=name, role=role, salt=salt.hex(), hash=_hash(presented, salt).hex(), created_at=now,
        expires_on=expires_on,
    )  # fmt: skip
    return made, presented


def _is_of(presented: str, key: Key) -> bool:
    return hmac.compare_digest(_hash(presented, bytes.fromhex(key.salt)), bytes.fromhex(key.hash))


def _hash(presented: str, salt: bytes) -> bytes:
    return hashlib.scrypt(presented.encode(), salt=salt, n=2**14, r=8, p=1, dklen=32)


def _stamp(path: Path | None) -> tuple[int, int] | None:
    if path is None:
        return None
    try:
        state = path.stat()
    except FileNotFoundError:
        return None
    return state.st_mtime_ns, state.st_size


def _write(path: Path, keys: Sequence[Key]) -> None:
    """Whole or not at all; readable by its owner alone where the system knows such rights."""
    growing = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    content = json.dumps(_File(keys=tuple(keys)).model_dump(mode="json"), ensure_ascii=False, indent=1)
    try:
        with open(os.open(growing, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(content + "\n")
        os.replace(growing, path)
    finally:
        growing.unlink(missing_ok=True)


def _issue(code: str, path: Path, ids: tuple[str, ...], en: str, zh: str) -> Issue:
    return Issue("error", f"service.{code}", "keys", "", ids, en, zh, str(path))


def _damaged(path: Path) -> Issue:
    return _issue(
        "keys_unreadable",
        path,
        (),
        "this is not a file of keys of this program. Restore it from a copy, or name another; nothing was changed.",
        "这不是本程序的密钥文件。请从备份恢复，或另指定文件；未作任何更改。",
    )


def _bad_name(path: Path, name: str) -> Issue:
    return _issue(
        "key_name", path, (name,), "the name of a key has 1 to 80 characters.", "密钥持有人名称须为 1 至 80 个字符。"
    )


def _name_taken(path: Path, name: str) -> Issue:
    return _issue(
        "key_name_taken",
        path,
        (name,),
        f"'{name}' holds a key already; the register names people by it. Revoke that key, or use another name.",
        f"“{name}”已有密钥，登记册以此名称记录经办人。请先吊销原密钥，或换用其他名称。",
    )


def _no_such_key(path: Path, key_id: str, found: Sequence[Key]) -> Issue:
    known_en = ", ".join(f"{key.key_id} ({key.name})" for key in found) or "none"
    known_zh = "、".join(f"{key.key_id}（{key.name}）" for key in found) or "无"
    return _issue(
        "no_such_key",
        path,
        (key_id,),
        f"there is no key '{key_id}'; the file holds: {known_en}.",
        f"没有编号为“{key_id}”的密钥，文件中有：{known_zh}。",
    )
