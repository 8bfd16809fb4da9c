"""Several processes load at once, different slices and the same: all is kept, the latest counts."""

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).with_name("load_processes.py")


def test_loads_of_different_and_of_the_same_slices_at_once(tmp_path) -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "crossed", str(tmp_path), "1"],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads(done.stdout) == {"loads": 6, "versions": 6}
