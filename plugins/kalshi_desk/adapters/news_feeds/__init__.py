"""Sources of news and figures, one file each: what to ask, how often, and what a refusal says."""
