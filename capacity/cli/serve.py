"""``capacity serve``: the service for engineers, and the keys that open it."""

from __future__ import annotations

import getpass
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from capacity.cli import USAGE, app, printing
from capacity.cli.assess_opening import opened
from capacity.cli.language import say, word
from capacity.cli.serve_workers import helped, usual_workers

if TYPE_CHECKING:
    from capacity.cli.assess_opening import Opened
    from capacity.service import KeyRing, Limits, Service, SheetWriter
    from capacity.tables.assessment import Assessment

LOOPBACK = ("127.0.0.1", "localhost", "::1")
KEYS_FILE = Path("service-keys.json")
AUDIT_FILE = Path("service-audit.jsonl")
START, KEYS = "start", "keys"


class _CaseOrKeys(TyperGroup):
    """``capacity serve CASE`` starts the service, ``capacity serve keys …`` keeps its keys."""

    meant = START
    """What ``capacity serve`` alone stands for."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """What begins with neither subcommand nor a cry for help is a case."""
        if args and args[0] not in (START, KEYS, "-h", "--help"):
            args = [START, *args]
        return super().parse_args(ctx, args)


serve_app = typer.Typer(
    cls=_CaseOrKeys,
    no_args_is_help=True,
    help="The service for engineers: capacity serve CASE starts it. 工程师服务。",
)
keys_app = typer.Typer(no_args_is_help=True, help="Keys of the service. 服务访问密钥。")
serve_app.add_typer(keys_app, name=KEYS)
app.add_typer(serve_app, name="serve")
KeysFile = Annotated[
    Path,
    typer.Option("--keys", help="File of the keys; it holds hashes alone.", envvar="CAPACITY_KEYS", metavar="FILE"),
]


@serve_app.command(START)
def serve(
    folder: Annotated[Path, typer.Argument(help="The case folder.", metavar="CASE")],
    register: Annotated[
        str | None,
        typer.Option(
            "--register",
            envvar="CAPACITY_REGISTER",
            help="Register of applications; without one, requests are assessed and nothing is taken in.",
            metavar="URL",
        ),
    ] = None,
    run: Annotated[
        Path | None, typer.Option(help="A run whose status of the areas the map shows.", metavar="RUN")
    ] = None,
    scenario: Annotated[Path | None, typer.Option(help="Scenario file laid over the case.")] = None,
    no_go: Annotated[
        Path | None, typer.Option("--no-go", help="Polygons that no new line may enter.", metavar="FILE")
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port.", min=1, max=65535)] = 8000,
    keys: KeysFile = KEYS_FILE,
    audit: Annotated[Path, typer.Option(help="The audit log, JSON lines.", metavar="FILE")] = AUDIT_FILE,
    allow_host: Annotated[
        list[str] | None,
        typer.Option("--allow-host", help="A host name that people use to reach it; may be repeated.", metavar="NAME"),
    ] = None,
    beyond: Annotated[
        bool,
        typer.Option("--beyond-this-machine", help="Allow another address than loopback: without TLS, see the manual."),
    ] = False,
    behind_proxy: Annotated[
        bool,
        typer.Option("--behind-proxy", help="A proxy on this machine tells the clients' addresses (X-Forwarded-For)."),
    ] = False,
    per_minute: Annotated[float, typer.Option("--per-minute", help="Requests of a key per minute.", min=1.0)] = 240.0,
    workers: Annotated[
        int | None,
        typer.Option(help="Processes that assess at the same time; by default one per processor, at most 2.", min=1),
    ] = None,
) -> None:
    """Serve assessments and the register to engineers, as a page and an API; on this machine unless told otherwise.
    启动工程师服务（页面与接口）。"""
    _need_packages()
    from capacity.service import KeyRing, read_keys

    read_keys(keys)  # a damaged file is told before anything is computed
    ring = KeyRing(keys)
    names, count = _host_names(host, allow_host or [], ring, beyond), workers or usual_workers()
    with opened(folder, register, scenario, no_go, None) as desk:
        service = _service(desk, ring, audit, names, _limits(per_minute, count), run)
    with helped(service, desk, count):
        _tell_where(service, host, port, keys)
        _listen(service, host, port, behind_proxy)


@keys_app.command("add")
def add_key(
    name: Annotated[str, typer.Argument(help="Whose key; the register names people by it.")],
    role: Annotated[Literal["viewer", "engineer", "admin"], typer.Option(help="What it may do.")],
    keys: KeysFile = KEYS_FILE,
    expires: Annotated[str | None, typer.Option(help="Last day.", metavar="DATE")] = None,
) -> None:
    """Make a key and show it once. 新建密钥（仅显示一次）。"""
    _need_packages()
    from capacity import service
    from capacity.cli.application_options import day_of

    made, presented = service.add_key(keys, name, role, expires_on=day_of(expires))
    hint = say(
        f"“{made.name}”（{made.role}）的密钥，只显示这一次，请妥善转交；编号 {made.key_id}：",
        f"the key of '{made.name}' ({made.role}), shown this once; its id is {made.key_id}:",
    )
    printing.errors.print(hint, markup=False, highlight=False)
    typer.echo(presented)


@keys_app.command("list")
def list_keys(keys: KeysFile = KEYS_FILE) -> None:
    """All keys, without what opens the door. 列出密钥。"""
    _need_packages()
    from rich.table import Table

    from capacity import service
    from capacity.service.doors import ROLE_WORDS

    table = Table(title=say("密钥", "keys"))
    for heading in (say("编号", "id"), say("持有人", "name"), say("权限", "role"), say("建立", "made"),
                    say("有效至", "until"), say("吊销", "revoked")):  # fmt: skip
        table.add_column(heading, no_wrap=heading in ("id", "编号"))
    for key in service.read_keys(keys):
        revoked = f"{key.revoked_at:%Y-%m-%d}" if key.revoked_at else ""
        until = f"{key.expires_on}" if key.expires_on else ""
        table.add_row(key.key_id, key.name, word(ROLE_WORDS[key.role]), f"{key.created_at:%Y-%m-%d}", until, revoked)
    printing.console.print(table)


@keys_app.command("revoke")
def revoke_key(
    key_id: Annotated[str, typer.Argument(help="The key's id, shown by list.", metavar="ID")],
    keys: KeysFile = KEYS_FILE,
) -> None:
    """Revoke a key; a running service refuses it from the next request on. 吊销密钥。"""
    _need_packages()
    from capacity import service

    key = service.revoke_key(keys, key_id)
    done = say(f"已吊销 {key.key_id}（{key.name}）。", f"revoked {key.key_id} ({key.name}).")
    printing.console.print(done, markup=False, highlight=False)


def _need_packages() -> None:
    try:
        import fastapi  # noqa: F401  # whether it is there
        import uvicorn  # noqa: F401  # whether it is there
    except ModuleNotFoundError:
        sentence = say(
            "启动服务需要另行安装：pip install 'capacity[service]'",
            "the service needs more packages: pip install 'capacity[service]'",
        )
        printing.errors.print(sentence, style="bold red", markup=False)
        raise typer.Exit(USAGE) from None


def _host_names(host: str, allowed: list[str], ring: KeyRing, beyond: bool) -> tuple[str, ...]:
    """The host names to answer to; leaving this machine takes keys and an explicit word."""
    if host in LOOPBACK:
        return (*LOOPBACK, *allowed)
    if not beyond:
        raise typer.BadParameter(
            say(
                f"{host} 会使服务对其他机器开放且不加密：请加 --beyond-this-machine，"
                "或在本机前置 TLS 代理（见手册“服务”）",
                f"on {host} other machines reach the service, unencrypted: add --beyond-this-machine, or put a TLS "
                "proxy before it on this machine (see the manual, 'service')",
            )
        )
    if ring.count() == 0:
        raise typer.BadParameter(
            say(
                "对其他机器开放前，请先用 capacity serve keys add 建立密钥",
                "before other machines may reach it, make keys: capacity serve keys add",
            )
        )
    own = () if host in ("0.0.0.0", "::") else (host,)
    return (*LOOPBACK, *own, *allowed)


def _limits(per_minute: float, workers: int) -> Limits:
    from capacity.service import Limits

    at_once = max(2, workers)
    return Limits(per_minute=per_minute, burst=max(20.0, per_minute / 3.0), workers=at_once)


def _service(
    desk: Opened, ring: KeyRing, audit: Path, names: tuple[str, ...], limits: Limits, run: Path | None
) -> Service:
    from capacity.policy import policy_of
    from capacity.service import AuditLog, Service, one_time_key

    if ring.count() == 0:
        key, presented = one_time_key(getpass.getuser())
        ring.extra = (key,)
        hint = say(
            "尚无密钥：本次运行使用以下一次性管理员密钥，服务停止即失效",
            "there are no keys: this one of an administrator holds until the service stops",
        )
        printing.errors.print(f"{hint}: {presented}", markup=False, highlight=False)
    return Service(
        case=desk.case,
        assessor=desk.assessor,
        rules=policy_of(desk.case),
        keys=ring,
        register=desk.register,
        audit=AuditLog(audit),
        limits=limits,
        sheets={name: _writer(desk, name) for name in ("pdf", "xlsx")},
        area_status=_status_of(run) if run else {},
        hosts=names,
    )


def _writer(desk: Opened, suffix: str) -> SheetWriter:
    """Writes an answer sheet as it is written for a file."""
    from tempfile import TemporaryDirectory

    from capacity.answer_sheet import write_answer

    def write(assessment: Assessment, language: Literal["zh", "en"]) -> bytes:
        with TemporaryDirectory(prefix="capacity-") as folder:
            path = Path(folder) / f"answer.{suffix}"
            write_answer(assessment, path, language, desk.case.settings.service_numbers)
            return path.read_bytes()

    return write


def _status_of(run: Path) -> dict[str, tuple[str, float]]:
    from capacity.runs import read_run

    areas = read_run(run).areas
    return {str(row.area_id): (str(row.status), float(row.allowed_kva)) for row in areas.itertuples()}


def _tell_where(service: Service, host: str, port: int, keys: Path) -> None:
    from capacity.service.page_routes import NOT_BUILT, is_built

    shown = f"[{host}]" if ":" in host else host
    where = say(
        f"服务地址 http://{shown}:{port}/ ，Ctrl+C 停止。", f"serving http://{shown}:{port}/ ; Ctrl+C stops it."
    )
    printing.console.print(where, markup=False, highlight=False)
    if not is_built():
        printing.errors.print(NOT_BUILT, style="yellow", markup=False)
    if service.register is None:
        sentence = say("未指定登记册：只能核定。", "no register: requests are assessed, nothing is taken in.")
        printing.errors.print(sentence, style="yellow", markup=False)


def _listen(service: Service, host: str, port: int, behind_proxy: bool) -> None:
    import uvicorn

    from capacity.service import create_app

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    uvicorn.run(
        create_app(service),
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=behind_proxy,
        forwarded_allow_ips="127.0.0.1,::1" if behind_proxy else "",
        timeout_keep_alive=15,
        timeout_graceful_shutdown=20,
        limit_concurrency=400,
        h11_max_incomplete_event_size=32_768,
    )
