"""The conformance suite: what holds for every charter, whatever its rules are.

Subclass `Conformance` once for each charter; pytest collects the class.
"""

from __future__ import annotations

from charterhouse.testkit.conforming_books import Bookkeeping
from charterhouse.testkit.conforming_form import Form
from charterhouse.testkit.conforming_pure import Purity
from charterhouse.testkit.conforming_requests import Endings
from charterhouse.testkit.conforming_rights import Fairness
from charterhouse.testkit.conforming_time import Timing


class Conformance(Purity, Bookkeeping, Timing, Fairness, Form, Endings):
    """P1 to P12, P14 to P17 and P20 for one charter; see `Suite` for what can be set.

    Example:
        class TestMyCharter(Conformance):
            charter = MyCharter
    """


__all__ = ["Conformance"]
