"""Plan structure, periods and reports in the admin; ``workflow`` holds the rules."""

from strategic_areas.admin import approved, plan, updates

__all__ = [
    "approved",
    "plan",
    "updates",
]
