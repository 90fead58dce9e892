"""Benchmarks of ``make bench``: what is fast enough, measured on this machine and by nothing else."""
