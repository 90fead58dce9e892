"""kalshi_desk: a trading desk for Kalshi, shared by the DAGs, the stream apps and the command line."""
