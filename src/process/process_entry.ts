/**
 * Runs in every process of an actor: connects to its keeper, becomes the actor, and ends with the connection.
 *
 * @module
 */
import { enterHome } from "../actor/home.ts";
import { enterLight } from "../actor/current.ts";
import { type Definition, load } from "../actor/define.ts";
import { markImports } from "../actor/import_once.ts";
import { isThenable } from "../actor/is_thenable.ts";
import { methodsOf } from "../actor/mail/methods.ts";
import { methodHash } from "../actor/mail/protocol.ts";
import { PUT_ASIDE } from "../actor/stash.ts";
import {
  isStream,
  sourceOf,
  type StreamSource,
} from "../actor/stream/stream_source.ts";
import { Checkpoints } from "../actor/thread/checkpoints.ts";
import { enterIsolate, Isolate } from "../actor/thread/isolate.ts";
import { TaskRunner } from "../actor/thread/task_runner.ts";
import { errorToWire } from "../error_wire.ts";
import { loadText } from "../memory/byte_text.ts";
import { ENDPOINT, EndpointTable } from "../memory/endpoints.ts";
import type { Answer, Become, Element, Made } from "./keeper_protocol.ts";
import type { FarSide } from "../connection/far_line.ts";
import { FrameReader } from "../connection/frame.ts";
import { pack, packArgs, unpackOwn } from "../connection/freight.ts";
import { HANDSHAKE_LIMIT, shakeHands } from "../connection/shake_hands.ts";
import { Imports } from "../connection/imports.ts";
import { frameLimit, Link } from "../connection/link.ts";
import { dieWithKeeper } from "./die_with_keeper.ts";
import { writeLastWords } from "./last_words.ts";
import { ProcessContext } from "./process_context.ts";
import { startWatchdog } from "./watchdog.ts";

/** What the keeper says over the input. */
interface Told {
  readonly key: string;
  /** What its last words begin with; see last_words.ts. */
  readonly mark: string;
  /** The largest message of the actor, in bytes. */
  readonly maxMessageBytes: number;
  /** Whether nobody waits for it yet. */
  readonly ahead: boolean;
  /** Memory that the process may have as a whole, in bytes. */
  readonly maxBytes?: number;
  readonly socket: { readonly path: string } | { readonly port: number };
}

/** The exit code of a process whose keeper is gone. */
const ORPHANED = 1;

/** The exit code of one that calls `self.close()`. */
const CLOSED = 1;

/** Reads the line on the input, byte by byte: what follows is not for this thread. There is none if the keeper has ended. */
function readTold(): Told | undefined {
  const bytes: number[] = [];
  const byte = new Uint8Array(1);
  while (byte[0] !== 10) {
    if (Deno.stdin.readSync(byte) === null) return undefined;
    bytes.push(byte[0]!);
  }
  return JSON.parse(new TextDecoder().decode(new Uint8Array(bytes)));
}

/** Takes the directory of the socket from the arguments, if it is in one: the actor has no arguments. */
function takeDirectory(): string | undefined {
  const [directory] = Deno.args;
  Object.defineProperty(Deno, "args", { value: [], configurable: true });
  return directory;
}

/** Removes what the keeper would have, had it not ended meanwhile. */
async function clearAway(directory: string | undefined): Promise<void> {
  if (directory === undefined) return;
  await Deno.remove(directory, { recursive: true }).catch(() => {});
}

async function connect({ socket }: Told): Promise<Deno.Conn> {
  return "path" in socket
    ? await Deno.connect({ transport: "unix", path: socket.path })
    : await Deno.connect({ hostname: "127.0.0.1", port: socket.port });
}

/**
 * Serves the keeper until it goes.
 *
 * @param importModule Loads the module of the actor.
 */
export async function serve(
  importModule: () => Promise<unknown>,
): Promise<void> {
  const frames = new FrameReader(HANDSHAKE_LIMIT);
  const directory = takeDirectory();
  const told = readTold();
  if (told === undefined) {
    await clearAway(directory);
    Deno.exit(ORPHANED);
  }
  let wire: Deno.Conn;
  let dies: boolean;
  try {
    wire = await connect(told);
    // Its keeper does too, unless it is ended first: from the next line on this process has no time for it.
    await clearAway(directory);
    // Before it is known that the keeper lives.
    dies = dieWithKeeper();
    await shakeHands(wire, frames, "child", Uint8Array.fromHex(told.key));
  } catch (error) {
    await clearAway(directory);
    throw error;
  }
  if (!dies || told.maxBytes !== undefined) startWatchdog(told.maxBytes);
  // A terminal interrupts the whole group: it is for the keeper to say what becomes of this.
  Deno.addSignalListener("SIGINT", () => {});
  // As on a thread, one that closes itself does not end well.
  const value = (): never => Deno.exit(CLOSED);
  Object.defineProperty(globalThis, "close", { value, configurable: true });
  const server = new Server(wire, frames, importModule, told);
  if (told.ahead) void server.prepare();
  globalThis.addEventListener(
    "unload",
    () => writeLastWords(told.mark, server.takeUnsent()),
  );
  await server.run();
}

