"""A portal in the middle of its work: something stands on every screen of staff."""

from functools import cached_property

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils import timezone
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from agencies import audit
from strategic_areas import purging, workflow
from strategic_areas.figures.reporting import VALUES
from strategic_areas.models import (
    ActivityUpdate,
    CodeList,
    CodeListValue,
    CommitmentUpdate,
    PendingChange,
    Translation,
)
from strategic_areas.workflow.questions import seen_of
from tests.factories import (
    make_account_change,
    make_activity,
    make_administrator,
    make_agency,
    make_change,
    make_commitment,
    make_correction,
    make_declaration,
    make_edition_proposal,
    make_evidence,
    make_file_evidence,
    make_focal_point,
    make_help_line,
    make_indicator,
    make_off_plan_update,
    make_period,
    make_plan,
    make_proposal,
    make_published_update,
    make_record_update,
    make_report_words,
    make_reported_value,
    make_reviewer,
    make_round,
    make_stand_in,
    make_submitted_update,
    make_takedown,
    make_totp,
    make_transcribed_update,
    make_update,
)
from tests.staff_rows import make_row

#: What the guard warns of.
WARNED = "Se rescató a dos niñas en Azua."
NAME = "Juana Pérez Zapata"


def make_credential():
    """What a browser hands over when a key is set up."""
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    key = AttestedCredentialData.create(
        bytes(16), b"key", ES256.from_cryptography_key(public)
    )
    seen = AuthenticatorData.create(bytes(32), AuthenticatorData.FLAG.AT, 0, key)
    client = CollectedClientData.create("webauthn.create", b"x", "http://localhost")
    return {
        "id": websafe_encode(b"key"),
        "rawId": websafe_encode(b"key"),
        "type": "public-key",
        "response": {
            "clientDataJSON": client.b64,
            "attestationObject": websafe_encode(
                AttestationObject.create("none", seen, {})
            ),
        },
        "clientExtensionResults": {"credProps": {"rk": True}},
    }


