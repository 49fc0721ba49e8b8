"""Agencies and people: accounts, mandates, how they sign in."""

import time
from datetime import timedelta

from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from cryptography.hazmat.primitives.asymmetric import ec
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from agencies import invitations, stand_ins
from agencies.access import Role
from agencies.accounts import account_changes, second_factors
from agencies.models import Agency, FocalPoint, User
from agencies.stand_ins import StandIn
from tests import make
from tests.make.numbers import numbers

PASSWORD = "correct horse battery staple"


def user(*, group=None, is_staff=True, **fields):
    """An account; with a password, so that a browser can sign in."""
    number = next(numbers)
    fields.setdefault("username", f"person{number}")
    fields.setdefault("email", f"person{number}@example.org")
    user = User(is_staff=is_staff, **fields)
    user.set_password(PASSWORD)
    user.save()
    if group:
        user.groups.add(Group.objects.get(name=group))
    return user


def browser(user):
    """A browser in which the person is signed in."""
    client = Client()
    client.force_login(user)
    return client


def sign_in(client, login, *, password=PASSWORD, headers=None):
    """What the browser posts from the sign-in page, and a proxy puts before it."""
    return client.post(
        reverse("account_login"),
        {"login": login, "password": password},
        headers=headers,
    )


#: For how long an app shows a code; and until it is checked, on a machine at work.
TOTP_SECONDS, LONGEST_SIGN_IN = 30, 2


def totp(user):
    """Give the account an app with codes; its secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def totp_code(secret):
    """The code that the app shows; if it is about to change, wait for the next one."""
    left = TOTP_SECONDS - time.time() % TOTP_SECONDS
    if left < LONGEST_SIGN_IN:
        time.sleep(left)
    (counter,) = yield_hotp_counters_from_time()
    return format_hotp_value(hotp_value(secret, counter))


def credential():
    """What a browser sends of a passkey that it has just made."""
    private = ec.generate_private_key(ec.SECP256R1())
    public = ES256.from_cryptography_key(private.public_key())
    key = AttestedCredentialData.create(bytes(16), bytes(16), public)
    about = AuthenticatorData.create(bytes(32), 0x45, 0, key)
    told = CollectedClientData.create(
        type="webauthn.create", challenge=bytes(32), origin="http://localhost:8000"
    )
    return {
        "id": websafe_encode(key.credential_id),
        "rawId": websafe_encode(key.credential_id),
        "type": "public-key",
        "response": {
            "clientDataJSON": websafe_encode(told),
            "attestationObject": websafe_encode(
                AttestationObject.create("none", about, {})
            ),
        },
        "clientExtensionResults": {},
    }


def reviewer(**fields):
    return make.user(group=Role.REVIEWER, **fields)


def administrator(**fields):
    return make.user(group=Role.ADMINISTRATOR, **fields)


def superuser():
    return make.user(is_superuser=True)


def again(user):
    """The account as the next request reads it."""
    return User.objects.get(pk=user.pk)


def change_access(user, *words, by):
    """Change roles and mandates from the server."""
    call_command("change_access", user.username, *words, "--asked-by", by.username)


def invitation(*, role=Role.FOCAL_POINT, agency=None, kind="", **fields):
    """An open invitation and its secret."""
    fields.setdefault("email", "invited@example.org")
    if role == Role.FOCAL_POINT:
        agency, kind = agency or make.agency(), kind or "titular"
    invitation = invitations.Invitation(role=role, agency=agency, kind=kind, **fields)
    return invitation, invitations.invite(invitation, by=make.administrator())


def agency(**fields):
    number = next(numbers)
    fields.setdefault("acronym", f"AG{number}")
    fields.setdefault("slug", fields["acronym"].lower())
    fields.setdefault("name_es", f"Institución {number}")
    fields.setdefault("name_en", f"Agency {number}")
    fields.setdefault("kind", "ministry")
    return Agency.objects.create(**fields)


def mandate(*, user, agency, **fields):
    fields.setdefault("starts_on", timezone.localdate() - timedelta(days=30))
    return FocalPoint.objects.create(user=user, agency=agency, **fields)


def focal_point(*, agency=None, mandate=None, **fields):
    """A user with a mandate for the agency; ``mandate`` are fields of the mandate."""
    user = make.user(group=Role.FOCAL_POINT, **fields)
    mandate = {"kind": "titular", **(mandate or {})}
    agency = agency or make.agency()
    taken = FocalPoint.objects.filter(
        agency=agency, kind=mandate["kind"], ends_on__isnull=True
    )
    if taken.exists() and not mandate.get("leave_cover"):
        mandate["kind"] = "alternate"
    make.mandate(user=user, agency=agency, **mandate)
    return user


def stand_in(*, by=None, user=None, **fields):
    """A substitute of the secretariat whom another person has yet to approve."""
    today = timezone.localdate()
    fields.setdefault("starts_on", today - timedelta(days=1))
    fields.setdefault("ends_on", today + timedelta(days=1))
    person = user or make.user(group=Role.ADMINISTRATOR)
    return stand_ins.propose_stand_in(
        StandIn(user=person, **fields), by=by or make.reviewer()
    )


def account_change(*, by=None, user=None, what="role", value=Role.REVIEWER):
    """A role, or another change of an account, that another person has to confirm."""
    person = user or make.focal_point()
    return account_changes.propose_account_change(
        person, what, value, by=by or make.administrator()
    )


def factor_reset(*, by=None, **fields):
    """A request that another administrator has yet to decide on."""
    fields.setdefault("user", make.focal_point())
    reset = second_factors.FactorReset(way="in_person", **fields)
    return second_factors.request_reset(reset, by=by or make.administrator())
