/**
 * The border between two programs that give refs to each other.
 *
 * @module
 */
import type { Border } from "../actor/border.ts";
import type { RefCore } from "../actor/mail/ref_core.ts";
import { coreIn, refTo } from "../actor/ref.ts";
import { UnknownHandleError } from "../errors.ts";
import type { PortableData } from "../memory/portable.ts";
import { Exports, type FarData } from "./exports.ts";
import { FAR } from "./freight.ts";
import type { Imports } from "./imports.ts";

/** Refs that the other program was given, and refs that it gave. */
export class TwoWay implements Border {
  /** Those that left. */
  readonly exports: Exports = new Exports();
  /** Those that came. */
  readonly imports: Imports;
  /** This border, for what is within a call: there `inner` of {@link TwoWay.standIn} is meant also by who may use `outer`. */
  readonly within: Border = {
    depart: (core) => this.depart(core),
    arrive: (data) => this.#inward(this.arrive(data)),
  };
  #standIn: { readonly inner: RefCore; readonly outer: RefCore } | undefined;

  /** A border over which the refs of `imports` come. */
  constructor(imports: Imports) {
    this.imports = imports;
  }

  /**
   * Has `outer` stand for `inner` on the other side: the one leaves in the place of the other, and becomes it again when it
   * comes back in a value. So nobody there ever has `inner` itself.
   */
  standIn(inner: RefCore, outer: RefCore): void {
    this.#standIn = { inner, outer };
  }

  /** See {@link Border.depart}: a ref of the other program goes back to it, any other leads here. */
  depart(core: RefCore): PortableData {
    const { inner, outer = core } = this.#standIn ?? {};
    const leaving = core === inner ? outer : core;
    return this.imports.has(leaving)
      ? this.imports.depart(leaving)
      : this.exports.depart(leaving);
  }

  /** See {@link Border.arrive}. */
  arrive(data: unknown): unknown {
    // One of this program that is called is called as what it is.
    if (isOwn(data)) return this.exports.arrive(data);
    if (isFarData(data)) return this.#inward(this.imports.arrive(data));
    throw new UnknownHandleError(
      "Cannot revive a reference of another program as it is none of this protocol",
      { kind: FAR },
    );
  }

  #inward(ref: unknown): unknown {
    const { inner, outer } = this.#standIn ?? {};
    return inner !== undefined && coreIn(ref) === outer ? refTo(inner) : ref;
  }
}

function isOwn(data: unknown): data is [number] {
  return Array.isArray(data) && data.length === 1 &&
    Number.isSafeInteger(data[0]);
}

function isFarData(data: unknown): data is FarData {
  if (!Array.isArray(data) || data.length !== 7) return false;
  const [id, endpoint, life, local, name, incarnation, maxBytes] = data;
  return typeof name === "string" &&
    [id, endpoint, life, local, incarnation, maxBytes].every(
      Number.isSafeInteger,
    );
}
