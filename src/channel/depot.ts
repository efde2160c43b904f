/**
 * The depot: where threads leave for each other what bytes in shared memory cannot carry.
 *
 * The memory of handles, ports, streams and moved buffers travel by `postMessage` alone, which takes a receiver; a queue
 * or a channel has none when something is put into it. Such things are left at a place that outlives their sender, under a
 * number that the record carries. Who takes the record asks for them.
 *
 *   at a thread of a system      they are at the thread that keeps the system (a {@linkcode DepotLine} leads there)
 *   at the thread of systems     they are here, and are handed out at its event loop
 *   without any system           they are here
 *
 * - **In any order:** who asks before the parcel is there waits, until it is or its sender is known to have ended.
 * - **Once:** a parcel is handed out once, unless it is kept; what can only be moved is handed out once in any case.
 *
 * @module
 */
import { wait } from "../memory/cells.ts";
import { movable } from "../memory/movable.ts";
import type { Loss } from "../memory/portable.ts";
import { throwFenced } from "../sync/obtain.ts";
import { ownLife } from "../sync/lives.ts";
import { ParcelLostError } from "./parcel_lost_error.ts";
import { receiveOnPort } from "./receive_on_port.ts";
import { tellLosses } from "./tell_losses.ts";

/** What a record could not carry. */
export interface Deposit {
  readonly type: "deposit";
  /** Tells it from others of the program. */
  readonly id: number;
  /** As `encode()` gave them. */
  readonly attachments: readonly unknown[];
  /** What of that is moved. */
  readonly transfer: readonly Transferable[];
  /** What is lost with it, if nobody ever has it. */
  readonly losses: readonly Loss[];
}

/** Somebody asks for a parcel. The answer is an {@linkcode Answer}, over a port. */
export interface Collect {
  readonly type: "collect";
  readonly id: number;
  /** The thread that left it. */
  readonly who: number;
  /** Whether it stays there. */
  readonly keep: boolean;
  readonly port: MessagePort;
}

/** Nobody will ask for a parcel any more. */
export interface Forget {
  readonly type: "forget";
  readonly id: number;
  /** The thread that left it. */
  readonly who: number;
  /** Whether its message was thrown away; if not, who sent it has it back. */
  readonly lost: boolean;
}

/** What becomes of a {@linkcode Collect}: without attachments, the parcel is not there and never will be. */
export interface Answer {
  /** What was left. */
  readonly attachments?: readonly unknown[];
}

/** The way to where parcels are kept. */
export interface DepotLine {
  /** Sends one of the three. */
  post(message: Deposit | Collect | Forget, transfer: Transferable[]): void;
}

/** Parcels at a place. */
export class Parcels {
  readonly #parcels: Map<number, Deposit> = new Map();

  /** How many there are. */
  get size(): number {
    return this.#parcels.size;
  }

  /** Takes one in. */
  put(parcel: Deposit): void {
    this.#parcels.set(parcel.id, parcel);
  }

  /** Forgets one; `lost`: its message was thrown away. Returns whether it was there. */
  delete(id: number, lost: boolean): boolean {
    const parcel = this.#parcels.get(id);
    if (parcel === undefined) return false;
    this.#parcels.delete(id);
    if (lost) tellLosses(parcel.losses);
    return true;
  }

  /** Takes one out, unless it is kept. What is moved away leaves an empty place. */
  take(id: number, keep: boolean): Deposit | undefined {
    const parcel = this.#parcels.get(id);
    if (parcel === undefined) return parcel;
    if (!keep) this.#parcels.delete(id);
    else if (parcel.transfer.length > 0) {
      this.#parcels.set(id, {
        ...parcel,
        attachments: GONE,
        transfer: [],
        losses: [],
      });
    } else if (parcel.losses.length > 0) {
      // Who has it may have its handles.
      this.#parcels.set(id, { ...parcel, losses: [] });
    }
    return parcel;
  }

  /** Answers who asks, if the parcel is here. Returns whether it was. */
  answer({ id, keep, port }: Collect): boolean {
    const parcel = this.take(id, keep);
    if (parcel === undefined) return false;
    const { attachments, transfer } = parcel;
    port.postMessage(attachments === GONE ? {} : { attachments }, [
      ...transfer,
    ]);
    port.close();
    return true;
  }
}

/** Stands for what was moved away. */
const GONE: readonly unknown[] = [];

/** What was left at this thread. */
const own = new Parcels();
/** Where this thread leaves things instead, if it is one of a system. */
let keeper: DepotLine | undefined;
/** The keepers of the systems of this thread, with what ends the questions to each. */
const systems: Map<DepotLine, Set<() => void>> = new Map();

/** Has this thread leave everything at the keeper of its system. Called by the runtime before anything of a user runs here. */
export function useDepot(line: DepotLine): void {
  keeper = line;
}

/**
 * Adds the keeper of a system of this thread: what its threads left is found there.
 *
 * @returns What takes it back; who waits for something of it is told that it is lost.
 */
export function joinDepot(line: DepotLine): () => void {
  systems.set(line, new Set());
  return () => {
    const waiting = systems.get(line) ?? [];
    systems.delete(line);
    for (const give of waiting) give();
  };
}

