"""What only a real Chromium can show; on SQLite only, since nothing here depends on the database.

`open_page` (conftest.py) opens an address of the live server as one of the cast; `demo` is a whole installation of its own
(installation.py) with the demo agency: web, worker and beat as bin/start runs them; its tests share one process
(tests/groups.py). The folder is left out, with a line that says why, where there is no Chromium.
"""