class World:
    """People of every role, and one agency's round with a row in every state."""

    def __init__(self):
        self.agency = make_agency(acronym="PGR", slug="pgr")
        self.focal_point = make_focal_point(agency=self.agency, first_name="Ana")
        self.reviewer, self.colleague = make_reviewer(), make_reviewer()
        self.administrator = make_administrator()
        self.commitment = make_commitment(lead=self.agency)
        self.plan = self.commitment.plan
        self.prepared = make_commitment(plan=make_plan(status="in_preparation"))
        make_activity(commitment=self.prepared)
        self.empty = make_period(plan=self.prepared.plan)
        self.before = make_period(
            plan=self.plan, starts_on="2024-01-01", ends_on="2024-12-31"
        )
        # A name as long as those that commissions give.
        name = "Cuarto trimestre de 2026, con el cierre del año"
        self.period = make_round(plan=self.plan, code="2026-t4", name_es=name)
        self._fill_the_sheet()
        self._review_it()
        self._count()
        self._ask_for_approval()
        self._rows = {
            ActivityUpdate: self.draft,
            CommitmentUpdate: self.declared,
            PendingChange: self.change,
        }

    def _fill_the_sheet(self):
        mine = {"period": self.period, "by": self.focal_point}
        self.waiting = self._activity(kind="continuing", unit_es="talleres")
        self.draft = make_update(activity=self._activity(), **mine)
        make_file_evidence(self.draft)
        self.warned = make_submitted_update(
            activity=self._activity(), narrative_es=WARNED, **mine
        )
        self.submitted = make_submitted_update(activity=self._activity(), **mine)
        self.returned = make_submitted_update(activity=self._activity(), **mine)
        self.published = make_published_update(
            activity=self._activity(), reviewer=self.reviewer, **mine
        )
        make_correction(self.published)
        self.off_plan = make_off_plan_update(commitment=self.commitment, **mine)
        self.declared = make_declaration(commitment=self.commitment, **mine)
        make_evidence(self.declared)
        self.attributed = self._activity(provenance="press")

    def _activity(self, **fields):
        activity = make_activity(commitment=self.commitment, **fields)
        make_record_update(activity=activity, period=self.before, percent=30)
        return activity

    def _review_it(self):
        reason = "Falta la fecha del taller."
        workflow.give_back(self.returned, by=self.reviewer, reason=reason)
        workflow.submit(self.declared, by=self.focal_point)
        other = make_activity(plan=self.plan)
        closed = {"opens_on": "2025-01-01", "due_on": "2025-02-01"}
        self.closed = make_round(plan=self.plan, closes_on="2025-03-01", **closed)
        letter = {"by": self.colleague}
        self.transcribed = make_transcribed_update(activity=other, **letter)
        self.sent = make_transcribed_update(activity=self._activity(), **letter)
        sent = seen_of(self.sent)
        workflow.submit_letter(self.sent.letter, sent, by=self.colleague)
        self.receipt = self._receipt()
        self.proposal = make_proposal(
            commitment=self.commitment, agency=self.agency, by=self.focal_point
        )

    def _receipt(self):
        agency = self.agency
        update = make_update(
            activity=self._activity(), period=self.period, by=self.focal_point
        )
        return workflow.submit_all(
            self.period, agency, seen_of(update), by=self.focal_point
        )

    def _count(self):
        """Values of an indicator: one returned, one published, one that waits."""
        self.indicator = make_indicator(
            plan=self.plan, agency=self.agency, national=True
        )
        labels = CodeList.objects.create(
            plan=self.plan, code="b", kind="breakdowns", name_es="Etiquetas"
        )
        for code, label in (("woman", "Mujeres"), ("not_stated", "No consta")):
            CodeListValue.objects.create(
                code_list=labels, dimension="sex+age", code=code, label_es=label
            )
        self.asked_for = make_indicator(
            plan=self.plan, agency=self.agency, national=True, frequency="yearly"
        )
        mine = {"indicator": self.indicator, "by": self.focal_point}
        mine |= {"parts": {"sex+age": {"woman": "30", "not_stated": "10"}}}
        self.mended = make_reported_value(**mine)
        VALUES.decline(self.mended, by=self.reviewer, reason="Falta la fuente.")
        self.told = make_reported_value(**mine)
        VALUES.approve(self.told, by=self.reviewer)
        self.counted = make_reported_value(
            **mine, why="Faltaban dos.", note=f"Sin cuatro provincias. {WARNED}"
        )
        # It is published together with reports.
        make_reported_value(
            indicator=make_indicator(plan=self.plan, agency=self.agency),
            by=self.focal_point,
        )

    def _ask_for_approval(self):
        self.line = make_help_line()
        self.change = make_change(
            make_help_line(), by=self.colleague, scope_es=f"Atiende siempre. {WARNED}"
        )
        make_change(
            Translation(activity_update=make_published_update()), text="Part was done."
        )
        make_published_update(narrative_es=f"Se atendió a {NAME} ayer.")
        self.hidden = make_takedown(by=self.colleague)
        self.stand_in = make_stand_in(by=self.colleague)
        self.account_change = make_account_change()
        self.edition = make_edition_proposal(by=self.colleague)
        self.compared = make_report_words().period
        self.purge = purging.request(NAME, by=self.colleague)
        audit.record(audit.Event.EXPORTED, rows=3, kind="workbook")

    def row(self, model):
        """A row of any table of the admin: hers where she is the one who writes."""
        if model not in self._rows:
            self._rows[model] = make_row(model)
        return self._rows[model]

    @cached_property
    def locked(self):
        """Somebody with an app, recovery codes and a key."""
        user = make_reviewer()
        self.secret = make_totp(user)
        RecoveryCodes.activate(user)
        self.key = Authenticator.objects.create(
            user=user,
            type=Authenticator.Type.WEBAUTHN,
            data={"name": "Llave", "credential": make_credential()},
        )
        return user

    @cached_property
    def forgetful(self):
        """Somebody who asked for a new password; the words of her link."""
        user = make_reviewer(last_login=timezone.now())
        return user_pk_to_url_str(user), default_token_generator.make_token(user)
