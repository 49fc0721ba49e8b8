"""Words and sentences for states, counts and updates."""

import re

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils.dateformat import format as as_date
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import (
    gettext,
    gettext_lazy as _,
    ngettext,
    ngettext_lazy,
    pgettext_lazy,
)

from strategic_areas.commitment_states import (
    PLAIN,
    CommitmentState,
    StateFamily,
    family_of,
)
from strategic_areas.compliance import Timeliness
from strategic_areas.date_ranges import year_of
from strategic_areas.models import DeclaredResult, ExecutionState
from strategic_areas.progress import ActivityState, Punctuality
from strategic_areas.schedule import RoundState

STATES = {
    **{ActivityState(value): label for value, label in ExecutionState.choices},
    ActivityState.LEFT_IN_PROGRESS: _("Under way at its last record"),
    ActivityState.IN_REVIEW: pgettext_lazy("an activity", "Reported, in review"),
    ActivityState.NO_REPORT: _("No report"),
    ActivityState.NOT_ASKED: _("Not asked for a report"),
    ActivityState.NO_RECORD: _("No record"),
}
UNDER_WAY_THEN = _("Under way as of this record")
#: The words for the states of a commitment.
COMMITMENT_STATES = {
    CommitmentState.FULFILLED: pgettext_lazy("a commitment", "Fulfilled"),
    CommitmentState.IN_PART: pgettext_lazy("a commitment", "Fulfilled in part"),
    CommitmentState.UNFULFILLED: pgettext_lazy("a commitment", "Not fulfilled"),
    CommitmentState.CARRIED_OVER: pgettext_lazy(
        "a commitment", "Passes to another plan"
    ),
    CommitmentState.TO_DECLARE: _("Activities completed, result to be declared"),
    CommitmentState.IN_PROGRESS: pgettext_lazy("a commitment", "In progress"),
    CommitmentState.KEPT_UP: _("Kept up until the plan ended"),
    CommitmentState.LEFT_IN_PROGRESS: _("In progress as of its last report"),
    CommitmentState.BEGUN: pgettext_lazy("a commitment", "Begun"),
    CommitmentState.NOT_STARTED: pgettext_lazy("a commitment", "Not begun"),
    CommitmentState.INCOMPLETE: _("Report incomplete"),
    CommitmentState.PARTLY_SUSPENDED: _("Suspended in part"),
    CommitmentState.SUSPENDED: pgettext_lazy("a commitment", "Suspended"),
    CommitmentState.CANCELLED: pgettext_lazy("a commitment", "Cancelled"),
    CommitmentState.IN_REVIEW: _("Reported, in review"),
    CommitmentState.RESERVED: _("Reported; content withheld by law"),
    CommitmentState.NO_REPORT: _("No report"),
    CommitmentState.NOT_ASKED: _("Not asked for a report"),
    CommitmentState.NO_ACTIVITIES: _("No activities on record"),
}
#: The words for the families of states.
FAMILY_WORDS = {
    StateFamily.MET: pgettext_lazy("a family of states", "Fulfilled"),
    StateFamily.UNMET: pgettext_lazy("a family of states", "Not fulfilled, or in part"),
    StateFamily.GOING: pgettext_lazy("a family of states", "Under way"),
    StateFamily.HALTED: pgettext_lazy("a family of states", "Halted or cancelled"),
    StateFamily.UNBEGUN: pgettext_lazy("a family of states", "Not begun"),
    StateFamily.NO_NEWS: pgettext_lazy("a family of states", "No news"),
    StateFamily.UNPUBLISHED: pgettext_lazy(
        "a family of states", "Reported, not published"
    ),
}
#: Labels of results; "" is an old declaration, "not reached yet".
DECLARED = {
    DeclaredResult.FULFILLED: _("Its result is declared fulfilled"),
    DeclaredResult.IN_PART: _("Its result is declared fulfilled in part"),
    DeclaredResult.UNFULFILLED: _("Its result is declared not fulfilled"),
    DeclaredResult.CARRIED_OVER: _("Its result is declared to pass to another plan"),
    "": _("Its result is declared not reached yet"),
}
#: By kind of amendment and model.
STOPS = {
    ("cancel", "commitment"): _("The commitment is cancelled."),
    ("cancel", "activity"): _("The activity is cancelled."),
    ("suspend", "commitment"): _("The commitment is suspended."),
    ("suspend", "activity"): _("The activity is suspended."),
    ("resume", "commitment"): _("The commitment is taken up again."),
    ("resume", "activity"): _("The activity is taken up again."),
}
#: The frameworks of international targets, in the order in which pages list them.
FRAMEWORK_NAMES = {
    "SDG": _("Sustainable Development Goals (SDG)"),
    "GCM": _("Global Compact for Migration"),
    "PALERMO": _("Palermo Protocol"),
    "ASKED": _("What others ask of the country"),
}
#: Bodies with requests to the country, in display order.
BODY_NAMES = {
    "US-TIP": _("the United States Department of State"),
    "ILO-CEACR": _("the ILO Committee of Experts"),
    "UPR": _("the Universal Periodic Review of the United Nations"),
    "UN-SR-SALE": _(
        "the United Nations Special Rapporteur on the sale and sexual exploitation of "
        "children"
    ),
    "CRC": _("the Committee on the Rights of the Child"),
}
#: Their short names.
SHORT_BODIES = {
    "US-TIP": _("United States"),
    "ILO-CEACR": _("ILO, experts"),
    "UPR": _("Universal Periodic Review"),
    "UN-SR-SALE": _("UN, sale of children"),
    "CRC": _("Rights of the Child"),
}
#: Formats of target codes by family; the stored code is "SDG-16.2".
TARGET_CODES = {
    "SDG": _("SDG %(number)s"),
    "GCM": _("Global Compact, obj. %(number)s"),
    "PALERMO": _("Palermo Protocol, art. %(number)s"),
}
#: The kinds of international targets.
TARGET_KINDS = {
    "target": _("Target"),
    "objective": _("Objective"),
    "article": _("Article"),
    "indicator": _("Indicator"),
    "recommendation": _("Recommendation"),
    "request": _("Request for information"),
}
#: The kinds of laws and acts on which a plan is based.
INSTRUMENT_KINDS = {
    "constitution": _("Constitution"),
    "law": _("Law"),
    "decree": _("Decree"),
    "bill": _("Bill"),
    "regulation": _("Regulation"),
    "treaty": _("Treaty"),
}
#: The kinds of public sources, as ``models.records`` knows them.
SOURCE_KINDS = {
    "official_plan": _("Plan of the State"),
    "official_report": _("Report of a public body"),
    "official_study": _("Study of a public body"),
    "official_protocol": _("Protocol of a public body"),
    "official_news": _("News of a public body"),
    "foreign_government_report": _("Report of a foreign government"),
    "un_body": _("United Nations"),
    "ngo_report": _("Report of an organisation"),
    "reference": _("Work of reference"),
    "standard": _("Standard"),
    "ngo_news": _("News of an organisation"),
    "press": _("Press"),
}
PUNCTUALITY = {
    Punctuality.ON_TIME: _("On time"),
    Punctuality.AT_RISK: _("At risk of delay"),
    Punctuality.LATE: _("Late"),
    Punctuality.FINISHED_LATE: _("Finished late"),
    Punctuality.NOT_DUE: pgettext_lazy("work with a due date", "Not yet due"),
    Punctuality.NO_DEADLINE: _("No known deadline"),
}
#: In Spanish the words for a commitment have another gender.
COMMITMENT_PUNCTUALITY = PUNCTUALITY | {
    Punctuality.LATE: pgettext_lazy("a commitment", "Late"),
    Punctuality.FINISHED_LATE: pgettext_lazy("a commitment", "Finished late"),
}
#: Effects of an update; the first that applies is shown.
CHANGES = {
    "first": pgettext_lazy("an update", "New"),
    "state": pgettext_lazy("an update", "Another state"),
    "same": pgettext_lazy("an update", "Same state"),
    "declared": pgettext_lazy("an update", "Result declared"),
    "corrected": pgettext_lazy("an update", "Corrected"),
    "withdrawn": pgettext_lazy("an update", "Withdrawn"),
}
TIMELINESS = {
    Timeliness.ON_TIME: pgettext_lazy("an answer to a round", "On time"),
    Timeliness.LATE: pgettext_lazy("an answer to a round", "Late or in part"),
    Timeliness.SILENT: pgettext_lazy("an answer to a round", "No answer"),
    Timeliness.PENDING: pgettext_lazy("an answer to a round", "Not yet due"),
    Timeliness.NOT_ASKED: pgettext_lazy("an answer to a round", "Not asked"),
}
ROUND_WORDS = {
    RoundState.UPCOMING: _("Not open yet"),
    RoundState.OPEN: _("Open"),
    RoundState.LATE: _("Late, still accepted"),
    RoundState.CLOSED: _("Closed"),
}


