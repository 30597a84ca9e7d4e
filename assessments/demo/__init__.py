"""The invented demo agency: the same each time, made through the services, up to today."""
