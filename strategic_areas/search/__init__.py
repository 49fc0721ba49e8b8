"""Full-text search of everything public, with Spanish and English stems."""