/** The actor of this process. */
class Server {
  readonly #link: Link;
  readonly #border: Imports;
  readonly #importModule: () => Promise<unknown>;
  readonly #streams: Map<number, OpenStream> = new Map();
  #state: ProcessContext | undefined;
  #instance: object = {};
  #methods = methodsOf({});
  #lastStream = 0;

  constructor(
    wire: Deno.Conn,
    frames: FrameReader,
    importModule: () => Promise<unknown>,
    { maxMessageBytes }: Told,
  ) {
    this.#importModule = importModule;
    const table = new EndpointTable();
    const { endpoint } = table.open();
    const epoch = table.get(endpoint, ENDPOINT.EPOCH);
    const isolate = new Isolate(table, endpoint, epoch, () => {});
    enterIsolate(isolate);
    const context = () => this.#state!.context;
    isolate.services = {
      get spawner() {
        return context();
      },
      get: (key) => this.#side.call("service", ...key) as Promise<never>,
      receive: () => {},
      apart: true,
    };
    this.#border = new Imports(isolate, this.#side);
    this.#link = new Link(wire, frames, this.#border, {
      become: (become: Become) => this.#become(become),
      message: (name: string, args: Uint8Array, stashed: number) =>
        this.#message(name, args, stashed),
      hook: (name: string, args: unknown[]) => this.#hook(name, args),
      checkpoint: () => this.#checkpoint(),
      next: (id: number) => this.#next(id),
      close: (id: number) => this.#close(id),
      ping: () => {},
      leave: () => Deno.exit(0),
      ...late(() => this.#state!.handlers),
    }, frameLimit(maxMessageBytes));
  }

  get #side(): FarSide {
    return {
      call: (name, ...args) => this.#link.call(name, ...args),
      say: (name, ...args) => this.#link.say(name, ...args),
      packArgs: (args) => packArgs(this.#border, args),
      expect: (id, name) => this.#border.expect(id, name),
    };
  }

  /** While nobody waits: loads the whole package, as almost every actor's module imports it, and reads a message. */
  async prepare(): Promise<void> {
    // What a process does for the first time is slow.
    loadText();
    const sample = [0, { name: "rehearsal", args: new Uint8Array(1) }, [1.5]];
    unpackOwn(this.#border, pack(this.#border, sample, "rehearsal"));
    // deno-lint-ignore troupe/barrels troupe/layers -- only loaded, nothing of it is used here
    await import("../../mod.ts").catch(() => {});
  }

  /** What was said and not sent yet. */
  takeUnsent(): readonly Uint8Array[] {
    return this.#link.takeUnsent();
  }

  /** Serves until the connection ends. */
  async run(): Promise<void> {
    try {
      await this.#link.run();
    } finally {
      Deno.exit(ORPHANED);
    }
  }

  async #become(become: Become): Promise<Made> {
    enterHome("loading");
    const { kind, module, definition: export_ } = become.order;
    const { name } = become;
    const wanted = { kind, module, definition: export_, name };
    const definition = await load(wanted, this.#importModule);
    markImports();
    const state = this.#state = new ProcessContext(become, this.#side);
    state.unpackArgs = (bytes) => unpackOwn(this.#border, bytes) as unknown[];
    enterLight(state.shown);
    this.#catchStrays();
    await this.#make(definition, become, state);
    return {
      methods: [...this.#methods.values()].map(({ name }) => name),
      checkpoints: Checkpoints.has(this.#instance),
    };
  }

  async #make(
    definition: Definition,
    { args, restore }: Become,
    state: ProcessContext,
  ): Promise<void> {
    const values = state.unpackArgs(args);
    this.#instance = definition.kind === "task"
      ? new TaskRunner(definition.run, values)
      : new definition.make(...values);
    this.#methods = state.methods = methodsOf(this.#instance);
    if (restore !== undefined) {
      await this.#hook("restore", [unpackOwn(this.#border, restore)]);
    }
    await this.#hook("onStart", [state.context]);
  }

  async #hook(name: string, args: unknown[]): Promise<unknown> {
    const instance = this.#instance as Record<
      string,
      ((...args: unknown[]) => unknown) | undefined
    >;
    return await instance[name]?.(...args);
  }

  async #checkpoint(): Promise<Uint8Array | undefined> {
    const state = await this.#hook("checkpoint", []);
    if (state !== undefined) return this.#pack(state, "state");
  }

  /** The bytes of what is sent as part of a message. */
  #pack(value: unknown, root: string): Uint8Array {
    return this.#link.fitting(pack(this.#border, value, root));
  }

  async #message(
    name: string,
    bytes: Uint8Array,
    stashed: number,
  ): Promise<Answer> {
    const state = this.#state!;
    state.stashed = stashed;
    state.aside = false;
    state.running++;
    try {
      const method = this.#methods.get(methodHash(name))!;
      const result = method.call.apply(
        this.#instance,
        state.unpackArgs(bytes),
      );
      const value = isThenable(result) ? await result : result;
      if (state.aside) return { type: "aside" };
      return this.#answer(value);
    } catch (error) {
      if (state.aside || error === PUT_ASIDE) return { type: "aside" };
      // An element that was given may be on its way from the generator to here.
      if (this.#streams.values().some(({ making }) => making)) await nextTurn();
      return { type: "error", error: errorToWire(error) };
    } finally {
      state.running--;
      state.handled();
    }
  }

  #answer(value: unknown): Answer {
    if (isMadeOnDemand(value)) {
      return { type: "stream", stream: this.#openStream(sourceOf(value)!) };
    }
    try {
      return { type: "value", value: this.#pack(value, "result") };
    } catch (thrown) {
      const source = sourceOf(value);
      const error = errorToWire(thrown);
      return source === undefined
        ? { type: "unsent", error }
        : { type: "unsent", error, stream: this.#openStream(source) };
    }
  }

  #openStream(source: StreamSource): number {
    const id = ++this.#lastStream;
    this.#streams.set(id, { source, making: false });
    return id;
  }

  async #next(id: number): Promise<Element> {
    const stream = this.#streams.get(id);
    if (stream === undefined) return { done: true };
    let done = true;
    stream.making = true;
    try {
      const step = await stream.source.next();
      done = step.done === true;
      return done ? { done } : this.#element(step.value);
    } finally {
      stream.making = false;
      if (done) this.#streams.delete(id);
    }
  }

  #element(value: unknown): Element {
    try {
      return { done: false, value: this.#pack(value, "element") };
    } catch (error) {
      return { done: false, unsent: errorToWire(error) };
    }
  }

  /** Ends a stream, and waits for its `finally`; but not for what it waits for itself. */
  async #close(id: number): Promise<void> {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    this.#streams.delete(id);
    const closing = Promise.resolve(stream.source.close());
    if (!stream.making || stream.source.interruptible) {
      return void await closing;
    }
    closing.catch(() => {});
    await Promise.race([closing, nextTurn()]);
  }

  #catchStrays(): void {
    const stray = (error: unknown): void =>
      this.#link.say("stray", errorToWire(error));
    globalThis.addEventListener("error", (event) => {
      event.preventDefault();
      stray(event.error ?? event.message);
    });
    globalThis.addEventListener("unhandledrejection", (event) => {
      event.preventDefault();
      stray(event.reason);
    });
  }
}

/** Resolves when all that needs no more than promises is done. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A stream that is read in another process. */
interface OpenStream {
  readonly source: StreamSource;
  /** Whether its next element is being made. */
  making: boolean;
}

/** Whether `value` gives its elements one after the other, and is no collection that travels as it is. */
function isMadeOnDemand(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (isStream(value) || value instanceof ReadableStream) return true;
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return false;
  if (value instanceof Map || value instanceof Set) return false;
  return Symbol.iterator in value && !(value instanceof String);
}

/** Handlers that are there once the actor is. */
function late(
  handlers: () => Record<string, unknown>,
): Record<string, (...args: unknown[]) => unknown> {
  const names = [
    "turn",
    "clause",
    "down",
    "restarted",
    "exit",
    "gone",
    "stopping",
    "cellEnded",
    "cellResumed",
    "cellCheckpoint",
  ];
  return Object.fromEntries(names.map((name) => [
    name,
    (...args: unknown[]) =>
      (handlers()[name] as (...args: unknown[]) => unknown)(...args),
  ]));
}
