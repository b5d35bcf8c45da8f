"""Synthetic extracts of every feed, made from the contracts: what is sent, in which container, what comes of it."""
