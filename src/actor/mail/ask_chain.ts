/**
 * Who waits for whom: finds the ask that could only wait for itself.
 *
 *   none → known     a handler of an actor that handles one message at a time begins
 *   known → shown    it asks: from here on others can read whose ask it is about
 *   any → none       it ended
 *
 * @module
 */
import { ENDPOINT, type EndpointTable } from "../../memory/endpoints.ts";

/** What a handler is called for: an ask of an endpoint, or a message that nobody waits for. */
export interface Cause {
  /** Kind of the record; see protocol.ts. */
  readonly kind: number;
  /** The endpoint that sent it. */
  readonly c: number;
}

/** More actors that wait for one another are not followed. */
const LONGEST = 256;

/**
 * The place of one thread in the chain of handlers that wait.
 *
 * - **Costs nothing but two stores** for a handler that asks nobody.
 * - **The row's word CALLER** is there for as long as a handler that has asked runs: 1 + the endpoint whose ask it
 *   handles, which waits for it, or its own for a message that nobody waits for.
 */
export class AskChain {
  readonly #table: EndpointTable;
  readonly #endpoint: number;
  readonly #askKind: number;
  readonly #fenced: () => boolean;
  #cause: Cause | undefined;
  #shown = false;

  /** The place of `endpoint`; records of `askKind` are asks. */
  constructor(
    table: EndpointTable,
    endpoint: number,
    askKind: number,
    fenced: () => boolean,
  ) {
    this.#table = table;
    this.#endpoint = endpoint;
    this.#askKind = askKind;
    this.#fenced = fenced;
    // The incarnation before may have ended within a handler.
    if (!fenced()) table.set(endpoint, ENDPOINT.CALLER, 0);
  }

  /** A handler begins for `cause`, and no other until it ended. */
  begin(cause: Cause): void {
    this.#cause = cause;
  }

  /** It ended. */
  end(): void {
    this.#cause = undefined;
    if (this.#shown) this.#hide();
  }

  /**
   * The endpoints from `to` to this one, each of which waits for the next, if an
   * ask of `to` would wait for itself; else `undefined`, and the ask may go.
   */
  cycleTo(to: number): number[] | undefined {
    const cause = this.#cause;
    if (cause === undefined) return undefined;
    const table = this.#table;
    const waiting = [this.#endpoint];
    let caller = cause.kind === this.#askKind ? cause.c : this.#endpoint;
    if (!this.#shown) this.#show(caller);
    while (waiting[0] !== to) {
      if (caller === waiting[0] || waiting.length > LONGEST) return undefined;
      const word = table.get(caller, ENDPOINT.CALLER);
      // It does not wait: it handles several messages at once, is no actor, or gave the ask up.
      if (word === 0) return undefined;
      waiting.unshift(caller);
      caller = word - 1;
    }
    return waiting;
  }

  #show(caller: number): void {
    if (this.#fenced()) return;
    this.#shown = true;
    this.#table.set(this.#endpoint, ENDPOINT.CALLER, caller + 1);
  }

  #hide(): void {
    this.#shown = false;
    if (this.#fenced()) return;
    this.#table.set(this.#endpoint, ENDPOINT.CALLER, 0);
  }
}
