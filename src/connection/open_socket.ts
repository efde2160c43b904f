/**
 * Listening at an address of which nobody else has anything.
 *
 * @module
 */
import { InvalidOptionError } from "../errors.ts";
import { type Address, showAddress } from "./address.ts";
import { AddressInUseError } from "./address_in_use_error.ts";
import { closeQuietly } from "./socket.ts";

/** How often it is tried while others listen in the same directory. */
const TRIES = 200;
/** The pause between two tries, in milliseconds. */
const PAUSE_MS = 5;

/** What listens, and what it leaves behind when it is closed. */
export interface OpenSocket {
  /** What listens. */
  readonly listener: Deno.Listener;
  /** The address, with the port that was chosen. */
  readonly address: string;
  /** Closes it, and removes its file if that is still its own. */
  close(): void;
}

/**
 * Listens at `address`.
 *
 * - **A path:** the file may be used by this user only, in a directory that nobody else may write to, which is made if it is
 *   not there. A socket at which nobody listens is replaced.
 *
 * @throws {AddressInUseError} If somebody listens there, or there is a file that is no socket.
 * @throws {InvalidOptionError} If the directory can be written to by others.
 */
export async function openSocket(address: Address): Promise<OpenSocket> {
  return "path" in address ? await openUnix(address.path) : openPort(address);
}

function openPort(address: Exclude<Address, { path: string }>): OpenSocket {
  const { hostname, port } = address;
  let listener: Deno.TcpListener;
  try {
    listener = Deno.listen({ hostname, port });
  } catch (cause) {
    if (!(cause instanceof Deno.errors.AddrInUse)) throw cause;
    throw inUse(showAddress(address), "somebody listens", cause);
  }
  return {
    listener,
    address: showAddress({ ...address, port: listener.addr.port }),
    close: () => closeQuietly(listener),
  };
}

async function openUnix(path: string): Promise<OpenSocket> {
  const directory = path.slice(0, path.lastIndexOf("/")) || "/";
  await ownDirectory(directory);
  const listener = await bind(path, directory);
  try {
    await Deno.chmod(path, 0o600);
    const { ino, uid } = await Deno.lstat(path);
    if ((await Deno.stat(directory)).uid !== uid) throw foreign(directory);
    return {
      listener: listener as unknown as Deno.Listener,
      address: path,
      close: () => {
        // Before it is closed: as long as it is open no other file has its number.
        removeOwn(path, ino);
        closeQuietly(listener);
      },
    };
  } catch (error) {
    closeQuietly(listener);
    await Deno.remove(path).catch(() => {});
    throw error;
  }
}

/**
 * Listens at a path where nobody does.
 *
 * One at a time in a directory: who has found a dead socket would else take away the one that another has put in its place.
 */
async function bind(
  path: string,
  directory: string,
): Promise<Deno.UnixListener> {
  using place = await Deno.open(directory, { read: true });
  for (let tries = 0; !await place.tryLock(true); tries++) {
    if (tries === TRIES) throw inUse(path, "others want it too");
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  const free = tryBind(path);
  if (free !== undefined) return free;
  await removeDead(path);
  const freed = tryBind(path);
  if (freed === undefined) throw inUse(path, "others want it too");
  return freed;
}

/** Listens at a path, if there is nothing. */
function tryBind(path: string): Deno.UnixListener | undefined {
  try {
    return Deno.listen({ transport: "unix", path });
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    return undefined;
  }
}

/** Removes a socket at which nobody listens. */
async function removeDead(path: string): Promise<void> {
  // Who listened there may just have removed it.
  const found = await Deno.lstat(path).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isSocket) throw inUse(path, "there is a file that is no socket");
  if (await isAlive(path)) throw inUse(path, "somebody listens");
  await Deno.remove(path).catch(() => {});
}

async function isAlive(path: string): Promise<boolean> {
  try {
    (await Deno.connect({ transport: "unix", path })).close();
    return true;
  } catch (error) {
    return !(error instanceof Deno.errors.ConnectionRefused ||
      error instanceof Deno.errors.NotFound);
  }
}

/** Makes the directory if it is not there; nobody else may write to it. */
async function ownDirectory(directory: string): Promise<void> {
  await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
  const { isDirectory, mode } = await Deno.stat(directory);
  if (!isDirectory || ((mode ?? 0) & 0o022) !== 0) throw foreign(directory);
}

function foreign(directory: string): InvalidOptionError {
  return new InvalidOptionError(
    `Cannot listen in "${directory}" as others may write to it, or it is not of this user: use a directory with the mode 0700`,
    { option: "address", value: directory },
  );
}

function removeOwn(path: string, ino: number | null): void {
  try {
    if (Deno.lstatSync(path).ino === ino) Deno.removeSync(path);
  } catch { /* It is gone. */ }
}

function inUse(
  address: string,
  why: string,
  cause?: unknown,
): AddressInUseError {
  return new AddressInUseError(
    `Cannot listen at "${address}" as ${why} there: use another address`,
    { address, ...cause === undefined ? {} : { cause } },
  );
}
