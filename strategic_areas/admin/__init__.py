"""Plan structure, periods and reports in the admin; the rules stand elsewhere."""

from strategic_areas.admin import approved, context, measured, periods, plan, updates

__all__ = ["approved", "context", "measured", "periods", "plan", "updates"]
