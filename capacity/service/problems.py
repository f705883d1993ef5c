"""What a client is told when something is wrong: every fault at once, Chinese and English, never what broke inside."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from capacity.applications.answers import AnswerError
from capacity.applications.register import Refused
from capacity.errors import CapacityError, InputError, ProcessLost, PublicationError, RegisterError, RequestError
from capacity.service.audit import AuditFailure
from capacity.service.pools import Busy, TooLong
from capacity.tables.register import Refusal
from capacity.tables.words import Word


class Fault(BaseModel):
    """One thing that is wrong; ``field`` is the part of the request that it is about, where it is about one."""

    zh: str
    en: str
    field: str | None = None


class Shortage(BaseModel):
    """The figures of a refusal for want of room."""

    wanted_kva: float | None
    figure_kva: float | None = Field(description="null: not known")
    missing_kva: float | None


class Problem(BaseModel):
    """The body of every answer that is not one."""

    code: str = Field(examples=["not_accepted"])
    faults: list[Fault]
    refusal: Shortage | None = None


class Refusing(HTTPException):
    """A refusal of the service itself."""

    def __init__(self, status: int, code: str, *words: Word, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, code, dict(headers or {}))
        self.code, self.words = code, words


SAID: dict[str, Word] = {
    "no_key": Word("请在请求头 X-API-Key 中提供访问密钥。", "Give your key in the header X-API-Key."),
    "wrong_key": Word("访问密钥无效、已吊销或已过期。", "The key is wrong, revoked or has run out."),
    "too_often": Word("请求过于频繁，请稍后再试。", "Too many requests; wait a moment."),
    "busy": Word("服务繁忙，请稍后再试。", "The service is busy; try again in a moment."),
    "too_long": Word(
        "处理超时；操作可能仍在进行，重试前请先查看其状态。",
        "It takes too long and may still go on; look at the state before you repeat it.",
    ),
    "too_large": Word("请求内容过大。", "The request is too large."),
    "slow_body": Word("请求内容发送超时。", "The request was sent too slowly."),
    "wrong_host": Word(
        "不接受以此主机名访问，可用启动参数 --allow-host 增加。",
        "This host name is not served; --allow-host adds one when the service is started.",
    ),
    "no_register": Word(
        "服务启动时未指定登记册（--register）。", "The service was started without a register (--register)."
    ),
    "no_sheet": Word("未提供此格式的答复单。", "Answer sheets of this format are not available."),
    "not_found": Word("没有这个地址。", "There is nothing at this address."),
    "no_application": Word("登记册中没有这份申请。", "The register holds no such application."),
    "no_assessment": Word(
        "核定结果不存在或已过期，请重新核定。", "There is no such assessment, or it has run out; assess again."
    ),
    "no_option": Word("核定结果中没有这个方案。", "The assessment has no such option."),
    "not_possible": Word("该方案不可行，不能据以受理。", "This option will not do; no application is taken in for it."),
    "wrong_method": Word("此地址不支持该操作。", "This address does not take that method."),
    "others": Word(
        "只有管理员可撤回他人受理的申请。", "Only an administrator withdraws an application that another took in."
    ),
    "broken": Word(
        "服务内部错误，已记录；请将编号告知管理员。",
        "Something broke inside and was recorded; tell the administrator the number.",
    ),
    "no_audit": Word(
        "审计日志无法写入，操作未执行。", "The audit log cannot be written, so nothing was done."
    ),
}  # fmt: skip


def refusing(status: int, code: str, headers: Mapping[str, str] | None = None) -> Refusing:
    """A refusal by its code in ``SAID``."""
    return Refusing(status, code, SAID[code], headers=headers)


def unfit_register(error: InputError) -> Refusing:
    """The register reserves what the case does not have, so that nothing can be answered until that is put right."""
    words = [Word(one.sentence_zh, one.sentence_en) for one in error.issues if one.severity == "error"]
    return Refusing(503, "register_unfit", *words)


def too_often(seconds: float) -> Refusing:
    """Come again after so many seconds."""
    return refusing(429, "too_often", {"Retry-After": str(max(1, math.ceil(min(seconds, 3600.0))))})


def answer(
    status: int,
    code: str,
    faults: Sequence[Fault],
    headers: Mapping[str, str] | None = None,
    refusal: Shortage | None = None,
) -> JSONResponse:
    """A problem as a response."""
    body = Problem(code=code, faults=list(faults), refusal=refusal).model_dump(exclude_none=True)
    return JSONResponse(body, status, dict(headers or {}))


def plain(status: int, code: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """A problem by its code in ``SAID``."""
    return answer(status, code, [_fault(SAID[code])], headers)


def of_http(_request: Request, error: Exception) -> Response:
    """Refusals of the service, and of the framework (no such address, method or body)."""
    assert isinstance(error, HTTPException)
    status, headers = error.status_code, error.headers
    if isinstance(error, Refusing):
        return answer(status, error.code, [_fault(one) for one in error.words], headers)
    code = {404: "not_found", 405: "wrong_method"}.get(status)
    if code is not None:
        return plain(status, code, headers)
    return answer(status, "bad_request", [Fault(zh="请求无法读取。", en="The request cannot be read.")], headers)


def of_capacity(_request: Request, error: Exception) -> Response:
    """Refusals of the rooms below."""
    if isinstance(error, RequestError):
        pairs = zip(error.faults_zh, error.faults_en, strict=True)
        return answer(422, "request", [Fault(zh=zh, en=en) for zh, en in pairs])
    if isinstance(error, InputError):
        faults = [
            Fault(zh=one.sentence_zh, en=one.sentence_en, field=one.column or None)
            for one in error.issues
            if one.severity == "error"
        ]
        return answer(422, "request", faults)
    if isinstance(error, Refused):
        return answer(409, "not_accepted", [_fault(_sentences(error))], None, _shortage(error.refusal))
    if isinstance(error, RegisterError):
        return answer(409, "register", [_fault(_sentences(error))])
    if isinstance(error, AnswerError):
        return answer(503, "sheet", [Fault(zh=error.why_zh, en=error.why_en)])
    if isinstance(error, PublicationError):  # no font for Chinese, say
        return answer(503, "sheet", [Fault(zh=error.sentence_zh, en=error.sentence_en)])
    if isinstance(error, ProcessLost):
        return answer(503, "process_lost", [Fault(zh=error.sentence_zh, en=error.sentence_en)], {"Retry-After": "2"})
    if isinstance(error, AuditFailure):
        return plain(503, "no_audit")
    raise error


def of_pools(_request: Request, error: Exception) -> Response:
    """Too much at once, or for too long."""
    return plain(503, "busy", {"Retry-After": "2"}) if isinstance(error, Busy) else plain(504, "too_long")


def of_validation(_request: Request, error: Exception) -> Response:
    """What cannot be read as the request it should be, every fault at once."""
    assert isinstance(error, RequestValidationError)
    return answer(422, "request", [_validation_fault(one) for one in error.errors()])


HANDLERS: dict[Any, Any] = {
    HTTPException: of_http,
    RequestValidationError: of_validation,
    CapacityError: of_capacity,
    Busy: of_pools,
    TooLong: of_pools,
}


def _sentences(error: RegisterError) -> Word:
    return Word(error.sentence_zh, error.sentence_en)


def _fault(word: Word) -> Fault:
    return Fault(zh=word.zh, en=word.en)


def _shortage(refusal: Refusal) -> Shortage:
    figures = (refusal.wanted_kva, refusal.figure_kva, refusal.missing_kva)
    wanted, figure, missing = (None if math.isnan(one) else one for one in figures)
    return Shortage(wanted_kva=wanted, figure_kva=figure, missing_kva=missing)


FIELDS: dict[str, Word] = {
    "kw": Word("申请容量 kw", "requested power kw"),
    "p_kw": Word("申请容量 p_kw", "requested power p_kw"),
    "urgent_kw": Word("急需容量 urgent_kw", "urgent power urgent_kw"),
    "power_factor": Word("功率因数 power_factor", "power factor power_factor"),
    "longitude": Word("经度 longitude", "longitude"),
    "latitude": Word("纬度 latitude", "latitude"),
    "energise_on": Word("期望送电日期 energise_on", "wanted on energise_on"),
    "applied_on": Word("申请日期 applied_on", "applied on applied_on"),
    "valid_until": Word("答复有效期 valid_until", "offer valid until valid_until"),
    "customer_kind": Word("用户类别 customer_kind", "kind of customer customer_kind"),
    "phases": Word("相数 phases", "phases"),
    "why": Word("原因 why", "reason why"),
    "version": Word("版本 version", "version"),
}
"""What people call the fields that they fill in most; others go by their name in the API."""
_KINDS: dict[str, Word] = {
    "missing": Word("“{field}”必填。", "'{field}' is required."),
    "extra_forbidden": Word("没有“{field}”这一项，请检查拼写。", "'{field}' is not known; check its spelling."),
    "greater_than": Word("“{field}”须大于 {gt}。", "'{field}' must be above {gt}."),
    "greater_than_equal": Word("“{field}”不得小于 {ge}。", "'{field}' must be at least {ge}."),
    "less_than": Word("“{field}”须小于 {lt}。", "'{field}' must be below {lt}."),
    "less_than_equal": Word("“{field}”不得大于 {le}。", "'{field}' must be at most {le}."),
    "finite_number": Word("“{field}”须为有限数值。", "'{field}' must be a finite number."),
    "literal_error": Word("“{field}”只能是：{expected}。", "'{field}' must be one of: {expected}."),
    "string_too_long": Word("“{field}”最多 {max_length} 个字符。", "'{field}' has at most {max_length} characters."),
    "string_too_short": Word("“{field}”至少 {min_length} 个字符。", "'{field}' has at least {min_length} characters."),
    "string_pattern_mismatch": Word("“{field}”含有不允许的字符。", "'{field}' holds characters that are not allowed."),
    "json_invalid": Word("请求内容不是有效的 JSON。", "The request is not valid JSON."),
}
_STARTS: dict[str, Word] = {
    "date": Word("“{field}”须为日期，格式 2026-11-30。", "'{field}' must be a date such as 2026-11-30."),
    "float": Word("“{field}”须为数值。", "'{field}' must be a number."),
    "int": Word("“{field}”须为整数。", "'{field}' must be a whole number."),
    "bool": Word("“{field}”须为 true 或 false。", "'{field}' must be true or false."),
    "string": Word("“{field}”须为文字。", "'{field}' must be text."),
}
_OTHERWISE = Word("“{field}”无法识别。", "'{field}' cannot be read.")


def _validation_fault(error: Mapping[str, Any]) -> Fault:
    kind = str(error["type"])
    word = _KINDS.get(kind) or _STARTS.get(kind.split("_")[0]) or _OTHERWISE
    place = [str(part) for part in error["loc"] if part not in ("body", "query", "path", "header")]
    name = ".".join(place)
    field = None if kind == "json_invalid" else name or None
    shown, facts = FIELDS.get(name, Word(name or "body", name or "body")), error.get("ctx") or {}
    return Fault(
        zh=_filled(word.zh, {"field": shown.zh, **facts}),
        en=_filled(word.en, {"field": shown.en, **facts}),
        field=field,
    )


def _filled(sentence: str, facts: Mapping[str, object]) -> str:
    for name, value in facts.items():
        sentence = sentence.replace(f"{{{name}}}", f"{value}")
    return sentence


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For the description of an endpoint: the problems that it may answer with, beside those of any."""
    every = {400, 401, 403, 413, 422, 429, 503, 504, *statuses}
    return {status: {"model": Problem, "description": _MEANS[status]} for status in sorted(every)}


_MEANS = {
    400: "not a request that this service takes",
    401: "no key, or a wrong one",
    403: "the key's role does not allow it",
    404: "there is none",
    409: "the register refuses; nothing was changed",
    413: "too large",
    422: "cannot be answered as asked: every fault at once",
    429: "too often; see Retry-After",
    503: "busy, or something that it needs is not there",
    504: "takes too long",
}
