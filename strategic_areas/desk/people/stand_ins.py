"""Substitutes of the secretariat: who named whom, for which days, and the decision."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.access import RefusedError, Role, is_reviewer
from agencies.models import User
from agencies.stand_ins import STAND_INS, StandIn, name
from strategic_areas.desk.changes import decisions


class StandInForm(forms.ModelForm):
    class Meta:
        model = StandIn
        fields = ["user", "starts_on", "ends_on"]
        widgets = {
            name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            for name in ("starts_on", "ends_on")
        }

    def __init__(self, *args, by, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        people = User.objects.filter(is_active=True, is_staff=True, is_superuser=False)
        known = people.filter(groups__name__in=[Role.FOCAL_POINT, Role.ADMINISTRATOR])
        others = known.exclude(groups__name=Role.REVIEWER).exclude(pk=by.pk)
        self.fields["user"].queryset = others.distinct().order_by("username")
        self.helper = FormHelper()
        self.helper.form_class = "step-form"
        self.helper.add_input(Submit("name", gettext_lazy("Name them as a substitute")))

    def clean_ends_on(self):
        day = self.cleaned_data["ends_on"]
        if day < timezone.localdate():
            raise forms.ValidationError(_("That day is past."))
        return day


def stand_ins(request):
    """List the substitutes; a reviewer names another one."""
    if not STAND_INS.decides(request.user):
        raise PermissionDenied
    form = None
    if is_reviewer(request.user):
        form = StandInForm(request.POST or None, by=request.user)
        if form.is_valid():
            try:
                made = name(form.save(commit=False), by=request.user)
                return redirect("admin:stand_in", pk=made.pk)
            except RefusedError as error:
                form.add_error(None, str(error))
    context = {
        **admin.site.each_context(request),
        "title": _("Substitutes of the secretariat"),
        "rows": StandIn.objects.visible_to(request.user).order_by("-starts_on")[:50],
        "form": form,
    }
    return render(request, "desk/stand_ins.html", context)


def stand_in(request, pk):
    """One substitute, and the steps open to this person."""
    rows = StandIn.objects.visible_to(request.user)
    found = get_object_or_404(rows.select_related("proposed_by", "decided_by"), pk=pk)
    steps = decisions.open_forms(
        request, STAND_INS, found, decisions.ApproveForm, has_warnings=False
    )
    if decisions.take_pressed_step(request, STAND_INS, found, steps):
        return redirect("admin:stand_ins")
    context = {
        **admin.site.each_context(request),
        "title": str(found),
        "stand_in": found,
        "steps": steps,
        "why_not": STAND_INS.why_not(request.user, found),
    }
    return render(request, "desk/stand_in.html", context)
