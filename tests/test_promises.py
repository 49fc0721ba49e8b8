"""
The pages of promises: each sentence, and the tests that show that it is true.

A test of another file is named by its path and name. Those of ``tests/test_crawl.py``
read the shipped plan and a portal on which every state stands.
"""

import re
from itertools import chain

import pytest
from django.apps import apps

from agencies.models import User
from strategic_areas import text_guard
from strategic_areas.models import ActivityUpdate, Province
from strategic_areas.text_guard import PersonalDataKind, Severity
from tests.strategic_areas.plans import shipped_content
from tools.check import ROOT

FILE = shipped_content()
#: Kinds of sources that publish for the whole country and answer for it.
OFFICIAL = {
    "official_report",
    "official_study",
    "official_news",
    "foreign_government_report",
    "un_body",
}
HERE = "tests/test_promises.py::"
CRAWL = "tests/test_crawl.py::"
PAGES = "tests/test_public_pages.py::"
EVERY = "tests/test_every_public_page.py::"
GUARD = f"{HERE}test_the_guard_refuses_and_warns_as_the_page_says"
SECOND = (
    "tests/test_one_door.py::test_no_word_is_public_before_another_person_approved_it"
)
NUMBERS = (
    "tests/test_disclosure.py::test_no_public_address_depends_on_a_number_of_victims"
)
COUNTS = "tests/strategic_areas/test_counts.py::"
FIGURES = "tests/strategic_areas/test_published_figures.py::"
PROTECTION = "tests/strategic_areas/test_protection.py::"
HIDING = "tests/strategic_areas/test_hiding.py::"
INDICATORS = "tests/test_indicator_pages.py::"
AXE = "tests/browser/test_public_site.py::"
FILES = "tests/strategic_areas/test_evidence_files.py::"
REVIEW = "tests/strategic_areas/test_review.py::"
PURGING = "tests/strategic_areas/test_purging.py::"
FACTORS = "tests/agencies/test_second_factor.py::"
NO_PERSON = f"{CRAWL}test_nothing_that_is_not_public_and_no_person_is_anywhere"
NO_CONTACT = f"{PAGES}test_contact_tells_what_the_settings_state_and_nothing_else"

