"""What a search found: cards or a table, what was understood, and the ways on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from html import escape
from typing import Final

from bot.domain.catalogue import Hit
from bot.domain.found import Found, Looser
from bot.domain.ids import ResultsId
from bot.domain.money import Rates
from bot.domain.search import Chip
from handlers.market_actions import (
    AskSearch,
    DropChip,
    RefreshResults,
    SaveSearch,
    ShowFilters,
    ShowMarket,
    ShowMarks,
    ShowResults,
    ShowSearches,
    ShowServer,
    ToggleLayout,
)
from handlers.rent_actions import PrepareBatch
from handlers.screen import Press, Row, Screen
from handlers.views.frame import PAGE_SIZE, Failure, Page, age, in_pairs, label, navigation, paged, pager, screen, title
from handlers.views.html import Html, bold, join, say, tidy
from handlers.views.machine import (
    Reader,
    coins,
    gpus,
    longest,
    marks,
    named,
    share,
    short_price,
    size,
    smaller_prices,
    trust,
)
from handlers.views.words import counted, number, percent, worth

TABLE_SIZE: Final = 10
SHORT: Final = 14
"""Letters on a button that has a neighbour."""
MOST_CHIPS: Final = 6
CHIPS_IN_A_ROW: Final = 3


@dataclass(frozen=True, slots=True)
class Shown:
    """How a list is looked at. `anew`: the frozen one was gone. `saved`: this search is among the saved ones."""

    results: ResultsId
    page: int = 0
    table: bool = False
    anew: bool = False
    saved: bool = False
    failed: Failure | None = None

    @property
    def size(self) -> int:
        return TABLE_SIZE if self.table else PAGE_SIZE


def results(found: Found, shown: Shown, reader: Reader, now: datetime) -> Screen:
    page = paged(found.hits, shown.page, shown.size)
    first = page.number * shown.size + 1
    body = _table(page.items, first, reader) if shown.table else _cards(page.items, first, found, reader)
    details = () if shown.table else _details(page.items, first, found, reader)
    return screen(
        (_head(found), *body, _footer(found, shown, now)),
        (
            *_hits(page.items, first, shown, found.rates),
            pager(page, lambda number: ShowResults(shown.results, number + 1)),
            *chips(found, shown.results)[:2],
            *_ways(shown, page),
        ),
        details=details,
    )


def nothing(found: Found, shown: Shown, looser: Sequence[Looser], now: datetime) -> Screen:
    """No machine fits: what to loosen, with a button for each."""
    if looser:
        advice = [say("Without “{chip}”: {count}", chip=each.label, count=machines(each.total)) for each in looser]
    elif found.search.chips:
        advice = [say("No single condition is to blame: take away several, or begin anew.")]
    else:
        advice = [say("The marketplace lists nothing for it now. Look again later.")]
    drops = tuple((Press(label(f"✖ {each.label}"), DropChip(shown.results, each.chip)),) for each in looser)
    others = () if looser else chips(found, shown.results)[:2]
    return screen(
        (_head(found), *advice, _footer(found, shown, now)),
        (
            *drops,
            *others,
            (Press("🎛 Filters", ShowFilters(shown.results)), Press("✏️ Change…", AskSearch(shown.results))),
            (Press("🚫 Blocked", ShowMarks()),) if found.left_out else (),
            navigation(ShowMarket(), RefreshResults(shown.results)),
        ),
    )


def machines(count: int) -> str:
    return counted(count, "machine", "machines")


def chips(found: Found, results: ResultsId, most: int = MOST_CHIPS) -> tuple[Row, ...]:
    """What was understood, each with a button that takes it away."""
    buttons = [
        Press(tidy(f"✖ {_brief(chip)}", SHORT), DropChip(results, place))
        for place, chip in enumerate(found.search.chips[:most])
    ]
    return tuple(tuple(buttons[start : start + CHIPS_IN_A_ROW]) for start in range(0, len(buttons), CHIPS_IN_A_ROW))


def _brief(chip: Chip) -> str:
    """In words where they fit, else as it is typed."""
    return chip.label if len(chip.label) <= SHORT - 2 else chip.text


def understood(found: Found) -> Html:
    """All conditions in words."""
    return join(tidy(chip.label, 40) for chip in found.search.chips[:12]) or say("every machine")


def _head(found: Found) -> Html:
    word = machines(found.total) if found.total else "Nothing found"
    return title("🔎", word, understood(found))


def _footer(found: Found, shown: Shown, now: datetime) -> Html:
    """The age of the list, and what must be known of it."""
    return join(
        (
            "found anew" if shown.anew else None,
            "Prices with fee" if found.hits else None,
            age(found.read_at, now, found.rates, failed=shown.failed),
            say("{count} left out: you blocked them", count=found.left_out) if found.left_out else None,
            say("the first {count} are kept", count=len(found.hits)) if found.total > len(found.hits) else None,
        )
    )


def _cards(hits: Sequence[Hit], first: int, found: Found, reader: Reader) -> list[Html]:
    return [_card(hit, number, found, reader) for number, hit in enumerate(hits, start=first)]


def _card(hit: Hit, place: int, found: Found, reader: Reader) -> Html:
    """What decides, in one line; the rest is folded."""
    listing = hit.listing
    reliable = percent(listing.reliability * 100) if listing.reliability is not None else None
    price = worth(hit.quote.per_day, found.rates)
    return join(
        (
            say("{place}. {machine}", place=bold(place), machine=named(listing)),
            say("{least}{price} a day", least=say("from " if hit.quote.spot else ""), price=price),
            tidy(listing.specs.country or "", 12),
            reliable,
            *marks(listing, reader, suspicious=hit.suspicious),
        )
    )


def _details(hits: Sequence[Hit], first: int, found: Found, reader: Reader) -> list[Html]:
    return [
        say(
            "{place}. {parts}",
            place=place,
            parts=join(
                (
                    say("server {server}", server=hit.listing.id),
                    smaller_prices(hit.quote, gpus(hit.listing), found.rates),
                    trust(hit.listing),
                    size(hit.listing.specs),
                    longest(hit.listing),
                    coins(hit.listing, reader, spot=hit.quote.spot),
                )
            ),
        )
        for place, hit in enumerate(hits, start=first)
    ]


def _table(hits: Sequence[Hit], first: int, reader: Reader) -> list[Html]:
    """At most 30 columns: place and mark, machine, dollars a day with fee, country, reliability in percent."""
    lines = [f"{'#':>3} {'machine':<13}{'$/day':>6} {'cc':<2} {'rel':>3}"]
    lines += [_line(hit, place, reader) for place, hit in enumerate(hits, start=first)]
    legend = [words for sign, words in _SIGNS.items() if any(_sign(hit, reader) == sign for hit in hits)]
    block = Html(f"<pre>{escape(chr(10).join(lines), quote=False)}</pre>")
    return [block, *([join(map(say, legend))] if legend else [])]


_SIGNS: Final = {
    "=": "= yours",
    "#": "# rented",
    "!": "! suspicious price",
    "~": "~ held by a spot tenant",
    "x": "x blocked",
    "*": "* favourite",
}
"""The gravest first: a line has room for one."""


def _sign(hit: Hit, reader: Reader) -> str:
    listing = hit.listing
    holds = {
        "=": listing.id in reader.own,
        "#": listing.rented,
        "!": hit.suspicious,
        "~": listing.id in reader.holders,
        "x": reader.blocks(listing),
        "*": listing.id in reader.favourites,
    }
    return next((sign for sign, there in holds.items() if there), " ")


def _line(hit: Hit, place: int, reader: Reader) -> str:
    specs = hit.listing.specs
    dollars = _dollars(hit.usd_per_day) if hit.usd_per_day is not None else "?"
    cells = (
        f"{place % 100:>2}{_sign(hit, reader)}",
        f"{tidy(_short_title(hit), 13):<13}{tidy(dollars, 6):>6}",
        f"{tidy(specs.country or '', 2):<2}",
        f"{share(hit.listing.reliability)[:3]:>3}",
    )
    return " ".join(cells)[:30].rstrip()


def _dollars(amount: Decimal) -> str:
    """With cents wherever there are some to see, so that a column of prices can be compared at a glance."""
    return f"{amount:.2f}" if Decimal("0.01") <= amount < 100 else number(amount)


def _short_title(hit: Hit) -> str:
    """Without the words that every second card has."""
    return hit.listing.specs.title.replace("RTX ", "").replace("GTX ", "")


def _hits(hits: Sequence[Hit], first: int, shown: Shown, rates: Rates | None) -> tuple[Row, ...]:
    if shown.table:
        buttons = [
            Press(f"{place}", ShowServer(hit.listing.id, shown.results)) for place, hit in enumerate(hits, start=first)
        ]
        return tuple(tuple(buttons[start : start + 5]) for start in range(0, len(buttons), 5))
    return in_pairs(
        [
            Press(
                tidy(f"{place} · {short_price(hit.quote.per_day, rates)}", SHORT),
                ShowServer(hit.listing.id, shown.results),
            )
            for place, hit in enumerate(hits, start=first)
        ]
    )


def _ways(shown: Shown, page: Page[Hit]) -> tuple[Row, ...]:
    number = shown.results
    saved = Press("💾 Saved ✓", ShowSearches()) if shown.saved else Press("💾 Save", SaveSearch(number))
    return (
        (Press("🎛 Filters", ShowFilters(number)), Press("✏️ Change…", AskSearch(number))),
        (Press("🗂 Cards" if shown.table else "📊 Table", ToggleLayout(number)), saved),
        (Press("🛒 Rent several…", PrepareBatch(number)),) if page.items else (),
        navigation(ShowMarket(), RefreshResults(number)),
    )
