"""A synthetic school term: invented pupils at an invented school, for what OULAD does not have.

Daily attendance, conduct and school courses. Everything is labelled as synthetic: titles begin with
"Synthetic", ids with "synthetic-". Its shares are set, not measured: nothing that is found in it
says anything about a real school.
"""

from local.term.term import ExampleTerm, synthetic_term

__all__ = ["ExampleTerm", "synthetic_term"]
