"""
Invitations: the only way to an account.

A mailed link or printed code works once within a week. The role of a reviewer, of an
administrator, or of a focal point whom a reviewer invited takes effect once another
person confirms the identity: otherwise a reviewer could report under a second name and
publish that report.
"""

import secrets
from datetime import timedelta

from django import forms
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string, salted_hmac
from django.utils.module_loading import import_string
from django.utils.translation import gettext, gettext_lazy as _

from agencies import access, audit
from agencies.access import RefusedError
from agencies.accounts import account_changes
from agencies.accounts.account_changes import AccountChange
from agencies.accounts.closing import begin_mandate, current_mandate
from agencies.fields import DeclaredFields, internal
from agencies.mail import mail_person
from agencies.models import Agency, FocalPoint, User

#: Letters and digits without lookalikes; a secret has 26 of them, which is 130 bits.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SECRET_LENGTH = 26


def new_secret():
    return "".join(secrets.choice(ALPHABET) for _number in range(SECRET_LENGTH))


def normalize_secret(typed):
    """Normalize a typed secret: no spaces or dashes, O as 0, I and L as 1."""
    letters = "".join(each for each in typed.upper() if each.isalnum())
    return letters.translate(str.maketrans("OIL", "011"))


def digest_of(secret):
    """Keyed hash of a secret, so that the table alone reveals no link."""
    return salted_hmac(
        "agencies.invitations", normalize_secret(secret), algorithm="sha256"
    ).hexdigest()


def group_secret(secret):
    return "-".join(secret[at : at + 5] for at in range(0, len(secret), 5))


VALID_DAYS = 7
INVITED_ALREADY = _(
    "This address is invited already: send that invitation again, or revoke it first."
)


def letter_storage():
    return storages["letters"]


class InvitationQuerySet(models.QuerySet):
    def open(self):
        """Neither accepted nor revoked, even if expired."""
        return self.filter(accepted_at=None, revoked_at=None)

    def visible_to(self, user):
        return self if access.is_administrator(user) else self.none()


class Invitation(models.Model):
    """
    An invitation, kept after it was accepted, with the agency's letter of designation.
    """

    #: The fields of its file and original name, for purges.
    FILE = ("letter", "letter_name")
    WHEREABOUTS = ("letter_name",)

    email = models.EmailField(
        _("e-mail address"),
        blank=True,
        help_text=_("Without one you print a letter with a code."),
    )
    role = models.CharField(_("role"), max_length=20, choices=access.Role.choices)
    agency = models.ForeignKey(
        Agency,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="invitations",
        verbose_name=_("agency"),
    )
    kind = models.CharField(
        _("kind"), max_length=10, choices=FocalPoint.Kind, blank=True
    )
    succeeds = models.ForeignKey(
        FocalPoint,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("takes over the mandate"),
    )
    language = models.CharField(
        _("language"), max_length=2, choices=User.Language, default="es"
    )
    letter_number = models.CharField(
        _("number of the letter"), max_length=60, blank=True
    )
    letter_date = models.DateField(_("date of the letter"), null=True, blank=True)
    letter = models.FileField(_("letter"), storage=letter_storage, blank=True)
    letter_name = models.CharField(max_length=200, blank=True, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("invited by")
    )
    made_at = models.DateTimeField(_("invited"), default=timezone.now)
    expires_at = models.DateTimeField(_("serves until"))
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    accepted_by = models.OneToOneField(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="invitation",
        verbose_name=_("account"),
    )
    #: When a person other than the inviter confirmed the identity.
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    fields = DeclaredFields(
        *internal("email", "role", "kind", "succeeds", "language"),
        *internal("letter_number", "letter_name", "digest"),
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.CheckConstraint(
                name="invitation_agency_just_for_a_focal_point",
                condition=(
                    Q(role=access.Role.FOCAL_POINT, agency__isnull=False) & ~Q(kind="")
                )
                | (~Q(role=access.Role.FOCAL_POINT) & Q(agency=None, kind="")),
                violation_error_message=_(
                    "A focal point needs an institution and a kind; the other roles "
                    "have neither."
                ),
            ),
            models.CheckConstraint(
                name="invitation_accepted_names_the_account",
                condition=Q(accepted_at=None, accepted_by=None)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
            ),
            models.UniqueConstraint(
                name="invitation_one_open_per_address",
                fields=["email"],
                condition=Q(accepted_at=None, revoked_at=None) & ~Q(email=""),
                violation_error_message=INVITED_ALREADY,
            ),
            models.CheckConstraint(
                name="invitation_by_letter_just_for_a_focal_point",
                condition=Q(role=access.Role.FOCAL_POINT) | ~Q(email=""),
                violation_error_message=_("This role is invited by mail alone."),
            ),
        ]

    def __str__(self):
        return self.email or f"{self.agency} · {self.get_kind_display()}"

    @property
    def is_mailed(self):
        """False if its link must be printed and handed over."""
        return bool(self.email) and has_mail_server()

    @property
    def is_open(self):
        return self.accepted_at is None and self.revoked_at is None

    @property
    def has_deciding_role(self):
        return self.role in account_changes.DECIDING

    @property
    def state(self):
        if self.accepted_at:
            return gettext("Accepted")
        if self.revoked_at:
            return gettext("Revoked")
        if self.expires_at <= timezone.now():
            return gettext("Run out")
        return gettext("Waiting")


