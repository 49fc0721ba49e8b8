"""
A portal on which every public state stands, and the addresses that it has.

Three plans beside the shipped one: ``Official`` with every state of a commitment, an
account and an agency, one that nobody reports on, and one without a record. What the
public must never read is planted among them and holds ``HIDDEN``.
"""

from datetime import date, timedelta

import time_machine
from django.utils import timezone

from agencies.models import Agency
from plan_portal import urls
from plan_portal.sitemap import public_page_paths
from strategic_areas import models, workflow
from strategic_areas.desk.rounds import notices
from strategic_areas.models.takedowns import PUBLIC_AFTER
from strategic_areas.public_paths import public_path
from strategic_areas.queries import site
from strategic_areas.queries.pages import changes
from tests import make
from tests.strategic_areas.plans.kept import load_shipped

LANGUAGES = ("es", "en")
#: The most queries that a public page may take, however much stands on it.
MOST_QUERIES = 20
#: Stands in what nobody outside may read: drafts, notes, names, mail addresses.
HIDDEN = "zanahoria"
#: Of which there is something to tell that most agencies do not have: that it never
#: reported, how it answered rounds and what it says of itself, another name, an end.
TELLING_AGENCIES = (
    *(("plan-callado", "muda"), ("plan-oficial", "rectora")),
    *(("plan-oficial", "heredera"), ("plan-oficial", "disuelta")),
)
PERSON = {"first_name": f"{HIDDEN} nombre", "last_name": f"{HIDDEN} apellido"}
LONG = (
    "Se capacitó a 120 inspectores e inspectoras en la detección de la trata con fines "
    "de explotación laboral y se repartieron guías en las seis oficinas regionales."
)


def build():
    """The shipped plan and one of everything; the official plan's world."""
    load_shipped()
    make_disputed()
    official = Official()
    silent()
    close_rounds(official)
    make.plan(code="plan-vacio", starts_on=date(1990, 1, 1), ends_on=ENDED)
    hidden = make.plan(code=f"{HIDDEN}-plan", title_es=HIDDEN, status="in_preparation")
    make.commitment(plan=hidden, lead=official.lead, title_es=HIDDEN)
    return official


ENDED = date(1991, 12, 31)


def make_disputed():
    """Of the reconstruction: a line not acknowledged, and an account as was decided."""
    shipped = models.Commitment.objects.filter(
        provenance="reconstructed"
    ).not_superseded()
    line = shipped.filter(frameworks__isnull=False).first()
    make.approved_dispute(line, text_en="Another institution did that.")
    account = models.ActivityUpdate.objects.exclude(activity__commitment=line).first()
    dispute = make.approved_dispute(account)
    change = make.change(
        dispute,
        outcome="kept",
        resolved_on=date(2026, 3, 9),
        resolution_es="La fuente es inequívoca.",
        resolution_en="The source leaves no doubt.",
    )
    workflow.approve(change, by=make.reviewer())
    figures = models.PublishedFigure.objects.filter(indicator__agency__isnull=False)
    make.approved_dispute(figures.first())


def silent():
    """A plan whose agencies were asked and are silent."""
    plan = make.plan(code="plan-callado", ends_on=date(2026, 1, 31))
    agency = make.agency(acronym="MUDA", slug="muda")
    make.participation(plan=plan, agency=agency)
    make.activity(commitment=make.commitment(plan=plan, lead=agency))
    make.round(plan=plan)
    make_superseded(agency)


def make_superseded(agency):
    """An official commitment that took the place of what was put together before."""
    plan = make.plan(code="plan-matriz", ends_on=date(2026, 1, 31))
    old = make.commitment(plan=plan, lead=agency, provenance="reconstructed")
    activity = make.activity(commitment=old, agency=agency)
    make.record_update(
        activity=activity, provenance="documented", narrative_en="A source tells it."
    )
    make.commitment(plan=plan, lead=agency).supersedes.add(old)


def close_rounds(official):
    """One whose scorecards are public, and one whose agencies still read theirs."""
    now, today = timezone.now(), timezone.localdate()
    rounds = models.ReportingPeriod.objects
    rounds.filter(pk=official.before.pk).update(closes_on=today - timedelta(days=10))
    notices.prepare_and_release_scorecards(now - timedelta(days=9))
    rounds.filter(plan__code="plan-callado").update(
        due_on=today - timedelta(days=3), closes_on=today - timedelta(days=1)
    )
    notices.prepare_and_release_scorecards(now)


