"""
The only code that changes the status of an update or a declaration.

draft → submitted → returned with a reason, or published. submitted → draft: recalled by
the agency in time. published → replaced by a newer revision, or withdrawn with a public
reason. A correction is a new revision. Every step is one guarded UPDATE, so that two
people cannot both succeed, and records an immutable ``Transition``.

Other public records change through a ``PendingChange`` that another person approves.
"""

from strategic_areas.workflow.amendments import dates_outside_plan
from strategic_areas.workflow.changes import (
    CHANGE_STEPS,
    AlreadyWaitingError,
    needs_no_approval,
    none_needs_approval,
    propose,
    propose_approval,
    propose_records,
    waiting_change,
    waiting_keys,
)
from strategic_areas.workflow.editions import EDITION_STEPS, correctable_differences
from strategic_areas.workflow.plan_approval import (
    missing_approval_fields,
    overdue_rounds,
    plan_digest,
)
from strategic_areas.workflow.plan_drafts import (
    dependants_of,
    drop_draft_lines,
    may_return,
    save_draft_line,
    settle_draft_line,
    with_dependants,
)
from strategic_areas.workflow.proposals import (
    PROPOSAL_STEPS,
    edit_off_plan,
    propose_activity,
    report_off_plan,
    request_reopening,
)
from strategic_areas.workflow.steps import (
    begin_correction,
    create_draft,
    explain_withdrawal,
    open_for_evidence,
    publish,
    recall,
    return_to_agency,
    save_draft,
    submit,
    submit_all,
    withdraw,
)
from strategic_areas.workflow.transcription import (
    SYSTEM_USERNAME,
    confirm_letter,
    contest_letter,
    publish_public_record,
    submit_letter,
    system_user,
    transcribe,
)
from strategic_areas.workflow.transitions import (
    EditConflictError,
    TransitionError,
    has_part_in,
    is_in_time,
    may_propose,
    may_report_for,
    may_review,
    may_submit,
    reviewed_within_agency,
)

approve, decline, take_back = (
    CHANGE_STEPS.approve,
    CHANGE_STEPS.decline,
    CHANGE_STEPS.take_back,
)

__all__ = [
    "CHANGE_STEPS",
    "EDITION_STEPS",
    "PROPOSAL_STEPS",
    "SYSTEM_USERNAME",
    "AlreadyWaitingError",
    "EditConflictError",
    "TransitionError",
    "none_needs_approval",
    "needs_no_approval",
    "approve",
    "confirm_letter",
    "contest_letter",
    "begin_correction",
    "correctable_differences",
    "decline",
    "dependants_of",
    "dates_outside_plan",
    "plan_digest",
    "create_draft",
    "drop_draft_lines",
    "explain_withdrawal",
    "return_to_agency",
    "has_part_in",
    "may_propose",
    "may_return",
    "may_review",
    "is_in_time",
    "save_draft_line",
    "may_submit",
    "open_for_evidence",
    "overdue_rounds",
    "propose",
    "request_reopening",
    "propose_activity",
    "propose_approval",
    "propose_records",
    "publish",
    "recall",
    "publish_public_record",
    "edit_off_plan",
    "report_off_plan",
    "may_report_for",
    "save_draft",
    "settle_draft_line",
    "submit",
    "submit_all",
    "submit_letter",
    "system_user",
    "take_back",
    "transcribe",
    "missing_approval_fields",
    "waiting_keys",
    "waiting_change",
    "with_dependants",
    "withdraw",
    "reviewed_within_agency",
]
