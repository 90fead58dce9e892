"""Which answers are a fair sample of what was asked.

Questions that are answered early are unlike those still open: "before October?" is answered early by yes alone. So
answers teach only as far as nearly all that was asked by then has been answered, and a handful teaches nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kalshi_desk.domain.units import Nanos

ANSWERED_SHARE, LEAST_ANSWERS = 0.9, 20


def fair_until(answered: Sequence[Nanos], still_open: Sequence[Nanos]) -> Nanos | None:
    """Return the last instant such that nine tenths of the questions asked up to it, and 20, are answered.

    Both arguments are the instants at which questions were asked, in any order. None without such an instant.
    """
    own, every = (np.sort(np.array(instants, np.int64)) for instants in (answered, [*answered, *still_open]))
    answers, questions = (np.searchsorted(instants, own, side="right") for instants in (own, every))
    fair = own[(answers >= ANSWERED_SHARE * questions) & (answers >= LEAST_ANSWERS)]
    return Nanos(int(fair[-1])) if fair.size else None
