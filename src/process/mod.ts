/**
 * What reaches beyond one process: actors and tasks in processes of their own, which can be killed for certain and have memory
 * and permissions of their own, and files that are locked against all of a machine.
 *
 * An actor is started with `placement: "process"` and is used like any other: asks, tells, streams, watches, links,
 * supervision and checkpoints are those of the thread that keeps its process. What differs:
 *
 * - **Memory is its own.** A queue, a lock or a shared value, which threads share, cannot be sent to it: `DataCloneError`.
 *   One that runs out of memory ends alone, as `oom`.
 * - **Permissions are its own,** and those of all that it starts: `permissions: "none"`.
 * - **It ends for certain.** A kill ends it in synchronous code too, and so does the end of the program that started it,
 *   by whatever means, within a second.
 * - **The third of a kind starts sooner:** after two starts from one module, with the same options, within 30 s, a spare
 *   thread of the system starts a process like them ahead, which waits for 30 s; with `spares: 0` there is none. It ends
 *   with its system: that of `run()` and `spawn()` closes when nothing runs, so make a `System` for starts with pauses.
 * - **Nobody else talks to it.** It is connected by a socket in a directory that only this user may enter, and both sides
 *   show that they know a key, which goes over its standard input, before either reads anything of the other.
 * - **What it starts** lives in the program that started it, and ends with it; also what it supervises. A pool is started
 *   there too, and not inside of it, as its workers share memory with whoever uses it.
 * - **What it sends** leaves it at once: `trySend()` inside of it cannot know whether there is room, and says `true`.
 * - **It has no input:** its standard input is what it hears of its program by; whoever reads `Deno.stdin` in it waits. Nor
 *   has it arguments: `Deno.args` is empty.
 * - **What it writes** comes out line by line, with its name in front, or goes to a logger of yours: `SystemOptions.onOutput`.
 *   The last lines of stderr are in the error of its end.
 *
 * | how it ends                        | `ExitReport`                                     |
 * |------------------------------------|--------------------------------------------------|
 * | a handler throws                   | `failed`, with the error                         |
 * | `Deno.exit(0)`                     | `done`                                           |
 * | `Deno.exit(n)`                     | `crashed`, code `n`, `ProcessDiedError`          |
 * | a signal from outside              | `crashed`, code 128 + n, `signal`                |
 * | no more memory                     | `oom`                                            |
 * | does not return to its event loop  | `hung`, after `hangMs`                           |
 *
 * What it sees of a stop, on Linux and macOS. Each line is for a process that is still there then:
 *
 * | when                                            | what it sees                                                     |
 * |-------------------------------------------------|------------------------------------------------------------------|
 * | at once                                         | `context.signal` is aborted; what was accepted is handled still  |
 * | after the last message                          | `onStop()`                                                       |
 * | when that is done                               | `Deno.exit(0)`, which tells `unload`                             |
 * | 1 s later                                       | `SIGTERM`, which ends it unless it listens for that              |
 * | 2 s later                                       | `SIGKILL`                                                        |
 * | at any time: the deadline of the stop, a kill, the end of its program | `SIGKILL`, in synchronous code too; `onStop()` is not called |
 *
 * `SIGINT`, which a terminal sends to all of its programs, does not end it: its program says what becomes of it.
 *
 * @example Run a task where it may do nothing
 * ```ts
 * import { run, task } from "@troupe/actors";
 * import { assertEquals, assertNotEquals } from "@std/assert";
 *
 * export const facts = task(
 *   import.meta,
 *   "facts",
 *   () => [Deno.pid, Deno.permissions.querySync({ name: "net" }).state] as const,
 * );
 *
 * // Processes import this module too: only the first one runs the task.
 * if (import.meta.main) {
 *   const [pid, net] = await run(facts, [], {
 *     placement: "process",
 *     permissions: "none",
 *   });
 *   assertNotEquals(pid, Deno.pid);
 *   assertEquals(net, "prompt");
 * }
 * ```
 *
 * @example One at a time, whichever process it is in
 * ```ts
 * import { lockFile } from "@troupe/actors/process";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile();
 * {
 *   await using held = await lockFile(path);
 *   await held.file.write(new TextEncoder().encode("mine"));
 * }
 * assertEquals(await Deno.readTextFile(path), "mine");
 * await Deno.remove(path);
 * ```
 *
 * @module
 */
export { InvalidOptionError } from "../errors.ts";
export type { Wait } from "../sync/wait.ts";
export { WaitTimeoutError } from "../sync/wait_timeout_error.ts";
export { FileLock, lockFile, type LockFileOptions } from "./lock_file.ts";
export type { ProcessOptions } from "../actor/process_order.ts";
export { ProcessDiedError } from "./process_died_error.ts";
