"""
The kinds of questions that rounds ask of agencies.

A question has subjects, such as the activities on which an agency owes a report. Its
answers are revisions of one model, whose ``fields`` define form, receipt, review and
correction. Sheet, letters, workbook, queue and reminders use ``QUESTIONS`` or
``UPDATE_QUESTIONS`` and name no kind, so that a new kind needs its model and one
declaration here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from django.db import models
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agencies.fields import FieldKind
from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    Commitment,
    CommitmentUpdate,
)
from strategic_areas.models.review import Revision
from strategic_areas.queries import rounds
from strategic_areas.sentences import DECLARED


@dataclass(frozen=True, kw_only=True, eq=False)
class RoundQuestion:
    """
    One kind of question.

    ``name`` names its subject in forms and URLs, ``review_slug`` in URLs of reviews.
    ``is_owed`` means that the agency must answer. A receipt lists the answers as
    ``receipt_key``, below ``receipt_heading``.
    """

    name: str
    review_slug: str
    is_owed: bool
    receipt_heading: str | Promise
    heading: str | Promise = ""
    explanation: str | Promise = ""
    receipt_key: str


@dataclass(frozen=True, kw_only=True, eq=False)
class UpdateQuestion(RoundQuestion):
    """
    A question whose answers are revisions of ``model``.

    ``subjects`` returns the subjects of a round; ``answered_by`` is their field for the
    responsible agency, ``related_fields`` are relations that a row needs. ``row_key``
    is the query parameter of a row, ``url_name`` and ``url_prefix`` are parts of its
    URL names and URLs, ``receipt_id`` is the key of a revision's id on receipts.

    ``allows_no_news``: "same as before" and "no news" are answers. ``answer_in_words``
    returns an answer in a word or two. ``letter_instruction`` says what to transcribe
    from a letter; a question without it is not transcribed.
    """

    model: type[Revision]
    subjects: Callable[..., QuerySet]
    row_key: str
    url_prefix: str
    url_name: str
    receipt_id: str
    answered_by: str
    allows_no_news: bool = False
    related_fields: tuple[str, ...]
    answer_in_words: Callable[[Revision], str]
    no_answer_label: str | Promise
    field_questions: Mapping[str, str | Promise] = field(default_factory=dict)
    save_label: str | Promise
    open_label: str | Promise
    letter_instruction: str | Promise = ""
    add_label: str | Promise = ""
    takes_evidence: bool = True

    @property
    def subject_model(self) -> type[models.Model]:
        return self.model._meta.get_field(self.name).related_model

    @property
    def link_fields(self) -> list[str]:
        return self.model.fields.names(kind=FieldKind.LINKS, filled_in=True)

    def subjects_of_agency(self, agency, period, **lookups) -> QuerySet:
        return self.subjects(period, **{self.answered_by: agency}, **lookups)


def _led(period, **lookups):
    return Commitment.objects.not_superseded().filter(plan=period.plan, **lookups)


def _off_plan(period, **lookups):
    """Return work outside the plan that was reported before and is not finished."""
    reported = ActivityUpdate.objects.filter(
        activity=OuterRef("pk"), period__ends_on__lte=period.ends_on
    )
    work = Activity.objects.off_plan().filter(plan=period.plan, **lookups)
    return rounds.still_owed(period, work.filter(Exists(reported)))


REPORT = UpdateQuestion(
    name="activity",
    is_owed=True,
    receipt_heading=_("Reports"),
    receipt_key="reports",
    model=ActivityUpdate,
    subjects=rounds.owed_activities,
    row_key="fila",
    url_prefix="",
    url_name="row",
    review_slug="avance",
    receipt_id="update",
    answered_by="agency",
    allows_no_news=True,
    related_fields=("agency", "commitment__plan", "plan"),
    answer_in_words=lambda update: update.get_execution_display(),
    no_answer_label=_("Nothing yet"),
    save_label=_("Save and next"),
    open_label=_("Read the whole report"),
    letter_instruction=_(
        "Write only what the letter says, row by row; leave the rest empty."
    ),
)
DECLARATION = UpdateQuestion(
    name="commitment",
    is_owed=False,
    receipt_heading=_("Declarations"),
    heading=_("Commitments that the agency leads"),
    explanation=_(
        "When the expected result of one is reached, declare it here. A declaration is "
        "never owed: leave the row alone where there is nothing to declare."
    ),
    receipt_key="declarations",
    model=CommitmentUpdate,
    subjects=_led,
    row_key="compromiso",
    url_prefix="compromisos/",
    url_name="declaration",
    review_slug="declaracion",
    receipt_id="declaration",
    answered_by="lead",
    related_fields=("lead", "plan"),
    answer_in_words=lambda update: DECLARED[update.result],
    no_answer_label=_("No declaration in this round"),
    field_questions={"result": _("Was the expected result reached?")},
    save_label=_("Save the declaration"),
    open_label=_("Read the whole declaration"),
    letter_instruction=_(
        "Only where the letter says whether the expected result is reached."
    ),
)
#: Reports on work outside the plan differ in their subjects only.
OFF_PLAN = replace(
    REPORT,
    is_owed=False,
    heading=_("Other work done (outside the plan)"),
    explanation=_(
        "What your agency did against trafficking and smuggling and the plan does not "
        "hold. It goes through the same review, is published under a heading of its "
        "own, and is not counted."
    ),
    subjects=_off_plan,
    letter_instruction="",
    add_label=_("Add other work done"),
)
#: Values of indicators; until publication only ``figures`` reads their numbers.
VALUE = RoundQuestion(
    name="value",
    review_slug="cifra",
    is_owed=True,
    receipt_heading=_("Values"),
    heading=_("Values of your indicators"),
    explanation=_(
        "Submit what your agency counted, over the days that it counted. The "
        "secretariat publishes it, or says why not."
    ),
    receipt_key="values",
)
#: In the order of the sheet.
UPDATE_QUESTIONS = (REPORT, DECLARATION, OFF_PLAN)
#: In the order of the sheet.
QUESTIONS = (*UPDATE_QUESTIONS, VALUE)
QUESTION_BY_MODEL = {question.model: question for question in (REPORT, DECLARATION)}


#: (kind, id) of each revision on a screen → its version.
SeenVersions = Mapping[tuple[str, int], int]


def revision_key(update):
    return QUESTION_BY_MODEL[type(update)].review_slug, update.pk


def revision_token(update):
    """Return the name of a revision on a page, with the version shown."""
    kind, pk = revision_key(update)
    return f"{kind}-{pk}-{update.version}"


def revision_tokens(updates):
    return ",".join(map(revision_token, updates))


def parse_tokens(tokens) -> SeenVersions:
    """Parse the result of ``revision_tokens``; ``ValueError`` for another form."""
    token_parts = (token.split("-") for token in tokens.split(",") if token)
    return {(kind, int(pk)): int(version) for kind, pk, version in token_parts}


def seen_revisions(seen: SeenVersions, **lookups):
    for question in QUESTION_BY_MODEL.values():
        if keys := [pk for kind, pk in seen if kind == question.review_slug]:
            rows = (
                question.model.objects.filter(pk__in=keys, **lookups)
                .select_related(question.name, "agency", "period")
                .prefetch_related("evidences")
            )
            yield from rows.order_by(f"{question.name}__sort_code", "pk")


def seen_in_receipt(content) -> SeenVersions:
    """Return the versions on a receipt; older ones lack some questions."""
    return {
        (question.review_slug, sent[question.receipt_id]): sent["version"]
        for question in QUESTION_BY_MODEL.values()
        for sent in content.get(question.receipt_key, ())
    }
