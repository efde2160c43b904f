/** The part of the Web Locks API that is used here; Deno has it, its type library does not. */
export interface Locks {
  /** Calls `held` when the lock is granted and keeps it until the promise settles; rejects when `signal` aborts before. */
  request(
    name: string,
    options: { signal?: AbortSignal },
    held: () => unknown,
  ): Promise<unknown>;
}

/** The locks of this process. */
export function locks(): Locks {
  return (navigator as unknown as { locks: Locks }).locks;
}
