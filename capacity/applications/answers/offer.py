"""The answer on paper: two or three A4 pages for the customer desk to hand out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from capacity.applications.answers.blocks import (
    Banner,
    Block,
    Facts,
    Line,
    Offer,
    Paragraph,
    Picture,
    Section,
    Tone,
    texts_of,
)
from capacity.applications.answers.contact import phones_of
from capacity.applications.answers.facts import (
    Fact,
    best_facts,
    in_words,
    nothing_facts,
    remarks_of,
    request_facts,
    staged_facts,
)
from capacity.applications.answers.offer_tables import cost_table, hour_table, left_out_words, option_table, stage_table
from capacity.applications.answers.paper import Letters, draw
from capacity.applications.answers.rules import rules_of_answer
from capacity.applications.answers.told import SYNTHETIC, Language, say
from capacity.applications.answers.writing import written
from capacity.tables.assessment import Assessment, Verdict
from capacity.tables.settings import ServiceNumbers
from capacity.tables.words import VERDICT, Word

LettersFor = Callable[[set[str]], AbstractContextManager[Letters]]
"""Opens a font that holds these signs, for as long as the block lasts."""

TITLE = Word("用电接入答复", "Connection offer")
NO_FONT = Word("", "No Chinese font is installed on the machine that wrote this: it is in English. 未安装中文字体。")
_TONE: dict[Verdict, Tone] = {
    "yes": "good",
    "yes_with_project": "care",
    "staged": "care",
    "not_before_project": "bad",
    "unknown": "unknown",
}
_GUIDE = Word(
    "本答复依据截至日的数据和已登记的申请测算，有效期内先签约者先占用容量；逾期或电网情况变化须重新测算。费用为估算，不是报价。",
    "Worked out from the data and the applications registered as of the day stated. Room is taken in the order of "
    "acceptance; after the last day of validity, or when the grid has changed, it is worked out anew. Costs are "
    "estimates, not quotations.",
)


def write_pdf(
    assessment: Assessment,
    path: Path,
    language: Language = "zh",
    *,
    lettered: LettersFor,
    sketch: bytes | None = None,
    service_numbers: ServiceNumbers | None = None,
) -> None:
    """Write the answer as PDF, whole or not at all; the same answer and font give the same bytes.

    Parameters
    ----------
    lettered : opens a Chinese font cut to the signs of the sheet; it is embedded, so that any reader shows it. Where it
        has none, the sheet is in English and says so.
    sketch : the options' map sketch as PNG; None: the sheet says that there is none.
    service_numbers : of the case (P21); None: 12398 and 95598.

    Raises
    ------
    AnswerError
        The file cannot be written, for instance because it is open in another program.
    """
    offer = offer_of(assessment, language, sketch, service_numbers)
    with written(path) as beside, lettered({sign for text in texts_of(offer) for sign in text}) as letters:
        if language == "zh" and not letters.chinese:
            language, offer = "en", offer_of(assessment, "en", sketch, service_numbers, NO_FONT)
        draw(offer, letters, beside, language=language, made_on=assessment.basis.as_of)


def offer_of(
    assessment: Assessment,
    language: Language,
    sketch: bytes | None,
    service_numbers: ServiceNumbers | None,
    *warnings: Word,
) -> Offer:
    """The sheet's texts in one language."""
    basis, name = assessment.basis, assessment.request.application_id
    until = Word(f"有效期至 {assessment.valid_until}", f"Valid until {assessment.valid_until}")
    corner = [until, Word(f"数据截至 {basis.as_of:%Y-%m-%d}", f"data as of {basis.as_of:%Y-%m-%d}")]
    if name:
        corner.append(Word(f"申请编号 {name}", f"application {name}"))
    foot = Word(
        f"{basis.title.zh} · {basis.policy_name} · 有效期至 {assessment.valid_until}",
        f"{basis.title.en} · {basis.policy_name} · valid until {assessment.valid_until}",
    )
    synthetic = (SYNTHETIC,) if basis.synthetic else ()
    marks = [say(word, language) for word in (*synthetic, *warnings)]
    return Offer(
        title=say(TITLE, language),
        subtitle=say(basis.title, language),
        corner=tuple(say(word, language) for word in corner),
        marks=tuple(marks),
        blocks=tuple(_blocks(assessment, language, sketch)),
        foot=" · ".join([say(foot, language), *marks[: len(synthetic)]]),
        phones=tuple((say(word, language), number) for word, number in phones_of(service_numbers)),
    )


