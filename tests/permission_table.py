# ruff: noqa: E501 - a row of the table is a line
"""
What each role is told at every address: the table that the matrix is held against.

A row names addresses, the objects they are tried on, and what is answered to GET and to
POST, a column for each role. Answers are statuses, and besides:

    in      leads to the page for signing in
    2f      leads to the page for setting up a second factor
    302!    an exclamation mark: something was changed, and the audit record tells of it.
    302~    something was changed that it need not tell of: what is not handed in yet, or
            a choice of one's own; or that it tells of after the commit, as of recovery
            codes. Without either mark nothing was.

The roles: "nobody" is not signed in, "A" and "B" report for two agencies, "ended" had a
mandate for A and wrote its reports, "review" is the secretariat and "keep" the
administration. "closed" is an account that was deactivated and "half" one without a
second factor: these two have every role and a mandate for A, and a session still.
"closed" is told whatever "nobody" is.

Objects are A's, in the states of a report and whatever else ``World`` makes. Each row
is tried on B's too, with the columns of A and B changed about and "ended" a stranger.
"""

import re

#: Everybody is told the same. GET | POST.
PUBLIC = """
home, plans, help, methodology, about, glossary, protection    |            | 200 | 405
data                                                           |            | 200 | 405
plan_data                                                      | plan       | 200 | 405
dataset                                                        | dataset    | 200 | 405
accessibility, privacy, contact, terms, site_map, faq          |            | 200 | 405
legal_base, discrepancies, search, search_description          |            | 200 | 405
corrections, indicators, results                               |            | 200 | 405
indicators_csv, indicators_json, indicators_xlsx               |            | 200 | 405
indicator, indicator_drawing, indicator_card                   | indicator  | 200 | 405
breakdown_drawing, chart_table                                 | breakdown  | 200 | 405
indicator_csv, indicator_json, indicator_xlsx                  | indicator  | 200 | 405
plan, areas, commitments, agencies, updates, frameworks        | plan       | 200 | 405
workbook                                                       | plan       | 200 | 405
edition, edition_workbook                                      | edition    | 200 | 405
edition_by_date                                                | plan       | 200 | 405
difference                                                     | editions   | 200 | 405
difference_today                                               | earlier    | 200 | 405
amendments, later_activities, recommendations                  | plan       | 200 | 405
recommendations_csv, recommendations_json                      | plan       | 200 | 405
recommendations_xlsx, plan_commitments_json                    | plan       | 200 | 405
plan_commitments_xlsx, plan_updates_json, plan_updates_xlsx    | plan       | 200 | 405
commitment_updates_json, commitment_updates_xlsx               | commitment | 200 | 405
recommendations_of                                             | body       | 200 | 405
recommendations_to                                             | agency     | 200 | 405
plan_picture, plan_feed, plan_dates                            | plan       | 200 | 405
plan_commitments, plan_updates, plan_drawing, plan_time        | plan       | 200 | 405
area, area_feed, area_card                                     | area       | 200 | 405
commitment, commitment_feed, commitment_updates, commitment_card | commitment | 200 | 405
theme                                                          | theme      | 200 | 405
agency, agency_feed, agency_dates, agency_card                 | agency     | 200 | 405
indicator_picture                                              | indicator  | 301 | 405
area_picture                                                   | area       | 301 | 405
commitment_picture                                             | commitment | 301 | 405
agency_picture                                                 | agency     | 301 | 405
update   | published                                                        | 200 | 405
update   | nothing                                                          | 404 | 405
evidence | published, declared-published                                    | 200 | 405
evidence | draft, submitted, returned, withdrawn, nothing                   | 404 | 405
evidence | declared-draft, declared-submitted                               | 404 | 405
evidence | declared-returned, declared-withdrawn                            | 404 | 405
"""

