"""What people type for each step: what is understood fits into the draft, what is not says why, and nothing raises."""

import random
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.docker_image import read_image
from bot.domain.draft import MAX_COMMAND, Draft
from bot.domain.popular import IMAGES
from bot.domain.ports import read_ports, written
from bot.domain.recipe import (
    PORT_PRESETS,
    TYPED_STEPS,
    Read,
    Step,
    Unread,
    chosen,
    cleared,
    fresh,
    is_set,
    make_password,
    read,
)
from bot.domain.typed import Typed
from tests.domain.keys import public_key

EMPTY = Draft()
FIELDS = {
    Step.IMAGE: "image",
    Step.PORTS: "ports",
    Step.ENV: "env",
    Step.SSH: "ssh_key",
    Step.PASSWORD: "ssh_password",
    Step.JUPYTER: "jupyter_token",
    Step.COMMAND: "command",
}


def chance(below: int) -> int:
    """Lots that are the same in each run."""
    return LOTS.randrange(below)


LOTS = random.Random(7)


def value(step: Step, text: str) -> object:
    """What the draft holds afterwards."""
    found = read(step, text, EMPTY)
    assert isinstance(found, Read), found
    return getattr(found.draft, FIELDS[step])


def note(step: Step, text: str, draft: Draft = EMPTY) -> str:
    found = read(step, text, draft)
    assert isinstance(found, Read), found
    return found.note or ""


def refusal(step: Step, text: str) -> Unread:
    found = read(step, text, EMPTY)
    assert isinstance(found, Unread), found
    return found


# Images


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("ubuntu", "ubuntu"),
        ("  nvidia/cuda:12.4.1-base-ubuntu22.04\n", "nvidia/cuda:12.4.1-base-ubuntu22.04"),
        ("cloreai/jupyter:ubuntu24.04-v2", "cloreai/jupyter:ubuntu24.04-v2"),
        ("ubuntu@sha256:" + "a" * 64, "ubuntu@sha256:" + "a" * 64),
        ("owner/name:Tag_1.0", "owner/name:Tag_1.0"),
        ("docker.io/library/ubuntu:22.04", "ubuntu:22.04"),
        ("https://index.docker.io/owner/name", "owner/name"),
        ("registry.hub.docker.com/owner/name:1", "owner/name:1"),
        ("docker pull ollama/ollama", "ollama/ollama"),
        ("sudo docker image pull docker.io/ollama/ollama:0.3", "ollama/ollama:0.3"),
        ("https://hub.docker.com/r/pytorch/pytorch", "pytorch/pytorch"),
        ("https://hub.docker.com/r/pytorch/pytorch/tags?page=2", "pytorch/pytorch"),
        ("hub.docker.com/_/ubuntu", "ubuntu"),
        ("https://hub.docker.com/_/ubuntu/tags", "ubuntu"),
        ("https://hub.docker.com/layers/library/ubuntu/22.04/images/sha256-1", "ubuntu:22.04"),
        ("https://hub.docker.com/repository/docker/owner/name/general", "owner/name"),
    ],
)
def test_an_image_is_found_in_what_people_paste(typed: str, name: str) -> None:
    assert value(Step.IMAGE, typed) == name
    assert (name in note(Step.IMAGE, typed)) == (name != typed.strip())


@pytest.mark.parametrize(
    ("typed", "why", "suggestion"),
    [
        ("ghcr.io/owner/name:1", "Docker Hub only", ""),
        ("localhost/name", "Docker Hub only", ""),
        ("registry:5000/name", "Docker Hub only", ""),
        ("Ubuntu", "small letters", "ubuntu"),
        ("Owner/Name:V1", "small letters", "owner/name:V1"),
        ("owner / name", "no blanks", "owner/name"),
        ("ubuntu 22.04", "no blanks", "ubuntu:22.04"),
        ("a/b/c", "at most one /", ""),
        ("owner/name:", "no image's name", ""),
        ("", "has a name", "cloreai/ubuntu20.04-jupyter"),
        ("docker.io/", "no image's name", ""),
        ("x" * 300, "at most 255", ""),
        ("ubuntu@sha256:abc", "no image's name", ""),
    ],
)
def test_what_is_no_image_says_why(typed: str, why: str, suggestion: str) -> None:
    refused = refusal(Step.IMAGE, typed)
    assert why in refused.problem
    assert refused.suggestion == suggestion


def test_the_offered_images_have_short_keys_and_are_understood_as_they_stand() -> None:
    assert len({image.key for image in IMAGES}) == len(IMAGES) >= 5
    for image in IMAGES:
        assert len(image.key) <= 8
        assert read_image(image.name) == Typed(image.name)
        assert read_ports(written(image.ports)) == Typed(image.ports)


