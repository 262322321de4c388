// What main answers, as queries: asked for while something on screen shows it; the newest answer counts. Renderer.
import {
  keepPreviousData,
  MutationCache,
  QueryCache,
  QueryClient,
  type SkipToken,
  skipToken,
  useQuery,
} from "@tanstack/react-query";
import type { PageMethodName } from "../../electron/contract/bridge";
import type { Outcome } from "../../electron/contract/failure";
import type { MethodInput, MethodOutcome, MethodOutput } from "../../electron/contract/methods";
import { LOADING, type Loadable } from "../features/models/loadable";
import { call } from "./bridge";

/** What can fail is in the Outcome, which is the data of a query; only a defect throws. */
const caches = {
  queryCache: new QueryCache({ onError: (error) => reportError(error) }),
  mutationCache: new MutationCache({ onError: (error) => reportError(error) }),
};

/** Main is on this computer: neither the network, the focus nor time make an answer old, but events do (oldAnswers.ts). */
export const queryClient = new QueryClient({
  ...caches,
  defaultOptions: {
    queries: {
      networkMode: "always",
      retry: false,
      refetchOnReconnect: false,
      refetchOnWindowFocus: false,
      gcTime: 0,
    },
    mutations: { networkMode: "always", gcTime: 0 },
  },
});

export interface AnswerOptions {
  /** Stays when nothing shows it any more, and is asked for again only when it is old or failed. Otherwise it is forgotten. */
  readonly kept?: boolean;
  /** One that is kept is asked for again whenever this place opens, and shown meanwhile. */
  readonly askOnOpening?: boolean;
  /** The answer to another input stays on screen until this one is answered. */
  readonly previousStays?: boolean;
}

export interface Answer<Value> {
  /** The former one until the new one is there; a failure goes when it is asked again. */
  readonly answer: Loadable<Value>;
  /** A newer answer is on its way. */
  readonly isAsking: boolean;
  readonly askAgain: () => void;
}

/** `skipToken` as input: nothing is asked. */
export function useAnswer<Name extends PageMethodName>(
  name: Name,
  input: MethodInput<Name> | SkipToken,
  { kept = false, askOnOpening = !kept, previousStays = false }: AnswerOptions = {},
): Answer<MethodOutput<Name>> {
  const { data, isFetching, refetch } = useQuery<MethodOutcome<Name>, Error, Loadable<MethodOutput<Name>>>({
    queryKey: [name, input === skipToken ? null : input],
    queryFn: input === skipToken ? skipToken : () => call(name, input),
    select: loadableOf,
    staleTime: ({ state }) => (!askOnOpening && state.data?.ok === true ? Infinity : 0),
    ...(kept ? { gcTime: Infinity } : {}),
    ...(previousStays ? { placeholderData: keepPreviousData<MethodOutcome<Name>> } : {}),
  });
  const isAskedAgain = data?.kind === "failed" && isFetching;
  return {
    answer: data === undefined || isAskedAgain ? LOADING : data,
    isAsking: isFetching,
    askAgain: () => void refetch(),
  };
}

/** What is known without asking. */
export function knownAnswer<Name extends PageMethodName>(
  name: Name,
  input: MethodInput<Name>,
): Loadable<MethodOutput<Name>> {
  const outcome = queryClient.getQueryData<MethodOutcome<Name>>([name, input]);
  return outcome === undefined ? LOADING : loadableOf(outcome);
}

/** Main has told it in another way. */
export function setAnswer<Name extends PageMethodName>(
  name: Name,
  input: MethodInput<Name>,
  value: MethodOutput<Name>,
): void {
  const outcome: MethodOutcome<Name> = { ok: true, value };
  queryClient.setQueryData<MethodOutcome<Name>>([name, input], () => outcome);
}

/** All answers of these methods are old: those on screen are asked for again. */
export async function refreshAnswers(...names: readonly PageMethodName[]): Promise<void> {
  await Promise.all(
    names.map((name) => {
      // Without this, one that was asked for the first time, before now, would count as new.
      void queryClient.cancelQueries({ queryKey: [name] });
      return queryClient.invalidateQueries({ queryKey: [name] });
    }),
  );
}

export function loadableOf<Value>(outcome: Outcome<Value>): Loadable<Value> {
  return outcome.ok ? { kind: "loaded", value: outcome.value } : { kind: "failed", failure: outcome.failure };
}
