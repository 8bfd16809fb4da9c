"""The command names and flags others build on."""

from __future__ import annotations

import pytest

from speccomm.cli.main import build_parser
from tools.reference_docs import _commands

CONTRACT = {
    "speccomm demo": "--dir --scale --icb",
    "speccomm reference import": "--reference",
    "speccomm check": "--dataset --reference --findings",
    "speccomm load": "--store --reference --key-file --dataset --received-at --accept-shrink --json",
    "speccomm withdraw": "--store",
    "speccomm purge": "--before --store",
    "speccomm assign": "--reference --rules --out",
    "speccomm explain": "--record --reference --rules",
    "speccomm flows": "--store --icb --region --from --to --by --format --as-at --run",
    "speccomm contract": "--store --icb --provider --service --year --month --format --as-at --run",
    "speccomm evidence import": "--store --table --said-by --said-on --findings --run",
    "speccomm evidence export": "--all --store --out --as-at --run",
    "speccomm evidence list": "--store --as-at --format --run",
    "speccomm history": "--store --dataset --provider --year --month --diff --run",
    "speccomm pack build": "--store --icb --from --to --out --run",
}
COMMANDS = dict(_commands(build_parser()))


@pytest.mark.parametrize(("command", "options"), CONTRACT.items())
def test_each_command_keeps_its_options(command: str, options: str) -> None:
    assert set(options.split()) <= set(COMMANDS[command]._option_string_actions)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_each_command_says_what_it_does(command: str) -> None:
    parser = COMMANDS[command]
    assert parser.description
    for action in parser._actions:
        assert action.help, f"{command}: {action.dest} is not explained"
