"""Plan structure, periods and reports in the admin; ``workflow`` holds the rules."""

from strategic_areas.admin import base, plan, updates

__all__ = [
    "base",
    "plan",
    "updates",
]
