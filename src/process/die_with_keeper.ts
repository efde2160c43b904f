import { openLinux } from "../memory/libc.ts";

const PRCTL = {
  parameters: ["i32", "usize", "usize", "usize", "usize"],
  result: "i32",
} as const;
/** Which signal a process gets when the thread that started it ends. */
const SET_DEATH_SIGNAL = 1;
const SIGKILL = 9n;

/**
 * Has the system end this process when the thread ends that started it, which is that of its keeper, whatever either of them
 * does then. One that has ended before is found out by who connects to it afterwards.
 *
 * @returns Whether it does: on Linux, with `--allow-ffi`.
 */
export function dieWithKeeper(): boolean {
  if (Deno.build.os !== "linux") return false;
  try {
    const { prctl } = openLinux({ prctl: PRCTL });
    return prctl(SET_DEATH_SIGNAL, SIGKILL, 0n, 0n, 0n) === 0;
  } catch {
    return false; // It may not, or the library is another one.
  }
}
