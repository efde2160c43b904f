// @ts-self-types="./mod.d.ts"
// File by file: npm's index also loads tables that it does not carry; the width of a text is counted here instead.
export * from "npm:deno-std@1.4.0/cli/parse_args.js";
export * from "npm:deno-std@1.4.0/cli/prompt_secret.js";
export { unicodeWidth } from "./unicode_width.ts";
