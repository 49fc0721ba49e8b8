"""
The public reads: what any page or dataset may show, one module for each noun.

They start from published records of public plans and never see a request. The plan's
structure is handed out as model rows; accounts are frozen dataclasses that name nobody.
"""
