SELECT count(*) FROM checked_typed