def reported_state(update) -> ActivityState | None:
    """
    The state that an update gives its activity.

    What a public source called in progress was so on its day only.
    """
    is_going = update.is_from_sources and update.state == ActivityState.IN_PROGRESS
    return ActivityState.LEFT_IN_PROGRESS if is_going else update.state


def update_label(update) -> str:
    if update.state is None and update.result is not None:
        return str(DECLARED[update.result])
    if reported_state(update) != update.state:
        return str(UNDER_WAY_THEN)
    return state_word(update.state, update.voice)


def state_word(state, voice=None) -> str:
    """
    The word for a state, or "".

    ``voice`` is the kind of public source that states it; its label replaces
    "Completed".
    """
    if not state:
        return ""
    if voice is not None and state == ActivityState.COMPLETED:
        return str(voice.label)
    is_commitment = isinstance(state, CommitmentState)
    return str((COMMITMENT_STATES if is_commitment else STATES)[state])


def cited_state(row, day) -> str:
    """A commitment's family, state and lateness or risk on a day, for a citation."""
    state, days = row.summary.state, row.days_late(day)
    exact = "" if state in PLAIN else state_word(state)
    is_at_risk = row.summary.punctuality == Punctuality.AT_RISK
    risk = punctuality_word(row.summary) if is_at_risk else days and late_by(days)
    more = [word[:1].lower() + word[1:] for word in (exact, risk) if word]
    return ", ".join([str(FAMILY_WORDS[family_of(state)]) if state else "", *more])


