"""The events of the audit record, with their labels."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Event(models.TextChoices):
    """Stored values never change; labels may."""

    SIGN_IN = "sign_in", _("Signed in")
    SIGN_IN_FAILED = "sign_in_failed", _("Failed to sign in")
    LIMIT_REACHED = "limit_reached", _("Limit of tries reached")
    SIGN_OUT = "sign_out", _("Signed out")
    SESSION_ENDED = "session_ended", _("Session ended by the portal")
    ACCESS_DENIED = "access_denied", _("Was denied access")

    ACCOUNT_MADE = "account_made", _("Account made")
    ACCOUNT_CHANGED = "account_changed", _("Account changed")
    ACCOUNT_CHANGED_ON_SERVER = (
        "account_changed_on_server",
        _("Role or mandate changed on the server"),
    )
    PASSWORD_CHANGED = "password_changed", _("Password changed")
    FACTOR_ADDED = "factor_added", _("Second factor added")
    FACTOR_REMOVED = "factor_removed", _("Second factor removed")
    FACTOR_RESET_ASKED = "recovery_asked", _("Recovery of a second factor asked for")
    FACTOR_RESET_APPROVED = (
        "recovery_approved",
        _("Recovery of a second factor approved"),
    )
    FACTOR_RESET_REFUSED = "recovery_refused", _("Recovery of a second factor refused")
    FACTOR_RESET_DONE = "recovery_done", _("All second factors removed")
    INVITATION_SENT = "invitation_sent", _("Invitation sent")
    INVITATION_REVOKED = "invitation_revoked", _("Invitation revoked")
    INVITATION_ACCEPTED = "invitation_accepted", _("Invitation accepted")
    MANDATE_MADE = "mandate_made", _("Mandate given")
    MANDATE_CHANGED = "mandate_changed", _("Mandate changed")
    MANDATE_REMOVED = "mandate_removed", _("Mandate deleted")
    HANDOVER = "handover", _("Work handed over")
    ACCESS_REVIEWED = "access_reviewed", _("Accesses reviewed")

    REPORT_SUBMITTED = "report_submitted", _("Report submitted")
    REPORT_RETURNED = "report_returned", _("Report returned")
    REPORT_PUBLISHED = "report_published", _("Report published")
    REPORT_REPLACED = "report_replaced", _("Report replaced by a later one")
    REPORT_WITHDRAWN = "report_withdrawn", _("Report withdrawn")
    REPORT_RECALLED = "report_changed", _("Report taken back by its agency")
    LETTER_RECORDED = "letter_recorded", _("Letter of an agency recorded")
    # The next four occur in old entries only: two people decide on rounds now.
    ROUNDS_MADE = "rounds_made", _("Rounds made from a schedule")
    ROUND_MADE = "round_made", _("Reporting period made")
    ROUND_CHANGED = "round_changed", _("Reporting period changed")
    ROUND_CLOSED = "round_closed", _("Round closed before its day")
    ROUND_REMINDED = "round_reminded", _("Agency reminded of a round")
    ROUND_REOPENED = "round_reopened", _("Round opened again")
    SCORECARDS_READY = "round_scorecards_ready", _("Scorecards shown to the agencies")
    SCORECARDS_PUBLIC = "round_scorecards_public", _("Scorecards made public")
    APPROVAL_ASKED = "approval_asked", _("Approval by a second person asked for")
    APPROVAL_GIVEN = "approval_given", _("Approved by a second person")
    APPROVAL_REFUSED = "approval_refused", _("Refused by a second person")
    APPROVAL_WITHDRAWN = "approval_withdrawn", _("Proposal taken back")
    APPROVAL_OUTDATED = "approval_outdated", _("Proposal overtaken by another change")
    AMENDMENT_MADE = "amendment_made", _("Plan amended")
    RECORD_MADE = "record_made", _("Record made in the administration")
    RECORD_CHANGED = "record_changed", _("Record changed in the administration")
    RECORD_DELETED = "record_deleted", _("Record deleted in the administration")
    EDITION_MADE = "edition_made", _("Edition made")
    PLAN_LOADED = "plan_loaded", _("Plan loaded from a file or a workbook")

    EXPORTED = "exported", _("Unpublished data downloaded")
    EVIDENCE_OPENED = "evidence_opened", _("File of evidence opened")
    PURGE_ASKED = "purge_asked", _("Blanking of a text asked for")
    PURGE_CANCELLED = "purge_cancelled", _("Blanking of a text called off")
    TEXT_PURGED = "text_purged", _("Text blanked for good")


#: Groups for the filter: value, label, prefixes of the events.
_GROUPS = [
    (
        "access",
        _("Signing in and access"),
        ("sign_", "limit_", "session_", "access_denied"),
    ),
    (
        "accounts",
        _("Accounts"),
        ("account_", "password_", "factor_", "recovery_", "invitation_"),
    ),
    ("mandates", _("Mandates"), ("mandate_", "handover", "access_reviewed")),
    ("reports", _("Reports"), ("report_", "letter_")),
    ("rounds", _("Rounds"), ("round",)),
    (
        "plan",
        _("Plan and approvals"),
        ("approval_", "amendment_", "edition_", "plan_", "record_"),
    ),
    ("data", _("Data and texts"), ("exported", "evidence_", "purge_", "text_")),
]


def event_groups():
    return [
        (word, label, [event for event in Event if event.startswith(beginnings)])
        for word, label, beginnings in _GROUPS
    ]