def refuse_uninvitable_address(email):
    if not email:
        return
    domain = email.rpartition("@")[2].lower()
    allowed = settings.INVITATION_DOMAINS
    if allowed and not any(
        domain == each or domain.endswith(f".{each}") for each in allowed
    ):
        raise ValidationError(
            _("Only addresses of these domains are invited: %(domains)s.")
            % {"domains": ", ".join(allowed)}
        )
    if User.objects.filter(Q(email__iexact=email) | Q(username__iexact=email)).exists():
        raise ValidationError(
            _(
                "This address has an account already. Give it the mandate or the role "
                "there."
            )
        )
    if Invitation.objects.open().filter(email__iexact=email).exists():
        raise ValidationError(INVITED_ALREADY)


def mandate_to_succeed(agency, kind, *, by, takes_over=False):
    """
    The current mandate that the invited person takes over, or None if there is none.

    Raises ``ValidationError`` if accepting the invitation could give no mandate.
    """
    facts = {"agency": agency.acronym, "kind": FocalPoint.Kind(kind).label.lower()}
    others = Invitation.objects.open().filter(agency=agency, kind=kind)
    if others.filter(expires_at__gt=timezone.now()).exists():
        raise ValidationError(
            _("Somebody is invited already as %(kind)s of %(agency)s.") % facts
        )
    mandate = current_mandate(agency, kind)
    if mandate is None:
        FocalPoint(agency=agency, kind=kind).clean()
    elif mandate.user == by:
        raise ValidationError(
            _("You are %(kind)s of %(agency)s: another administrator hands it over.")
            % facts
        )
    elif not takes_over:
        facts["person"] = mandate.user.get_full_name() or mandate.user
        text = _(
            "%(person)s is %(kind)s of %(agency)s. Say so if the invited person "
            "succeeds them; otherwise choose the other kind of mandate."
        )
        raise ValidationError(text % facts, code="held")
    return mandate


def read_letter(upload):
    return import_string(settings.LETTER_READER)(upload)


def letter_error_class():
    return import_string(settings.LETTER_ERROR)


class InvitationForm(forms.ModelForm):
    takes_over = forms.BooleanField(
        label=_("Hand the mandate over when this person accepts"),
        required=False,
        help_text=_(
            "For a successor. The mandate of whoever holds it now ends on that day, "
            "and an account without another role or mandate is closed."
        ),
    )

    class Meta:
        model = Invitation
        fields = [
            "email",
            "role",
            "agency",
            "kind",
            "language",
            "letter_number",
            "letter_date",
            "letter",
        ]

    #: ``by`` is the user who fills in the form.

    def clean(self):
        cleaned = super().clean()
        agency, kind = cleaned.get("agency"), cleaned.get("kind")
        if agency and kind:
            takes_over = cleaned.get("takes_over")
            try:
                self.instance.succeeds = mandate_to_succeed(
                    agency, kind, by=self.by, takes_over=takes_over
                )
            except ValidationError as error:
                is_held = getattr(error, "code", "") == "held"
                self.add_error("takes_over" if is_held else "kind", error.messages)
        return cleaned

    def clean_email(self):
        email = self.cleaned_data["email"].lower()
        refuse_uninvitable_address(email)
        return email

    def clean_letter(self):
        """Give the cleaned file a random name; its own name is stored as text."""
        upload = self.cleaned_data.get("letter")
        if not upload:
            return upload
        if not upload.name.lower().endswith(".pdf"):
            raise ValidationError(_("The letter must be a PDF."))
        try:
            clean = read_letter(upload)
        except letter_error_class() as error:
            raise ValidationError(str(error)) from error
        self.instance.letter_name = clean.name
        return ContentFile(clean.content, name=get_random_string(40))


