// Hands in transfers by HTTP and says how that went. Takes one JSON object as its argument:
//   url            of the doors
//   senders        [{key, accounts: [account_id, ...]}]; each connection hands in for one of them
//   connections    how many at once
//   seconds        for how long
//   rate           requests a second, whatever the answers (open model); 0: the next one when the last one is answered
//   lines          0: single submissions; else so many in an array
//   prefix         of the submission keys, never used before
//   acknowledged   file for the keys of all lines that were taken, one a line
// Latencies of an open run count from when a request was due, not from when it could be sent.
import autocannon from "autocannon";
import { writeFileSync } from "node:fs";

const { url, senders, connections, seconds, rate, lines, prefix, acknowledged } = JSON.parse(process.argv[2]);
const taken = [];
const notTaken = {};
let number = 0;
let clients = 0;

function transfer(accounts, key) {
  const from = number % accounts.length;
  const to = (from + 1 + (number % (accounts.length - 1))) % accounts.length;
  const named = key === null ? "" : `"submission_key":"${key}",`;
  return `{${named}"account_id":"${accounts[from]}","to_account":"${accounts[to]}","amount_utoken":"${1 + (number % 97)}"}`;
}

function setupRequest(request, context) {
  context.sender ??= senders[clients++ % senders.length];
  const { key, accounts } = context.sender;
  context.from = number;
  const name = prefix + number;
  let body;
  if (lines === 0) {
    body = transfer(accounts, null);
    number++;
  } else {
    const elements = [];
    for (let i = 0; i < lines; i++) {
      elements.push(transfer(accounts, prefix + number));
      number++;
    }
    body = `[${elements.join(",")}]`;
  }
  context.until = number;
  request.headers = { authorization: `Bearer ${key}`, "content-type": "application/json", "idempotency-key": name };
  request.body = body;
  return request;
}

function onResponse(status, body, context) {
  const all = context.until - context.from;
  const count = status !== 202 ? 0 : lines === 0 ? 1 : JSON.parse(body).taken;
  if (count === all) {
    for (let i = context.from; i < context.until; i++) {
      taken.push(prefix + i);
    }
  } else {
    notTaken[status] = (notTaken[status] ?? 0) + all - count;
  }
}

const start = performance.now();
const result = await autocannon({
  url,
  connections,
  duration: seconds,
  timeout: 30,
  ...(rate > 0 ? { overallRate: rate } : {}),
  requests: [{ method: "POST", path: "/v1/transfers", setupRequest, onResponse }],
});
writeFileSync(acknowledged, taken.map((key) => key + "\n").join(""));
const { p50, p90, p99, p99_9, max } = result.latency;
console.log(
  JSON.stringify({
    taken: taken.length,
    notTaken,
    errors: result.errors,
    seconds: (performance.now() - start) / 1000,
    latency: { p50, p90, p99, p99_9, max },
  }),
);
