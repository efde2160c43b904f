/**
 * Prints the registry address that lets this repository's programs find their standard packages: the public registry when
 * it answers, else a folder built from `packages/`, so that every task also runs in a network that reaches npm alone.
 *
 * Use it as `JSR_URL=$(deno run -A .ci/closed_network/jsr_url.ts)`.
 *
 * @module
 */

import { buildMirror } from "./mirror.ts";

const REGISTRY = "https://jsr.io/";
const PATIENCE_MS = 2_000;

/** Whether the public registry serves one of the packages within {@linkcode PATIENCE_MS}. */
async function registryAnswers(): Promise<boolean> {
  try {
    const response = await fetch(new URL("@std/assert/meta.json", REGISTRY), {
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const meta: unknown = response.ok ? await response.json() : undefined;
    return typeof meta === "object" && meta !== null && "versions" in meta;
  } catch {
    return false;
  }
}

/**
 * Returns the registry address to use and why it was chosen.
 *
 * @returns `url`, which ends in a slash, and `reason`, one line for a person.
 */
export async function jsrUrl(): Promise<{ url: string; reason: string }> {
  if (await registryAnswers()) {
    return { url: REGISTRY, reason: "standard packages: the public registry" };
  }
  const { url, built } = await buildMirror();
  return {
    url,
    reason: `standard packages: a local folder (${
      built ? "just built" : "built before"
    })`,
  };
}

if (import.meta.main) {
  const { url, reason } = await jsrUrl();
  console.error(reason);
  console.log(url);
}
