"""Derived relations: one SQL file each, and the builder that replaces the partitions new rows touch."""