#: Likewise, at one address for both languages.
PROGRAMS = """
robots, sitemap, security_txt, es:data_index, es:catalogue | | 200 | 405
guide                                        | practised | 200 | 405
es:ckan                                      | plan | 200 | 405
es:data_file                                 | file | 200 | 405
es:edition_file                              | edition-file | 200 | 405
es:difference_file                           | editions-file | 200 | 405
es:difference_today_file                     | earlier-file | 200 | 405
"""

#: One's own account, and nobody else's. nobody half A B ended review keep, GET | POST.
ACCOUNT = """
account_index                        |         | in  200 200 200 200 200 200 | in  200 200 200 200 200 200
account_login, account_signup        |         | 200 302 302 302 302 302 302 | 200 302 302 302 302 302 302
account_logout                       |         | in  200 200 200 200 200 200 | in  in  in  in  in  in  in
account_invitation                   |         | 200 200 200 200 200 200 200 | 200 200 200 200 200 200 200
account_inactive                     |         | 200 200 200 200 200 200 200 | 405 405 405 405 405 405 405
account_reset_password, account_set_password |         | 200 200 200 200 200 200 200 | 200 200 200 200 200 200 200
account_reset_password_done          |         | 200 200 200 200 200 200 200 | 405 405 405 405 405 405 405
account_reset_password_from_key      | nothing | 200 200 200 200 200 200 200 | 200 200 200 200 200 200 200
account_reset_password_from_key_done |         | 200 200 200 200 200 200 200 | 405 405 405 405 405 405 405
account_reauthenticate               |         | in  200 200 200 200 200 200 | in  200 200 200 200 200 200
account_change_password              |         | in  2f  200 200 200 200 200 | in  2f  302! 302! 302! 302! 302!
usersessions_list                    |         | in  2f  200 200 200 200 200 | in  2f  302 302 302 302 302
mfa_index                            |         | in  200 200 200 200 200 200 | in  405 405 405 405 405 405
mfa_authenticate, mfa_login_webauthn |         | in  302 302 302 302 302 302 | in  302 302 302 302 302 302
mfa_reauthenticate                   |         | in  302 200 200 302 302 302 | in  302 200 200 302 302 302
mfa_reauthenticate_webauthn          |         | in  302 200 200 302 302 302 | in  302 in  in  302 302 302
mfa_activate_totp                    |         | in  200 302 302 200 200 200 | in  200 302 302 200 200 200
mfa_totp_picture                     |         | in  200 200 200 200 200 200 | in  200 200 200 200 200 200
mfa_deactivate_totp                  |         | in  2f  200 200 404 404 404 | in  2f  2f! 2f! 404 404 404
mfa_view_recovery_codes              |         | in  2f  404 404 404 404 404 | in  2f  405 405 405 405 405
mfa_generate_recovery_codes          |         | in  2f  200 200 200 200 200 | in  2f  302~ 302~ 200 200 200
mfa_list_webauthn                    |         | in  2f  200 200 200 200 200 | in  2f  405 405 405 405 405
mfa_add_webauthn                     |         | in  200 200 200 200 200 200 | in  200 200 200 200 200 200
mfa_edit_webauthn                    | key     | in  2f  200 404 404 404 404 | in  2f  302~ 404 404 404 404
mfa_remove_webauthn                  | key     | in  2f  200 404 404 404 404 | in  2f  302! 404 404 404 404
mfa_edit_webauthn, mfa_remove_webauthn | nothing | in  2f  404 404 404 404 404 | in  2f  404 404 404 404 404
language                             |         | 405 405 405 405 405 405 405 | 302 302~ 302~ 302~ 302~ 302~ 302~
staff_evidence | draft, declared-draft         | 404 2f  200 404 404 404 404 | 405 2f  405 405 405 405 405
staff_evidence | submitted, returned, published, withdrawn | 404 2f  200 404 404 200 404 | 405 2f  405 405 405 405 405
staff_evidence | declared-submitted, declared-returned, declared-published, declared-withdrawn | 404 2f  200 404 404 200 404 | 405 2f  405 405 405 405 405
staff_evidence | nothing                       | 404 2f  404 404 404 404 404 | 405 2f  405 405 405 405 405
admin:logout                         |         | 302 2f  200 200 200 200 200 | 302 2f  in  in  in  in  in
"""

