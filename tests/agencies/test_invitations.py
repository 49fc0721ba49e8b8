"""Invitations: the only way to an account, once, within a week."""

import re
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies import invitations, mail
from agencies.access import RefusedError
from agencies.accounts.account_changes import ACCOUNT_CHANGE_STEPS
from agencies.audit import AuditEntry
from agencies.invitations import Invitation
from agencies.mail import Mail
from agencies.models import FocalPoint, User
from tests import make
from tests.make.people import PASSWORD
from tests.uploads import make_pdf

pytestmark = pytest.mark.django_db

ADD = reverse("admin:agencies_invitation_add")
PAGE = reverse("account_invitation")
NAMES = {"first_name": "Ana", "last_name": "Pérez"}
NEW = "cuatro caballos azules corren"
INVITED = {"email": "ana@example.org", "role": "reviewer", "language": "es"}
OF_AN_AGENCY = {**INVITED, "email": "invited@example.org", "role": "focal_point"}


def page_of(invitation, step="change"):
    return reverse(f"admin:agencies_invitation_{step}", args=[invitation.pk])


def fill_in(client, secret, **fields):
    return client.post(
        PAGE, {"codigo": secret, **NAMES, "password1": NEW, "password2": NEW, **fields}
    )


@pytest.fixture(autouse=True)
def no_mail_server(settings):
    settings.EMAIL_BACKEND = "agencies.mail.FileBackend"


@pytest.fixture
def administrator(client):
    user = make.administrator()
    client.force_login(user)
    return user


def test_an_invited_person_makes_an_account_and_sets_up_a_factor(client):
    agency = make.agency()
    _invitation, secret = make.invitation(agency=agency, kind="alternate")

    response = fill_in(client, secret)

    user = User.objects.get(username="invited@example.org")
    mandate = user.mandates.get()
    assert response.url == reverse("mfa_index")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert (user.get_full_name(), user.check_password(NEW)) == ("Ana Pérez", True)
    assert [group.name for group in user.groups.all()] == ["focal_point"]
    assert (mandate.agency, mandate.kind) == (agency, "alternate")


@pytest.mark.parametrize("role", ["reviewer", "administrator"])
def test_the_other_roles_come_without_a_mandate(client, role):
    _invitation, secret = make.invitation(role=role)

    fill_in(client, secret)

    user = User.objects.get(username="invited@example.org")
    change = user.account_changes.get()
    ACCOUNT_CHANGE_STEPS.approve(change, by=make.reviewer())
    assert [group.name for group in user.groups.all()] == [role]
    assert user.mandates.count() == 0
    assert user.is_superuser is False


def test_an_invitation_serves_once():
    _invitation, secret = make.invitation(role="reviewer")
    fill_in(Client(), secret)
    second = Client()

    response = fill_in(second, secret, first_name="Otra")

    assert "_auth_user_id" not in second.session
    assert response.context["problem"]
    assert User.objects.filter(first_name__in=["Ana", "Otra"]).count() == 1


@pytest.mark.parametrize(("days", "serves"), [(6, True), (7, False)])
def test_an_invitation_serves_for_a_week(client, days, serves):
    """To look at its page uses nothing up."""
    invitation, secret = make.invitation(role="reviewer")
    Invitation.objects.update(expires_at=invitation.expires_at - timedelta(days=days))

    client.get(PAGE, {"codigo": secret})
    client.head(PAGE, {"codigo": secret})

    assert (invitations.invitation_of(secret) is not None) is serves


def test_a_code_from_paper_may_be_typed_badly():
    _invitation, secret = make.invitation(role="reviewer")
    typed = invitations.group_secret(secret).lower().replace("0", "o").replace("1", "l")

    assert invitations.invitation_of(f" {typed} ") is not None


def test_a_secret_has_128_bits_and_is_kept_nowhere():
    _invitation, secret = make.invitation(role="reviewer")

    stored = [
        str(value) for row in Invitation.objects.values() for value in row.values()
    ]

    assert len(set(invitations.ALPHABET)) ** len(secret) >= 2**128
    assert not [each for each in stored if secret in each or PASSWORD in each]
    assert not [f for f in Invitation._meta.get_fields() if "password" in f.name]


