"""Published updates as pages read them, in lists and at their own address."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, make_dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache

from django.db.models import Q, prefetch_related_objects

from agencies.fields import FieldKind
from agencies.models import Agency
from strategic_areas import progress, text_guard
from strategic_areas.commitment_states import CommitmentState, Recency
from strategic_areas.disclosure import (
    PROTECTED,
    Protected,
    is_of_victims,
    public_figure,
)
from strategic_areas.models import (
    PUBLIC_STATUSES,
    UPDATE_MODELS,
    Activity,
    ActivityUpdate,
    AnswerKind,
    Commitment,
    CommitmentUpdate,
    Evidence,
    Plan,
    Provenance,
    ReportingPeriod,
    RevisionStatus,
    Source,
    WithdrawalCause,
)
from strategic_areas.models.evidence import TEXTS, translated_fields
from strategic_areas.models.records import voice_of
from strategic_areas.models.review import day_of
from strategic_areas.public_paths import public_path
from strategic_areas.queries.plan import counted_updates, round_assignments

#: Fields with a heading of their own on public pages.
HEADED_FIELDS = {
    field.name: field
    for model in UPDATE_MODELS
    for field in model.fields.where(public=True, filled_in=True)
    if field.heading != ""
}.values()
FIGURE_FIELDS = [
    field
    for field in HEADED_FIELDS
    if field.kind in {FieldKind.WHOLE, FieldKind.DECIMAL}
]
TEXT_FIELDS = [field for field in HEADED_FIELDS if field.bilingual]
FIGURES_OF, TEXTS_OF = (
    {
        model: [each.name for each in fields if each.name in model.fields]
        for model in UPDATE_MODELS
    }
    for fields in (FIGURE_FIELDS, TEXT_FIELDS)
)
#: Provenances of updates entered by agencies or the secretariat.
ENTERED_PROVENANCES = {
    Provenance.REPORTED,
    Provenance.TRANSCRIBED,
    Provenance.DEMONSTRATION,
}
#: An attribute for each field; ``text`` is the main text.
Content = make_dataclass(
    "Content",
    [
        *(
            (field.name, int | Decimal | Protected | None, None)
            for field in FIGURE_FIELDS
        ),
        *(
            (f"{name}_{language}", str, "")
            for name in ("text", *(field.name for field in TEXT_FIELDS))
            for language in ("es", "en")
        ),
    ],
    frozen=True,
    kw_only=True,
)
#: Columns of related records.
RELATED_COLUMNS = {
    "period": "code name_es name_en starts_on ends_on is_demonstration plan",
    "letter": "kind reference dated_on",
    "agency": "acronym acronym_en slug name_es name_en",
    "plan": "code status",
    "commitment": "code title_es title_en provenance plan",
    "activity": "code title_es title_en provenance plan commitment is_in_plan kind "
    "quantity unit_es unit_en counts_victims reaches_victims",
    "translation": " ".join(TEXTS),
    "printed_by": "title url",
    "dispute": "agency signed_as text_es text_en written_at outcome resolved_on "
    "resolution_es resolution_en activity_update published_figure",
}


@dataclass(frozen=True, kw_only=True)
class PublicEvidence:
    kind: str
    title_es: str
    title_en: str
    url: str
    token: str
    extension: str
    size: int | None
    archive_office: str
    archive_number: str


@dataclass(frozen=True, kw_only=True)
class PublishedUpdate(Content):
    """
    A report or declaration that is or was public; it names no person.

    A withdrawn update keeps its metadata and the public reason, but no content. Of a
    reserved update the public reads the state and the legal basis only.
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
    #: The last part of its URL; "" while unpublished.
    public_id: str = ""
    submitted_on: date | None = None
    is_reviewed_within_agency: bool = False
    #: The end of the period since which it is unchanged, if it is.
    unchanged_since: date | None = None
    withdrawn_on: date | None = None
    #: When one of its texts was last purged.
    purged_on: date | None = None
    #: The letter from which it was transcribed; the number only if it names nobody.
    letter_kind: str = ""
    letter_number: str = ""
    letter_dated_on: date | None = None
    is_confirmed: bool = False
    withdrawal_cause: str = ""
    #: Never translated.
    withdrawal_reason_es: str = ""
    withdrawal_reason_en: str = ""
    is_reserved: bool = False
    legal_basis: str = ""
    is_no_news: bool = False
    #: None for a declaration.
    state: progress.ActivityState | None = None
    #: "" for an old declaration of "not reached yet".
    result: str | None = None
    percent: int | Protected | None = None
    note_es: str = ""
    note_en: str = ""
    #: Texts whose English is the secretariat's translation.
    translated: frozenset = frozenset()
    sources: tuple[Source, ...] = ()
    #: The official source of numbers of people in its texts.
    printed_by: Source | None = None
    evidence: tuple[PublicEvidence, ...] = ()
    #: The agency's dispute of this very update.
    dispute: counted_updates.Dispute | None = None
    #: Whether its agency has an open dispute of the subject.
    is_about_disputed: bool = False

    @property
    def recency(self):
        return Recency(
            self.period.ends_on,
            self.reported_on or self.submitted_on or date.min,
            not self.is_from_sources,
            self.revision,
        )

    @property
    def is_demonstration(self):
        return (
            self.period.is_demonstration or self.provenance == Provenance.DEMONSTRATION
        )

    @property
    def is_withdrawn(self):
        return self.status == RevisionStatus.WITHDRAWN

    @property
    def is_from_sources(self):
        """Whether it was taken from public sources and not reported here."""
        return self.provenance not in ENTERED_PROVENANCES

    @property
    def declared(self):
        """
        The declared state; None of a report and of a declaration without a result.
        """
        return CommitmentState(self.result) if self.result else None

    @property
    def is_reconstructed(self):
        return self.is_from_sources and not self.commitment.is_stated_by_plan

    @property
    def voice(self):
        """The kind of source that states it; None for what an agency reported."""
        kinds = (source.kind for source in self.sources)
        return voice_of(kinds) if self.is_from_sources else None

    @property
    def texts(self):
        """Names and headings of its texts, except the main text."""
        filled = [each for each in TEXT_FIELDS if getattr(self, f"{each.name}_es")]
        return [(field.name, field.public_heading) for field in filled]

    @property
    def figures(self):
        """Name, heading and value of its disclosed figures, except the percent."""
        return [
            (field.name, field.public_heading, value)
            for field, value in [
                (each, getattr(self, each.name)) for each in FIGURE_FIELDS
            ]
            if value not in {None, PROTECTED}
        ]

    @property
    def is_of_victims(self):
        return self.kind == "activityupdate" and is_of_victims(self.subject)

    @property
    def is_disputed(self):
        is_open = self.dispute is not None and not self.dispute.resolved_on
        return is_open or self.is_about_disputed

    @property
    def states_percent(self):
        """Whether pages show its percent: never of reconstructed or completed work."""
        is_stated = self.percent not in {None, PROTECTED}
        is_known = is_stated and self.state != progress.ActivityState.COMPLETED
        return is_known and not self.is_reconstructed

    def get_absolute_url(self, language=None):
        arguments = self.commitment.plan.code, self.public_id
        return public_path("update", *arguments, language=language)

    @property
    def dated_on(self):
        return self.reported_on if self.is_from_sources else self.published_on

    @property
    def withdrawal_sentence(self):
        cause = self.withdrawal_cause
        return WithdrawalCause(cause).label if cause else ""

    @property
    def covered_until(self):
        """The last day that its sources cover; of a report, the day of publication."""
        if not self.is_from_sources:
            return self.published_on
        return min(self.reported_on or date.max, self.period.ends_on)

    @property
    def is_off_plan(self):
        return self.kind == "activityupdate" and not self.subject.is_in_plan


