"""One published account as pages read it. It names institutions and no person."""

from collections.abc import Iterable
from dataclasses import dataclass, make_dataclass, replace
from datetime import date
from decimal import Decimal

from agencies.fields import Kind
from agencies.models import Agency
from strategic_areas import progress
from strategic_areas.addresses import address
from strategic_areas.disclosure import PROTECTED, Protected, figure, is_of_victims
from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    Answer,
    Cause,
    Commitment,
    CommitmentUpdate,
    ReportingPeriod,
    Source,
    Status,
)
from strategic_areas.models.records import voice_of
from strategic_areas.models.review import day_of
from strategic_areas.models.trail import translated_fields
from strategic_areas.queries.plan import disputes, names
from strategic_areas.queries.updates.heads import PublicAccount
from strategic_areas.queries.updates.sources import (
    EvidenceLine,
    TranscribedFrom,
    evidence_line,
    transcribed_from,
)

#: The fields of accounts that public pages tell under a heading of their own.
HEADED = {
    field.name: field
    for model in (ActivityUpdate, CommitmentUpdate)
    for field in model.fields.where(public=True, filled_in=True)
    if field.heading != ""
}.values()
FIGURES = [field for field in HEADED if field.kind in {Kind.WHOLE, Kind.DECIMAL}]
TEXTS = [field for field in HEADED if field.bilingual]
#: What an account says in them, an attribute each; and ``text``, the main text.
Content = make_dataclass(
    "Content",
    [
        *((field.name, int | Decimal | Protected | None, None) for field in FIGURES),
        *(
            (f"{name}_{language}", str, "")
            for name in ("text", *(field.name for field in TEXTS))
            for language in ("es", "en")
        ),
    ],
    frozen=True,
    kw_only=True,
)


#: The fields that pages show even where the content is withheld.
FRAME = (
    *("kind", "pk", "subject", "commitment", "agency", "period", "revision"),
    *("status", "provenance", "reported_on", "published_on", "public_id"),
    *("submitted_on", "purged_on"),
)


@dataclass(frozen=True, kw_only=True)
class Entry(PublicAccount, Content):
    """
    An update of an activity or a declaration on a commitment.

    A withdrawn entry keeps its place and the public reason, but none of its content. Of
    a reserved entry the public reads the state and the legal basis: no text, figure,
    source or evidence. ``purged_on`` is the day on which one of its texts was last
    withdrawn to protect people. A declaration has no ``state``.
    """

    kind: str
    pk: int
    subject: Activity | Commitment
    commitment: Commitment
    agency: Agency
    period: ReportingPeriod
    revision: int
    status: str
    provenance: str
    reported_on: date | None
    published_on: date
    #: The last word of its own address; "" while it is not published.
    public_id: str = ""
    #: When the agency, or the secretariat from its letter, handed it in.
    submitted_on: date | None = None
    is_reviewed_within_agency: bool = False
    #: The end of the period since which the agency has said just this, if it has.
    unchanged_since: date | None = None
    withdrawn_on: date | None = None
    purged_on: date | None = None
    letter: TranscribedFrom | None = None
    withdrawal_cause: str = ""
    #: What the secretariat explains in its own words, which are never translated.
    withdrawal_reason_es: str = ""
    withdrawal_reason_en: str = ""
    is_reserved: bool = False
    legal_basis: str = ""
    is_no_news: bool = False
    state: progress.State | None = None
    #: What a declaration says became of the result; "" of an old "not reached yet".
    result: str | None = None
    percent: int | Protected | None = None
    note_es: str = ""
    note_en: str = ""
    #: The texts whose English is not the agency's but the secretariat's translation.
    translated: frozenset = frozenset()
    sources: tuple[Source, ...] = ()
    #: The official source that printed the numbers of people in its texts.
    printed_by: Source | None = None
    evidence: tuple[EvidenceLine, ...] = ()
    #: The dispute of its agency about this very account.
    dispute: disputes.Dispute | None = None
    #: Whether its agency disputes the activity or commitment, and nothing is decided.
    is_about_disputed: bool = False

    @property
    def said_on(self):
        return self.reported_on or self.submitted_on

    @property
    def voice(self):
        """Who says that the work is done; None for what an agency reported."""
        kinds = (source.kind for source in self.sources)
        return voice_of(kinds) if self.is_recorded else None

    @property
    def is_of_official(self):
        return self.commitment.is_official

    @property
    def texts(self):
        """Pairs of name and heading of its texts besides the main one."""
        said = [each for each in TEXTS if getattr(self, f"{each.name}_es")]
        return [(field.name, field.public_heading) for field in said]

    @property
    def figures(self):
        """Its figures besides the percent: name, heading and value of each."""
        found = [(each, getattr(self, each.name)) for each in FIGURES]
        return [
            (field.name, field.public_heading, value)
            for field, value in found
            if value not in {None, PROTECTED}
        ]

    @property
    def is_of_victims(self):
        """Whether any of its figures counts victims, of whom reports tell no number."""
        return self.kind == "activityupdate" and is_of_victims(self.subject)

    @property
    def is_disputed(self):
        """Whether its agency disputes the account, or the record that it is about."""
        is_open = self.dispute is not None and not self.dispute.resolved_on
        return is_open or self.is_about_disputed

    @property
    def states_percent(self):
        """
        Whether pages show its percent.

        They never show one that a source states of reconstructed work: it would pass
        for a measure of the plan. What an agency reports of its own work they show.
        """
        is_told = self.percent not in {None, PROTECTED}
        is_known = is_told and self.state != progress.State.COMPLETED
        return is_known and not self.is_reconstructed

    def get_absolute_url(self, language=None):
        """The address of its own page, which stands for good."""
        words = self.commitment.plan.code, self.public_id
        return address("update", *words, language=language)

    def without_content(self):
        """The same account without content: when it was said, by whom, of what."""
        return Entry(**{name: getattr(self, name) for name in FRAME})

    @property
    def dated_on(self):
        """
        The day of what it says: that of the source, or of the publication here.

        None for a record of which no source states a day.
        """
        return self.reported_on if self.is_recorded else self.published_on

    @property
    def withdrawal_sentence(self):
        """The fixed sentence that says why it was withdrawn; "" of an old one."""
        return Cause(self.withdrawal_cause).label if self.withdrawal_cause else ""

    @property
    def told_on(self):
        """The day up to which a record goes; of a report, that of its publication."""
        if not self.is_recorded:
            return self.published_on
        return min(self.reported_on or date.max, self.period.ends_on)

    @property
    def is_off_plan(self):
        """True for work that the plan does not hold. It enters no count."""
        return self.kind == "activityupdate" and not self.subject.is_in_plan


