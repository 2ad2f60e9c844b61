"""What passes between processes beside the database: events, cached values, locks, limits.

Each has an embedded form, which needs no server, and one on Redis. None of it is a record
of anything: all of it may vanish, and the database still says what is true.
"""
