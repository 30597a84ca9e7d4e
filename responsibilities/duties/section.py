"""The duties of one member in his file and on his own page: an address, filled after the page."""

from members.roster.sections import Place, Section, register

register(Section("duties", "责任", lambda reader: {}, Place(True, 20), Place(True, 20), address="duties_of_member"))
