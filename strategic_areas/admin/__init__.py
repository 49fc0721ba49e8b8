"""The admin of plans, periods and reports; ``workflow`` holds the rules."""

from strategic_areas.admin import base, plan, updates

__all__ = [
    "base",
    "plan",
    "updates",
]
