"""The command ``kalshi-desk``: each file here is a subcommand of its name, imported only when it is asked for."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pkgutil import iter_modules

import click

from kalshi_desk.errors import DeskError

BAD_INPUT = 2
ACCOUNT = click.option("--account", help="One of ACCOUNTS, or first: the one that needs no file.")


class LazyGroup(click.Group):
    """The group of all subcommands; a file ``export_trades.py`` is the subcommand ``export-trades``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the files, sorted."""
        return sorted(found.name.replace("_", "-") for found in iter_modules(__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the file of that name and return its ``command``; None if there is no such file."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command = import_module(f"{__name__}.{cmd_name.replace('-', '_')}").command
        return command if isinstance(command, click.Command) else None


@click.group(cls=LazyGroup)
@click.version_option(package_name="kalshi-desk")
def group() -> None:
    """Run and inspect the Kalshi desk."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a subcommand and exit: 0 when done, 2 with one line on stderr when the input was wrong."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        status = group.main(words or ["--help"], prog_name="kalshi-desk", standalone_mode=False)
    except click.ClickException as fault:
        _refuse(fault.format_message())
    except DeskError as fault:
        _refuse(str(fault))
    except click.Abort:
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output has left; what is still buffered has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    sys.exit(status if isinstance(status, int) else 0)


def _refuse(text: str) -> None:
    click.echo(f"kalshi-desk: {' '.join(text.split())}", err=True)
    sys.exit(BAD_INPUT)
