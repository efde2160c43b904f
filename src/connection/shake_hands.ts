/**
 * How the two ends of a socket show each other that they know the key, before anything else of them is read.
 *
 * Each sends a number that was never used before, and then a proof: an HMAC by the key of which end it is, its own number
 * and that of the other. Neither the key nor anything that proves it a second time is ever sent.
 *
 * @module
 */
import { AuthenticationError } from "./authentication_error.ts";
import { frameOf, type FrameReader } from "./frame.ts";

/** Which end of the socket: of a process and who started it, or of two programs that found each other. */
export type Role = "parent" | "child" | "listener" | "caller";

const OTHER: Readonly<Record<Role, Role>> = {
  parent: "child",
  child: "parent",
  listener: "caller",
  caller: "listener",
};

/** What a handshake needs of a connection. */
export interface Wire {
  read(into: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
}

/** Bytes of the key, of the number, and of the proof. */
const BYTES = 32;
/** No frame of a handshake is longer, in bytes. */
export const HANDSHAKE_LIMIT: number = BYTES;

/**
 * What a listener says in the place of its number that takes nobody any more. Whoever it is may know that: there is nothing in
 * it, and who lies by it has only refused to be trusted.
 */
const FULL: Uint8Array<ArrayBuffer> = new Uint8Array([0]);

/** The listener has said that it takes nobody any more. */
export class FullError extends Error {}

/** Says to who called that nobody is taken any more, and waits until it has left: what is cut at once may not be heard. */
export async function turnAway(wire: Wire): Promise<void> {
  await writeAll(wire, frameOf(FULL));
  const rest = new Uint8Array(BYTES);
  while (await readPart(wire, rest) !== null);
}

/** A key that nobody can guess. */
export function newKey(): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(BYTES));
}

/** Writes all of `bytes`. */
export async function writeAll(wire: Wire, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += await wire.write(bytes.subarray(at));
  }
}

/** What a handshake is done with for a key of any length, also an empty one. */
export async function secretOf(
  key: Uint8Array,
): Promise<Uint8Array<ArrayBuffer>> {
  const name = new TextEncoder().encode("troupe 1 key\n");
  const bytes = new Uint8Array(name.length + key.length);
  bytes.set(name);
  bytes.set(key, name.length);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

/**
 * Shows the other end of `wire` the key, and has it shown.
 *
 * @param frames What reads the frames of the wire; its limit is {@link HANDSHAKE_LIMIT} meanwhile.
 * @param secrets The key; of a listener all that the other end may have, one of which it shows. The listener then shows
 * that one too, so that nobody learns of the others.
 * @returns Which of them it was.
 * @throws {AuthenticationError} If the other end does not know the key, or says anything else: the wire is to be closed.
 */
export async function shakeHands(
  wire: Wire,
  frames: FrameReader,
  role: Role,
  ...secrets: readonly [
    Uint8Array<ArrayBuffer>,
    ...readonly Uint8Array<ArrayBuffer>[],
  ]
): Promise<number> {
  frames.limit = HANDSHAKE_LIMIT;
  const own = newKey();
  const keys = await Promise.all(secrets.map(importKey));
  const said = messages(wire, frames, role);
  await writeAll(wire, frameOf(own));
  const theirs = await said();
  const show = async (which: number): Promise<void> => {
    const stated = statement(role, own, theirs);
    const proof = await crypto.subtle.sign("HMAC", keys[which]!, stated);
    await writeAll(wire, frameOf(new Uint8Array(proof)));
  };
  // Anybody may come to a listener: it shows nothing to try keys with before the other end has shown the key.
  if (role !== "listener") await show(0);
  const proof = await said();
  const which = await shownBy(keys, proof, statement(OTHER[role], theirs, own));
  if (which < 0) throw refusal("it does not know the key");
  if (role === "listener") await show(which);
  return which;
}

function importKey(secret: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  return crypto.subtle.importKey("raw", secret, algorithm, false, [
    "sign",
    "verify",
  ]);
}

/** Which of the keys `proof` was made with; -1 if it is none of them. */
async function shownBy(
  keys: readonly CryptoKey[],
  proof: Uint8Array<ArrayBuffer>,
  stated: Uint8Array<ArrayBuffer>,
): Promise<number> {
  for (const [i, key] of keys.entries()) {
    if (await crypto.subtle.verify("HMAC", key, proof, stated)) return i;
  }
  return -1;
}

function statement(
  role: Role,
  own: Uint8Array,
  other: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const name = new TextEncoder().encode(`troupe 1 ${role}\n`);
  const bytes = new Uint8Array(name.length + own.length + other.length);
  bytes.set(name);
  bytes.set(own, name.length);
  bytes.set(other, name.length + own.length);
  return bytes;
}

/** Answers the next message each time, which must be as long as it is to be. */
function messages(
  wire: Wire,
  frames: FrameReader,
  role: Role,
): () => Promise<Uint8Array<ArrayBuffer>> {
  const frame = new Uint8Array(BYTES + 4);
  return async () => {
    // Not a byte more than the frame: what follows the last one is not for the handshake.
    for (let missing = frame.length;;) {
      const count = await readPart(wire, frame.subarray(0, missing));
      if (count === null) throw refusal("it closed the connection");
      missing -= count;
      const [message] = [...frames.push(frame.subarray(0, count))];
      if (message?.length === BYTES) return message;
      if (message === undefined) continue;
      const isFull = role === "caller" && message.length === FULL.length;
      if (isFull) throw new FullError();
      throw refusal(`its message has ${message.length} bytes`);
    }
  };
}

/** As `wire.read()`: one that was cut by the other end is at its end. */
async function readPart(wire: Wire, into: Uint8Array): Promise<number | null> {
  try {
    return await wire.read(into);
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionReset) return null;
    throw error;
  }
}

function refusal(why: string): AuthenticationError {
  return new AuthenticationError(
    `Cannot trust the other end of a connection as ${why}: nothing else of it is read`,
  );
}
