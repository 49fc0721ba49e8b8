"""Plan structure, periods and reports in the admin; the rules stand elsewhere."""

from strategic_areas.admin import context, measured, plan, updates

__all__ = ["context", "measured", "plan", "updates"]
