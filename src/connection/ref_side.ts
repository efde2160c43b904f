/**
 * The other program, as the refs see it that it gave.
 *
 * @module
 */
import type { Address } from "../actor/mail/protocol.ts";
import type { RefCore } from "../actor/mail/ref_core.ts";
import { DEFAULT_TIMEOUT_MS, type SendOptions } from "../actor/mail/send.ts";
import { type ActorRef, coreIn } from "../actor/ref.ts";
import type { Isolate } from "../actor/thread/isolate.ts";
import { AskTimeoutError } from "../errors.ts";
import type { ExitReport } from "../exit_report.ts";
import { ENDPOINT } from "../memory/endpoints.ts";
import type { PortableData } from "../memory/portable.ts";
import type { LinkSide } from "./far_line.ts";
import { packArgs } from "./freight.ts";
import type { Gate } from "./gate.ts";
import { Imports } from "./imports.ts";
import type { Handlers, Link } from "./link.ts";
import { TwoWay } from "./two_way.ts";

/** How much later than the other program this one sees that an ask has no answer: that one knows whether it has begun. */
const GRACE_MS = 100;

/** Numbers of far actors: beyond those of the light actors of a thread. */
let places = 2 ** 31;

/** The other end of a link to a program that gives refs and is given some. */
export class RefSide implements LinkSide {
  /** Where the refs cross. */
  readonly border: TwoWay;
  readonly #link: () => Link;
  /** Those that are followed are told of the end also if nobody holds their ref any more. */
  readonly #followed: Set<unknown> = new Set();

  /** The refs of the other end of `link`, which live at `isolate`. */
  constructor(isolate: Isolate, link: () => Link) {
    this.#link = link;
    const { endpoint } = isolate;
    const life = isolate.table.get(endpoint, ENDPOINT.LIFE);
    // Its own address is one of the other program: here another actor may have that.
    const place = (): Address => ({ endpoint, life, local: places++ });
    this.border = new TwoWay(new Imports(isolate, this, place));
  }

  /** What the other end says of its actors, and of those that it was given. */
  get handlers(): Handlers {
    return {
      gone: (ref: ActorRef<unknown>, report: ExitReport) => {
        this.#followed.delete(ref);
        coreIn(ref)?.end(report);
      },
      release: (id: number, times: number) =>
        this.border.exports.release(id, times),
    };
  }

  /** Told each time that something was said. */
  onSaid: (() => void) | undefined;

  /** See {@link LinkSide.call}. */
  call(name: string, ...args: unknown[]): Promise<unknown> {
    const answer = this.#link().call(name, ...args);
    this.onSaid?.();
    return name === "ask" ? this.#inTime(answer, args) : answer;
  }

  /** See {@link LinkSide.say}. */
  say(name: string, ...args: unknown[]): void {
    if (name === "follow") this.#followed.add(args[0]);
    this.#link().say(name, ...args);
    this.onSaid?.();
  }

  /** Leads the other threads of this program to the actors of the other one. */
  gate: Gate | undefined;

  /** See {@link LinkSide.travel}. */
  travel(core: RefCore, id: number): PortableData {
    return this.gate!.travel(core, id);
  }

  /** See {@link LinkSide.packArgs}. */
  packArgs(args: readonly unknown[]): Uint8Array {
    return packArgs(this.border, args);
  }

  /** The other program is gone. */
  end(report: ExitReport): void {
    for (const ref of this.#followed) coreIn(ref)?.end(report);
    this.#followed.clear();
    this.border.imports.end(report);
    this.gate?.close();
  }

  /** The answer to an ask, if there is one in time: also when the other program stands still. */
  async #inTime(
    answer: Promise<unknown>,
    [id, ref, method, , options]: unknown[],
  ): Promise<unknown> {
    const { timeout: timeoutMs = DEFAULT_TIMEOUT_MS } = options as SendOptions;
    if (timeoutMs === Infinity) return await answer;
    const late = Promise.withResolvers<never>();
    late.promise.catch(() => {});
    answer.catch(() => {});
    const timer = setTimeout(() => {
      this.#link().say("giveUp", id);
      late.reject(unanswered(coreIn(ref)!, String(method), timeoutMs));
    }, Math.min(timeoutMs + GRACE_MS, 2 ** 31 - 1));
    try {
      return await Promise.race([answer, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function unanswered(
  { name: actor }: RefCore,
  method: string,
  timeoutMs: number,
): AskTimeoutError {
  return new AskTimeoutError(
    `Cannot get an answer of "${actor}" to ${method}() within ${timeoutMs} ms: the other program does not say whether it has begun`,
    { actor, method, timeoutMs, begun: true },
  );
}
