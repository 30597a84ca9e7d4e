"""What a person himself owes, in his file and on his own page: an address, filled after the page."""

from members.roster.sections import Place, Section, register

register(Section("owed", "本人应办事项", lambda reader: {}, Place(True, 25), Place(True, 25), address="owed_by_member"))
