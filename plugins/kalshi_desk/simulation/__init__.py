"""The matching core and synthetic markets behind the simulated venue, replay and backtests; pure."""
