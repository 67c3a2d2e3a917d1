"""The first minutes in words: what is free until when, what was measured, what CLORE.AI is told of a bad machine."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.deployment import MOST_PROBES, Outcome, Phase, Probe, Progress, Target
from bot.domain.draft import MAX_ISSUE
from bot.domain.ids import DeploymentId, DraftId, OwnerId
from bot.domain.secrets import Secrets
from handlers.market_actions import BlockOwner, BlockServer
from handlers.rent_actions import CancelWithReport, KeepRental, NextCandidate
from handlers.views import deployments as views
from handlers.views.report import report
from tests.handlers.views.reading import actions, copies, labels, plain
from tests.handlers.views.world import MAIN, NOW, RUNNING, snapshot

BORN = RUNNING.created_at
HANGS = Progress(
    title="8x RTX 3090",
    image="cloreai/ubuntu20.04-jupyter",
    spot=False,
    price=RUNNING.price,
    created_at=BORN,
    draft=DraftId(3),
    phase=Phase.DEPLOYING,
    held_since=BORN,
    probes=(
        Probe(Target.SSH, Outcome.REFUSED, NOW),
        Probe(Target.WEB, Outcome.OK, NOW, 120, 404),
        Probe(Target.WEB, Outcome.UNRESOLVED, NOW),
    ),
)
IT = views.Minutes(DeploymentId(1), RUNNING.id, RUNNING.server, HANGS, RUNNING, snapshot(RUNNING))


def test_the_question_says_until_when_it_is_free_and_afterwards_that_it_is_not() -> None:
    question = views.decide(MAIN, IT, BORN + timedelta(minutes=8))
    assert "No creation fee (0.1 USD) if cancelled before 2 Nov 16:06:00 UTC, in 2 min" in plain(question)
    assert [type(action) for action in actions(question)][:2] == [KeepRental, CancelWithReport]
    late = views.decide(MAIN, IT, BORN + timedelta(minutes=10))
    assert "not avoidable any more" in plain(late)


@pytest.mark.parametrize(("phase", "keeps"), [(Phase.RUNNING, "✅ Keep it"), (Phase.DEPLOYING, "✅ Wait for it")])
def test_what_hangs_is_waited_for_and_what_runs_is_kept(phase: Phase, keeps: str) -> None:
    it = replace(IT, progress=replace(HANGS, phase=phase, running_since=NOW))
    assert keeps in labels(views.decide(MAIN, it, NOW))


def test_the_alarm_leads_on_and_blocks_what_is_known() -> None:
    owned = replace(IT, order=replace(RUNNING, owner=OwnerId(44)))
    assert {NextCandidate(DraftId(3)), BlockServer(RUNNING.server, on=True), BlockOwner(OwnerId(44), on=True)} <= set(
        actions(views.stuck(MAIN, owned, NOW))
    )
    bare = replace(IT, order=None, progress=replace(HANGS, draft=None))
    assert not {NextCandidate, BlockOwner} & {type(action) for action in actions(views.stuck(MAIN, bare, NOW))}


def test_the_newest_result_of_each_port_is_shown() -> None:
    assert "SSH refuses the connection · Web: its name has no address yet" in plain(views.living(MAIN, IT, NOW))


def test_a_password_is_shown_and_copied_to_the_letter() -> None:
    shown = views.access_once(MAIN, IT, Secrets(ssh_password="a  <b> &", jupyter_token="t"))
    assert "<code>a  &lt;b&gt; &amp;</code>" in shown.text
    assert copies(shown) == {"📋 Password": "a  <b> &", "📋 Token": "t"}
    assert (shown.protected, shown.vanishes_after, shown.reveals) == (True, 60, IT.id)


def test_the_report_says_what_was_seen_and_tried_and_nothing_that_was_not() -> None:
    text = report(HANGS, RUNNING.id, RUNNING.server, BORN + timedelta(minutes=11))
    assert text.splitlines() == [
        "Order #40 on server 9 (8x RTX 3090), image cloreai/ubuntu20.04-jupyter.",
        "Created 2022-11-02 15:56:00 UTC; looked at 2022-11-02 16:07:00 UTC: its container is reported as deploying.",
        "Not seen running 11 min after it got the machine.",
        "Tried from outside:",
        "- 2022-11-02 16:00:00 UTC SSH port: connection refused",
        "- 2022-11-02 16:00:00 UTC web address: answered with HTTP 404 in 120 ms",
    ]
    ran = replace(HANGS, phase=Phase.RUNNING, running_since=NOW, probes=())
    assert "First seen running 2022-11-02 16:00:00 UTC." in report(ran, RUNNING.id, RUNNING.server, NOW)


def test_the_longest_report_is_taken_by_clore() -> None:
    long = replace(HANGS, title="x" * 900, image="y" * 900, probes=HANGS.probes[:1] * MOST_PROBES)
    assert len(report(long, RUNNING.id, RUNNING.server, NOW)) <= MAX_ISSUE
