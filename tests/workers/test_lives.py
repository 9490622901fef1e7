"""The lives and deaths of a server's processes: real ones, over TLS."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.settings import Settings
from tests.processes import ServerProcess, bcfg2_core, ended
from tests.test_service import HeldCall, Site
from tests.waiting import PATIENCE_SECONDS, wait_until
from tests.workers.servers import (
    children_of,
    ended_children_of,
    nursery_of,
    parent_of,
    processes_of,
    stop,
    wait_for_ends,
    workers_of,
)

WORKERS = ("--workers", "2")

#: Of prctl(2).
PR_SET_CHILD_SUBREAPER = 36


class AdoptingServer(ServerProcess):
    """A server to which processes fall whose parent has ended, as to the first of a container."""

    def _limit_descriptors(self) -> None:
        super()._limit_descriptors()
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


class LivesTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.site = Site(self)

    def server(self) -> ServerProcess:
        """Return a server with two workers."""
        return self.site.server(*WORKERS)

    def wait_for_others(self, server: ServerProcess, former: list[int]) -> list[int]:
        """Wait until there are two workers, none of which was there before; return them."""
        wait_until(lambda: self.are_others(server, former), server.said)
        return workers_of(server.process.pid)

    def are_others(self, server: ServerProcess, former: list[int]) -> bool:
        """Say whether there are two workers, none of which was there before."""
        workers = workers_of(server.process.pid)
        return len(workers) == 2 and not set(workers) & set(former)

    def test_processes(self) -> None:
        """There are a supervisor, a nursery and two workers; SIGTERM ends them all."""
        with self.server() as server:
            processes = processes_of(server.process.pid)
            self.assertEqual(len(processes), 4)
            self.assertIn("4 clients, 7 plugins", server.said())
            self.assertIn("2 workers", server.said())
            self.assertIn("GetConfig", self.site.call("listMethods"))
        self.assertEqual(server.said().count("All plugins shut down"), 2)
        wait_for_ends(processes, server.said)

    def test_killed_workers(self) -> None:
        """Workers that are killed are replaced, and the log says how they have ended."""
        with self.server() as server:
            former = workers_of(server.process.pid)
            for worker in former:
                os.kill(worker, signal.SIGKILL)
            self.wait_for_others(server, former)
            self.assertIn("GetConfig", self.site.call("listMethods"))
            server.wait_for(f"Worker {former[0]} was ended by signal 9")

    def test_stopped_worker(self) -> None:
        """A worker that gives no sign of life is ended and replaced; others serve meanwhile."""
        self.site.set("bcfg2tw", "worker_heartbeat = 2")
        with self.server() as server:
            first, second = workers_of(server.process.pid)
            os.kill(first, signal.SIGSTOP)
            server.wait_for(f"Worker {first} gave no sign of life for 2")
            wait_for_ends([first], server.said)
            self.assertIn("GetConfig", self.site.call("listMethods"))
            self.assertEqual(parent_of(second), nursery_of(server.process.pid))

    def test_stopped_supervisor(self) -> None:
        """A supervisor that was stopped for long ends no worker when it goes on."""
        self.site.set("bcfg2tw", "worker_heartbeat = 1")
        with self.server() as server:
            workers = workers_of(server.process.pid)
            server.process.send_signal(signal.SIGSTOP)
            time.sleep(3)
            self.assertIn("GetConfig", self.site.call("listMethods"))
            server.process.send_signal(signal.SIGCONT)
            time.sleep(1)
            self.assertEqual(workers_of(server.process.pid), workers)

    def test_told_worker(self) -> None:
        """A worker that an administrator ends answers its calls first, and is replaced."""
        held = HeldCall(self.site)
        with ThreadPoolExecutor(1) as thread, self.server() as server:
            workers = workers_of(server.process.pid)
            call = thread.submit(self.site.call, "GetConfig")
            held.wait(server)
            for worker in workers:
                os.kill(worker, signal.SIGTERM)
            wait_until(lambda: len(workers_of(server.process.pid)) == 3, server.said)
            self.assertFalse(call.done())
            held.let_go()
            self.assertIn('<Bundle name="motd">', call.result(PATIENCE_SECONDS))
            self.wait_for_others(server, workers)

    def test_killed_nursery(self) -> None:
        """A nursery that is killed is replaced; workers go on serving, and so do new ones."""
        with self.server() as server:
            nursery = nursery_of(server.process.pid)
            former = workers_of(server.process.pid)
            os.kill(nursery, signal.SIGKILL)
            self.assertIn("GetConfig", self.site.call("listMethods"))
            wait_until(lambda: children_of(server.process.pid) != [nursery], server.said)
            wait_until(lambda: len(children_of(server.process.pid)) == 1, server.said)
            for worker in former:
                os.kill(worker, signal.SIGKILL)
            self.wait_for_others(server, former)
            self.assertIn("GetConfig", self.site.call("listMethods"))

    def test_adopted_workers(self) -> None:
        """Workers of a lost nursery leave nothing behind where they become the supervisor's."""
        with AdoptingServer(
            self.site.folder / "server.log", "--config", str(self.site.conf), *WORKERS
        ) as server:
            for _ in range(2):
                former = workers_of(server.process.pid)
                os.kill(nursery_of(server.process.pid), signal.SIGKILL)
                wait_for_ends(former, server.said)
                self.wait_for_others(server, former)
            wait_until(lambda: not ended_children_of(server.process.pid), server.said)

    def test_failed_fork(self) -> None:
        """Where no worker can be forked the others go on, and it is tried until that is over."""
        self.site.set("bcfg2tw", "drain_timeout = 1")
        self.site.set("server", "filemonitor = pseudo")
        with self.server() as server:
            nursery = nursery_of(server.process.pid)
            first, second = workers_of(server.process.pid)
            limits = resource.prlimit(nursery, resource.RLIMIT_NOFILE)
            resource.prlimit(nursery, resource.RLIMIT_NOFILE, (3, limits[1]))
            os.kill(first, signal.SIGKILL)
            server.wait_for("Too many open files")
            time.sleep(5)
            self.assertIn("GetConfig", self.site.call("listMethods"))
            self.assertEqual(workers_of(server.process.pid), [second])
            self.assertEqual(nursery_of(server.process.pid), nursery)
            resource.prlimit(nursery, resource.RLIMIT_NOFILE, limits)
            wait_until(lambda: len(workers_of(server.process.pid)) == 2, server.said)
            self.assertIn(second, workers_of(server.process.pid))

    def test_no_room_when_read_again(self) -> None:
        """Workers that have no successor when all is read again have one when there is room."""
        self.site.set("server", "filemonitor = pseudo")
        conf, before = self.site.conf, str(self.site.settings.password)
        with self.server() as server:
            nursery, former = nursery_of(server.process.pid), workers_of(server.process.pid)
            limits = resource.prlimit(nursery, resource.RLIMIT_NOFILE)
            numbers = set(map(int, os.listdir(f"/proc/{nursery}/fd")))
            free = next(number for number in count() if number not in numbers)
            # a file can be opened, and no way to a worker
            resource.prlimit(nursery, resource.RLIMIT_NOFILE, (free + 1, limits[1]))
            conf.write_text(conf.read_text().replace(before, "another-one"))
            server.hang_up()
            self.assertIn("No worker can be forked", server.said())
            self.assertEqual(workers_of(server.process.pid), former)
            resource.prlimit(nursery, resource.RLIMIT_NOFILE, limits)
            self.wait_for_others(server, former)
            self.site.settings = Settings.from_file(str(conf))
            self.assertIn("GetConfig", self.site.call("listMethods"))

    def test_nursery_without_room(self) -> None:
        """Where no nursery can be forked it is tried until that is over; workers go on serving."""
        with self.server() as server:
            former = workers_of(server.process.pid)
            nursery = nursery_of(server.process.pid)
            limits = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
            resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (3, limits[1]))
            os.kill(nursery, signal.SIGKILL)
            server.wait_for("No nursery can be forked")
            self.assertIn("GetConfig", self.site.call("listMethods"))
            resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, limits)
            wait_until(lambda: len(children_of(server.process.pid)) == 1, server.said)
            for worker in former:
                os.kill(worker, signal.SIGKILL)
            self.wait_for_others(server, former)
            self.assertIn("GetConfig", self.site.call("listMethods"))

    def test_nursery_without_repository(self) -> None:
        """A nursery that finds no repository ends; one that finds it again has workers."""
        repository, elsewhere = self.site.folder / "repository", self.site.folder / "elsewhere"
        with self.server() as server:
            former = workers_of(server.process.pid)
            nursery = nursery_of(server.process.pid)
            repository.rename(elsewhere)
            os.kill(nursery, signal.SIGKILL)
            server.wait_for(f"{repository} cannot be read")
            elsewhere.rename(repository)
            for worker in former:
                os.kill(worker, signal.SIGKILL)
            self.wait_for_others(server, former)
            self.assertIn("GetConfig", self.site.call("listMethods"))

    def test_change_of_lost_nursery(self) -> None:
        """A change that a nursery was reading when it was killed is served all the same."""
        bundle = self.site.folder / "repository/Bundler/motd.xml"
        with self.server() as server:
            nursery = nursery_of(server.process.pid)
            time.sleep(1)  # what the watcher reads first has been read
            stop(nursery)
            bundle.write_text(
                bundle.read_text().replace("</Bundle>", "<Path name='/new'/></Bundle>")
            )
            time.sleep(2)  # the nursery is asked to read it
            os.kill(nursery, signal.SIGKILL)
            wait_until(lambda: "/new" in self.site.call("GetConfig"), server.said)
            self.assertNotIn("Traceback", server.said())

    def test_settings_of_new_nursery(self) -> None:
        """
        A nursery that replaces another has the settings of the last SIGHUP, not of the start.

        A password of the start does not come back where bcfg2.conf cannot be used, either.
        """
        self.site.set("server", "filemonitor = pseudo")
        conf, before = self.site.conf, str(self.site.settings.password)
        good = conf.read_text().replace(before, "another-one")
        with self.server() as server:
            conf.write_text(good)
            server.hang_up()
            conf.write_text(f"{good}\nno option\n")
            former, nursery = workers_of(server.process.pid), nursery_of(server.process.pid)
            os.kill(nursery, signal.SIGKILL)
            for worker in former:
                os.kill(worker, signal.SIGKILL)
            server.wait_for("The nursery has ended", 3)
            conf.write_text(good)
            # the connection waits for a worker that there is not yet
            refusal = self.assertRaises(AssertionError, self.site.call, "listMethods")
            self.assertEqual(str(refusal), "401")
            self.site.settings = Settings.from_file(str(conf))
            self.assertIn("GetConfig", self.site.call("listMethods"))
            self.wait_for_others(server, former)

    def test_stopped_nursery(self) -> None:
        """A nursery that stays stopped is ended and replaced, as a worker is."""
        self.site.set("bcfg2tw", "worker_heartbeat = 1")
        with self.server() as server:
            nursery, former = nursery_of(server.process.pid), workers_of(server.process.pid)
            os.kill(nursery, signal.SIGSTOP)
            server.wait_for("The nursery is stopped: it is ended")
            wait_for_ends([nursery], server.said)
            wait_until(lambda: len(children_of(server.process.pid)) == 1, server.said)
            os.kill(former[0], signal.SIGKILL)
            self.assertIn("GetConfig", self.site.call("listMethods"))
            wait_until(lambda: len(workers_of(server.process.pid)) > 0, server.said)

    def test_killed_supervisor(self) -> None:
        """A supervisor that is killed leaves no process behind."""
        with self.assertRaises(AssertionError), self.server() as server:
            processes = processes_of(server.process.pid)
            server.process.kill()
            wait_for_ends(processes[1:], server.said)
        self.assertFalse(any(map(parent_of, processes)))

    def test_ending_under_load(self) -> None:
        """SIGTERM: a call that runs is answered; then all processes have ended."""
        held = HeldCall(self.site)
        with ThreadPoolExecutor(1) as thread, self.server() as server:
            processes = processes_of(server.process.pid)
            call = thread.submit(self.site.call, "GetConfig")
            held.wait(server)
            server.process.terminate()
            server.wait_for("Received SIGTERM")
            held.let_go()
            self.assertIn('<Bundle name="motd">', call.result(PATIENCE_SECONDS))
            server.process.wait(PATIENCE_SECONDS)
            wait_for_ends(processes, server.said)

    def test_ending_while_reading(self) -> None:
        """SIGTERM while everything is read again, and a call runs: nobody is hired any more."""
        held = HeldCall(self.site)
        with ThreadPoolExecutor(1) as thread, self.server() as server:
            processes = processes_of(server.process.pid)
            call = thread.submit(self.site.call, "GetConfig")
            held.wait(server)
            stop(processes[1])
            server.process.send_signal(signal.SIGHUP)
            server.wait_for("certificates are read again")
            server.process.terminate()
            server.wait_for("Received SIGTERM")
            os.kill(processes[1], signal.SIGCONT)
            server.wait_for("The repository is read again")
            held.let_go()
            self.assertIn('<Bundle name="motd">', call.result(PATIENCE_SECONDS))
            server.process.wait(PATIENCE_SECONDS)
            wait_for_ends(processes, server.said)
            self.assertNotIn("Traceback", server.said())

    def test_ending_while_readings_wait(self) -> None:
        """SIGTERM when everything was to be read again several times: that is no failure."""
        with self.server() as server:
            nursery = nursery_of(server.process.pid)
            stop(nursery)
            for _ in range(5):
                server.process.send_signal(signal.SIGHUP)
                time.sleep(0.1)  # two of them at a time are one to the system
            server.process.terminate()
            server.wait_for("Received SIGTERM")
            os.kill(nursery, signal.SIGCONT)
            server.process.wait(PATIENCE_SECONDS)
            self.assertNotIn("Traceback", server.said())

    def test_broken_start(self) -> None:
        """A plugin that cannot be made ends the start, with a sentence and a status."""
        conf = self.site.conf
        conf.write_text(conf.read_text().replace("Bundler,", "Bundler,Git,"))
        result = ended(bcfg2_core("--config", str(conf), *WORKERS))
        self.assertEqual(result.returncode, 1)
        self.assertIn("[server] plugins: Git cannot be used: ", result.stdout)
        self.assertNotIn("Traceback", result.stdout + result.stderr)

    def test_hanging_call(self) -> None:
        """A worker in which a call hangs for good is replaced; the call's client is told why."""
        self.site.set("bcfg2tw", "call_timeout = 2\ndrain_timeout = 2")
        held = HeldCall(self.site)
        with ThreadPoolExecutor(1) as thread, self.server() as server:
            call = thread.submit(self.site.call, "GetConfig")
            held.wait(server)
            server.wait_for("is replaced: calls hang in it")
            error = call.exception(PATIENCE_SECONDS)
            self.assertIn("Bundler/motd.xml", str(error))
            server.wait_for("motd.xml")
            wait_until(lambda: len(workers_of(server.process.pid)) == 2, server.said)

    def test_worn_out(self) -> None:
        """A worker that has answered many calls is replaced by a new one; no call fails."""
        self.site.set("bcfg2tw", "max_calls_per_worker = 20")
        with self.server() as server:
            former = workers_of(server.process.pid)
            # the kernel deals connections out as it likes
            wait_until(
                lambda: bool(self.site.call("listMethods")) and self.are_others(server, former),
                server.said,
            )
            self.assertRegex(server.said(), r"is replaced: it has answered \d+ calls")
