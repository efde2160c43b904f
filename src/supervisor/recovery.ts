import type { Child } from "./child.ts";

/**
 * One restart under way: the children that are yet to come up again.
 *
 * A child belongs to at most one recovery. A newer failure takes members over; a child that comes up or is stopped by
 * hand leaves. With no member left the recovery is over and its delay ends, so that nothing outlives its purpose.
 */
export class Recovery {
  /** True until the bystanders have been stopped: their own ends are then part of this restart. */
  stopping = true;
  readonly #members = new Set<Child>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wake: (() => void) | undefined;

  /** Whether `child` is yet to come up through this recovery. */
  has(child: Child): boolean {
    return this.#members.has(child);
  }

  /** Whether no member is left. */
  get over(): boolean {
    return this.#members.size === 0;
  }

  /** Makes `child` a member. */
  add(child: Child): void {
    this.#members.add(child);
  }

  /** Lets `child` go; the last one ends the delay. */
  release(child: Child): void {
    this.#members.delete(child);
    if (this.over) this.#endDelay();
  }

  /** Waits `ms` milliseconds, or until no member is left; 0 does not wait. */
  delay(ms: number): Promise<void> {
    if (ms <= 0 || this.over) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    this.#timer = setTimeout(resolve, ms);
    return promise;
  }

  #endDelay(): void {
    clearTimeout(this.#timer);
    this.#wake?.();
  }
}
