"""A portal in the middle of its work: something stands on every screen of staff."""

from functools import cached_property

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.utils import timezone

from agencies import audit
from strategic_areas import models, purging, workflow
from strategic_areas.figures.submission import VALUE_STEPS
from tests import make
from tests.staff_rows import make_row

#: What the guard warns of.
WARNED = "Se rescató a dos niñas en Azua."
NAME = "Juana Pérez Zapata"


class World:
    """People of every role, and one agency's round with a row in every state."""

    def __init__(self):
        self.agency = make.agency(acronym="PGR", slug="pgr")
        self.focal_point = make.focal_point(agency=self.agency, first_name="Ana")
        self.reviewer, self.colleague = make.reviewer(), make.reviewer()
        self.administrator = make.administrator()
        self.commitment = make.commitment(lead=self.agency)
        self.plan = self.commitment.plan
        self.prepared = make.commitment(plan=make.plan(status="in_preparation"))
        make.activity(commitment=self.prepared)
        self.empty = make.period(plan=self.prepared.plan)
        self.before = make.period(
            plan=self.plan, starts_on="2024-01-01", ends_on="2024-12-31"
        )
        # A name as long as those that commissions give.
        name = "Cuarto trimestre de 2026, con el cierre del año"
        self.period = make.round(plan=self.plan, code="2026-t4", name_es=name)
        self._fill_the_sheet()
        self._review_it()
        self._count()
        self._ask_for_approval()
        self._rows = {
            models.ActivityUpdate: self.draft,
            models.CommitmentUpdate: self.declared,
            models.PendingChange: self.change,
        }

    def _fill_the_sheet(self):
        mine = {"period": self.period, "by": self.focal_point}
        self.waiting = self._activity(kind="continuing", unit_es="talleres")
        self.draft = make.update(activity=self._activity(), **mine)
        make.file_evidence(self.draft)
        self.warned = make.submitted_update(
            activity=self._activity(), narrative_es=WARNED, **mine
        )
        self.submitted = make.submitted_update(activity=self._activity(), **mine)
        self.returned = make.submitted_update(activity=self._activity(), **mine)
        self.published = make.published_update(
            activity=self._activity(), reviewer=self.reviewer, **mine
        )
        make.correction(self.published)
        self.off_plan = make.off_plan_update(commitment=self.commitment, **mine)
        self.declared = make.declaration(commitment=self.commitment, **mine)
        make.evidence(self.declared)
        self.attributed = self._activity(provenance="press")

    def _activity(self, **fields):
        activity = make.activity(commitment=self.commitment, **fields)
        make.record_update(activity=activity, period=self.before, percent=30)
        return activity

    def _review_it(self):
        reason = "Falta la fecha del taller."
        workflow.return_to_agency(self.returned, by=self.reviewer, reason=reason)
        workflow.submit(self.declared, by=self.focal_point)
        other = make.activity(plan=self.plan)
        closed = {"opens_on": "2025-01-01", "due_on": "2025-02-01"}
        self.closed = make.round(plan=self.plan, closes_on="2025-03-01", **closed)
        letter = {"by": self.colleague}
        self.transcribed = make.transcribed_update(activity=other, **letter)
        self.sent = make.transcribed_update(activity=self._activity(), **letter)
        sent = make.seen_versions(self.sent)
        workflow.submit_letter(self.sent.letter, sent, by=self.colleague)
        self.receipt = self._receipt()
        self.proposal = make.proposal(
            commitment=self.commitment, agency=self.agency, by=self.focal_point
        )

    def _receipt(self):
        agency = self.agency
        update = make.update(
            activity=self._activity(), period=self.period, by=self.focal_point
        )
        return workflow.submit_all(
            self.period, agency, make.seen_versions(update), by=self.focal_point
        )

    def _count(self):
        """Values of an indicator: one returned, one published, one that waits."""
        self.indicator = make.indicator(
            plan=self.plan, agency=self.agency, national=True
        )
        make.breakdown_labels(self.plan, woman="Mujeres", not_stated="No consta")
        self.asked_for = make.indicator(
            plan=self.plan, agency=self.agency, national=True, frequency="yearly"
        )
        mine = {"indicator": self.indicator, "by": self.focal_point}
        mine |= {"parts": {"sex+age": {"woman": "30", "not_stated": "10"}}}
        self.mended = make.reported_value(**mine)
        VALUE_STEPS.decline(self.mended, by=self.reviewer, reason="Falta la fuente.")
        self.told = make.reported_value(**mine)
        VALUE_STEPS.approve(self.told, by=self.reviewer)
        self.counted = make.reported_value(
            **mine, why="Faltaban dos.", note=f"Sin cuatro provincias. {WARNED}"
        )
        # It is published together with reports.
        make.reported_value(
            indicator=make.indicator(plan=self.plan, agency=self.agency),
            by=self.focal_point,
        )

    def _ask_for_approval(self):
        self.line = make.help_line()
        self.change = make.change(
            make.help_line(), by=self.colleague, scope_es=f"Atiende siempre. {WARNED}"
        )
        make.change(
            models.Translation(activity_update=make.published_update()),
            text="Part was done.",
        )
        make.published_update(narrative_es=f"Se atendió a {NAME} ayer.")
        self.hidden = make.takedown(by=self.colleague)
        self.stand_in = make.stand_in(by=self.colleague)
        self.account_change = make.account_change()
        self.edition = make.edition_proposal(by=self.colleague)
        self.compared = make.secretariat_texts().period
        self.purge = purging.request_purge(NAME, by=self.colleague)
        audit.record_event(audit.Event.EXPORTED, rows=3, kind="workbook")

    def row(self, model):
        """A row of any table of the admin: hers where she is the one who writes."""
        if model not in self._rows:
            self._rows[model] = make_row(model)
        return self._rows[model]

    @cached_property
    def locked(self):
        """Somebody with an app, recovery codes and a key."""
        user = make.reviewer()
        self.secret = make.totp(user)
        RecoveryCodes.activate(user)
        WebAuthn.add(user, "Llave", make.credential())
        return user

    @property
    def key(self):
        return self.locked.authenticator_set.get(type=Authenticator.Type.WEBAUTHN)

    @cached_property
    def invited(self):
        """The code of somebody who has no account yet."""
        return make.invitation()[1]

    @cached_property
    def forgetful(self):
        """Somebody who asked for a new password; the words of her link."""
        user = make.reviewer(last_login=timezone.now())
        return user_pk_to_url_str(user), default_token_generator.make_token(user)
