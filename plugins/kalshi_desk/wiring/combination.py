"""The settings of the combination as its steps take them; live estimates, calibration and backtests share them."""

from __future__ import annotations

from kalshi_desk.settings import Settings
from kalshi_desk.steps.calibrate import CombineParams


def combine_params(settings: Settings) -> CombineParams:
    """Return the vendors' weights until learned, and the model's weight against the price until it is learned."""
    return CombineParams(
        vendor_weights={"gpt": settings.gpt_weight, "claude": settings.claude_weight},
        blend_prior=settings.blend_prior,
        min_resolutions=settings.min_resolutions,
    )
