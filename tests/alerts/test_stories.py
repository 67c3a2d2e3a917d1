"""What a person is told, from the first look to the end of an episode."""

from datetime import timedelta

from bot.alerts.alert import AlertType, Ended, EndReason, News, Outbid, Severity
from bot.alerts.conditions import Context
from bot.domain.ids import AccountId, OrderId
from bot.domain.rental import Order
from tests.alerts.world import RIVAL, START, World, bid, news, seconds

OUTBID = AlertType.SPOT_OUTBID
ENDED = AlertType.ORDER_ENDED


def holding() -> tuple[World, Order]:
    """A world in which order 7 holds its machine, as two looks have shown."""
    world = World()
    mine = world.hold(7)
    assert world.look() == world.look() == []
    return world, mine


def test_outbid_is_told_once() -> None:
    world, mine = holding()
    world.outbid(mine)
    assert world.look() == []
    (told,) = world.look(7, orders=False, wallets=False, past=False)
    assert (told.type, told.news, told.severity, told.loud) == (OUTBID, News.FIRED, Severity.CRITICAL, True)
    assert isinstance(told.facts, Outbid)
    assert not told.facts.vanished
    assert told.facts.market.holder == bid(RIVAL, "2", active=True)
    assert [world.look() for _ in range(10)] == [[]] * 10


def test_a_loss_is_told_with_the_last_auction_in_which_the_bid_held() -> None:
    world, mine = holding()
    held = world.snapshot.markets[mine.server] if world.snapshot else None
    world.outbid(mine)
    world.look()
    (told,) = world.look(7, orders=False, wallets=False, past=False)
    assert isinstance(told.facts, Outbid)
    assert (told.facts.before, told.facts.lost) == (held, None)


def test_a_vanished_bid_is_told_with_the_last_auction_in_which_it_held() -> None:
    world, mine = holding()
    world.split = True
    held = world.snapshot.markets[mine.server] if world.snapshot else None
    world.vanish(mine, rival="2")
    world.look()
    (told,) = world.look(7, wallets=False)
    assert isinstance(told.facts, Outbid)
    assert told.facts.before == held


def test_a_win_is_told_with_the_last_auction_in_which_the_bid_waited() -> None:
    world, mine = holding()
    world.outbid(mine)
    world.look()
    world.look(7)
    world.look()
    waited = world.snapshot.markets[mine.server] if world.snapshot else None
    world.win_back(mine)
    world.look()
    (won,) = world.look()
    assert isinstance(won.facts, Outbid)
    assert won.facts.lost == waited
    assert won.facts.before is not None
    assert won.facts.before.read_at < won.facts.lost.read_at if won.facts.lost else False


def test_lowering_my_own_bid_is_not_outbid() -> None:
    world, mine = holding()
    lowered = world.change(mine, price=mine.price * 1 - mine.price / 2)
    world.offers[mine.server] = [bid(7, str(lowered.price.amount), active=True, mine=True), bid(RIVAL, "0.4")]
    assert [world.look(7) for _ in range(5)] == [[]] * 5


def test_a_failed_read_is_not_an_empty_list() -> None:
    world, _ = holding()
    world.rent(8, hours=20)
    world.look()
    told = len(world.told)
    for _ in range(3):
        world.fail()
        world.look(orders=False)
    assert world.told[told:] == []
    assert world.snapshot is not None
    assert world.snapshot.missing == ()
    assert world.snapshot.orders is not None
    assert len(world.snapshot.orders.orders) == 2


def test_a_bid_that_never_held_is_not_outbid() -> None:
    world = World()
    world.outbid(world.rent(7, spot=True))
    assert [world.look(7) for _ in range(5)] == [[]] * 5


def test_one_reading_that_shows_a_rival_is_not_enough() -> None:
    world, mine = holding()
    world.outbid(mine)
    world.look()
    world.win_back(mine)
    assert [world.look(7), world.look()] == [[], []]
    assert world.states == ()


def test_the_same_market_read_once_is_one_sample() -> None:
    world, mine = holding()
    world.outbid(mine)
    world.look()
    assert [world.look(20, markets=False) for _ in range(5)] == [[]] * 5


def test_won_back_after_three_minutes_ends_the_episode() -> None:
    world, mine = holding()
    world.outbid(mine)
    world.look()
    (fired,) = world.look(7)
    world.win_back(mine)
    assert world.look(120) == []  # one good reading is not yet an end
    (back,) = world.look(53)
    assert (back.news, back.episode, back.lasted) == (News.RESOLVED, fired.episode, timedelta(minutes=3))
    assert not back.loud
    assert world.states == ()


