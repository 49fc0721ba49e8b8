"""
What rounds ask of institutions: one declaration for each kind of question.

This is the way in to the one flow of answers. A question is asked about subjects: the
activities on which an agency owes a report, the commitments that it leads. Its answers
are revisions of one model, a ``Reviewed``, whose ``fields`` say what the form asks,
what the receipt and the review show and what a correction begins with. The sheet,
letters, the workbook, the queue, the review, receipts and reminders go through
``QUESTIONS`` or ``UPDATES`` and know no kind by name, so that a further kind costs its
model and one declaration here.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

from django.db import models
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    Commitment,
    CommitmentUpdate,
)
from strategic_areas.models.review import Reviewed
from strategic_areas.queries import rounds


@dataclass(frozen=True, kw_only=True, eq=False)
class RoundQuestion:
    """
    One kind of question. ``name`` is that of its subject, in forms and addresses.

    ``is_owed``: its agency has to answer; of another it may. ``heading`` and
    ``explanation`` stand above its rows on the sheet. ``part`` is its part in the
    content of a receipt.
    """

    name: str
    is_owed: bool
    heading: str | Promise = ""
    explanation: str | Promise = ""
    part: str


@dataclass(frozen=True, kw_only=True, eq=False)
class UpdateQuestion(RoundQuestion):
    """
    A question whose answers are revisions of ``model``.

    ``asked`` gives the subjects of one agency in a round, narrowed by lookups. ``word``
    names a subject's row in the query of the sheet, and ``empty`` its state while it is
    not answered. ``url`` is the last part of the names of its addresses, and ``path``
    what they have before the id. ``kind`` is its word in the addresses of reviews and
    ``number`` that of a revision in a receipt. ``tells`` is the field that says in a
    word what was answered. ``related`` are the relations that a row reads with its
    subject. ``beside`` is the template of what the form shows beside it: what was last
    published, and what is planned.
    """

    model: type[Reviewed]
    asked: Callable[..., QuerySet]
    word: str
    empty: str
    path: str
    url: str
    kind: str
    number: str
    tells: str
    related: tuple[str, ...]
    beside: str
    takes_evidence: bool = True

    @cached_property
    def subject_model(self) -> type[models.Model]:
        return self.model._meta.get_field(self.name).related_model

    @property
    def answered_by(self) -> str:
        """The field of the subject that names the agency which answers for it."""
        return self.subject_model.answered_by

    @property
    def takes_no_news(self) -> bool:
        """Whether "same as before" and "no news" are answers too."""
        return "answer" in self.model.fields


def _led(period, agency, **lookups):
    led = Commitment.objects.standing().filter(plan=period.plan, lead=agency)
    return led.filter(**lookups)


def _off_plan(period, agency, **lookups):
    """Its work outside the plan that it has reported, and that nothing has ended."""
    reported = ActivityUpdate.objects.filter(
        activity=OuterRef("pk"), period__ends_on__lte=period.ends_on
    )
    work = Activity.objects.off_plan().filter(plan=period.plan, agency=agency)
    return rounds.unfinished(period, work.filter(Exists(reported), **lookups))


REPORT = UpdateQuestion(
    name="activity",
    is_owed=True,
    part="reports",
    model=ActivityUpdate,
    asked=lambda period, agency, **lookups: rounds.owed(
        period, agency=agency, **lookups
    ),
    word="fila",
    empty="todo",
    path="",
    url="row",
    kind="avance",
    number="update",
    tells="execution",
    related=("agency", "commitment", "plan"),
    beside="desk/_last.html",
)
DECLARATION = UpdateQuestion(
    name="commitment",
    is_owed=False,
    heading=_("Commitments that your agency leads"),
    explanation=_(
        "When the expected result of one is reached, declare it here. A declaration is "
        "never owed: leave the row alone where there is nothing to declare."
    ),
    part="declarations",
    model=CommitmentUpdate,
    asked=_led,
    word="compromiso",
    empty="undeclared",
    path="compromisos/",
    url="declaration",
    kind="declaracion",
    number="declaration",
    tells="result",
    related=("lead", "plan"),
    beside="desk/_last_declared.html",
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
)
#: Values of indicators, whose numbers only ``figures`` knows until they are published.
VALUE = RoundQuestion(
    name="value",
    is_owed=True,
    heading=_("Values of your indicators"),
    explanation=_(
        "Hand in what your agency counted, over the days that it counted. The "
        "secretariat publishes it, or says why not."
    ),
    part="values",
)
#: The questions that updates answer, in the order of the sheet.
UPDATES = (REPORT, DECLARATION, OFF_PLAN)
#: All that a round asks, in the order of the sheet.
QUESTIONS = (*UPDATES, VALUE)
#: The question that a revision answers, by its model.
BY_MODEL = {question.model: question for question in (REPORT, DECLARATION)}
