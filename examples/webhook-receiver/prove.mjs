// Proves with a demo hospital that its events pass the check of the package standardwebhooks, arrive once, and are
// refused when they are changed.
//
//   node prove.mjs http://127.0.0.1:8090 [admin email] [password]
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";
import { receiver } from "./receiver.mjs";
import { messages } from "./sms.mjs";

const [hospital = "http://127.0.0.1:8090", email = "admin@hospital.example", password = "demo-hospital"] =
	process.argv.slice(2);

async function call(method, path, body, token = "") {
	const response = await fetch(hospital + path, {
		method,
		headers: { "Content-Type": "application/json", Authorization: token },
		body: body && JSON.stringify(body),
	});
	const text = await response.text();
	assert(response.ok, `${method} ${path} answered ${response.status}: ${text}`);
	return text ? JSON.parse(text) : {};
}

const { token } = await call("POST", "/api/collections/users/auth-with-password", { identity: email, password });

// The address is needed for the webhook, and the secret of the webhook for the receiver.
const events = [];
let handler = (_, response) => response.writeHead(503).end();
const requests = [];
const server = createServer((request, response) => handler(request, response)).listen(0, "127.0.0.1");
await once(server, "listening");
const webhook = await call("POST", "/api/collections/webhooks/records",
	{ name: "proof", url: `http://127.0.0.1:${server.address().port}/`, events: ["hospital.notice"], active: true },
	token);
assert.match(webhook.signing_secret, /^whsec_/);

const inner = receiver(webhook.signing_secret, (event) => { events.push(event); });
handler = (request, response) => {
	const chunks = [];
	request.on("data", (chunk) => chunks.push(chunk));
	request.on("end", () => requests.push({ headers: request.headers, body: Buffer.concat(chunks).toString() }));
	response.on("finish", () => { requests.at(-1).status = response.statusCode; });
	inner.emit("request", request, response);
};

async function arrives(count) {
	for (let i = 0; i < 200 && requests.filter((r) => r.status).length < count; i++) {
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
	assert.equal(requests.length, count, `${requests.length} requests came, want ${count}`);
	return requests.at(-1);
}

await call("POST", `/api/hospital/webhooks/${webhook.id}/test`, undefined, token);
const first = await arrives(1);
assert.equal(first.status, 204);
assert.equal(events[0].type, "hospital.test");
assert.equal(events[0].specversion, "1.0");
assert.equal(events[0].id, first.headers["webhook-id"]);
assert.equal(first.headers["content-type"], "application/cloudevents+json");
console.log("an event passes the check of standardwebhooks");

const check = new Webhook(webhook.signing_secret);
assert.throws(() => check.verify(first.body.replace("hospital.test", "hospital.evil"), first.headers));
assert.throws(() => check.verify(first.body, { ...first.headers, "webhook-id": "other" }));
assert.throws(() => check.verify(first.body, { ...first.headers, "webhook-timestamp": "1700000000" }));
console.log("a changed body, id or time does not");

const deliveries = await call("GET",
	`/api/collections/webhook_deliveries/records?filter=${encodeURIComponent(`webhook = '${webhook.id}'`)}`, undefined,
	token);
await call("POST", `/api/hospital/webhook-deliveries/${deliveries.items[0].id}/replay`, undefined, token);
const second = await arrives(2);
assert.equal(second.headers["webhook-id"], first.headers["webhook-id"]);
assert.equal(second.status, 204);
assert.equal(events.length, 1);
console.log("a replay has the same id, and the receiver handles it once");

const renewed = await call("POST", `/api/hospital/webhooks/${webhook.id}/secret`, undefined, token);
await call("POST", `/api/hospital/webhooks/${webhook.id}/test`, undefined, token);
const third = await arrives(3);
for (const secret of [webhook.signing_secret, renewed.signing_secret]) {
	new Webhook(secret).verify(third.body, third.headers);
}
console.log("after a renewal both secrets pass");

// The recipe of docs/webhooks.md.
const sent = [];
const gateway = createServer((request, response) => {
	const chunks = [];
	request.on("data", (chunk) => chunks.push(chunk));
	request.on("end", () => {
		sent.push({ key: request.headers["idempotency-key"], ...JSON.parse(Buffer.concat(chunks).toString()) });
		response.writeHead(202).end();
	});
}).listen(0, "127.0.0.1");
await once(gateway, "listening");
const sms = receiver(renewed.signing_secret,
	messages({ gateway: `http://127.0.0.1:${gateway.address().port}/`, gatewayToken: "token" }));
handler = (request, response) => sms.emit("request", request, response);
const { items: [visit] } = await call("GET", `/api/collections/appointments/records?perPage=1&sort=-starts&filter=${
	encodeURIComponent("status = 'approved' && patient.phone != ''")}`, undefined, token);
await call("PATCH", `/api/collections/appointments/records/${visit.id}`,
	{ status: "cancelled", cancel_code: "hospital", cancel_note: "The doctor is ill." }, token);
// Notices are sent within a minute.
for (let i = 0; i < 900 && sent.length === 0; i++) await new Promise((resolve) => setTimeout(resolve, 100));
assert.equal(sent.length, 1);
assert.match(sent[0].text, /does not take place/);
assert.match(sent[0].to, /^\+49/);
assert(sent[0].key);
console.log("a cancelled visit becomes a message:", sent[0].text);
gateway.close();

await call("PATCH", `/api/collections/webhooks/records/${webhook.id}`, { active: false }, token);
server.close();
console.log("all is well");
