/** A clock that tests move by hand. @module */

export interface DelayOptions {
  signal?: AbortSignal;
  persistent?: boolean;
}

export interface FakeTimeOptions {
  advanceRate: number;
  advanceFrequency?: number;
}

export class TimeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "TimeError";
  }
}

type Callback = (...args: unknown[]) => unknown;

interface Timer {
  id: number;
  due: number;
  every: number | undefined;
  callback: Callback;
  args: unknown[];
}

const real = {
  Date: globalThis.Date,
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
  timeout: AbortSignal.timeout,
};

let current: FakeTime | undefined;

const FakeDate = new Proxy(Date, {
  construct(_target, args) {
    if (args.length === 0) args.push(fakeNow());
    return Reflect.construct(real.Date, args);
  },
  apply() {
    return new real.Date(fakeNow()).toString();
  },
  get(target, property, receiver) {
    return property === "now"
      ? fakeNow
      : Reflect.get(target, property, receiver);
  },
});

function fakeNow(): number {
  return current?.now ?? real.Date.now();
}

function startOf(start: number | string | Date | null | undefined): number {
  const at = start === undefined || start === null
    ? real.Date.now()
    : typeof start === "number"
    ? Math.floor(start)
    : new real.Date(start).valueOf();
  if (Number.isNaN(at)) {
    throw new TypeError(`Cannot construct FakeTime: invalid start time ${at}`);
  }
  return at;
}

export class FakeTime {
  readonly #start: number;
  #now: number;
  #lastId = 0;
  /** Ordered by due time, and by age where that is equal. */
  readonly #timers: Timer[] = [];
  #advance: ReturnType<typeof setInterval> | undefined;

  constructor(
    start?: number | string | Date | null,
    options?: FakeTimeOptions,
  ) {
    if (current) {
      throw new TimeError("Cannot construct FakeTime: time is already faked");
    }
    this.#now = this.#start = startOf(start);
    this.#install();
    current = this;
    const rate = Math.max(0, options?.advanceRate ?? 0);
    const frequency = Math.max(0, options?.advanceFrequency ?? 10);
    if (rate > 0) {
      this.#advance = real.setInterval(
        () => this.tick(rate * frequency),
        frequency,
      );
    }
  }

  static restore(): void {
    if (!current) {
      throw new TimeError("Cannot restore time: time is already restored");
    }
    current.restore();
  }

  static async restoreFor<T>(
    // deno-lint-ignore no-explicit-any
    callback: (...args: any[]) => Promise<T> | T,
    // deno-lint-ignore no-explicit-any
    ...args: any[]
  ): Promise<T> {
    const time = current;
    if (!time) throw new TimeError("Cannot restore time: time is not faked");
    time.#uninstall();
    try {
      const result = callback(...args);
      // Not awaited when it is a value: the real clock must not be on for a turn longer than the call.
      return result instanceof Promise ? await result : result;
    } finally {
      time.#install();
    }
  }

  get now(): number {
    return this.#now;
  }
  set now(value: number) {
    if (value < this.#now) {
      throw new RangeError(
        `Cannot set current time in the past, time must be >= ${this.#now}: received ${value}`,
      );
    }
    for (;;) {
      const timer = this.#timers[0];
      if (timer === undefined || timer.due > value) break;
      this.#timers.shift();
      this.#now = timer.due;
      if (timer.every !== undefined) {
        this.#insert({ ...timer, due: timer.due + timer.every });
      }
      timer.callback(...timer.args);
    }
    this.#now = value;
  }

  get start(): number {
    return this.#start;
  }

  async delay(ms: number, options: DelayOptions = {}): Promise<void> {
    const { signal } = options;
    const aborted = () => new DOMException("Delay was aborted.", "AbortError");
    if (signal?.aborted) throw aborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const id = real.setTimeout(resolve, ms);
    const abort = () => {
      real.clearTimeout(id);
      reject(aborted());
    };
    signal?.addEventListener("abort", abort, { once: true });
    await promise.finally(() => signal?.removeEventListener("abort", abort));
  }

  async runMicrotasks(): Promise<void> {
    await this.delay(0);
  }

  tick(ms = 0): void {
    this.now += ms;
  }

  async tickAsync(ms = 0): Promise<void> {
    await this.runMicrotasks();
    this.now += ms;
  }

  next(): boolean {
    const timer = this.#timers[0];
    if (timer) this.now = timer.due;
    return timer !== undefined;
  }

  async nextAsync(): Promise<boolean> {
    await this.runMicrotasks();
    return this.next();
  }

  runAll(): void {
    while (this.#timers.length > 0) this.next();
  }

  async runAllAsync(): Promise<void> {
    while (this.#timers.length > 0) await this.nextAsync();
  }

  restore(): void {
    if (current !== this) {
      throw new TimeError("Cannot restore time: time is already restored");
    }
    current = undefined;
    this.#uninstall();
    if (this.#advance !== undefined) real.clearInterval(this.#advance);
  }

  [Symbol.dispose](): void {
    this.restore();
  }

  #insert(timer: Timer): void {
    const after = this.#timers.findIndex(({ due }) => due > timer.due);
    this.#timers.splice(after < 0 ? this.#timers.length : after, 0, timer);
  }

  #set(name: string, repeat: boolean): Callback {
    return (callback: unknown, delay: unknown = 0, ...args: unknown[]) => {
      if (typeof callback !== "function") {
        throw new TimeError(
          `FakeTime does not support non-function callbacks to ${name}`,
        );
      }
      const wait = Math.max(repeat ? 1 : 0, Math.floor(Number(delay)) || 0);
      const id = ++this.#lastId;
      this.#insert({
        id,
        due: this.#now + wait,
        every: repeat ? wait : undefined,
        callback: callback as Callback,
        args,
      });
      return id;
    };
  }

  #clear(id: unknown): void {
    const index = this.#timers.findIndex((timer) => timer.id === id);
    if (index >= 0) this.#timers.splice(index, 1);
  }

  #install(): void {
    const setTimer = this.#set("setTimeout", false);
    const clear = (id?: unknown) => this.#clear(id);
    Object.assign(globalThis, {
      Date: FakeDate,
      setTimeout: setTimer,
      clearTimeout: clear,
      setInterval: this.#set("setInterval", true),
      clearInterval: clear,
    });
    AbortSignal.timeout = (delay: number): AbortSignal => {
      const aborter = new AbortController();
      setTimer(
        () =>
          aborter.abort(new DOMException("Signal timed out.", "TimeoutError")),
        delay,
      );
      return aborter.signal;
    };
  }

  #uninstall(): void {
    const { timeout, ...globals } = real;
    Object.assign(globalThis, globals);
    AbortSignal.timeout = timeout;
  }
}
