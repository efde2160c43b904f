import type { Wait } from "../sync/wait.ts";
import { WaitTimeoutError } from "../sync/wait_timeout_error.ts";
import { type Patient, PatientLine } from "./patient_line.ts";

/** One who waits until there is a message, and takes none. */
interface Looker extends Patient {
  /** Whether there is one; `false` when none will come. */
  resolve(there: boolean): void;
}

/** Those who wait at a receiving end until there is a message, and take none. */
export class Lookers {
  readonly #line: PatientLine<Looker>;

  /** None; `left` is called when one has given up. */
  constructor(left: () => void) {
    this.#line = new PatientLine(left);
  }

  /** How many there are. */
  get size(): number {
    return this.#line.size;
  }

  /** Waits. Returns whether there is a message: `false` also when the time is over. */
  wait(options: Wait): Promise<boolean> {
    const { timeout = Infinity } = options;
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    const late = new WaitTimeoutError("Too late", { timeoutMs: timeout });
    const looker: Looker = {
      resolve,
      reject: (reason) => reason === late ? resolve(false) : reject(reason),
    };
    this.#line.add(looker, options, () => late);
    return promise;
  }

  /** Calls `wake` when there is a message, or none will come. Returns what takes it back. */
  watch(wake: () => void): () => void {
    const looker: Looker = { resolve: wake, reject: wake };
    this.#line.add(looker, {}, () => new Error());
    return () => this.#line.remove(looker);
  }

  /** Tells all whether there is a message. */
  tell(there: boolean): void {
    for (let one = this.#line.first; one; one = this.#line.first) {
      this.#line.remove(one);
      one.resolve(there);
    }
  }
}