def test_outbid_again_before_the_second_good_reading_is_the_same_episode() -> None:
    world, mine = holding()
    world.outbid(mine)
    world.look()
    world.look(7)
    world.win_back(mine)
    world.look()
    world.outbid(mine)
    assert [world.look() for _ in range(3)] == [[]] * 3


def test_outbid_again_later_is_a_new_episode() -> None:
    world, mine = holding()
    episodes = []
    for _ in range(2):
        world.outbid(mine)
        world.look()
        episodes += [notice.episode for notice in world.look(7)]
        world.win_back(mine)
        world.look()
        world.look()
    assert len(set(episodes)) == 2


def test_a_vanished_bid_is_told_as_outbid_and_its_end_is_no_second_message() -> None:
    world, mine = holding()
    world.vanish(mine, rival="2")
    assert world.look() == []
    (fired,) = world.look(7, wallets=False)
    assert isinstance(fired.facts, Outbid)
    assert (fired.news, fired.facts.vanished) == (News.FIRED, True)
    (ended,) = world.look(30)
    assert (ended.type, ended.news, ended.episode, ended.loud) == (OUTBID, News.ENDED, fired.episode, False)
    assert [world.look() for _ in range(3)] == [[]] * 3
    assert world.states == ()


def test_a_vanished_bid_that_nobody_could_confirm_as_outbid_is_told_once_as_ended() -> None:
    world, mine = holding()
    world.vanish(mine, rival="2")
    assert world.look() == []
    (ended,) = world.look(60)
    assert isinstance(ended.facts, Ended)
    assert (ended.type, ended.facts.reason) == (ENDED, EndReason.OUTBID)
    assert [world.look() for _ in range(3)] == [[]] * 3


def test_a_lower_bid_that_moved_up_did_not_outbid_me() -> None:
    world, mine = holding()
    world.vanish(mine, rival="0.5")
    told = world.look() + world.look(7) + world.look(30)
    assert news(told) == [(ENDED, News.EDGE)]
    assert isinstance(told[0].facts, Ended)
    assert told[0].facts.reason is EndReason.UNKNOWN


def test_my_own_higher_bid_on_the_same_machine_is_not_a_rival() -> None:
    world, mine = holding()
    world.offers[mine.server] = [bid(7, "1", mine=True), bid(8, "2", active=True, mine=True)]
    assert [world.look(7) for _ in range(4)] == [[]] * 4


def test_a_vanished_bid_beside_my_own_next_one_is_not_outbid() -> None:
    world, mine = holding()
    world.vanish(mine)
    world.offers[mine.server] = [bid(8, "2", active=True, mine=True)]
    told = world.look() + world.look(7) + world.look(31)
    assert [notice.facts.reason for notice in told if isinstance(notice.facts, Ended)] == [EndReason.UNKNOWN]
    assert len(told) == 1


def test_a_waiting_bid_that_vanishes_was_not_outbid() -> None:
    world = World()
    waiting = world.rent(7, spot=True)
    world.outbid(waiting)
    world.look()
    world.vanish(waiting, rival="2")
    told = world.look() + world.look(7) + world.look(31)
    assert [notice.facts.reason for notice in told if isinstance(notice.facts, Ended)] == [EndReason.UNKNOWN]
    assert len(told) == 1


def test_a_vanished_bid_is_outbid_since_it_vanished() -> None:
    world, mine = holding()
    world.vanish(mine, rival="2")
    world.look(markets=False)
    vanished_at = world.now
    (told,) = world.look(7, past=False) + world.look(7, past=False)
    assert told.since == vanished_at


def test_a_bid_won_back_and_then_ended_is_told_as_ended() -> None:
    world, mine = holding()
    world.outbid(mine)
    world.look()
    world.look(7)
    world.win_back(mine)
    world.look()
    world.vanish(mine)
    world.look()
    assert news(world.look(31)) == [(OUTBID, News.ENDED), (ENDED, News.EDGE)]


def test_an_outbid_order_that_ends_is_told_in_its_own_message_only() -> None:
    world, mine = holding()
    world.outbid(mine)
    world.look()
    (fired,) = world.look(7)
    world.orders.clear()
    world.look()
    told = world.look(31)
    assert news(told) == [(OUTBID, News.ENDED)]
    assert told[0].episode == fired.episode
    assert world.judge() == []  # nor does the same snapshot tell the end after all


