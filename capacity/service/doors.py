"""Who is asking: the key in the header, its role, and how often it may."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader

from capacity.service.guard import address_of
from capacity.service.keys import Key, Role
from capacity.service.problems import Refusing, refusing, too_often
from capacity.service.state import Service
from capacity.tables.words import Word

ROLE_WORDS: dict[Role, Word] = {
    "viewer": Word("查询", "viewer"),
    "engineer": Word("工程师", "engineer"),
    "admin": Word("管理员", "administrator"),
}
_HEADER = APIKeyHeader(name="X-API-Key", auto_error=False, description="a key made with `capacity serve keys add`")


def service_of(request: Request) -> Service:
    """The service that the application was made for."""
    service: Service = request.app.state.service
    return service


def at_least(role: Role) -> Callable[..., Awaitable[Key]]:
    """A dependency: the caller's key, if its role is at least this one."""

    async def caller(request: Request, presented: Annotated[str | None, Security(_HEADER)] = None) -> Key:
        service = service_of(request)
        key = await _recognised(request, service, presented)
        audit: dict[str, Any] = request.state.audit
        audit.update(key_id=key.key_id, who=key.name, role=key.role)
        wait = service.key_buckets.take(key.key_id)
        if wait:
            raise too_often(wait)
        if not key.may(role):
            raise _not_allowed(key, role)
        return key

    return caller


Viewer = Annotated[Key, Depends(at_least("viewer"))]
Engineer = Annotated[Key, Depends(at_least("engineer"))]
Admin = Annotated[Key, Depends(at_least("admin"))]
Running = Annotated[Service, Depends(service_of)]


async def _recognised(request: Request, service: Service, presented: str | None) -> Key:
    address = address_of(request.scope)
    if presented is not None:
        known = service.keys.remembered(presented)
        if known is not None:
            return known
    wait = service.wrong_buckets.wait(address)
    if wait:
        raise too_often(wait)
    key = None if presented is None else await service.desk.run(lambda: service.keys.recognise(presented))
    if key is None:
        service.wrong_buckets.take(address)
        code = "no_key" if presented is None else "wrong_key"
        raise refusing(401, code, {"WWW-Authenticate": "X-API-Key"})
    return key


def _not_allowed(key: Key, role: Role) -> Refusing:
    has, needs = ROLE_WORDS[key.role], ROLE_WORDS[role]
    return Refusing(
        403,
        "role",
        Word(
            f"此操作需要“{needs.zh}”权限，当前密钥为“{has.zh}”。",
            f"This needs the role '{needs.en}'; your key has '{has.en}'.",
        ),
    )


def spend(service: Service, key: Key, requests: float) -> None:
    """What costs more than a request takes more of the key's allowance."""
    wait = service.key_buckets.take(key.key_id, requests)
    if wait:
        raise too_often(wait)
