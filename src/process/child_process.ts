/**
 * One child: its process, its socket and what it writes.
 *
 * @module
 */
import type { OutputLine } from "../actor/output_line.ts";
import type { ProcessOrder } from "../actor/process_order.ts";
import { currentIsolate } from "../actor/thread/isolate.ts";
import { acceptKnown, type Connection } from "./accept_known.ts";
import { childArguments, type ChildPlan } from "./child_arguments.ts";
import { findConfig } from "./find_config.ts";
import type { FrameReader } from "../connection/frame.ts";
import { newKey } from "../connection/shake_hands.ts";
import { type Grants, inheritedGrants } from "./inherited_grants.ts";
import {
  type Holder,
  makePrivateDirectory,
  ownHolder,
  removePrivateDirectory,
} from "./private_directory.ts";
import { LastWords, newMark } from "./last_words.ts";
import { readLines } from "./read_lines.ts";
import { ProcessDiedError } from "./process_died_error.ts";

export type {} from "./process_entry.ts";

/** Where the modules of this library are. */
const LIBRARY = new URL("../", import.meta.url).href;
/** Lines of stderr that are kept for the error. */
const KEPT_LINES = 20;
/** How long a child may take to connect, in milliseconds. */
const CONNECT_MS = 30_000;
/** Memory that a process with a bounded heap may have beside it, in MiB. */
const BESIDE_HEAP_MB = 128;
/** How long what it wrote last is waited for when it has ended, in milliseconds. */
const DRAIN_MS = 250;

/** What is known of the end of a process. */
export interface ProcessEnd {
  readonly code: number;
  readonly signal: string | undefined;
  /** Whether it had no more memory. */
  readonly oom: boolean;
  readonly error: ProcessDiedError;
}

/** A process of this one, connected to it. */
export class ChildProcess {
  /** The connection; whoever holds it has shown the key. */
  readonly wire: Deno.Conn;
  readonly frames: FrameReader;
  readonly #child: Deno.ChildProcess;
  readonly #lastWords: LastWords;
  readonly #started: Started;
  #alive = true;

