"""
The only code that changes the status of an update or a declaration.

draft → submitted → returned (with a reason) or published; submitted → draft, where the
agency takes it back in time; published → replaced by the next published revision, or
withdrawn with a public reason. A correction is a new revision. Every step is one
guarded UPDATE, so that two people cannot both win, and leaves an immutable
``Transition``.

Other public records change through a ``PendingChange``: one person proposes it and
another approves it.
"""

from strategic_areas.workflow.amendments import dates_outside
from strategic_areas.workflow.changes import (
    CHANGES,
    AlreadyWaiting,
    all_apply_at_once,
    applies_at_once,
    propose,
    propose_approval,
    propose_together,
    waiting_among,
    waiting_change,
)
from strategic_areas.workflow.editions import EDITIONS, correctable
from strategic_areas.workflow.plan_approval import digest, overdue, unstated
from strategic_areas.workflow.plan_drafts import (
    dependants_of,
    drop_lines,
    keep_line,
    may_return,
    settle_line,
    with_dependants,
)
from strategic_areas.workflow.proposals import (
    PROPOSALS,
    ask_again,
    propose_activity,
    rename_off_plan,
    report_off_plan,
)
from strategic_areas.workflow.steps import (
    correct,
    draft,
    explain_withdrawal,
    give_back,
    open_for_evidence,
    publish,
    recall,
    save,
    submit,
    submit_all,
    withdraw,
)
from strategic_areas.workflow.transcription import (
    SYSTEM_USERNAME,
    confirm_letter,
    contest_letter,
    record,
    submit_letter,
    system_user,
    transcribe,
)
from strategic_areas.workflow.transitions import (
    Conflict,
    TransitionError,
    has_part_in,
    is_in_time,
    may_propose,
    may_review,
    may_submit,
    reports_for,
    within_agency,
)

approve, decline, take_back = CHANGES.approve, CHANGES.decline, CHANGES.take_back

__all__ = [
    "CHANGES",
    "EDITIONS",
    "PROPOSALS",
    "SYSTEM_USERNAME",
    "AlreadyWaiting",
    "Conflict",
    "TransitionError",
    "all_apply_at_once",
    "applies_at_once",
    "approve",
    "confirm_letter",
    "contest_letter",
    "correct",
    "correctable",
    "decline",
    "dependants_of",
    "dates_outside",
    "digest",
    "draft",
    "drop_lines",
    "explain_withdrawal",
    "give_back",
    "has_part_in",
    "may_propose",
    "may_return",
    "may_review",
    "is_in_time",
    "keep_line",
    "may_submit",
    "open_for_evidence",
    "overdue",
    "propose",
    "ask_again",
    "propose_activity",
    "propose_approval",
    "propose_together",
    "publish",
    "recall",
    "record",
    "rename_off_plan",
    "report_off_plan",
    "reports_for",
    "save",
    "settle_line",
    "submit",
    "submit_all",
    "submit_letter",
    "system_user",
    "take_back",
    "transcribe",
    "unstated",
    "waiting_among",
    "waiting_change",
    "with_dependants",
    "withdraw",
    "within_agency",
]
