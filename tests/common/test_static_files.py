"""In service the scripts import each other by hashed names: a stale copy in a browser never meets a new one."""

import re
import shutil

from django.contrib.staticfiles.finders import get_finders

from common.static_files import HashedStaticFiles
from tests.paths import ROOT

SCRIPTS = ROOT / "static" / "js"
IMPORT = re.compile(r"""^import ?(?:.* from )?["'](\.[^"']+)["'];$""", re.M)


def test_every_import_of_a_script_names_a_hashed_file(tmp_path, settings):
    settings.DEBUG = False
    shutil.copytree(ROOT / "static", tmp_path, dirs_exist_ok=True)
    storage = HashedStaticFiles(location=tmp_path, base_url="/static/")
    names = [name for finder in get_finders() for name, _ in finder.list([])]
    failures = [
        done
        for _, _, done in storage.post_process({name: (storage, name) for name in names})
        if done not in (True, False)
    ]
    assert failures == []
    hashed = {tmp_path / done for name, done in storage.hashed_files.items() if name.startswith("js/")}
    imports = [(script, target) for script in hashed for target in IMPORT.findall(script.read_text())]
    assert len(imports) > 10
    assert [
        (script.name, target) for script, target in imports if (script.parent / target).resolve() not in hashed
    ] == []


def test_a_script_imports_only_by_lines_that_the_storage_can_rewrite():
    for script in SCRIPTS.rglob("*.js"):
        text = script.read_text()
        assert len(IMPORT.findall(text)) == len(re.findall(r"^import\b|\bimport\(", text, re.M)), script.name
