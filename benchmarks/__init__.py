"""Benchmarks: each measures ours and a named peer or limit in the same run."""
