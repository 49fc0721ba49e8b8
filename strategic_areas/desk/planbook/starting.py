"""How a plan in preparation begins from the workbook of another plan."""

from datetime import date

from agencies.fields import Kind
from strategic_areas.desk.planbook.cell_values import BETWEEN
from strategic_areas.desk.planbook.columns import OF_PLAN

#: What says where the other plan, or what is known of it, comes from, or what it cost.
OF_OTHER_PLAN = {
    *("note_es", "note_en"),
    *("provenance", "outcome_provenance", "mandate_provenance", "due_provenance"),
    *("sources", "budget", "budget_amount", "budget_source"),
    *("supersedes", "continues"),
}


class Starting:
    """
    What is not taken over: the other plan's own row, sources, notes and amounts, days
    outside the new plan, and records that the other plan itself replaced.
    """

    def __init__(self, stored, book):
        self.plan = stored.plan
        self.replaced = {
            name: {
                word.strip()
                for line in book.lines[name]
                for word in BETWEEN.split(line.text("supersedes"))
            }
            for name in ("commitments", "activities")
        }

    def drops(self, column):
        return column.name in OF_OTHER_PLAN

    def adjust(self, sheet, values):
        """Empty the days that lie outside the plan."""
        for column in sheet.columns:
            is_planned = sheet.name in self.replaced and column.kind is Kind.DATE
            if is_planned and self._is_outside(values.get(column.name)):
                values[column.name] = None

    def leaves_out(self, sheet, values, rows):
        """True for a row that is none of the new plan; ``rows`` are stored, by key."""
        if sheet.name == OF_PLAN:
            return True
        if sheet.name == "indicators":
            # Indicators are there for all plans, whichever introduced them.
            return values.get("code") in rows
        if sheet.name == "targets":
            return self._is_outside(values.get("ends_on"))
        of = values.get("code"), values.get("commitment")
        is_part = sheet.name == "activities" and of[1] in self.replaced["commitments"]
        return is_part or of[0] in self.replaced.get(sheet.name, ())

    def _is_outside(self, day):
        return bool(day) and not (
            self.plan.starts_on <= date.fromisoformat(day) <= self.plan.ends_on
        )
