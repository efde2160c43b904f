import type { ActorRef } from "../../actor/ref.ts";
import type { Connection } from "../../connection/connection.ts";
import type { Vault } from "../vault.ts";
import type { Door } from "./door.ts";
import type { ItemWait } from "./item_wait.ts";
import { NotPermittedError } from "./not_permitted_error.ts";
import type { Need, Rights } from "./rights.ts";

/** What a session is opened with. */
export interface SessionSetup {
  /** Who it is, if it is a guest. */
  readonly guest: string | undefined;
  /** What the guest may do; without that, everything. */
  readonly rights: Rights | undefined;
  /** Whom its door asks. */
  readonly vault: ActorRef<Vault>;
  /** Told of each refusal. */
  readonly onRefused: (error: NotPermittedError) => void;
}

let sessions = 0;

/** One client of a Manager, over all the connections that it makes one after the other. */
export class Session {
  /** See {@link SessionSetup}. */
  readonly setup: SessionSetup;
  /** Its number among those of this program. */
  readonly number: number = ++sessions;
  /** Names its door. */
  readonly life: string = crypto.randomUUID();
  /** What it asks, once that is up. */
  door: Promise<ActorRef<Door>> | undefined;
  /** The connection that it has, if it has one. */
  connection: Connection | undefined;
  /** The number of that. */
  link = 0;
  /** Ends the session, if it is away. */
  late: ReturnType<typeof setTimeout> | undefined;
  /** What was begun and is not to be done twice, until the client says that it knows what came of it. */
  readonly begun: Map<number, Promise<unknown>> = new Map();
  /** Those of them that wait for an item of a queue. */
  readonly waits: Set<ItemWait> = new Set();

  /** One that nobody has come to yet. */
  constructor(setup: SessionSetup) {
    this.setup = setup;
  }

  /**
   * Looks whether it may do something.
   *
   * @throws {NotPermittedError} If not.
   */
  check(needs: readonly Need[]): void {
    const { guest, rights, onRefused } = this.setup;
    if (guest === undefined || rights === undefined) return;
    const need = needs.find((each) => !rights.allow(each));
    if (need === undefined) return;
    const error = refusal(guest, need);
    onRefused(error);
    throw error;
  }

  /** Forgets all but the calls whose answers are waited for. */
  keepOnly(pending: readonly number[]): void {
    const kept = new Set(pending);
    for (const id of this.begun.keys()) {
      if (!kept.has(id)) this.begun.delete(id);
    }
  }
}

function refusal(
  guest: string,
  { right, kind, name, keys }: Need,
): NotPermittedError {
  const which = keys === "all"
    ? ""
    : "one" in keys
    ? `key ${Deno.inspect(keys.one, { depth: 0 })} of `
    : `keys that begin with "${keys.prefix}" of `;
  const thing = `${which}${kind} "${name}"`;
  return new NotPermittedError(
    `Cannot ${right} ${thing} as guest "${guest}" has no right to: name it in 'guests.${guest}.${right}' of Manager.start()`,
    { guest, right, thing },
  );
}
