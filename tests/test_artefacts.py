"""What lies beside the exercises: the catalogue, downloads from a server that misbehaves, and the demonstration."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PIL import Image

from grader.artefacts import catalogue as catalogues
from grader.artefacts import fetching
from grader.artefacts.catalogue import INTACT, Artefact, catalogue
from grader.artefacts.digits import WEIGHTS, WORDS, reduced
from grader.artefacts.drawing import draw
from grader.cli import main
from grader.errors import GraderError, UsageError

__all__: list[str] = []

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "data"
CONTENT = bytes(range(256)) * 4096  # 1 MB, and no two places that could be mistaken for each other within 256 bytes
SHA256 = hashlib.sha256(CONTENT).hexdigest()
Demo = Callable[..., tuple[int, str, list[str]]]


def dimensions(path: Path) -> tuple[int, int]:
    """Return width and height of a picture."""
    with Image.open(path) as picture:
        return picture.size


# What is there ------------------------------------------------------------------------------------------------------


def test_all_that_comes_with_the_course_is_intact() -> None:
    shipped = [artefact for artefact in catalogue(ROOT).values() if not artefact.url]
    assert {artefact.name: artefact.state() for artefact in shipped} == {artefact.name: INTACT for artefact in shipped}
    assert {"synset_words.txt", WEIGHTS, WORDS, "grace_hopper.jpg", "NOTICE.txt"} <= {one.name for one in shipped}


def test_labels_are_the_thousand_of_imagenet() -> None:
    lines = (DATA / "synset_words.txt").read_text("ascii").splitlines()
    assert len(lines) == 1000
    assert (lines[0], lines[281]) == ("n01440764 tench, Tinca tinca", "n02123045 tabby, tabby cat")
    assert "Princeton University" in (DATA / "NOTICE.txt").read_text("ascii")


def test_the_digits_are_small_and_named() -> None:
    parts = [*DATA.glob("digit*")]
    assert sum(path.stat().st_size for path in parts) < 1_000_000
    assert (DATA / WEIGHTS).stat().st_size < 300_000
    assert [line.split(" ")[0] for line in (DATA / WORDS).read_text("ascii").splitlines()] == [
        f"d{n}" for n in range(10)
    ]
    assert {dimensions(path) for path in DATA.glob("digit_*.png")} == {(8, 8)}


def test_downloads_go_where_they_are_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    found = catalogue(ROOT, tmp_path / "weights")
    assert found["cifar10"].path == tmp_path / "datasets" / "cifar-10-batches-py-target_archive"
    assert found["vgg16"].path.parent == tmp_path / "weights"
    cached = tmp_path / "models" / found["vgg16"].path.name
    cached.parent.mkdir()
    cached.touch()
    assert catalogue(ROOT, tmp_path / "weights")["vgg16"].path == cached


def test_downloads_are_proved_by_the_published_checksums() -> None:
    expected = {
        "vgg16": (553_467_096, "md5:64373286793e3c8b2b4e3219cbf3544b"),
        "vgg16-notop": (58_889_256, "md5:6d6bbae143d832006294945121d1f1fc"),
        "cifar10": (170_498_071, "sha256:6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce"),
    }
    assert {one.name: (one.bytes, one.digest) for one in catalogue(ROOT).values() if one.url} == expected


def test_each_state_is_told(tmp_path: Path) -> None:
    artefact = Artefact("x", tmp_path / "x", 3, f"md5:{hashlib.md5(b'abc').hexdigest()}", "")
    assert artefact.state() == "missing"
    artefact.part.write_bytes(bytes(2000))
    assert artefact.state() == "missing; 2.0 kB of a download are kept"
    artefact.path.write_bytes(b"ab")
    assert artefact.state() == "damaged: 2 bytes in place of 3"
    artefact.path.write_bytes(b"abd")
    assert artefact.state() == "damaged: another checksum"
    artefact.path.write_bytes(b"abc")
    assert artefact.state() == INTACT


def test_an_unusable_list_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for text in ('[[download]]\nname = "x"\nfolders = []\n', "[[file]\n"):
        (tmp_path / "data" / "MANIFEST.toml").write_text(text, encoding="utf-8")
        with pytest.raises(UsageError, match=r"data/MANIFEST\.toml cannot be used"):
            catalogue(tmp_path)


def test_paths_are_written_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Path, "home", lambda: tmp_path.parent)
    assert catalogues.shown(tmp_path / "a" / "b") == "a/b"
    assert catalogues.shown(tmp_path.parent / "c") == "~/c"
    assert catalogues.shown(Path("a")) == "a"


# Fetching -----------------------------------------------------------------------------------------------------------


class Server(ThreadingHTTPServer):
    """A server for one file; `cuts` says after how many bytes each answer breaks off, the last one for all to come."""

    daemon_threads = True
    content, ranges, status, cuts = CONTENT, True, 200, [len(CONTENT)]

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str | None] = []


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        wanted = self.headers["Range"]
        self.server.asked.append(wanted)
        if self.server.status != 200:
            self.send_error(self.server.status)
            return
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and self.server.ranges else 0
        body = self.server.content[start:]
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{start + len(body) - 1}/{len(self.server.content)}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        cut = self.server.cuts.pop(0) if len(self.server.cuts) > 1 else self.server.cuts[0]
        self.wfile.write(body[:cut])

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def artefact(server: Server, tmp_path: Path) -> Artefact:
    url = f"http://127.0.0.1:{server.server_port}/file"
    return Artefact(
        "tiny", tmp_path / "to" / "tiny.bin", len(CONTENT), f"sha256:{SHA256}", "A file", url, "all is well"
    )


def quiet(done: int) -> None:
    """Report nothing."""


def refuses(artefact: Artefact, *words: str) -> None:
    """Fail unless fetching ends in one sentence that holds `words` and says what works without the file."""
    with pytest.raises(GraderError) as caught:
        fetching.fetch(artefact, quiet)
    text = str(caught.value)
    assert [word for word in (*words, "Without tiny, all is well.") if word not in text] == []
    assert "\n" not in text


def test_a_file_arrives_whole(artefact: Artefact, server: Server) -> None:
    counted: list[int] = []
    assert fetching.fetch(artefact, counted.append)
    assert artefact.state() == INTACT
    assert counted[-1] == len(CONTENT)
    assert [path.name for path in artefact.path.parent.iterdir()] == ["tiny.bin"]
    assert not fetching.fetch(artefact, quiet)
    assert server.asked == [None]


def test_a_download_goes_on_where_it_stopped(artefact: Artefact, server: Server) -> None:
    artefact.part.parent.mkdir()
    artefact.part.write_bytes(CONTENT[:700_000])
    assert fetching.fetch(artefact, quiet)
    assert artefact.state() == INTACT
    assert server.asked == ["bytes=700000-"]


def test_a_server_without_ranges_starts_anew(
    artefact: Artefact, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    server.ranges = False
    artefact.part.parent.mkdir()
    artefact.part.write_bytes(b"?" * 700_000)
    assert fetching.fetch(artefact, quiet)
    assert artefact.state() == INTACT
    assert "cannot go on in the middle; starting anew" in capsys.readouterr().err


def test_a_broken_connection_is_taken_up_again(artefact: Artefact, server: Server) -> None:
    server.cuts = [300_000, 200_000, len(CONTENT)]
    assert fetching.fetch(artefact, quiet)
    assert artefact.state() == INTACT
    assert server.asked == [None, "bytes=300000-", "bytes=500000-"]


def test_a_connection_that_keeps_breaking_keeps_what_there_is(artefact: Artefact, server: Server) -> None:
    server.cuts = [300_000, 0]
    refuses(artefact, "broke, and again without progress", "Run the same command to go on; 300.0 kB of 1.0 MB are kept")
    assert not artefact.path.exists()
    server.cuts = [len(CONTENT)]
    assert fetching.fetch(artefact, quiet)
    assert server.asked[-1] == "bytes=300000-"


def test_a_truncated_answer_without_ranges_ends(artefact: Artefact, server: Server) -> None:
    server.ranges, server.cuts = False, [300_000]
    refuses(artefact, "without progress")
    assert len(server.asked) == 2


def test_an_interrupted_download_goes_on(artefact: Artefact, server: Server) -> None:
    def stop(done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetching.fetch(artefact, stop)
    kept = artefact.part.stat().st_size
    assert 0 < kept < len(CONTENT)
    assert fetching.fetch(artefact, quiet)
    assert server.asked == [None, f"bytes={kept}-"]


def test_what_arrives_changed_is_thrown_away(artefact: Artefact, server: Server) -> None:
    artefact.path.parent.mkdir()
    artefact.path.write_bytes(b"an older file")
    server.content = CONTENT[:-1] + b"?"
    refuses(artefact, f"without the checksum sha256:{SHA256}", "thrown away")
    assert [path.read_bytes() for path in artefact.path.parent.iterdir()] == [b"an older file"]


def test_another_file_is_not_even_begun(artefact: Artefact, server: Server) -> None:
    server.content = b"<html>log in to this network</html>"
    refuses(artefact, "127.0.0.1 offers 35 bytes in place of 1048576", "Nothing was changed")
    assert list(artefact.path.parent.iterdir()) == []


def test_a_server_that_refuses_is_quoted(artefact: Artefact, server: Server) -> None:
    server.status = 404
    refuses(artefact, "127.0.0.1 answered 404 Not Found")


def test_no_network_is_said(artefact: Artefact, server: Server) -> None:
    server.server_close()
    refuses(artefact, "No connection to 127.0.0.1", "Nothing was changed")


def test_a_disk_that_is_too_small_is_seen_before(
    artefact: Artefact, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(ROOT)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage._replace(free=5000))
    refuses(artefact, "The disk is too full: 1.0 MB are needed, 5.0 kB are free")
    assert server.asked == []


def test_a_disk_that_fills_up_is_said(artefact: Artefact) -> None:
    def fills(done: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(GraderError, match=r"Cannot write .*tiny\.bin\.part: No space left .* are kept"):
        fetching.fetch(artefact, fills)


def test_progress_is_for_terminals(artefact: Artefact, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    fetching.progress(artefact)(500_000)
    assert stream.getvalue() == ""
    monkeypatch.setattr(stream, "isatty", lambda: True)
    report = fetching.progress(artefact)
    report(524_288)
    report(len(CONTENT))
    assert "tiny: 524.3 kB of 1.0 MB, " in stream.getvalue()
    assert stream.getvalue().endswith("0 s left\x1b[K\n")


# The commands -------------------------------------------------------------------------------------------------------


@pytest.fixture
def course(server: Server, tmp_path: Path) -> Path:
    """A course of one shipped file and one to fetch."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "here.txt").write_bytes(b"abc")
    (tmp_path / "data" / "MANIFEST.toml").write_text(
        f"""
        [[file]]
        path = "here.txt"
        title = "A text"
        sha256 = "{hashlib.sha256(b"abc").hexdigest()}"
        bytes = 3
        [[download]]
        name = "tiny"
        path = "tiny.bin"
        folders = ["data"]
        title = "A file"
        url = "http://127.0.0.1:{server.server_port}/file"
        digest = "sha256:{SHA256}"
        bytes = {len(CONTENT)}
        without = "all is well"
        """,
        encoding="utf-8",
    )
    return tmp_path


