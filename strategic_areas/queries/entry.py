"""What a page reads of one published account: institutions, and no person."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from agencies.models import Agency
from strategic_areas import progress
from strategic_areas.addresses import address
from strategic_areas.models import (
    Activity,
    Commitment,
    Provenance,
    ReportingPeriod,
    Status,
)
from strategic_areas.newest import Age
from strategic_areas.queries import disputes, letters

#: What is told also of an account whose content is not.
FRAME = (
    *("kind", "pk", "subject", "commitment", "agency", "period", "revision"),
    *("status", "provenance", "reported_on", "published_on", "public_id"),
    *("submitted_on", "purged_on"),
)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """
    An update of an activity or a declaration on a commitment.

    A withdrawn one keeps its place and its public reason, and nothing of its content.
    ``purged_on`` is the day on which a text of it was last withdrawn to protect people.
    Of a reserved one the public reads its state and the legal basis: no text, figure,
    source or evidence. Texts come in both languages; a declaration's ``state`` is None.
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
    withdrawn_on: date | None = None
    purged_on: date | None = None
    letter: letters.TranscribedFrom | None = None
    withdrawal_reason_es: str = ""
    withdrawal_reason_en: str = ""
    is_reserved: bool = False
    legal_basis: str = ""
    is_no_news: bool = False
    state: progress.State | None = None
    result_reached: bool | None = None
    percent: int | None = None
    quantity: Decimal | None = None
    people_reached: int | None = None
    text_es: str = ""
    text_en: str = ""
    obstacle_es: str = ""
    obstacle_en: str = ""
    next_step_es: str = ""
    next_step_en: str = ""
    note_es: str = ""
    note_en: str = ""
    #: The texts whose English is not the agency's but the secretariat's translation.
    translated: frozenset = frozenset()
    sources: tuple = ()
    evidence: tuple = ()
    #: That its agency does not acknowledge this very account.
    dispute: disputes.Dispute | None = None
    #: Likewise of its activity or commitment, while nothing is decided on it.
    is_about_disputed: bool = False

    @property
    def age(self):
        """How new it is among all accounts."""
        return Age(
            self.period.ends_on,
            self.reported_on or self.submitted_on or date.min,
            not self.is_recorded,
            self.revision,
        )

    @property
    def is_disputed(self):
        """Whether the agency says of it, or of what it is about, that it is not its."""
        is_open = self.dispute is not None and not self.dispute.resolved_on
        return is_open or self.is_about_disputed

    @property
    def is_demonstration(self):
        return (
            self.period.is_demonstration or self.provenance == Provenance.DEMONSTRATION
        )

    @property
    def states_percent(self):
        """
        Whether its percent is shown.

        Never one that a source states of reconstructed work: it would pass for a
        measure of the plan. What an agency reports of its own work it does state.
        """
        is_known = self.percent is not None and self.state != progress.State.COMPLETED
        return is_known and not self.is_reconstructed

    @property
    def is_reconstructed(self):
        """What a source says of work that the plan itself does not state."""
        return self.is_recorded and not self.commitment.is_official

    def get_absolute_url(self, language=None):
        """Its own page, for good, whatever becomes of it."""
        words = self.commitment.plan.code, self.public_id
        return address("update", *words, language=language)

    def without_content(self):
        """The same account as its frame alone: when it was said, by whom, of what."""
        return Entry(**{name: getattr(self, name) for name in FRAME})

    @property
    def is_withdrawn(self):
        return self.status == Status.WITHDRAWN

    @property
    def is_off_plan(self):
        """Work that the plan does not hold; it enters no count."""
        return self.kind == "activityupdate" and not self.subject.is_in_plan

    @property
    def is_recorded(self):
        """Filed from public sources: nobody reported it here."""
        return self.provenance not in {"reported", "transcribed", "demonstration"}
