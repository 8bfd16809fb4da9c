"""An argument parser that answers a misspelt option with the nearest known one."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, NoReturn

from speccomm.foundation.errors import Refusal, nearest_name


class NotUnderstood(Refusal):
    """A command line that names no command, option or value of ours."""

    def __init__(self, message: str, *, usage: str) -> None:
        self.usage = usage
        super().__init__(message)


class Parser(argparse.ArgumentParser):
    """argparse without abbreviations, with suggestions, raising instead of leaving the process."""

    def __init__(self, **settings: Any) -> None:
        settings.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(**settings, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        sentence = message[:1].upper() + message[1:]
        closed = sentence if sentence.endswith((".", "?")) else sentence + "."
        raise NotUnderstood(closed, usage=f"{self.prog} --help")

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """As argparse does, but a misspelt option is met before a missing one is complained of."""
        self._refuse_unknown_options(args or [])
        return super().parse_known_args(args, namespace)

    def _refuse_unknown_options(self, args: Sequence[str]) -> None:
        known = [name for name in self._option_string_actions if name.startswith("--")]
        for word in args:
            if word == "--" or (self._subparsers is not None and not word.startswith("-")):
                return
            name = word.partition("=")[0]
            if name.startswith("--") and name not in known:
                near = nearest_name(name, known)
                hint = f" Did you mean {near}?" if near else ""
                self.error(f"there is no option {name}.{hint}")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is None or value in action.choices:
            return
        known = [str(choice) for choice in action.choices]
        near = nearest_name(str(value), known)
        hint = f"Did you mean {near}?" if near else f"Choose from {', '.join(known)}."
        what = action.metavar or (action.option_strings or [action.dest])[-1]
        raise argparse.ArgumentError(None, f"{value!r} is not a known {what}. {hint}")
