// deno-lint-ignore-file no-explicit-any

/** The types of the command-line helpers; the code is in `mod.js`. @module */

type Name = string | undefined;
type Many<T> = T | ReadonlyArray<Extract<T, string>>;
type Keys<T> = Extract<T, string>;
type Flat<T> = { [K in keyof T]: T[K] };

type Negated<K, N> = K extends N ? false : never;
type Strings<S, C, N> =
  & { [K in Exclude<Keys<S>, C>]?: string | Negated<K, N> }
  & { [K in Keys<S> & C]: string[] | Negated<K, N> };
type Booleans<B, C> =
  & { [K in Exclude<Keys<B>, C>]: boolean }
  & { [K in Keys<B> & C]: boolean[] };
type Collected<B, S, C, N> = {
  [K in Exclude<Keys<C>, Keys<B> | Keys<S>>]: unknown[] | Negated<K, N>;
};
type Defaulted<T, D> = D extends Record<string, unknown> ?
    & Omit<T, keyof D>
    & {
      [K in keyof D]: K extends keyof T ? D[K] | NonNullable<T[K]> : unknown;
    }
  : T;
type AliasOf<K, A> = K extends keyof A ? A[K] extends string ? A[K]
  : A[K] extends ReadonlyArray<infer E> ? E
  : never
  : never;
type Aliased<T, A> = {
  [K in keyof T as K | Extract<AliasOf<K, A>, PropertyKey>]: T[K];
};
type Values<B, S, C, N, D, A> = [B, S, C] extends
  [undefined, undefined, undefined] ? Record<string, any>
  :
    & Record<string, unknown>
    & Aliased<
      Defaulted<
        Flat<Strings<S, C, N> & Booleans<B, C> & Collected<B, S, C, N>>,
        D
      >,
      A
    >;

export type Args<
  TArgs extends Record<string, unknown> = Record<string, any>,
  TDoubleDash extends boolean | undefined = undefined,
> = Flat<
  & TArgs
  & { _: Array<string | number> }
  & (true extends TDoubleDash ? { "--": string[] } : Record<never, never>)
>;

export interface ParseOptions<
  TBooleans extends boolean | Name = boolean | Name,
  TStrings extends Name = Name,
  TCollectable extends Name = Name,
  TNegatable extends Name = Name,
  TDefault extends Record<string, unknown> | undefined =
    | Record<string, unknown>
    | undefined,
  TAliases extends
    | Partial<Record<string, string | ReadonlyArray<string>>>
    | undefined =
      | Partial<Record<string, string | ReadonlyArray<string>>>
      | undefined,
  TDoubleDash extends boolean | undefined = boolean | undefined,
> {
  "--"?: TDoubleDash;
  alias?: TAliases;
  boolean?: Many<TBooleans>;
  default?: TDefault;
  stopEarly?: boolean;
  string?: Many<TStrings>;
  collect?: Many<TCollectable>;
  negatable?: Many<TNegatable>;
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

export function parseArgs<
  TDoubleDash extends boolean | undefined = undefined,
  TBooleans extends boolean | Name = undefined,
  TStrings extends Name = undefined,
  TCollectable extends Name = undefined,
  TNegatable extends Name = undefined,
  TDefaults extends Record<string, unknown> | undefined = undefined,
  const TAliases extends
    | Partial<Record<string, string | ReadonlyArray<string>>>
    | undefined = undefined,
>(
  args: readonly string[],
  options?: ParseOptions<
    TBooleans,
    TStrings,
    TCollectable,
    TNegatable,
    TDefaults,
    TAliases,
    TDoubleDash
  >,
): Args<
  Values<TBooleans, TStrings, TCollectable, TNegatable, TDefaults, TAliases>,
  TDoubleDash
>;

export interface PromptSecretOptions {
  mask?: string;
  clear?: boolean;
}
export function promptSecret(
  message?: string,
  options?: PromptSecretOptions,
): string | null;

export function unicodeWidth(str: string): number;
