"""Prefect flows: each a table of contents of plain functions."""
