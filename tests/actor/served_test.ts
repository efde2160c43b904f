import { assert, assertEquals } from "@std/assert";
import {
  LEAST_PERMISSION,
  LEAST_PERMISSION_OUTPUT,
  PACKAGE,
  type ProgramEnd,
  runDeno,
} from "../fixtures/child_program.ts";

/** Where a registry would put the package. */
const PREFIX = "/@troupe/actors/0.1.0/";

/** The package behind an http address, as a registry serves it. */
class PackageServer implements AsyncDisposable {
  /** What was asked for and is there. */
  readonly served: Set<string> = new Set();
  /** What was asked for and is not part of the package. */
  readonly missing: string[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #published: readonly string[];

  constructor(published: readonly string[]) {
    this.#published = published;
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => this.#answer(new URL(request.url).pathname),
    );
  }

  /** Address and port. */
  get host(): string {
    return `127.0.0.1:${this.#server.addr.port}`;
  }

  /** The address of a file of the package. */
  url(path: string): string {
    return `http://${this.host}${PREFIX}${path}`;
  }

  async #answer(pathname: string): Promise<Response> {
    const path = pathname.slice(PREFIX.length);
    const known = pathname.startsWith(PREFIX) &&
      this.#published.some((p) => path === p || path.startsWith(`${p}/`));
    if (!known) {
      this.missing.push(pathname);
      return new Response("Not found", { status: 404 });
    }
    this.served.add(path);
    return new Response(await Deno.readTextFile(new URL(path, PACKAGE)), {
      headers: { "content-type": "application/typescript" },
    });
  }

  /** Stops serving. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

/** What the package publishes, and the program that uses it. */
async function servePackage(): Promise<PackageServer> {
  const config = await Deno.readTextFile(new URL("deno.json", PACKAGE));
  const { publish } = JSON.parse(config) as { publish: { include: string[] } };
  return new PackageServer([...publish.include, LEAST_PERMISSION]);
}

/** Runs `program` in an empty folder with an empty cache, so that everything is really fetched. */
async function runFetched(
  program: (folder: string) => Promise<string> | string,
  flags: (folder: string) => readonly string[],
): Promise<ProgramEnd> {
  const folder = await Deno.makeTempDir();
  try {
    const main = await program(folder);
    return await runDeno(
      [
        "run",
        "--quiet",
        "--no-prompt",
        "--no-config",
        ...flags(folder),
        main,
      ],
      { cwd: folder, env: { DENO_DIR: `${folder}/cache` } },
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("System runs actors whose modules and package are served over http", async () => {
  await using server = await servePackage();
  const end = await runFetched(
    () => server.url(LEAST_PERMISSION),
    () => [`--allow-import=${server.host}`],
  );
  assertEquals(end, { code: 0, stdout: LEAST_PERMISSION_OUTPUT, stderr: "" });
  assertEquals(server.missing, []);
  const entries = ["nursery/nursery", "thread/worker", "light/host"];
  for (const entry of entries.map((name) => `${name}_entry`)) {
    assert(server.served.has(`src/actor/${entry}.ts`), entry);
  }
});

Deno.test("System runs a local actor with a package that is served over http", async () => {
  await using server = await servePackage();
  const end = await runFetched(
    async (folder) => {
      const source = await Deno.readTextFile(
        new URL(LEAST_PERMISSION, PACKAGE),
      );
      const path = `${folder}/main.ts`;
      await Deno.writeTextFile(
        path,
        source.replace("../../mod.ts", server.url("mod.ts")),
      );
      return path;
    },
    (folder) => [
      `--allow-import=${server.host}`,
      `--allow-read=${folder}/main.ts`,
    ],
  );
  assertEquals(end, { code: 0, stdout: LEAST_PERMISSION_OUTPUT, stderr: "" });
  assertEquals(server.missing, []);
});
