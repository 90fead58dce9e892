"""Settings to the place where alerts are sent."""

from __future__ import annotations

from kalshi_desk.adapters.alerts.discord import DiscordWebhook
from kalshi_desk.settings import Settings
from kalshi_desk.wiring import addresses


def webhook(settings: Settings) -> DiscordWebhook | None:
    """Return the webhook of ALERT_WEBHOOK, in paper mode without one the simulated venue's; else None."""
    footer = f"{settings.desk_mode} · {addresses.account(settings)}"
    if settings.alert_webhook is not None:
        return DiscordWebhook(settings.alert_webhook.get_secret_value(), footer=footer)
    if settings.desk_mode == "paper":
        return DiscordWebhook(f"{addresses.venue_host(settings)}/webhook", footer=footer)
    return None
