"""Every screen of the views, each made of one invented world, with the view that made it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

from bot.domain.batch import BatchPlan, Candidate, Price, Skip, State, Why
from bot.domain.cheaper import Cheaper, Worse
from bot.domain.deployment import Outcome, Phase, Probe, Progress, Target
from bot.domain.draft import Draft, NewOrder
from bot.domain.ids import (
    BatchId,
    DeploymentId,
    DraftId,
    OrderId,
    ResultsId,
    StopId,
)
from bot.domain.ledger import Cause, Creation, Ending, Result
from bot.domain.market import Listing, OnDemand
from bot.domain.money import BITCOIN, Money
from bot.domain.quote import Quote
from bot.domain.renting import Effect
from bot.domain.secrets import Secrets
from bot.domain.spot import NoAnswer
from bot.domain.stop_setting import StopProblem, presets
from bot.domain.stops import AtCost, AtRunway, AtTime, Condition, Outlook, Seen
from bot.domain.wish import Wish
from handlers.actions import AskCancel, AskForget, AskRaise
from handlers.screen import Screen
from handlers.views import (
    accounts,
    batch_progress,
    batches,
    bids,
    cancel,
    cheaper,
    creations,
    deployments,
    errors,
    forget,
    keys,
    order,
    orders,
    outcome,
    servers,
    spot,
    start,
    status,
    stops,
    wallet,
)
from handlers.views.frame import Failure
from handlers.views.html import text
from handlers.visit import Command
from tests.handlers.views.alert_screens import alert_screens, snooze_screens
from tests.handlers.views.guard_screens import guard_screens
from tests.handlers.views.lowering_screens import lowering_screens
from tests.handlers.views.panic_screens import panic_screens
from tests.handlers.views.preference_screens import preference_screens
from tests.handlers.views.recipe_screens import recipe_screens
from tests.handlers.views.rent_screens import rent_screens
from tests.handlers.views.world import ENDS_AT, TOKEN
from tests.handlers.views.worlds import World

LINK = "https://t.me/example_bot"
Made = tuple[Callable[..., Screen], Screen]


def rental_screens(world: World) -> Iterator[Made]:
    at, one, order_, seen, auction = world.moment, world.account, world.order, world.snapshot, world.market
    rates, bid = auction.rates, Money(world.amount, world.order.price.currency)
    failed = Failure.SLOW if world.flag else None
    on_demand = OnDemand(world.flag, at)
    yield orders.orders, orders.orders(one, seen, at, page=world.number, rates=rates, failed=failed)
    machine = Listing(order_.server, on_demand={order_.price.currency: world.amount})
    listings = {order_.server: machine}
    yield orders.orders, orders.orders(one, seen, at, page=world.number, rates=rates, failed=failed, listings=listings)
    yield order.card, order.card(one, order_, seen, at, rates=rates, on_demand=on_demand, listing=machine)
    yield orders.past_orders, orders.past_orders(one, seen.orders, at, at, page=world.number, failed=failed)
    yield orders.not_found, orders.not_found(one, order_.id, at, at)
    yield order.card, order.card(one, order_, seen, at, rates=rates, failed=failed, on_demand=on_demand)
    asked = bids.confirm(
        one,
        order_,
        bid,
        at,
        token=TOKEN,
        expires_at=ENDS_AT,
        market=auction,
        runway_after=world.span,
        on_demand=on_demand,
    )
    yield bids.confirm, asked
    yield bids.ask_price, bids.ask_price(one, order_, auction, at, problem=bids.PriceProblem.TOO_FINE)
    yield bids.already_holds, bids.already_holds(one, order_, auction, at)
    yield bids.already_highest, bids.already_highest(one, order_, auction, at, rates, on_demand)
    yield bids.not_a_bid, bids.not_a_bid(one, order_, at, at)
    yield bids.overtaken, bids.overtaken(one, order_.id, bid, bid)
    yield bids.no_suggestion, bids.no_suggestion(one, order_, auction, NoAnswer(NoAnswer.NO_RATE), at)
    yield bids.vanished, bids.vanished(one, order_.id, at, at)
    yield bids.step_too_big, bids.step_too_big(one, order_.id, bid, bid, world.number)
    yield bids.too_soon, bids.too_soon(one, order_.id, bid, world.span, at, world.number)
    yield bids.too_low, bids.too_low(one, order_.id, bid, bid)
    report = world.word * 5
    lost = cancel.confirm(one, order_, seen, at, token=TOKEN, expires_at=ENDS_AT, rates=rates, report=report)
    yield cancel.confirm, lost
    yield cancel.ask_report, cancel.ask_report(one, order_, too_long=world.number)
    yield outcome.working_on_bid, outcome.working_on_bid(one, order_.id, bid)
    yield outcome.working_on_cancel, outcome.working_on_cancel(one, order_.id)
    for holder in (None, bid):
        done = outcome.bid_done(one, order_.id, bid, at, active=world.flag, holder=holder, read_at=at, rates=rates)
        yield outcome.bid_done, done
    yield outcome.bid_refused, outcome.bid_refused(one, order_.id, bid, world.word)
    yield outcome.bid_unknown, outcome.bid_unknown(one, order_.id, bid, bid)
    yield outcome.cancelled, outcome.cancelled(one, order_.id, at, read_at=at, spent=bid)
    yield outcome.still_listed, outcome.still_listed(one, order_.id, at, read_at=at)
    yield outcome.cancel_refused, outcome.cancel_refused(one, order_.id, world.word)
    yield outcome.cancel_unknown, outcome.cancel_unknown(one, order_.id)
    yield outcome.interrupted, outcome.interrupted(one, order_.id, world.word, called_off=world.flag)


def spot_screens(world: World) -> Iterator[Made]:
    """The auction as it is, of more bids than are shown, and in every state that has a title of its own."""
    at, one, seen, on_demand = world.moment, world.account, world.market, OnDemand(world.flag, world.moment)
    amounts = {seen.offers[0].bid.currency: world.amount, BITCOIN: abs(world.amount), "<b>": world.amount}
    machine = Listing(seen.server, specs=world.order.specs, on_demand=amounts, spot=amounts, rented=world.flag)
    wallets = world.snapshot.wallets
    others = tuple(replace(offer, mine=False, active=False) for offer in seen.offers)
    many = tuple(replace(seen.offers[n % len(seen.offers)], id=OrderId(n), mine=n > 20) for n in range(26))
    markets = (
        seen,
        *(
            replace(seen, offers=offers)
            for offers in ((), others, many, tuple(replace(each, mine=True) for each in many))
        ),
        *(replace(seen, online=online, public=world.flag) for online in (True, False)),
        replace(seen, exists=False, offers=()),
        replace(seen, rates=None, minimum={}),
    )
    for market in markets:
        for listing, known in ((machine, wallets), (None, None), (machine, ())):
            shown = spot.Auction(
                market,
                listing=listing,
                listed_at=at if world.flag else None,
                on_demand=on_demand if listing else None,
                rates=market.rates,
                wallets=known,
                provided=world.flag and known is None,
                linked=tuple(spot.Linked(world.word, each) for each in market.offers),
                results=ResultsId(world.number),
                failed=Failure.SLOW if world.flag else None,
            )
            yield spot.auction, spot.auction(one, shown, at)


def deployment_screens(world: World) -> Iterator[Made]:
    at, one, order_ = world.moment, world.account, world.order
    outcomes = list(Outcome)
    probes = tuple(
        Probe(target, outcomes[(world.number + place) % len(outcomes)], at, 80, 302)
        for place, target in enumerate(Target)
    )
    progress = Progress(
        title=world.word,
        image=world.word,
        spot=order_.spot,
        price=order_.price,
        created_at=at if world.flag else order_.created_at,
        draft=DraftId(world.number) if world.flag else None,
        held_since=at,
        running_since=at if world.flag else None,
        probes=probes,
    )
    secrets = Secrets(ssh_password="p" * 32, jupyter_token="t" * 32)
    for phase in Phase:
        it = deployments.Minutes(
            id=DeploymentId(world.number),
            number=order_.id,
            server=order_.server,
            progress=replace(progress, phase=phase),
            order=order_ if world.flag else None,
            snapshot=world.snapshot,
            on_demand=OnDemand(world.flag, at),
            probes=world.flag,
            secrets_until=at,
            stops=(AtTime(at), AtCost(order_.price), AtRunway(order_.price.currency, world.span)),
        )
        for lives in (True, False):
            yield deployments.living, deployments.living(one, it, at, rates=world.market.rates, lives=lives)
        yield deployments.running, deployments.running(one, it, order_, at, rates=world.market.rates)
        yield deployments.decide, deployments.decide(one, it, at)
        yield deployments.stuck, deployments.stuck(one, it, at)
        yield deployments.kept, deployments.kept(one, it, at)
        yield deployments.over, deployments.over(one, it, at)
        yield deployments.access_once, deployments.access_once(one, it, secrets)
        yield deployments.access_gone, deployments.access_gone(one, it)


def creation_screens(world: World) -> Iterator[Made]:
    at, one, word = world.moment, world.account, world.word
    price = Money(world.amount, world.order.price.currency)
    draft = DraftId(world.number) if world.flag else None
    for bid in (None, world.amount):
        new = NewOrder(world.order.server, price.currency, word, spot_price=bid, required_price=world.amount)
        what = Creation(new, word, draft)
        for screen in (creations.renting, creations.checking, creations.offline, creations.coin_refused):
            yield screen, screen(one, what)
        for screen in (creations.no_funds, creations.unreachable, creations.interrupted, creations.given_up):
            yield screen, screen(one, what)
        for waits in (creations.probably_not, creations.not_listed_yet, creations.lost):
            yield waits, waits(one, what, at, at)
        for said in (creations.refused, creations.invalid):
            yield said, said(one, what, word)
        for least in (None, price):
            yield creations.too_low, creations.too_low(one, what, least)
        for own in (None, world.order.id):
            yield creations.taken, creations.taken(one, what, own)
        yield creations.price_moved, creations.price_moved(one, what, price)
        yield creations.full, creations.full(one, what, world.number)
        yield creations.busy, creations.busy(one, what, world.span)
        yield creations.never_seen, creations.never_seen(one, what, world.span)
        rates, number = world.market.rates, world.order.id
        ends = (AtTime(at), AtCost(price), AtRunway(price.currency, world.span))
        for seen in (None, world.order):
            rented = creations.rented(
                one, what, number, at, seen=seen, read_at=at, rates=rates, late=world.span, stops=ends
            )
            yield creations.rented, rented


def account_screens(world: World) -> Iterator[Made]:
    at, one, seen, word = world.moment, world.account, world.snapshot, world.word
    failed = Failure.REJECTED if world.flag else None
    card = accounts.AccountCard(one.id, one.name, word, at, world.flag, at, at if world.flag else None, 3)
    watched = [status.Watched(one.id, one.name, at, at, at if world.flag else None)] * 9
    command = Command(word, word, group=True, arguments=word)
    yield wallet.wallets, wallet.wallets(one, seen, at, rates=world.market.rates, failed=failed)
    yield wallet.deposits, wallet.deposits(one, seen, at, failed=failed)
    yield servers.servers, servers.servers(one, world.hosted, at, at, page=world.number, failed=failed)
    yield accounts.accounts, accounts.accounts([card] * 9, at, page=world.number)
    yield accounts.account, accounts.account(card, at)
    yield accounts.ask_name, accounts.ask_name(one, problem=accounts.NameProblem.TOO_LONG)
    yield accounts.renamed, accounts.renamed(one, word)
    yield accounts.confirm_removal, accounts.confirm_removal(card, at, token=TOKEN, expires_at=ENDS_AT)
    yield accounts.removed, accounts.removed(word)
    yield keys.ask_key, keys.ask_key(name=word, replaces=one, malformed=True)
    yield keys.proven, keys.proven(one, word, deleted=world.flag)
    yield keys.rejected, keys.rejected(deleted=world.flag, replaces=one)
    yield keys.unproven, keys.unproven(deleted=world.flag, replaces=one, busy=world.flag)
    yield keys.name_refused, keys.name_refused(word, deleted=world.flag)
    yield keys.already_here, keys.already_here(one, deleted=world.flag)
    yield keys.works, keys.works(one)
    yield keys.test_failed, keys.test_failed(one, Failure.NO_ANSWER)
    yield start.help_, start.help_([command] * 60, one)
    yield forget.confirm, forget.confirm([word] * 9, at, token=TOKEN, expires_at=ENDS_AT)
    yield status.status, status.status(watched, at, version=word, waiting_messages=world.number, last_tick=at)
    yield (
        errors.unavailable,
        errors.unavailable(errors.Untouched.CANCEL, AskCancel(one.id, world.order.id), account=one),
    )
    yield errors.slow, errors.slow(errors.Untouched.BID, AskRaise(one.id, world.order.id), account=one)
    yield errors.rate_limited, errors.rate_limited(errors.Untouched.BID, world.span, None, account=one)
    yield errors.key_rejected, errors.key_rejected(one, errors.Untouched.CANCEL)
    yield errors.bad_arguments, errors.bad_arguments(command, word)
    yield errors.sent_while_away, errors.sent_while_away(word, at, at + world.span)
    said = text(f"Said {word}")
    yield errors.three_parts, errors.three_parts(said, said, said, said, read=said)


def stop_screens(world: World) -> Iterator[Made]:
    at, one, order_, rates = world.moment, world.account, world.order, world.market.rates
    limit = Money(world.amount, order_.price.currency)
    near = Outlook(due=at, cost=limit, lasts=world.span, read_at=at, reached=world.flag)
    conditions: list[Condition] = [AtTime(at), AtCost(limit), AtRunway(order_.price.currency, world.span)]
    standing = [stops.Standing(StopId(2**63 - 1), each, near, missed=world.flag) for each in conditions]
    offered = presets(order_, Seen(order=order_, orders_at=at, wallets_at=at, balance=limit, burn=limit), at)
    notes = [
        stops.was_set(AtCost(limit), near, at, warned=True, dollars=limit),
        stops.was_moved(),
        stops.was_dropped(),
        stops.cannot_move(),
        stops.over_already(),
        *map(stops.not_set, StopProblem),
    ]
    for note in notes:
        shown = stops.stops(one, order_, standing, offered, at, read_at=at, rates=rates, note=note)
        yield stops.stops, shown
    yield stops.stops, stops.stops(one, order_, [], offered, at, read_at=None, failed=Failure.SLOW)
    for kind in (stops.TIME, stops.COST, stops.RUNWAY):
        problem = StopProblem.NO_COIN if world.flag else None
        yield stops.ask, stops.ask(one, order_, kind, at, read_at=at, rates=rates, problem=problem)
    result = Result(Ending.REFUSED, Cause.REFUSED, detail=world.word)
    for each in standing:
        yield stops.warned, stops.warned(one, order_.id, order_.server, each, at)
        yield stops.acting, stops.acting(one, order_.id, order_.server, each.condition, at)
        for told in (None, result, *(replace(result, cause=cause) for cause in Cause)):
            yield stops.failed, stops.failed(one, order_.id, order_.server, each.condition, at, told)
    yield stops.missed, stops.missed(one, order_.id, order_.server, standing[0].stop, at, at)


def cheaper_screens(world: World) -> Iterator[Made]:
    at, one, order_, rates = world.moment, world.account, world.order, world.market.rates
    money = Money(world.amount, order_.price.currency)
    machine = Listing(order_.server, specs=order_.specs, reliability=world.amount, max_length=world.span)
    offered = [
        Cheaper(machine, Quote(money, world.amount), known, known, in_coin, tuple(Worse))
        for known, in_coin in ((world.amount, None), (None, money), (None, None))
    ]
    for found in ([], offered * 4):
        shown = cheaper.cheaper(
            one, order_, found, at, read_at=at, rates=rates, alike=world.number, reliability_known=world.flag
        )
        yield cheaper.cheaper, shown
    yield cheaper.unknown, cheaper.unknown(one, order_, at, at)


def batch_screens(world: World) -> Iterator[Made]:
    at, one, number = world.moment, world.account, BatchId(2**63 - 1)
    price = Price(Money(world.amount, world.order.price.currency), world.amount)
    tried = [(state, cause) for state in State for cause in (None, *Cause)]
    one_of_list = Candidate(world.order.server, world.word, (price,), usd=world.amount, detail=world.word)
    candidates = (
        *(replace(one_of_list, state=state, entry=1, order=world.order.id, cause=cause) for state, cause in tried),
        *(replace(one_of_list, state=State.SKIPPED, skip=skip) for skip in Skip),
    )
    pending = tuple(replace(each, state=State.PENDING) for each in candidates[:9])
    draft = Draft(image=world.word or None)
    plan = BatchPlan(
        pending + candidates[-len(Skip) :],
        at,
        at,
        anew=world.flag,
        draft=draft,
        template=world.word or None,
        wanted=5,
        results=ResultsId(2**63 - 1),
    )
    money = Money(world.amount, world.order.price.currency)
    wishes = (None, Wish(after=timedelta(hours=6)), Wish(at=ENDS_AT), Wish(cost=money), Wish(runway=timedelta(hours=6)))
    for wish in wishes:
        stops = {money.currency: wish} if wish else {}
        ending = replace(plan, stop=wish, stops=stops)
        for each in (ending, replace(ending, coin=money.currency), replace(ending, coin="none of them")):
            yield batches.batch, batches.batch(one, number, each, at, problem=world.word or None)
            effects = {name: Effect(cost, timedelta(hours=9), timedelta(hours=5)) for name, cost in each.costs.items()}
            means = batches.Means(effects, world.market.rates)
            asked = batches.confirm(one, each, means, at, number=number, token=TOKEN, expires_at=ENDS_AT)
            yield batches.confirm, asked
        yield batches.ask_stop, batches.ask_stop(one, number, ending, at, problem=world.word or None)
    for step in (batches.COUNT, batches.BUDGET):
        yield batches.ask, batches.ask(one, number, step, plan, problem=world.word or None)
    for why in (None, *Why):
        ended = replace(plan, candidates=candidates, ended=why, cause=Cause.NO_FUNDS if world.flag else None)
        yield batch_progress.progress, batch_progress.progress(one, number, ended, stopping=world.flag)
    yield batches.nothing_to_rent, batches.nothing_to_rent(one, plan, at)
    yield batches.full, batches.full(one, number, world.number, world.number, at, at)


def fixed_screens() -> Iterator[Made]:
    yield start.welcome, start.welcome()
    yield start.group_start, start.group_start(LINK)
    yield start.group_help, start.group_help(LINK)
    yield start.group_connect, start.group_connect(LINK)
    yield keys.in_group, keys.in_group(deleted=False, link=LINK)
    yield forget.forgotten, forget.forgotten()
    yield batches.gone, batches.gone()
    yield errors.no_account, errors.no_account()
    yield errors.not_allowed, errors.not_allowed()
    yield cancel.left, cancel.left()
    yield cancel.nothing_to_leave, cancel.nothing_to_leave()
    yield cancel.declined, cancel.declined()
    yield cancel.expired, cancel.expired(AskForget())


def all_screens(world: World) -> Iterator[Made]:
    yield from rental_screens(world)
    yield from spot_screens(world)
    yield from lowering_screens(world)
    yield from guard_screens(world)
    yield from panic_screens(world)
    yield from preference_screens(world)
    yield from deployment_screens(world)
    yield from stop_screens(world)
    yield from cheaper_screens(world)
    yield from batch_screens(world)
    yield from account_screens(world)
    yield from creation_screens(world)
    yield from fixed_screens()
    yield from alert_screens(world)
    yield from snooze_screens(world)
    yield from recipe_screens(world.word, flag=world.flag)
    yield from rent_screens(world.account, world.market, abs(world.amount), world.word, world.moment, flag=world.flag)
