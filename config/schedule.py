"""What beat starts, and how often. Each entry expires just under its period: a late worker never does a slot twice."""

BEAT_SCHEDULE = {}
