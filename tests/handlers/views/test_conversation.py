"""Welcome, connecting, accounts, cancelling, outcomes, errors: what is said, and what is left unsaid."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.ids import AccountId, OrderId
from handlers.actions import AskCancel, AskReport, Confirm, Connect, ReplaceKey, ShowAccount, ShowOrders, UseAccount
from handlers.screen import Link, Press, Style, Toast
from handlers.views import accounts, cancel, errors, forget, keys, outcome, start, status, toasts
from handlers.views.accounts import AccountCard
from handlers.views.errors import Untouched
from handlers.visit import Command
from tests.handlers.views.reading import actions, complaints, labels, plain, row_from_below
from tests.handlers.views.world import (
    BID,
    ENDS_AT,
    MAIN,
    NOW,
    ORDER,
    RATES,
    READ_AT,
    RUNNING,
    TOKEN,
    btc,
    market,
    snapshot,
)

COMMANDS = (
    Command("orders", "rentals and waiting bids"),
    Command("cancel", "cancels a rental", arguments="[ID]"),
    Command("start", "welcome", group=True),
    Command("balance", "the same as /wallets", menu=False),
)
CARD = AccountCard(MAIN.id, "main", "rrPk", NOW - timedelta(days=2), default=True, read_at=READ_AT)
LINK = "https://t.me/example_bot?start=connect"


def test_help_shows_what_this_chat_may_use() -> None:
    private = plain(start.help_(COMMANDS, MAIN))
    group = plain(start.help_(COMMANDS, None, private=False))

    assert "/orders – rentals and waiting bids" in private
    assert "/cancel [ID] – cancels a rental" in private
    assert "/balance" not in private
    assert "/orders" not in group
    assert "/start – welcome" in group


def test_help_leads_to_the_screens_of_the_account_or_to_connecting() -> None:
    assert ShowOrders(MAIN.id) in actions(start.help_(COMMANDS, MAIN))
    assert Connect() in actions(start.help_(COMMANDS, None))
    assert Connect() in actions(start.welcome())


def test_an_unbound_group_gets_one_line() -> None:
    for screen in (start.group_start(LINK), start.group_help(LINK), start.group_connect(LINK)):
        assert "\n" not in screen.text
        assert screen.rows == ((Link("Open private chat", LINK),),)
    assert not start.group_start().rows


def test_asking_for_a_key_says_how_to_get_one_and_what_happens_to_it() -> None:
    screen = keys.ask_key()

    assert screen.asks
    assert "Account, API Keys, Generate New Key" in plain(screen)
    assert "delete your message at once" in plain(screen)
    assert "for account lab" in plain(keys.ask_key(name="lab"))
    assert "acct main" in plain(keys.ask_key(replaces=MAIN))
    assert "32 letters" in plain(keys.ask_key(malformed=True))


def test_a_proven_key_is_shown_as_its_end() -> None:
    text = plain(keys.proven(MAIN, "rrPk", deleted=True))

    assert "Connected · key ending in rrPk · acct main" in text
    assert "was deleted" in text


def test_a_message_that_stays_is_not_said_to_be_gone() -> None:
    for screen in (
        keys.proven(MAIN, "rrPk", deleted=False),
        keys.rejected(deleted=False),
        keys.unproven(deleted=False),
        keys.already_here(MAIN, deleted=False),
    ):
        assert "could not delete your message: delete it yourself" in plain(screen)
    assert "message" not in plain(keys.proven(MAIN, "rrPk", deleted=None))


def test_a_key_that_was_not_proven_is_not_stored() -> None:
    assert "The key was not stored." in plain(keys.rejected(deleted=True))
    assert "The old key stays." in plain(keys.rejected(deleted=True, replaces=MAIN))
    assert ReplaceKey(MAIN.id) in actions(keys.rejected(deleted=True, replaces=MAIN))
    assert "The key was not stored." in plain(keys.unproven(deleted=True))
    assert "slows this key down" in plain(keys.unproven(deleted=True, busy=True))
    refused = plain(keys.name_refused("Another account of this chat has this name.", deleted=True))
    assert "The key was not stored." in refused
    assert "Your message with the key was deleted." in refused


def test_a_key_in_a_group_must_be_replaced() -> None:
    text = plain(keys.in_group(deleted=True, link=LINK))

    assert "not used, not stored" in text
    assert "delete it on clore.ai" in text
    assert "I could not delete the message" in plain(keys.in_group(deleted=False))


def test_the_list_of_accounts_says_default_state_and_age() -> None:
    other = AccountCard(AccountId(8), "lab", "abcd", NOW, rejected_since=READ_AT)
    text = plain(accounts.accounts((CARD, other), NOW))

    assert "Connected · main · key …rrPk · default · data from 12 s ago" in text
    assert "Key rejected · lab" in text
    assert ShowAccount(AccountId(8)) in actions(accounts.accounts((CARD, other), NOW))
    assert Connect() in actions(accounts.accounts((), NOW))


def test_the_default_account_cannot_be_made_default_again() -> None:
    other = AccountCard(AccountId(8), "lab", "abcd", NOW, other_chats=1)

    assert UseAccount(CARD.id) not in actions(accounts.account(CARD, NOW))
    assert UseAccount(other.id) in actions(accounts.account(other, NOW))
    assert "connected in 1 other chat too" in plain(accounts.account(other, NOW))


def test_removing_an_account_says_what_goes_and_what_stays() -> None:
    screen = accounts.confirm_removal(CARD, NOW, token=TOKEN, expires_at=ENDS_AT)

    assert "rentals run on" in plain(screen)
    assert "stays valid on CLORE.AI" in plain(screen)
    assert "Older backups keep them" in plain(screen)
    assert Confirm(TOKEN) in actions(screen)


def test_names_that_are_not_taken_are_asked_again() -> None:
    screen = accounts.ask_name(MAIN, problem=accounts.NameProblem.TAKEN)
    assert screen.asks
    assert "has this name" in plain(screen)
    assert "it was old" in plain(accounts.renamed(MAIN, "old"))


def test_cancelling_shows_the_cost_so_far_and_that_it_is_final() -> None:
    screen = cancel.confirm(MAIN, RUNNING, snapshot(RUNNING), NOW, token=TOKEN, expires_at=ENDS_AT, rates=RATES)
    text = plain(screen)
    (button,) = screen.rows[-2]

    assert "Cancel this rental? · #40 · acct main" in text
    assert "Spent so far 0.014 USD with fee · costs 5.04 USD a day with 5 % fee" in text
    assert "avoided by cancelling (in 6 min" in text
    assert "This cannot be undone." in text
    assert button == Press("🛑 Cancel rental #40", Confirm(TOKEN), Style.DANGER)
    assert AskReport(MAIN.id, RUNNING.id) in actions(screen)


def test_cancelling_a_waiting_bid_is_called_that() -> None:
    seen = snapshot(BID, auction=market(active=False))
    text = plain(cancel.confirm(MAIN, BID, seen, NOW, token=TOKEN, expires_at=ENDS_AT))

    assert "Cancel this bid?" in text
    assert "Everything on the machine" not in text


def test_a_report_is_asked_for_and_shown_before_it_goes() -> None:
    asked = cancel.ask_report(MAIN, ORDER, too_long=3000)
    shown = cancel.confirm(
        MAIN, ORDER, snapshot(ORDER), NOW, token=TOKEN, expires_at=ENDS_AT, report="GPU 3 <fell> off the bus"
    )

    assert asked.asks
    assert "at most 2,048 characters" in plain(asked)
    assert "That had 3,000 characters" in plain(asked)
    assert "A report of 24 characters" in plain(shown)
    assert "Report: GPU 3 <fell> off the bus" in plain(shown)
    assert row_from_below(asked, AskCancel) != row_from_below(shown, Confirm)


def test_cancelled_is_said_only_of_what_is_gone() -> None:
    gone = plain(outcome.cancelled(MAIN, ORDER.id, NOW, read_at=READ_AT, spent=btc("7e-9")))
    listed = plain(outcome.still_listed(MAIN, ORDER.id, NOW, read_at=READ_AT))
    unknown = plain(outcome.cancel_unknown(MAIN, ORDER.id))

    assert gone.startswith("✅ Cancelled · #38")
    assert "gone from CLORE.AI's list" in gone
    assert "Spent 0.000000007 BTC" in gone
    assert "It is not confirmed as cancelled" in listed
    assert "may be cancelled, or still running" in unknown
    assert not listed.startswith("✅")
    assert not unknown.startswith("✅")


def test_outcomes_of_a_bid_say_no_more_than_is_known() -> None:
    bid = btc("0.00000431")

    assert "and it holds the machine" in plain(outcome.bid_done(MAIN, BID.id, bid, NOW, active=True, read_at=READ_AT))
    waits = plain(outcome.bid_done(MAIN, BID.id, bid, NOW, active=False, holder=btc("0.000005")))
    assert "and it waits: 0.000005 BTC holds the machine." in waits
    unheld = plain(outcome.bid_done(MAIN, BID.id, bid, NOW, active=False))
    assert "and it waits." in unheld
    assert "No bid holds the machine now: probably it is rented on demand" in unheld
    assert "not known yet" in plain(outcome.bid_done(MAIN, BID.id, bid, NOW, active=None))
    assert "I do not send it again by myself." in plain(outcome.bid_unknown(MAIN, BID.id, bid))
    seen = plain(outcome.bid_unknown(MAIN, BID.id, bid, btc("0.0000042")))
    assert "The auction showed 0.0000042 BTC when last read." in seen


def test_an_unknown_refusal_is_shown_as_it_came() -> None:
    screen = outcome.bid_refused(MAIN, BID.id, btc("1"), "some_new<error>")

    assert "some_new<error>" in plain(screen)
    assert "&lt;error&gt;" in screen.text
    assert "refused: not yours" in plain(outcome.cancel_refused(MAIN, BID.id, "not yours"))


def test_while_a_request_is_under_way_nothing_can_be_pressed() -> None:
    assert not outcome.working_on_bid(MAIN, BID.id, btc("1")).rows
    assert not outcome.working_on_cancel(MAIN, BID.id).rows


@pytest.mark.parametrize("untouched", list(Untouched))
def test_every_error_says_what_was_not_done(untouched: Untouched) -> None:
    again = ShowOrders(MAIN.id)
    for screen in (
        errors.unavailable(untouched, again, account=MAIN),
        errors.slow(untouched, again, account=MAIN),
        errors.rate_limited(untouched, timedelta(seconds=5), again),
        errors.key_rejected(MAIN, untouched),
    ):
        assert untouched in plain(screen)
        assert not complaints(screen)


def test_bad_arguments_show_how_it_goes() -> None:
    text = plain(errors.bad_arguments(COMMANDS[1], "12x is no order number."))

    assert "12x is no order number." in text
    assert "/cancel [ID]" in text


def test_a_command_sent_while_offline_is_not_carried_out() -> None:
    text = plain(errors.sent_while_away("cancel", NOW - timedelta(hours=3), NOW))

    assert "3 h ago, while I was offline" in text
    assert "Nothing was done." in text


def test_strangers_get_one_line() -> None:
    assert "\n" not in errors.not_allowed().text
    assert Connect() in actions(errors.no_account())


def test_status_names_ages_failures_and_what_waits() -> None:
    watched = (
        status.Watched(MAIN.id, "main", READ_AT),
        status.Watched(AccountId(8), "lab", READ_AT, failing_since=READ_AT),
        status.Watched(AccountId(9), "old", None, rejected_since=READ_AT),
        status.Watched(AccountId(10), "new", None),
    )
    screen = status.status(watched, NOW, version="0.1.0", waiting_messages=3, last_tick=READ_AT)
    text = plain(screen)

    assert "Not all is well" in text
    assert "main · well · data from 12 s ago" in text
    assert "lab · CLORE.AI stopped answering 12 s ago" in text
    assert "old · key rejected 12 s ago" in text
    assert "new · never read yet" in text
    assert "still to be sent here: 3" in text
    assert "Version 0.1.0 · last round 12 s ago" in text
    assert "All is well" in plain(status.status(watched[:1], NOW, version="1", waiting_messages=0))


def test_forgetting_lists_what_goes_and_what_backups_keep() -> None:
    text = plain(forget.confirm(("main", "lab"), NOW, token=TOKEN, expires_at=ENDS_AT))

    assert "2 accounts with their keys" in text
    assert "Backups that the operator made before still hold it" in text
    assert "nothing is cancelled on CLORE.AI" in text
    assert "Accounts: main, lab" in text
    assert "Deleted" in plain(forget.forgotten())
    assert "traces" not in plain(forget.forgotten())
    assert "I clear them as soon as it is free" in plain(forget.forgotten(clean=False))


def test_leaving_and_declining_say_that_nothing_was_sent() -> None:
    for screen in (cancel.left(), cancel.declined(), cancel.expired()):
        assert "Nothing was" in plain(screen)
    assert "/cancel and its number" in plain(cancel.nothing_to_leave())
    assert "Nothing was sent to CLORE.AI." in plain(outcome.interrupted(MAIN, OrderId(1), "a bid of 1 BTC"))


def test_toasts_are_short() -> None:
    fixed = [value for value in vars(toasts).values() if isinstance(value, Toast)]

    assert len(fixed) > 9
    assert all(0 < len(toast.text) <= 200 and "\n" not in toast.text for toast in fixed)
    assert labels(cancel.left())