/** Answers what a keeper has not got and asks the thread of its system for. */
export function serveDepot(message: Collect | Forget): void {
  const { id, who } = message;
  if (message.type === "forget") {
    if (own.delete(id, message.lost)) return;
    for (const line of systems.keys()) line.post({ ...message }, []);
  } else if (!own.answer(message)) {
    const { keep, port } = message;
    askSystems(id, who, keep).then((found) => {
      port.postMessage(
        found === undefined ? {} : { attachments: found },
        movable(found),
      );
      port.close();
    });
  }
}

/**
 * Leaves attachments where they outlive this thread; before the record that carries the number is published.
 *
 * @param attachments What `encode()` gave.
 * @param transfer What of that is moved, beside what can only be moved.
 * @param losses What is lost if the message is thrown away.
 * @returns The number to collect or discard them by; 0 if there are none.
 * @throws {DOMException} If something was moved before. Nothing is left then.
 */
export function deposit(
  attachments: readonly unknown[] | undefined,
  transfer: readonly Transferable[] = [],
  losses: readonly Loss[] = [],
): number {
  if (attachments === undefined) return 0;
  const id = ownLife().lives.newParcel();
  const moved = [...new Set([...transfer, ...movable(attachments)])];
  if (keeper !== undefined) {
    const parcel = { id, attachments, transfer: moved, losses };
    keeper.post({ type: "deposit", ...parcel }, moved);
    return id;
  }
  // As if it were sent: the sender has it no longer.
  const [left, goods] = structuredClone([attachments, moved], {
    transfer: moved,
  });
  const transferred = goods as Transferable[];
  own.put({
    type: "deposit",
    id,
    attachments: left!,
    transfer: transferred,
    losses,
  });
  return id;
}

/**
 * Forgets a parcel: its record was dropped, or what it held is no longer needed. Does nothing for the number 0.
 *
 * @param lost Whether nobody has it any more; if not, who left it has what it holds.
 */
export function discard(id: number, who: number, lost = true): void {
  if (id === 0 || own.delete(id, lost)) return;
  const lines = keeper === undefined ? systems.keys() : [keeper];
  for (const line of lines) line.post({ type: "forget", id, who, lost }, []);
}

/**
 * Collects a parcel.
 *
 * @param id Its number, not 0.
 * @param who The thread that left it: when that has ended and the parcel is not there, it never will be.
 * @param keep Whether it is to be there for one more, until it is discarded. What can only be moved is not.
 * @returns What was left.
 * @throws {ParcelLostError} If it is not there and never will be.
 */
export async function collect(
  id: number,
  who: number,
  keep: boolean = false,
): Promise<readonly unknown[]> {
  const found = own.take(id, keep)?.attachments ??
    await (keeper === undefined
      ? askSystems(id, who, keep)
      : ask(keeper, id, who, keep).promise);
  return present(found);
}

/**
 * As {@linkcode collect}, blocking the thread.
 *
 * @throws {ParcelLostError} If it is not there and never will be.
 * @throws {FencedError} If this thread is given up meanwhile.
 */
export function collectSync(
  id: number,
  who: number,
  keep: boolean = false,
): readonly unknown[] {
  const parcel = own.take(id, keep);
  if (parcel !== undefined) return present(parcel.attachments);
  const lines = keeper === undefined ? [...systems.keys()] : [keeper];
  for (const line of lines) {
    const { port1, port2 } = new MessageChannel();
    line.post({ type: "collect", id, who, keep, port: port2 }, [port2]);
    const { attachments } = receiveSync(port1);
    if (attachments !== undefined) return attachments;
  }
  return present(undefined);
}

function present(found: readonly unknown[] | undefined): readonly unknown[] {
  if (found !== undefined && found !== GONE) return found;
  throw new ParcelLostError(
    "Cannot read the message as what was sent beside its bytes is lost: its sender ended, or another had it before",
  );
}

/** Asks all keepers; the first that has it is the one. */
async function askSystems(
  id: number,
  who: number,
  keep: boolean,
): Promise<readonly unknown[] | undefined> {
  const asked = [...systems].map(([line, waiting]) => {
    const { promise, give } = ask(line, id, who, keep);
    waiting.add(give);
    return promise.finally(() => waiting.delete(give));
  });
  for (const answer of await Promise.all(asked)) {
    if (answer !== undefined) return answer;
  }
}

/** Asks one keeper; `give` ends that without an answer. */
function ask(
  line: DepotLine,
  id: number,
  who: number,
  keep: boolean,
): { promise: Promise<readonly unknown[] | undefined>; give: () => void } {
  const { promise, resolve } = Promise.withResolvers<
    readonly unknown[] | undefined
  >();
  const { port1, port2 } = new MessageChannel();
  const give = (answer: Answer = {}): void => {
    port1.close();
    resolve(answer.attachments);
  };
  port1.onmessage = ({ data }) => give(data);
  line.post({ type: "collect", id, who, keep, port: port2 }, [port2]);
  return { promise, give: () => give() };
}

/** Nobody ever changes it. */
const STILL = new Int32Array(new SharedArrayBuffer(4));

/** The answer over a port; the thread sleeps in short turns until it is there. */
function receiveSync(port: MessagePort): Answer {
  const life = ownLife();
  try {
    for (;;) {
      const received = receiveOnPort(port);
      if (received !== undefined) return received.message as Answer;
      if (life.fenced) throwFenced("read a message");
      wait(STILL, 0, 0, 1);
    }
  } finally {
    port.close();
  }
}