def test_cancelled_here_is_its_own_news() -> None:
    world, mine = holding()
    world.vanish(mine, rival="2")
    world.context = Context(cancelled_here=frozenset({mine.id}))
    assert [world.look(), world.look(7), world.look(31), world.look()] == [[]] * 4


def test_a_bid_that_is_being_cancelled_is_not_outbid_while_it_is_still_listed() -> None:
    world, mine = holding()
    world.context = Context(cancelled_here=frozenset({mine.id}))
    world.outbid(mine)
    assert [world.look(7) for _ in range(4)] == [[]] * 4


def test_cancelled_in_another_chat_is_said_with_its_name() -> None:
    world, mine = holding()
    world.vanish(mine, rival="2")
    world.context = Context(cancelled_elsewhere={mine.id: "Render crew"})
    told = world.look() + world.look(7) + world.look(31)
    assert news(told) == [(ENDED, News.EDGE)]
    assert isinstance(told[0].facts, Ended)
    assert (told[0].severity, told[0].facts.reason, told[0].facts.by) == (
        Severity.INFO,
        EndReason.CANCELLED_ELSEWHERE,
        "Render crew",
    )


def test_an_order_that_is_back_in_the_next_answer_is_no_news() -> None:
    world = World()
    listed = world.rent(1)
    world.look()
    for _ in range(4):
        world.orders.clear()
        assert world.look() == []
        world.orders.append(listed)
        assert world.look() == []


def test_the_end_of_an_order_edits_the_warning_that_came_before() -> None:
    world = World()
    ending = world.rent(1, hours=3)
    world.look(2.2 * 3600)
    assert news(world.told) == [(AlertType.ORDER_EXPIRING, News.FIRED)]
    world.vanish(ending)
    world.look()
    told = world.look(31)
    assert news(told) == [(AlertType.ORDER_EXPIRING, News.ENDED), (ENDED, News.EDGE)]
    assert [notice.loud for notice in told] == [False, True]


def test_the_baseline_tells_no_end_of_anything() -> None:
    world, mine = holding()
    world.vanish(mine)
    world.look()
    world.account, world.states = AccountId(2), ()
    world.now += seconds(31)
    world.take(world.reading())
    assert news(world.told) == [(ENDED, News.EDGE)]
    world.told.clear()
    world.states = ()
    assert world.judge(baseline=True) == []
    assert world.judge() == []


def test_a_baseline_in_which_a_rental_is_short_tells_its_most_urgent_stage_only() -> None:
    world = World(now=START)
    world.rent(1, hours=48)
    (told,) = world.look(47.5 * 3600)
    assert (told.news, told.stage, told.severity) == (News.FIRED, 3, Severity.CRITICAL)


def test_two_accounts_never_share_an_episode() -> None:
    episodes = set()
    for account in (AccountId(1), AccountId(2)):
        world = World(account=account)
        world.rent(1, hours=10)
        episodes |= {notice.episode for notice in world.look(9.5 * 3600)}
    assert len(episodes) == 2


def test_outbid_while_the_bot_was_away_is_told_at_once() -> None:
    world, mine = holding()
    world.outbid(mine)
    assert news(world.look(3 * 3600)) == [(OUTBID, News.FIRED)]
    assert world.look() == []


def test_a_market_from_before_the_gap_says_nothing() -> None:
    world, mine = holding()
    world.outbid(mine)
    world.look()
    world.states = ()
    assert world.look(3 * 3600, markets=False) == []
    assert world.states == ()


def test_vanished_while_the_bot_was_away_still_takes_two_answers() -> None:
    world, mine = holding()
    world.vanish(mine, rival="2")
    assert world.look(3 * 3600) == []
    assert news(world.look(7)) == [(OUTBID, News.FIRED)]


def test_an_outage_freezes_a_first_sign_and_its_confirmation_comes_at_once() -> None:
    world, mine = holding()
    world.outbid(mine)
    world.look()
    for _ in range(6):
        world.fail()
    state = world.state(OUTBID)
    assert state is not None
    assert state.unknown_since == state.sampled_at == START + seconds(180)
    assert news(world.look()) == [(OUTBID, News.FIRED)]


def test_another_order_is_not_touched() -> None:
    world, mine = holding()
    other = world.hold(8)
    world.look()
    world.outbid(mine)
    world.look()
    told = world.look(7)
    assert [notice.subject for notice in told] == [str(OrderId(7))]
    assert world.snapshot is not None
    assert world.snapshot.bid_active(other)
