import { refuse } from "./check_option.ts";
import { BulkWork } from "./bulk_work.ts";
import type { BulkOptions } from "./bulk_work.ts";
import type { TaskFacts } from "./task_facts.ts";
import type { Desk } from "./work.ts";

/** One task for many inputs, whose results come together, in the order of the inputs. */
export class MapWork extends BulkWork {
  #inputs: unknown[] = [];
  #results: unknown[] = [];
  /** Inputs that are not done. */
  #left = 0;
  /** Whether there are no more inputs. */
  #whole = false;

  /** The task for inputs that are not known yet. */
  constructor(desk: Desk, id: number, facts: TaskFacts, options: BulkOptions) {
    super(desk, id, facts, options);
  }

  /** Takes in the inputs: at once if they can be, else as they come. */
  async read(
    inputs: Iterable<unknown> | AsyncIterable<unknown>,
  ): Promise<void> {
    try {
      if (typeof inputs === "string" || Symbol.iterator in inputs) {
        this.#add([...inputs as Iterable<unknown>]);
      } else {
        for await (const input of inputs) {
          if (this.over) return;
          this.#add([input]);
        }
      }
      this.#whole = true;
      this.#finish();
    } catch (error) {
      this.reject(error);
    }
  }

  #add(inputs: unknown[]): void {
    if (this.over) return;
    if (this.options.spread) this.#checkLists(inputs);
    if (this.#inputs.length === 0) this.#inputs = inputs;
    else this.#inputs.push(...inputs);
    this.#left += inputs.length;
    // As long as it is to be: what is written beyond the end of a list would make a table of it.
    this.#results.length = this.#inputs.length;
    this.extend(this.#inputs.length);
  }

  #checkLists(inputs: unknown[]): void {
    for (const [at, input] of inputs.entries()) {
      if (Array.isArray(input)) continue;
      const option = `inputs[${this.#inputs.length + at}]`;
      const what = `Cannot map "${this.name}"`;
      refuse(what, option, "an array of its arguments", input);
    }
  }

  #finish(): void {
    if (this.#whole && this.#left === 0) this.resolve(this.#results);
  }

  /** See {@link BulkWork.inputs}. */
  protected override inputs(from: number, to: number): unknown[] {
    return this.#inputs.slice(from, to);
  }

  /** See {@link BulkWork.deliver}. */
  protected override deliver(from: number, values: readonly unknown[]): void {
    const results = this.#results;
    for (let i = 0; i < values.length; i++) results[from + i] = values[i];
    this.#left -= values.length;
    this.#finish();
  }

  /** See {@link Work.forget}. */
  protected override forget(): void {
    super.forget();
    this.#inputs = [];
    this.#results = [];
  }
}