def test_the_link_is_kept_until_the_mail_is_sent_and_no_longer(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    _invitation, secret = make.invitation(role="reviewer")
    before = Mail.objects.get().text

    mail.send_queue()

    assert secret in before
    assert Mail.objects.get().text == ""


def test_a_guess_is_told_nothing_and_is_counted(client):
    answers = [client.get(PAGE, {"codigo": f"{n:026}"}).status_code for n in range(21)]

    assert answers == [200] * 20 + [429]


@pytest.mark.parametrize(
    "fields",
    [
        {"password1": "short", "password2": "short"},
        {"password1": "mirex citim mirex", "password2": "mirex citim mirex"},
        {"password2": "another password than that"},
        {"first_name": ""},
    ],
)
def test_a_wrong_form_makes_no_account_and_keeps_the_invitation(client, fields):
    _invitation, secret = make.invitation(role="reviewer")

    response = fill_in(client, secret, **fields)

    assert response.context["form"].errors
    assert invitations.invitation_of(secret) is not None
    assert not User.objects.filter(username="invited@example.org").exists()


def test_somebody_signed_in_accepts_nothing_for_another(client, administrator):
    _invitation, secret = make.invitation(role="administrator")

    fill_in(client, secret)

    assert invitations.invitation_of(secret) is not None
    assert client.session["_auth_user_id"] == str(administrator.pk)


def test_no_account_lacks_its_mandate_unless_the_inviter_is_told(client):
    agency = make.agency()
    holder = make.focal_point(agency=agency)
    invitation, secret = make.invitation(agency=agency, kind="titular")
    User.objects.filter(pk=invitation.made_by_id).update(email="invita@example.org")
    Mail.objects.all().delete()

    fill_in(client, secret)

    assert User.objects.get(username="invited@example.org").mandates.count() == 0
    (told,) = Mail.objects.filter(to="invita@example.org")
    assert reverse("admin:hand_over", args=[holder.mandates.get().pk]) in told.text


def test_a_successor_is_invited_to_take_the_mandate_over(client, administrator):
    agency = make.agency()
    holder = make.focal_point(agency=agency, first_name="Luz", last_name="Mar")
    asked = OF_AN_AGENCY | {"agency": agency.pk, "kind": "titular"}

    refused = client.post(ADD, asked)
    assert "Luz Mar" in refused.context["adminform"].form.errors["takes_over"][0]
    assert not Invitation.objects.exists()

    made = client.post(ADD, asked | {"takes_over": "on"})
    assert Invitation.objects.get().succeeds == holder.mandates.get()
    client.logout()
    fill_in(client, made.context["code"])

    holder.refresh_from_db()
    (mandate,) = FocalPoint.objects.current().filter(agency=agency)
    assert mandate.user.username == "invited@example.org"
    assert not holder.is_active


def test_who_keeps_accounts_no_more_hands_nothing_over(client):
    agency = make.agency()
    holder = make.focal_point(agency=agency)
    invitation, secret = make.invitation(agency=agency, kind="titular")
    Invitation.objects.update(succeeds=holder.mandates.get())
    invitation.made_by.groups.clear()
    make.administrator(email="administra@example.org")

    fill_in(client, secret)

    holder.refresh_from_db()
    assert holder.is_active
    assert User.objects.get(username="invited@example.org").mandates.count() == 0
    assert Mail.objects.filter(to="administra@example.org", kind="invitation").exists()


def test_a_second_kind_of_mandate_needs_no_handover(client, administrator):
    agency = make.agency()
    make.focal_point(agency=agency)

    client.post(ADD, OF_AN_AGENCY | {"agency": agency.pk, "kind": "alternate"})

    assert Invitation.objects.get().succeeds is None


def test_without_a_mail_server_the_link_is_shown_once(client, administrator):
    response = client.post(ADD, INVITED | {"email": "Ana@Example.org"})

    invitation = Invitation.objects.get()
    secret = response.context["link"].partition("codigo=")[2]
    assert invitation.email == "ana@example.org"
    assert invitations.invitation_of(secret) == invitation
    assert invitation.made_by == administrator
    assert secret not in client.get(page_of(invitation)).content.decode()


def test_with_a_mail_server_only_the_mail_has_the_link(client, administrator, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"

    response = client.post(ADD, INVITED | {"language": "en"})

    sent = Mail.objects.get()
    secret = re.search(r"codigo=(\w+)", sent.text).group(1)
    assert response.status_code == 302
    assert (sent.to, sent.language) == ("ana@example.org", "en")
    assert invitations.invitation_of(secret) is not None


@pytest.mark.parametrize("step", ["send", "revoke"])
def test_sending_again_or_revoking_ends_the_former_link(client, administrator, step):
    invitation, first = make.invitation()

    client.post(page_of(invitation, step))
    response = client.post(page_of(invitation, "send"))

    assert invitations.invitation_of(first) is None
    if step == "send":
        second = response.context["link"].partition("codigo=")[2]
        assert invitations.invitation_of(second) == invitation
        assert Mail.objects.count() == 3
    else:
        assert response.status_code == 302
        assert Mail.objects.count() == 1


def test_a_code_to_print_is_its_readers_and_mailed_to_nobody(client, administrator):
    invitation, first = make.invitation()

    response = client.post(page_of(invitation, "code"))

    found = invitations.invitation_of(response.context["code"])
    assert (found, found.made_by) == (invitation, administrator)
    assert invitations.invitation_of(first) is None
    assert Mail.objects.count() == 1


@pytest.mark.parametrize("step", ["send", "code"])
@pytest.mark.parametrize("role", ["reviewer", "administrator"])
def test_the_code_of_a_decider_is_shown_to_no_other(client, administrator, role, step):
    invitation, secret = make.invitation(role=role)

    answer = client.post(page_of(invitation, step))

    assert answer.status_code == 302
    assert invitations.invitation_of(secret) == invitation
    assert 'codigo/"' not in client.get(page_of(invitation)).content.decode()


def test_nor_to_who_invited_where_a_mail_server_is_set(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    for role in ("reviewer", "administrator"):
        invitation, secret = make.invitation(role=role, email=f"{role}@example.org")

        with pytest.raises(RefusedError):
            invitations.invite_again(invitation, by=invitation.made_by, mail=False)

        assert invitations.invitation_of(secret) == invitation


def test_only_allowed_domains_are_invited(settings):
    settings.INVITATION_DOMAINS = ["mirex.gob.do"]

    for host in ("mirex.gob.do", "consulados.mirex.gob.do"):
        invitations.refuse_uninvitable_address(f"ana@{host}")
    for host in ("notmirex.gob.do", "example.org"):
        with pytest.raises(ValidationError):
            invitations.refuse_uninvitable_address(f"ana@{host}")


@pytest.mark.parametrize(
    "fields", [{"role": "focal_point"}, {"role": "reviewer", "kind": "titular"}]
)
def test_a_mandate_is_asked_just_of_a_focal_point(client, administrator, fields):
    response = client.post(ADD, INVITED | fields)

    assert response.context["adminform"].form.errors
    assert Invitation.objects.count() == 0


def test_an_address_is_invited_once_and_not_with_an_account(client, administrator):
    make.invitation(role="reviewer", email="twice@example.org")
    make.reviewer(email="has@example.org")

    answers = [
        client.post(ADD, INVITED | {"email": email})
        for email in ("Twice@example.org", "Has@example.org")
    ]

    assert all(answer.context["adminform"].form.errors for answer in answers)
    assert Invitation.objects.count() == 1


def test_the_database_holds_one_open_invitation_of_an_address():
    invitation, _secret = make.invitation(role="reviewer")

    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.create(
            email=invitation.email,
            role="reviewer",
            digest="0",
            made_by=invitation.made_by,
            expires_at=timezone.now(),
        )


def test_the_letter_is_cleaned_and_read_by_administrators(client, administrator):
    letter = SimpleUploadedFile("Oficio 12.pdf", make_pdf())
    numbered = {"letter_number": "DM-12", "letter_date": "2026-11-01"}
    client.post(ADD, INVITED | numbered | {"letter": letter})
    invitation = Invitation.objects.get()
    address = page_of(invitation, "letter")

    mine = client.get(address)
    client.force_login(make.reviewer())
    others = client.get(address)

    assert (invitation.letter_number, invitation.letter_date) == (
        "DM-12",
        date(2026, 11, 1),
    )
    assert invitation.letter_name == "Oficio 12.pdf"
    assert "Oficio" not in invitation.letter.name
    assert b"".join(mine.streaming_content).startswith(b"%PDF")
    assert mine["Content-Disposition"].startswith("attachment")
    assert mine["Content-Security-Policy"] == "sandbox; default-src 'none'"
    taken_out = AuditEntry.objects.get(event="exported")
    assert taken_out.object == f"agencies.invitation:{invitation.pk}"
    assert taken_out.facts == {"kind": "letter"}
    assert others.status_code == 403


@pytest.mark.parametrize(
    ("name", "content"),
    [("letter.docx", b"PK"), ("letter.pdf", b"no pdf at all"), ("letter.pdf", b"")],
)
def test_a_letter_that_is_no_pdf_is_refused(client, administrator, name, content):
    response = client.post(ADD, INVITED | {"letter": SimpleUploadedFile(name, content)})

    assert list(response.context["adminform"].form.errors) == ["letter"]
    assert Invitation.objects.count() == 0


def test_every_step_of_an_invitation_is_recorded(client):
    invitation, _secret = make.invitation(role="reviewer")
    secret = invitations.invite_again(invitation, by=invitation.made_by)
    fill_in(client, secret)
    other, _secret = make.invitation(role="reviewer", email="b@example.org")
    invitations.revoke_invitation(other, by=other.made_by)

    entries = AuditEntry.objects.filter(event__startswith="invitation")
    assert [entry.event for entry in entries.order_by("pk")] == [
        "invitation_sent",
        "invitation_sent",
        "invitation_accepted",
        "invitation_sent",
        "invitation_revoked",
    ]
