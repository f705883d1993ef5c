"""What stands before every request: host name, address limit, size and patience; and behind it: headers and the log."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Sequence
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from capacity.service.audit import AuditFailure, AuditLog
from capacity.service.limits import Buckets, Limits
from capacity.service.problems import of_http, plain, too_often

API = "/api/"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
_LOG = logging.getLogger("capacity.service")
_SHOWN = 200
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
_API_POLICY = "default-src 'none'; frame-ancestors 'none'"
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class Guard:
    """Middleware around the whole application.

    ``hosts`` are the host names that it answers to: a page of elsewhere that points its own name at this machine
    (DNS rebinding) is turned away. Only what concerns the API is written into the audit log.
    """

    def __init__(self, app: ASGIApp, hosts: Sequence[str], limits: Limits, audit: AuditLog) -> None:
        self._app, self._limits, self._audit = app, limits, audit
        self._hosts = frozenset(one.lower() for one in hosts)
        self._addresses = Buckets(limits.address_per_minute, limits.address_burst)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        number, began = secrets.token_hex(6), time.perf_counter()
        scope.setdefault("state", {})
        audit: dict[str, Any] = {}
        scope["state"]["audit"], scope["state"]["request_id"] = audit, number
        sent = _Sent()

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent.status = message["status"]
                _add_headers(MutableHeaders(scope=message), str(scope["path"]), number)
            await send(message)

        try:
            await self._pass(scope, receive, sending)
        except AuditFailure as error:
            _LOG.error("%s", error)
            await self._break(scope, receive, sending, sent, 503, "no_audit")
        except Exception:  # whatever it is: recorded here, told to nobody
            _LOG.exception("request %s broke", number)
            await self._break(scope, receive, sending, sent, 500, "broken")
        finally:
            self._record(scope, number, sent.status, time.perf_counter() - began, audit)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        if host_name(headers.get("host", "")) not in self._hosts:
            await plain(400, "wrong_host")(scope, receive, send)
            return
        seconds = self._addresses.take(address_of(scope))
        if seconds:
            await of_http(None, too_often(seconds))(scope, receive, send)  # type: ignore[arg-type]  # not looked at
            return
        try:
            body = await asyncio.wait_for(self._read(headers, receive), self._limits.body_seconds)
        except _TooLarge:
            await plain(413, "too_large", {"Connection": "close"})(scope, receive, send)
            return
        except TimeoutError:
            await plain(400, "slow_body", {"Connection": "close"})(scope, receive, send)
            return
        if body is not None:
            await self._app(scope, _replay(body, receive), send)

    async def _read(self, headers: Headers, receive: Receive) -> bytes | None:
        """The whole body; None where the client is gone."""
        stated = headers.get("content-length", "0")
        if not stated.isdecimal() or int(stated) > self._limits.body_bytes:
            raise _TooLarge
        body = b""
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body += message.get("body", b"")
            if len(body) > self._limits.body_bytes:
                raise _TooLarge
            if not message.get("more_body", False):
                return body

    async def _break(self, scope: Scope, receive: Receive, send: Send, sent: _Sent, status: int, code: str) -> None:
        if sent.status == 0:
            await plain(status, code)(scope, receive, send)

    def _record(self, scope: Scope, number: str, status: int, seconds: float, facts: dict[str, Any]) -> None:
        if not str(scope["path"]).startswith(API):
            return
        entry = {
            "request_id": number,
            "address": address_of(scope),
            "method": scope["method"],
            "path": str(scope["path"])[:_SHOWN],
            "status": status,
            "milliseconds": round(seconds * 1000.0),
            **facts,
        }
        try:
            self._audit.write(entry)
        except AuditFailure as error:  # the answer is out already; the next change is refused by ``begin``
            _LOG.error("%s", error)


class _Sent:
    """The status that was sent; 0: none yet, or the client went away."""

    status = 0


class _TooLarge(Exception):
    pass


def address_of(scope: Scope) -> str:
    """The client's address, as the server knows it."""
    client = scope.get("client")
    return str(client[0]) if client else "-"


def host_name(header: str) -> str:
    """The name in a Host header, without its port, in lower case."""
    if header.startswith("["):
        return header[1 : header.find("]")].lower()
    return header.rsplit(":", 1)[0].lower() if header.count(":") == 1 else header.lower()


def _replay(body: bytes, receive: Receive) -> Receive:
    told = False

    async def again() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _add_headers(headers: MutableHeaders, path: str, number: str) -> None:
    for name, value in _ALWAYS.items():
        headers[name] = value
    of_api = path.startswith(API)
    headers["Content-Security-Policy"] = _API_POLICY if of_api else _PAGE_POLICY
    headers["Cache-Control"] = "no-store" if of_api else "no-cache"
    headers["X-Request-Id"] = number
