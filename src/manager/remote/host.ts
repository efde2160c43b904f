/**
 * What serves a Manager to other programs.
 *
 * @module
 */
import { type ActorRef, coreIn } from "../../actor/ref.ts";
import { type Connection, standIn } from "../../connection/connection.ts";
import { checkKey, checkKeys } from "../../connection/connection_options.ts";
import {
  type Listener,
  listening,
  logRefused,
} from "../../connection/listener.ts";
import { standOf } from "../../connection/stand.ts";
import type { Supervisor } from "../../supervisor/supervisor.ts";
import { messageOf } from "../../thrown.ts";
import type { ManagerOptions } from "../manager_options.ts";
import type { Vault } from "../vault.ts";
import { DoorActor, OPENING } from "./door.ts";
import { type Hello, readHello, type Welcome } from "./hello.ts";
import type { NotPermittedError } from "./not_permitted_error.ts";
import { type GuestOptions, Rights } from "./rights.ts";
import { Session } from "./session.ts";

/** How long a client may be away, unless said otherwise, in milliseconds. */
const AWAY_MS = 5_000;
/** How long a client may take to say who it is, in milliseconds. */
const HELLO_MS = 10_000;
/** Clients that may be away at the same time: the one that is away longest ends when there is another one. */
const MOST_AWAY = 1_024;
/** Calls of one client that are handled at the same time. */
const AT_ONCE = 65_536;

/** What a host is made of. */
export interface HostSetup {
  /** Where clients connect. */
  readonly listener: Listener;
  /** What their doors are children of. */
  readonly tree: Supervisor;
  /** The Manager's actor. */
  readonly vault: ActorRef<Vault>;
  /** Who may not do everything, by the names of their keys. */
  readonly guests: Readonly<Record<string, GuestOptions>>;
  /** How long a client may be away, in milliseconds. */
  readonly awayMs: number;
  /** Bounds of the mailbox of each door. */
  readonly mailbox: NonNullable<ManagerOptions["mailbox"]>;
  /** Told of each who was refused, and why. */
  readonly onRefused: (error: Error) => void;
}

/** Serves a Manager at a listener, until it is closed. */
export class Host {
  readonly #setup: HostSetup;
  readonly #rights: Map<string, Rights> = new Map();
  readonly #sessions: Map<string, Session> = new Map();
  /** Guests that were refused a right: each is told of once. */
  readonly #told: Set<string> = new Set();
  readonly #serving: Promise<void>;

  /** Serves from now on. */
  constructor(setup: HostSetup) {
    this.#setup = setup;
    for (const [name, guest] of Object.entries(setup.guests)) {
      this.#rights.set(name, new Rights(guest));
    }
    this.#serving = this.#serve();
  }

  /** Where it serves, with the port that was chosen. */
  get address(): string {
    return this.#setup.listener.address;
  }

  /** Serves no more: all connections are closed. Idempotent; it never rejects. */
  async close(): Promise<void> {
    await this.#setup.listener.close();
    await this.#serving;
    for (const { late } of this.#sessions.values()) clearTimeout(late);
    this.#sessions.clear();
  }

  async #serve(): Promise<void> {
    for await (const connection of this.#setup.listener) {
      void this.#receive(connection);
    }
  }

