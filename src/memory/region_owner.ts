/**
 * Which process owns a region, and whether it still lives.
 *
 * @module
 */
import { cString, ERRNO, libc } from "./libc.ts";

/** A process, told apart from one that gets its number later. */
export interface Owner {
  /** Its number; 0 for nobody. */
  readonly pid: number;
  /** When it started, in ticks since the machine did; 0 where nothing tells. */
  readonly start: number;
  /** The space of numbers it is in, as containers have their own; 0 where nothing tells. */
  readonly space: number;
}

/** Nobody: who is asked for lives for ever. */
export const NOBODY: Owner = { pid: 0, start: 0, space: 0 };

let own: Owner | undefined;

/** This process. */
export function ownProcess(): Owner {
  return own ??= {
    pid: Deno.pid,
    start: statOf("self")?.start ?? 0,
    space: ownSpace(),
  };
}

/** This thread, where threads have numbers as processes do; `number` is its own. */
export function ownThread(number: number): Owner {
  const start = statOf(String(number))?.start ?? 0;
  return { pid: number, start, space: ownProcess().space };
}

/** Whether the owner may still be there. One of another space of numbers always may: nothing tells. */
export function mayLive(owner: Owner): boolean {
  const { pid, start, space } = owner;
  if (pid === 0 || space !== ownProcess().space) return true;
  const { all, errno, linux } = libc();
  if (all.kill(pid, 0) !== 0 && errno() !== ERRNO.EPERM) return false;
  if (linux === undefined) return true;
  const stat = statOf(String(pid));
  if (stat === undefined) return true;
  // One that has ended and that nobody has asked for its end yet owns nothing.
  if (stat.state === "Z" || stat.state === "X") return false;
  return start === 0 || stat.start === start;
}

/** What the system says of a process; `undefined` where it says nothing. */
function statOf(who: string): { state: string; start: number } | undefined {
  const { all, linux } = libc();
  if (linux === undefined) return undefined;
  const file = all.open(cString(`/proc/${who}/stat`), 0);
  if (file < 0) return undefined;
  const bytes = new Uint8Array(1_024);
  const length = Number(linux.read(file, bytes, BigInt(bytes.length)));
  all.close(file);
  if (length <= 0) return undefined;
  const text = new TextDecoder().decode(bytes.subarray(0, length));
  // Behind the name, which may have anything in it: the state, and 19 fields on the start.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] ?? "", start: Number(fields[19] ?? 0) };
}

/** The number of the space that this process is in: `pid:[4026531836]`. */
function ownSpace(): number {
  const { linux } = libc();
  if (linux === undefined) return 0;
  const bytes = new Uint8Array(64);
  const path = cString("/proc/self/ns/pid");
  const length = Number(linux.readlink(path, bytes, BigInt(bytes.length)));
  const text = new TextDecoder().decode(bytes.subarray(0, Math.max(length, 0)));
  return Number(/\d+/.exec(text)?.[0] ?? 0);
}
