"""An order that is being put together: what is set, what is missing, what it would cost, and a button for each step."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.domain.draft import Draft
from bot.domain.ids import NO_RESULTS, DraftId, ResultsId
from bot.domain.market import Listing
from bot.domain.money import SYMBOLS, Money, Rates, with_fee
from bot.domain.ports import SSH_PORT
from bot.domain.quote import Quote, suspicious
from bot.domain.recipe import Step
from bot.domain.renting import Can, Coin, step_of, steps
from bot.domain.spot import SpotMarket
from bot.domain.wish import Wish
from handlers.actions import Action, Home
from handlers.market_actions import ShowMarket, ShowResults
from handlers.rent_actions import AskRent, DropDraft, ShowDraft, ShowStep
from handlers.screen import Press, Row, Screen, Style
from handlers.views.errors import three_parts
from handlers.views.frame import Account, age, in_threes, navigation, screen, title
from handlers.views.html import Html, code, join, say, text
from handlers.views.steps import line, prompt, value, variables
from handlers.views.wish import in_words
from handlers.views.words import exact_coin, hours, percent, worth
from handlers.word import Word

_SHORT: Final = {
    Step.PASSWORD: "Password",
    Step.JUPYTER: "Jupyter",
    Step.COMMAND: "Command",
    Step.AUTOSSH: "Entrypoint",
}
"""Where the whole name is too long for one of three buttons in a row."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A draft beside its machine as the marketplace shows it.

    `listing`: `None` where it is not listed, or where the marketplace could not be read (then `read_at` is `None` too).
    `coins`: what the host takes, the best first. `accounts`: how many the chat has. `title`: the machine as last seen.
    `auction`: of a spot draft, where it was read. `stop`: how the rental is to end.
    """

    id: DraftId
    draft: Draft
    account: Account
    listing: Listing | None
    coins: tuple[Coin, ...]
    read_at: datetime | None
    rates: Rates | None = None
    accounts: int = 1
    title: str = ""
    template: str | None = None
    results: ResultsId = NO_RESULTS
    auction: SpotMarket | None = None
    stop: Wish | None = None

    @property
    def coin(self) -> Coin | None:
        return next((coin for coin in self.coins if coin.name == self.draft.currency), None)

    @property
    def quote(self) -> Quote | None:
        """The machine's price in the draft's coin: on demand, or the least bid."""
        return self.coin.quote if self.coin else None

    @property
    def suspicious(self) -> bool:
        """The host's prices in its coins disagree: one of them may be a mistake."""
        return self.listing is not None and suspicious(self.listing, self.rates)

    @property
    def no_way_in(self) -> bool:
        """Port 22 is forwarded, and nothing would open it."""
        return not self.draft.ssh_key and not self.draft.ssh_password and SSH_PORT in self.draft.ports

    @property
    def steps(self) -> tuple[Step, ...]:
        return steps(spot=self.draft.spot, accounts=self.accounts)

    @property
    def missing(self) -> Step | None:
        """The first step that has something missing or wrong."""
        return next((step for problem in self.draft.problems() if (step := step_of(problem))), None)


def coin_word(currency: str) -> Word:
    """What names a coin in a button, also one that is not known here."""
    return Word(SYMBOLS.get(currency) or f"{zlib.crc32(currency.encode('utf-8', 'surrogatepass')):08x}")


def cost_of(draft: Draft, quote: Quote) -> Money:
    """Per day, with the fee: of the own bid where there is one, else of the price that is asked."""
    if draft.spot and draft.spot_price is not None:
        return with_fee(Money(draft.spot_price, quote.price.currency), quote.fee_percent)
    return quote.per_day


def draft_screen(planned: Planned, now: datetime, *, notes: tuple[str, ...] = ()) -> Screen:
    """Everything that is set, and what is still to be done."""
    draft = planned.draft
    notices = [*notes, *_warnings(planned)]
    return screen(
        (
            title("📝", "Draft", say("server {id}", id=code(draft.server)), planned.account),
            join((machine(planned), _ends(planned, now))),
            price(planned),
            say("📦 {image} · 🔌 {ports}", image=value(Step.IMAGE, draft), ports=value(Step.PORTS, draft)),
            _access(draft),
            say("⚠️ {notices}", notices=text(" ".join(notices), 400)) if notices else None,
            _next(planned),
            age(planned.read_at, now, planned.rates),
        ),
        (
            *in_threes([_step_button(planned, step) for step in planned.steps]),
            (Press("🔨 Bid…" if draft.spot else "🛒 Rent…", AskRent(planned.id), Style.PRIMARY),),
            (Press("🗑 Discard draft", DropDraft(planned.id)),),
            navigation(back_of(planned.results)),
        ),
        details=[*(line(step, draft) for step in _DETAILS), variables(draft), _template(planned)],
    )


_DETAILS: Final = (Step.ENV, Step.SSH, Step.PASSWORD, Step.JUPYTER, Step.COMMAND, Step.AUTOSSH)


def machine(planned: Planned) -> Html:
    """`🖥 4x RTX 4090 · on demand · at most 73 hours`."""
    listing = planned.listing
    name = listing.specs.title if listing else planned.title or "machine"
    kind = "spot bid" if planned.draft.spot else "on demand"
    length = listing.max_length if listing else None
    most = say("at most {length}", length=hours(length)) if length is not None else None
    return join((say("🖥 {name}", name=text(name, 48)), kind, most))