#: The admin site: nobody is led "in", half to "2f". A B ended review keep, GET | POST.
DESK = """
index, app_list          |                  | 200 200 200 200 200 | 200 200 200 200 200
login, password_change, password_change_done |                  | 302 302 302 302 302 | 302 302 302 302 302
jsi18n                   |                  | 200 200 200 200 200 | 405 405 405 405 405
(?P<url>.*)$             |                  | 404 404 404 404 404 | 404 404 404 404 404
view_on_site             | row              | 404 404 404 404 404 | 404 404 404 404 404
autocomplete             |                  | 200 200 200 200 403 | 405 405 405 405 405
reminders                |                  | 200 200 200 200 200 | 302~ 302~ 302~ 302~ 302~

practice                 |                  | 200 200 200 200 200 | 405 405 405 405 405
practice_check           |                  | 200 200 200 200 200 | 200 200 200 200 200
practice_row, practice_row_attach | practised        | 405 405 405 405 405 | 302 302 302 302 302
practice_delete          |                  | 405 405 405 405 405 | 302 302 302 302 302
sheet, sheet_check, handover | sheet            | 200 404 404 404 404 | 200 404 404 404 404
workbook                 | sheet            | 200 404 404 404 404 | 422 404 404 404 404
workbook_save            | sheet            | 405 405 405 405 405 | 302 404 404 404 404
sheet_off_plan           | sheet            | 200 404 404 404 404 | 302~ 404 404 404 404
sheet_propose            | sheet            | 200 404 404 404 404 | 302! 404 404 404 404
sheet_reopen             | sheet            | 405 405 405 405 405 | 302 404 404 404 404
values                   | sheet            | 200 404 404 404 404 | 405 405 405 405 405
value_new                | measured         | 200 404 404 404 404 | 302! 404 404 404 404
value_grid               | measured         | 200 404 404 404 404 | 422 404 404 404 404
agency_comment           | sheet            | 200 404 404 404 404 | 302! 404 404 404 404
attributions             |                  | 200 200 200 200 200 | 200 200 200 200 200
attribution              | attributed       | 200 404 404 404 404 | 302! 404 404 404 404
sheet_row_rename         | off-plan         | 200 404 404 404 404 | 302~ 404 404 404 404
sheet_row_rename         | draft            | 404 404 404 404 404 | 404 404 404 404 404
sheet_row                | draft, returned, withdrawn                   | 405 405 405 405 405 | 302~ 404 404 404 404
sheet_row                | submitted, published                         | 405 405 405 405 405 | 422 404 404 404 404
sheet_row_attach         | draft, returned, published                   | 405 405 405 405 405 | 302~ 404 404 404 404
sheet_row_attach         | submitted                                    | 405 405 405 405 405 | 422 404 404 404 404
sheet_row_attach         | withdrawn                                    | 405 405 405 405 405 | 302 404 404 404 404
sheet_row_detach         | draft, returned                              | 405 405 405 405 405 | 302~ 404 404 404 404
sheet_row_detach         | submitted, published, withdrawn              | 405 405 405 405 405 | 302 404 404 404 404
sheet_row_recall         | draft, returned, published, withdrawn        | 405 405 405 405 405 | 302 404 404 404 404
sheet_row_recall         | submitted                                    | 405 405 405 405 405 | 302! 404 404 404 404
sheet_declaration        | declared-draft, declared-returned, declared-withdrawn | 405 405 405 405 405 | 302~ 404 404 404 404
sheet_declaration        | declared-submitted, declared-published                | 405 405 405 405 405 | 422 404 404 404 404
sheet_declaration_attach | declared-draft, declared-returned, declared-published | 405 405 405 405 405 | 302~ 404 404 404 404
sheet_declaration_attach | declared-submitted                                    | 405 405 405 405 405 | 422 404 404 404 404
sheet_declaration_attach | declared-withdrawn                                    | 405 405 405 405 405 | 302 404 404 404 404
sheet_declaration_detach | declared-draft, declared-returned                     | 405 405 405 405 405 | 302~ 404 404 404 404
sheet_declaration_detach | declared-submitted, declared-published, declared-withdrawn | 405 405 405 405 405 | 302 404 404 404 404
sheet_declaration_recall | declared-draft, declared-returned, declared-published, declared-withdrawn | 405 405 405 405 405 | 302 404 404 404 404
sheet_declaration_recall | declared-submitted                                    | 405 405 405 405 405 | 302! 404 404 404 404
receipt                  | receipt          | 200 404 404 404 404 | 200 404 404 404 404

decisions                |                  | 302 302 302 302 302 | 302 302 302 302 302
proposal                 | proposal         | 404 404 404 200 404 | 404 404 404 302! 404
raw_values_of_agency, raw_values_of_indicator | measured         | 200 404 404 200 404 | 200 404 404 200 404
values_recorded          |                  | 404 404 404 200 404 | 405 405 405 405 405
value_recorded           | measured         | 404 404 404 200 404 | 404 404 404 422 404
value_receipt            | reported         | 200 404 404 200 404 | 405 405 405 405 405
value                    | reported         | 404 404 404 200 404 | 404 404 404 200 404
value_recall             | reported         | 405 405 405 405 405 | 302! 404 404 302 404
review_publish, review_return | review-value     | 405 405 405 405 405 | 404 404 404 302! 404
review                   | review-value     | 404 404 404 200 404 | 404 404 404 200 404
approval                 | comment          | 200 404 404 200 404 | 302! 404 404 302! 404
approval                 | change, change-mine | 404 404 404 200 404 | 404 404 404 302! 404
approval                 | change-decided   | 404 404 404 200 404 | 404 404 404 200 404

amendment_kinds          |                  | 404 404 404 302 404 | 405 405 405 405 405
amend                    | amendment        | 404 404 404 302 404 | 405 405 405 405 405
plan_list                |                  | 404 404 404 200 404 | 405 405 405 405 405
plan_tree                | tree             | 404 404 404 200 404 | 405 405 405 405 405
plan_node, plan_node_new | tree             | 404 404 404 200 404 | 404 404 404 302! 404
plan_node_step           | tree             | 405 405 405 405 405 | 404 404 404 302! 404
plan_draft               | tree             | 404 404 404 200 404 | 404 404 404 422 404
plan_preview             | tree             | 404 404 404 200 404 | 405 405 405 405 405
plan_approval            | tree             | 404 404 404 200 404 | 404 404 404 422 404
planbook                 | plan             | 404 404 404 200 404 | 404 404 404 422 404
planbook_file            | plan             | 404 404 404 200 404 | 405 405 405 405 405
planbook_save, matrix    | plan             | 405 405 405 405 405 | 404 404 404 302 404
act_file                 | act              | 404 404 404 200 404 | 405 405 405 405 405

letters                  |                  | 404 404 404 200 404 | 405 405 405 405 405
letter_new               | new-letter       | 404 404 404 200 404 | 404 404 404 302! 404
letter                   | letter, letter-handed | 404 404 404 200 404 | 405 405 405 405 405
letter_file              | letter, letter-handed | 200 404 404 200 404 | 405 405 405 405 405
letter_row               | letter           | 405 405 405 405 405 | 404 404 404 302~ 404
letter_row               | letter-handed    | 405 405 405 405 405 | 404 404 404 422 404
letter_declaration       | letter, letter-handed | 405 405 405 405 405 | 404 404 404 302~ 404
letter_send              | letter           | 405 405 405 405 405 | 404 404 404 302! 404
letter_send              | letter-handed    | 405 405 405 405 405 | 404 404 404 302 404
letter_confirm           | letter, letter-handed | 200 404 404 404 404 | 405 405 405 405 405
letter_confirmed         | letter           | 405 405 405 405 405 | 302 404 404 404 404
letter_confirmed         | letter-handed    | 405 405 405 405 405 | 302! 404 404 404 404
letter_contested         | letter           | 405 405 405 405 405 | 302 404 404 404 404
letter_contested         | letter-handed    | 405 405 405 405 405 | 302! 404 404 404 404

hide_by_address          |                  | 404 404 404 200 200 | 405 405 405 405 405
hide                     | help-line        | 404 404 404 200 404 | 404 404 404 302! 404
hidden                   | hidden           | 404 404 404 200 404 | 404 404 404 302! 404
hidden                   | hidden-mine      | 404 404 404 200 404 | 404 404 404 200 404
stand_ins                | new-stand-in     | 403 403 403 200 200 | 403 403 403 302! 200
stand_in                 | stand-in, stand-in-mine | 404 404 404 200 200 | 404 404 404 302! 302!
account_change           | account-change, account-change-mine | 404 404 404 200 200 | 404 404 404 302! 302!
purges                   |                  | 404 404 404 200 200 | 405 405 405 405 405
purge_new                |                  | 404 404 404 200 200 | 404 404 404 302! 302!
purge                    | purge, purge-mine | 404 404 404 200 200 | 405 405 405 405 405
purge_confirm            | purge            | 405 405 405 405 405 | 404 404 404 302! 302!
purge_confirm            | purge-mine       | 405 405 405 405 405 | 404 404 404 302 302!
purge_cancel             | purge, purge-mine | 405 405 405 405 405 | 404 404 404 302! 302!

review_queue             |                  | 302 302 302 302 302 | 302 302 302 302 302
review_many              |                  | 403 403 403 200 403 | 403 403 403 422 403
review                   | draft, declared-draft         | 404 404 404 404 404 | 404 404 404 404 404
review                   | submitted, declared-submitted | 404 404 404 200 404 | 404 404 404 200 404
review                   | returned, published, withdrawn | 404 404 404 302 404 | 404 404 404 302 404
review                   | declared-returned, declared-published, declared-withdrawn | 404 404 404 302 404 | 404 404 404 302 404
review_publish, review_return | draft, declared-draft         | 405 405 405 405 405 | 404 404 404 404 404
review_publish, review_return | submitted, declared-submitted | 405 405 405 405 405 | 404 404 404 302! 404
review_publish, review_return | returned, published, withdrawn | 405 405 405 405 405 | 404 404 404 302 404
review_publish, review_return | declared-returned, declared-published, declared-withdrawn | 405 405 405 405 405 | 404 404 404 302 404
translation              | draft, submitted, returned, withdrawn | 404 404 404 404 404 | 404 404 404 404 404
translation              | declared-draft, declared-submitted, declared-returned, declared-withdrawn | 404 404 404 404 404 | 404 404 404 404 404
translation              | published, declared-published | 404 404 404 200 404 | 404 404 404 302! 404

plan_editions            | edition-of       | 404 404 404 200 404 | 404 404 404 302! 404
edition_proposal         | edition-proposal, edition-mine | 404 404 404 200 404 | 404 404 404 302! 404
rounds                   |                  | 403 403 403 200 403 | 403 403 403 200 403
round                    | round-open       | 403 403 403 200 403 | 403 403 403 302 403
round                    | round-late       | 403 403 403 200 403 | 403 403 403 302! 403
round_take_back          | round-open, round-late | 403 403 403 200 403 | 403 403 403 422 403
round_take_back          | round-empty      | 403 403 403 200 403 | 403 403 403 302! 403
round_remind, round_remind_all | round-asked      | 405 405 405 405 405 | 403 403 403 302! 403
round_state, round_workbook, round_report, round_document | round-open       | 403 403 403 200 403 | 405 405 405 405 405
report_words             | round-told       | 403 403 403 200 403 | 403 403 403 302! 403
round_open               | plan             | 404 404 404 200 404 | 404 404 404 422 404

access_review            |                  | 403 403 403 403 200 | 403 403 403 403 200
invite_many              |                  | 403 403 403 403 200 | 403 403 403 403 200!
hand_over                | mandate          | 403 403 403 403 200 | 403 403 403 403 302!
agencies_invitation_send   | invitation          | 403 403 403 403 404 | 403 403 403 403 302!
agencies_invitation_send   | invitation-accepted | 403 403 403 403 404 | 403 403 403 403 302
agencies_invitation_code   | invitation          | 403 403 403 403 404 | 403 403 403 403 200!
agencies_invitation_code   | invitation-accepted | 403 403 403 403 404 | 403 403 403 403 302
agencies_invitation_revoke | invitation          | 403 403 403 403 404 | 403 403 403 403 302!
agencies_invitation_revoke | invitation-accepted | 403 403 403 403 404 | 403 403 403 403 302
agencies_invitation_letter | invitation          | 403 403 403 403 200 | 403 403 403 403 200
agencies_invitation_letter | invitation-accepted | 403 403 403 403 404 | 403 403 403 403 404
agencies_factorreset_approve | reset             | 403 403 403 403 404 | 403 403 403 403 302!
agencies_factorreset_approve | reset-mine        | 403 403 403 403 404 | 403 403 403 403 302
agencies_factorreset_refuse | reset, reset-mine  | 403 403 403 403 404 | 403 403 403 403 302!
"""

