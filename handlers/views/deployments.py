"""The first minutes of a new rental: the living message, the connection card, the question of minute 8, the alarm."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Final

from bot.alerts.snapshot import Snapshot
from bot.domain.deployment import HAS_MACHINE, OVER, News, Outcome, Phase, Probe, Progress, Target
from bot.domain.ids import DeploymentId, OrderId, ServerId
from bot.domain.market import OnDemand
from bot.domain.money import Rates
from bot.domain.rental import Order
from bot.domain.secrets import Secrets
from bot.domain.stops import Condition
from handlers.actions import ShowOrder
from handlers.market_actions import BlockOwner, BlockServer
from handlers.rent_actions import (
    CancelWithReport,
    KeepRental,
    NextCandidate,
    ProbeNow,
    ShowDeployment,
    ShowSecrets,
    ShowStops,
    SwitchProbe,
)
from handlers.screen import Press, Row, Screen
from handlers.views.errors import three_parts
from handlers.views.frame import Account, Failure, age, copying, navigation, screen, title
from handlers.views.html import Html, code, deadline, join, say, text, when
from handlers.views.order import access, ssh_line, waits_for, web_line
from handlers.views.rental import day_price, number, time_left
from handlers.views.stops import in_words
from handlers.views.words import worth

SHOWN_SECONDS: Final = 60
"""How long a message with a password stands."""

_HEADS: Final[dict[Phase, tuple[str, str]]] = {
    Phase.PLACED: ("🔵", "Rented"),
    Phase.WAITING: ("🟡", "Waiting bid"),
    Phase.RENTED: ("🔵", "Rented"),
    Phase.DEPLOYING: ("🟠", "Deploying"),
    Phase.RUNNING: ("🟢", "Running"),
    Phase.OFFLINE: ("🔴", "Host offline"),
    Phase.GONE: ("⚫", "Ended"),
    Phase.CANCELLED: ("⚫", "Cancelled"),
}
_NAMES: Final = {Target.SSH: "SSH", Target.WEB: "Web"}
_OUTCOMES: Final = {
    Outcome.OK: "answers",
    Outcome.REFUSED: "refuses the connection",
    Outcome.TIMEOUT: "gives no answer in 5 s",
    Outcome.CLOSED: "closes the connection",
    Outcome.NOT_SSH: "is no SSH server",
    Outcome.NOT_WEB: "is no web server",
    Outcome.BAD_CERTIFICATE: "has no valid certificate",
    Outcome.UNREACHABLE: "cannot be reached",
    Outcome.UNRESOLVED: "its name has no address yet",
    Outcome.NOT_PUBLIC: "not tried: its address is not of the internet",
}


@dataclass(frozen=True, slots=True)
class Minutes:
    """What the screens show. `order` and `snapshot` as last read. `probes`: whether ports may be tried.

    `secrets_until`: until when password or token can be shown; `None`: there is none (any more).
    `stops`: the conditions that are set for it.
    """

    id: DeploymentId
    number: OrderId
    server: ServerId
    progress: Progress
    order: Order | None = None
    snapshot: Snapshot | None = None
    on_demand: OnDemand | None = None
    probes: bool = True
    secrets_until: datetime | None = None
    stops: tuple[Condition, ...] = ()

    @property
    def read_at(self) -> datetime | None:
        return self.snapshot.orders_at if self.snapshot else None


def living(
    account: Account,
    it: Minutes,
    now: datetime,
    *,
    rates: Rates | None = None,
    failed: Failure | None = None,
    lives: bool = True,
) -> Screen:
    """How it stands. `lives`: later news edit this message, so it has no button that takes it away."""
    progress = it.progress
    glyph, word = _HEADS[progress.phase]
    return screen(
        (
            title(glyph, word, number(it.number), account),
            _machine(it),
            _doing(progress, now),
            _waits(it, rates, now),
            _free(it, now),
            _measured(progress, now),
            join((_followed(progress), _stops(it, now))) or None,
            age(it.read_at, now, failed=failed),
        ),
        _living_rows(account, it, lives=lives and not progress.ended),
        details=_about_tests(it),
    )


def running(account: Account, it: Minutes, order: Order, now: datetime, *, rates: Rates | None = None) -> Screen:
    """The connection card, once, when CLORE.AI reports it as running."""
    glyph, word = _HEADS[Phase.RUNNING]
    state = order.state(now)
    return screen(
        (
            title(glyph, word, number(it.number), account),
            _machine(it),
            ssh_line(order, state),
            web_line(order, state),
            join((say("⏱ {left}", left=time_left(order, now)), _stops(it, now))),
            say("💵 {price}", price=day_price(order, rates)),
            _secrets_kept(it, now),
            age(it.read_at, now, rates),
        ),
        (
            *access(order),
            (Press("🔑 Show access", ShowSecrets(it.id)),) if it.secrets_until is not None else (),
            _ways(account, it),
            navigation(),
        ),
    )


def decide(account: Account, it: Minutes, now: datetime) -> Screen:
    """Minute 8: keep it, or cancel it while that is free of the creation fee."""
    progress = it.progress
    usable = progress.phase in {Phase.RUNNING, Phase.RENTED}
    asks, keeps = ("Does it work?", "✅ Keep it") if usable else ("Wait for it?", "✅ Wait for it")
    return screen(
        (
            title("⏱", asks, number(it.number), account),
            _machine(it),
            _doing(progress, now),
            _measured(progress, now),
            _free(it, now),
            say("Without an answer it runs on."),
            age(it.read_at, now),
        ),
        (
            (Press(keeps, KeepRental(it.id)),),
            (Press("🛑 Cancel…", CancelWithReport(it.id)),),
            _ways(account, it),
            navigation(),
        ),
    )


def stuck(account: Account, it: Minutes, now: datetime) -> Screen:
    """It has had the machine for ten minutes and was never seen running."""
    progress = it.progress
    return screen(
        (
            title("🔴", "Not running", number(it.number), account),
            _machine(it),
            _doing(progress, now),
            _measured(progress, now),
            _free(it, now),
            say("It costs its price meanwhile. Nothing is cancelled without you."),
            age(it.read_at, now),
        ),
        (
            (Press("🛑 Cancel with a report…", CancelWithReport(it.id)),),
            _next(it),
            _blocks(it),
            _ways(account, it),
            navigation(),
        ),
    )


def kept(account: Account, it: Minutes, now: datetime) -> Screen:
    """The answer to the question of minute 8."""
    rest = (
        say("I follow it no more; the alerts go on.")
        if it.progress.ended
        else say("I go on following it, and tell you when it runs, or if it does not.")
    )
    return screen(
        (
            title("✅", "Kept", number(it.number), account),
            _machine(it),
            _doing(it.progress, now),
            rest,
            age(it.read_at, now),
        ),
        (_ways(account, it), navigation()),
    )


def over(account: Account, it: Minutes, now: datetime) -> Screen:
    """Something was pressed for an order that is not there any more."""
    return three_parts(
        title("⚫", "Over", number(it.number), account),
        _doing(it.progress, now),
        say("This press sent nothing."),  # an earlier one may have: its own message says so
        say("The order's card says what is known of it."),
        (_next(it), (Press("📋 Order", ShowOrder(account.id, it.number)),), navigation()),
        read=age(it.read_at, now),
    )


def access_once(account: Account, it: Minutes, secrets: Secrets) -> Screen:
    """Password and token; the message deletes itself, and the bot keeps no copy."""
    password, token = secrets.ssh_password, secrets.jupyter_token
    shown = screen(
        (
            title("🔑", "Access", number(it.number), account),
            say("SSH password {secret}", secret=_exactly(password)) if password else None,
            say("Jupyter token {secret}", secret=_exactly(token)) if token else None,
            say(
                "Copy it now: this message goes in {seconds} seconds, and I keep no copy. It is shown this once.",
                seconds=SHOWN_SECONDS,
            ),
        ),
        ((*copying("📋 Password", password), *copying("📋 Token", token)), navigation()),
    )
    return Screen(shown.text, shown.rows, protected=True, vanishes_after=SHOWN_SECONDS, reveals=it.id)


def access_gone(account: Account, it: Minutes) -> Screen:
    return three_parts(
        title("🔑", "No password here", number(it.number), account),
        say("It was shown before, a day has passed, or none can be opened."),
        say("I keep no copy of it."),
        say("An SSH key, or the place where you saved it, is the way in."),
        ((Press("📋 Order", ShowOrder(account.id, it.number)),), navigation()),
    )


def _machine(it: Minutes) -> Html:
    kind = "spot" if it.progress.spot else "on demand"
    return say(
        "🖥 {machine}",
        machine=join((text(it.progress.title, 48), say("server {id}", id=code(it.server)), kind)),
    )


def _doing(progress: Progress, now: datetime) -> Html:
    if progress.missing_since is not None and progress.phase not in OVER:
        return say("It is missing in CLORE.AI's list. I look once more before I call it ended.")
    match progress.phase:
        case Phase.PLACED:
            return say("CLORE.AI lists it; what it does is being read.")
        case Phase.WAITING:
            return say("The bid does not hold the machine. It costs nothing while it waits.")
        case Phase.RENTED:
            return say("It has the machine. CLORE.AI does not report the container of this server.")
        case Phase.DEPLOYING:
            return join((say("The container is being set up"), _since(progress.held_since, now)), ", ")
        case Phase.RUNNING:
            return join((say("The container runs"), _since(progress.running_since, now, "first seen")), ", ")
        case Phase.OFFLINE:
            return say("It has the machine, and CLORE.AI reports its host as not connected.")
        case Phase.GONE:
            return say("CLORE.AI does not list it as running any more.")
        case Phase.CANCELLED:
            return say("It was cancelled, and is gone from CLORE.AI's list.")


def _since(moment: datetime | None, now: datetime, word: str = "since") -> Html | None:
    return None if moment is None else say("{word} {when}", word=word, when=when(moment, now))


def _waits(it: Minutes, rates: Rates | None, now: datetime) -> Html | None:
    if it.progress.phase is not Phase.WAITING or it.order is None or it.snapshot is None:
        return None
    return waits_for(it.order, it.snapshot, rates, it.on_demand, now)


def _free(it: Minutes, now: datetime) -> Html | None:
    """Until when a cancellation avoids the creation fee, or that it does not any more."""
    if it.progress.phase not in HAS_MACHINE:
        return None
    fee = it.order.creation_fee if it.order else None
    amount = say(" ({fee})", fee=worth(fee, None)) if fee is not None and fee.amount else ""
    if now >= it.progress.free_until:
        return say("The creation fee{amount} is not avoidable any more.", amount=amount)
    return say(
        "No creation fee{amount} if cancelled before {then}.",  # stays true when that has passed
        amount=amount,
        then=deadline(it.progress.free_until, now, absolute_first=True),
    )


def _measured(progress: Progress, now: datetime) -> Html | None:
    last = [probe for target in Target if (probe := progress.last_probe(target))]
    if not last:
        return None
    return say("🔌 {probes}, {when}", probes=join(map(_probe, last)), when=when(last[0].at, now))


def _probe(probe: Probe) -> Html:
    name = _NAMES[probe.target] if probe.outcome.tried else say("{name}:", name=_NAMES[probe.target])
    how = say("with HTTP {status}", status=probe.status) if probe.status is not None else None
    answered = probe.outcome is Outcome.OK and probe.milliseconds is not None
    took = say("in {count} ms", count=probe.milliseconds) if answered else None
    return join((name, _OUTCOMES[probe.outcome], how, took), " ")


def _followed(progress: Progress) -> Html | None:
    if progress.phase in OVER:
        return None
    if progress.ended:
        return say("Its first minutes are over; the alerts go on watching it.")
    return say("I follow it here.")


def _stops(it: Minutes, now: datetime) -> Html | None:
    if it.progress.phase in OVER or not it.stops:
        return None
    return say("⏲ I cancel it {ends}", ends=join([in_words(each, now) for each in it.stops], ", or "))


def _about_tests(it: Minutes) -> Iterator[Html | None]:
    yield say(
        "Tests open the SSH port and the web address of a new rental once or a few times; its host sees the bot's address."
    )
    yield say("Image {image}", image=code(it.progress.image, 160))


def _secrets_kept(it: Minutes, now: datetime) -> Html | None:
    if it.secrets_until is None:
        return None
    return say("🔑 Password or token: shown once, or gone {when}.", when=when(it.secrets_until, now))


def _living_rows(account: Account, it: Minutes, *, lives: bool) -> tuple[Row, ...]:
    order = Press("📋 Order", ShowOrder(account.id, it.number))
    if it.progress.phase in OVER:
        return (_next(it), (order,), navigation())
    secrets: Row = (Press("🔑 Show access", ShowSecrets(it.id)),) if it.secrets_until is not None else ()
    stop = Press("⏲ Stop…", ShowStops(account.id, it.number))
    state = "on" if it.probes else "off"
    tests = Press(f"🔌 Tests: {state}", SwitchProbe(it.id, on=not it.probes))
    again = ShowDeployment(it.id)
    hangs = News.STUCK in it.progress.told and it.progress.running_since is None
    return (
        (*secrets, stop),
        (Press("🛑 Cancel…", CancelWithReport(it.id)),),
        *((_next(it),) if hangs else ()),
        (*((Press("🔌 Test now", ProbeNow(it.id)),) if it.probes else ()), tests),
        (order, Press("🔄 Refresh", again)) if lives else navigation(ShowOrder(account.id, it.number), again),
    )


def _next(it: Minutes) -> Row:
    draft = it.progress.draft
    return () if draft is None else (Press("⏭ Next candidate", NextCandidate(draft)),)


def _blocks(it: Minutes) -> Row:
    owner = it.order.owner if it.order else None
    host: Row = (Press("🚫 Block owner", BlockOwner(owner, on=True)),) if owner is not None else ()
    return (Press("🚫 Block", BlockServer(it.server, on=True)), *host)


def _ways(account: Account, it: Minutes) -> Row:
    order = Press("📋 Order", ShowOrder(account.id, it.number))
    return (order,) if it.progress.phase in OVER else (order, Press("⏲ Stop…", ShowStops(account.id, it.number)))


def _exactly(secret: str) -> Html:
    """Every character as it is: a password is not tidied."""
    return Html(f"<code>{escape(secret, quote=False)}</code>")