def _blocks(assessment: Assessment, language: Language, sketch: bytes | None) -> Iterator[Block]:
    def tell(zh: str, en: str) -> str:
        return say(Word(zh, en), language)

    best = assessment.best
    verdict = say(VERDICT[assessment.verdict], language)
    yield Banner(_TONE[assessment.verdict], verdict[:1].upper() + verdict[1:], say(assessment.summary, language))
    yield Section(tell("推荐方案：做什么、何时、谁出资", "Best option: what it takes, when, and who pays"))
    yield _facts(best_facts(assessment, best) if best else nothing_facts(assessment), language)
    if assessment.staged is not None:
        yield Section(tell("分期供电（P16）", "In stages (P16)"))
        yield _facts(staged_facts(assessment, assessment.staged), language)
    yield Section(tell("申请", "Request"))
    yield _facts(request_facts(assessment), language, columns=2)
    yield Section(tell("接入方案示意图", "Sketch of the options"))
    if sketch is None:
        yield Paragraph(
            tell("无坐标，不绘制示意图；距离取台账长度。", "No coordinates: no sketch; distances are stated lengths.")
        )
    else:
        yield Picture(
            sketch,
            tell(
                "按比例绘制，北向上，无底图；序号与字母见方案比较表。新建路径为直线示意，实际走向以设计为准。",
                "To scale, north up, no base map; numbers and letters as in the table of options. New parts are drawn "
                "straight: where they run is settled by the design.",
            ),
        )
    yield Section(tell("方案比较（P15：安全、就近、经济）", "Options compared (P15: safe, near, economic)"))
    yield option_table(assessment, language)
    yield from _elsewhere(assessment, language)
    if assessment.staged is not None and assessment.staged.hours is not None:
        yield Section(tell("逐月逐时可用功率，kW（P16）", "Power by month and hour, kW (P16)"))
        yield hour_table(assessment.staged.hours, language)
        yield Paragraph(
            tell(
                "每格为该月该小时（自整点起）可用的总功率，向下取整；“?”为未知，不是0。",
                "Each cell: what may be drawn in all in that month's hour (from the full hour on), rounded down; '?': "
                "unknown, which is not 0.",
            ),
            small=True,
        )
    if best is not None and best.cost is not None:
        yield Section(tell("推荐方案的工程与费用（P12、P13）", "Works and costs of the best option (P12, P13)"))
        yield cost_table(best.cost, language)
    yield from _plan(assessment, language)
    yield from _papers(assessment, language)
    yield Section(tell("依据与说明", "Basis and remarks"))
    for remark in (*remarks_of(assessment), *_phase_bases(assessment), _GUIDE, _grounds(assessment)):
        yield Paragraph(say(remark, language), small=True)


def _facts(facts: list[Fact], language: Language, columns: int = 1) -> Facts:
    lines = (Line(say(f.label, language), say(in_words(f), language), f.rules) for f in facts)
    return Facts(tuple(lines), columns)


def _elsewhere(assessment: Assessment, language: Language) -> Iterator[Block]:
    left_out = left_out_words(assessment)
    if left_out:
        yield Paragraph(" ".join(say(word, language) for word in left_out), small=True)
    rejected = assessment.places.rejected
    if rejected:
        told = [one.sentence_zh if language == "zh" else one.sentence_en for one in rejected[:6]]
        rest = len(rejected) - len(told)
        more = Word(f"另有{rest}处未采用。", f"{rest} more places were rejected.") if rest > 0 else Word("", "")
        yield Paragraph(" ".join([*told, say(more, language)]).strip(), small=True)


def _plan(assessment: Assessment, language: Language) -> Iterator[Block]:
    """The stages of the best option's works, else of those that bring the whole power."""
    staged = assessment.staged
    wanted = assessment.best.key if assessment.best else ""
    if staged is not None and staged.full_key:
        wanted = staged.full_key
    option = next((one for one in assessment.options if one.key == wanted), None)
    if option is None or option.plan is None:
        return
    mark = assessment.marks[option.key]
    yield Section(say(Word(f"方案{mark}配套工程进度（P17）", f"Stages of option {mark}'s works (P17)"), language))
    yield stage_table(option.plan, language)
    yield Paragraph(say(Word(option.plan.sentence_zh, option.plan.sentence_en), language), small=True)


def _papers(assessment: Assessment, language: Language) -> Iterator[Block]:
    best = assessment.best
    if best is None or best.terms is None:
        return
    yield Section(say(Word("所需资料与条款（P12–P14）", "Papers and terms (P12–P14)"), language))
    papers = Word(
        "请携带：" + "；".join(paper.zh for paper in best.terms.documents) + "。",
        "Please bring: " + "; ".join(paper.en for paper in best.terms.documents) + ".",
    )
    yield Paragraph(say(papers, language))
    notes = Word(
        "".join(f"{note.zh}（{note.source_zh}）。" for note in best.terms.notes),
        " ".join(f"{note.en[:1].upper()}{note.en[1:]} ({note.source_en})." for note in best.terms.notes),
    )
    yield Paragraph(say(notes, language), small=True)


def _phase_bases(assessment: Assessment) -> list[Word]:
    """How single-phase options were judged, each way once (P10)."""
    phases = [option.finding.phase for option in assessment.options if option.finding and option.finding.phase]
    return list(dict.fromkeys(Word(phase.basis_zh, phase.basis_en) for phase in phases))


def _grounds(assessment: Assessment) -> Word:
    basis = assessment.basis
    register = basis.register_sha256[:16]
    zh = f"登记簿快照 SHA-256 {register}" if register else "未使用登记簿，取算例自带申请"
    en = f"register's snapshot SHA-256 {register}" if register else "no register: the case's own applications"
    steps = max((one.finding.steps for one in assessment.options if one.finding is not None), default=0)
    rules = ", ".join(rules_of_answer(assessment))
    window = f"{basis.window_from:%Y-%m-%d %H:%M} – {basis.window_to:%Y-%m-%d %H:%M}"
    detour = assessment.places.detour_factor
    factor = "" if math.isnan(detour) else f"{detour:g}"
    return Word(
        f"潮流窗口 {window}，{basis.step_minutes} 分钟一点，核算 {steps} 个关键时刻；功率因数 {basis.power_factor:g}；"
        f"绕行系数 {factor}；政策文件 {basis.policy_name}；{zh}；依据规则 {rules}。",
        f"Load flow over {window}, every {basis.step_minutes} min, {steps} critical steps; power factor "
        f"{basis.power_factor:g}; detour factor {factor}; policy {basis.policy_name}; {en}; rules {rules}.",
    )