#: The pages of reports; those of declarations are told alike.
REPORTS = """
changelist      |           | 200 200 200 200 403 | 200 200 200 200 403
add             |           | 200 200 403 403 403 | 200 200 403 403 403
change          | draft     | 200 404 404 404 404 | 200 404 404 404 404
change          | returned  | 200 404 404 200 404 | 200 404 404 403 404
change          | submitted, published, withdrawn | 200 404 404 200 404 | 403 404 404 403 404
history         | draft     | 200 404 404 404 404 | 200 404 404 404 404
history         | submitted, returned, published, withdrawn | 200 404 404 200 404 | 200 404 404 200 404
simple_history  | draft     | 200 404 404 404 404 | 403 403 403 403 403
simple_history  | submitted, returned, published, withdrawn | 200 404 404 200 404 | 403 403 403 403 403
delete          | draft     | 403 404 404 404 404 | 403 404 404 404 404
delete          | submitted, returned, published, withdrawn | 403 404 404 403 404 | 403 404 404 403 404
old             | draft     | 302 302 302 302 302 | 302 302 302 302 302
withdraw        | draft     | 405 405 405 405 405 | 302 404 404 404 404
withdraw        | published | 405 405 405 405 405 | 302 404 404 302! 404
withdraw        | submitted, returned, withdrawn | 405 405 405 405 405 | 302 404 404 302 404
explain         | draft     | 405 405 405 405 405 | 302 404 404 404 404
explain         | submitted, returned, published | 405 405 405 405 405 | 302 404 404 302 404
explain         | withdrawn | 405 405 405 405 405 | 302 404 404 302! 404
correct         | draft     | 405 405 405 405 405 | 302 404 404 404 404
correct         | published | 405 405 405 405 405 | 302~ 404 404 302 404
correct         | submitted, returned, withdrawn | 405 405 405 405 405 | 302 404 404 302 404
"""
STATES = re.compile(r"\b(draft|submitted|returned|published|withdrawn)\b")

