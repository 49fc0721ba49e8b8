"""The instructions on the first sheet of a plan's workbook."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from strategic_areas.desk.workbook import guide


def add(page, plan):
    """Write them on the first sheet."""
    days = _("From %(start)s to %(end)s.") % {
        "start": date_format(plan.starts_on, "SHORT_DATE_FORMAT"),
        "end": date_format(plan.ends_on, "SHORT_DATE_FORMAT"),
    }
    guide.write_notes(
        page,
        f"{plan.code} · {plan.title}",
        [
            days,
            (_("How to fill it"), guide.numbered(_steps())),
            (_("What the columns mean"), [f"– {text}" for text in _columns()]),
            (_("What is never written here"), [f"• {text}" for text in _never()]),
        ],
    )


def _steps():
    return [
        _(
            "Each sheet has one kind of record, and each row is one. Write new ones "
            "below the last row, from the areas to the activities; a list offers what "
            "you wrote on another sheet a moment ago."
        ),
        _(
            "The sheet of the plan itself keeps its one row: title, dates, act. Its "
            "code and its state are not changed here."
        ),
        _("A column with * has to be filled. Lists open by the arrow beside the cell."),
        _(
            "Save it as .xlsx and upload it on the page of the plan. Before anything "
            "is kept you see each change and each error by its cell."
        ),
        _(
            "In preparation what you save becomes the plan. Of an approved plan it "
            "becomes one amendment, which names its act and which another person "
            "approves."
        ),
        _(
            "If somebody changed a record after you took this workbook, it is refused "
            "and names the rows; take a new one and copy your changes into it."
        ),
        _(
            "No row is ever deleted: a record whose row is missing or empty stays as "
            "it is."
        ),
    ]


def _columns():
    return [
        _(
            "The grey code of origin is the one that the portal has for the record; it "
            "is locked. It is empty in new rows. The code beside it may be changed, "
            "and records may exchange their codes in one workbook."
        ),
        _(
            "“Supersedes” holds the codes of the records of this plan that a record "
            "replaces, such as those of a reconstruction that the official matrix "
            "replaces. The replaced ones keep their address and their reports."
        ),
        _(
            "An empty “Where this comes from” of a new record says that the plan "
            "itself states it; so does an empty “Who states the due date” of its date."
        ),
        _(
            "Sources and framework targets go by the codes on the sheet of lists, "
            "provinces by their names."
        ),
    ]


def _never():
    return [
        _("Names of victims, of their families or of witnesses, nor their initials."),
        _("In this workbook one writes about planned work, never about a person."),
    ]
