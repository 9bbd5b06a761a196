"""Drives a kernel as Jupyter does, with jupyter_client, and reports each case as one line of JSON.

A case is a function whose name begins with `case_`; it gets a fresh, started `Kernel` and fails by an exception.
"""

import json
import os
import sys
import time
import traceback

from jupyter_client.manager import KernelManager

# Generous: the machine that runs this may be slow. Nothing here asserts how long a thing takes.
LIMIT = float(os.environ.get("DEVSANDBOX_TEST_LIMIT", "60"))


class Outcome:
    """All that a kernel said about one request."""

    def __init__(self, reply, messages):
        self.reply = reply["content"]
        self.messages = messages

    def types(self):
        return [message["msg_type"] for message in self.messages]

    def contents(self, kind):
        return [message["content"] for message in self.messages if message["msg_type"] == kind]

    def text(self, name=None):
        return "".join(content["text"] for content in self.contents("stream") if name in (None, content["name"]))

    def result(self):
        results = self.contents("execute_result")
        assert len(results) <= 1, results
        return results[0]["data"]["text/plain"] if results else None


class Kernel:
    def __init__(self, **options):
        self.manager = KernelManager(kernel_name=os.environ["DEVSANDBOX_TEST_KERNEL"], **options)
        self.client = None

    def __enter__(self):
        self.manager.start_kernel()
        self.connect()
        return self

    def connect(self):
        if self.client:
            self.client.stop_channels()
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=LIMIT)

    def __exit__(self, *_):
        self.client.stop_channels()
        if self.manager.has_kernel:
            self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()

    @property
    def pid(self):
        return self.manager.provisioner.pid

    def reply_to(self, message_id, channel="shell"):
        get = self.client.get_shell_msg if channel == "shell" else self.client.get_control_msg
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            try:
                message = get(timeout=1)
            except Exception as error:
                if type(error).__name__ == "Empty":
                    continue
                raise
            if message["parent_header"].get("msg_id") == message_id:
                return message
        raise TimeoutError(f"no reply on {channel}")

    def until(self, message_id, done):
        """Messages on iopub about one request, up to the first for which `done` holds."""
        messages = []
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            try:
                message = self.client.get_iopub_msg(timeout=1)
            except Exception as error:
                if type(error).__name__ == "Empty":
                    continue
                raise
            if message["parent_header"].get("msg_id") != message_id:
                continue
            messages.append(message)
            if done(message):
                return messages
        raise TimeoutError(f"only {[(m['msg_type'], m['content']) for m in messages]}")

    def until_idle(self, message_id):
        return self.until(message_id, lambda m: m["msg_type"] == "status" and m["content"]["execution_state"] == "idle")

    def run(self, code, **options):
        message_id = self.client.execute(code, **options)
        messages = self.until_idle(message_id)
        return Outcome(self.reply_to(message_id), messages)

    def ok(self, code, **options):
        outcome = self.run(code, **options)
        assert outcome.reply["status"] == "ok", outcome.reply
        return outcome

    def ask(self, kind, content, channel="shell"):
        """Sends a request that the client has no method for; gives the reply's content."""
        message = self.client.session.msg(kind, content)
        (self.client.shell_channel if channel == "shell" else self.client.control_channel).send(message)
        return self.reply_to(message["header"]["msg_id"], channel)["content"]

    def started(self, message_id):
        """Waits until a cell has printed something."""
        self.until(message_id, lambda m: m["msg_type"] == "stream")


def equal(actual, expected):
    assert actual == expected, f"{actual!r} is not {expected!r}"


def children(pid):
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat") as file:
                    fields = file.read().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[1]) == pid and fields[0] != "Z":
                found.append(int(entry))
                found.extend(children(int(entry)))
    return found


def running(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def gone(pids):
    end = time.monotonic() + LIMIT
    while any(running(pid) for pid in pids):
        assert time.monotonic() < end, f"still running: {[pid for pid in pids if running(pid)]}"
        time.sleep(0.02)


def main(module):
    wanted = sys.argv[1:]
    for name, case in list(vars(module).items()):
        if not name.startswith("case_") or (wanted and name not in wanted):
            continue
        try:
            with Kernel(**getattr(case, "options", {})) as kernel:
                case(kernel)
            report = {"case": name[5:], "ok": True}
        except Exception:
            report = {"case": name[5:], "ok": False, "detail": traceback.format_exc()}
        print(json.dumps(report), flush=True)
