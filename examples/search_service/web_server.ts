import { deadline } from "@std/async/deadline";
import { ENDINGS, isEnding } from "./ending.ts";
import { find, type Library } from "./query.ts";
import { searchPage } from "./search_page.ts";
import type { SearchService } from "./service.ts";

/** Hits an answer shows unless `limit` says otherwise, and at most. */
const DEFAULT_HITS = 20;
const MOST_HITS = 200;
/** How long open requests get to end when the server stops, in milliseconds. */
const SHUTDOWN_MS = 1_000;

/** A server that runs. */
export interface WebServer {
  readonly url: string;
  /** Takes no more requests and lets the open ones end, for at most a second; what is late ends with the program. */
  stop(): Promise<void>;
}

/** The port to serve on belongs to another program. */
export class PortTakenError extends Error {
  override readonly name = "PortTakenError";
  readonly port: number;

  constructor(port: number) {
    super(
      `Cannot serve on port ${port} as it is taken: choose another with --port, or 0 for any that is free`,
    );
    this.port = port;
  }
}

/**
 * Serves the search page at `/`, JSON at `/search?q=` and `/tree`, and takes `POST /kill/:name?how=`, on 127.0.0.1.
 *
 * @throws {PortTakenError} If the port is taken; port 0 takes any that is free.
 */
export function serveSearch(
  service: SearchService,
  library: Library,
  port: number,
): WebServer {
  const server = listen({
    hostname: "127.0.0.1",
    port,
    onListen: () => {},
    onError: (error) =>
      refusal(500, error instanceof Error ? error.message : String(error)),
  }, (request) => respond(service, library, request));
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    async stop(): Promise<void> {
      // Not by an abort signal at last: Deno throws at one that comes in the middle of a shutdown.
      await deadline(server.shutdown(), SHUTDOWN_MS).catch(() => {});
    },
  };
}

function listen(
  options: Deno.ServeTcpOptions,
  respond: (request: Request) => Promise<Response>,
): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve(options, respond);
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new PortTakenError(options.port ?? 0);
  }
}

async function respond(
  service: SearchService,
  library: Library,
  request: Request,
): Promise<Response> {
  const url = new URL(request.url);
  const kill = /^\/kill\/([^/]+)$/.exec(url.pathname);
  if (kill !== null) return killed(service, request, kill[1]!);
  if (request.method !== "GET" && request.method !== "HEAD") {
    return refusal(405, `Cannot ${request.method} here: only GET`, "GET, HEAD");
  }
  const query = url.searchParams.get("q") ?? "";
  const limit = hitsWanted(url.searchParams.get("limit"));
  if (url.pathname === "/search") {
    return json(await find(service, library, { query, limit }));
  }
  if (url.pathname === "/tree") {
    const { kills, restarts, zombies } = service;
    const progress = await service.progress();
    const statistics = await service.statistics();
    return json({
      children: service.tree(),
      kills,
      restarts,
      zombies,
      progress,
      statistics,
    });
  }
  if (url.pathname !== "/") {
    return refusal(404, `Nothing at "${url.pathname}"`);
  }
  const findings = query.trim() === ""
    ? undefined
    : await find(service, library, { query, limit });
  const page = searchPage({
    findings,
    statistics: await service.statistics(),
    tree: service.tree(),
  });
  return new Response(page, {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy":
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
    },
  });
}

function killed(
  service: SearchService,
  request: Request,
  name: string,
): Response {
  if (request.method !== "POST") {
    return refusal(405, `Cannot ${request.method} a kill: only POST`, "POST");
  }
  const url = new URL(request.url);
  const origin = request.headers.get("origin");
  // A page of another site may send us a form, but not its own address away.
  if (origin !== null && origin !== url.origin) {
    return refusal(403, `Not from "${origin}"`);
  }
  const how = url.searchParams.get("how") ?? "throw";
  if (!isEnding(how)) {
    return refusal(
      400,
      `Cannot kill by "${how}": choose one of ${ENDINGS.join(", ")}`,
    );
  }
  if (!service.fail(name, how)) {
    return refusal(
      404,
      `No indexer "${name}": there are ${service.indexers.join(", ")}`,
    );
  }
  if (request.headers.get("accept")?.includes("text/html")) {
    return new Response(null, { status: 303, headers: { location: "/" } });
  }
  return json({ killed: name, how }, 202);
}

function hitsWanted(limit: string | null): number {
  const wanted = Number(limit ?? DEFAULT_HITS);
  return Number.isInteger(wanted) && wanted > 0
    ? Math.min(wanted, MOST_HITS)
    : DEFAULT_HITS;
}

function refusal(status: number, error: string, allow?: string): Response {
  const response = json({ error }, status);
  if (allow !== undefined) response.headers.set("allow", allow);
  return response;
}

function json(value: unknown, status = 200): Response {
  return new Response(JSON.stringify(value, null, 2) + "\n", {
    status,
    headers: { "content-type": "application/json; charset=utf-8" },
  });
}
