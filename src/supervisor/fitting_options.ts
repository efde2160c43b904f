import type { ActorClass } from "../actor/define.ts";
import type { ActorChild, SupervisorOptions } from "./child_spec.ts";

/** What a child must have so that its actor can be made: its arguments, unless the actor can do without. */
export type Takes<A extends unknown[]> = [] extends A
  ? { id: string; args?: readonly [...A] }
  : { id: string; args: readonly [...A] };

/** Whether arguments of which the compiler does not know how many there are may be those of an actor. */
export type MayTake<Args, A extends unknown[]> = Args extends
  readonly (infer Arg)[]
  ? number extends Args["length"] ? Arg extends A[number] ? true : false : false
  : false;

/** Nothing, or what a child with the wrong arguments must have. */
export type FittingChild<Child> = Child extends
  { actor: ActorClass<infer A, infer _> } ? Child extends Takes<A> ? unknown
  : Child extends { args: infer Args }
    ? MayTake<Args, A> extends true ? unknown : Takes<A>
  : Takes<A>
  : unknown;

/** What each child must have. */
export type FittingChildren<Children> = {
  readonly [K in keyof Children]: FittingChild<Children[K]>;
};

/** As {@linkcode FittingChild}, and for a supervisor what each of its children must have. */
export type FittingBranch<Child> = Child extends
  { supervisor: { children: infer Inner } }
  ? (Inner extends FittingChildren<Inner> ? unknown
    : { supervisor: { children: FittingChildren<Inner> } })
  : FittingChild<Child>;

/** Nothing under any name that `Known` does not have: what is inferred from a literal is not searched for those. */
export type NoOthers<Given, Known extends PropertyKey> = {
  readonly [Name in Exclude<keyof Given, Known>]: never;
};

/** As {@linkcode NoOthers}, for each child. */
export type NamedChildren<Children> = {
  readonly [K in keyof Children]: Children[K] extends object
    ? NoOthers<Children[K], keyof ActorChild>
    : unknown;
};

/**
 * Options whose children are given what their actors take, checked when they are compiled; two levels deep, as what is
 * checked without end is not checked at all.
 */
export type FittingOptions<Options> =
  & NoOthers<Options, keyof SupervisorOptions>
  & (Options extends { children: infer Children } ? {
      children:
        & { readonly [K in keyof Children]: FittingBranch<Children[K]> }
        & NamedChildren<Children>;
    }
    : Options extends { template: infer Template }
      ? { template: NoOthers<Template, keyof ActorChild> }
    : unknown);
