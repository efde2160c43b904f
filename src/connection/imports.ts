/**
 * The refs that this process was given by another program.
 *
 * @module
 */
import type { Border } from "../actor/border.ts";
import type { Address } from "../actor/mail/protocol.ts";
import { RefCore } from "../actor/mail/ref_core.ts";
import { refTo } from "../actor/ref.ts";
import type { Isolate } from "../actor/thread/isolate.ts";
import { DataCloneError } from "../errors.ts";
import type { ExitReport } from "../exit_report.ts";
import type { PortableData } from "../memory/portable.ts";
import type { FarData } from "./exports.ts";
import { FarLine, type LinkSide } from "./far_line.ts";
import { FAR } from "./freight.ts";

/** A ref that came. */
interface Met {
  readonly id: number;
  readonly core: WeakRef<RefCore>;
  /** How often it came. */
  times: number;
}

/** The refs that came, by the number that the other side knows them by. */
export class Imports implements Border {
  readonly #isolate: Isolate;
  readonly #side: LinkSide;
  readonly #place: ((address: Address) => Address) | undefined;
  readonly #met: Map<number, Met> = new Map();
  /** Tells the other side of what nobody holds here any more. */
  readonly #dropped: FinalizationRegistry<Met> = new FinalizationRegistry(
    (met) => {
      if (this.#met.get(met.id) === met) this.#met.delete(met.id);
      this.#side.say("release", met.id, met.times);
    },
  );

  /**
   * None yet; what is sent to one goes to `side`.
   *
   * @param place Gives an actor the address by which it is known here, where there are others than those of that side.
   */
  constructor(
    isolate: Isolate,
    side: LinkSide,
    place?: (address: Address) => Address,
  ) {
    this.#isolate = isolate;
    this.#side = side;
    this.#place = place;
  }

  /** Whether the actor is one of that side. */
  has({ line }: RefCore): boolean {
    return line instanceof FarLine && line.leadsTo(this.#side);
  }

  /** The other side is gone, and with it all that are known. */
  end(report: ExitReport): void {
    const met = [...this.#met.values()];
    this.#met.clear();
    for (const { core } of met) core.deref()?.end(report);
  }

  /** See {@link Border.depart}: a ref goes back to where it came from. */
  depart({ line, name }: RefCore): PortableData {
    if (line instanceof FarLine) return { kind: FAR, data: [line.id] };
    throw new DataCloneError(
      `Cannot send the reference to "${name}" to another process as it cannot be reached from there`,
      { path: name },
    );
  }

  /** See {@link Border.arrive}. */
  arrive(data: unknown): unknown {
    const [id, endpoint, life, local, name, incarnation, maxBytes] =
      data as FarData;
    const met = this.#met.get(id);
    const known = met?.core.deref();
    if (known !== undefined) {
      met!.times++;
      if (incarnation > known.incarnation) known.incarnation = incarnation;
      return refTo(known);
    }
    const there = local < 0 ? { endpoint, life } : { endpoint, life, local };
    const address = this.#place?.(there) ?? there;
    return refTo(this.#meet(id, address, name, incarnation, maxBytes));
  }

  /** The ref to an actor that this process opens and calls `id`: what is known of it comes with the first message. */
  expect(id: number, name: string): unknown {
    return refTo(this.#meet(id, { endpoint: 0, life: id }, name, 0, 0));
  }

  #meet(
    id: number,
    address: Address,
    name: string,
    incarnation: number,
    maxBytes: number,
  ): RefCore {
    const line = new FarLine(id, maxBytes, this.#side);
    const core = new RefCore(
      this.#isolate,
      address,
      name,
      incarnation,
      false,
      line,
    );
    line.belong(core);
    const entry: Met = { id, core: new WeakRef(core), times: 1 };
    this.#met.set(id, entry);
    this.#dropped.register(core, entry);
    return core;
  }
}
