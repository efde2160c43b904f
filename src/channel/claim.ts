import { keepHere } from "../memory/keep_here.ts";
import { showAs } from "./show_as.ts";
import { ClaimOverError } from "./claim_over_error.ts";

/**
 * Room for a message of bytes, which this thread writes where it will be read; see `claim()` of a queue and of a sending end.
 * Disposing it before {@linkcode Claim.commit} gives the room back, and nothing is sent.
 */
export interface Claim extends Disposable {
  /**
   * The bytes of the message, in shared memory, until the claim ends. They are whatever they were before.
   *
   * @throws {ClaimOverError} If the claim has ended.
   */
  readonly bytes: Uint8Array<SharedArrayBuffer>;

  /**
   * Sends the message: who has it has the bytes as they are now.
   *
   * @throws {ClaimOverError} If the claim has ended.
   * @throws {ChannelClosedError} If nobody can receive it any more; nothing is sent then.
   * @throws {FencedError} If this thread was given up; nothing is sent then.
   */
  commit(): void;
}

/** What ends a claim. */
export interface ClaimEnds {
  /** Sends the message, or throws. */
  commit(): void;
  /** Gives the room back. */
  cancel(): void;
}

/** A claim on bytes in any memory. */
export class ByteClaim implements Claim {
  #bytes: Uint8Array<SharedArrayBuffer> | undefined;
  readonly #ends: ClaimEnds;

  /** The claim on those bytes, until one of its ends. */
  constructor(bytes: Uint8Array<SharedArrayBuffer>, ends: ClaimEnds) {
    this.#bytes = bytes;
    this.#ends = ends;
  }

  /** See {@linkcode Claim.bytes}. */
  get bytes(): Uint8Array<SharedArrayBuffer> {
    if (this.#bytes !== undefined) return this.#bytes;
    throw new ClaimOverError(
      "Cannot use a claim that has ended: claim room for the next message",
    );
  }

  /** See {@linkcode Claim.commit}. */
  commit(): void {
    this.#end(this.bytes) && this.#ends.commit();
  }

  /** See {@linkcode Claim}. */
  [Symbol.dispose](): void {
    if (this.#end(this.#bytes)) this.#ends.cancel();
  }

  static {
    keepHere(
      this,
      "a claim, which its own thread alone has: write its bytes here and commit it",
    );
    showAs<ByteClaim>(this.prototype, (claim) => {
      const bytes = claim.#bytes;
      return bytes === undefined
        ? "Claim(over)"
        : `Claim(${bytes.length} bytes)`;
    });
  }

  #end(bytes: Uint8Array | undefined): boolean {
    this.#bytes = undefined;
    return bytes !== undefined;
  }
}
