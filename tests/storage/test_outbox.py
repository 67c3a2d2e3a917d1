"""The outbox: every letter once, one at a time in each chat, in an order that makes sense to its reader."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.alerts.alert import AlertType, News, Severity
from bot.domain.ids import ChatId, MessageId
from storage.errors import Unreadable
from storage.letters import Rank
from storage.master_keys import MasterKeys
from storage.outbox import Outbox
from storage.store import Store, open_store
from tests.storage.world import MINUTE, NOW, account, chat, notice


@pytest.fixture
def outbox(store: Store) -> Outbox:
    chat(store, 1)
    chat(store, 2)
    return store.outbox


ANN_CHAT, BOB_CHAT = ChatId(1), ChatId(2)


def put(
    outbox: Outbox,
    once: str,
    priority: int = Rank.INFO,
    *,
    to: ChatId = ANN_CHAT,
    episode: str | None = None,
    lives: timedelta | None = None,
) -> bool:
    expires = None if lives is None else NOW + lives
    return outbox.put(to, None, once, "plain", priority, f'"{once}"', NOW, episode=episode, expires_at=expires)


def due(outbox: Outbox, after: timedelta = timedelta(0)) -> list[str]:
    return [letter.once for letter in outbox.due(NOW + after, 100)]


def first(outbox: Outbox) -> int:
    return outbox.due(NOW, 1)[0].id


def deliver_all(outbox: Outbox) -> list[str]:
    told = []
    while letters := outbox.due(NOW, 100):
        for letter in letters:
            assert outbox.claim(letter.id, NOW)
            assert outbox.sent(letter.id, MessageId(letter.id), NOW)
            told.append(letter.once)
    return told


def test_a_letter_goes_from_queued_over_sending_to_sent(outbox: Outbox) -> None:
    assert put(outbox, "a")
    number = first(outbox)
    assert outbox.claim(number, NOW)
    assert [letter.id for letter in outbox.stuck()] == [number]
    assert outbox.sent(number, MessageId(70), NOW + MINUTE)
    letter = outbox.get(number)
    assert letter is not None
    assert (letter.state, letter.message, letter.sent_at, letter.attempts) == ("sent", 70, NOW + MINUTE, 1)
    assert due(outbox) == []
    assert outbox.counts() == {"sent": 1}
    assert outbox.get(99) is None


def test_the_same_news_is_put_once_a_chat(outbox: Outbox) -> None:
    assert put(outbox, "a")
    assert not put(outbox, "a", Rank.CRITICAL)
    assert put(outbox, "a", to=BOB_CHAT)
    assert deliver_all(outbox) == ["a", "a"]
    assert not put(outbox, "a"), "told is told"


def test_two_claims_have_one_winner(path: Path, master_keys: MasterKeys, opened: Callable[[], Store]) -> None:
    store = opened()
    chat(store, 1)
    put(store.outbox, "a")
    with closing(open_store(path, master_keys)) as other:
        number = first(store.outbox)
        assert first(other.outbox) == number
        assert sorted([store.outbox.claim(number, NOW), other.outbox.claim(number, NOW)]) == [False, True]


def test_urgent_letters_go_first_and_equal_ones_in_their_order(outbox: Outbox) -> None:
    for once, priority in (("i1", 3), ("w1", 2), ("c1", 1), ("i2", 3), ("n1", 0), ("c2", 1)):
        put(outbox, once, priority)
    assert deliver_all(outbox) == ["n1", "c1", "c2", "w1", "i1", "i2"]


def test_a_chat_waits_for_the_letter_on_its_way_and_other_chats_do_not(outbox: Outbox) -> None:
    put(outbox, "a")
    put(outbox, "b", Rank.CRITICAL)
    number = first(outbox)
    outbox.claim(number, NOW)
    put(outbox, "c", to=BOB_CHAT)
    put(outbox, "d", Rank.INTERACTIVE)
    assert due(outbox) == ["c"]
    waiting = outbox.due(NOW, 100)
    outbox.sent(number, MessageId(1), NOW)
    assert due(outbox) == ["d", "c"]
    assert waiting[0].chat == BOB_CHAT


def test_a_second_letter_of_a_busy_chat_cannot_be_claimed(outbox: Outbox) -> None:
    put(outbox, "a")
    put(outbox, "b")
    one = first(outbox)
    outbox.claim(one, NOW)
    assert not outbox.claim(one + 1, NOW)


def test_a_letter_that_is_tried_again_keeps_its_place(outbox: Outbox) -> None:
    put(outbox, "a")
    put(outbox, "b")
    number = first(outbox)
    outbox.claim(number, NOW)
    assert outbox.again(number, NOW + MINUTE, "no network")
    assert due(outbox) == []
    assert due(outbox, MINUTE) == ["a"]
    letter = outbox.get(number)
    assert letter is not None
    assert (letter.state, letter.attempts, letter.error) == ("queued", 1, "no network")


def test_a_held_chat_is_told_nothing_not_even_new_things(outbox: Outbox) -> None:
    outbox.hold(ANN_CHAT, NOW + 2 * MINUTE)
    outbox.hold(ANN_CHAT, NOW + MINUTE)
    put(outbox, "a", Rank.INTERACTIVE)
    put(outbox, "b", to=BOB_CHAT)
    assert due(outbox) == due(outbox, MINUTE) == ["b"]
    assert due(outbox, 2 * MINUTE) == ["a", "b"]
    outbox.wake(ANN_CHAT)
    assert due(outbox) == ["a", "b"]


def test_waking_a_chat_makes_its_letters_due(outbox: Outbox) -> None:
    put(outbox, "a")
    number = first(outbox)
    outbox.claim(number, NOW)
    outbox.again(number, NOW + 60 * MINUTE, "moved")
    outbox.wake(ANN_CHAT)
    assert due(outbox) == ["a"]


def test_a_paused_chat_waits(store: Store, outbox: Outbox) -> None:
    put(outbox, "a")
    number = first(outbox)
    store.chats.pause(ANN_CHAT, "blocked", NOW)
    assert due(outbox) == []
    assert not outbox.claim(number, NOW)
    store.chats.resume(ANN_CHAT)
    assert due(outbox) == ["a"]


def test_old_news_is_passed_over_and_dropped(outbox: Outbox) -> None:
    put(outbox, "a", lives=MINUTE)
    put(outbox, "b", lives=2 * MINUTE)
    number = first(outbox)
    assert due(outbox, MINUTE) == ["b"]
    assert not outbox.claim(number, NOW + MINUTE)
    assert outbox.expire(NOW + MINUTE) == 1
    assert outbox.counts() == {"dropped": 1, "queued": 1}


def test_only_a_waiting_letter_can_be_dropped_and_only_a_claimed_one_ends(outbox: Outbox) -> None:
    put(outbox, "a")
    number = first(outbox)
    assert not outbox.sent(number, MessageId(1), NOW)
    assert not outbox.dead(number, "blocked")
    assert not outbox.again(number, NOW, "why")
    outbox.claim(number, NOW)
    assert not outbox.drop(number, "resolved")
    assert outbox.dead(number, "blocked")
    assert not outbox.claim(number, NOW)
    put(outbox, "b")
    assert outbox.drop(first(outbox), "resolved")
    assert outbox.counts() == {"dead": 1, "dropped": 1}


def test_an_ending_never_overtakes_its_beginning(outbox: Outbox) -> None:
    """It began as a warning, became critical, and ended: told the other way round, the alarm would stand for ever."""
    put(outbox, "info", Rank.INFO)
    put(outbox, "began", Rank.WARNING, episode="e")
    put(outbox, "other", Rank.WARNING)
    put(outbox, "ended", Rank.CRITICAL, episode="e")
    assert deliver_all(outbox) == ["began", "ended", "other", "info"]


def test_an_episode_says_what_was_delivered_and_what_waits(outbox: Outbox) -> None:
    for once in ("a", "b", "c"):
        put(outbox, once, episode="e")
    put(outbox, "d", episode="other")
    for message in (MessageId(70), None):
        number = first(outbox)
        outbox.claim(number, NOW)
        outbox.sent(number, message, NOW)
    assert [(letter.once, letter.message) for letter in outbox.delivered(ANN_CHAT, "e")] == [("a", 70)]
    outbox.claim(first(outbox), NOW)
    assert [(letter.once, letter.state) for letter in outbox.waiting(ANN_CHAT, "e")] == [("c", "sending")]
    assert outbox.delivered(BOB_CHAT, "e") == outbox.waiting(BOB_CHAT, "e") == ()


@pytest.mark.parametrize(
    ("severity", "rank", "hours"), [(Severity.CRITICAL, 1, 24), (Severity.WARNING, 2, 24), (Severity.INFO, 3, 6)]
)
def test_a_notice_is_as_urgent_as_it_is_severe(store: Store, severity: Severity, rank: int, hours: int) -> None:
    mine = account(store, chat(store))
    news = replace(notice(severity), loud=severity is not Severity.INFO)
    assert store.outbox.put_notice(mine.chat, mine.id, news, NOW)
    assert not store.outbox.put_notice(mine.chat, mine.id, news, NOW + MINUTE)
    (letter,) = store.outbox.due(NOW, 10)
    assert letter.notice() == news
    assert (letter.kind, letter.priority, letter.episode, letter.account) == ("notice", rank, "e38", mine.id)
    assert letter.silent is (severity is Severity.INFO)
    assert letter.expires_at == NOW + timedelta(hours=hours)


def test_the_same_news_of_two_accounts_is_told_for_each(store: Store) -> None:
    one = chat(store)
    mine, second = account(store, one, 1), account(store, one, 2, "second")
    assert store.outbox.put_notice(one, mine.id, notice(), NOW)
    assert store.outbox.put_notice(one, second.id, notice(), NOW)
    assert store.outbox.put_notice(one, mine.id, notice(news=News.RESOLVED), NOW)


def test_what_was_told_of_one_subject_is_found_and_nothing_beside_it(store: Store) -> None:
    one = chat(store)
    mine, second = account(store, one, 1), account(store, one, 2, "second")
    first, later = notice(), notice(news=News.RESOLVED)
    store.outbox.put_notice(one, mine.id, first, NOW)
    store.outbox.put_notice(one, mine.id, replace(first, subject="380", episode="e380"), NOW)
    store.outbox.put_notice(one, second.id, first, NOW)
    store.outbox.put_notice(one, mine.id, later, NOW)
    found = store.outbox.notices_of(one, mine.id, AlertType.ORDER_EXPIRING, "38")
    assert [letter.notice() for letter in found] == [first, later]
    assert store.outbox.notices_of(one, mine.id, AlertType.ORDER_ENDED, "38") == ()


def test_a_letter_that_is_no_notice_says_so(outbox: Outbox) -> None:
    put(outbox, "a")
    with pytest.raises(Unreadable):
        outbox.due(NOW, 1)[0].notice()


def test_a_chat_knows_how_much_it_is_still_to_be_told_and_which_messages_are_alerts(store: Store) -> None:
    mine = account(store, chat(store))
    put(store.outbox, "plain", Rank.CRITICAL, to=mine.chat)
    store.outbox.put_notice(mine.chat, mine.id, notice(), NOW)
    assert store.outbox.waiting_count(mine.chat) == 2
    plain, alert = deliver_all(store.outbox), [letter.message for letter in store.outbox.delivered(mine.chat, "e38")]
    assert len(plain) == 2
    assert store.outbox.waiting_count(mine.chat) == 0
    (message,) = alert
    assert message is not None
    assert store.outbox.is_notice(mine.chat, message)
    assert not store.outbox.is_notice(mine.chat, MessageId(message - 1)), "a message, and no alert"
    assert not store.outbox.is_notice(BOB_CHAT, message)


def test_what_is_over_is_pruned_and_what_waits_stays(outbox: Outbox) -> None:
    put(outbox, "a")
    deliver_all(outbox)
    put(outbox, "b")
    assert outbox.prune(NOW) == 0
    assert outbox.prune(NOW + MINUTE) == 1
    assert due(outbox) == ["b"]


def test_at_most_so_many_letters_are_given_out_and_the_most_urgent_of_all_chats_first(store: Store) -> None:
    for number in range(1, 6):
        put(store.outbox, "info", Rank.INFO, to=chat(store, number))
    put(store.outbox, "critical", Rank.CRITICAL, to=chat(store, 4))
    assert [(letter.chat, letter.once) for letter in store.outbox.due(NOW, 3)] == [
        (4, "critical"),
        (1, "info"),
        (2, "info"),
    ]


def test_a_letter_that_comes_back_still_goes_before_the_more_urgent_news_of_its_episode(outbox: Outbox) -> None:
    put(outbox, "began", Rank.WARNING, episode="e")
    (began,) = outbox.due(NOW, 1)
    assert outbox.claim(began.id, NOW)
    put(outbox, "got worse", Rank.CRITICAL, episode="e")
    assert outbox.again(began.id, NOW, "no network")
    assert due(outbox) == ["began"]


letters = st.tuples(st.just("put"), st.integers(0, 2), st.integers(0, 3), st.sampled_from([None, "e", "f"]))
steps = st.one_of(
    letters,
    letters,
    st.tuples(st.sampled_from(["claim", "sent", "again", "dead", "restart"]), st.integers(0, 2), st.just(0), st.none()),
)


class Reader:
    """Drives an outbox and keeps its own books of what each chat must hear next."""

    def __init__(self, outbox: Outbox, chats: list[ChatId]) -> None:
        self.outbox = outbox
        self.chats = chats
        self.put: list[tuple[ChatId, str, int, str | None]] = []
        self.gone: list[tuple[ChatId, str]] = []

    def step(self, what: str, at: int, priority: int, episode: str | None) -> None:
        to = self.chats[at]
        if what == "put":
            once = str(len(self.put))
            self.put.append((to, once, priority, episode))
            assert put(self.outbox, once, priority, to=to, episode=episode)
        elif what == "restart":
            for letter in self.outbox.stuck():
                self.outbox.again(letter.id, NOW, "found at the start")
        elif what == "claim":
            for letter in self.outbox.due(NOW, 10):
                assert letter.chat != to or self.outbox.claim(letter.id, NOW)
        else:
            self.end(what, to)

    def end(self, what: str, to: ChatId) -> None:
        for letter in self.outbox.stuck():
            if letter.chat == to:
                if what == "again":
                    self.outbox.again(letter.id, NOW, "no network")
                    continue
                self.gone.append((to, letter.once))
                assert self.outbox.sent(letter.id, None, NOW) if what == "sent" else self.outbox.dead(letter.id, "no")

    def check(self) -> None:
        busy = [letter.chat for letter in self.outbox.stuck()]
        assert len(busy) == len(set(busy)), "one letter at a time"
        offered = self.outbox.due(NOW, 100)
        assert {letter.chat for letter in offered}.isdisjoint(busy)
        assert len({letter.chat for letter in offered}) == len(offered)
        waiting = {to for to, once, _, _ in self.put if (to, once) not in self.gone}
        assert {letter.chat for letter in offered} | set(busy) == waiting, (
            "nothing is lost, nothing waits without a reason"
        )

    def drain(self) -> None:
        while self.outbox.due(NOW, 1) or self.outbox.stuck():
            for at in range(len(self.chats)):
                self.step("claim", at, 0, None)
                self.step("sent", at, 0, None)
        assert sorted(self.gone) == sorted((to, once) for to, once, _, _ in self.put)
        for to in self.chats:
            for episode in ("e", "f"):
                numbers = [once for _, once, _, of in (each for each in self.put if each[0] == to) if of == episode]
                told = [once for at, once in self.gone if at == to and once in numbers]
                assert told == numbers, "an episode is told in its order"


@pytest.fixture(scope="module")
def shared() -> object:
    with TemporaryDirectory() as folder, closing(open_store(Path(folder) / "bot.db", MasterKeys.generate())) as store:
        yield store


@settings(max_examples=60, deadline=None)
@given(story=st.lists(steps, max_size=30))
def test_whatever_happens_every_letter_goes_once_and_in_order(
    shared: Store, story: list[tuple[str, int, int, str | None]]
) -> None:
    chats = [chat(shared, 1_000_000 + shared.db.table("chats").count + number) for number in range(3)]
    reader = Reader(shared.outbox, chats)
    for step in story:
        reader.step(*step)
        reader.check()
    reader.drain()
