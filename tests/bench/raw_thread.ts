/**
 * A Deno worker without a framework.
 *
 * @module
 */
import type { RawOrder } from "./raw_order.ts";

export type {} from "./raw_worker.ts";

/** A raw worker that runs and takes orders, one at a time. */
export class RawThread implements Disposable {
  readonly #worker: Worker;

  private constructor(worker: Worker) {
    this.#worker = worker;
  }

  /** Starts one; resolves when it is ready for orders. */
  static async start(): Promise<RawThread> {
    const url = new URL("./raw_worker.ts", import.meta.url);
    const thread = new RawThread(new Worker(url, { type: "module" }));
    await thread.#next();
    return thread;
  }

  /**
   * Gives an order and promises the reply.
   *
   * @param transfer What is moved with the order.
   */
  async order<T>(order: RawOrder, transfer: Transferable[] = []): Promise<T> {
    const reply = this.#next();
    this.#worker.postMessage(order, transfer);
    return await reply as T;
  }

  /** Ends it at once. */
  [Symbol.dispose](): void {
    this.#worker.terminate();
  }

  #next(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#worker.onmessage = ({ data }) => resolve(data);
      this.#worker.onerror = (event) => {
        event.preventDefault();
        reject(new Error(`The raw thread failed: ${event.message}`));
      };
    });
  }
}
