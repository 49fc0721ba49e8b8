from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies import access
from agencies.fields import (
    DeclaredFields,
    bilingual,
    dates_in_order,
    internal,
    public,
    spanish_required,
    structure,
)
from agencies.models import Agency
from strategic_areas.models.records import (
    CODE_FIELDS,
    PROVENANCE_FIELDS,
    CodeMixin,
    Provenance,
    ProvenanceMixin,
    Source,
    is_not_reserved,
)
from strategic_areas.public_paths import public_path


class PlanQuerySet(models.QuerySet):
    def public(self):
        """Plans that are not in preparation."""
        return self.exclude(status=Plan.Status.IN_PREPARATION)

    def visible_to(self, user):
        if access.is_reviewer(user) or access.is_administrator(user):
            return self
        return self.public() if access.is_focal_point(user) else self.none()


class Plan(models.Model):
    """A plan. Plans may overlap or leave gaps."""

    class Status(models.TextChoices):
        IN_PREPARATION = "in_preparation", _("In preparation")
        APPROVED = "approved", _("Approved")
        ENDED = "ended", _("Ended")

    #: By status, the earlier ones, to which a plan never returns.
    EARLIER_STATUSES = {
        Status.IN_PREPARATION: (),
        Status.APPROVED: (Status.IN_PREPARATION,),
        Status.ENDED: (Status.IN_PREPARATION, Status.APPROVED),
    }
    path_to_plan = ""

    code = models.SlugField(
        _("code"), max_length=40, unique=True, validators=[is_not_reserved]
    )
    title = models.CharField(_("title"), max_length=300)
    status = models.CharField(
        _("status"), max_length=20, choices=Status, default=Status.IN_PREPARATION
    )
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    launched_on = models.DateField(_("launched on"), null=True, blank=True)
    act = models.CharField(
        _("act that approved it"),
        max_length=300,
        blank=True,
        default="",
        db_default="",
        help_text=_("Its kind, number and date, such as “Decree 12-29, 4 May 2029”."),
    )
    act_url = models.URLField(
        _("address of the act"), max_length=500, blank=True, default="", db_default=""
    )
    commission = models.CharField(
        _("commission that carries it out"),
        max_length=300,
        blank=True,
        default="",
        db_default="",
        help_text=_("As it follows “The plan is carried out by”, with its article."),
    )
    goals_by = models.CharField(
        _("who tells its goals"),
        max_length=120,
        blank=True,
        default="",
        db_default="",
        help_text=_(
            "Who says what its goals are, where the plan's own are not public; as it "
            "follows “according to”."
        ),
    )
    summary = models.TextField(_("summary"), blank=True)
    makers = models.TextField(
        _("who compiled its file"),
        blank=True,
        default="",
        db_default="",
        help_text=_(
            "Who compiled what the portal holds of the plan, when, from what, who has "
            "read it, and what was not found; as it stands on the page about the site."
        ),
    )
    note = models.TextField(_("note"), blank=True)
    sources = models.ManyToManyField(
        Source, blank=True, related_name="+", verbose_name=_("sources")
    )

    fields = DeclaredFields(
        *public("code"),
        *bilingual("title"),
        *public("status"),
        *structure(*public("starts_on", "ends_on", "launched_on")),
        *bilingual("act"),
        *public("act_url"),
        *bilingual("commission", "goals_by", "summary", "makers", "note"),
        *public("sources"),
    )

    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "code"]
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        constraints = [
            *spanish_required("plan", "title"),
            dates_in_order("plan", "starts_on", "ends_on"),
        ]

    def __str__(self):
        return self.code

    def get_absolute_url(self, language=None):
        return public_path("plan", self.code, language=language)

    def clean(self):
        """Refuse an earlier status, as a trigger does, and a new code once approved."""
        super().clean()
        stored = Plan.objects.filter(pk=self.pk).first()
        if stored and self.status in self.EARLIER_STATUSES[stored.status]:
            raise ValidationError({"status": _("A plan's status never goes back.")})
        if (
            stored
            and stored.status != self.Status.IN_PREPARATION
            and stored.code != self.code
        ):
            raise ValidationError(
                {
                    "code": _(
                        "An approved plan keeps its code: public addresses contain it."
                    )
                }
            )