def test_data_shows_all_and_fetches_what_is_missing(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "--course", str(course)]) == 0
    shown = capsys.readouterr().out
    assert [line.split()[:2] for line in shown.splitlines()[1:3]] == [["tiny", "missing"], ["here.txt", "intact"]]
    assert "without tiny: all is well\n  fetch it: grader data --fetch tiny\n" in shown
    assert main(["data", "--course", str(course), "--fetch", "all"]) == 0
    assert "tiny: fetched, intact: " in capsys.readouterr().out
    assert main(["data", "--course", str(course), "--fetch", "tiny"]) == 0
    assert "tiny: there already, intact: " in capsys.readouterr().out
    assert (course / "data" / "tiny.bin").read_bytes() == CONTENT


def test_data_fetches_into_another_folder(course: Path) -> None:
    assert main(["data", "--course", str(course), "--fetch", "tiny", "--to", str(course / "a" / "b")]) == 0
    assert (course / "a" / "b" / "tiny.bin").read_bytes() == CONTENT


def test_data_says_what_is_wrong(course: Path, server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "--course", str(course), "--fetch", "huge"]) == 2
    assert capsys.readouterr().err == "grader: Nothing to fetch is named huge; there are: tiny, all.\n"
    server.status = 503
    assert main(["data", "--course", str(course), "--fetch", "tiny"]) == 1
    assert "\ngrader: 127.0.0.1 answered 503" in capsys.readouterr().err
    (course / "data" / "here.txt").write_bytes(b"abd")
    assert main(["data", "--course", str(course)]) == 1
    assert "damaged: another checksum" in capsys.readouterr().out


