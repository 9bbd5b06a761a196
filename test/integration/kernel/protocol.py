"""What a Jupyter client may expect of the kernel, case by case."""

import os
import signal
import subprocess
import sys
import time

import harness
from harness import LIMIT, children, equal, gone, running


def case_kernel_info(kernel):
    kernel.client.kernel_info()
    content = kernel.ask("kernel_info_request", {})
    equal(content["protocol_version"], "5.4")
    equal(content["implementation"], "devsandbox")
    equal(content["language_info"]["name"], "typescript")
    equal(content["language_info"]["file_extension"], ".ts")


def case_execute(kernel):
    outcome = kernel.ok("1 + 1")
    equal(outcome.result(), "2")
    equal(outcome.types(), ["status", "execute_input", "execute_result", "status"])
    equal(outcome.reply["execution_count"], 1)
    equal(outcome.contents("execute_input"), [{"code": "1 + 1", "execution_count": 1}])
    kernel.ok("const greeting: string = 'hello'")
    outcome = kernel.ok("await Promise.resolve(greeting + ' there')")
    equal(outcome.result(), "'hello there'")
    equal(outcome.reply["execution_count"], 3)


def case_streams_in_order_before_idle(kernel):
    outcome = kernel.ok(
        "for (let n = 0; n < 300; n++) { if (n % 3) console.log('line', n); else console.error('line', n); }"
    )
    equal(outcome.text(), "".join(f"line {n}\n" for n in range(300)))
    equal(outcome.text("stderr"), "".join(f"line {n}\n" for n in range(0, 300, 3)))
    equal(outcome.types()[-1], "status")


def case_flood_arrives_whole(kernel):
    outcome = kernel.ok("for (let n = 0; n < 10_000; n++) console.log(n)")
    equal(outcome.text(), "".join(f"{n}\n" for n in range(10_000)))


def case_error_with_traceback(kernel):
    outcome = kernel.run("const cart: any = {};\nfunction total() {\n  return cart.items.length;\n}\ntotal()")
    equal(outcome.reply["status"], "error")
    equal(outcome.reply["ename"], "TypeError")
    error = outcome.contents("error")[0]
    text = "\n".join(error["traceback"])
    assert "Cannot read properties of undefined" in text, text
    assert "cart.items.length" in text, text
    assert "total" in text and ":3:" in text, text
    assert "node_modules" not in text and "/src/" not in text, text
    equal(kernel.ok("1 + 1").result(), "2")


def case_syntax_error(kernel):
    outcome = kernel.run("const = 4")
    equal(outcome.reply["status"], "error")
    equal(kernel.ok("3").result(), "3")


def case_cells_behind_an_error_are_aborted(kernel):
    ids = [kernel.client.execute(code) for code in ("throw new Error('stop')", "globalThis.ran = true", "2")]
    equal([kernel.reply_to(i)["content"]["status"] for i in ids], ["error", "aborted", "aborted"])
    equal(kernel.ok("typeof (globalThis as any).ran").result(), "'undefined'")
    ids = [kernel.client.execute(code, stop_on_error=False) for code in ("throw new Error('go on')", "2")]
    equal([kernel.reply_to(i)["content"]["status"] for i in ids], ["error", "ok"])


def case_silent_and_without_history(kernel):
    outcome = kernel.ok("console.log('x'); 1", silent=True)
    equal(outcome.types(), ["status", "status"])
    outcome = kernel.ok("5", store_history=False)
    equal(outcome.result(), "5")
    equal(kernel.ok("6").reply["execution_count"], 1)


def case_user_expressions(kernel):
    outcome = kernel.ok("const a = 20", user_expressions={"double": "a * 2", "bad": "nothing.here"})
    expressions = outcome.reply["user_expressions"]
    equal(expressions["double"]["data"]["text/plain"], "40")
    equal(expressions["bad"]["status"], "error")


def case_complete(kernel):
    kernel.ok("const numbers = [1, 2, 3]")
    code = "'😀'; numbers.ma"
    content = kernel.ask("complete_request", {"code": code, "cursor_pos": len(code)})
    assert "map" in content["matches"], content
    equal(code[content["cursor_start"] : content["cursor_end"]], "ma")


