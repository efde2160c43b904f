import { keepHere } from "../memory/keep_here.ts";
import { showAs } from "./show_as.ts";
import { LeaseOverError } from "./lease_over_error.ts";
import { NotBytesError } from "./not_bytes_error.ts";

/**
 * A message of bytes that this thread reads where it lies; see `lease()` of a queue and of a receiving end. Disposing it
 * ends it and frees the room; twice is once.
 */
export interface Lease extends Disposable {
  /**
   * The bytes of the message, in shared memory, until the lease ends. An array that is kept beyond that shows whatever
   * is sent next.
   *
   * @throws {LeaseOverError} If the lease has ended.
   */
  readonly bytes: Uint8Array<SharedArrayBuffer>;
}

/** A lease of bytes in any memory. */
export class ByteLease implements Lease {
  #bytes: Uint8Array<SharedArrayBuffer> | undefined;
  readonly #end: () => void;

  /** The lease of those bytes; `end` is called once. */
  constructor(bytes: Uint8Array<SharedArrayBuffer>, end: () => void) {
    this.#bytes = bytes;
    this.#end = end;
  }

  /** See {@linkcode Lease.bytes}. */
  get bytes(): Uint8Array<SharedArrayBuffer> {
    if (this.#bytes !== undefined) return this.#bytes;
    throw new LeaseOverError(
      "Cannot read the bytes of a lease that has ended: copy them before, with slice()",
    );
  }

  /** See {@linkcode Lease}. */
  [Symbol.dispose](): void {
    if (this.#bytes === undefined) return;
    this.#bytes = undefined;
    this.#end();
  }

  static {
    keepHere(
      this,
      "a lease, which its own thread alone has: send a copy of its bytes, made with slice()",
    );
    showAs<ByteLease>(
      this.prototype,
      (lease) => `Lease(${lease.#bytes?.length ?? "over"}${lease.#unit})`,
    );
  }

  get #unit(): string {
    return this.#bytes === undefined ? "" : " bytes";
  }
}

/** Why a message cannot be read where it lies. */
export function notBytes(): NotBytesError {
  return new NotBytesError(
    "Cannot lease a message that is no Uint8Array, or on shared or moved memory: take it instead",
  );
}