PLAIN = """
import numpy as np

class Conv2D:
    def __init__(self, name, *shape):
        self.name, self.output = name, np.zeros(shape)

class Padding(Conv2D): pass

class Model:
    layers = [(Padding if n in (0, 4, 8) else Conv2D)(f"l{n}", 1, 12, 12, 3) for n in range(12)]
    layers.append(Padding("end", 1, 2))

def build_vgg16(): return Model()
def load_vgg16_weights(model, path): return model
def load_labels(path): return ["cat, a pet", "dog"]
def read_bgr(path): return np.zeros((12, 12, 3), np.uint8)
def transform_image(image): return image[np.newaxis]
def top_k(probabilities, labels): return [(labels[1], 0.75), (labels[0], 0.25)]
def first_layer_filters(model): return np.zeros((2, 5, 4, 3))
def get_layer_output(model, batch, layer): return model.layers[layer].output
def tile_filters(weights, pad_size=1, pad_value=0.0): return np.ones((30, 30) + weights.shape[3:])
"""


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Demo:
    """Run `grader demo` on a picture with a module's text, without Keras; the status, what was printed, the pages."""
    monkeypatch.setitem(sys.modules, "keras", ModuleType("keras"))
    monkeypatch.setattr(sys, "path", [*sys.path])
    (tmp_path / "some.h5").touch()

    def run(text: str, *pictures: object) -> tuple[int, str, list[str]]:
        (tmp_path / "plain.py").write_text(text, encoding="utf-8")
        out = tmp_path / "out"
        options = ["--using", tmp_path / "plain.py", "--weights", tmp_path / "some.h5", "--out", out]
        status = main([str(word) for word in ("demo", *pictures, *options)])
        shown = capsys.readouterr()
        return status, shown.out + shown.err, sorted(path.name for path in out.glob("*"))

    return run