def case_complete_magic(kernel):
    content = kernel.ask("complete_request", {"code": "%rec", "cursor_pos": 4})
    start = content["cursor_start"]
    assert any(("%rec"[:start] + match).lstrip("%") == "record" for match in content["matches"]), content


def case_inspect(kernel):
    kernel.ok("const numbers = [1, 2, 3]")
    content = kernel.ask("inspect_request", {"code": "numbers", "cursor_pos": 4, "detail_level": 0})
    equal(content["found"], True)
    assert "text/plain" in content["data"], content
    content = kernel.ask("inspect_request", {"code": "absent_name", "cursor_pos": 4, "detail_level": 0})
    equal(content["status"], "ok")
    equal(content["found"], False)


def case_is_complete(kernel):
    for code, status in (("1 + 1", "complete"), ("if (true) {", "incomplete"), ("const = 3", "invalid")):
        equal((code, kernel.ask("is_complete_request", {"code": code})["status"]), (code, status))


def case_history(kernel):
    kernel.ok("1 + 1")
    kernel.ok("2 + 2")
    content = kernel.ask("history_request", {"hist_access_type": "tail", "n": 10, "output": True, "raw": True})
    equal([entry[2] for entry in content["history"]], [["1 + 1", "2"], ["2 + 2", "4"]])


def case_unknown_comm_is_closed(kernel):
    message = kernel.client.session.msg("comm_open", {"comm_id": "c1", "target_name": "nobody", "data": {}})
    kernel.client.shell_channel.send(message)
    messages = kernel.until_idle(message["header"]["msg_id"])
    equal([m["content"]["comm_id"] for m in messages if m["msg_type"] == "comm_close"], ["c1"])
    equal(kernel.ask("comm_info_request", {}), {"status": "ok", "comms": {}})


def case_everything_answers_during_an_endless_loop(kernel):
    kernel.ok("const kept = 42")
    cell = kernel.client.execute("console.log('in the loop'); while (true) {}")
    waiting = kernel.client.execute("'behind'")
    kernel.started(cell)
    for _ in range(3):
        end = time.monotonic() + LIMIT
        while not kernel.client.hb_channel.is_beating():
            assert time.monotonic() < end, "no heartbeat"
            time.sleep(0.05)
        equal(kernel.ask("kernel_info_request", {})["status"], "ok")
        equal(kernel.ask("kernel_info_request", {}, "control")["status"], "ok")
        equal(kernel.ask("complete_request", {"code": "%rec", "cursor_pos": 4})["status"], "ok")
        equal(kernel.ask("inspect_request", {"code": "kept", "cursor_pos": 2, "detail_level": 0})["status"], "ok")
    kernel.manager.interrupt_kernel()
    equal(kernel.reply_to(cell)["content"]["status"], "error")
    equal(kernel.reply_to(waiting)["content"]["status"], "aborted")
    equal(kernel.ok("kept").result(), "42")


def case_interrupt_twenty_times(kernel):
    kernel.ok("let turns = 0")
    for n in range(1, 21):
        code = "while (true) {}" if n % 2 else "await new Promise(() => {})"
        cell = kernel.client.execute(f"turns++; console.log('on'); {code}")
        kernel.started(cell)
        content = kernel.ask("interrupt_request", {}, "control")
        equal(content["status"], "ok")
        reply = kernel.reply_to(cell)["content"]
        equal(reply["status"], "error")
        equal(kernel.ok("turns").result(), str(n))


def case_interrupt_of_nothing(kernel):
    equal(kernel.ask("interrupt_request", {}, "control")["status"], "ok")
    equal(kernel.ok("1").result(), "1")


