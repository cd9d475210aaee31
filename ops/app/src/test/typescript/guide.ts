// From a key to a proof with a client that openapi-typescript generated from /openapi.json: what the description does not say
// as it is does not compile here, or fails. Arguments: address, operator's key, account of ours, account of theirs, the phase
// ("before" a cycle or "after" it), and the file that keeps what the second phase needs of the first.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import createClient from "openapi-fetch";
import type { paths } from "./api.js";

const [baseUrl, operatorKey, ours, theirs, phase, kept] = process.argv.slice(2) as [
  string, string, string, string, "before" | "after", string,
];

function clientOf(key: string) {
  return createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${key}` } });
}

function once(key: string) {
  return { header: { "Idempotency-Key": key } };
}

function required<T>(what: string, answer: { data?: T; error?: unknown; response: Response }): T {
  if (answer.data === undefined) {
    throw new Error(`${what}: ${answer.response.status} ${JSON.stringify(answer.error)}`);
  }
  return answer.data;
}

function assert(what: string, holds: boolean) {
  if (!holds) {
    throw new Error(what);
  }
}

// NDJSON is answered as text, which a caller of JSON need not expect.
function parsed<T>(answer: T): Exclude<T, string> {
  if (typeof answer === "string") {
    throw new Error(`text where JSON was asked for: ${answer}`);
  }
  return answer as Exclude<T, string>;
}

async function before() {
  const operator = clientOf(operatorKey);
  const made = required("client", await operator.POST("/v1/clients", {
    params: once("ts-client"), body: { name: "typescript", scopes: ["submit", "read"] },
  }));
  required("right", await operator.POST("/v1/clients/{name}/accounts", {
    params: { ...once("ts-right"), path: { name: made.name } }, body: { account_id: ours, right: "owner" },
  }));
  const policy = required("policy", await operator.POST("/v1/clients/{name}/policy", {
    params: { ...once("ts-policy"), path: { name: made.name } }, body: { max_refused_percent: 50, language: "zh" },
  }));
  assert("the policy is what was agreed", policy.max_refused_percent === 50 && policy.language === "zh");

  const client = clientOf(made.api_key);
  const transfer = { account_id: ours, to_account: theirs, amount_utoken: "1000000" };
  const single = parsed(required("transfer", await client.POST("/v1/transfers", {
    params: once("ts-1"), body: transfer,
  })));
  assert("one is answered as one", "submission_id" in single);
  const again = await client.POST("/v1/transfers", { params: once("ts-1"), body: transfer });
  assert("a repeat is answered as before", again.response.headers.get("Idempotency-Replayed") === "true");
  const bulk = parsed(required("bulk", await client.POST("/v1/transfers", {
    params: { ...once("ts-bulk"), query: { mode: "atomic" } },
    body: [{ ...transfer, submission_key: "ts-2" }, { ...transfer, submission_key: "ts-3" }],
  })));
  assert("each of several is answered", "lines" in bulk && bulk.lines.length === 2 && bulk.taken === 2);
  const wrong = await client.POST("/v1/transfers", { params: once("ts-4"), body: { ...transfer, amount_utoken: "0" } });
  const problem = parsed(wrong.error);
  assert("a problem has its code", problem !== undefined && "code" in problem
    && problem.code === "AMOUNT_NOT_POSITIVE" && problem.title === "金额必须大于零。");

  const lines = `submission_key,account_id,to_account,amount_utoken\nts-5,${ours},${theirs},7\n`;
  const hash = createHash("sha256").update(lines).digest("hex");
  const file = required("file", await client.POST("/v1/files", {
    params: once("ts-file"),
    body: `#quittance,1,transfers,ts-file,\n${lines}#end,1,7,${hash}\n`,
    bodySerializer: text => text,
    headers: { "content-type": "text/csv" },
  }));
  assert("the file is taken", file.status === "accepted" && file.queued === 1);
  const state = { key: made.api_key, submission: "submission_id" in single ? single.submission_id : null, file: file.file_no };
  writeFileSync(kept, JSON.stringify(state));
}

async function after() {
  const { key, submission, file } = JSON.parse(readFileSync(kept, "utf8"));
  const client = clientOf(key);
  const decided = required("submission", await client.GET("/v1/submissions/{id}", { params: { path: { id: submission } } }));
  assert(`settled, not ${decided.state}`, decided.state === "settled" && decided.reason === null);
  const posting = decided.postings[0];
  if (posting === undefined) {
    throw new Error("a settled transfer has a posting");
  }
  const seq = Number(posting.seq);
  const sealed = required("transaction", await client.GET("/v1/transactions/{seq}", { params: { path: { seq } } }));
  assert("it is what was asked for", sealed.amount === "1000000" && sealed.to_account === theirs);
  required("proof", await client.GET("/v1/transactions/{seq}/proof", { params: { path: { seq } } }));

  const account = required("account", await client.GET("/v1/accounts/{id}", { params: { path: { id: ours } } }));
  const balance = account.balances.find(one => one.asset === "UTOKEN");
  const statement = required("statement", await client.GET("/v1/accounts/{id}/statement", {
    params: { path: { id: ours }, query: { order: "newest", limit: 10 } },
  }));
  assert("the statement ends where the balance is", statement.closing === balance?.posted);
  assert("its newest line says so too", statement.lines[0]?.balance === balance?.posted);

  const result = required("file", await client.GET("/v1/files/{number}", { params: { path: { number: file } } }));
  assert("the file's line settled", result.states?.["settled"] === 1);
  const cycle = required("cycles", await client.GET("/v1/cycles", { params: { query: { limit: 1 } } })).cycles[0];
  assert("there is a cycle", cycle !== undefined && cycle.settled >= 4);
  assert("no webhooks", required("webhooks", await client.GET("/v1/webhooks")).webhooks.length === 0);
  const foreign = await client.GET("/v1/accounts/{id}", { params: { path: { id: theirs } } });
  assert("another's account is not there", foreign.response.status === 404);
}

await (phase === "before" ? before() : after());
