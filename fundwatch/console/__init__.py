"""The console: the pages of liaisons, analysts and administrators, rendered by the server, Chinese first."""
