"""The ledgers of people and of activities, and a folder of all three."""