class Official:
    """The plan in force: reported on, reviewed, amended; and what is not public."""

    def __init__(self):
        today = timezone.localdate()
        self.today = today
        self.plan = make.plan(
            code="plan-oficial",
            starts_on=today - timedelta(days=200),
            ends_on=today + timedelta(days=900),
        )
        self.source = make.source(plan=self.plan)
        self.make_agencies()
        self.area = make.area(
            plan=self.plan,
            outcome_es="Que nadie sea explotado.",
            outcome_en="That nobody is exploited.",
        )
        make.programme(area=make.area(plan=self.plan))
        self.programme = make.programme(area=self.area)
        self.before, self.now = make.open_rounds(self.plan)
        self.rehearsal = make.round(
            plan=self.plan, is_demonstration=True, name_es="Ensayo", name_en="Rehearsal"
        )
        self.author = make.focal_point(
            agency=self.lead,
            email=f"{HIDDEN}-escribe@example.org",
            username=f"{HIDDEN}-escribe",
            **PERSON,
        )
        self.reviewer = make.reviewer(
            email=f"{HIDDEN}@example.org", username=f"{HIDDEN}-revisa", **PERSON
        )
        self.make_states()
        self.make_accounts()
        self.make_beside()
        self.plant_hidden()

    def make_agencies(self):
        self.lead = make.agency(acronym="RECTORA", slug="rectora")
        self.partner = make.agency(
            acronym="ALIADA", slug="aliada", name_en="", website="https://example.org/"
        )
        self.heir = make.agency(acronym="HEREDERA", slug="heredera")
        self.gone = make.agency(acronym="DISUELTA", slug="disuelta")
        Agency.objects.filter(pk=self.gone.pk).update(
            dissolved_on=self.today - timedelta(days=30),
            dissolved_by="Decreto 1-26",
            succeeded_by=self.heir,
        )
        self.heir.rename(acronym="HEREDA")
        roles = {
            self.lead: {
                "role": "chair",
                "hosts_secretariat": True,
                "mandate_es": "Preside la comisión.",
                "mandate_en": "Chairs the commission.",
                "member_since": date(2007, 1, 1),
            },
            self.heir: {},
            self.gone: {},
            self.partner: {"role": "partner"},
        }
        for agency, fields in roles.items():
            make.participation(plan=self.plan, agency=agency, **fields)

    def commitment(self, **fields):
        fields.setdefault("lead", self.lead)
        return make.commitment(programme=self.programme, **fields)

    def publish(self, commitment, **fields):
        """A published account of a new activity of the commitment."""
        activity = make.activity(commitment=commitment, **fields.pop("activity", {}))
        fields.setdefault("period", self.now)
        fields.setdefault("narrative_en", "Part of the work was done.")
        people = {"by": self.author, "reviewer": self.reviewer}
        return make.published_update(activity=activity, **people, **fields)

    def make_states(self):
        """A commitment in each state and each punctuality."""
        held = {
            "obstacle_es": "Falta presupuesto.",
            "obstacle_en": "The budget falls short.",
            "next_step_es": "Pedirlo.",
            "next_step_en": "To ask for it.",
        }
        due = {"due_provenance": "plan", "starts_on": self.plan.starts_on}
        days = {"on_time": 700, "at_risk": 10, "late": -10}
        for number in days.values():
            stated = {**due, "due_on": self.today + timedelta(days=number)}
            extra = held if number < 0 else {}
            self.publish(
                self.commitment(**stated), activity=stated, percent=70, **extra
            )
        for execution in ("not_started", "suspended", "cancelled"):
            percent = 0 if execution == "not_started" else 30
            self.publish(
                self.commitment(), execution=execution, percent=percent, **held
            )
        self.publish(
            self.commitment(), activity={"reaches_victims": True}, people_reached=4
        )
        stated = {**due, "due_on": self.today + timedelta(days=700)}
        make.activity(commitment=self.commitment(**stated), **stated)
        done = self.commitment(
            expected_result_es="Un protocolo en uso.",
            expected_result_en="A protocol in use.",
            baseline_es="Ninguno.",
            baseline_en="None.",
            means_of_verification_es="El protocolo.",
            means_of_verification_en="The protocol.",
        )
        after = {**due, "due_on": self.today - timedelta(days=100)}
        for reached, stated in ((done, {}), (self.commitment(**after), after)):
            self.publish(reached, activity=stated, execution="completed", percent=100)
            make.published_declaration(
                commitment=reached,
                period=self.now,
                by=self.author,
                statement_en="Reached.",
            )
        replaced = self.commitment()
        self.publish(replaced)
        self.replaced = replaced
        self.successor = self.commitment()
        self.successor.supersedes.add(replaced)

    def make_accounts(self):
        """One commitment with an account of every kind, told beside each other."""
        rich = self.rich = self.commitment(
            title_es="Línea con todo lo que puede tener una línea, y título largo",
            title_en="One with all that one can have, and a long title",
        )
        rich.supporting.add(self.partner, self.heir)
        rich.sources.add(self.source)
        self.publish(rich, period=self.before, narrative_es=LONG, narrative_en="")
        self.publish(rich, answer="no_news", no_news_reason_es="Espera un decreto.")
        self.publish(
            rich,
            activity={
                "kind": "continuing",
                "quantity": 5000,
                "unit_es": "guías",
                "unit_en": "guides",
                "expected_product_es": "Una guía impresa.",
                "expected_product_en": "A printed guide.",
                "budget": "amount",
                "budget_amount": 1_500_000,
                "budget_currency": "DOP",
                "budget_source": self.source,
            },
            percent=None,
            quantity=1200,
            people_reached=340,
        )
        self.reserved = self.publish(
            rich,
            is_reserved=True,
            reserved_reason=HIDDEN,
            reserved_legal_basis="Ley 200-04, art. 17",
            narrative_es=HIDDEN,
            internal_note=HIDDEN,
        )
        make.publish(make.correction(self.publish(rich), narrative_es="Ahora."))
        withdrawn = self.publish(rich, narrative_es=HIDDEN)
        workflow.withdraw(withdrawn, by=self.reviewer, cause="error")
        self.publish(rich, period=self.rehearsal, narrative_es="Texto de ensayo.")
        self.make_unchanged()
        self.make_evidence()
        self.make_letters()
        self.make_translated()
        self.make_off_plan()
        self.make_purged()

    def make_unchanged(self):
        before = self.publish(self.commitment(), period=self.before)
        make.published_update(
            activity=before.activity,
            period=self.now,
            by=self.author,
            narrative_en=before.narrative_en,
        )

    def make_evidence(self):
        activity = make.activity(commitment=self.rich)
        update = make.update(
            activity=activity, period=self.now, by=self.author, narrative_en="Seen."
        )
        shown = [
            make.file_evidence(update, title_en="Minutes"),
            make.evidence(update, title_en="Minutes"),
            make.evidence(
                update, archive_office="Archivo", archive_number="4", title_en="Minutes"
            ),
        ]
        make.evidence(update, title_es=HIDDEN)
        make.publish(update, evidence=shown)

    def make_letters(self):
        for is_confirmed in (True, False):
            activity = make.activity(commitment=self.rich)
            letter = make.letter(agency=self.lead, period=self.now, by=self.reviewer)
            update = make.transcribed_update(
                activity=activity, letter=letter, by=self.reviewer
            )
            seen = make.seen_versions(update)
            workflow.submit_letter(letter, seen, by=self.reviewer)
            update.refresh_from_db()
            if is_confirmed:
                workflow.confirm_letter(
                    letter, make.seen_versions(update), by=self.author
                )
            else:
                workflow.publish(update, by=make.reviewer())

    def make_translated(self):
        update = self.publish(self.rich, narrative_es="Se tradujo.", narrative_en="")
        kept = models.Translation(activity_update=update, text="It was translated.")
        change = make.change(kept, text="It was translated.")
        workflow.approve(change, by=make.reviewer())

    def make_off_plan(self):
        update = make.off_plan_update(
            commitment=self.rich, period=self.now, by=self.author, narrative_en="Extra."
        )
        make.publish(update)

    def make_purged(self):
        self.publish(self.rich, narrative_es=f"Se atendió a {HIDDEN} Pérez.")
        make.purged(f"{HIDDEN} Pérez")

    def make_figures(self, discrepancy):
        """An indicator with all that one can have, and one with nothing told."""
        indicator = make.indicator(
            plan=self.plan, code="A-OFICIAL", area=self.area, agency=self.lead
        )
        bare = make.indicator(plan=self.plan, code="A-NADA", agency=self.lead)
        discrepancy.indicators.add(indicator, bare)
        old = make.published_figure(indicator=indicator, is_latest=False, value=110)
        make.published_figure(
            indicator=indicator,
            cells={"sexual": 70, "labour": 50},
            withheld=["age"],
            revises=old,
            reason_es="Se contó dos veces.",
            reason_en="It was counted twice.",
        )
        make.published_figure(indicator=indicator, year=2020, is_protected=True)
        make.published_figure(indicator=indicator, year=2021, is_hidden=True, value=77)
        make.published_figure(indicator=indicator, year=2022, breaks=True)
        days = {"starts_on": self.plan.starts_on, "ends_on": self.plan.ends_on}
        make.indicator_target(indicator, value=200, **days)

    def make_beside(self):
        """What the record holds beside accounts, each with its source."""
        target = make.target()
        self.rich.frameworks.add(target)
        discrepancy = make.discrepancy(plan=self.plan, code="D-OFICIAL")
        self.make_figures(discrepancy)
        later = make.later_activity(plan=self.plan, agency=self.lead)
        for record in (target, discrepancy, later, make.law(), self.area):
            record.sources.add(self.source)
        make.plan_file(self.plan)
        make.activity(
            commitment=self.rich, stopped="cancelled", stopped_on=date(2026, 3, 1)
        )
        make.amendment(commitment=self.rich)
        make.amendment(activity=self.rich.activities.filter(is_in_plan=True).first())
        decided = {"outcome": "corrected", "decided_on": date(2026, 3, 9)}
        make.correction_request(**decided, decision_es="Se corrigió.")
        for _ in range(changes.PER_PAGE):
            make.correction_request()
        make.help_line(
            label_en="A line",
            scope_es="Atiende.",
            scope_en="Answers.",
            hours_es="24 h",
            serves_women=True,
            creole="Rele nou.",
            creole_is_read=True,
        )
        comment = make.agency_comment(self.lead, self.now, self.author)
        change = workflow.propose(comment, by=self.author)
        workflow.approve(change, by=self.reviewer)
        with time_machine.travel(timezone.now() - 2 * PUBLIC_AFTER):
            make.takedown()

    def plant_hidden(self):
        """Work that is not public yet, or never will be."""
        texts = {"narrative_es": HIDDEN, "obstacle_es": HIDDEN, "next_step_es": HIDDEN}
        for step in ("draft", "submitted", "returned"):
            activity = make.activity(commitment=self.rich)
            update = make.update(
                activity=activity,
                period=self.now,
                by=self.author,
                internal_note=HIDDEN,
                **texts,
            )
            if step != "draft":
                workflow.submit(update, by=self.author)
            if step == "returned":
                workflow.return_to_agency(update, by=self.reviewer, reason=HIDDEN)
        make.declaration(
            commitment=self.commitment(), by=self.author, statement_es=HIDDEN
        )
        make.off_plan_update(
            commitment=self.rich, period=self.now, by=self.author, title_es=HIDDEN
        )
        make.amendment(commitment=self.rich, is_approved=False, reason_es=HIDDEN)
        make.proposal(commitment=self.rich, by=self.author, title=HIDDEN)
        make.help_line(label_es=HIDDEN, confirm_before_publishing=True)


def instances():
    """Name, Spanish and English address of every public page of every record."""
    places = site.arguments_of_public_pages()
    for *page, _changed in public_page_paths(urls.PUBLIC_PAGES):
        yield page
    for name, *_rest in urls.PUBLIC_COMPANIONS:
        if name in {"plan_updates", "plan_time"}:
            continue  # only beside a list or an axis that holds something
        kind = name.rsplit("_", 1)[0]
        found = places.get("of_plan" if kind == "plan" else kind, ())
        for spanish, english, _changed in found:
            yield (
                name,
                public_path(name, *spanish, language="es"),
                public_path(name, *english, language="en"),
            )


def data_files():
    """Addresses of files with every row of each public plan, and of its editions."""
    for plan in models.Plan.objects.public():
        for number in ["", *plan.editions.values_list("number", flat=True)]:
            for name in ("paquete.zip", "libro.xlsx"):
                words = ["datos", plan.code, number, name]
                yield "/" + "/".join(filter(None, words))