def late_by(days: int) -> str:
    word = ngettext("%(number)s day late", "%(number)s days late", days)
    return word % {"number": days}


def punctuality_word(summary) -> str:
    if summary.punctuality is None:
        return ""
    is_commitment = isinstance(summary.state, CommitmentState)
    words = COMMITMENT_PUNCTUALITY if is_commitment else PUNCTUALITY
    return str(words[summary.punctuality])


def join_words(words: list[str]) -> str:
    """ "2018", "2018 and 2021", "2018, 2020 and 2021"."""
    if len(words) < 2:
        return "".join(words)
    return gettext("%(words)s and %(last)s") % {
        "words": ", ".join(words[:-1]),
        "last": words[-1],
    }


def lead_word(is_stated_by_plan) -> str:
    """
    The term for a commitment's agency; to a reconstructed one, others ascribe it.
    """
    return str(_("Lead") if is_stated_by_plan else _("Attributed to"))


def kind_of_record(change) -> str:
    try:
        model = apps.get_model("strategic_areas", change.model)
    except LookupError:
        return change.model
    return capfirst(str(model._meta.verbose_name))


def changed_field_name(change) -> str:
    """The name of a changed field, or a sentence about a withdrawn round."""
    if change.removes_record:
        return gettext("Withdrawn: nothing had been submitted in this round")
    try:
        model = apps.get_model("strategic_areas", change.model)
        name = model._meta.get_field(change.field).verbose_name
    except (LookupError, FieldDoesNotExist):
        name = change.field
    return capfirst(str(name))