def test_an_image_that_is_chosen_brings_its_ports_unless_others_were_chosen() -> None:
    ollama = chosen(Step.IMAGE, "ollama", EMPTY)
    assert ollama is not None
    assert (ollama.image, ollama.ports) == ("ollama/ollama:latest", {11434: "http"})
    torch = chosen(Step.IMAGE, "torch", ollama)
    assert torch is not None
    assert (torch.ports, torch.autossh_entrypoint) == ({22: "tcp"}, True)
    own = chosen(Step.IMAGE, "ub24", replace(torch, ports={9000: "tcp"}))
    assert own is not None
    assert (own.ports, own.autossh_entrypoint) == ({9000: "tcp"}, None)


# Ports


@pytest.mark.parametrize(
    ("typed", "ports"),
    [
        ("22 tcp, 8888 http", {22: "tcp", 8888: "http"}),
        ("22/tcp 8888/http", {22: "tcp", 8888: "http"}),
        ("22:tcp;8888=HTTP", {22: "tcp", 8888: "http"}),
        ("22\n8888 http\n", {22: "tcp", 8888: "http"}),
        ("22", {22: "tcp"}),
        ("22, 22 tcp", {22: "tcp"}),
        ("-p 22 -p 80/http", {22: "tcp", 80: "http"}),
        ("none", {}),
        ("1 tcp 65535 tcp", {1: "tcp", 65_535: "tcp"}),
    ],
)
def test_ports_are_understood_however_they_are_written(typed: str, ports: dict[int, str]) -> None:
    assert value(Step.PORTS, typed) == ports


@pytest.mark.parametrize(
    ("typed", "why", "suggestion"),
    [
        ("", "names no port", "22 tcp, 8888 http"),
        ("ssh", "with its kind", "22 tcp, 8888 http"),
        ("53 udp", "tcp or http, not udp", "53 tcp"),
        ("443 https", "not https", "443 http"),
        ("0 tcp, 22", "0 is not a port", "22 tcp"),
        ("65536", "not a port", "22 tcp, 8888 http"),
        ("10000:22", "chooses the public ports", "22 tcp"),
        ("22 tcp, 22 http", "named twice", "22 tcp"),
        ("1 2 3 4 5 6", "at most 5", "1 tcp, 2 tcp, 3 tcp, 4 tcp, 5 tcp"),
        ("22.5", "with its kind", "22 tcp, 5 tcp"),
        ("99999999999999999999", "with its kind", "22 tcp, 8888 http"),
    ],
)
def test_ports_that_cannot_be_forwarded_say_why(typed: str, why: str, suggestion: str) -> None:
    refused = refusal(Step.PORTS, typed)
    assert why in refused.problem
    assert refused.suggestion == suggestion


def test_ports_that_will_surprise_are_taken_and_said() -> None:
    assert "only one" in note(Step.PORTS, "80 http, 8080 http")
    assert "taken as tcp" in note(Step.PORTS, "8080")
    assert not note(Step.PORTS, "22, 8888 http")
    with_password = replace(EMPTY, ssh_password="long enough")
    assert "port 22" in note(Step.PORTS, "80 http", with_password)
    assert not note(Step.PORTS, "22 tcp", with_password)
    assert "port 22" in note(Step.SSH, public_key(), replace(EMPTY, ports={80: "http"}))


# Passwords and tokens


@pytest.mark.parametrize("step", [Step.PASSWORD, Step.JUPYTER])
def test_a_password_keeps_to_what_clore_takes(step: Step) -> None:
    assert value(step, " correct-horse battery \n") == "correct-horse battery"
    assert "soon guessed" in note(step, "short")
    for typed in ("", "under_score", "pässword-long", "x" * 33, "two\nlines-of-it"):
        refused = refusal(step, typed)
        assert refused.suggestion == "generate"
        assert not typed or typed not in refused.problem


def test_a_password_is_drawn_where_lots_can_be_drawn_and_left_to_the_rental_where_not() -> None:
    drawn = read(Step.PASSWORD, "Generate", EMPTY, chance)
    assert isinstance(drawn, Read)
    assert drawn.draft.ssh_password is not None
    assert len(drawn.draft.ssh_password) == 18
    left = read(Step.PASSWORD, "generate", replace(EMPTY, ssh_password="fixed-one"))
    assert isinstance(left, Read)
    assert left.draft.ssh_password is None
    assert "for each rental" in (left.note or "")


def test_what_is_drawn_differs_and_can_be_read_out() -> None:
    drawn = {make_password(chance) for _ in range(100)}
    assert len(drawn) == 100
    assert not set("".join(drawn)) & set("lI1O0o")
    assert all(value(Step.PASSWORD, password) == password for password in drawn)


def test_a_draft_gets_a_password_and_a_token_only_where_something_asks_for_them() -> None:
    both = fresh(Draft(ports={22: "tcp", 8888: "http"}), chance)
    assert both.ssh_password
    assert both.jupyter_token
    assert both.ssh_password != both.jupyter_token
    assert fresh(Draft(ports={80: "http"}), chance) == Draft(ports={80: "http"})
    keyed = Draft(ports={22: "tcp"}, ssh_key=public_key())
    assert fresh(keyed, chance) == keyed
    fixed = Draft(ports={22: "tcp"}, ssh_password="fixed-one")
    assert fresh(fixed, chance) == fixed


