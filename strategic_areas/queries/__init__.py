"""
Public reads, one module per noun: what any page or dataset may show.

They start from published records of public plans, never see a request, and hand out
structure as model rows and accounts as frozen dataclasses that name no person.
"""
