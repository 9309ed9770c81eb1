"""README, manifests and metadata match the code."""

import json
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from kaizen_mcp import Settings, __version__, errors
from kaizen_mcp.http.settings import HTTP_VARIABLES, HttpSettings
from kaizen_mcp.settings import VARIABLES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SERVER: dict[str, Any] = json.loads((ROOT / "server.json").read_text(encoding="utf-8"))
BUNDLE: dict[str, Any] = json.loads((ROOT / "manifest.json").read_text(encoding="utf-8"))
PACKAGE: dict[str, Any] = SERVER["packages"][0]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SCHEMA: dict[str, Any] = json.loads((ROOT / "tests/schemas/server.schema.json").read_text(encoding="utf-8"))
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
DOCUMENTS = {path.name: path.read_text(encoding="utf-8") for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]}


def test_the_manifest_is_valid_for_the_registry_and_belongs_to_this_package() -> None:
    jsonschema.validate(SERVER, SCHEMA, jsonschema.Draft7Validator)
    assert f"<!-- mcp-name: {SERVER['name']} -->" in README  # the registry checks this line to prove ownership
    assert (PACKAGE["identifier"], PACKAGE["runtimeHint"]) == (PROJECT["project"]["name"], "uvx")
    assert (BUNDLE["name"], BUNDLE["description"]) == (PROJECT["project"]["name"], SERVER["description"])


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"description": "x" * 101}, "$.description"),
        ({"packages": [{**PACKAGE, "runtime_hint": "uvx"}]}, "$.packages[0]"),
        ({"packages": [{**PACKAGE, "transport": {"type": "http"}}]}, "$.packages[0].transport.type"),
        ({"packages": [{**PACKAGE, "environmentVariables": [{"name": "A", "description": "a", "isSecret": 1}]}]},
         "$.packages[0].environmentVariables[0].isSecret"),
    ],
)  # fmt: skip
def test_a_manifest_that_the_registry_would_refuse_or_misread_is_not_valid(
    change: dict[str, Any], path: str
) -> None:
    with pytest.raises(jsonschema.ValidationError) as refused:
        jsonschema.validate({**SERVER, **change}, SCHEMA, jsonschema.Draft7Validator)
    assert refused.value.json_path == path


def test_the_version_is_the_same_everywhere() -> None:
    assert PROJECT["project"]["dynamic"] == ["version"]
    assert PROJECT["tool"]["hatch"]["version"] == {"path": "kaizen_mcp/__init__.py"}
    newest = re.search(r"^## (\S+)", CHANGELOG, re.MULTILINE)
    assert newest
    assert {newest[1], SERVER["version"], PACKAGE["version"], BUNDLE["version"]} == {__version__}
    for name, text in DOCUMENTS.items():
        files = re.findall(r"kaizen[-_]mcp-(\d+\.\d+\.\d+)", text)
        assert set(files) <= {__version__}, f"{name} names a file of another version"


def test_the_variables_are_the_same_everywhere() -> None:
    declared = {variable["name"]: variable for variable in PACKAGE["environmentVariables"]}
    assert {name: variable["description"] for name, variable in declared.items()} == VARIABLES
    assert [name for name, variable in declared.items() if variable.get("isSecret")] == ["KAIZEN_API_KEY"]
    options = dict(BUNDLE["user_config"])
    for name, value in BUNDLE["server"]["mcp_config"]["env"].items():
        option = options.pop(name.removeprefix("KAIZEN_").lower())
        assert value == f"${{user_config.{name.removeprefix('KAIZEN_').lower()}}}"
        assert option.get("sensitive") == declared[name].get("isSecret")
        assert option["description"].startswith(VARIABLES[name]) or option["type"] == "boolean"
    assert options == {}
    rows = re.findall(r"^\| `(KAIZEN_\w+)` \| (.*?) ?\| (.*) \|$", README, re.MULTILINE)
    assert [(name, default.strip("`"), meaning) for name, default, meaning in rows] == [
        (name, variable.get("default", ""), variable["description"]) for name, variable in declared.items()
    ]
    assert [name for name in VARIABLES if f"`{name}" not in CHANGELOG] == []
    known = {*VARIABLES, *HTTP_VARIABLES}
    for name, text in {**DOCUMENTS, "pyproject.toml": str(PROJECT)}.items():
        assert set(re.findall(r"\bKAIZEN_[A-Z_]+\b", text)) <= known, f"{name} names another variable"


