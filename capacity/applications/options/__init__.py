"""Connection options designed, judged, ranked and worked out (P6, P12–P17); docs/connection-options.md.

What is neither geography (``applications.places``) nor load flow: a request checked, a design for each place, the
verdict on what the load flow found there, the order of P15, terms, cost, dates, the staged offer of P16. Functions of
other rooms come in a :class:`Tools`, facts of the grid in a :class:`Setting`.
"""

from capacity.applications.options.applying import (
    LV_KINDS,
    in_two_rounds,
    not_needed,
    set_aside,
    unsuited,
    within_lv_limit,
)
from capacity.applications.options.asking import check_request
from capacity.applications.options.choices import OptionChoices, bundled_choices, faults_against, read_choices
from capacity.applications.options.designing import Unfit, design_option, larger_sizes, paired
from capacity.applications.options.judging import firm_of, judge, judged
from capacity.applications.options.ranking import rank
from capacity.applications.options.setting import GridFacts, Setting, Tools, TransformerFacts, asked_kva
from capacity.applications.options.staging import hours_in_kw, project_rows, staged_offer, supporting_works
from capacity.applications.options.summing_up import summary, valid_until, verdict_of
from capacity.applications.options.working_out import connected_on, project_works, work_out

__all__ = [
    "LV_KINDS",
    "GridFacts",
    "OptionChoices",
    "Setting",
    "Tools",
    "TransformerFacts",
    "Unfit",
    "asked_kva",
    "bundled_choices",
    "check_request",
    "connected_on",
    "design_option",
    "faults_against",
    "firm_of",
    "hours_in_kw",
    "in_two_rounds",
    "judge",
    "judged",
    "larger_sizes",
    "not_needed",
    "paired",
    "project_rows",
    "project_works",
    "rank",
    "read_choices",
    "set_aside",
    "staged_offer",
    "summary",
    "supporting_works",
    "unsuited",
    "valid_until",
    "verdict_of",
    "within_lv_limit",
    "work_out",
]
