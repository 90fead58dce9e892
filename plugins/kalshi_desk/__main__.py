"""``python -m kalshi_desk`` is ``kalshi-desk``."""

from kalshi_desk.cli import main

main()
