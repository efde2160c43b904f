/**
 * The C library of the system, as far as it is needed here: by Deno's FFI, on Linux and macOS.
 *
 * @module
 */
import { NamedMemoryUnavailableError } from "./region_errors.ts";

const COMMON = {
  close: { parameters: ["i32"], result: "i32" },
  flock: { parameters: ["i32", "i32"], result: "i32" },
  fchmod: { parameters: ["i32", "u32"], result: "i32" },
  ftruncate: { parameters: ["i32", "i64"], result: "i32" },
  kill: { parameters: ["i32", "i32"], result: "i32" },
  mmap: {
    parameters: ["usize", "usize", "i32", "i32", "i32", "i64"],
    result: "usize",
  },
  /** On a thread of its own: it waits for the disk. */
  msyncAside: {
    name: "msync",
    parameters: ["usize", "usize", "i32"],
    result: "i32",
    nonblocking: true,
  },
  munmap: { parameters: ["usize", "usize"], result: "i32" },
  open: { parameters: ["buffer", "i32"], result: "i32" },
  shm_unlink: { parameters: ["buffer"], result: "i32" },
} as const;

const LINUX = {
  closedir: { parameters: ["pointer"], result: "i32" },
  __errno_location: { parameters: [], result: "pointer" },
  fallocate: { parameters: ["i32", "i32", "i64", "i64"], result: "i32" },
  /** The same, on a thread of its own: it takes a second for a gigabyte. Its error has no number. */
  fallocateAside: {
    name: "fallocate",
    parameters: ["i32", "i32", "i64", "i64"],
    result: "i32",
    nonblocking: true,
  },
  lseek: { parameters: ["i32", "i64", "i32"], result: "i64" },
  opendir: { parameters: ["buffer"], result: "pointer" },
  pwrite: { parameters: ["i32", "buffer", "usize", "i64"], result: "isize" },
  read: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  readdir: { parameters: ["pointer"], result: "pointer" },
  readlink: { parameters: ["buffer", "buffer", "usize"], result: "isize" },
  shm_open: { parameters: ["buffer", "i32", "u32"], result: "i32" },
  /** Calls of the system that have no function of their own, with six arguments as futex(2) has them. */
  syscall: {
    parameters: ["usize", "usize", "i32", "i32", "buffer", "usize", "i32"],
    result: "isize",
  },
  /** The same, on a thread of its own. */
  syscallAside: {
    name: "syscall",
    parameters: ["usize", "usize", "i32", "i32", "usize", "usize", "i32"],
    result: "isize",
    nonblocking: true,
  },
} as const;

/**
 * On Apple's ARM an optional argument, as the mode of `shm_open` is, lies on the stack: behind eight that fill the registers.
 * On Intel it is the third, and those behind it are not looked at.
 */
const MACOS = {
  __error: { parameters: [], result: "pointer" },
  fstat: {
    name: (Deno.build.arch === "x86_64" ? "fstat$INODE64" : "fstat") as string,
    parameters: ["i32", "buffer"],
    result: "i32",
  },
  shm_open: {
    parameters: [
      "buffer",
      "i32",
      "u32",
      "u32",
      "u32",
      "u32",
      "u32",
      "u32",
      "u32",
    ],
    result: "i32",
  },
} as const;

/** The functions of the library; those of one system alone are in one of the two parts. */
export interface Libc {
  /** What all systems have. */
  readonly all: Deno.DynamicLibrary<typeof COMMON>["symbols"];
  /** What Linux has. */
  readonly linux?: Deno.DynamicLibrary<typeof LINUX>["symbols"];
  /** What macOS has. */
  readonly macos?: Deno.DynamicLibrary<typeof MACOS>["symbols"];
  /** Number of the error of the call before, of this thread. */
  errno(): number;
}

/** Numbers of errors. */
export const ERRNO: {
  /** The owner is somebody else. */
  readonly EPERM: 1;
  /** There is none of that name. */
  readonly ENOENT: 2;
  /** There is one of that name. */
  readonly EEXIST: 17;
} = { EPERM: 1, ENOENT: 2, EEXIST: 17 };

/** Where the library may lie: glibc, then musl. */
const LINUX_NAMES = [
  "libc.so.6",
  `libc.musl-${Deno.build.arch}.so.1`,
  "libc.so",
];

let opened: Libc | undefined;

/**
 * The library, which stays open as long as the thread runs: opening it costs milliseconds.
 *
 * @throws {NamedMemoryUnavailableError} Without `--allow-ffi`, and on a system that is neither Linux nor macOS.
 */
export function libc(): Libc {
  return opened ??= open();
}

function open(): Libc {
  const { os } = Deno.build;
  if (os === "linux") {
    const linux = openLinux({ ...COMMON, ...LINUX });
    const at = linux.__errno_location;
    return { all: linux, linux, errno: () => numberAt(at()) };
  }
  if (os === "darwin") {
    const macos = dlopen(["/usr/lib/libSystem.B.dylib"], {
      ...COMMON,
      ...MACOS,
    });
    const at = macos.__error;
    return { all: macos, macos, errno: () => numberAt(at()) };
  }
  throw new NamedMemoryUnavailableError(
    `Cannot use named memory as it is not supported on this system yet: current system is "${os}", on Linux and macOS --allow-ffi allows it`,
    { reason: "platform" },
  );
}

/**
 * Some functions of the library of Linux, for who needs no others: each of them takes a part of the time that opening it does.
 *
 * @throws {NamedMemoryUnavailableError} Without `--allow-ffi`, and if it has not all of them.
 */
export function openLinux<const S extends Deno.ForeignLibraryInterface>(
  symbols: S,
): Deno.DynamicLibrary<S>["symbols"] {
  return dlopen(LINUX_NAMES, symbols);
}

function numberAt(at: Deno.PointerValue): number {
  return at === null ? 0 : new Deno.UnsafePointerView(at).getInt32();
}

function dlopen<const S extends Deno.ForeignLibraryInterface>(
  names: readonly string[],
  symbols: S,
): Deno.DynamicLibrary<S>["symbols"] {
  let reason: unknown;
  for (const name of names) {
    try {
      return Deno.dlopen(name, symbols).symbols;
    } catch (error) {
      reason ??= error;
      if (error instanceof Deno.errors.NotCapable) {
        throw new NamedMemoryUnavailableError(
          "Cannot use named memory as a permission is missing: run again with --allow-ffi",
          { reason: "permission", cause: error },
        );
      }
    }
  }
  throw new NamedMemoryUnavailableError(
    `Cannot use named memory as the C library of the system cannot be opened: none of ${
      names.join(", ")
    } has all that is needed`,
    { reason: "platform", cause: reason },
  );
}

/** A text as C wants it. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${text}\0`);
}