def public_reports():
    """
    Reports that are or were public, unordered, with all columns that a page shows.
    """
    return _public(
        ActivityUpdate, "activity__commitment__plan", "dispute__agency"
    ).annotate(
        former_name=round_assignments.former_name_column("agency"),
        is_about_disputed=counted_updates.unresolved_dispute_column(
            "activity", "activity"
        )
        | counted_updates.unresolved_dispute_column(
            "commitment", "activity__commitment"
        ),
    )


def public_declarations():
    """Declarations that are or were public, as ``public_reports``."""
    return _public(CommitmentUpdate, "commitment__plan").annotate(
        former_name=round_assignments.former_name_column("agency"),
        is_about_disputed=counted_updates.unresolved_dispute_column(
            "commitment", "commitment"
        ),
    )


def _public(model, *about):
    rows = (
        model.objects.filter(status__in=PUBLIC_STATUSES)
        .exclude(plan__status=Plan.Status.IN_PREPARATION)
        .order_by()
    )
    related = ("period", "letter", "agency", "translation", "printed_by", *about)
    return rows.select_related(*related).only(*_columns(model, related))


@cache
def _columns(model, related):
    texts = {*model.fields.names(bilingual=True)}
    names = {field.name for field in model._meta.concrete_fields}
    columns = names - texts - {"internal_note", "created_at", "changed_at"}
    for path in related:
        steps = path.split("__")
        for number, name in enumerate(steps, start=1):
            for field in RELATED_COLUMNS.get(name, "").split():
                columns.add("__".join([*steps[:number], field]))
    return columns


def build_published_updates(
    rows: Iterable[ActivityUpdate | CommitmentUpdate],
) -> list[PublishedUpdate]:
    """Updates with their sources and evidence; three queries."""
    rows = list(rows)
    _read_sources(rows)
    updates, declarations = _by_model(rows)
    about = Q(activity_update__in=updates) | Q(commitment_update__in=declarations)
    evidence_of = defaultdict(list)
    for item in Evidence.objects.filter(about, is_public=True).order_by("pk"):
        evidence_of[item.activity_update_id, item.commitment_update_id].append(item)
    keys = [
        (row.pk, None) if isinstance(row, ActivityUpdate) else (None, row.pk)
        for row in rows
    ]
    return [
        build_published_update(row, row.cited_sources, evidence_of[key])
        for row, key in zip(rows, keys, strict=True)
    ]


