"""
What rounds ask of institutions: one declaration for each kind of question.

This is the way in to the one flow of answers. A question is asked about subjects: the
activities on which an agency owes a report, the commitments that it leads. Its answers
are revisions of one model, a ``Revision``, whose ``fields`` say what the form asks,
what the receipt and the review show and what a correction begins with. The sheet,
letters, the workbook, the queue, the review, receipts and reminders go through
``QUESTIONS`` or ``UPDATES`` and know no kind by name, so that a further kind costs its
model and one declaration here.
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
    One kind of question. ``name`` is that of its subject, in forms and addresses, and
    ``kind`` its word in the addresses of reviews.

    ``is_owed``: its agency has to answer; of another it may. ``called`` are its answers
    where a receipt counts them. ``heading`` and
    ``explanation`` stand above its rows on the sheet. ``part`` is its part in the
    content of a receipt.
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

    ``asked`` gives the subjects of a round, narrowed by lookups; ``answered_by`` is the
    field of a subject that names the agency which answers, and ``related`` are the
    relations that a row reads with it. ``word`` names a row in the query of the sheet,
    ``url`` is the last part of the names of its addresses, ``path`` what they have
    before the id, and ``number`` the name of a revision in a receipt.

    ``takes_no_news``: "same as before" and "no news" are answers too. ``tells`` says in
    a word what was answered, and ``nothing`` that nothing was. ``asks`` are the fields
    that the form asks with words of its own and a button for each answer. ``saves`` and
    ``opens`` stand on the button that saves a row and on the link to the whole of what
    was sent, ``adds`` on the button by which an agency adds a subject itself.
    ``of_letter`` tells the secretariat what to transcribe; without it nothing is.
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
        """The filled-in fields of an answer that hold other records."""
        return self.model.fields.names(kind=FieldKind.LINKS, filled_in=True)

    def asked_of(self, agency, period, **lookups) -> QuerySet:
        """The subjects about which a round asks an agency."""
        return self.asked(period, **{self.answered_by: agency}, **lookups)


def _led(period, **lookups):
    return Commitment.objects.not_superseded().filter(plan=period.plan, **lookups)


def _off_plan(period, **lookups):
    """Work outside the plan that was reported, and that nothing has ended."""
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
#: Reports on work outside the plan; only which activities they are about differs.
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
#: Values of indicators, whose numbers only ``figures`` knows until they are published.
VALUE = RoundQuestion(
    name="value",
    kind="cifra",
    is_owed=True,
    called=_("Values"),
    heading=_("Values of your indicators"),
    explanation=_(
        "Hand in what your agency counted, over the days that it counted. The "
        "secretariat publishes it, or says why not."
    ),
    part="values",
)
#: The questions that updates answer, in the order of the sheet.
UPDATE_QUESTIONS = (REPORT, DECLARATION, OFF_PLAN)
#: All that a round asks, in the order of the sheet.
QUESTIONS = (*UPDATE_QUESTIONS, VALUE)
#: The question that a revision answers, by its model.
QUESTION_BY_MODEL = {question.model: question for question in (REPORT, DECLARATION)}


#: By the word of its question and its id, the version of each revision on a screen.
SeenVersions = Mapping[tuple[str, int], int]


def revision_key(update):
    return QUESTION_BY_MODEL[type(update)].kind, update.pk


def revision_token(update):
    """What a page names a revision by, in the version that it shows."""
    kind, pk = revision_key(update)
    return f"{kind}-{pk}-{update.version}"


def revision_tokens(updates):
    return ",".join(map(revision_token, updates))


def parse_tokens(tokens) -> SeenVersions:
    """What ``revision_tokens`` named; ``ValueError`` for a text of another form."""
    parts = (token.split("-") for token in tokens.split(",") if token)
    return {(kind, int(pk)): int(version) for kind, pk, version in parts}


def seen_versions(*updates) -> SeenVersions:
    return {revision_key(update): update.version for update in updates}


def seen_revisions(seen: SeenVersions, **about):
    """Each revision that was seen, in the order of questions and codes."""
    for question in QUESTION_BY_MODEL.values():
        if keys := [pk for kind, pk in seen if kind == question.kind]:
            rows = question.model.objects.filter(pk__in=keys, **about)
            rows = rows.select_related(question.name, "agency", "period")
            rows = rows.prefetch_related("evidences")
            yield from rows.order_by(f"{question.name}__sort_code", "pk")


def seen_in_receipt(content) -> SeenVersions:
    """What a receipt holds; older ones have not the parts of all questions."""
    return {
        (question.kind, sent[question.number]): sent["version"]
        for question in QUESTION_BY_MODEL.values()
        for sent in content.get(question.part, ())
    }