def _ends(planned: Planned, now: datetime) -> Html | None:
    if planned.stop is None:
        return None
    return say("⏲ ends {condition}", condition=in_words(planned.stop, planned.draft.currency, now))


def price(planned: Planned) -> Html:
    """Per day with the fee first, then per hour and per GPU."""
    quote, draft = planned.quote, planned.draft
    if planned.listing is None:
        known = "is not listed any more" if planned.read_at else "could not be looked up"
        return say("💵 The price is not known: the machine {known}.", known=known)
    if quote is None:
        return say("💵 No coin is chosen yet.")
    if draft.spot and draft.spot_price is None:
        return say("💵 No bid yet; the host takes {least} a day or more.", least=exact_coin(quote.price))
    cost = cost_of(draft, quote)
    count = planned.listing.specs.gpu_count or 1
    each = say("{price} per GPU", price=worth(cost / count, None)) if count > 1 else None
    return join(
        (
            say(
                "💵 {cost} a day with {fee} fee",
                cost=worth(cost, planned.rates),
                fee=percent(quote.fee_percent),
            ),
            say("{price} an hour", price=worth(cost / 24, None)),
            each,
        )
    )


def back_of(results: ResultsId) -> Action:
    return ShowResults(results) if results != NO_RESULTS else ShowMarket()


def parked(draft: DraftId) -> Screen:
    """`/cancel` while a step was asked for."""
    return screen(
        (
            say("Left the step. Nothing was sent; what you write now answers nothing."),
            say("The draft is kept: /rent goes on with it."),
        ),
        (_resuming(draft),),
    )


def kept(draft: DraftId) -> Screen:
    """The confirmation was answered with no."""
    return screen(
        (say("Not rented. Nothing was sent."), say("The draft is kept: /rent goes on with it.")),
        (_resuming(draft),),
    )


def dropped() -> Screen:
    return screen(
        (say("🗑 The draft is given up, with its passwords. Nothing was rented."),),
        ((Press("🔎 Market", ShowMarket()),), navigation(Home())),
    )


def not_open(*, sent: bool) -> Screen:
    """An old button of a draft that is over."""
    happened = "was sent before" if sent else "was given up, or another one took its place"
    return three_parts(
        title("❔", "Draft is over", "this button is an old one"),
        say("This draft {happened}.", happened=happened),
        say("Nothing was changed, and nothing was sent."),
        say("See your rentals with /orders, or begin anew from the market."),
        ((Press("🔎 Market", ShowMarket()),), navigation(Home())),
    )


def changed(draft: DraftId) -> Screen:
    """The confirmation that was pressed shows another order than the draft is now."""
    return three_parts(
        title("⛔", "Not sent", "the draft was changed"),
        say("The draft was changed after you were asked, so it is not what this question showed."),
        say("Nothing was sent."),
        say("Ask again: the question shows the draft as it is now."),
        ((Press("📝 Open draft", ShowDraft(draft)), Press("🔁 Ask again…", AskRent(draft)), *navigation()),),
    )


def unopenable() -> Screen:
    return three_parts(
        title("⚠️", "Draft cannot be opened", "its sealed part is damaged"),
        say("Passwords and variables of this draft cannot be read any more."),
        say("Nothing was sent."),
        say("Begin a new draft from the market; it takes the place of this one."),
        ((Press("🔎 Market", ShowMarket()),), navigation(Home())),
    )


def _resuming(draft: DraftId) -> Row:
    """In the last row: above it the draft has the button that discards it."""
    return (Press("📝 Resume draft", ShowDraft(draft)), *navigation())


def _step_button(planned: Planned, step: Step) -> Press:
    asked = prompt(step)
    glyph = "❗" if step is planned.missing else asked.glyph
    return Press(f"{glyph} {_SHORT.get(step, asked.name)}", ShowStep(planned.id, Word(step.value)))


def _access(draft: Draft) -> Html:
    """How the machine will be reached."""
    return say(
        "🔒 {password} · 🗝 {key} · 📓 {token}",
        password="password set" if draft.ssh_password else "no password",
        key="key set" if draft.ssh_key else "no key",
        token="token set" if draft.jupyter_token else "no token",
    )


def _next(planned: Planned) -> Html | None:
    step = planned.missing
    if step is None:
        return None
    return say("❗ Missing or wrong: {name}.", name=prompt(step).name.lower())


def _warnings(planned: Planned) -> list[str]:
    draft, coin, listing = planned.draft, planned.coin, planned.listing
    found = []
    if listing is not None and listing.rented and not draft.spot:
        found.append("It is rented on demand by somebody else now.")
    if draft.currency is not None and coin is None and listing is not None:
        found.append("The host does not take this coin any more: choose another one.")
    if coin is not None and coin.can in {Can.TOO_LITTLE, Can.NOT_HELD}:
        found.append(f"Your {SYMBOLS.get(coin.name, coin.name)} does not reach for an hour.")
    if planned.suspicious:
        found.append("Suspicious price: the host's coins disagree by more than 30 %.")
    if planned.no_way_in:
        found.append("Without a password or a key there is no way in by SSH.")
    return found


def _template(planned: Planned) -> Html | None:
    return say("From template {name}", name=text(planned.template, 40)) if planned.template else None
