from django.contrib.auth.models import AbstractUser, Group
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext_lazy as _

from agencies import access
from agencies.fields import (
    DeclaredFields,
    bilingual,
    dates_in_order,
    internal,
    public,
    spanish_required,
)


class User(AbstractUser):
    """An account. Its groups and mandates say what it may do."""

    class Language(models.TextChoices):
        SPANISH = "es", "Español"
        ENGLISH = "en", "English"

    class Reminders(models.TextChoices):
        # The stored values are older than the names.
        EACH_REMINDER_DAY = "steps", _("Each time a due date is near or past")
        WEEKLY = "weekly", _("Once a week, on Mondays")
        ONLY_LATE_OR_RETURNED = "never", _("Only when something is late or came back")

    language = models.CharField(
        _("language"),
        max_length=2,
        choices=Language,
        default=Language.SPANISH,
        help_text=_("The language of the staff pages for this person."),
    )
    reminders = models.CharField(
        _("reminders by mail"),
        max_length=10,
        choices=Reminders,
        default=Reminders.EACH_REMINDER_DAY,
        help_text=_("How often the portal writes about what is due or waits."),
    )

    hears_of_returns = models.BooleanField(
        _("a mail on the same day when what I sent comes back"),
        default=True,
        db_default=True,
    )

    fields = DeclaredFields(
        *internal("username", "password", "first_name", "last_name", "email"),
        *internal("language", "reminders", "hears_of_returns"),
    )

    class Meta(AbstractUser.Meta):
        verbose_name = _("account")
        verbose_name_plural = _("accounts")

    def groups_today(self):
        """The account's groups, and the reviewers' on days as a substitute."""
        own = User.groups.through.objects.filter(user=self).values("group")
        is_substitute = Exists(self.stand_ins.current())
        return Group.objects.filter(
            Q(pk__in=own) | Q(is_substitute, name=access.Role.REVIEWER)
        )

    @cached_property
    def role_names(self):
        return set(self.groups_today().values_list("name", flat=True))

    @property
    def is_unconfirmed(self):
        """Whether only the inviter has confirmed to know this person."""
        invitation = getattr(self, "invitation", None)
        return invitation is not None and invitation.confirmed_at is None

    @cached_property
    def unconfirmed_invitees(self):
        """Ids of the people whom only this user has confirmed to know."""
        invited = User.objects.filter(
            invitation__made_by=self, invitation__confirmed_at=None
        )
        return frozenset(invited.values_list("pk", flat=True))

    @cached_property
    def possibly_same_person_ids(self):
        """
        Ids of accounts that might secretly be this person's: invitees whom nobody else
        confirmed to know; if this person is one too, the inviter and the inviter's
        other such invitees.
        This person may not decide on what they proposed.
        """
        if not self.is_unconfirmed:
            return self.unconfirmed_invitees
        inviter = self.invitation.made_by
        return self.unconfirmed_invitees | inviter.unconfirmed_invitees | {inviter.pk}

    def confirm(self):
        """Record that a second person confirmed to know this one."""
        if self.is_unconfirmed:
            self.invitation.confirmed_at = timezone.now()
            self.invitation.save(update_fields=["confirmed_at"])


#: Spanish article → first words of the names that need it within a sentence. Other
#: names, such as foreign ones, are used without an article.
ARTICLES = {
    "el": "Ayuntamiento Banco Centro Comité Congreso Consejo Cuerpo Defensor "
    "Departamento Despacho Ejército Fondo Gabinete Instituto Ministerio Observatorio "
    "Poder Programa Senado Servicio Sistema Tribunal",
    "la": "Agencia Alianza Armada Asociación Autoridad Cámara Comisión Conferencia "
    "Corte Defensoría Dirección Escuela Federación Fiscalía Fuerza Fundación Guardia "
    "Inspectoría Junta Misión Oficina Organización Policía Presidencia Procuraduría "
    "Red Secretaría Superintendencia Suprema Unidad Unión Universidad Vicepresidencia",
    "las": "Fuerzas",
}
ARTICLE_OF = {
    word: article for article, words in ARTICLES.items() for word in words.split()
}


