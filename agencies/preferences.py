"""What each person chooses for herself: how often the portal writes to her."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.contrib import admin, messages
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from agencies.models import User


class ReminderForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["reminders"]
        widgets = {"reminders": forms.RadioSelect}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_class = "step-form"
        self.helper.add_input(Submit("save", _("Save"), css_class="default"))


def reminder_page(request):
    """One's own choice, and nobody else's."""
    person = User.objects.get(pk=request.user.pk)
    form = ReminderForm(request.POST or None, instance=person)
    if form.is_valid():
        person.save(update_fields=["reminders"])
        messages.success(request, _("Your choice is saved."))
        return HttpResponseRedirect(reverse("admin:reminders"))
    context = {
        **admin.site.each_context(request),
        "title": _("Reminders by mail"),
        "form": form,
    }
    return TemplateResponse(request, "desk/reminder_choice.html", context)
