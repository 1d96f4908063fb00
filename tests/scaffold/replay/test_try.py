import time, os
from tests.scaffold.replayed import *
from tests.scaffold.packages import Repository


def test_x(plugin, capsys):
    framework_plugin(plugin)
    plugin.write(
        "index.py",
        OLD.replace('_id"', '_id"').replace(
            '_dateOfBirth"])\n', '_dateOfBirth"])\n    event.response.body.pop("_name")\n'
        ),
    )
    f = write_recordings(plugin.root / "events" / "all.recording.jsonl", recorded(int(os.environ.get("N", "60"))))
    t = time.time()
    done = plugin.program("replay", "--html", "/tmp/x.html")
    with capsys.disabled():
        print(done.out, done.err, done.exit_code, time.time() - t)