class PlanMixin(models.Model):
    """A record of one plan; a trigger refuses a move to another plan."""

    class Meta:
        abstract = True

    #: Names of the foreign keys whose record must be of the same plan.
    same_plan_as = ()

    def save(self, *args, **kwargs):
        PlanMixin.complete(self)
        super().save(*args, **kwargs)

    def complete(self):
        for name in self.same_plan_as:
            if self.plan_id is None and (parent := getattr(self, name)):
                self.plan_id = parent.plan_id

    def clean(self):
        super().clean()
        for name in self.same_plan_as:
            parent = getattr(self, name, None)
            if parent and self.plan_id not in (None, parent.plan_id):
                text = _("This is of another plan: %(plan)s.") % {"plan": parent.plan}
                raise ValidationError({name: text})


class Participation(ProvenanceMixin):
    class Role(models.TextChoices):
        CHAIR = "chair", _("Chair")
        MEMBER = "member", _("Member")
        PARTNER = "partner", _("Partner")

    plan = models.ForeignKey(
        Plan, models.PROTECT, related_name="participations", verbose_name=_("plan")
    )
    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="+", verbose_name=_("agency")
    )
    role = models.CharField(_("role"), max_length=10, choices=Role)
    mandate = models.TextField(_("mandate in the plan"), blank=True)
    mandate_provenance = models.CharField(
        _("where the mandate comes from"),
        max_length=20,
        choices=Provenance,
        blank=True,
    )
    member_since = models.DateField(_("member since"), null=True, blank=True)
    hosts_secretariat = models.BooleanField(
        _("hosts the secretariat"),
        default=False,
        help_text=_("Pages then say that its reports are reviewed within itself."),
    )

    fields = DeclaredFields(
        *public("plan", "agency", in_file=False),
        *public("role"),
        *bilingual("mandate"),
        *public("mandate_provenance", "member_since", "hosts_secretariat"),
        *PROVENANCE_FIELDS,
    )

    class Meta:
        ordering = ["plan", "agency__name_es"]
        verbose_name = _("participation")
        verbose_name_plural = _("participations")
        constraints = [
            models.UniqueConstraint(
                name="participation_one_per_agency_and_plan",
                fields=["plan", "agency"],
                violation_error_message=_("The agency already takes part in the plan."),
            )
        ]

    def __str__(self):
        return f"{self.agency} · {self.plan}"

    def get_absolute_url(self, language=None):
        return public_path(
            "agency", self.plan.code, self.agency.slug, language=language
        )


class PlanFileQuerySet(models.QuerySet):
    def loaded(self):
        """Files whose load is complete, which are public."""
        return self.filter(status=PlanFile.Status.LOADED)


class PlanFile(models.Model):
    """
    A loaded plan file.

    Only staff may read its hash: others could try out protected numbers with it.
    ``APPLYING`` lasts for one transaction, in which triggers allow changes of the
    structure.
    """

    is_hideable = False
    #: The records that it changes increase the version.
    moves_version = False

    class Status(models.TextChoices):
        APPLYING = "applying", _("Being loaded")
        LOADED = "loaded", _("Loaded")

    plan = models.ForeignKey(
        Plan,
        models.PROTECT,
        null=True,
        related_name="files",
        verbose_name=_("plan"),
    )
    name = models.CharField(_("name of the file"), max_length=200)
    sha256 = models.CharField(max_length=64)
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.APPLYING
    )
    loaded_at = models.DateTimeField(_("loaded"), auto_now_add=True)
    created = models.PositiveIntegerField(_("records created"), default=0)
    changed = models.PositiveIntegerField(_("records changed"), default=0)
    kept = models.PositiveIntegerField(_("values left as they stood"), default=0)

    fields = DeclaredFields(
        *public("plan", "name", "loaded_at", "created", "changed", "kept"),
        *internal("sha256", "status"),
    )

    objects = PlanFileQuerySet.as_manager()

    class Meta:
        ordering = ["-loaded_at", "-pk"]
        verbose_name = _("loaded plan file")
        verbose_name_plural = _("loaded plan files")
        default_permissions = []
        constraints = [
            models.CheckConstraint(
                name="planfile_loaded_names_its_plan",
                condition=Q(status="applying") | Q(plan__isnull=False),
            )
        ]

    def __str__(self):
        return self.name