#: The beginning of each promise → what shows that it is kept.
KEPT = {
    "protection": {
        "These rules are there so that": [NUMBERS, NO_PERSON],
        "The site keeps no record of any victim": [
            f"{HERE}test_no_record_has_a_place_for_a_victim"
        ],
        "Reports tell of work done": [
            f"{HERE}test_a_report_marks_no_place_finer_than_a_province",
            NUMBERS,
        ],
        "It takes no reports and no messages": [
            f"{HERE}test_no_public_page_has_a_form_that_sends_anything",
            f"{PAGES}test_public_pages_are_only_read",
        ],
        "Every text that can become public": [
            GUARD,
            "tests/test_one_door.py::"
            "test_the_number_of_an_identity_card_is_refused_everywhere",
        ],
        "What may be the name or the address": [
            GUARD,
            "tests/strategic_areas/test_small_numbers.py::"
            "test_the_warning_stays_until_a_reviewer_ticks_it",
        ],
        "Whoever reviews a text reads it with every word marked": [
            f"{REVIEW}test_marked_text_is_published_after_a_tick",
            f"{REVIEW}test_marked_reports_are_published_together_after_a_tick",
            "tests/strategic_areas/test_changes.py::"
            "test_what_is_marked_is_read_before_a_change_is_approved",
            "tests/strategic_areas/test_text_guard.py::"
            "test_what_could_lead_to_somebody_is_marked",
        ],
        "A second person reads what agencies": [
            SECOND,
            f"{HERE}test_what_the_shipped_plan_tells_names_its_sources",
            "tests/strategic_areas/test_importing_guard.py::"
            "test_every_text_that_the_public_reads_is_inspected",
        ],
        "Nobody alone decides who that second person is": [
            "tests/agencies/test_confirming.py::test_one_administrator_is_not_two_persons"
        ],
        "Evidence is internal.": [
            "tests/strategic_areas/test_sheet_evidence.py::"
            "test_each_of_the_three_kinds_is_attached_and_stays_internal",
            NO_PERSON,
        ],
        "Files are written anew on arrival": [
            f"{FILES}test_what_was_cleaned_is_clean",
            f"{HERE}test_institutions_are_told_to_send_no_lists_of_names",
        ],
        "Of what agencies report": [NUMBERS],
        "A text about work with victims tells a number": [
            "tests/strategic_areas/test_counted_people.py::"
            "test_without_the_official_source_it_stays_where_it_is",
            "tests/strategic_areas/test_importing_guard.py::"
            "test_a_number_of_victims_needs_official_print",
        ],
        "What an official report has already published": [
            f"{HERE}test_small_numbers_of_the_shipped_plan_are_official_and_national"
        ],
        "No number of an indicator": [
            f"{COUNTS}test_no_part_of_1_to_9_inside_a_total_can_be_computed",
            f"{COUNTS}test_a_mark_leaves_at_least_five_answers",
            f"{FIGURES}test_only_confirmed_national_totals_are_told",
            f"{FIGURES}test_what_was_printed_is_quoted_with_where_it_stands",
            f"{FIGURES}test_a_form_is_held_against_all_that_were_told",
            f"{INDICATORS}test_no_address_tells_a_number_below_the_threshold",
            "tests/test_architecture.py::test_nothing_public_reaches_raw_values_or_drafts",
        ],
        "A reviewer can withdraw a published figure": [
            f"{INDICATORS}test_a_figure_that_is_taken_away_is_gone_from_everywhere",
            f"{HIDING}test_a_published_figure_is_withdrawn_at_once_and_comes_back",
        ],
        "What decides whether a number is protected is changed only by two people": [
            f"{PROTECTION}test_one_person_changes_nothing_that_protects",
            f"{PROTECTION}test_the_decider_reads_what_the_figures_would_tell",
        ],
        "A protected number is marked as protected.": [
            NUMBERS,
            f"{INDICATORS}test_a_protected_figure_is_told_in_words_and_not_drawn",
            "tests/test_disclosure.py::"
            "test_no_number_of_victims_is_told_whatever_its_size",
        ],
        "One person hides a text or a figure at once": [
            f"{HIDING}test_a_whole_record_is_gone_from_every_public_output",
            f"{HIDING}test_nobody_brings_a_former_form_back_alone",
            f"{HIDING}test_what_nobody_confirmed_in_time_stands_in_public_without_"
            "its_content",
        ],
        "The public stops reading it as soon as one person asks": [
            f"{PURGING}test_asking_hides_at_once_what_the_public_reads_and_nothing_"
            "else",
            "tests/strategic_areas/test_decisions.py::"
            "test_nobody_decides_what_they_proposed",
            f"{PURGING}test_the_words_stand_nowhere_in_the_database_afterwards",
            f"{PURGING}test_no_file_of_the_portal_holds_the_words_afterwards",
        ],
    },
    "terms": {
        "What an agency reports here was reviewed": [
            SECOND,
            f"{PURGING}test_without_a_running_purge_a_public_text_never_changes",
        ],
        "Addresses stay.": [
            f"{PAGES}test_published_addresses_never_change",
            f"{CRAWL}test_no_link_is_broken_or_leads_elsewhere",
        ],
        "A record of a reconstructed plan": [
            "tests/test_reconstructed_pages.py::"
            "test_its_pages_say_once_what_it_is_and_measure_nothing",
        ],
    },
    "accessibility": {
        "This site is made to be read by everybody": [
            f"{AXE}test_everyone_can_read_any_page_and_it_is_light"
        ],
        "By ourselves, last on": [
            f"{AXE}test_everyone_can_read_any_page_and_it_is_light",
            f"{AXE}test_a_keyboard_stops_at_all_in_the_order_read_and_leaves",
        ],
        "Files of evidence look": [
            f"{FILES}test_each_kind_is_taken_under_its_own_content_type"
        ],
        "Some texts are only in Spanish": [
            f"{PAGES}test_a_text_without_english_is_marked_as_spanish"
        ],
        "Tell us what you were looking for": [NO_CONTACT],
    },
    "privacy": {
        "Nothing about you is kept.": [
            f"{EVERY}test_pages_hold_no_script_no_inline_style_and_no_cookie",
            "tests/plan_portal/test_logs.py::"
            "test_a_request_is_logged_without_its_query",
        ],
        "What you search for is not noted.": [
            "tests/strategic_areas/test_search.py::"
            "test_the_words_of_a_search_are_not_logged"
        ],
        "To know who may report": [
            "tests/agencies/test_forgetting.py::test_what_happened_stays_in_the_record"
        ],
        "So that nobody else signs in as you.": [
            "tests/agencies/test_passwords.py::"
            "test_a_password_is_hashed_with_the_work_that_is_written",
            f"{FACTORS}test_a_secret_is_not_stored_as_it_is",
        ],
        "So that you can still sign in there": [
            "tests/agencies/test_sign_in.py::"
            "test_the_right_password_opens_from_a_browser_that_signed_in_before"
        ],
        "So that anyone who decides can be asked why.": [
            "tests/agencies/test_audit.py::"
            "test_places_in_the_chain_have_no_gap_and_each_hash_covers_the_one_before"
        ],
        "To be able to say whether a reminder": [
            "tests/agencies/test_forgetting.py::"
            "test_a_mail_loses_its_text_and_then_goes"
        ],
        "None of it is public": [NO_PERSON],
        "You may ask": [NO_CONTACT],
    },
}
#: Sentences that promise nothing: headings are none, and these say whose or what it is.
SAID = {
    "protection": ["How we protect victims", "The basis is {{ laws }}"],
    "terms": [
        "Terms of use",
        "Texts and figures of this site may be copied",
        "Licence:",
        "Documents that we link to",
        "Do not try to find out",
        "Contact",
    ],
    "accessibility": [
        "Accessibility statement",
        "Web Content Accessibility Guidelines",
        "No test with people",
        "Contact",
    ],
    "privacy": ["Privacy notice", "As {{ law }} asks", "Contact"],
}
SENTENCE = re.compile(
    r'{% translate "([^"]+)"|{% blocktranslate[^%]*%}(.*?){% endblocktranslate', re.S
)