#: Labels of the kinds of agencies in use; a plan file may state other kinds.
AGENCY_KINDS = {
    "armed_forces": _("Armed forces"),
    "civil_society": _("Civil society"),
    "council": _("Council"),
    "directorate": _("Directorate-general"),
    "donor": _("Donor"),
    "institute": _("Institute"),
    "international": _("International organisation"),
    "judiciary": _("Judiciary"),
    "ministry": _("Ministry"),
    "office": _("Office"),
    "police": _("Police"),
    "private": _("Private sector"),
    "prosecution": _("Public prosecution"),
}


class AgencyQuerySet(models.QuerySet):
    def visible_to(self, user):
        if access.is_reviewer(user) or access.is_administrator(user):
            return self
        return self.filter(pk__in=FocalPoint.objects.agencies_of(user))


class Agency(models.Model):
    """
    An institution that answers for commitments and activities, in one plan or several.
    Its old URLs redirect by its ``former_names``.
    """

    acronym = models.CharField(_("acronym"), max_length=20, unique=True)
    acronym_en = models.CharField(
        _("acronym in English"),
        max_length=20,
        blank=True,
        default="",
        db_default="",
        help_text=_("Where it is another one."),
    )
    slug = models.SlugField(_("address word"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(
        _("kind"),
        max_length=40,
        help_text=_("An open word, such as ministry, directorate or civil_society."),
    )
    website = models.URLField(_("website"), blank=True)
    website_unverified = models.URLField(
        _("website, not verified"),
        blank=True,
        help_text=_("An address that nobody has visited yet; it is not published."),
    )
    dissolved_on = models.DateField(_("dissolved on"), null=True, blank=True)
    dissolved_by = models.CharField(
        _("dissolved by"), max_length=200, blank=True, help_text=_("The deciding act.")
    )
    only_titular_submits = models.BooleanField(
        _("only a titular submits"),
        default=False,
        help_text=_("The alternate prepares reports; a titular sends them for review."),
    )
    succeeded_by = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="predecessors",
        verbose_name=_("succeeded by"),
    )

    fields = DeclaredFields(
        *public("acronym", "acronym_en", "slug"),
        *bilingual("name"),
        *public("kind", "website"),
        *internal("website_unverified", in_file=True),
        *public("dissolved_on", "dissolved_by", "succeeded_by"),
        *internal("only_titular_submits"),
    )

    objects = AgencyQuerySet.as_manager()

    class Meta:
        ordering = ["name_es"]
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")
        constraints = [
            *spanish_required("agency", "name"),
            models.CheckConstraint(
                name="agency_is_not_its_own_successor",
                condition=Q(succeeded_by__isnull=True)
                | ~Q(succeeded_by=models.F("id")),
                violation_error_message=_("An agency does not succeed itself."),
            ),
        ]

    def __str__(self):
        return self.acronym

    @property
    def acronym_in_language(self):
        is_english = (get_language() or "es").startswith("en")
        return is_english and self.acronym_en or self.acronym

    @property
    def spoken_name(self):
        """The name within a sentence: "la Guardia de Costas"."""
        article = ARTICLE_OF.get(self.name_es.partition(" ")[0])
        if article is None:
            return self.name
        return f"{article if self.name == self.name_es else 'the'} {self.name}"

    #: The fields of a name: a change of one of them is stored as a former name.
    NAMES = ("acronym", "slug", "name_es", "name_en")

    def rename(self, **changes):
        """Change acronym, slug or names, and record the old ones."""
        with transaction.atomic():
            before = Agency.objects.select_for_update().get(pk=self.pk)
            former = {name: getattr(before, name) for name in self.NAMES}
            self.former_names.create(**former, ends_on=timezone.localdate())
            for field, value in changes.items():
                setattr(self, field, value)
            self.save()


class AgencyName(models.Model):
    """An agency's former name and slug."""

    agency = models.ForeignKey(
        Agency,
        models.PROTECT,
        related_name="former_names",
        verbose_name=_("agency"),
    )
    acronym = models.CharField(_("acronym"), max_length=20)
    slug = models.SlugField(_("address word"), max_length=40)
    name = models.CharField(_("name"), max_length=200)
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True)

    fields = DeclaredFields(
        *public("agency", "acronym", "slug"),
        *bilingual("name"),
        *public("starts_on", "ends_on"),
    )

    class Meta:
        ordering = ["agency", "-ends_on"]
        verbose_name = _("former name")
        verbose_name_plural = _("former names")
        constraints = [
            *spanish_required("agencyname", "name"),
            dates_in_order("agencyname", "starts_on", "ends_on"),
        ]

    def __str__(self):
        return self.acronym


