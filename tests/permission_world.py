"""
One object in every state that matters, of agency A and of agency B, and the roles.

An object is the words of an address by name, such as ``pk`` or ``agency``. Those of B
are the same as those of A, so that B is told of its own what A is told of its own.
"""

from datetime import date, timedelta

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.contrib.admin.sites import site
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from django.utils import timezone

from agencies import invitations
from agencies.access import Role
from agencies.accounts import sessions
from agencies.models import FocalPoint, User
from strategic_areas import evidence, purging, workflow
from strategic_areas.datasets import editions
from strategic_areas.desk.plan_tree.forms import PlanNodeForm
from strategic_areas.desk.plan_tree.levels import node_key
from strategic_areas.desk.plan_tree.nodes import PlanTree
from strategic_areas.models import AgencyComment, RoundReopening
from strategic_areas.workflow.questions import revision_token
from tests import make
from tests.staff_rows import make_row
from tests.uploads import make_pdf

WHY = "Falta la cifra del trimestre."
#: The states of a report, each with an object of its own.
STATES = ["draft", "submitted", "returned", "published", "withdrawn"]


class World:
    """
    ``clients`` by role; ``objects`` by agency and name; ``rows`` by model.

    Nothing in it changes: whatever a request does is rolled back after it.
    """

    def __init__(self, names="AB"):
        """``names`` are the agencies of which there are objects."""
        self.plan = make.plan()
        self.agencies = {name: make.agency() for name in "AB"}
        self.reviewer = make.reviewer()
        self.administrator = make.administrator()
        self.colleague = make.reviewer()
        self.keeper = make.administrator()
        self.open = make.round(plan=self.plan)
        self.late = self._late_round()
        self.people = {
            name: make.focal_point(agency=agency)
            for name, agency in self.agencies.items()
        }
        self.former = make.focal_point(
            agency=self.agencies["A"], mandate={"kind": "alternate"}
        )
        self.successor = make.focal_point()
        self.common = self._of_nobody()
        self.objects = {name: self.common | self._of_agency(name) for name in names}
        yesterday = timezone.localdate() - timedelta(days=1)
        FocalPoint.objects.filter(user=self.former).update(ends_on=yesterday)
        self.rows = {model: make_row(model, self.plan).pk for model in site._registry}
        self.clients = self._clients()

    def _late_round(self):
        today = timezone.localdate()
        return make.round(
            plan=self.plan,
            starts_on=today - timedelta(days=130),
            ends_on=today - timedelta(days=41),
            opens_on=today - timedelta(days=40),
            due_on=today - timedelta(days=1),
        )

    def _of_agency(self, name):
        agency, author = self.agencies[name], self.people[name]
        # Whoever wrote A's reports has no mandate any more: an author is not enough.
        writer = self.former if name == "A" else author
        words = {"period": self.open.pk, "agency": agency.slug, "slug": agency.slug}
        mandate = FocalPoint.objects.current().get(user=author)
        led = make.commitment(plan=self.plan, lead=agency)
        told = make.off_plan_update(commitment=led, period=self.open, by=writer)
        receipt = self._receipt(agency, author)
        value = make.reported_value(indicator=self._indicator(agency), by=author)
        attributed = make.activity(plan=self.plan, agency=agency, provenance="press")
        others = {
            "sheet": {**words, "commitment": led.pk},
            "off-plan": {**words, "activity": told.activity_id, "commitment": led.pk},
            "receipt": {"pk": receipt.pk},
            "mandate": {"pk": mandate.pk, "successor": self.successor.pk},
            "proposal": {"pk": make.proposal(commitment=led, by=author).pk},
            "measured": {**words, "indicator": self._indicator(agency).pk},
            "reported": {"pk": value.pk},
            "review-value": {"kind": "cifra", "pk": value.pk, "version": 1},
            "comment": {"pk": self._comment(agency, author).pk},
            "attributed": {"kind": "actividad", "pk": attributed.pk},
            "amendment": {"plan": self.plan.code, "kind": "extender"},
            "act": {"pk": self._act().pk},
            "tree": self._tree(),
            "letter": self._letter(agency),
            "letter-handed": self._letter(agency, handed=True),
            "key": {"pk": self._key(author).pk},
            "own": self._own_rows(agency, told.activity, mandate),
        }
        reports = {}
        for state in STATES:
            reports[state] = words | self._report(state, agency, writer, author)
            declared = self._declaration(state, agency, writer, author)
            reports[f"declared-{state}"] = words | declared
        return others | reports

    def _own_rows(self, agency, told, mandate):
        """Model → a row of the agency's, for the tables that are scoped."""
        reopening = RoundReopening.objects.create(
            period=self.open,
            agency=agency,
            until=self.open.closes_on + timedelta(days=9),
            reason=WHY,
            by=self.colleague,
        )
        rows = [agency, told.commitment, told, mandate, reopening]
        return {type(row): row.pk for row in rows}

    def _report(self, state, agency, writer, author):
        activity = make.activity(plan=self.plan, agency=agency)
        update = make.update(activity=activity, period=self.open, by=writer)
        words = self._bring_to(state, update, author)
        return words | {
            "kind": "avance",
            "plan": self.plan.code,
            "public_id": update.public_id or "ninguno",
            "activity": activity.pk,
            "commitment": activity.commitment_id,
        }

    def _declaration(self, state, agency, writer, author):
        commitment = make.commitment(plan=self.plan, lead=agency)
        update = make.declaration(commitment=commitment, period=self.open, by=writer)
        words = {"kind": "declaracion", "commitment": commitment.pk}
        return words | self._bring_to(state, update, author)

    def _bring_to(self, state, record, author):
        """The words of a record with evidence that is brought to a state."""
        item = make.file_evidence(record)
        if state != "draft":
            workflow.submit(record, by=author)
        if state == "returned":
            workflow.return_to_agency(record, by=self.colleague, reason=WHY)
        if state in {"published", "withdrawn"}:
            cleared = record.evidences.all()
            workflow.publish(record, by=self.colleague, evidence=cleared)
        if state == "withdrawn":
            workflow.withdraw(record, by=self.colleague, cause="error")
        record.refresh_from_db()
        return {
            "pk": record.pk,
            "object_id": record.pk,
            "history": record.history.first().pk,
            "item": item.pk,
            "token": item.file.name,
            "version": record.version,
        }

    def _receipt(self, agency, author):
        activity = make.activity(plan=self.plan, agency=agency)
        update = make.update(activity=activity, period=self.open, by=author)
        seen = make.seen_versions(update)
        return workflow.submit_all(self.open, agency, seen, by=author)

    def _indicator(self, agency):
        return make.indicator(plan=self.plan, agency=agency, frequency="each_round")

    def _comment(self, agency, author):
        comment = AgencyComment(agency=agency, period=self.late, text_es="Se avanzó.")
        comment.signed_as = "titular"
        return workflow.propose(comment, by=author)

    def _act(self):
        """The amendment of an act that came with its file."""
        act = make.act(self.plan, kind="redate", proposed_by=self.colleague)
        upload = SimpleUploadedFile("Acta.pdf", make_pdf())
        evidence.write_file(act, evidence.clean_evidence(upload))
        act.save()
        return act

    def _tree(self):
        """A commitment of a plan in preparation."""
        plan = make.plan(status="in_preparation")
        commitment = make.commitment(plan=plan)
        tree = PlanTree(plan)
        node = tree.by_key[node_key(commitment)]
        form = PlanNodeForm(tree=tree, node=node, level=node.level)
        return {
            "plan": plan.code,
            "kind": "compromiso",
            "pk": commitment.pk,
            "above": commitment.programme_id,
            "programme": commitment.programme_id,
            "lead": commitment.lead_id,
            "seen_digests": form.initial["seen_digests"],
        }

    def _letter(self, agency, handed=False):
        activity = make.activity(plan=self.plan, agency=agency)
        letter = make.letter(agency=agency, period=self.open, by=self.colleague)
        update = make.transcribed_update(
            activity=activity, letter=letter, by=self.colleague
        )
        seen = make.seen_versions(update)
        if handed:
            workflow.submit_letter(letter, seen, by=self.colleague)
            update.refresh_from_db()
        return {
            "pk": letter.pk,
            "activity": activity.pk,
            "commitment": activity.commitment.pk,
            "seen": revision_token(update),
            "version": update.version,
        }

    def _key(self, user):
        """A passkey beside an app with codes, so that either of them may go."""
        make.totp(user)
        return WebAuthn.add(user, "Llave", make.credential()).instance

    def _of_nobody(self):
        """What belongs to the secretariat or to administrators, and to no agency."""
        decided = make.change(by=self.colleague)
        workflow.approve(decided, by=make.reviewer())
        accepted, secret = make.invitation(email="ana@example.org")
        invitations.accept_invitation(
            secret, User(first_name="Ana", last_name="Paz"), "x" * 20
        )
        written = make.invitation(email="luz@example.org")[0]
        written.letter_name = "Oficio.pdf"
        written.letter.save("carta", ContentFile(make_pdf()))
        return {
            "": {},
            "practised": {"number": 1, "role": "punto-focal"},
            **self._public(),
            "change": {"pk": make.change(by=self.colleague).pk},
            "change-mine": {"pk": make.change(by=self.reviewer).pk},
            "change-decided": {"pk": decided.pk},
            "help-line": {"kind": "helpline", "pk": make.help_line().pk},
            "hidden": {"pk": make.takedown(by=self.colleague).pk},
            "hidden-mine": {"pk": make.takedown(by=self.reviewer).pk},
            "edition-of": {"plan": make.plan().code},
            "edition-proposal": {"pk": make.edition_proposal(by=self.colleague).pk},
            "edition-mine": {"pk": make.edition_proposal(by=self.reviewer).pk},
            "new-stand-in": {"user": self.people["B"].pk},
            "stand-in": {"pk": make.stand_in(by=self.colleague).pk},
            "stand-in-mine": {"pk": make.stand_in(by=self.reviewer).pk},
            "account-change": {"pk": make.account_change(by=self.keeper).pk},
            "account-change-mine": {
                "pk": make.account_change(by=self.administrator).pk
            },
            "purge": {"pk": purging.request_purge("Fulana", by=self.colleague).pk},
            "purge-mine": {"pk": purging.request_purge("Mengana", by=self.reviewer).pk},
            "new-letter": {"agency": self.agencies["A"].pk, "period": self.open.pk},
            "round-open": {"pk": self.open.pk},
            "round-late": {"pk": self.late.pk},
            "round-empty": {
                "pk": make.round(plan=make.plan(status="in_preparation")).pk
            },
            "round-told": {"pk": make.told_rounds()[1].pk},
            "round-asked": {"pk": self.late.pk, "agency": self.agencies["A"].slug},
            "invitation": {"pk": written.pk},
            "invitation-accepted": {"pk": accepted.pk},
            "reset": {"pk": make.factor_reset(by=self.keeper).pk},
            "reset-mine": {"pk": make.factor_reset(by=self.administrator).pk},
            "nothing": {
                "pk": 0,
                "plan": self.plan.code,
                "public_id": "ninguno",
                "token": "ninguno",
                "uidb36": "1",
                "key": "ninguna",
                "slug": "ninguna",
            },
        }

    def _public(self):
        """The words of the public pages; those of an area are one in both languages."""
        area = make.area(plan=self.plan, slug_es="eje-1", slug_en="eje-1")
        commitment = make.commitment(
            programme=make.programme(area=area), lead=self.agencies["A"]
        )
        make.activity(commitment=commitment, themes=["work"])
        indicator = make.indicator(plan=self.plan)
        for year in (2024, 2025):
            make.published_figure(
                indicator=indicator,
                starts_on=date(year, 1, 1),
                ends_on=date(year, 12, 31),
                cells={"sexual": 20, "labour": 20},
            )
        asked = make.target(body="US-TIP")
        asked.addressed.add(self.agencies["A"])
        plan, edition = {"plan": self.plan.code}, editions.make_edition(self.plan)
        earlier = {"earlier": make.earlier_edition(edition).number}
        return {
            "body": {**plan, "slug": asked.body_slug},
            "indicator": {"code": indicator.code},
            "breakdown": {"code": indicator.code, "name": "2025-exploitation"},
            "plan": plan,
            "edition": {**plan, "edition": edition.number},
            "dataset": {**plan, "dataset": "commitments"},
            "editions": {**plan, "edition": edition.number, **earlier},
            "earlier": {**plan, **earlier},
            "editions-file": {
                **plan,
                "edition": edition.number,
                **earlier,
                "file_format": "csv",
            },
            "earlier-file": {**plan, **earlier, "file_format": "json"},
            "file": {**plan, "stem": "commitments", "file_format": "csv"},
            "edition-file": {
                **plan,
                "edition": edition.number,
                "stem": "commitments",
                "file_format": "csv",
            },
            "area": {**plan, "slug": area.slug_es},
            "theme": {**plan, "tema:theme": "trabajo", "theme": "work"},
            "commitment": {**plan, "code": commitment.code},
            "agency": {**plan, "slug": self.agencies["A"].slug},
        }

    def _clients(self):
        everything, gone = self._with_every_right(), self._with_every_right()
        clients = {
            "nobody": Client(raise_request_exception=False),
            "A": _client(self.people["A"]),
            "B": _client(self.people["B"]),
            "ended": _client(self.former),
            "review": _client(self.reviewer),
            "keep": _client(self.administrator),
            "closed": _client(gone),
            "half": _client(everything, is_proven=False),
        }
        # Behind the portal's back, so that her session is still there.
        User.objects.filter(pk=gone.pk).update(is_active=False)
        return clients

    def _with_every_right(self):
        """Of all three roles and with a mandate: what stops her is something else."""
        user = make.user()
        user.groups.set(Group.objects.filter(name__in=Role.values))
        make.mandate(
            user=user,
            agency=self.agencies["A"],
            leave_cover=True,
            ends_on=timezone.localdate() + timedelta(days=30),
        )
        return user


def _client(user, *, is_proven=True):
    """Signed in just now, by password and, unless said, by a second factor."""
    client = Client(raise_request_exception=False)
    client.force_login(user)
    request = RequestFactory().get("/")
    request.user, request.session = user, client.session
    record_authentication(request, user, method="password", reauthenticated=True)
    if is_proven:
        request.session[sessions.PROVEN_USER_KEY] = user.pk
    request.session.save()
    return client
