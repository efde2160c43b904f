/**
 * The border between two programs that give refs to each other.
 *
 * @module
 */
import type { Border } from "../actor/border.ts";
import type { RefCore } from "../actor/mail/ref_core.ts";
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

  /** A border over which the refs of `imports` come. */
  constructor(imports: Imports) {
    this.imports = imports;
  }

  /** See {@link Border.depart}: a ref of the other program goes back to it, any other leads here. */
  depart(core: RefCore): PortableData {
    return this.imports.has(core)
      ? this.imports.depart(core)
      : this.exports.depart(core);
  }

  /** See {@link Border.arrive}. */
  arrive(data: unknown): unknown {
    if (isOwn(data)) return this.exports.arrive(data);
    if (isFarData(data)) return this.imports.arrive(data);
    throw new UnknownHandleError(
      "Cannot revive a reference of another program as it is none of this protocol",
      { kind: FAR },
    );
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