@pytest.mark.parametrize("page", KEPT)
def test_every_sentence_is_promised_and_tested_or_promises_nothing(page):
    text = (ROOT / "templates" / f"{page}.html").read_text(encoding="utf-8")
    text = re.sub(r"<(h2|dt)>.*?</\1>", "", text, flags=re.S)
    sentences = {quoted or block for quoted, block in SENTENCE.findall(text)}

    known = [*KEPT[page], *SAID[page]]

    assert {s for s in sentences if not s.startswith(tuple(known))} == set()
    assert [k for k in known if not any(s.startswith(k) for s in sentences)] == []


def test_every_test_that_is_named_exists():
    named = set(chain.from_iterable(chain(*(kept.values() for kept in KEPT.values()))))

    missing = []
    for each in named:
        path, _, name = each.partition("::")
        if f"def {name}(" not in (ROOT / path).read_text(encoding="utf-8"):
            missing.append(each)

    assert missing == []


# What no other file tests


def test_no_record_has_a_place_for_a_victim():
    """Only accounts are of persons: no other table has a name, age or document."""
    of_persons = re.compile(
        r"(first|last|full|given|maiden)_?name|surname|birth|passport|cedula|^age$|"
        r"nationality|gender|^sex$|document_number"
    )
    models = [
        model
        for label in ("agencies", "strategic_areas")
        for model in apps.get_app_config(label).get_models()
        if model is not User
    ]

    found = [
        f"{model.__name__}.{field.name}"
        for model in models
        for field in model._meta.get_fields()
        if of_persons.search(field.name)
    ]

    assert found == []


