"""A person's own account: one page that leads to all that concerns it."""

from allauth.account.decorators import reauthentication_required
from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.forms import ActivateTOTPForm
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.template.response import TemplateResponse

from agencies import access
from agencies.factors import factors_of


@login_required
def index(request):
    """Who I am here, in words: what I may do, and how I sign in."""
    user = request.user
    context = {
        "reviews": access.is_reviewer(user),
        "administers": access.is_administrator(user),
        "mandates": user.mandates.current().select_related("agency"),
        "factors": factors_of(user).count(),
    }
    return TemplateResponse(request, "account/index.html", context)


@login_required
@reauthentication_required(app="allauth.mfa")
def totp_picture(request):
    """The secret that is being set up, as a picture for the app to read."""
    adapter = get_adapter()
    # A form that is sent back keeps the secret that the page has shown.
    form = ActivateTOTPForm(data={}, user=request.user)
    url = adapter.build_totp_url(request.user, form.secret)
    return HttpResponse(adapter.build_totp_svg(url), content_type="image/svg+xml")
