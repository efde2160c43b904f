/** What Deno has of Node, and no types of its own for. */
interface NodeProcess {
  getBuiltinModule(name: string): unknown;
}

/**
 * A part of the platform that is Node's, which is loaded by its first use: each takes milliseconds of each thread that loads
 * it, and few ever need one.
 *
 * @typeParam Module Its type: `typeof import("node:tls")`.
 * @param name Its name, such as `node:tls`.
 */
export function nodeModule<Module>(name: `node:${string}`): Module {
  const { process } = globalThis as unknown as { process: NodeProcess };
  return process.getBuiltinModule(name) as Module;
}