# The start command


def test_a_script_is_kept_as_it_stands_but_for_the_line_ends_of_windows() -> None:
    assert value(Step.COMMAND, "#!/bin/sh\napt update -y\n") == "#!/bin/sh\napt update -y\n"
    assert value(Step.COMMAND, "\ufeff#!/bin/sh\r\nls\r\n") == "#!/bin/sh\nls\n"
    assert "Windows" in note(Step.COMMAND, "ls\r\n")
    assert not note(Step.COMMAND, "ls\n")


def test_a_script_that_cannot_be_sent_says_why() -> None:
    assert "characters that are no text" in refusal(Step.COMMAND, "ls\0").problem
    assert "a line or a script" in refusal(Step.COMMAND, " \n").problem
    assert f"{MAX_COMMAND:,}" in refusal(Step.COMMAND, "x" * (MAX_COMMAND + 1)).problem
    assert value(Step.COMMAND, "x" * MAX_COMMAND)


# Choices, and taking out


@pytest.mark.parametrize("step", TYPED_STEPS)
def test_what_was_put_in_can_be_taken_out(step: Step) -> None:
    full = Draft(
        image="ubuntu",
        ports={22: "tcp"},
        env={"A": "b"},
        ssh_key=public_key(),
        ssh_password="fixed-one",
        jupyter_token="fixed-two",
        command="ls",
        autossh_entrypoint=True,
    )
    assert is_set(step, full)
    taken_out = cleared(step, full)
    assert not is_set(step, taken_out)
    assert all(is_set(other, taken_out) for other in TYPED_STEPS if other is not step)


def test_choices() -> None:
    assert {preset.key: preset.ports for preset in PORT_PRESETS}["jupyter"] == {22: "tcp", 8888: "http"}
    assert chosen(Step.PORTS, "ssh", EMPTY) == Draft(ports={22: "tcp"})
    assert chosen(Step.PORTS, "none", Draft(ports={22: "tcp"})) == EMPTY
    assert chosen(Step.AUTOSSH, "on", EMPTY) == Draft(autossh_entrypoint=True)
    assert chosen(Step.AUTOSSH, "off", Draft(autossh_entrypoint=True)) == EMPTY
    assert chosen(Step.ENV, "none", Draft(env={"A": "b"})) == EMPTY
    assert chosen(Step.PASSWORD, "new", Draft(ssh_password="fixed-one")) == EMPTY
    drawn = chosen(Step.JUPYTER, "new", EMPTY, chance)
    assert drawn is not None
    assert drawn.jupyter_token
    assert chosen(Step.IMAGE, "gone", EMPTY) is None
    assert chosen(Step.PORTS, "gone", EMPTY) is None
    assert chosen(Step.COIN, "gone", EMPTY) is None


def test_a_step_without_words_takes_none() -> None:
    assert "buttons" in refusal(Step.COIN, "bitcoin").problem


# Whatever is typed

PIECES = st.sampled_from(
    [
        *("22", "8888", "http", "tcp", "/", ":", ",", " ", "\n", "\r\n", "\t", "=", "'", '"', "\\", "#", "&", "$", "_"),
        *("export ", "A", "NAME=", "docker ", "pull ", "run ", "-e ", "--env=", "-p ", "https://hub.docker.com/", "r/"),
        *(
            "docker.io/",
            "ghcr.io/",
            "owner/name",
            "@sha256:",
            "\ufeff",
            "\0",
            "\ud800",
            "é",
            "２２",
            "none",
            "generate",
        ),
        *("ssh-ed25519 ", "ssh-rsa ", "---- BEGIN SSH2 PUBLIC KEY ----", "---- END SSH2 PUBLIC KEY ----"),
        public_key(),
        public_key("ssh-rsa", 300, "me@my_home"),
    ]
)
TEXTS = st.one_of(st.text(), st.lists(PIECES, max_size=14).map("".join))


@given(st.sampled_from(TYPED_STEPS), TEXTS)
@example(Step.IMAGE, "https://hub.docker.com/")
@example(Step.ENV, "'")
@example(Step.SSH, "ssh-ed25519 ")
def test_whatever_is_typed_is_either_within_the_limits_or_refused_in_words(step: Step, text: str) -> None:
    found = read(step, text, EMPTY)
    if isinstance(found, Read):
        assert FIELDS[step] not in {problem.where for problem in found.draft.problems()}
        assert found.draft == replace(EMPTY, **{FIELDS[step]: getattr(found.draft, FIELDS[step])})
    else:
        assert found.problem.strip()
        assert not found.suggestion or isinstance(read(step, found.suggestion, EMPTY), Read)
