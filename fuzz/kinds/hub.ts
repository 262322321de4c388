// Answers of the hub: status, headers and bodies, for everything that is asked of it. Main.
import { RepositoryName, Revision, Sha256 } from "../../electron/contract/hub";
import { HttpRangeSource, RangeReadError } from "../../electron/core/hub/HttpRangeSource";
import { hubAddress } from "../../electron/core/hub/hubAddress";
import { HubClient } from "../../electron/core/hub/HubClient";
import { HubFileSource } from "../../electron/core/hub/HubFileSource";
import type { Http } from "../../electron/core/hub/http";
import { pour } from "../../electron/core/hub/pour";
import type { Random } from "../../scripts/texts/Random";
import { inputPart, MEGABYTE, type FuzzInput, type FuzzKind, type Verdict } from "../FuzzKind";
import { sourceWorker } from "../../electron/testing/sourceWorker";
import { judgeFailure, judgeOutcome, untypedError } from "../judge";
import { mutateBytes, randomBytes } from "../mutate/bytes";
import { hostileValue, mutateJson } from "../mutate/json";
import { mutateText, NASTY_TEXTS } from "../mutate/text";

const SHA = "0123456789abcdef0123456789abcdef01234567";
const OID = "ab".repeat(32);
const ROW = {
  id: "maker/Model-GGUF",
  sha: SHA,
  downloads: 12,
  likes: 3,
  lastModified: "2026-01-02T03:04:05.000Z",
  gated: false,
  private: false,
  tags: ["gguf", "license:mit"],
  cardData: { license: "mit", base_model: ["maker/Base"], license_name: "mit", license_link: "https://a.example/l" },
  gguf: { total: 8e9, architecture: "llama", context_length: 8192 },
};
const TREE = [
  { type: "file", path: "model-Q4_0.gguf", size: 100, lfs: { oid: OID, size: 100 } },
  { type: "file", path: "model-Q8_0-00001-of-00002.gguf", size: 100, lfs: { oid: OID, size: 100 } },
  { type: "file", path: "model-Q8_0-00002-of-00002.gguf", size: 100, lfs: { oid: OID, size: 100 } },
  { type: "file", path: "adapter_config.json", size: 10 },
  { type: "directory", path: "folder" },
];
const QUESTIONS = ["search", "model", "files", "readme", "range"] as const;
const STATUS = [200, 200, 200, 200, 200, 200, 206, 301, 302, 307, 401, 403, 404, 416, 429, 500, 503, 0, 99, 999];
const HEADERS: Readonly<Record<string, readonly string[]>> = {
  location: [
    "/other",
    "https://evil.example/x",
    "http://127.0.0.1:1/",
    "//a",
    "javascript:1",
    "https://huggingface.co/api/models/x",
    "",
  ],
  link: [
    '<https://huggingface.co/api/models?cursor=b>; rel="next"',
    '<https://evil.example/api/models>; rel="next"',
    "</api/models/maker/Model-GGUF/tree/x>; rel=next",
    `<${"a".repeat(5000)}>; rel="next"`,
    "<>; rel=next",
  ],
  "retry-after": ["0", "-1", "1e9", "Wed, 21 Oct 2015 07:28:00 GMT", "x", "NaN"],
  "content-range": [
    "bytes 0-99/100",
    "bytes 5-1/100",
    "bytes */100",
    "bytes 0-99/*",
    "bytes 0-18446744073709551615/1",
    "pages 1-2/3",
  ],
  "content-length": ["0", "-1", "100", "1e3", "99999999999999999999"],
  etag: ['"a"', 'W/"a"', "", '"'],
  "x-linked-etag": [`"${OID}"`, "x"],
  "x-linked-size": ["100", "-1", "1e400", "x"],
  "x-repo-commit": [SHA, "x"],
  "x-error-code": ["GatedRepo", "RepoNotFound", "EntryNotFound", "__proto__"],
  ratelimit: ['"api";r=0;t=5', "r=;t=-1", '"api";r=0;t=1e99'],
};

interface Answer {
  status: number;
  headers: Record<string, string>;
  /** Of the body, when the connection breaks; null = it does not. */
  breaksAt: number | null;
}

