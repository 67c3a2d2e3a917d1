"""Buttons of the marketplace: searching it, and one listed server."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.ids import NO_RESULTS, NO_SERVER, AccountId, OrderId, OwnerId, ResultsId, SearchId, ServerId
from handlers.word import Word


@dataclass(frozen=True, slots=True)
class ShowMarket:
    """Where a search begins."""


@dataclass(frozen=True, slots=True)
class AskSearch:
    """Asks for the words of a search; `results`: the one to be changed, 0 for a new one."""

    results: ResultsId = NO_RESULTS


@dataclass(frozen=True, slots=True)
class ShowResults:
    """A page of results as they were found, counted from 1; 0 is the page that was looked at last."""

    results: ResultsId
    page: int = 0


@dataclass(frozen=True, slots=True)
class RefreshResults:
    """The same search in the marketplace as it is now."""

    results: ResultsId


@dataclass(frozen=True, slots=True)
class ToggleLayout:
    """Cards or a table."""

    results: ResultsId


@dataclass(frozen=True, slots=True)
class DropChip:
    """The search without one of its conditions, by its place among the chips."""

    results: ResultsId
    chip: int


@dataclass(frozen=True, slots=True)
class ShowFilters:
    results: ResultsId


@dataclass(frozen=True, slots=True)
class ShowFilter:
    """The values of one filter."""

    results: ResultsId
    filter: Word


@dataclass(frozen=True, slots=True)
class SetFilter:
    results: ResultsId
    filter: Word
    value: Word


@dataclass(frozen=True, slots=True)
class SaveSearch:
    """`listed`: from the list of saved searches, to which it leads back."""

    results: ResultsId
    listed: bool = False


@dataclass(frozen=True, slots=True)
class ShowSearches:
    """The saved searches of this chat."""


@dataclass(frozen=True, slots=True)
class RunSearch:
    search: SearchId


@dataclass(frozen=True, slots=True)
class DeleteSearch:
    search: SearchId


@dataclass(frozen=True, slots=True)
class ShowServer:
    """The card of one listed server; `results`: the list that it was opened from, 0 for none."""

    server: ServerId
    results: ResultsId = NO_RESULTS
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class ShowAuction:
    """The bids on one server, with mine among them; `results`: the list that its card was opened from, 0 for none."""

    server: ServerId
    results: ResultsId = NO_RESULTS
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class MarkFavourite:
    """`results`: the list that the server's card was opened from; `listed`: pressed in the list of marks."""

    server: ServerId
    on: bool
    results: ResultsId = NO_RESULTS
    listed: bool = False


@dataclass(frozen=True, slots=True)
class WatchServer:
    """Tells once when it becomes free or cheaper."""

    server: ServerId
    on: bool
    results: ResultsId = NO_RESULTS
    listed: bool = False


@dataclass(frozen=True, slots=True)
class BlockServer:
    server: ServerId
    on: bool
    results: ResultsId = NO_RESULTS
    listed: bool = False


@dataclass(frozen=True, slots=True)
class BlockOwner:
    """`server`: the one whose card leads to it; 0 in the list of marks."""

    owner: OwnerId
    on: bool
    server: ServerId = NO_SERVER


@dataclass(frozen=True, slots=True)
class ShowMarks:
    """Favourites and what is blocked."""

    page: int = 0


@dataclass(frozen=True, slots=True)
class FindSimilar:
    """A search for the GPU of an order, for as many of them."""

    account: AccountId
    order: OrderId


@dataclass(frozen=True, slots=True)
class ShowCheaper:
    """Cheaper equivalents of a running rental."""

    account: AccountId
    order: OrderId


MarketAction = (
    ShowMarket
    | AskSearch
    | ShowResults
    | RefreshResults
    | ToggleLayout
    | DropChip
    | ShowFilters
    | ShowFilter
    | SetFilter
    | SaveSearch
    | ShowSearches
    | RunSearch
    | DeleteSearch
    | ShowServer
    | ShowAuction
    | MarkFavourite
    | WatchServer
    | BlockServer
    | BlockOwner
    | ShowMarks
    | FindSimilar
)
