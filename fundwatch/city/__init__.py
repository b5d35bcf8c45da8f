"""The synthetic city: extracts of all four sectors with planted schemes, look-alikes and a truth to measure against."""

from fundwatch.city.sample import SampleSummary, write_sample

__all__ = ["SampleSummary", "write_sample"]