def stop_phrase(change) -> str:
    kind = change.kind or getattr(change.amendment, "kind", "")
    phrase = STOPS.get((kind, change.model)) if change.field == "stopped" else None
    return str(phrase or "")


def target_code(target) -> str:
    number = target.code.removeprefix(f"{target.family}-")
    if number == target.code or target.family not in TARGET_CODES:
        return target.code
    return str(TARGET_CODES[target.family] % {"number": number.replace("-", "–")})


COMPLETED = ngettext_lazy(
    "%(done)d of %(total)d activity completed",
    "%(done)d of %(total)d activities completed",
    "total",
)
REPORTED = ngettext_lazy(
    "%(reported)d of %(total)d activity reported, none completed",
    "%(reported)d of %(total)d activities reported, none completed",
    "total",
)
MISSING = ngettext_lazy(
    "%(unreported)d without a published report",
    "%(unreported)d without a published report",
    "unreported",
)
OF = pgettext_lazy("activities", "%(done)d of %(total)d")
NONE_OF = pgettext_lazy("activities", "none; %(reported)d of %(total)d reported")
UNREPORTED = _("%(unreported)d without a published report")
NONE = _("none")
ACTIVITIES = ngettext_lazy("%(total)d activity", "%(total)d activities", "total")

FOUND = ngettext_lazy(
    "We found %(found)d activity", "We found %(found)d activities", "found"
)
#: By field of ``ReconstructedWork``.
ON_RECORD = {
    "done": ngettext_lazy(
        "%(n)d reported as done",
        "%(n)d reported as done",
        "n",
    ),
    "going": ngettext_lazy(
        "%(n)d under way at last record",
        "%(n)d under way at last record",
        "n",
    ),
    "other": ngettext_lazy(
        "%(n)d not begun or stopped at last record",
        "%(n)d not begun or stopped at last record",
        "n",
    ),
    "unreported": ngettext_lazy(
        "%(n)d without a record", "%(n)d without a record", "n"
    ),
}
BRIEF_DONE = ngettext_lazy("%(n)d done", "%(n)d done", "n")
BRIEF_GOING = ngettext_lazy("%(n)d under way", "%(n)d under way", "n")
#: The sentences of a single activity.
ONE_ON_RECORD = {
    "done": _("We found 1 activity, reported as done"),
    "going": _("We found 1 activity, under way at its last record"),
    "other": _("We found 1 activity, not begun or stopped at its last record"),
    "unreported": _("We found 1 activity, without a record"),
}
ONE_BY_PRESS = _("We found 1 activity, reported as done by the press or an NGO alone")
BY_PRESS = ngettext_lazy(
    "%(n)d by press or NGO alone", "%(n)d by press or NGO alone", "n"
)
PORTAL = _("National Plan against Human Trafficking")
SOURCES = _("Public sources")
ACCORDING_TO = _("according to %(agency)s, %(month)s")
LAST_REPORT = _("last report: %(month)s")
UNDATED = _("%(period)s, undated")
UNKNOWN = _("We do not know how many the plan had.")


def work_done(tally) -> str:
    """How many activities are completed, or ""."""
    numbers = {"done": tally.done, "reported": tally.reported, "total": tally.total}
    if not tally.reported:
        return str(ACTIVITIES % numbers) if tally.total else ""
    if not tally.unreported:
        return str(COMPLETED % numbers)
    if not tally.done:
        return str(REPORTED % numbers)
    return f"{COMPLETED % numbers}; {MISSING % {'unreported': tally.unreported}}"


def work_in_cell(row) -> str:
    """The same for a table cell below a heading."""
    if row.reconstructed_work:
        text = OF % {
            "done": row.reconstructed_work.done,
            "total": row.reconstructed_work.found,
        }
        by_press = row.reconstructed_work.by_press
        return f"{text} ({BY_PRESS % {'n': by_press}})" if by_press else str(text)
    tally = row.summary.tally
    numbers = {**vars(tally), "unreported": tally.unreported}
    if not tally.reported:
        return "—" if tally.total else str(NONE)
    if tally.unreported and not tally.done:
        return str(NONE_OF % numbers)
    return (
        f"{OF % numbers}; {UNREPORTED % numbers}"
        if tally.unreported
        else str(OF % numbers)
    )


