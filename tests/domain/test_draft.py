"""The limits of create_order: at the limit it can be sent, one beyond it cannot."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.draft import Draft, NewOrder, issue_problems
from bot.domain.ids import ServerId

DRAFT = Draft(server=ServerId(6), currency="bitcoin", image="cloreai/ubuntu20.04-jupyter")


def over_limit(**changes: object) -> set[str]:
    """The fields that keep a draft with these changes from being sent."""
    found = replace(DRAFT, **changes).ready()  # type: ignore[arg-type]
    return set() if isinstance(found, NewOrder) else {problem.where for problem in found}


def environment(size: int) -> dict[str, str]:
    """Variables that take so many characters as compact JSON."""
    env = {f"V{number}": "x" * 1_500 for number in range(7)}
    used = len("{" + ",".join(f'"{name}":"{value}"' for name, value in env.items()) + "}")
    return env | {"LAST": "x" * (size - used - len(',"LAST":""'))}


@pytest.mark.parametrize(
    ("field", "at_limit", "beyond"),
    [
        ("ports", {22: "tcp", 80: "http", 1: "tcp", 65_535: "tcp", 8888: "tcp"}, dict.fromkeys(range(1, 7), "tcp")),
        ("ports", {1: "tcp"}, {0: "tcp"}),
        ("ports", {65_535: "http"}, {65_536: "http"}),
        ("ports", {22: "tcp"}, {22: "udp"}),
        ("env", {"A" * 128: "x"}, {"A" * 129: "x"}),
        ("env", {"A": "x" * 1_536}, {"A": "x" * 1_537}),
        ("env", {"A": ""}, {"": "x"}),
        ("env", {"A": "a and b"}, {"A": "a&b"}),
        ("env", environment(12_000), environment(12_001)),
        ("jupyter_token", "t" * 32, "t" * 33),
        ("jupyter_token", "aZ0 -=.@+/", "a_b"),
        ("ssh_key", "k" * 3_072, "k" * 3_073),
        ("ssh_key", "ssh-ed25519 AAAA/+= me@home", "ssh-ed25519 AAAA me@my_home"),
        ("ssh_password", "p" * 32, "p" * 33),
        ("ssh_password", "abc", "pässword"),
        ("ssh_password", "abc", ""),
        ("image", "nvidia/cuda:12.4.1-base", "ghcr.io/owner/name"),
        ("image", "ubuntu", "localhost/name"),
        ("image", "cloreai/ubuntu20.04-jupyter", "registry:5000/name"),
        ("required_price", Decimal("0.1"), Decimal(0)),
        ("required_price", None, Decimal(-1)),
        ("required_price", Decimal("1E-9"), Decimal("NaN")),
        ("required_price", Decimal(1), Decimal("Infinity")),
    ],
)
def test_limit(field: str, at_limit: object, beyond: object) -> None:
    assert over_limit(**{field: at_limit}) == set()
    assert over_limit(**{field: beyond}) == {field}


@pytest.mark.parametrize("field", ["server", "currency", "image"])
def test_what_is_missing_is_named(field: str) -> None:
    assert over_limit(**{field: None}) == {field}


def test_everything_that_is_wrong_is_named_at_once_in_the_order_of_the_steps() -> None:
    problems = Draft(spot=True, ports={0: "tcp"}, ssh_password="_").problems()
    assert [problem.where for problem in problems] == [
        "server",
        "currency",
        "image",
        "spot_price",
        "ports",
        "ssh_password",
    ]


def test_a_spot_offer_needs_a_price_and_keeps_no_price_guard() -> None:
    assert over_limit(spot=True) == {"spot_price"}
    assert over_limit(spot=True, spot_price=Decimal(0)) == {"spot_price"}
    ready = replace(DRAFT, spot=True, spot_price=Decimal("0.5"), required_price=Decimal(1)).ready()
    assert isinstance(ready, NewOrder)
    assert (ready.spot_price, ready.required_price) == (Decimal("0.5"), None)


def test_an_order_on_demand_keeps_the_price_that_was_shown_and_no_bid() -> None:
    ready = replace(DRAFT, spot_price=Decimal("0.5"), required_price=Decimal(1)).ready()
    assert isinstance(ready, NewOrder)
    assert (ready.spot_price, ready.required_price) == (None, Decimal(1))


def test_what_is_sent_does_not_change_with_the_draft_s_own_tables() -> None:
    ports = {22: "tcp"}
    ready = replace(DRAFT, ports=ports).ready()
    ports[80] = "http"
    assert isinstance(ready, NewOrder)
    assert ready.ports == {22: "tcp"}


def test_secrets_are_not_in_the_repr() -> None:
    draft = replace(
        DRAFT, jupyter_token="needle1", ssh_password="needle2", env={"A": "needle3"}, command="echo needle4"
    )
    assert "needle" not in repr(draft)
    assert "needle" not in repr(draft.ready())


@pytest.mark.parametrize(("size", "wrong"), [(0, 0), (2_048, 0), (2_049, 1)])
def test_a_report_has_2048_characters(size: int, wrong: int) -> None:
    assert len(issue_problems("x" * size)) == wrong


@given(
    st.builds(
        Draft,
        server=st.none() | st.integers().map(ServerId),
        currency=st.none() | st.text(),
        image=st.none() | st.text(),
        spot=st.booleans(),
        spot_price=st.none() | st.decimals(),
        required_price=st.none() | st.decimals(),
        ports=st.dictionaries(st.integers(), st.text(), max_size=7),
        env=st.dictionaries(st.text(), st.text(), max_size=3),
        jupyter_token=st.none() | st.text(),
        ssh_key=st.none() | st.text(),
        ssh_password=st.none() | st.text(),
    )
)
def test_a_draft_is_ready_or_says_why_not(draft: Draft) -> None:
    found = draft.ready()
    assert isinstance(found, NewOrder) == (draft.problems() == ())
    assert found
