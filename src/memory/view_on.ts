import { InvalidOptionError } from "../errors.ts";
import { checkOptionNames, type OptionNames } from "../option_names.ts";
import type { ViewClass } from "./kind.ts";
import { ViewRangeError } from "./view_range_error.ts";

/** Where in a memory a view lies. */
export interface Place {
  /**
   * First byte of the view, counted from the first of the memory: a multiple of the size of an element.
   * @default {0}
   */
  readonly byteOffset?: number;
  /**
   * Elements of the view.
   * @default {as many as fit}
   */
  readonly length?: number;
}

const PLACE: OptionNames<Place> = { byteOffset: true, length: true };

/**
 * A genuine typed array over a part of shared memory, or over a part of another view.
 *
 * @param View The class of the view: `Int32Array`, `Float64Array`, …
 * @param memory The memory, or a view of the part of it that may be used.
 * @param place Where in it; all of it by default.
 * @throws {ViewRangeError} If it does not fit; the error has the bytes needed and available.
 * @throws {InvalidOptionError} If the offset is not a multiple of the size of an element, or no whole number.
 *
 * @example A view that does not fit
 * ```ts
 * import { viewOn, ViewRangeError } from "@troupe/actors/shared";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const memory = new SharedArrayBuffer(1_024);
 * const error = assertThrows(
 *   () => viewOn(BigInt64Array, memory, { length: 256 }),
 *   ViewRangeError,
 * );
 * assertEquals([error.needed, error.available], [2_048, 1_024]);
 * ```
 */
export function viewOn<V>(
  View: ViewClass<V>,
  memory: ArrayBufferLike | ArrayBufferView,
  place: Place = {},
): V {
  const part = partOf(memory);
  checkOptionNames("Cannot make a view", place, PLACE);
  const size = View?.BYTES_PER_ELEMENT;
  if (typeof View !== "function" || !(size > 0)) {
    throw new InvalidOptionError(
      `Cannot make a view as "View" must be a class of typed arrays: current value is ${
        Deno.inspect(View, { depth: 1 })
      }`,
      { option: "View", value: View },
    );
  }
  const { byteOffset = 0 } = place;
  checkWhole("byteOffset", byteOffset);
  const from = part.byteOffset + byteOffset;
  if (from % size !== 0) {
    throw new InvalidOptionError(
      `Cannot make a ${View.name} there as "byteOffset" must lie on ${size} bytes: current value is ${byteOffset}, ${from} bytes into the memory`,
      { option: "byteOffset", value: byteOffset },
    );
  }
  const available = Math.max(part.byteLength - byteOffset, 0);
  const { length = Math.floor(available / size) } = place;
  checkWhole("length", length);
  const needed = length * size;
  if (needed > available || byteOffset > part.byteLength) {
    throw new ViewRangeError(
      `Cannot make a ${View.name} of ${length} elements from byte ${byteOffset} on as it does not fit: ${needed} bytes are needed, ${available} are available`,
      { needed, available },
    );
  }
  return new View(part.buffer, from, length);
}

/** A memory or a view as the bytes it covers. */
export function partOf(
  memory: ArrayBufferLike | ArrayBufferView,
): { buffer: ArrayBufferLike; byteOffset: number; byteLength: number } {
  if (ArrayBuffer.isView(memory)) {
    const { buffer, byteOffset, byteLength } = memory;
    return { buffer, byteOffset, byteLength };
  }
  if (memory instanceof SharedArrayBuffer || memory instanceof ArrayBuffer) {
    return { buffer: memory, byteOffset: 0, byteLength: memory.byteLength };
  }
  throw new InvalidOptionError(
    `Cannot look into the memory as it must be a SharedArrayBuffer, an ArrayBuffer or a view: current value is ${
      Deno.inspect(memory, { depth: 1 })
    }`,
    { option: "memory", value: memory },
  );
}

/**
 * Checks a count.
 *
 * @throws {InvalidOptionError} If it is not a whole number in `least` … `most`.
 */
export function checkWhole(
  option: string,
  value: number,
  least = 0,
  most: number = Number.MAX_SAFE_INTEGER,
): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  const shown = Deno.inspect(value, { depth: 1 });
  const bounds = most === Number.MAX_SAFE_INTEGER
    ? `of ${least} or more`
    : `from ${least} to ${most}`;
  throw new InvalidOptionError(
    `Cannot use ${shown} as "${option}" must be a whole number ${bounds}: current value is ${shown}`,
    { option, value },
  );
}