def case_two_hundred_cells(kernel):
    kernel.ok("let sum = 0")
    for n in range(200):
        equal(kernel.ok(f"sum += {n}").result(), str(n * (n + 1) // 2))


def case_two_hundred_cells_at_once(kernel):
    ids = [kernel.client.execute(f"console.log({n}); {n} * 2") for n in range(200)]
    for n, message_id in enumerate(ids):
        messages = kernel.until_idle(message_id)
        found = [m["content"] for m in messages if m["msg_type"] == "execute_result"]
        equal([content["data"]["text/plain"] for content in found], [str(n * 2)])
        equal("".join(m["content"]["text"] for m in messages if m["msg_type"] == "stream"), f"{n}\n")


def case_output_of_a_timer_belongs_to_its_cell(kernel):
    cell = kernel.client.execute("setTimeout(() => console.log('late'), 300); 1")
    kernel.until_idle(cell)
    kernel.ok("2")
    late = kernel.until(cell, lambda m: m["msg_type"] == "stream")
    equal(late[-1]["content"]["text"], "late\n")


def case_text_that_is_no_unicode(kernel):
    outcome = kernel.ok("console.log('a\\ud800b'); 'c\\udfffd'")
    equal(outcome.text(), "a\ufffdb\n")
    assert outcome.result() is not None


def case_magic(kernel):
    outcome = kernel.ok("%lsmagic")
    data = outcome.contents("execute_result")[0]["data"]
    assert "text/plain" in data and "application/vnd.devsandbox+json" in data, data
    reply = kernel.run("%recrod").reply
    equal(reply["status"], "error")
    assert "DS6" in reply["evalue"] and "%record" in reply["evalue"], reply


def case_restart(kernel):
    kernel.ok("const old = 1")
    before = [kernel.pid, *children(kernel.pid)]
    kernel.manager.restart_kernel()
    kernel.connect()
    gone(before)
    equal(kernel.ok("typeof old").result(), "'undefined'")
    equal(kernel.ok("2").reply["execution_count"], 2)


def case_restart_during_an_endless_loop(kernel):
    cell = kernel.client.execute("console.log('on'); while (true) {}")
    kernel.started(cell)
    before = [kernel.pid, *children(kernel.pid)]
    kernel.manager.restart_kernel()
    kernel.connect()
    gone(before)
    equal(kernel.ok("1 + 1").result(), "2")


def case_shutdown(kernel):
    kernel.ok("1")
    pids = [kernel.pid, *children(kernel.pid)]
    assert len(pids) > 1, "user code should run in a process of its own"
    content = kernel.ask("shutdown_request", {"restart": False}, "control")
    equal(content, {"status": "ok", "restart": False})
    gone(pids)


def case_nothing_is_left_when_the_kernel_is_killed(kernel):
    kernel.started(kernel.client.execute("console.log('on'); while (true) {}"))
    pids = [kernel.pid, *children(kernel.pid)]
    os.kill(kernel.pid, signal.SIGKILL)
    gone(pids)


def case_ends_with_the_process_that_started_it(kernel):
    code = (
        "import sys, time; sys.path.insert(0, sys.argv[1]); import harness\n"
        "kernel = harness.Kernel().__enter__(); kernel.ok('1')\n"
        "print(kernel.pid, *harness.children(kernel.pid), flush=True); time.sleep(600)"
    )
    starter = subprocess.Popen([sys.executable, "-c", code, os.path.dirname(__file__)], stdout=subprocess.PIPE, text=True)
    pids = [int(pid) for pid in starter.stdout.readline().split()]
    assert pids and all(running(pid) for pid in pids), pids
    starter.kill()
    starter.wait()
    gone(pids)


def case_strangers_get_no_answer(kernel):
    stranger = kernel.manager.blocking_client()
    stranger.session.key = b"not the key"
    stranger.start_channels(iopub=False, hb=False, stdin=False)
    stranger.execute("globalThis.intruder = true")
    stranger.shell_channel.socket.send_multipart([b"<IDS|MSG>", b"", b"{}", b"{}", b"{}", b"{}"])
    stranger.shell_channel.socket.send_multipart([b"nonsense"])
    equal(kernel.ok("typeof (globalThis as any).intruder").result(), "'undefined'")
    equal(stranger.shell_channel.socket.poll(300), 0)
    stranger.stop_channels()


def case_over_ipc(kernel):
    equal(kernel.manager.transport, "ipc")
    equal(kernel.ok("1 + 1").result(), "2")


case_over_ipc.options = {"transport": "ipc"}

if __name__ == "__main__":
    harness.main(sys.modules[__name__])