#: The pages of the tables, by who keeps them: tables, then rows as above.
#: "old" is the address that leads to "change", "past" a record as it once was.
#: The row of each section that has a "changelist" and no row "old" of its own.
OLD = "old | row | 302 302 302 302 302 | 302 302 302 302 302"
TABLES = {
    "strategic_areas.helpline strategic_areas.correction strategic_areas.frameworktarget strategic_areas.legalinstrument strategic_areas.targetlink strategic_areas.lateractivity strategic_areas.tiptier strategic_areas.term strategic_areas.discrepancy strategic_areas.source": """
        changelist, add |     | 403 403 403 200 403 | 403 403 403 200 403
        change, history | row | 404 404 404 200 404 | 404 404 404 200 404
        delete          | row | 404 404 404 403 404 | 404 404 404 403 404
    """,
    "strategic_areas.strategicarea strategic_areas.programme strategic_areas.helpline strategic_areas.correction strategic_areas.indicator strategic_areas.target strategic_areas.recorddispute strategic_areas.commitment strategic_areas.activity": """
        simple_history  | row | 404 404 404 200 404 | 403 403 403 403 403
    """,
    # The first four are edited on the tree of their plan.
    "strategic_areas.strategicarea strategic_areas.programme strategic_areas.indicator strategic_areas.target strategic_areas.codelist strategic_areas.region strategic_areas.province strategic_areas.measurement strategic_areas.publishedfigure": """
        changelist      |     | 403 403 403 200 403 | 403 403 403 200 403
        add             |     | 403 403 403 403 403 | 403 403 403 403 403
        change          | row | 404 404 404 200 404 | 404 404 404 403 404
        history         | row | 404 404 404 200 404 | 404 404 404 200 404
        delete          | row | 404 404 404 403 404 | 404 404 404 403 404
    """,
    "strategic_areas.recorddispute": """
        changelist      |     | 403 403 403 200 403 | 403 403 403 200 403
        add             |     | 403 403 403 403 403 | 403 403 403 403 403
        change, history | row | 404 404 404 200 404 | 404 404 404 200 404
        delete          | row | 404 404 404 403 404 | 404 404 404 403 404
    """,
    "strategic_areas.pendingchange": """
        changelist      |     | 403 403 403 200 200 | 403 403 403 200 200
        add             |     | 403 403 403 403 403 | 403 403 403 403 403
        change          | row | 404 404 404 302 404 | 404 404 404 302 404
        history         | row | 404 404 404 200 404 | 404 404 404 200 404
        delete          | row | 404 404 404 403 404 | 404 404 404 403 404
    """,
    "strategic_areas.roundreopening": """
        changelist, add |     | 403 403 403 200 403 | 403 403 403 200 403
        change          | row, own | 404 404 404 200 404 | 404 404 404 403 404
        history         | row, own | 404 404 404 200 404 | 404 404 404 200 404
        delete          | row, own | 404 404 404 403 404 | 404 404 404 403 404
    """,
    "strategic_areas.participation": """
        changelist      |     | 403 403 403 200 200 | 403 403 403 200 200
        add             |     | 403 403 403 403 403 | 403 403 403 403 403
        change          | row | 404 404 404 200 200 | 404 404 404 403 403
        history         | row | 404 404 404 200 200 | 404 404 404 200 200
        delete          | row | 404 404 404 403 403 | 404 404 404 403 403
        simple_history  | row | 404 404 404 200 200 | 403 403 403 403 403
    """,
    "strategic_areas.plan": """
        changelist      |     | 200 200 200 200 200 | 200 200 200 200 200
        add             |     | 403 403 403 200 403 | 403 403 403 200 403
        change          | row | 200 200 200 200 200 | 403 403 403 200 403
        history         | row | 200 200 200 200 200 | 200 200 200 200 200
        delete          | row | 403 403 403 403 403 | 403 403 403 403 403
        simple_history  | row | 200 200 200 200 200 | 403 403 403 403 403
    """,
    "strategic_areas.reportingperiod": """
        changelist      |     | 200 200 200 200 403 | 200 200 200 200 403
        add             |     | 403 403 403 200 403 | 403 403 403 200 403
        change          | row | 200 200 200 200 404 | 403 403 403 200 404
        history         | row | 200 200 200 200 404 | 200 200 200 200 404
        delete          | row | 403 403 403 403 404 | 403 403 403 403 404
        simple_history  | row | 200 200 200 200 404 | 403 403 403 403 403
    """,
    "strategic_areas.commitment strategic_areas.activity": """
        changelist      |     | 200 200 200 200 403 | 200 200 200 200 403
        add             |     | 403 403 403 403 403 | 403 403 403 403 403
        change          | row | 404 404 404 200 404 | 404 404 404 403 404
        history         | row | 404 404 404 200 404 | 404 404 404 200 404
        delete          | row | 404 404 404 403 404 | 404 404 404 403 404
    """,
    "strategic_areas.commitment": """
        change          | own | 200 404 404 200 404 | 403 404 404 403 404
        history         | own | 200 404 404 200 404 | 200 404 404 200 404
        delete          | own | 403 404 404 403 404 | 403 404 404 403 404
    """,
    # Work outside the plan that its agency has not handed in.
    "strategic_areas.activity": """
        change          | own | 200 404 404 404 404 | 403 404 404 404 404
        history         | own | 200 404 404 404 404 | 200 404 404 404 404
        delete          | own | 403 404 404 404 404 | 403 404 404 404 404
    """,
    "strategic_areas.activityupdate": REPORTS,
    "strategic_areas.commitmentupdate": STATES.sub(r"declared-\1", REPORTS),
    "agencies.agency": """
        changelist      |     | 200 200 200 200 200 | 200 200 200 200 200
        add             |     | 403 403 403 403 200 | 403 403 403 403 200
        change          | row | 404 404 404 200 200 | 404 404 404 403 200
        change          | own | 200 404 404 200 200 | 403 404 404 403 200
        history         | row | 404 404 404 200 200 | 404 404 404 200 200
        history         | own | 200 404 404 200 200 | 200 404 404 200 200
        delete          | row | 404 404 404 403 403 | 404 404 404 403 403
        delete          | own | 403 404 404 403 403 | 403 404 404 403 403
        simple_history  | row | 404 404 404 200 200 | 403 403 403 403 403
    """,
    "agencies.focalpoint": """
        changelist      |     | 403 403 403 200 200 | 403 403 403 200 200
        add             |     | 403 403 403 403 200 | 403 403 403 403 200
        change          | row, own | 404 404 404 200 200 | 404 404 404 403 200
        history         | row, own | 404 404 404 200 200 | 404 404 404 200 200
        delete          | row, own | 404 404 404 403 403 | 404 404 404 403 403
        simple_history  | row | 404 404 404 200 200 | 403 403 403 403 403
    """,
    "agencies.user": """
        changelist      |     | 403 403 403 403 200 | 403 403 403 403 200
        add             |     | 403 403 403 403 403 | 403 403 403 403 403
        change, history | row | 404 404 404 404 200 | 404 404 404 404 200
        delete          | row | 404 404 404 404 403 | 404 404 404 404 403
    """,
    "agencies.invitation agencies.factorreset": """
        changelist, add |     | 403 403 403 403 200 | 403 403 403 403 200
        change          | row | 404 404 404 404 200 | 404 404 404 404 403
        history         | row | 404 404 404 404 200 | 404 404 404 404 200
        delete          | row | 404 404 404 404 403 | 404 404 404 404 403
    """,
    "agencies.auditentry agencies.mail": """
        changelist      |     | 403 403 403 403 200 | 403 403 403 403 200
        add             |     | 403 403 403 403 403 | 403 403 403 403 403
        change          | row | 404 404 404 404 200 | 404 404 404 404 403
        history         | row | 404 404 404 404 200 | 404 404 404 404 200
        delete          | row | 404 404 404 404 403 | 404 404 404 404 403
    """,
}
