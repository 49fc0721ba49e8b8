"""Publishing together what nothing warns of, once it was read as the public will."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from strategic_areas import workflow
from strategic_areas.desk import reviewing, waiting
from strategic_areas.desk.deciding import PublishManyForm
from strategic_areas.desk.review import must_review

#: At most so many at once: what is longer is not read.
MOST = 50


def publish_many(request):
    """What was ticked, as the public will read it; then, by a press, published."""
    must_review(request.user)
    picked = request.POST if request.method == "POST" else request.GET
    tokens = picked.getlist("pick")
    chosen, left_out = choose(request.user, tokens)
    form = PublishManyForm(
        request.POST if request.method == "POST" else None,
        action=reverse("admin:review_many"),
        tokens=tokens,
        items=chosen,
    )
    if form.is_valid():
        _publish(request, chosen, left_out)
        return redirect("admin:review_queue")
    previews = reviewing.previews(request.user, [item.record for item in chosen])
    context = {
        **reviewing.frame(request, _("Publish together")),
        "previews": previews,
        "in_english": [entry for entry in previews if entry.text_en],
        "left_out": left_out,
        "form": form,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "desk/publish_many.html", context, status=status)


def choose(user, tokens):
    """
    The ticked items that may be published together, and why each other may not.

    A token names a record and the version that was on screen; it counts only while just
    that version waits.
    """
    by_token = {item.token: item for item in waiting.queue(user)}
    chosen, left_out = [], []
    for token in dict.fromkeys(tokens):
        item = by_token.get(token)
        reason = _why_not(item, len(chosen))
        if reason:
            left_out.append((item.record if item else token, reason))
        else:
            chosen.append(item)
    return chosen, left_out


def _why_not(item, number):
    if item is None:
        return _("it waits no more, or was changed since.")
    if item.is_mine:
        return _("you had a part in it: another person publishes it.")
    if item.count:
        return _("something in it has to be read by itself.")
    if number >= MOST:
        return _("at most %(number)d at once.") % {"number": MOST}
    return ""


def _publish(request, chosen, left_out):
    """Publish each by itself; what is refused is told, with its reason."""
    published = 0
    for item in chosen:
        version = item.record.version
        try:
            workflow.publish(item.record, by=request.user, seen_version=version)
        except workflow.TransitionError as error:
            messages.warning(request, str(error))
        else:
            published += 1
    for label, reason in left_out:
        messages.warning(request, f"{label}: {reason}")
    if published:
        text = ngettext(
            "%(number)d report was published.",
            "%(number)d reports were published.",
            published,
        )
        messages.success(request, text % {"number": published})
