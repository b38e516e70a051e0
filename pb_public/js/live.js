// Records that change are shown as they are: a part of the page loads itself again
// when the hospital says that something happened.

import { token } from "./api.js";
import { byId, h } from "./dom.js";

const regions = new Set();
let stream = null;
let client = "";
let page = 0; // counts the views, so that one that was left adds no regions

// region is a part of the page that shows records of some collections.
export async function region(collections, load) {
	const place = h("div", { class: "region" });
	const self = { collections, place, wanted: 0, refresh: () => refresh(self, load) };
	const here = page;
	await self.refresh();
	if (here === page) regions.add(self);
	subscribe();
	return place;
}

// refresh loads a region. Of several at once the last one asked for is shown.
async function refresh(self, load) {
	const turn = ++self.wanted;
	const next = h("div", {}, await load());
	if (turn !== self.wanted || sameNodes(next, self.place)) return;
	const focused = self.place.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
	self.place.replaceChildren(...next.childNodes);
	if (focused !== undefined) again(self.place, focused).focus();
}

const sameNodes = (a, b) => a.childNodes.length === b.childNodes.length && [...a.childNodes].every((node, i) => node.isEqualNode(b.childNodes[i]));

const again = (place, key) => place.querySelector(`[data-key="${CSS.escape(key)}"]`) ?? document.querySelector("h1");

// refreshAll loads every region of the page again.
export const refreshAll = () => Promise.all([...regions].map((one) => one.refresh()));

// forget drops the regions of a page that is left.
export function forget() {
	page++;
	regions.clear();
}

// connect opens the stream of events. The browser connects again by itself; then
// there is a new client, and what happened in between is loaded.
export function connect() {
	if (stream) return;
	stream = new EventSource("/api/realtime");
	stream.addEventListener("PB_CONNECT", (event) => {
		const before = client;
		client = JSON.parse(event.data).clientId;
		say("Live");
		subscribe();
		if (before) refreshAll().catch(() => {});
	});
	stream.addEventListener("error", () => {
		say("Reconnecting…");
		if (stream?.readyState === EventSource.CLOSED) later();
	});
}

// later tries anew where the browser has given up.
function later() {
	stream = null;
	setTimeout(() => token() && connect(), 3000);
}

export function disconnect() {
	stream?.close();
	stream = null;
	client = "";
	subscribed = "";
	say("");
}

let subscribed = "";
const listening = new WeakMap(); // stream -> collections it listens to

// subscribe asks for the events of what is on the page.
async function subscribe() {
	const collections = [...new Set([...regions].flatMap((one) => one.collections))].sort();
	const wanted = client + " " + collections;
	if (!stream || !client || wanted === subscribed) return;
	subscribed = wanted;
	listen(collections);
	await fetch("/api/realtime", {
		method: "POST",
		headers: { "Content-Type": "application/json", Authorization: token() },
		body: JSON.stringify({ clientId: client, subscriptions: collections.map((name) => name + "/*") }),
	}).catch(() => { subscribed = ""; });
}

function listen(collections) {
	const known = listening.get(stream) ?? new Set();
	listening.set(stream, known);
	for (const name of collections.filter((one) => !known.has(one))) {
		known.add(name);
		stream.addEventListener(name + "/*", () => soon(name));
	}
}

const due = new Set();

// soon gathers events that come together, as those of one transaction do.
function soon(name) {
	if (due.size === 0) setTimeout(changed, 200);
	due.add(name);
}

function changed() {
	const names = new Set(due);
	due.clear();
	for (const one of regions) if (one.collections.some((name) => names.has(name))) one.refresh().catch(() => {});
}

const say = (word) => { byId("live").textContent = word; };

// What may be done also depends on the time of day.
setInterval(() => { if (!document.hidden) refreshAll().catch(() => {}); }, 60_000);
