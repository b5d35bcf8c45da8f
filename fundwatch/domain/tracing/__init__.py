"""Where money came from and went: ordering, allocation, following, layout and drawing, all pure."""
