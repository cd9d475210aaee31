// Hands in transfers by HTTP and says how that went. Takes one JSON object as its argument:
//   url            of the doors
//   senders        [{key, accounts: [account_id, ...]}]; requests are theirs in turn
//   connections    how many at once
//   seconds        for how long
//   rate           requests a second, whatever the answers (open model); 0: the next one when the last one is answered
//   lines          0: single submissions; else so many in a request
//   ndjson         whether several are lines of NDJSON; else an array
//   prefix         of the submission keys, never used before
//   acknowledged   file for the keys of all lines that were taken, one a line
// Latencies are in milliseconds: without a rate from when a request could be sent, with one from when it was due, so that a
// request which waits because the ones before it are late counts as late, too. Autocannon sends the requests of a second
// in one burst at its beginning when it is given a rate; so with a rate they are sent here, each at its own time.
import autocannon from "autocannon";
import { writeFileSync } from "node:fs";
import http from "node:http";

const { url, senders, connections, seconds, rate, lines, ndjson, prefix, acknowledged } = JSON.parse(process.argv[2]);
const taken = [];
const notTaken = {};
const latencies = [];
let number = 0;
let requests = 0;
let errors = 0;

function transfer(accounts, key) {
  const from = number % accounts.length;
  const to = (from + 1 + (number % (accounts.length - 1))) % accounts.length;
  const named = key === null ? "" : `"submission_key":"${key}",`;
  return `{${named}"account_id":"${accounts[from]}","to_account":"${accounts[to]}","amount_utoken":"${1 + (number % 97)}"}`;
}

function nextRequest() {
  const { key, accounts } = senders[requests++ % senders.length];
  const from = number;
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
    body = ndjson ? elements.join("\n") + "\n" : `[${elements.join(",")}]`;
  }
  const type = ndjson ? "application/x-ndjson" : "application/json";
  const headers = { authorization: `Bearer ${key}`, "content-type": type, "idempotency-key": name };
  return { from, until: number, headers, body };
}

// An answer has a line for each line of the request, by the hundred thousand; what else is in it is not looked at.
function queued(body) {
  let count = 0;
  for (let at = -1; (at = body.indexOf('"status":"queued"', at + 1)) >= 0; count++);
  return count;
}

function answered({ from, until }, since, status, body) {
  latencies.push(performance.now() - since);
  const count = status !== 202 ? 0 : lines === 0 ? 1 : ndjson ? queued(body) : JSON.parse(body).taken;
  if (count === until - from) {
    for (let i = from; i < until; i++) {
      taken.push(prefix + i);
    }
  } else {
    notTaken[status] = (notTaken[status] ?? 0) + until - from - count;
  }
}

async function eachWhenTheLastWasAnswered() {
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    timeout: 30,
    requests: [
      {
        method: "POST",
        path: "/v1/transfers",
        setupRequest(request, context) {
          context.sent = nextRequest();
          context.since = performance.now();
          return Object.assign(request, { headers: context.sent.headers, body: context.sent.body });
        },
        onResponse(status, body, context) {
          answered(context.sent, context.since, status, body);
        },
      },
    ],
  });
  errors = result.errors;
}

function eachWhenItIsDue() {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  const total = Math.floor(rate * seconds);
  const start = performance.now();
  let open = total;
  let sent = 0;
  return new Promise((resolve) => {
    const done = () => --open === 0 && (agent.destroy(), resolve());
    const send = (due) => {
      const next = nextRequest();
      const headers = { ...next.headers, "content-length": Buffer.byteLength(next.body) };
      const request = http.request(url + "/v1/transfers", { method: "POST", agent, headers, timeout: 30_000 });
      request.on("timeout", () => request.destroy(new Error("no answer")));
      request.on("error", () => (errors++, done()));
      request.on("response", (response) => {
        const parts = [];
        response.on("error", () => (errors++, done()));
        response.on("data", (part) => parts.push(part));
        response.on("end", () => {
          answered(next, due, response.statusCode, Buffer.concat(parts));
          done();
        });
      });
      request.end(next.body);
    };
    const timer = setInterval(() => {
      for (let due; sent < total && (due = start + (sent * 1000) / rate) <= performance.now(); sent++) {
        send(due);
      }
      if (sent === total) {
        clearInterval(timer);
      }
    }, 1);
  });
}

const start = performance.now();
await (rate > 0 ? eachWhenItIsDue() : eachWhenTheLastWasAnswered());
const took = (performance.now() - start) / 1000;
writeFileSync(acknowledged, taken.map((key) => key + "\n").join(""));
latencies.sort((a, b) => a - b);
const at = (share) => latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))] ?? null;
const latency = { p50: at(0.5), p99: at(0.99), p99_9: at(0.999), max: at(1) };
console.log(JSON.stringify({ taken: taken.length, notTaken, errors, seconds: took, latency }));
