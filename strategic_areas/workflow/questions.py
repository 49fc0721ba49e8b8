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

    ``name`` is that of its subject in forms and URLs, ``kind`` its word in URLs of
    reviews. ``is_owed`` means that the agency must answer. ``called`` names its answers
    on receipts, ``part`` is their key there. ``heading`` and ``explanation`` are above
    its rows.
    """

    name: str
    kind: str
    is_owed: bool
    called: str | Promise
    heading: str | Promise = ""
    explanation: str | Promise = ""
    part: str


@dataclass(frozen=True, kw_only=True, eq=False)
class UpdateQuestion(RoundQuestion):
    """
    A question whose answers are revisions of ``model``.

    ``asked`` returns a round's subjects; ``answered_by`` is their field for the
    responsible agency, ``related`` are relations read with a row. ``word`` names a row
    in the query, ``url`` and ``path`` are parts of its URL names and URLs, ``number``
    the key of a revision on receipts.

    ``takes_no_news`` allows "same as before" and "no news". ``tells`` returns the
    answer in a word, ``nothing`` its absence. ``asks`` are fields with a question of
    their own. ``saves``, ``opens`` and ``adds`` label buttons. ``of_letter`` says what
    to transcribe; without it nothing is.
    """

    model: type[Revision]
    asked: Callable[..., QuerySet]
    word: str
    path: str
    url: str
    number: str
    answered_by: str
    takes_no_news: bool = False
    related: tuple[str, ...]
    tells: Callable[[Revision], str]
    nothing: str | Promise
    asks: Mapping[str, str | Promise] = field(default_factory=dict)
    saves: str | Promise
    opens: str | Promise
    of_letter: str | Promise = ""
    adds: str | Promise = ""
    takes_evidence: bool = True

    @property
    def subject_model(self) -> type[models.Model]:
        return self.model._meta.get_field(self.name).related_model

    @property
    def links(self) -> list[str]:
        return self.model.fields.names(kind=FieldKind.LINKS, filled_in=True)

    def asked_of(self, agency, period, **lookups) -> QuerySet:
        return self.asked(period, **{self.answered_by: agency}, **lookups)


def _led(period, **lookups):
    return Commitment.objects.not_superseded().filter(plan=period.plan, **lookups)


def _off_plan(period, **lookups):
    reported = ActivityUpdate.objects.filter(
        activity=OuterRef("pk"), period__ends_on__lte=period.ends_on
    )
    work = Activity.objects.off_plan().filter(plan=period.plan, **lookups)
    return rounds.still_owed(period, work.filter(Exists(reported)))


REPORT = UpdateQuestion(
    name="activity",
    is_owed=True,
    called=_("Reports"),
    part="reports",
    model=ActivityUpdate,
    asked=rounds.owed_activities,
    word="fila",
    path="",
    url="row",
    kind="avance",
    number="update",
    answered_by="agency",
    takes_no_news=True,
    related=("agency", "commitment__plan", "plan"),
    tells=lambda update: update.get_execution_display(),
    nothing=_("Nothing yet"),
    saves=_("Save and next"),
    opens=_("Read the whole report"),
    of_letter=_("Write only what the letter says, row by row; leave the rest empty."),
)
DECLARATION = UpdateQuestion(
    name="commitment",
    is_owed=False,
    called=_("Declarations"),
    heading=_("Commitments that the agency leads"),
    explanation=_(
        "When the expected result of one is reached, declare it here. A declaration is "
        "never owed: leave the row alone where there is nothing to declare."
    ),
    part="declarations",
    model=CommitmentUpdate,
    asked=_led,
    word="compromiso",
    path="compromisos/",
    url="declaration",
    kind="declaracion",
    number="declaration",
    answered_by="lead",
    related=("lead", "plan"),
    tells=lambda update: DECLARED[update.result],
    nothing=_("No declaration in this round"),
    asks={"result": _("Was the expected result reached?")},
    saves=_("Save the declaration"),
    opens=_("Read the whole declaration"),
    of_letter=_("Only where the letter says whether the expected result is reached."),
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
    asked=_off_plan,
    of_letter="",
    adds=_("Add other work done"),
)
#: Values of indicators; until publication only ``figures`` reads their numbers.
VALUE = RoundQuestion(
    name="value",
    kind="cifra",
    is_owed=True,
    called=_("Values"),
    heading=_("Values of your indicators"),
    explanation=_(
        "Submit what your agency counted, over the days that it counted. The "
        "secretariat publishes it, or says why not."
    ),
    part="values",
)
#: In the order of the sheet.
UPDATE_QUESTIONS = (REPORT, DECLARATION, OFF_PLAN)
#: In the order of the sheet.
QUESTIONS = (*UPDATE_QUESTIONS, VALUE)
QUESTION_BY_MODEL = {question.model: question for question in (REPORT, DECLARATION)}


#: (kind, id) of each revision on a screen → its version.
SeenVersions = Mapping[tuple[str, int], int]


def revision_key(update):
    return QUESTION_BY_MODEL[type(update)].kind, update.pk


def revision_token(update):
    """Return the name of a revision on a page, with the version shown."""
    kind, pk = revision_key(update)
    return f"{kind}-{pk}-{update.version}"


def revision_tokens(updates):
    return ",".join(map(revision_token, updates))


def parse_tokens(tokens) -> SeenVersions:
    """Parse the result of ``revision_tokens``; ``ValueError`` for another form."""
    parts = (token.split("-") for token in tokens.split(",") if token)
    return {(kind, int(pk)): int(version) for kind, pk, version in parts}


def seen_versions(*updates) -> SeenVersions:
    return {revision_key(update): update.version for update in updates}


def seen_revisions(seen: SeenVersions, **about):
    for question in QUESTION_BY_MODEL.values():
        if keys := [pk for kind, pk in seen if kind == question.kind]:
            rows = (
                question.model.objects.filter(pk__in=keys, **about)
                .select_related(question.name, "agency", "period")
                .prefetch_related("evidences")
            )
            yield from rows.order_by(f"{question.name}__sort_code", "pk")


def seen_in_receipt(content) -> SeenVersions:
    """Return the versions on a receipt; older ones lack some questions."""
    return {
        (question.kind, sent[question.number]): sent["version"]
        for question in QUESTION_BY_MODEL.values()
        for sent in content.get(question.part, ())
    }
