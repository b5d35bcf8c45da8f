"""The roof: plain functions that introduce the rooms to each other, and the Prefect flows above them."""
