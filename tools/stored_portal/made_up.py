"""The contents of the stored portal: the shipped plan, and people who do not exist."""

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.admin.sites import site

from agencies import mail
from agencies.accounts import second_factors
from agencies.models import User
from strategic_areas import purging, workflow
from strategic_areas.importing import load_plan_file
from strategic_areas.models import Translation
from tests import make, public_site, staff_rows
from tests.make.people import TOTP
from tests.strategic_areas.plans import SHIPPED

FOCAL_POINT, REVIEWER, ADMINISTRATOR = "focal", "reviewer", "administrator"
#: What each of the three typed into the app that shows codes.
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def build():
    """Fill the tables, step by step as staff would."""
    # Copied rows, which tests put back, would not be in the chain of the audit record.
    load_plan_file(SHIPPED)
    official = public_site.build()
    people = make_people(official)
    hand_in(official)
    propose_changes(official, people)
    record_letter(official, people[REVIEWER])
    let_accounts_wait(official, people)
    for model in site._registry:
        if not model._default_manager.exists():
            staff_rows.make_row(model)


def make_people(official):
    """One of each role, with an app that shows codes and with recovery codes."""
    people = {
        FOCAL_POINT: official.author,
        REVIEWER: make.reviewer(),
        ADMINISTRATOR: make.administrator(),
    }
    for name, user in people.items():
        User.objects.filter(pk=user.pk).update(username=name)
        user.refresh_from_db()
        TOTP.activate(user, SECRET)
        RecoveryCodes.activate(user)
    return people


def hand_in(official):
    """Send a sheet of two reports and a declaration, which gives a receipt."""
    place = {"period": official.now, "by": official.author}
    reports = [
        make.update(activity=make.activity(commitment=official.rich), **place)
        for _ in range(2)
    ]
    declared = make.declaration(commitment=official.commitment(), **place)
    workflow.submit_all(
        official.now,
        official.lead,
        make.seen_versions(*reports, declared),
        by=official.author,
    )


def propose_changes(official, people):
    """One of each kind that somebody else has yet to decide."""
    reviewer = people[REVIEWER]
    make.change(by=reviewer)
    make.change(make.indicator(plan=official.plan), name_es="Personas atendidas")
    standing = official.publish(official.rich)
    make.change(Translation(activity_update=standing), text="Part was done.")
    make.dispute(make.commitment(plan=official.plan, provenance="press"))
    make.proposal(commitment=official.commitment(), by=people[FOCAL_POINT])
    purging.request_purge("Fulana de Tal", by=reviewer)


def record_letter(official, reviewer):
    """A letter that is being transcribed."""
    letter = make.letter(agency=official.lead, period=official.now, by=reviewer)
    activity = make.activity(commitment=official.rich)
    make.transcribed_update(activity=activity, letter=letter, by=reviewer)


def let_accounts_wait(official, people):
    """An invitation, a lost second factor and a mail, each not yet dealt with."""
    make.invitation(email="invitada@example.org", agency=official.partner)
    reset = second_factors.FactorReset(user=people[REVIEWER], way="in_person")
    second_factors.request_reset(reset, by=people[ADMINISTRATOR])
    mail.queue_mail(
        to="punto.focal@example.org",
        language="es",
        kind="reminder",
        subject="Falta un reporte",
        text="La ronda cierra pronto.",
    )
