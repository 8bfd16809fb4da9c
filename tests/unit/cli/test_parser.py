"""The parser suggests what was meant and never leaves the process."""

from __future__ import annotations

import pytest

from speccomm.cli.parser import NotUnderstood, Parser


def parser() -> Parser:
    whole = Parser(prog="speccomm")
    commands = whole.add_subparsers(dest="command", required=True, parser_class=Parser)
    flows = commands.add_parser("flows")
    place = flows.add_mutually_exclusive_group(required=True)
    place.add_argument("--icb")
    place.add_argument("--region")
    flows.add_argument("--format", choices=("table", "csv", "json"))
    commands.add_parser("history")
    return whole


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("flows --icbs QWU", "Did you mean --icb"),
        ("flows --icbs=QWU", "Did you mean --icb"),
        ("flows --qqqq", "no option --qqqq.$"),
        ("flows --ic QWU", "no option --ic"),
        ("flow --icb QWU", "Did you mean flows"),
        ("flows --icb QWU --format jsn", "Did you mean json"),
        ("zzz", "Choose from flows, history"),
        ("flows", "--icb --region is required"),
        ("", "required"),
    ],
)
def test_a_slip_is_answered_with_the_nearest_name(line: str, says: str) -> None:
    with pytest.raises(NotUnderstood, match=says):
        parser().parse_args(line.split())


def test_a_good_line_is_read() -> None:
    read = parser().parse_args(["flows", "--icb", "QWU", "--format", "csv"])
    assert (read.command, read.icb, read.format) == ("flows", "QWU", "csv")
