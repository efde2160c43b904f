/**
 * Builds a folder that has the shape of a package registry from the sources in `packages/`.
 *
 * The folder lies outside the repository, in the user's cache: a registry inside the package would be linted, checked and
 * published with it. Its name holds a hash of the sources, so a change of them makes a new folder and an old one stays valid.
 *
 * @module
 */

/** A package of the mirror: its version and what each entry point is served from. */
interface Package {
  version: string;
  exports: Record<string, string>;
}

function entries(
  file: string,
  names: readonly string[],
): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, file]));
}

const PACKAGES: Record<string, Package> = {
  assert: {
    version: "1.0.19",
    exports: entries(
      "./mod.js",
      `. ./assert ./almost-equals ./array-includes ./equals ./exists ./false ./greater ./greater-or-equal ./instance-of
       ./is-error ./less ./less-or-equal ./match ./not-equals ./not-instance-of ./not-match ./not-strict-equals
       ./object-match ./rejects ./strict-equals ./string-includes ./throws ./assertion-error ./equal ./fail
       ./unimplemented ./unreachable`.split(/\s+/),
    ),
  },
  async: {
    version: "1.5.0",
    exports: entries(
      "./mod.js",
      `. ./abortable ./all-keyed ./deadline ./debounce ./delay ./mux-async-iterator ./poll ./pool ./retry ./tee`
        .split(/\s+/),
    ),
  },
  cli: {
    version: "1.0.32",
    exports: {
      ...entries("./mod.js", [
        ".",
        "./parse-args",
        "./prompt-secret",
        "./unicode-width",
      ]),
      "./unstable-progress-bar": "./unstable_progress_bar.ts",
      "./unstable-spinner": "./unstable_spinner.ts",
    },
  },
  testing: {
    version: "1.0.20",
    exports: {
      "./bdd": "./bdd.ts",
      "./mock": "./mock.ts",
      "./time": "./time.ts",
    },
  },
};

const SOURCES = new URL("./packages/", import.meta.url);

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

async function fileNames(folder: URL): Promise<string[]> {
  return await Array.fromAsync(Deno.readDir(folder), (entry) => entry.name);
}

/** Every file of the mirror by its path inside of it. */
async function mirrorFiles(): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const addJson = (path: string, value: unknown) =>
    files.set(path, new TextEncoder().encode(JSON.stringify(value)));
  for (const [name, { version, exports }] of Object.entries(PACKAGES)) {
    const manifest: Record<string, { size: number; checksum: string }> = {};
    const folder = new URL(`${name}/`, SOURCES);
    for (const file of (await fileNames(folder)).sort()) {
      const bytes = await Deno.readFile(new URL(file, folder));
      files.set(`@std/${name}/${version}/${file}`, bytes);
      manifest[`/${file}`] = {
        size: bytes.length,
        checksum: `sha256-${await sha256(bytes)}`,
      };
    }
    addJson(`@std/${name}/meta.json`, {
      scope: "std",
      name,
      latest: version,
      versions: { [version]: {} },
    });
    addJson(`@std/${name}/${version}_meta.json`, { manifest, exports });
  }
  return files;
}

/** The folders to try, best first: a cache lasts, a temporary folder is always writable. */
function cacheFolders(): string[] {
  const home = Deno.env.get("HOME");
  const candidates = Deno.build.os === "windows"
    ? [Deno.env.get("LOCALAPPDATA"), Deno.env.get("TEMP")]
    : [
      Deno.env.get("XDG_CACHE_HOME"),
      home &&
      `${home}/${Deno.build.os === "darwin" ? "Library/Caches" : ".cache"}`,
      Deno.env.get("TMPDIR"),
      "/tmp",
    ];
  return candidates.filter((path): path is string =>
    path !== undefined && path !== ""
  );
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

/**
 * Builds the folder unless it is there.
 *
 * - **Safe with other builders:** each writes a folder of its own and renames it into place; the first rename wins.
 * - **Whole or absent:** a folder under the final name is complete.
 *
 * @returns `url`, the `file:` address of the folder with a slash at its end, and `built`, whether this call built it.
 */
export async function buildMirror(): Promise<{ url: string; built: boolean }> {
  const files = await mirrorFiles();
  const digest = await sha256(
    new TextEncoder().encode(
      (await Promise.all(
        Array.from(
          files,
          async ([path, bytes]) => `${path} ${await sha256(bytes)}\n`,
        ),
      )).join(""),
    ),
  );
  let refused: unknown;
  for (const cache of cacheFolders()) {
    const folder = `${cache}/troupe_closed_network/${digest.slice(0, 16)}`;
    const url = folderUrl(folder);
    if (isFolder(folder)) return { url, built: false };
    const draft = `${folder}.${crypto.randomUUID()}`;
    try {
      for (const [path, bytes] of files) {
        const target = `${draft}/${path}`;
        await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), {
          recursive: true,
        });
        await Deno.writeFile(target, bytes);
      }
      await Deno.rename(draft, folder);
      return { url, built: true };
    } catch (error) {
      refused = error;
      await Deno.remove(draft, { recursive: true }).catch(() => {});
      // Another builder was faster: its folder has the same content.
      if (isFolder(folder)) return { url, built: false };
    }
  }
  throw new Error(
    "Cannot build the package folder: no cache folder is writable",
    {
      cause: refused,
    },
  );
}

function folderUrl(path: string): string {
  const url = new URL("file:///");
  url.pathname = `${path.replaceAll("\\", "/")}/`;
  return url.href;
}
