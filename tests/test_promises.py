"""
The pages of promises: each sentence, and the tests that show that it is true.

Those of ``tests/test_crawl.py`` read the shipped plan and a portal on which every state
stands.
"""

import re

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

#: Each page; the beginning of each promise on it; and what shows that it is kept.
KEPT = """
protection
  These rules are there so that
    test_no_public_address_depends_on_a_number_of_victims
    test_nothing_that_is_not_public_and_no_person_is_anywhere
  The site keeps no record of any victim
    test_no_record_has_a_place_for_a_victim
  Reports tell of work done
    test_a_report_marks_no_place_finer_than_a_province
    test_no_public_address_depends_on_a_number_of_victims
  It takes no reports and no messages
    test_no_public_page_has_a_form_that_sends_anything test_public_pages_are_only_read
  Every text that can become public
    test_the_guard_refuses_and_warns_as_the_page_says
    test_the_number_of_an_identity_card_is_refused_everywhere
  What may be the name or the address
    test_the_guard_refuses_and_warns_as_the_page_says
    test_the_warning_stays_until_a_reviewer_ticks_it
  Whoever reviews a text reads it with every word marked
    test_marked_text_is_published_after_a_tick
    test_marked_reports_are_published_together_after_a_tick
    test_what_is_marked_is_read_before_a_change_is_approved
    test_what_could_lead_to_somebody_is_marked
  A second person reads what agencies
    test_no_word_is_public_before_another_person_approved_it
    test_what_the_shipped_plan_tells_names_its_sources
    test_every_text_that_the_public_reads_is_inspected
  Nobody alone decides who that second person is
    test_one_administrator_is_not_two_persons
  Evidence is internal.
    test_each_of_the_three_kinds_is_attached_and_stays_internal
    test_nothing_that_is_not_public_and_no_person_is_anywhere
  Files are written anew on arrival
    test_each_kind_is_taken_cleaned_and_clean_under_its_content_type
    test_institutions_are_told_to_send_no_lists_of_names
  Of what agencies report
    test_no_public_address_depends_on_a_number_of_victims
  A text about work with victims tells a number
    test_without_the_official_source_it_stays_where_it_is
    test_a_number_of_victims_needs_official_print
  What an official report has already published
    test_small_numbers_of_the_shipped_plan_are_official_national
  No number of an indicator
    test_no_part_of_1_to_9_inside_a_total_can_be_computed
    test_a_mark_leaves_at_least_five_answers
    test_only_confirmed_national_totals_are_told
    test_what_was_printed_is_quoted_with_where_it_stands
    test_a_form_is_held_against_all_that_were_told
    test_no_address_tells_a_number_below_the_threshold
    test_nothing_public_reaches_raw_values_or_drafts
  A reviewer can withdraw a published figure
    test_a_figure_that_is_taken_away_is_gone_from_everywhere
    test_a_published_figure_is_withdrawn_at_once_and_comes_back
  What decides whether a number is protected is changed only by two people
    test_one_person_changes_nothing_that_protects
    test_the_decider_reads_what_the_figures_would_tell
  A protected number is marked as protected.
    test_no_public_address_depends_on_a_number_of_victims
    test_a_protected_figure_is_told_in_words_and_not_drawn
    test_no_number_of_victims_is_told_whatever_its_size
  One person hides a text or a figure at once
    test_a_whole_record_is_gone_from_every_public_output
    test_nobody_brings_a_former_form_back_alone
    test_what_nobody_confirmed_in_time_stands_in_public_without_its_content
  The public stops reading it as soon as one person asks
    test_asking_hides_at_once_what_the_public_reads_and_nothing_else
    test_nobody_decides_what_they_proposed
    test_the_words_stand_nowhere_in_the_database_afterwards
    test_no_file_of_the_portal_holds_the_words_afterwards
terms
  What an agency reports here was reviewed
    test_no_word_is_public_before_another_person_approved_it
    test_without_a_running_purge_a_public_text_never_changes
  Addresses stay.
    test_published_addresses_never_change test_no_link_is_broken_or_leads_elsewhere
  A record of a reconstructed plan
    test_its_pages_say_once_what_it_is_and_measure_nothing
accessibility
  This site is made to be read by everybody
    test_everyone_can_read_any_page_and_it_is_light
  By ourselves, last on
    test_everyone_can_read_any_page_and_it_is_light
    test_a_keyboard_stops_at_all_in_the_order_read_and_leaves
  Files of evidence look
    test_each_kind_is_taken_cleaned_and_clean_under_its_content_type
  Some texts are only in Spanish
    test_a_text_without_english_is_marked_as_spanish
  Tell us what you were looking for
    test_contact_tells_what_the_settings_state_and_nothing_else
privacy
  Nothing about you is kept.
    test_pages_hold_no_script_no_inline_style_and_no_cookie
    test_a_request_is_logged_without_its_query
  What you search for is not noted.
    test_the_words_of_a_search_are_not_logged
  To know who may report
    test_what_happened_stays_in_the_record
  So that nobody else signs in as you.
    test_a_password_is_hashed_with_the_work_that_is_written
    test_a_secret_is_not_stored_as_it_is
  So that you can still sign in there
    test_the_right_password_opens_from_a_browser_known_before
  So that anyone who decides can be asked why.
    test_the_chain_has_no_gap_and_each_hash_covers_the_last
  To be able to say whether a reminder
    test_a_mail_loses_its_text_and_then_goes
  None of it is public
    test_nothing_that_is_not_public_and_no_person_is_anywhere
  You may ask
    test_contact_tells_what_the_settings_state_and_nothing_else
"""
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


@pytest.mark.parametrize("page", SAID)
def test_every_sentence_is_tested_or_promises_nothing(page):
    text = (ROOT / "templates" / f"{page}.html").read_text(encoding="utf-8")
    text = re.sub(r"<(h2|dt)>.*?</\1>", "", text, flags=re.S)
    sentences = {quoted or block for quoted, block in SENTENCE.findall(text)}

    kept = re.search(rf"^{page}$(.*?)^(?=\w|\Z)", KEPT, re.M | re.S)[1]
    known = [*re.findall(r"^  (\S.*)", kept, re.M), *SAID[page]]

    assert {s for s in sentences if not s.startswith(tuple(known))} == set()
    assert [k for k in known if not any(s.startswith(k) for s in sentences)] == []


def test_every_test_that_is_named_exists():
    texts = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py")
    )

    named = set(re.findall(r"\btest_\w+", KEPT))

    assert named - set(re.findall(r"def (test_\w+)\(", texts)) == set()


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


def test_small_numbers_of_the_shipped_plan_are_official_national():
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