export const hub: FuzzKind = {
  name: "hub",
  count: 14_000,
  readBy: "main",
  memoryLimitBytes: 400 * MEGABYTE,
  async open() {
    const address = hubAddress("https://huggingface.co");
    if (!address.ok) throw new Error(address.failure.code);
    const worker = sourceWorker();
    return {
      make(random) {
        const question = random.of(QUESTIONS);
        return {
          question: Buffer.from(question),
          answers: Buffer.from(JSON.stringify(answersOf(random))),
          ...bodiesOf(question, random),
        };
      },
      async run(input) {
        const client = new HubClient({
          http: answering(input),
          address: address.value,
          token: async () => "hf_token",
          backOff: { firstMs: 0, maxMs: 1 },
          worker,
        });
        return ask(client, Buffer.from(inputPart(input, "question")).toString());
      },
    };
  },
};

async function ask(client: HubClient, question: string): Promise<Verdict> {
  // What waits for "retry-after" is not waited for.
  const { signal } = new AbortController();
  const limited = AbortSignal.any([signal, AbortSignal.timeout(1000)]);
  const repository = RepositoryName.parse("maker/Model-GGUF");
  const revision = Revision.parse(SHA);
  switch (question) {
    case "search":
      return judgeOutcome(
        await client.search(
          { of: "models", text: "x", sort: "downloads", family: null, parameters: null, cursor: null },
          limited,
        ),
      );
    case "model":
      return judgeOutcome(await client.model("maker/Model-GGUF", limited));
    case "files":
      return judgeOutcome(await client.files(repository, revision, limited));
    case "readme":
      return judgeOutcome(await client.readme(repository, revision, limited));
    default: {
      const source = new HubFileSource(client, {
        repository,
        revision,
        path: "model-Q4_0.gguf",
        sizeBytes: 100,
        sha256: Sha256.parse(OID),
      });
      try {
        await new HttpRangeSource(source, limited, 1_000_000).read(0, 100);
        return { kind: "accepted" };
      } catch (error) {
        return error instanceof RangeReadError ? judgeFailure(error.failure) : untypedError(error);
      }
    }
  }
}

/** The first answer is given first, the last one ever after. */
function answering(input: FuzzInput): Http {
  const answers = JSON.parse(Buffer.from(inputPart(input, "answers")).toString()) as Answer[];
  let asked = 0;
  return async () => {
    const index = Math.min(asked++, answers.length - 1);
    const answer = answers[index];
    if (answer === undefined) throw new Error("no answer");
    const body = input[`body-${Math.min(index, 1)}`] ?? new Uint8Array();
    return {
      status: answer.status,
      header: (name) => answer.headers[name.toLowerCase()] ?? null,
      async readBody(sink) {
        await pour(body.subarray(0, answer.breaksAt ?? body.length), sink);
        if (answer.breaksAt !== null) throw new TypeError("terminated");
      },
      discard: () => undefined,
    };
  };
}

function answersOf(random: Random): Answer[] {
  return Array.from({ length: random.between(1, 4) }, () => ({
    status: random.of(STATUS),
    headers: Object.fromEntries(
      Array.from({ length: random.below(4) }, () => {
        const name = random.of(Object.keys(HEADERS));
        const value = random.of(HEADERS[name] ?? [""]);
        return [name, random.below(4) === 0 ? mutateText(value, random) : value];
      }),
    ),
    breaksAt: random.below(12) === 0 ? random.below(200) : null,
  }));
}

function bodiesOf(question: string, random: Random): FuzzInput {
  const bodyOf = (json: unknown): Uint8Array =>
    random.below(10) === 0 ? mutateBytes(Buffer.from(JSON.stringify(json)), random) : mutateJson(json, random);
  switch (question) {
    case "search":
      return {
        "body-0": bodyOf([ROW, { ...ROW, id: random.of(NASTY_TEXTS) }, hostileValue(ROW, random)]),
        "body-1": bodyOf([ROW]),
      };
    case "model":
      return {
        "body-0": random.below(2) === 0 ? Buffer.from(JSON.stringify(ROW)) : bodyOf(ROW),
        "body-1": bodyOf(TREE),
      };
    case "files":
      return { "body-0": bodyOf(TREE), "body-1": bodyOf(TREE) };
    default:
      return { "body-0": randomBytes(random, random.of([0, 10, 100, 101, 3000])), "body-1": randomBytes(random, 100) };
  }
}
