/**
 * Waiting on mapped memory, between processes: by futex(2) on Linux; elsewhere by looking again and again.
 *
 * - **A wake-up** costs a call into the system, 1 µs, whether anybody waits or not.
 * - **A wait that leaves the thread free** is a call on one of the threads that Deno keeps for such calls, for 50 ms at most:
 *   it cannot be taken back. Those threads are few (some 32), so beyond four waits of a thread the others look every 2 ms.
 *   Such a wait keeps the program alive, unlike one of `Atomics.waitAsync`.
 * - **Memory that is unmapped** under a wait ends it at its time; the system copes with that.
 *
 * @module
 */
import { load, wait, type WaitAsyncResult, type Words } from "./cells.ts";
import { type Elsewhere, useElsewhere } from "./elsewhere.ts";
import { libc } from "./libc.ts";

/** Operations of futex(2), on memory that processes share. */
const FUTEX = { WAIT: 0, WAKE: 1 };
/** Numbers of calls of the system. */
const CALLS = Deno.build.arch === "x86_64"
  ? { FUTEX: 202n, GETTID: 186n }
  : { FUTEX: 98n, GETTID: 178n };
/** The longest wait that leaves the thread free, in milliseconds. */
const SLICE_MS = 50;
/** How often to look where the system does not wait, in milliseconds. */
const LOOK_MS = 2;
/** Waits of one thread that the system may do aside at a time. */
const MOST_ASIDE = 4;
/** Bytes of a time, as the system reads it. */
const MOMENT_BYTES = 16;
/** How memory of its own is had from Linux. */
const MAP = { PRIVATE_READ_WRITE: 3, ANONYMOUS: 0x22 };
/** All of them. */
const ALL = 0x7fff_ffff;

const addresses: WeakMap<ArrayBufferLike, bigint> = new WeakMap();
/** Nobody changes it: to sleep on. */
const STILL = new Int32Array(new SharedArrayBuffer(4));
const moment = new BigInt64Array(2);
let aside = 0;

/** Waits and wakes on mapped memory, from now on, on this thread. */
export function useFutex(): void {
  useElsewhere(libc().linux === undefined ? LOOKING : FUTEXES);
}

/** The number of this thread in the system; on macOS that of its process. */
export function threadNumber(): number {
  const { linux } = libc();
  return Number(
    linux?.syscall(CALLS.GETTID, 0n, 0, 0, null, 0n, 0) ?? Deno.pid,
  );
}

function addressOf(words: Words, index: number): bigint {
  let base = addresses.get(words.buffer);
  if (base === undefined) {
    const whole = new Uint8Array(words.buffer as ArrayBuffer);
    base = BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(whole)));
    addresses.set(words.buffer, base);
  }
  return base + BigInt(words.byteOffset + 4 * index);
}

function setTime(time: BigInt64Array, ms: number): void {
  time[0] = BigInt(Math.floor(ms / 1_000));
  time[1] = BigInt(Math.floor((ms % 1_000) * 1e6));
}

function endOf(
  result: number | bigint,
  words: Words,
  index: number,
  value: number,
): "ok" | "not-equal" | "timed-out" {
  if (Number(result) === 0) return "ok";
  // The memory may be gone.
  if (words.length === 0) return "not-equal";
  return load(words, index) === value ? "timed-out" : "not-equal";
}

/** The waits of Linux. */
const FUTEXES: Elsewhere = {
  wait(words, index, value, timeoutMs = Infinity) {
    const at = addressOf(words, index);
    const isLimited = timeoutMs < 2 ** 31;
    if (isLimited) setTime(moment, Math.max(0, timeoutMs));
    const result = libc().linux!.syscall(
      CALLS.FUTEX,
      at,
      FUTEX.WAIT,
      value,
      isLimited ? moment : null,
      0n,
      0,
    );
    return endOf(result, words, index, value);
  },
  waitAsync(words, index, value, timeoutMs = Infinity) {
    if (load(words, index) !== value) {
      return { async: false, value: "not-equal" };
    }
    const ms = Math.min(SLICE_MS, timeoutMs);
    if (ms <= 0) return { async: false, value: "timed-out" };
    if (aside >= MOST_ASIDE) return LOOKING.waitAsync(words, index, value, ms);
    return { async: true, value: waitAside(words, index, value, ms) };
  },
  notify(words, index, count = ALL) {
    const most = Math.min(count, ALL);
    const at = addressOf(words, index);
    return Number(
      libc().linux!.syscall(CALLS.FUTEX, at, FUTEX.WAKE, most, null, 0n, 0),
    );
  },
};

/** Where the times of waits aside lie: of 0 to 50 ms, one behind the other. */
let moments: bigint | undefined;

/**
 * The first of them. In memory of its own that is never given back: a thread that ends, and its memory with it, leaves calls
 * behind that have not begun yet.
 */
function momentsAt(): bigint {
  if (moments !== undefined) return moments;
  const bytes = (SLICE_MS + 1) * MOMENT_BYTES;
  const { PRIVATE_READ_WRITE, ANONYMOUS } = MAP;
  const at = libc().all.mmap(
    0n,
    BigInt(bytes),
    PRIVATE_READ_WRITE,
    ANONYMOUS,
    -1,
    0n,
  );
  const place = Deno.UnsafePointer.create(at)!;
  const buffer = Deno.UnsafePointerView.getArrayBuffer(place, bytes);
  const times = new BigInt64Array(buffer);
  for (let ms = 0; ms <= SLICE_MS; ms++) setTime(times.subarray(2 * ms), ms);
  return moments = at;
}

async function waitAside(
  words: Words,
  index: number,
  value: number,
  ms: number,
): Promise<"ok" | "timed-out"> {
  const time = momentsAt() + BigInt(Math.ceil(ms) * MOMENT_BYTES);
  aside++;
  try {
    const result = await libc().linux!.syscallAside(
      CALLS.FUTEX,
      addressOf(words, index),
      FUTEX.WAIT,
      value,
      time,
      0n,
      0,
    );
    return Number(result) === 0 ? "ok" : "timed-out";
  } finally {
    aside--;
  }
}

/** Waits that look: where the system has none. */
export const LOOKING: Elsewhere = {
  wait(words, index, value, timeoutMs = Infinity) {
    const until = performance.now() + timeoutMs;
    for (;;) {
      if (load(words, index) !== value) return "ok";
      const left = until - performance.now();
      if (left <= 0) return "timed-out";
      wait(STILL, 0, 0, Math.min(LOOK_MS, left));
    }
  },
  waitAsync(_words, _index, _value, timeoutMs = Infinity): WaitAsyncResult {
    const { promise, resolve } = Promise.withResolvers<"timed-out">();
    setTimeout(() => resolve("timed-out"), Math.min(LOOK_MS, timeoutMs));
    return { async: true, value: promise };
  },
  notify: () => 0,
};
