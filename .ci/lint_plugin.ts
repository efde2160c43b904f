/**
 * The house rules that a reader of one file can check: layers, one door to `Atomics`, no barrels inside `src/`, the wording of
 * error messages, and a quiet library. What needs the whole tree is in `check_tree.ts`.
 *
 * @module
 */

/** The rows of the house, lowest first. An import goes down or stays in its folder; folders of one row are strangers. */
const ROWS: readonly (readonly string[])[] = [
  ["exit_report.ts", "node_module.ts", "thrown.ts"],
  ["errors.ts"],
  ["error_wire.ts", "option_names.ts"],
  ["name_error.ts"],
  ["memory"],
  ["sync"],
  ["shared", "channel"],
  ["actor"],
  ["supervisor"],
  ["connection"],
  ["manager", "registry", "pool", "process"],
  ["cluster"],
  ["observe", "testing"],
  ["cli"],
];

const ROOT = new URL("../", import.meta.url).pathname;

/** The path of a file inside the repository, with forward slashes: `src/pool/pool.ts`. */
function pathInside(filename: string): string {
  const path = filename.replaceAll("\\", "/");
  const at = path.indexOf(ROOT);
  return at < 0 ? path.replace(/^\.?\//, "") : path.slice(at + ROOT.length);
}

/** The folder (or file) directly in `src/` that owns a path; `undefined` outside `src/`. */
function layerOf(path: string): string | undefined {
  return path.startsWith("src/") ? path.split("/")[1] : undefined;
}

function rowOf(layer: string): number {
  return ROWS.findIndex((row) => row.includes(layer));
}

/** The path that a relative specifier names, seen from the file at `path`. */
function targetOf(path: string, specifier: string): string {
  return new URL(specifier, `file:///${path}`).pathname.slice(1);
}

/** Calls `visit` with each relative specifier that a module imports or re-exports. */
function onSpecifier(
  visit: (node: Deno.lint.Node, specifier: string) => void,
): Deno.lint.LintVisitor {
  const look = (node: { source: Deno.lint.Node | null }) => {
    const source = node.source;
    if (source?.type !== "Literal" || typeof source.value !== "string") return;
    if (source.value.startsWith(".")) visit(source, source.value);
  };
  return {
    ImportDeclaration: look,
    ExportNamedDeclaration: look,
    ExportAllDeclaration: look,
    ImportExpression: look,
  };
}

const layers: Deno.lint.Rule = {
  create(context) {
    const path = pathInside(context.filename);
    const own = layerOf(path);
    if (own === undefined) return {};
    return onSpecifier((node, specifier) => {
      const target = targetOf(path, specifier);
      const other = layerOf(target);
      if (other === own) return;
      if (other === undefined) {
        context.report({ node, message: `'${target}' is outside src/` });
        return;
      }
      for (const layer of [own, other]) {
        if (rowOf(layer) < 0) {
          context.report({
            node,
            message: `'src/${layer}' has no row: add it to ROWS`,
          });
          return;
        }
      }
      const rise = rowOf(other) - rowOf(own);
      if (rise < 0) return;
      context.report({
        node,
        message: rise === 0
          ? `'src/${own}' imports its neighbour 'src/${other}': folders of one row are strangers`
          : `'src/${own}' imports up from 'src/${other}'`,
        hint: "Imports go down: move the symbol to a lower row or pass it in",
      });
    });
  },
};

const atomics: Deno.lint.Rule = {
  create(context) {
    const path = pathInside(context.filename);
    if (!path.startsWith("src/") || path === "src/memory/cells.ts") return {};
    return {
      Identifier(node) {
        if (node.name !== "Atomics") return;
        context.report({
          node,
          message: "'Atomics' outside src/memory/cells.ts",
          hint:
            "Use the functions of cells.ts: the model checker stands in that door",
        });
      },
    };
  },
};

const barrels: Deno.lint.Rule = {
  create(context) {
    const path = pathInside(context.filename);
    if (!path.startsWith("src/")) return {};
    return onSpecifier((node, specifier) => {
      if (!/(^|\/)mod\.ts$/.test(specifier)) return;
      context.report({
        node,
        message: `'${specifier}' is a barrel`,
        hint: "Inside src/, import the file that holds the symbol",
      });
    });
  },
};

const quiet: Deno.lint.Rule = {
  create(context) {
    const path = pathInside(context.filename);
    if (!path.startsWith("src/") || path.startsWith("src/cli/")) return {};
    return {
      "MemberExpression > Identifier[name='console']"(
        node: Deno.lint.Identifier,
      ) {
        context.report({ node, message: "The library writes to the console" });
      },
    };
  },
};

/** Mirrors the wording of other packages, so the rules for ours do not hold there. */
const FOREIGN = ".ci/closed_network/packages/";

const CONTRACTION_REGEXP =
  /\b(?:\w+n['’]t|\w+['’](?:re|ll|ve|d|m)|(?:it|that|there|here|what|who|let|he|she)['’]s)\b/i;

/** The constant first and last pieces of a message, and all of its constant text. */
function textOf(
  node: Deno.lint.Node | undefined,
): [string, string, string] | undefined {
  if (node?.type === "Literal" && typeof node.value === "string") {
    return [node.value, node.value, node.value];
  }
  if (node?.type !== "TemplateLiteral") return undefined;
  const pieces = node.quasis.map(({ cooked }) => cooked);
  return [pieces.at(0) ?? "", pieces.at(-1) ?? "", pieces.join("…")];
}

const errorMessage: Deno.lint.Rule = {
  create(context) {
    const path = pathInside(context.filename);
    if (path.startsWith("tests/") || path.startsWith(FOREIGN)) return {};
    const check = (made: Deno.lint.NewExpression) => {
      const isAggregate = made.callee.type === "Identifier" &&
        made.callee.name === "AggregateError";
      const node = made.arguments[isAggregate ? 1 : 0];
      const text = textOf(node);
      if (node === undefined || text === undefined) return;
      const [first, last, all] = text;
      const report = (message: string) => context.report({ node, message });
      if (/^[a-z]/.test(first)) report("An error message starts in upper case");
      if (/[.!]$/.test(last)) report("An error message has no final period");
      if (CONTRACTION_REGEXP.test(all)) {
        report("An error message has no contractions");
      }
    };
    return {
      "NewExpression[callee.name=/Error$/]": check,
      "ThrowStatement > NewExpression:not([callee.name=/Error$/])": check,
    };
  },
};

const plugin: Deno.lint.Plugin = {
  name: "troupe",
  rules: { layers, atomics, barrels, quiet, "error-message": errorMessage },
};
export default plugin;
