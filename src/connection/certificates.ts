/**
 * What the ends of an encrypted connection show and trust.
 *
 * @module
 */
import { InvalidOptionError } from "../errors.ts";
import { nodeModule } from "../node_module.ts";
import { checkOptionNames, type OptionNames } from "../option_names.ts";
import type { Address } from "./address.ts";

/** What who listens at a `tls://` address shows to who connects. */
export interface ServerCertificate {
  /** The certificates as PEM: first its own, and then those that lead to an authority that is trusted. */
  readonly cert: string;
  /** The private key of the first one, as PEM without a password. */
  readonly key: string;
}

/** Whom who connects to a `tls://` address trusts. */
export interface TrustedCertificates {
  /** Certificates of authorities that are trusted besides those that Deno trusts, as PEM. At least one. */
  readonly caCerts: readonly string[];
}

const CERTIFICATE_REGEXP =
  /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Checks what is shown at an address.
 *
 * @returns The same; `undefined` if nothing is encrypted there.
 * @throws {InvalidOptionError} If an encrypted one shows nothing that can be shown, or another one something.
 */
export function checkServerCertificate(
  what: string,
  at: Address,
  tls: ServerCertificate | undefined,
): ServerCertificate | undefined {
  if (!isWanted(what, at, tls)) return undefined;
  if (tls === undefined) {
    throw refusal(what, "tls", "must be { cert, key } at a tls:// address");
  }
  checkNames<ServerCertificate>(what, tls, { cert: true, key: true });
  const { cert, key } = tls;
  const [own] = certificatesIn(what, "tls.cert", cert);
  const { X509Certificate, createPrivateKey } = crypto();
  let isOwn: boolean;
  try {
    isOwn = new X509Certificate(own!).checkPrivateKey(createPrivateKey(key));
  } catch {
    const must = "must be a private key in the form of PEM, without a password";
    throw refusal(what, "tls.key", must);
  }
  if (isOwn) return { cert, key };
  throw refusal(what, "tls.key", "must be that of the first certificate");
}

/**
 * Checks who is trusted at an address.
 *
 * @returns Their certificates, one each, besides those that Deno trusts; `undefined` if nothing is encrypted there.
 * @throws {InvalidOptionError} If that is no certificate, or nobody need be trusted there.
 */
export function checkTrusted(
  what: string,
  to: Address,
  tls: TrustedCertificates | undefined,
): readonly string[] | undefined {
  if (!isWanted(what, to, tls)) return undefined;
  if (tls === undefined) return [];
  checkNames<TrustedCertificates>(what, tls, { caCerts: true });
  const { caCerts } = tls;
  if (!Array.isArray(caCerts) || caCerts.length === 0) {
    const must = "must be an array of at least one text";
    throw refusal(what, "tls.caCerts", `${must}: ${kindOf(caCerts)}`);
  }
  return caCerts.flatMap((each) => certificatesIn(what, "tls.caCerts", each));
}

/** Whether an address is encrypted; then and only then something may be said of certificates. */
function isWanted(what: string, address: Address, tls: unknown): boolean {
  const isEncrypted = "tls" in address && address.tls;
  if (isEncrypted || tls === undefined) return isEncrypted;
  throw refusal(what, "tls", "is for an address that begins with tls://");
}

/** Checks the names alone: a value that comes by a wrong one may be a key. */
function checkNames<Options extends object>(
  what: string,
  tls: Options,
  names: OptionNames<Options>,
): void {
  if (typeof tls !== "object" || tls === null) {
    throw refusal(what, "tls", `must be an object: ${kindOf(tls)}`);
  }
  const named = Object.entries(tls).filter(([, value]) => value !== undefined);
  const hidden = named.map(([name]) => [name, "not shown"] as const);
  checkOptionNames<Options>(what, Object.fromEntries(hidden), names, "tls");
}

/** The certificates in a text, each as one. */
function certificatesIn(what: string, option: string, pem: unknown): string[] {
  const found = typeof pem === "string" ? pem.match(CERTIFICATE_REGEXP) : null;
  try {
    const { X509Certificate } = crypto();
    for (const each of found!) new X509Certificate(each);
    return found!;
  } catch {
    const must =
      "must hold certificates in the form of PEM, each of them whole";
    throw refusal(what, option, must);
  }
}

function crypto(): typeof import("node:crypto") {
  return nodeModule("node:crypto");
}

/** What was given, but for what is in it. */
function kindOf(value: unknown): string {
  if (value === null) return "current value is null";
  if (Array.isArray(value)) return `current length is ${value.length}`;
  return `current type is ${typeof value}`;
}

/** Without the value: it may be a secret. */
function refusal(
  what: string,
  option: string,
  why: string,
): InvalidOptionError {
  return new InvalidOptionError(`${what} as '${option}' ${why}`, {
    option,
    value: undefined,
  });
}