def test_demo_names_and_draws_each_picture(demo: Demo, tmp_path: Path) -> None:
    status, shown, pages = demo(PLAIN, DATA / "grace_hopper.jpg", DATA / "grace_hopper.jpg")
    assert (status, pages) == (0, ["grace_hopper-2.png", "grace_hopper.png"])
    assert "grace_hopper.jpg, seen by VGG-16 with some.h5:\n   75.0%  dog\n   25.0%  cat, a pet\n" in shown
    assert min(dimensions(tmp_path / "out" / "grace_hopper.png")) > 900


def test_demo_shows_the_layers_that_the_exercise_speaks_of() -> None:
    from grader.artefacts.demo import _shown_layers

    space: dict[str, object] = {}
    exec(PLAIN, space)
    assert _shown_layers(space["Model"]) == [1, 2, 8, 10, 11]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("def build_vgg16(): raise NotImplementedError", "plain.py, build_vgg16: NotImplementedError"),
        ("def build_vgg16(): return 1 / 0", "plain.py, build_vgg16: ZeroDivisionError: division by zero"),
        ("x = 1", "plain.py, build_vgg16: AttributeError"),
        ("import no_such_module", "plain.py, loading: ModuleNotFoundError: No module named 'no_such_module'"),
        ("def build_vgg16(:", "plain.py, loading: SyntaxError"),
    ],
)
def test_demo_names_the_function_that_fails(demo: Demo, text: str, words: str) -> None:
    status, shown, pages = demo(text, DATA / "digit_4.png")
    assert (status, pages) == (2, [])
    assert words in shown
    assert "Traceback" not in shown


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("missing.png", "grader: There is no picture missing.png.\n"),
        ("data/MANIFEST.toml", "grader: No picture can be read from data/MANIFEST.toml; PNG and JPEG can.\n"),
        ("data", "grader: No picture can be read from data; PNG and JPEG can.\n"),
    ],
)
def test_demo_refuses_what_is_no_picture(
    name: str, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    assert main(["demo", "data/digit_4.png", name]) == 2
    assert capsys.readouterr().err == words


def test_demo_needs_keras_and_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "keras", None)
    assert main(["demo", str(DATA / "digit_4.png")]) == 2
    assert "needs Keras with TensorFlow" in (shown := capsys.readouterr().err)
    assert "pip install -e '.[keras]'" in shown