def test_the_variables_of_the_http_server_are_in_its_page_with_their_defaults() -> None:
    rows = re.findall(r"^\| `(KAIZEN_HTTP_\w+)` \| (.*?) ?\| (.*) \|$", DOCUMENTS["teams.md"], re.MULTILINE)
    assert {name: meaning for name, _, meaning in rows} == HTTP_VARIABLES
    defaults = {name: default.strip("`") for name, default, _ in rows if default}
    assert HttpSettings.from_env(defaults) == HttpSettings()
    assert set(defaults) == {"KAIZEN_HTTP_AUTH", "KAIZEN_HTTP_MAX_CONCURRENCY"}


def test_the_manifests_defaults_match_the_settings() -> None:
    defaults = {v["name"]: v["default"] for v in PACKAGE["environmentVariables"] if "default" in v}
    assert Settings.from_env(defaults) == Settings.from_env({})


def test_the_readme_stays_short() -> None:
    assert len(README.splitlines()) < 170


def test_every_variable_is_explained_in_the_settings_page() -> None:
    page = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    assert [name for name in VARIABLES if f"`{name}" not in page] == []


def test_every_fact_of_a_summary_is_explained() -> None:
    page = (ROOT / "docs/answers.md").read_text(encoding="utf-8")
    summaries = [
        json.loads(path.read_text(encoding="utf-8")).get("summary", {})
        for path in (ROOT / "tests/snapshots").glob("*-*.json")
    ]
    facts = {fact for summary in summaries for fact in summary}
    assert len(facts) > 40
    assert [fact for fact in sorted(facts) if f"`{fact}`" not in page] == []


def test_every_error_code_is_explained() -> None:
    page = (ROOT / "docs/errors.md").read_text(encoding="utf-8")
    codes = {getattr(error, "code", None) for error in vars(errors).values()} - {None}
    assert len(codes) == 11
    for code in codes:
        assert re.search(rf"^\| `{code}` ", page, re.MULTILINE), code


def test_the_answer_in_the_readme_matches_its_snapshot() -> None:
    snapshot = json.loads((ROOT / "tests/snapshots/exec-eligibility-login.json").read_text(encoding="utf-8"))
    verdict = "\n".join(snapshot["verdict"])
    assert f"```text\n{verdict}\n```" in README


def test_every_link_to_a_file_resolves() -> None:
    for document in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]:
        for target in re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8")):
            if not target.startswith("https://"):
                assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_every_dependency_is_explained_and_pinned() -> None:
    project = PROJECT["project"]
    explained = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    pinned = (ROOT / "constraints.txt").read_text(encoding="utf-8").lower()
    extras = project["optional-dependencies"]
    for requirement in [*project["dependencies"], *extras["http"], *extras["dev"]]:
        name = re.split(r"[<>=]", requirement)[0]
        assert f"`{name}`" in explained, name
        assert f"\n{name}==" in pinned, name


def tracked_files() -> list[Path]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listing.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listing.stdout.split("\0") if name]


def test_no_file_names_or_locks_to_a_package_registry() -> None:
    files = tracked_files()
    assert not {"uv.lock", "package-lock.json", "pylock.toml"} & {file.name for file in files}
    sites = "|".join(
        f"{name}[.](?:org|com)" for name in "pypi pythonhosted npmjs yarnpkg rubygems packagist".split()
    )
    hosts = re.compile(rf"{sites}|(?:npm|maven|nuget|rubygems)[.]pkg[.]github|api[.]nuget|crates[.]io-index")
    for file in files:
        assert not hosts.search(file.read_text(encoding="utf-8")), f"{file.name} names a registry's host"
