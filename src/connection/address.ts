/**
 * Addresses: the path of a unix socket, a port of the loopback interface, or a port of any machine with TLS.
 *
 * @module
 */
import { InvalidOptionError } from "../errors.ts";

/** Where somebody listens. */
export type Address =
  | { readonly path: string }
  | { readonly hostname: string; readonly port: number; readonly tls: boolean };

const WINDOWS = Deno.build.os === "windows";
/** What an address begins with that is encrypted. */
const TLS = "tls://";
/** A host without colons, or one in brackets, and a port. */
const HOST_PORT = /^(?:\[([0-9a-fA-F:.]+)\]|([^:/\\[\]]+)):(\d{1,5})$/;
/** What the name of a unix socket may have, in bytes, with the end of it: the least of the systems. */
const PATH_BYTES = 103;

/**
 * What `address` says: `host:port`, `tls://host:port`, or a path.
 *
 * @param what What cannot be done otherwise, such as `Cannot listen`.
 * @throws {InvalidOptionError} If it is none of them, or not of this machine and not encrypted.
 */
export function readAddress(what: string, address: unknown): Address {
  const refuse = (must: string): never => {
    throw new InvalidOptionError(
      `${what} as ${must}: current value is ${
        Deno.inspect(address, { depth: 1 })
      }`,
      { option: "address", value: address },
    );
  };
  if (typeof address !== "string" || address === "") {
    return refuse("the address must be a text");
  }
  const tls = address.startsWith(TLS);
  const place = tls ? address.slice(TLS.length) : address;
  const [, bracketed, plain, digits] = HOST_PORT.exec(place) ?? [];
  const hostname = bracketed ?? plain;
  if (hostname !== undefined) {
    const port = Number(digits);
    if (port > 65_535) return refuse("a port must be 0 to 65535");
    if (!tls && !isLoopback(hostname)) {
      return refuse(
        "what is said there is not encrypted, so that the host must be 127.0.0.1, [::1] or localhost; use tls://host:port, or a tunnel, to reach other machines",
      );
    }
    return { hostname, port, tls };
  }
  if (tls) return refuse("behind tls:// there must be host:port");
  if (!address.includes("/")) {
    return refuse(
      "the address must be host:port or a path with a slash in it",
    );
  }
  if (WINDOWS) {
    return refuse("there are no unix sockets on Windows, use 127.0.0.1:0");
  }
  if (address.includes("\0")) return refuse("a path has no NUL in it");
  if (new TextEncoder().encode(address).length > PATH_BYTES) {
    return refuse(
      `the path of a socket must have at most ${PATH_BYTES} bytes`,
    );
  }
  return { path: address };
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "::1" ||
    /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

/** An address as {@link readAddress} reads it. */
export function showAddress(address: Address): string {
  if ("path" in address) return address.path;
  const { hostname, port, tls } = address;
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  return `${tls ? TLS : ""}${host}:${port}`;
}