  async #receive(connection: Connection): Promise<void> {
    try {
      const hello = readHello(await connection.receive({ timeout: HELLO_MS }));
      await this.#take(connection, hello);
    } catch (error) {
      // One that is gone has not been refused.
      if (!connection.closed) this.#setup.onRefused(asError(error));
      await connection.close();
    }
  }

  async #take(connection: Connection, hello: Hello): Promise<void> {
    const { peer } = connection;
    const key = JSON.stringify([peer, hello.session]);
    const session = this.#sessions.get(key) ?? this.#open(key, peer);
    const link = ++session.link;
    const before = session.connection;
    session.connection = connection;
    clearTimeout(session.late);
    session.late = undefined;
    session.keepOnly(hello.pending);
    for (const wait of session.waits) wait.arrive();
    void before?.close();
    const door = await session.door!;
    // While the door came up the client may have come once more.
    if (link !== session.link) return await connection.close();
    standIn(connection, this.#setup.vault, door);
    const welcome: Welcome = { door, link, life: session.life };
    connection.send(welcome).catch(() => {});
    // What else it sends is for nobody.
    while (await connection.ready()) connection.tryReceive();
    const how = await connection.ended;
    if (session.connection !== connection) return;
    session.connection = undefined;
    if (this.#sessions.get(key) !== session) return;
    if (how === "there") this.#end(key, session);
    else this.#away(key, session);
  }

  #open(key: string, guest: string | undefined): Session {
    const { tree, vault, mailbox } = this.#setup;
    const rights = guest === undefined ? undefined : this.#rights.get(guest);
    const onRefused = (error: NotPermittedError): void => this.#tell(error);
    const session = new Session({ guest, rights, vault, onRefused });
    const { number } = session;
    this.#sessions.set(key, session);
    OPENING.set(number, session);
    const who = guest === undefined ? "client" : `guest "${guest}",`;
    session.door = tree.startChild({
      id: idOf(session),
      actor: DoorActor,
      args: [number],
      restart: "temporary",
      shutdownMs: "kill",
      // What a client does wrong is told to it, and is no fault of its door.
      onFailure: [{ then: "resume" }],
      options: {
        name: `${who} ${number} of ${tree.name}`,
        placement: "local",
        concurrency: AT_ONCE,
        mailbox,
      },
    }).finally(() => OPENING.delete(number));
    void this.#follow(key, session);
    return session;
  }

  /** A door that has ended, as its client may have wanted, ends the session. */
  async #follow(key: string, session: Session): Promise<void> {
    try {
      await (await session.door!).exited;
    } catch { /* It did not come up: whoever waits for it is told. */ }
    this.#forget(key, session);
    await session.connection?.close();
  }

  /** A client is away: it may come back. */
  #away(key: string, session: Session): void {
    const { awayMs } = this.#setup;
    for (const wait of session.waits) wait.depart();
    session.late = setTimeout(() => this.#end(key, session), awayMs);
    // It is no reason for a program to go on.
    Deno.unrefTimer(session.late);
    const away = [...this.#sessions].filter(([, { late }]) => late);
    if (away.length > MOST_AWAY) this.#end(...away[0]!);
  }

  /** What the Manager holds for a client ends. */
  #end(key: string, session: Session): void {
    this.#forget(key, session);
    // When the Manager stops, its doors are gone.
    this.#setup.tree.stopChild(idOf(session)).catch(() => {});
  }

  #forget(key: string, session: Session): void {
    clearTimeout(session.late);
    for (const wait of session.waits) wait.end();
    if (this.#sessions.get(key) === session) this.#sessions.delete(key);
  }

  #tell(error: NotPermittedError): void {
    const known = JSON.stringify([error.guest, error.right]);
    if (this.#told.has(known)) return;
    this.#told.add(known);
    this.#setup.onRefused(error);
  }
}

/** A host that is to be: its owner stays meanwhile, until the end of the scope. */
export interface Opening extends Disposable {
  /** Serves a Manager until that has ended; its supervisor is stopped if it cannot. */
  open(tree: Supervisor, vault: ActorRef<Vault>): Promise<Host>;
}

/**
 * How a Manager with these options is served, if it is.
 *
 * @throws {InvalidOptionError} If an option is out of bounds.
 */
export function hostOf(options: ManagerOptions): Opening | undefined {
  const { address, guests = {}, awayMs = AWAY_MS, listen, system } = options;
  const { mailbox = {} } = options;
  if (address === undefined) return undefined;
  const keys = Object.fromEntries(
    Object.entries(guests).map(([name, guest]) => [name, guest.key]),
  );
  const what = "Cannot start a Manager";
  // One that is not there is refused.
  const key = options.key!;
  checkKey(what, "key", key);
  checkKeys(what, key, keys, (name) => `guests.${name}.key`);
  const open = listening(what, address, { ...listen, key, keys });
  const stand = standOf(system);
  // A system without anything in it would close while the Manager starts.
  const release = stand.hold();
  const serve = async (
    tree: Supervisor,
    vault: ActorRef<Vault>,
  ): Promise<Host> => {
    try {
      const listener = await open(stand);
      const { onRefused = logRefused(listener.address) } = listen ?? {};
      const whom = { tree, vault, guests, awayMs, mailbox };
      const host = new Host({ ...whom, listener, onRefused });
      void coreIn(vault)!.followed.then(() => host.close());
      return host;
    } catch (error) {
      await tree.stop();
      throw error;
    }
  };
  return { open: serve, [Symbol.dispose]: release };
}

function idOf({ number }: Session): string {
  return `door ${number}`;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(messageOf(error));
}
