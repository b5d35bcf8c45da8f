"""Ground floor: what things are and what is decided about them, with the standard library only."""