def make_entry(
    row: ActivityUpdate | CommitmentUpdate,
    sources: Iterable[Source] = (),
    evidence: Iterable[EvidenceLine] = (),
) -> Entry:
    """The entry of a revision as ``record`` reads it."""
    is_update = isinstance(row, ActivityUpdate)
    frame = {
        "kind": row._meta.model_name,
        "pk": row.pk,
        "subject": row.subject,
        "commitment": row.activity.commitment if is_update else row.commitment,
        "agency": names.under_name(row.agency, getattr(row, "called_then", None)),
        "period": row.period,
        "revision": row.revision,
        "status": row.status,
        "provenance": row.provenance,
        "reported_on": row.reported_on,
        "published_on": day(row.published_at),
        "public_id": row.public_id,
        "submitted_on": day(row.submitted_at),
        "is_reviewed_within_agency": row.is_reviewed_within_agency,
        "purged_on": day(row.purged_at),
        "letter": transcribed_from(row),
    }
    if row.status == Status.WITHDRAWN:
        return Entry(
            **frame,
            withdrawn_on=day(row.withdrawn_at),
            withdrawal_cause=row.withdrawal_cause,
            withdrawal_reason_es=row.withdrawal_reason,
        )
    if is_update:
        frame["state"] = progress.State(row.execution)
    if is_update and row.is_reserved:
        return Entry(**frame, is_reserved=True, legal_basis=row.reserved_legal_basis)
    frame["unchanged_since"] = row.unchanged_since
    if row.origin == "record":
        frame["dispute"] = disputes.dispute_of(row)
        frame["is_about_disputed"] = getattr(row, "is_about_disputed", False)
    return Entry(
        **frame,
        is_no_news=is_update and row.answer == Answer.NO_NEWS,
        **(_figures(row) if is_update else {"result": row.result}),
        **texts(row),
        sources=tuple(sources),
        printed_by=row.printed_by,
        evidence=tuple(evidence),
    )


def as_published(row, evidence, *, today, is_reviewed_within_agency):
    """
    The entry that a submitted revision becomes if it is published today.

    It is for whoever reviews it; ``evidence`` are the items that she may clear with it.
    """
    lines = [evidence_line(item, is_open=False) for item in evidence]
    return replace(
        make_entry(row, evidence=lines),
        status=Status.PUBLISHED,
        published_on=today,
        is_reviewed_within_agency=is_reviewed_within_agency,
    )


def day(moment):
    """The date in Santo Domingo at this moment; None for None."""
    return day_of(moment) if moment else None


def _figures(row):
    names = ["percent", *(each.name for each in FIGURES if each.name in row.fields)]
    return {name: figure(name, getattr(row, name), row.activity) for name in names}


def texts(row) -> dict:
    """Its texts in both languages. English that is missing comes from a translation."""
    kept, found, translated = getattr(row, "translation", None), {}, set()
    others = {field.name: field.name for field in TEXTS if field.name in row.fields}
    for name, field in (others | translated_fields(row)).items():
        spanish = getattr(row, f"{field}_es") or ""
        english = getattr(row, f"{field}_en") or ""
        if spanish and not english and (english := getattr(kept, name, "")):
            translated.add(name)
        found |= {f"{name}_es": spanish, f"{name}_en": english}
    return {**found, "translated": frozenset(translated)}
