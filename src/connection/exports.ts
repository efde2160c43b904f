/**
 * The refs that another process was given.
 *
 * @module
 */
import type { Border } from "../actor/border.ts";
import type { RefCore } from "../actor/mail/ref_core.ts";
import { refTo } from "../actor/ref.ts";
import { UnknownHandleError } from "../errors.ts";
import type { PortableData } from "../memory/portable.ts";
import { FAR } from "./freight.ts";

/** What a ref is in the other process. */
export type FarData = readonly [
  id: number,
  endpoint: number,
  life: number,
  local: number,
  name: string,
  incarnation: number,
  maxBytes: number,
];

/** A ref that left. */
interface Export {
  readonly id: number;
  readonly core: RefCore;
  /** How often it left. */
  times: number;
}

/** The refs that left for one process or program, by the number that stands for them there. */
export class Exports implements Border {
  readonly #byId: Map<number, Export> = new Map();
  readonly #byCore: Map<RefCore, Export> = new Map();
  #last = 0;

  /** How many the process may have. */
  get size(): number {
    return this.#byId.size;
  }

  /** See {@link Border.depart}. */
  depart(core: RefCore): PortableData {
    let entry = this.#byCore.get(core);
    if (entry === undefined) {
      entry = { id: ++this.#last, core, times: 0 };
      this.#byId.set(entry.id, entry);
      this.#byCore.set(core, entry);
    }
    entry.times++;
    const { id } = entry;
    const { address, name, incarnation, maxBytes } = core;
    const { endpoint, life, local = -1 } = address;
    const data: FarData = [
      id,
      endpoint,
      life,
      local,
      name,
      incarnation,
      maxBytes,
    ];
    return { kind: FAR, data };
  }

  /** The process has opened an actor, and called it `id`. */
  adopt(id: number, core: RefCore): void {
    const entry: Export = { id, core, times: 1 };
    this.#byId.set(id, entry);
    this.#byCore.set(core, entry);
  }

  /** See {@link Border.arrive}: the process shows a ref that it was given. */
  arrive(data: unknown): unknown {
    const entry = this.#byId.get((data as FarData)[0]);
    if (entry !== undefined) return refTo(entry.core);
    throw new UnknownHandleError(
      "Cannot revive a reference as the process that sent it was never given it",
      { kind: FAR },
    );
  }

  /** The process has dropped the ref that came to it so often. One that is on its way again stays. */
  release(id: number, times: number): void {
    const entry = this.#byId.get(id);
    if (entry === undefined) return;
    entry.times -= times;
    if (entry.times > 0) return;
    this.#byId.delete(id);
    this.#byCore.delete(entry.core);
  }
}
