"""
What is sent to an address: a form that is complete, so that only rights can stop it.

An address that is not here is sent an empty form.
"""

from django.core.files.uploadedfile import SimpleUploadedFile

from strategic_areas.models import Participation
from tests.make.people import PASSWORD
from tests.uploads import make_pdf

REASON = "Falta la cifra del trimestre."
NEW_PASSWORD = "cuatro caballos azules corren"

#: What is asked for by the query of an address that answers nothing without one.
QUERIES = {
    "admin:autocomplete": {
        "app_label": "strategic_areas",
        "model_name": "activityupdate",
        "field_name": "activity",
        "term": "",
    }
}


def pdf():
    """A PDF that no report of the world has: it has a second page."""
    content = make_pdf(lambda written: written.add_blank_page())
    return SimpleUploadedFile("Acta.pdf", content)


def report(words):
    return {
        "seen_version": words.get("version", ""),
        "answer": "reported",
        "execution": "in_progress",
        "percent": 55,
        "narrative_es": "Se hizo otra parte del trabajo.",
    }


def declaration(words):
    said = {"result": "in_part", "statement_es": "Falta una parte."}
    return {"seen_version": words["version"], **said}


def evidence(words):
    return {"title_es": "Acta", "upload": pdf()}


def branch(words):
    """A commitment that is reworded, or a new one."""
    return {
        "code": "C-0",
        "title_es": "Otro título",
        "programme": words["programme"],
        "lead": words["lead"],
        "provenance": "plan",
        "seen_digests": words["seen_digests"],
    }


def off_plan(words):
    return {
        "title_es": "Jornada en la frontera",
        "commitment": words["commitment"],
        "execution": "completed",
        "reaches_victims": "False",
        "narrative_es": "Se hizo una jornada.",
    }


def proposal(words):
    return {
        "title": "Otra actividad",
        "commitment": words["commitment"],
        "why": "Hace falta.",
        "kind": "one_off",
    }


def letter(words):
    return {
        "agency": words["agency"],
        "period": words["period"],
        "kind": "letter",
        "reference": "DG-0",
        "dated_on": "2026-01-02",
        "received_on": "2026-01-03",
        "upload": pdf(),
    }


def decided(words):
    said = {"reason": REASON, "cause": "error", "words": REASON}
    return {"seen_version": words["version"], "checked": "on", **said}


def pasted(words):
    """A line for an agency that takes part, and for somebody without an account."""
    agency = Participation.objects.order_by("pk").first().agency
    return {"line": f"{agency.acronym}; Luz Paz; luz.paz@example.org", "send": ""}


NEW = dict.fromkeys(("password1", "password2"), NEW_PASSWORD)
DECISION = {"approve": "1", "take_back": "1"}
#: By address what is sent to it, or what makes that of the words of its records.
POSTS = {
    "account_change_password": {"oldpassword": PASSWORD, **NEW},
    "language": {"language": "en"},
    "mfa_edit_webauthn": {"name": "Otra"},
    "admin:invite_many": pasted,
    "admin:reminders": {"reminders": "never"},
    "admin:practice_row": {"answer": "no_news", "no_news_reason_es": "Sí."},
    "admin:practice_row_attach": evidence,
    "admin:sheet_row": report,
    "admin:sheet_row_attach": evidence,
    "admin:sheet_declaration": declaration,
    "admin:sheet_declaration_attach": evidence,
    "admin:sheet_off_plan": off_plan,
    "admin:sheet_row_rename": off_plan,
    "admin:sheet_propose": proposal,
    "admin:sheet_reopen": {"reason": REASON},
    "admin:agency_comment": {"text_es": "Se avanzó más."},
    "admin:proposal": {"decline": "1", "reason": REASON},
    "admin:value_new": {
        **{"starts_on": "2025-01-01", "ends_on": "2025-12-31"},
        **{"value": "40", "figure_status": "confirmed"},
    },
    "admin:value_recorded": {"value": "40"},
    "admin:raw_values_of_agency": {"format": "csv"},
    "admin:raw_values_of_indicator": {"format": "xlsx"},
    "admin:approval": DECISION,
    "admin:letter_new": letter,
    "admin:plan_node": branch,
    "admin:plan_node_new": branch,
    "admin:plan_node_step": {"step": "delete"},
    "admin:letter_row": report,
    "admin:letter_declaration": declaration,
    "admin:letter_send": lambda words: {"seen": words["seen"]},
    "admin:letter_confirmed": lambda words: {"seen": words["seen"]},
    "admin:letter_contested": lambda words: {"seen": words["seen"], "reason": REASON},
    "admin:hide": {"what": "-whole", "cause": "error"},
    "admin:hidden": {"approve": "1"},
    "admin:report_words": {
        "introduction_es": "Fue un buen año.",
        "conclusions_es": "Se cumplió.",
    },
    "admin:plan_editions": {"explanation_es": "Se cita."},
    "admin:edition_proposal": {"decline": "1", "take_back": "1", "reason": REASON},
    "admin:stand_ins": lambda words: {
        "user": words["user"],
        **{"starts_on": "2090-01-01", "ends_on": "2090-01-31"},
    },
    "admin:stand_in": DECISION,
    "admin:account_change": DECISION,
    "admin:purge_new": {"phrases": "Zutana"},
    "admin:attribution": {"text_es": "Lo hizo otra institución."},
    "admin:translation": {"text": "Part of the work was done."},
    "admin:round": {"has_read": "on"},
    "admin:round_take_back": {"has_read": "on"},
    "admin:review_publish": decided,
    "admin:review_return": decided,
    "admin:hand_over": lambda words: {"successor": words["successor"]},
    **{
        f"admin:strategic_areas_{model}_{step}": decided
        for model in ("activityupdate", "commitmentupdate")
        for step in ("withdraw", "explain", "correct")
    },
}


def form_for(address, words):
    """What is sent to an address, of whose records these are the words."""
    found = POSTS.get(address, {})
    return found(words) if callable(found) else dict(found)