def years_on_record(reconstructed_work) -> str:
    return ", ".join(str(year) for year, number in reconstructed_work.years if number)


def on_record(reconstructed_work) -> str:
    if reconstructed_work.found == 1:
        return _on_record_of_one(reconstructed_work)
    parts = []
    for name, words in ON_RECORD.items():
        if number := getattr(reconstructed_work, name):
            parts.append(str(words % {"n": number}))
            if name == "done" and reconstructed_work.by_press:
                parts[-1] += f" ({BY_PRESS % {'n': reconstructed_work.by_press}})"
    found = FOUND % {"found": reconstructed_work.found}
    return f"{found}: {', '.join(parts)}. {UNKNOWN}" if parts else f"{found}. {UNKNOWN}"


def _on_record_of_one(work):
    name = next((name for name in ONE_ON_RECORD if getattr(work, name)), None)
    if name is None:
        return f"{FOUND % {'found': 1}}. {UNKNOWN}"
    words = ONE_BY_PRESS if name == "done" and work.by_press else ONE_ON_RECORD[name]
    return f"{words}. {UNKNOWN}"


def done_and_going(reconstructed_work) -> str:
    parts = (
        str(words % {"n": number})
        for name, words in {"done": BRIEF_DONE, "going": BRIEF_GOING}.items()
        if (number := getattr(reconstructed_work, name))
    )
    return ", ".join(parts) or str(FOUND % {"found": reconstructed_work.found})


def other_reconstructed_work(reconstructed_work) -> str:
    return ", ".join(
        str(ON_RECORD[name] % {"n": number})
        for name in ("other", "unreported")
        if (number := getattr(reconstructed_work, name))
    )


def author_of(update) -> str:
    """
    Who states an update: its agency, or the publishers of its sources; "" in a
    demonstration.
    """
    if update.is_demonstration:
        return str(PORTAL)
    if not update.is_from_sources:
        return update.agency.name
    named = (source.publisher or source.title for source in update.sources)
    return "; ".join(dict.fromkeys(named)) or str(SOURCES)


def source_and_month(row) -> str:
    summary = row.summary
    if summary.state is None or summary.said_on is None:
        return ""
    month = as_date(summary.said_on, "m/Y")
    if row.declared_by:
        return ACCORDING_TO % {
            "agency": row.declared_by.acronym_in_language,
            "month": month,
        }
    return LAST_REPORT % {"month": month}


#: Maximum length of a cell's sentences, and of a single cut sentence.
MAX_TEXT, MAX_SENTENCE = 160, 240
#: The end of a sentence, not of an abbreviation or initial.
END_OF_SENTENCE = re.compile(r"(?<=[\w%)»”]{3})[.!?][»”\")]?(?= [^\Wa-z\d_]| [¿¡«“])|$")


def shortened(text) -> str:
    """The first sentences of a text in one line, cut at the end of a word."""
    text = " ".join(text.split())
    ends = [found.end() for found in END_OF_SENTENCE.finditer(text)]
    ends = [end for end in ends if end <= MAX_TEXT] or ends[:1]
    end = next((end for end in ends if end >= MAX_TEXT // 2), ends[-1])
    if end <= MAX_SENTENCE:
        return text[:end]
    words = text[: MAX_SENTENCE + 1].rpartition(" ")[0] or text[:MAX_SENTENCE]
    return f"{words.rstrip(',:;')}…"


def update_date(day, period) -> str:
    """The day of an update, or its period if its sources state no day."""
    if day:
        return date_format(day, "SHORT_DATE_FORMAT")
    year = year_of(period.starts_on, period.ends_on)
    return str(UNDATED % {"period": year or period.name})