class FocalPointQuerySet(models.QuerySet):
    def current(self, today=None):
        """Mandates in force on ``today``."""
        today = today or timezone.localdate()
        return self.filter(starts_on__lte=today).filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=today)
        )

    def agencies_of(self, user):
        """Ids of the agencies for which the user may report now."""
        if not access.is_focal_point(user):
            return self.none().values("agency")
        return self.current().filter(user=user).values("agency")

    def visible_to(self, user):
        if access.is_administrator(user) or access.is_reviewer(user):
            return self
        return self.filter(user=user) if access.is_focal_point(user) else self.none()


class FocalPoint(models.Model):
    """
    A dated mandate to report for one agency: as its titular (the principal) or as the
    alternate. At most one of a kind is in force on a day, except for a dated cover for
    leave.
    """

    class Kind(models.TextChoices):
        TITULAR = "titular", _("Titular")
        ALTERNATE = "alternate", _("Alternate")

    user = models.ForeignKey(
        User, models.PROTECT, related_name="mandates", verbose_name=_("account")
    )
    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="focal_points", verbose_name=_("agency")
    )
    kind = models.CharField(
        _("kind"), max_length=10, choices=Kind, default=Kind.TITULAR
    )
    starts_on = models.DateField(_("from"), default=timezone.localdate)
    ends_on = models.DateField(_("until"), null=True, blank=True)
    leave_cover = models.BooleanField(
        _("covers a leave"),
        default=False,
        help_text=_("A dated mandate beside the one of the person on leave."),
    )

    # The other columns are no texts and need no declaration.
    fields = DeclaredFields(*internal("kind"))

    objects = FocalPointQuerySet.as_manager()

    class Meta:
        ordering = ["agency", "kind", "-starts_on"]
        verbose_name = _("focal point")
        verbose_name_plural = _("focal points")
        constraints = [
            dates_in_order(
                "focalpoint", "starts_on", "ends_on", may_end_day_before=True
            ),
            models.UniqueConstraint(
                name="focalpoint_one_open_mandate_per_agency_and_kind",
                fields=["agency", "kind"],
                condition=Q(ends_on__isnull=True),
                violation_error_message=_(
                    "This agency already has an open-ended mandate of this kind."
                ),
            ),
            models.CheckConstraint(
                name="focalpoint_leave_cover_is_dated",
                condition=Q(leave_cover=False) | Q(ends_on__isnull=False),
                violation_error_message=_("Cover for a leave needs a last day."),
            ),
        ]

    def __str__(self):
        return f"{self.agency} · {self.user} · {self.get_kind_display()}"

    def save(self, *args, **kwargs):
        """
        Save under a lock on the agency, so that overlapping mandates cannot race.
        Raises ``ValidationError`` on an overlap.
        """
        with transaction.atomic():
            Agency.objects.select_for_update().get(pk=self.agency_id)
            self.clean()
            super().save(*args, **kwargs)

    def clean(self):
        if not self.agency_id or not self.starts_on or self.leave_cover:
            return
        others = FocalPoint.objects.filter(
            agency=self.agency_id, kind=self.kind, leave_cover=False
        ).exclude(pk=self.pk)
        others = others.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=self.starts_on))
        if self.ends_on:
            others = others.filter(starts_on__lte=self.ends_on)
        if other := others.first():
            raise ValidationError(
                {
                    "starts_on": _(
                        "This overlaps the mandate of %(user)s. End that one first, "
                        "or mark this one as cover for a leave."
                    )
                    % {"user": other.user}
                }
            )