class StrategicArea(PlanMixin, CodeMixin, ProvenanceMixin):
    plan = models.ForeignKey(
        Plan, models.PROTECT, related_name="areas", verbose_name=_("plan")
    )
    slug = models.SlugField(_("address word"), max_length=60)
    name = models.CharField(_("name"), max_length=200)
    short = models.CharField(_("short name"), max_length=80, blank=True)
    outcome = models.TextField(_("outcome sought"), blank=True)
    outcome_provenance = models.CharField(
        _("where the outcome comes from"),
        max_length=20,
        choices=Provenance,
        blank=True,
    )

    fields = DeclaredFields(
        *public("plan", in_file=False),
        *structure(*CODE_FIELDS),
        *bilingual("slug"),
        *structure(*bilingual("name")),
        *bilingual("short"),
        *structure(*bilingual("outcome")),
        *public("outcome_provenance"),
        *PROVENANCE_FIELDS,
    )

    class Meta:
        ordering = ["plan", "sort_code"]
        verbose_name = _("strategic area")
        verbose_name_plural = _("strategic areas")
        constraints = [
            *spanish_required("strategicarea", "name", "slug"),
            models.UniqueConstraint(
                name="strategicarea_code_unique_in_plan",
                fields=["plan", "code"],
                violation_error_message=_("The plan already has an area of this code."),
            ),
            models.UniqueConstraint(
                name="strategicarea_spanish_address_unique_in_plan",
                fields=["plan", "slug_es"],
                violation_error_message=_("Another area has this address word."),
            ),
            models.UniqueConstraint(
                name="strategicarea_english_address_unique_in_plan",
                fields=["plan", "slug_en"],
                condition=Q(slug_en__isnull=False) & ~Q(slug_en=""),
                violation_error_message=_("Another area has this address word."),
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self, language=None):
        slug = self.slug
        if language:
            slug = (self.slug_en if language == "en" else "") or self.slug_es
        return public_path("area", self.plan.code, slug, language=language)

    @property
    def label(self):
        return self.short or self.name


class Programme(PlanMixin, CodeMixin, ProvenanceMixin):
    same_plan_as = ("area",)

    plan = models.ForeignKey(
        Plan, models.PROTECT, related_name="programmes", verbose_name=_("plan")
    )
    area = models.ForeignKey(
        StrategicArea,
        models.PROTECT,
        related_name="programmes",
        verbose_name=_("strategic area"),
    )
    name = models.CharField(_("name"), max_length=200)

    fields = DeclaredFields(
        *public("plan", in_file=False),
        *structure(*CODE_FIELDS, *public("area"), *bilingual("name")),
        *PROVENANCE_FIELDS,
    )

    class Meta:
        ordering = ["plan", "sort_code"]
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        constraints = [
            *spanish_required("programme", "name"),
            models.UniqueConstraint(
                name="programme_code_unique_in_plan",
                fields=["plan", "code"],
                violation_error_message=_(
                    "The plan already has a programme of this code."
                ),
            ),
        ]

    def __str__(self):
        return f"{self.code} {self.name}"