def test_demo_names_files_that_are_not_there(demo: Demo, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", str(DATA / "digit_4.png"), "--using", str(tmp_path / "none.py")]) == 2
    assert "name a vgg_assembly.py with --using FILE" in capsys.readouterr().err
    (tmp_path / "some.h5").unlink()
    assert "There are no weights" in demo(PLAIN, DATA / "digit_4.png")[1]


def test_a_picture_is_reduced_by_means_of_areas() -> None:
    small = np.asarray(Image.open(DATA / "digit_4.png"))
    assert np.array_equal(reduced(np.stack([small] * 3, axis=-1))[0, :, :, 0], small)
    large = np.kron(small, np.ones((20, 30))).astype(np.uint8)
    assert np.array_equal(reduced(np.stack([large] * 3, axis=-1))[0, :, :, 0], small)
    assert reduced(np.full((50, 40, 3), (255, 0, 0), np.uint8))[0, 0, 0, 0] == 29  # blue comes first, and is dark


def test_a_page_is_drawn_for_grey_and_for_colour() -> None:
    grey, colour = np.eye(8), np.full((9, 12, 3), 0.5)
    for tall in (colour, grey, np.zeros((40, 8))):
        page = draw(
            "t", [("a", "", tall), ("b", "", grey)], [("a long name " * 9, 1.0)], ("f", "", colour), [("m", "", grey)]
        )
        assert Image.open(io.BytesIO(page)).format == "PNG"


# With Keras and TensorFlow: these take some seconds each ------------------------------------------------------------


def run_python(*words: object) -> subprocess.CompletedProcess[str]:
    """Run Python as a user would, away from the processors that others may be using."""
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, *map(str, words)]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.keras
def test_keras_demo_reads_digits(tmp_path: Path) -> None:
    pictures = [DATA / f"digit_{name}.png" for name in ("0", "3", "4", "7", "9_misread")]
    done = run_python("-m", "grader", "demo", *pictures, "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    names = re.findall(r"seen by the digits network:\n +[\d.]+%  (\w+)\n", done.stdout)
    assert names == ["zero", "three", "four", "seven", "three"]
    assert "reduced to 8 x 8 grey pixels" in done.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(path.name for path in pictures)


@pytest.mark.keras
def test_keras_recipe_of_the_handout_is_the_network_of_the_demo() -> None:
    code = """
import re, pathlib, sys
from grader.artefacts.digits import build_digits
first, second, _ = re.findall(r"```python\\n(.*?)```", pathlib.Path("docs/digits.md").read_text("utf-8"), re.DOTALL)
exec(first)
named = lambda layer: {k: v for k, v in layer.get_config().items() if k != "name" or v.startswith("conv")}
assert [*map(named, digits.layers)] == [*map(named, build_digits().layers)]
sys.path.append(str(pathlib.Path("solutions").resolve()))
import os; os.chdir("data")
exec(second)
assert filters.shape == (24, 24) and maps.shape == (68, 68)
"""
    done = run_python("-c", code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("[('four', ")


@pytest.mark.keras
def test_keras_finds_cifar10_where_it_is_fetched_to(tmp_path: Path) -> None:
    code = """
import keras, pathlib, sys
from grader.artefacts.catalogue import catalogue
asked = {}
def get_file(**options):
    asked.update(options)
    raise SystemExit
sys.modules["keras.src.datasets.cifar10"].get_file = get_file
try:
    keras.datasets.cifar10.load_data()
except SystemExit:
    pass
artefact = catalogue(pathlib.Path.cwd())["cifar10"]
assert artefact.path == pathlib.Path(keras.src.backend.config.keras_home(), "datasets", asked["fname"] + "_archive")
assert (artefact.url, artefact.digest) == (asked["origin"], "sha256:" + asked["file_hash"]) and asked["extract"]
artefact.path.parent.mkdir(parents=True)
import tarfile
with tarfile.open(artefact.path, "w:gz") as archive:
    archive.add("LICENSE")
found = keras.utils.get_file(fname=asked["fname"], origin="http://127.0.0.1:9/nothing", extract=True)
assert pathlib.Path(found, "LICENSE").is_file()
"""
    environment = {"KERAS_HOME": str(tmp_path)}
    done = run_python("-c", f"import os; os.environ.update({environment!r})\n{code}")
    assert done.returncode == 0, done.stderr
