"""Environment variables as people paste them; a value is never repeated."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.env_file import read_env
from bot.domain.typed import Typed, Unread

FILE = """\ufeff# of my project

export HF_TOKEN=hf_abc\r
 NAME = "with blanks"  # said so
SINGLE='as $it \\n stands'
DOUBLE="first\\nsecond \\"quoted\\" \\$5 C:\\dir"
LONG="one
two"
EMPTY=
URL=https://host/path#part?a=b # the site
"""


def env(text: str) -> dict[str, str]:
    found = read_env(text)
    assert isinstance(found, Typed), found
    return dict(found.value)


def problem(text: str) -> str:
    found = read_env(text)
    assert isinstance(found, Unread), found
    return found.problem


def test_a_file_is_read_as_its_writers_mean_it() -> None:
    assert env(FILE) == {
        "HF_TOKEN": "hf_abc",
        "NAME": "with blanks",
        "SINGLE": "as $it \\n stands",
        "DOUBLE": 'first\nsecond "quoted" $5 C:\\dir',
        "LONG": "one\ntwo",
        "EMPTY": "",
        "URL": "https://host/path#part?a=b",
    }


@pytest.mark.parametrize(
    "typed",
    [
        "-e A=1 -e 'B=two words'",
        "docker run --rm --env A=1 --env='B=two words' ubuntu bash",
        "sudo docker run \\\n  -eA=1 \\\n  -e B='two words' \\\n  ubuntu",
    ],
)
def test_the_options_of_a_docker_command_are_variables(typed: str) -> None:
    assert env(typed) == {"A": "1", "B": "two words"}


def test_of_a_name_given_twice_the_last_counts_and_it_is_said() -> None:
    found = read_env("A=1\nB=2\nA=3")
    assert isinstance(found, Typed)
    assert found.value == {"A": "3", "B": "2"}
    assert found.note == "Given twice, the last one counts: A."


SECRET = "hunter2-of-nobody"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (f"A=1\nB={SECRET}&x", "The value of B holds an &"),
        (f"A=1\n{SECRET}", "Line 2 is no NAME=value"),
        (f"{SECRET} x=1", "Variable 1 has no proper name"),
        (f"1A={SECRET}", "Variable 1 has no proper name"),
        (f"A-B={SECRET}", "Variable 1 has no proper name"),
        (f'A=1\n\nB="{SECRET}', "Line 3: a quotation mark is missing"),
        (f"A='{SECRET}'x", "Line 1: a quotation mark is missing, or something follows"),
        (f"A={SECRET}\x07", "The value of A holds a character"),
        (f"A={SECRET}{'x' * 1_536}", "The value of A is longer than 1,536"),
        (f"{'A' * 129}={SECRET}", "1 to 128 characters"),
        ("\n".join(f"V{n}={SECRET}{'x' * 1_400}" for n in range(9)), "12,000 are allowed"),
        (f"docker run -e {SECRET}", "A variable has no value"),
        ("docker run -e HOME", "HOME has no value"),
        (f"docker run -e 'A={SECRET}", "quotation mark"),
        ("docker run --env-file .env ubuntu", "send that file itself"),
        ("# only a comment", "holds no variable"),
        ("docker run ubuntu", "holds no variable"),
        ("", "holds no variable"),
    ],
)
def test_what_cannot_be_sent_is_named_without_its_value(typed: str, said: str) -> None:
    assert said in problem(typed)
    assert SECRET not in repr(read_env(typed))


def test_values_are_not_in_the_repr_of_what_was_read() -> None:
    assert SECRET not in repr(read_env(f"A={SECRET}"))


NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,9}", fullmatch=True)
VALUES = st.text(st.characters(blacklist_characters="&", blacklist_categories=("Cs", "Cc")), max_size=30)


@given(st.dictionaries(NAMES, VALUES, min_size=1, max_size=5))
def test_whatever_is_quoted_comes_back(wanted: dict[str, str]) -> None:
    quoted = {name: value.replace("\\", "\\\\").replace('"', '\\"') for name, value in wanted.items()}
    assert env("\n".join(f'{name}="{value}"' for name, value in quoted.items())) == wanted
