"""Lists of results in memory: the ones that were looked at last."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.domain.found import Found
from bot.domain.ids import ResultsId
from bot.domain.search import Search
from bot.services.results import Findings

NOTHING = Found(Search(), (), 0, 0, datetime(2026, 3, 1, tzinfo=UTC), None)


def test_the_list_that_nobody_looks_at_any_more_goes_first() -> None:
    findings = Findings(most=2)
    findings.keep(ResultsId(1), NOTHING)
    findings.keep(ResultsId(2), NOTHING)
    assert findings.get(ResultsId(1)) is NOTHING
    findings.keep(ResultsId(3), NOTHING)
    assert findings.get(ResultsId(2)) is None
    assert findings.get(ResultsId(1)) is NOTHING
    assert len(findings) == 2
