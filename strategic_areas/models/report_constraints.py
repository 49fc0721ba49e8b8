"""The database constraints of reports and declarations."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from strategic_areas.models.answers import Answer
from strategic_areas.models.review import OPEN, PUBLIC_RECORD, Status


def review_constraints(model, subject):
    """
    The constraints of every reviewed record; ``model`` is the prefix of their names.
    """
    stamped = Q(published_at__isnull=False, published_by__isnull=False)
    unstamped = Q(published_at__isnull=True, published_by__isnull=True)
    unexplained = Q(withdrawal_cause="", withdrawal_reason="")
    withdrawn = Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~unexplained
    standing = Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True) & unexplained
    record = ["plan", "documented", "press", "reconstructed"]
    return [
        models.UniqueConstraint(
            name=f"{model}_revision_unique",
            fields=[subject, "period", "revision"],
            violation_error_message=_("This revision already exists."),
        ),
        models.UniqueConstraint(
            name=f"{model}_one_published_revision",
            fields=[subject, "period"],
            condition=Q(status=Status.PUBLISHED),
            violation_error_message=_("A revision is already published."),
        ),
        models.UniqueConstraint(
            name=f"{model}_one_open_revision",
            fields=[subject, "period", "agency"],
            condition=Q(status__in=OPEN),
            violation_error_message=_(
                "Somebody already works on a report of this for the period."
            ),
        ),
        models.CheckConstraint(
            name=f"{model}_public_names_who_and_when",
            condition=(
                Q(status__in=PUBLIC_RECORD) & stamped
                | ~Q(status__in=PUBLIC_RECORD) & unstamped
            ),
            violation_error_message=_("What is public names who published it, when."),
        ),
        models.UniqueConstraint(
            name=f"{model}_public_id_unique",
            fields=["public_id"],
            condition=~Q(public_id=""),
        ),
        models.CheckConstraint(
            name=f"{model}_public_alone_has_an_address",
            condition=(
                Q(status__in=PUBLIC_RECORD) & ~Q(public_id="")
                | ~Q(status__in=PUBLIC_RECORD) & Q(public_id="")
            ),
            violation_error_message=_("What is public has an address of its own."),
        ),
        models.CheckConstraint(
            name=f"{model}_withdrawn_names_who_when_and_why",
            condition=(
                Q(status=Status.WITHDRAWN) & withdrawn
                | ~Q(status=Status.WITHDRAWN) & standing
            ),
            violation_error_message=_("A withdrawal states its public reason."),
        ),
        models.CheckConstraint(
            name=f"{model}_provenance_follows_origin",
            condition=(
                Q(origin="record", provenance__in=record)
                | Q(
                    origin="entered",
                    provenance__in=["reported", "transcribed", "demonstration"],
                )
            ),
            violation_error_message=_(
                "A record of public sources is never “reported”, and a report is "
                "never “documented”."
            ),
        ),
    ]


def answer_constraints(model, text):
    """
    The constraints of an answer. ``text`` tells what was done.

    It is required unless the answer is "No news" or is withheld by law.
    """
    described = Q(**{f"{text}_es__isnull": False}) & ~Q(**{f"{text}_es": ""})
    explained = Q(no_news_reason_es__isnull=False) & ~Q(no_news_reason_es="")
    return [
        models.CheckConstraint(
            name=f"{model}_{text}_in_spanish",
            condition=Q(answer=Answer.NO_NEWS) | Q(is_reserved=True) | described,
            violation_error_message=_("The Spanish text is required."),
        ),
        models.CheckConstraint(
            name=f"{model}_no_news_states_its_reason",
            condition=~Q(answer=Answer.NO_NEWS) | explained,
            violation_error_message=_("Say why there is no news."),
        ),
        models.CheckConstraint(
            name=f"{model}_reserved_states_reason_and_legal_basis",
            condition=(
                Q(is_reserved=True)
                & ~Q(reserved_reason="")
                & ~Q(reserved_legal_basis="")
                | Q(is_reserved=False, reserved_reason="", reserved_legal_basis="")
            ),
            violation_error_message=_(
                "What is reserved states its reason and its legal basis; what is not "
                "states neither."
            ),
        ),
    ]


def transcription_constraints(model):
    """Constraints: a transcribed report has a letter, and only such is confirmed."""
    return [
        models.CheckConstraint(
            name=f"{model}_transcribed_names_its_letter",
            condition=~Q(provenance="transcribed") | Q(letter__isnull=False),
        ),
        models.CheckConstraint(
            name=f"{model}_confirmed_is_transcribed",
            condition=Q(confirmed_at__isnull=True) | Q(letter__isnull=False),
        ),
    ]
