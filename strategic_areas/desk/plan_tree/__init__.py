"""A plan as a tree: one page on which the secretariat edits it."""