  private constructor(
    started: Started,
    wire: Deno.Conn,
    frames: FrameReader,
  ) {
    this.#started = started;
    this.#child = started.child;
    this.#lastWords = started.lastWords;
    this.wire = wire;
    this.frames = frames;
    void started.child.status.then(() => this.#alive = false);
  }

  /**
   * Starts a process that loads the module of `order`, and shakes hands with it.
   *
   * @param name Names it in what it writes, and in errors.
   * @param ahead Whether nobody waits for it: it reads ahead what an actor is likely to need.
   * @throws {ProcessDiedError} If it ended before it was connected.
   */
  static async start(
    name: string,
    order: ProcessOrder,
    ahead = false,
  ): Promise<ChildProcess> {
    const config = findConfig(ownerOf(order));
    const [grants, holder] = await Promise.all([
      grantsFor(order.permissions),
      ownHolder(),
    ]);
    const key = newKey();
    // From here on to the process that knows of it in one turn: a thread that is ended in between leaves the directory.
    const place = openPlace(order, grants, config, holder);
    let started: Started | undefined;
    try {
      started = begin(name, place.plan);
      const listener = place.listen();
      await tellKey(started, key, place.plan, {
        maxMessageBytes: order.maxBytes,
        ahead,
      });
      const { wire, frames } = await connection(
        name,
        listener,
        key,
        started,
      );
      return new ChildProcess(started, wire, frames);
    } catch (error) {
      started?.end();
      throw error;
    } finally {
      // Nobody waits for it.
      place.close().catch(() => {});
    }
  }

  /** What it said when it ended, and could not send any more. */
  get lastWords(): readonly Uint8Array[] {
    return this.#lastWords.parts;
  }

  /** Names it in what it writes, and in errors. */
  set name(name: string) {
    this.#started.name = name;
  }

  /** Whether it has not ended, as far as is known. */
  get alive(): boolean {
    return this.#alive;
  }

  /** Its number. */
  get pid(): number {
    return this.#child.pid;
  }

  /** How it ended. */
  async ended(): Promise<ProcessEnd> {
    const status = await this.#child.status;
    return await endOf(this.#started, status);
  }

  /** Ends it at once. */
  kill(signal: Deno.Signal = "SIGKILL"): void {
    killed(this.#child, signal);
  }

  /** Lets it end by itself: it ends when nobody talks to it any more. */
  letGo(): void {
    try {
      this.wire.close();
    } catch { /* It was closed by the other end. */ }
  }
}

interface Started {
  name: string;
  readonly child: Deno.ChildProcess;
  readonly mark: string;
  readonly lastWords: LastWords;
  readonly lines: string[];
  readonly written: Promise<unknown>;
  /** See {@link ProcessOptions.maxMemoryMb}. */
  readonly limit: number | undefined;
  end(): void;
}

function killed(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch { /* It has ended. */ }
}

interface Door {
  readonly socket: ChildPlan["socket"];
  listen(): Deno.Listener;
  close(): Promise<void>;
}

interface Place extends Pick<Door, "listen" | "close"> {
  readonly plan: ChildPlan;
}

function openPlace(
  order: ProcessOrder,
  grants: Grants,
  config: string | undefined,
  holder: Holder,
): Place {
  const { permissions, options } = order;
  const main = mainModule(order);
  const { socket, ...door } = openDoor(holder);
  const plan = { main, socket, config, permissions, grants, options };
  return { ...door, plan };
}

/** Where the child connects to: a socket in a directory of our own, or a port. */
function openDoor(holder: Holder): Door {
  if (Deno.build.os === "windows") {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    const close = (): Promise<void> => Promise.resolve(listener.close());
    return { listen: () => listener, socket: { port }, close };
  }
  const directory = makePrivateDirectory(holder);
  const path = `${directory}/socket`;
  let listener: Deno.UnixListener | undefined;
  return {
    socket: { path },
    listen: () => {
      listener = Deno.listen({ transport: "unix", path });
      return listener as unknown as Deno.Listener;
    },
    close: () => {
      listener?.close();
      return removePrivateDirectory(directory);
    },
  };
}

/** What is inherited from this program, if anything is to be. */
async function grantsFor(
  permissions: Deno.PermissionOptions | undefined,
): Promise<Grants> {
  const inherits = permissions === undefined || permissions === "inherit" ||
    permissions !== "none" && Object.values(permissions).includes("inherit");
  return inherits ? await inheritedGrants() : { allowed: {}, denied: [] };
}

/**
 * Names the actor's module where the loader sees it: what a process may load is then no matter of its permissions.
 *
 * It is no file, and the same text each time: what Deno keeps of the modules that it has run does not grow by the start.
 */
function mainModule({ module, options }: ProcessOrder): string {
  const entry = new URL("./process_entry.ts", import.meta.url).href;
  const others = (options.modules ?? []).map((url, at) =>
    `export const load${at} = () => import(${JSON.stringify(url)});`
  ).join("");
  const code = `import { serve } from ${JSON.stringify(entry)};${others}` +
    `await serve(() => import(${JSON.stringify(module)}));`;
  return `data:text/javascript,${encodeURIComponent(code)}`;
}

/** The module whose configuration holds: what is the library's own is started for a module of somebody else. */
function ownerOf({ module, options: { modules = [] } }: ProcessOrder): string {
  return (module.startsWith(LIBRARY) ? modules[0] : undefined) ?? module;
}

function begin(name: string, plan: ChildPlan): Started {
  const { env = {}, inheritEnv = true, cwd, nice = 0 } = plan.options;
  const { maxMemoryMb: limit } = plan.options;
  const own = [Deno.execPath(), ...childArguments(plan)];
  // It replaces itself by what it starts: the number of the process stays.
  const [command, ...args] = nice === 0 ? own : ["nice", `-n${nice}`, ...own];
  const child = new Deno.Command(command!, {
    args,
    clearEnv: !inheritEnv,
    env: { NO_COLOR: "1", ...env },
    ...(cwd === undefined ? {} : { cwd }),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const lines: string[] = [];
  const mark = newMark();
  const lastWords = new LastWords(mark);
  const end = (): void => killed(child, "SIGKILL");
  const written = Promise.resolve<unknown>(undefined);
  const started = { name, child, mark, lastWords, lines, written, limit, end };
  started.written = Promise.all([
    readLines(child.stdout, (line) => {
      const rest = lastWords.take(line);
      if (rest !== undefined) write(started.name, "stdout", rest);
    }),
    readLines(child.stderr, (line) => {
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
      write(started.name, "stderr", line);
    }),
  ]);
  return started;
}

/** Hands on what a process wrote, to the thread that made the system if that wants it. */
function write(
  name: string,
  stream: OutputLine["stream"],
  text: string,
): void {
  const isolate = currentIsolate();
  if (isolate?.table.tellsOutput) {
    const line = { name, stream, text };
    return isolate.post({ type: "output", line });
  }
  // The name in front, which `current.log()` puts there itself.
  const prefix = `[${name}] `;
  const line = text.startsWith(prefix) ? text : prefix + text;
  // deno-lint-ignore troupe/quiet -- what the process writes is for the user
  console[stream === "stdout" ? "log" : "error"](line);
}

/** Over its input, which nobody else can read. It stays open: when it ends, so does the child. */
async function tellKey(
  { child, mark }: Started,
  key: Uint8Array,
  { socket, options: { maxMemoryMb } }: ChildPlan,
  more: { readonly maxMessageBytes: number; readonly ahead: boolean },
): Promise<void> {
  const writer = child.stdin.getWriter();
  const line = JSON.stringify({
    key: key.toHex(),
    mark,
    socket,
    ...more,
    ...maxMemoryMb === undefined
      ? {}
      : { maxBytes: (maxMemoryMb + BESIDE_HEAP_MB) * 2 ** 20 },
  });
  // A child that has ended already says so by its status.
  await writer.write(new TextEncoder().encode(`${line}\n`)).catch(() => {});
  writer.releaseLock();
}

async function connection(
  name: string,
  listener: Deno.Listener,
  key: Uint8Array<ArrayBuffer>,
  started: Started,
): Promise<Connection> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const accepted = acceptKnown(name, listener, key);
  const over = started.child.status.then(async (status) => {
    throw (await endOf(started, status)).error;
  });
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new ProcessDiedError(
        `Cannot start the process of "${name}" as it did not connect within ${CONNECT_MS} ms`,
        { exitCode: 1, stderr: started.lines },
      );
      reject(error);
    }, CONNECT_MS);
  });
  accepted.catch(() => {});
  over.catch(() => {});
  try {
    return await Promise.race([accepted, over, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function endOf(
  { name, lines, written, limit }: Started,
  { code, signal }: Deno.CommandStatus,
): Promise<ProcessEnd> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  await Promise.race([
    written,
    new Promise((resolve) => timer = setTimeout(resolve, DRAIN_MS)),
  ]);
  clearTimeout(timer);
  const oom = lines.some((line) => /out of memory/i.test(line)) &&
    (code === 133 || signal === "SIGTRAP" || signal === "SIGABRT" ||
      signal === "SIGILL" || signal === "SIGKILL");
  const how = oom
    ? limit === undefined
      ? "as it had no more memory: allow it more with 'maxMemoryMb'"
      : `as it had no more memory: current limit is ${limit} MiB, raise 'maxMemoryMb'`
    : signal === null
    ? `with code ${code}`
    : `by ${signal}`;
  const last = lines.length === 0 || oom
    ? ""
    : `; it wrote last: ${lastOf(lines)}`;
  const error = new ProcessDiedError(
    `The process of "${name}" ended ${how}${last}`,
    {
      exitCode: code,
      ...(signal === null ? {} : { signal }),
      stderr: [...lines],
    },
  );
  return { code, signal: signal ?? undefined, oom, error };
}

/** The line that tells most of an end: the last error, if there is one. */
function lastOf(lines: readonly string[]): string | undefined {
  return lines.findLast((line) => /^error\b/i.test(line)) ?? lines.at(-1);
}
