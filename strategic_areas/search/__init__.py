"""The search in all that is public, by the forms of Spanish and English words."""