@transaction.atomic
def invite(invitation, *, by):
    invitation.email = invitation.email.lower()
    refuse_uninvitable_address(invitation.email)
    invitation.made_by = by
    secret = _renew(invitation)
    if invitation.email:
        mail_invitation(invitation, secret)
    _record(audit.Event.INVITATION_SENT, invitation, by)
    return secret


@transaction.atomic
def invite_again(invitation, *, by, mail=True):
    """
    Replace the secret of an invitation, valid for another week.

    The person who sees the secret becomes the inviter. For a role that decides, only
    the inviter sees it, and nobody if it can be mailed.
    """
    invitation = _locked(invitation)
    if not (mail and invitation.is_mailed):
        if not may_show_code(invitation, by):
            raise RefusedError(
                gettext(
                    "The code of this role is shown only to who invited, and only "
                    "where no mail server is set. Send it again by mail, or revoke the "
                    "invitation and make another one."
                )
            )
        invitation.made_by = by
    secret = _renew(invitation)
    if mail and invitation.email:
        mail_invitation(invitation, secret)
    _record(audit.Event.INVITATION_SENT, invitation, by)
    return secret


def may_show_code(invitation, user):
    if not invitation.has_deciding_role:
        return True
    return invitation.made_by_id == user.pk and not has_mail_server()


@transaction.atomic
def revoke_invitation(invitation, *, by):
    invitation = _locked(invitation)
    invitation.revoked_at = timezone.now()
    invitation.save(update_fields=["revoked_at"])
    _record(audit.Event.INVITATION_REVOKED, invitation, by)


def invitation_of(secret):
    return (
        Invitation.objects.open()
        .filter(digest=digest_of(secret), expires_at__gt=timezone.now())
        .select_related("agency")
        .first()
    )


@transaction.atomic
def accept_invitation(secret, user, password):
    """
    Create the account of an invitation, with role and mandate.

    ``user`` is unsaved and has the person's names. A role that needs confirmation is
    not given yet. No mandate is given if somebody else holds it by now. Raises
    ``RefusedError`` if the invitation is not valid any more.
    """
    invitation = invitation_of(secret)
    if invitation is None:
        raise RefusedError(gettext("This invitation no longer serves."))
    invitation = _locked(invitation)
    if invitation.email:
        user.username = user.email = invitation.email
    user.language, user.is_staff = invitation.language, True
    user.set_password(password)
    user.save(force_insert=True)
    waits = invitation.has_deciding_role or access.is_reviewer(invitation.made_by)
    if waits:
        role, by = AccountChange.Kind.ROLE, invitation.made_by
        account_changes.propose_account_change(user, role, invitation.role, by=by)
        mandate = None
    else:
        user.groups.add(Group.objects.get(name=invitation.role))
        mandate = begin_mandate(invitation, user)
    invitation.accepted_at, invitation.accepted_by = timezone.now(), user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    _record(
        audit.Event.INVITATION_ACCEPTED, invitation, user, mandate=mandate is not None
    )
    return user


def _renew(invitation):
    secret = new_secret()
    invitation.digest = digest_of(secret)
    invitation.expires_at = timezone.now() + timedelta(days=VALID_DAYS)
    invitation.save()
    return secret


def _locked(invitation):
    row = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if not row.is_open:
        raise RefusedError(gettext("This invitation no longer serves."))
    return row


def _record(event, invitation, by, **facts):
    audit.record_event(
        event,
        actor=by,
        obj=invitation,
        agency=invitation.agency,
        role=invitation.role,
        **facts,
    )


def invitation_link(secret):
    return f"{settings.SITE_URL}{reverse('account_invitation')}?codigo={secret}"


def printed_invitation(invitation, secret):
    return {
        "invitation": invitation,
        "days": VALID_DAYS,
        "link": invitation_link(secret),
        "code": group_secret(secret),
        "page": f"{settings.SITE_URL}{reverse('account_invitation')}",
    }


def mail_invitation(invitation, secret):
    mail_person(
        invitation,
        "invitation",
        _("Invitation to the plan portal"),
        invitation=invitation,
        link=invitation_link(secret),
        site=settings.SITE_URL,
        days=VALID_DAYS,
    )


def has_mail_server():
    """False if mails are only written to files."""
    return not settings.EMAIL_BACKEND.startswith("agencies.")
