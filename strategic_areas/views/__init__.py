"""Public pages. Their URLs are in the root URL configuration."""
