const NAMES = ["deno.json", "deno.jsonc"];

/** The path of the configuration that holds for the module at `url`: the nearest one above it, else above the working directory. */
export function findConfig(url: string): string | undefined {
  const from = url.startsWith("file:")
    ? new URL(".", url)
    : new URL(`file://${Deno.cwd()}/`);
  for (let at = from;;) {
    for (const name of NAMES) {
      const file = new URL(name, at);
      try {
        if (Deno.statSync(file).isFile) return pathOf(file);
      } catch { /* There is none, or it may not be read. */ }
    }
    const above = new URL("..", at);
    if (above.href === at.href) return undefined;
    at = above;
  }
}

function pathOf({ pathname }: URL): string {
  const path = decodeURIComponent(pathname);
  return Deno.build.os === "windows" ? path.slice(1) : path;
}
