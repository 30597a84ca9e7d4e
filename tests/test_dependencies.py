"""What is installed is pinned by hash, listed, and looked up: what could not be audited is red (C65)."""

import importlib.machinery
import importlib.util
import json
import re
import subprocess
import sys
from importlib import metadata

import pytest
from packaging.requirements import Requirement

from tests.paths import ROOT

PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.M)


def script(name):
    """Return a script of bin/ as a module."""
    loader = importlib.machinery.SourceFileLoader(f"bin_{name}", str(ROOT / "bin" / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


def plain(text):
    return {(re.sub(r"[-_.]+", "-", name).lower(), version) for name, version in PIN.findall(text)}


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_every_pin_is_in_the_lock_with_one_hash_and_no_address(name):
    """After a change of requirements*.txt: bin/lock."""
    pins, lock = (ROOT / f"{name}.txt").read_text(), (ROOT / f"{name}.lock").read_text()
    assert plain(pins) <= plain(lock)
    lines = [line for line in lock.splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==\S+ --hash=sha256:[0-9a-f]{64}", line) for line in lines)
    assert len({line.partition("==")[0].lower() for line in lines}) == len(lines) > 20
    assert "://" not in lock


@pytest.mark.parametrize("python", ["3.11.0", "3.11.2", "3.11.9"])
@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_the_lock_has_all_that_its_packages_ask_for_of_any_python_3_11(name, python):
    """Some ask for more of an older one: a lock that lacks it is refused whole."""
    locked = dict(plain((ROOT / f"{name}.lock").read_text()))
    setting = {"python_full_version": python, "python_version": "3.11", "extra": ""}
    asked = {
        (package, re.sub(r"[-_.]+", "-", one.name).lower())
        for package in locked
        for line in metadata.requires(package) or ()
        if not (one := Requirement(line)).marker or one.marker.evaluate(setting)
    }
    assert {(package, other) for package, other in asked if other not in locked} == set() and len(asked) > 20


def test_what_runs_in_service_has_the_same_hashes_where_it_is_tested():
    runtime, tested = (
        (ROOT / f"{name}.lock").read_text().splitlines()[1:] for name in ("requirements", "requirements-dev")
    )
    assert set(runtime) < set(tested)


def test_the_setup_compares_hashes_and_pip_refuses_another_file(tmp_path):
    assert '--require-hashes -r "$lock"' in (ROOT / "bin/_setup").read_text()
    wheel = tmp_path / "harmless-1.0-py3-none-any.whl"
    wheel.write_bytes(b"not what was locked")
    lock = tmp_path / "a.lock"
    lock.write_text(f"harmless==1.0 --hash=sha256:{'0' * 64}\n")
    command = [sys.executable, "-m", "pip", "install", "--no-index", "--find-links", str(tmp_path), "--require-hashes"]
    done = subprocess.run([*command, "--dry-run", "-r", str(lock)], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode != 0 and "DO NOT MATCH" in done.stderr


def test_the_list_of_components_is_what_is_installed():
    done = subprocess.run([sys.executable, "bin/sbom"], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    bill = json.loads(done.stdout)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    found = {(row["purl"].partition("pypi/")[2].partition("@")[0], row["version"]) for row in bill["components"]}
    assert found == plain((ROOT / "requirements.lock").read_text())
    django = next(row for row in bill["components"] if row["name"].lower() == "django")
    assert django["licenses"][0]["license"]["name"].startswith("BSD") and len(django["hashes"][0]["content"]) == 64


def test_a_package_that_is_not_installed_as_locked_is_named():
    sbom = script("sbom")
    rows = [("Django", "1.0", "0" * 64), ("no-such-package", "2.0", "0" * 64)]
    said = sbom.problems(rows)
    assert said[0].startswith("Django 1.0 is in the lock, ") and "nothing is installed" in said[1]


def audited(tmp_path, answer, *, code=0):
    """Run bin/audit against a stand-in for pip-audit that gives `answer`."""
    (tmp_path / "answer").write_text(answer if isinstance(answer, str) else json.dumps(answer))
    stub = tmp_path / "stub.py"
    stub.write_text(f"import sys\nprint(open({str(tmp_path / 'answer')!r}).read())\nsys.exit({code})\n")
    env = {"PIP_AUDIT": f"{sys.executable} {stub}", "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "bin/audit", "--out", str(tmp_path / "result.json")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=env)
    return done.returncode, done.stdout + done.stderr, (tmp_path / "result.json").exists()


def whole(**changes):
    rows = [
        {"name": name, "version": version, "vulns": []}
        for name, version in PIN.findall((ROOT / "requirements.lock").read_text())
    ]
    rows[0] |= changes
    return {"dependencies": rows, "fixes": []}


def test_an_audit_of_everything_without_a_finding_is_green_and_kept_with_its_day(tmp_path):
    code, said, kept = audited(tmp_path, whole())
    assert (code, kept) == (0, True) and "none has a known vulnerability" in said
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", json.loads((tmp_path / "result.json").read_text())["audited"])


def test_a_known_vulnerability_is_red(tmp_path):
    vulns = [{"id": "PYSEC-2026-1", "fix_versions": ["9.9"], "aliases": [], "description": ""}]
    code, said, _ = audited(tmp_path, whole(vulns=vulns), code=1)
    assert code == 1 and "PYSEC-2026-1, mended in 9.9" in said


@pytest.mark.parametrize(
    "answer",
    [
        {"dependencies": []},
        {},
        "",
        "WARNING: no source",
        {"dependencies": [{"name": "Django", "version": "5.2.19", "vulns": []}]},
    ],
    ids=["empty source", "nothing", "silence", "no answer", "one of many"],
)
def test_what_was_not_audited_is_red(tmp_path, answer):
    code, said, kept = audited(tmp_path, answer)
    assert (code, kept) == (2, False) and "could not be audited" in said


def test_a_skipped_package_is_red_and_named(tmp_path):
    answer = whole()
    row = answer["dependencies"][0]
    del row["vulns"]
    row["skip_reason"] = "Dependency not found on PyPI and could not be audited"
    code, said, _ = audited(tmp_path, answer)
    assert code == 2 and f"could not be audited: {row['name']} {row['version']}" in said


def test_without_pip_audit_it_is_red(tmp_path):
    env = {"PIP_AUDIT": str(tmp_path / "missing"), "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "bin/audit"], capture_output=True, text=True, cwd=ROOT, env=env)
    assert done.returncode == 2 and "could not be audited" in done.stderr