def build_brief_updates(
    rows: Iterable[ActivityUpdate | CommitmentUpdate],
) -> list[PublishedUpdate]:
    """Updates without evidence; with sources only if taken from them."""
    rows = list(rows)
    _read_sources([row for row in rows if row.origin == "record"])
    return [
        build_published_update(row, getattr(row, "cited_sources", ())) for row in rows
    ]


def _read_sources(rows):
    for each in _by_model(rows):
        prefetch_related_objects(each, Source.by_key(to_attr="cited_sources"))


def _by_model(rows):
    return [[row for row in rows if isinstance(row, model)] for model in UPDATE_MODELS]


def build_published_update(
    row: ActivityUpdate | CommitmentUpdate,
    sources: Iterable[Source] = (),
    evidence: Iterable[Evidence] = (),
    *,
    is_withheld: bool = False,
) -> PublishedUpdate:
    """
    Build the update of a row of ``public_reports`` or ``public_declarations``.

    With ``is_withheld`` it has metadata but no content.
    """
    is_update = isinstance(row, ActivityUpdate)
    metadata = {
        "kind": row._meta.model_name,
        "pk": row.pk,
        "subject": row.subject,
        "commitment": row.activity.commitment if is_update else row.commitment,
        "agency": round_assignments.with_former_name(
            row.agency, getattr(row, "former_name", None)
        ),
        "period": row.period,
        "revision": row.revision,
        "status": row.status,
        "provenance": row.provenance,
        "reported_on": row.reported_on,
        "published_on": _day(row.published_at),
        "public_id": row.public_id,
        "submitted_on": _day(row.submitted_at),
        "is_reviewed_within_agency": row.is_reviewed_within_agency,
        "purged_on": _day(row.purged_at),
    }
    if is_withheld:
        return PublishedUpdate(**metadata)
    if letter := row.letter:
        has_personal_data = text_guard.find_personal_data(letter.reference)
        metadata["letter_kind"], metadata["letter_dated_on"] = (
            letter.kind,
            letter.dated_on,
        )
        metadata["letter_number"] = "" if has_personal_data else letter.reference
        metadata["is_confirmed"] = row.confirmed_at is not None
    if row.status == RevisionStatus.WITHDRAWN:
        return PublishedUpdate(
            **metadata,
            withdrawn_on=_day(row.withdrawn_at),
            withdrawal_cause=row.withdrawal_cause,
            withdrawal_reason_es=row.withdrawal_reason,
        )
    if is_update:
        metadata["state"] = progress.ActivityState(row.execution)
    if is_update and row.is_reserved:
        return PublishedUpdate(
            **metadata, is_reserved=True, legal_basis=row.reserved_legal_basis
        )
    metadata["unchanged_since"] = row.unchanged_since
    if row.origin == "record":
        metadata["dispute"] = counted_updates.dispute_of(row)
        metadata["is_about_disputed"] = getattr(row, "is_about_disputed", False)
    return PublishedUpdate(
        **metadata,
        is_no_news=is_update and row.answer == AnswerKind.NO_NEWS,
        **(_figures(row) if is_update else {"result": row.result}),
        **_texts(row),
        sources=tuple(sources),
        printed_by=row.printed_by,
        evidence=tuple(_evidence_line(row, item) for item in evidence),
    )


def preview_published(row, evidence, *, today, is_reviewed_within_agency):
    """The update as it would be if it were published today with this evidence."""
    return replace(
        build_published_update(row, evidence=evidence),
        status=RevisionStatus.PUBLISHED,
        published_on=today,
        is_reviewed_within_agency=is_reviewed_within_agency,
    )


def _day(moment):
    return day_of(moment) if moment else None


def _figures(row):
    return {
        name: public_figure(name, getattr(row, name), row.activity)
        for name in ["percent", *FIGURES_OF[type(row)]]
    }


def _texts(row):
    translation, found, translated = getattr(row, "translation", None), {}, set()
    same_names = {name: name for name in TEXTS_OF[type(row)]}
    for name, field in (same_names | translated_fields(row)).items():
        spanish = getattr(row, f"{field}_es") or ""
        english = getattr(row, f"{field}_en") or ""
        if spanish and not english and (english := getattr(translation, name, "")):
            translated.add(name)
        found |= {f"{name}_es": spanish, f"{name}_en": english}
    return {**found, "translated": frozenset(translated)}


def _evidence_line(row, item):
    return PublicEvidence(
        kind=item.kind,
        title_es=item.title_es,
        title_en=item.title_en,
        url=item.url,
        token=item.token if row.status == RevisionStatus.PUBLISHED else "",
        extension=item.original_name.rpartition(".")[2].upper(),
        size=item.size,
        archive_office=item.archive_office,
        archive_number=item.archive_number,
    )


def cleared_file(token: str) -> Evidence | None:
    """The cleared evidence file of this token, if its revision is published."""
    rows = Evidence.objects.cleared().filter(kind=Evidence.Kind.FILE, file=token)
    return rows.order_by("pk").last()