def test_a_report_marks_no_place_finer_than_a_province():
    assert ActivityUpdate._meta.get_field("places").related_model is Province
    assert {
        relation.related_model
        for relation in Province._meta.related_objects
        if relation.one_to_many
    } == set()


def test_no_public_page_has_a_form_that_sends_anything():
    staff = {"account", "admin", "desk", "mfa", "portal", "usersessions", "email"}
    forms = re.compile(r"<form\b[^>]*>|crispy", re.S)
    found = [
        (path.name, form)
        for path in (ROOT / "templates").rglob("*.html")
        if not staff & {part.name for part in path.parents}
        for form in forms.findall(path.read_text(encoding="utf-8"))
        if 'method="post"' in form or form == "crispy"
    ]

    assert found == []


@pytest.mark.parametrize(
    ("text", "kind", "severity"),
    [
        ("Cédula 001-1234567-8", PersonalDataKind.IDENTITY_DOCUMENT, Severity.BLOCK),
        ("Pasaporte AB1234567", PersonalDataKind.PASSPORT, Severity.BLOCK),
        ("Llame al 809-555-1234", PersonalDataKind.TELEPHONE, Severity.BLOCK),
        ("Escriba a maria@gmail.com", PersonalDataKind.EMAIL, Severity.BLOCK),
        ("Nació el 14/03/2009", PersonalDataKind.BIRTH_DATE, Severity.BLOCK),
        ("la víctima Juana Pérez", PersonalDataKind.NAME, Severity.WARN),
        ("vive en la calle Duarte 12", PersonalDataKind.ADDRESS, Severity.WARN),
        ("Se atendió a tres víctimas", PersonalDataKind.SMALL_NUMBER, Severity.WARN),
        ("Se atendió a 3 víctimas", PersonalDataKind.SMALL_NUMBER, Severity.WARN),
        ("una niña de 14 años en Azua", PersonalDataKind.AGE_AND_PLACE, Severity.WARN),
    ],
)
def test_the_guard_refuses_and_warns_as_the_page_says(text, kind, severity):
    found = {each.kind: each.severity for each in text_guard.find_personal_data(text)}

    assert found.get(kind) == severity


def test_institutions_are_told_to_send_no_lists_of_names():
    form = (ROOT / "templates" / "desk" / "_evidence.html").read_text(encoding="utf-8")

    assert "Do not upload lists of names" in form


# The shipped plan


def test_what_the_shipped_plan_tells_names_its_sources():
    told = [*FILE["commitments"], *FILE["activities"], *FILE["updates"]]

    assert [each for each in told if not each["sources"]] == []


def small_numbers(record):
    """The texts of a record that tell of a small number of people."""
    return [
        text
        for text in record.values()
        if isinstance(text, str)
        and any(
            each.kind is PersonalDataKind.SMALL_NUMBER
            for each in text_guard.find_personal_data(text)
        )
    ]


def test_small_numbers_of_the_shipped_plan_are_official_and_national():
    """Activities and updates; no other record tells of so few people."""
    activities = {each["code"]: each for each in FILE["activities"]}
    told = [
        (record, activities[record.get("activity", record.get("code"))])
        for record in (*FILE["activities"], *FILE["updates"])
        if small_numbers(record)
    ]
    others = [
        text
        for section in ("areas", "programmes", "commitments", "later_activities")
        for record in FILE[section]
        for text in small_numbers(record)
    ]

    assert told
    for record, activity in told:
        kinds = {FILE["sources"][key]["kind"] for key in record["sources"]}
        assert kinds & OFFICIAL, record
        assert not activity.get("place"), record
        assert not activity.get("places"), record
    assert others == []
    titles = FILE["sources"].values()
    assert [text for each in titles for text in small_numbers(each)] == []
