// Records that change are shown as they are: a part of the page loads itself again
// when the hospital says that something happened.

import { token } from "./api.js";
import { byId, h } from "./dom.js";

const regions = new Set();
let page = 0; // counts the views, so that one that was left adds no regions

// region is a part of the page that shows records of some collections.
export async function region(collections, load) {
	const self = { collections, place: h("div", { class: "region" }), wanted: 0, refresh: () => refresh(self, load) };
	const here = page;
	await self.refresh();
	if (here === page) regions.add(self);
	follow(collections);
	return self.place;
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

const sameNodes = (a, b) =>
	a.childNodes.length === b.childNodes.length &&
	[...a.childNodes].every((node, i) => node.isEqualNode(b.childNodes[i]));

// again finds what had the focus, or the first of its kind, or the title of the page or box.
const again = (place, key) =>
	place.querySelector(`[data-key="${CSS.escape(key)}"]`) ??
	place.querySelector("input") ??
	(place.closest("dialog") ?? document).querySelector("h1, h2");

// present are the regions there are. One that was on the page and is not any more
// belonged to a box that was closed.
function present() {
	for (const one of regions) {
		if (one.place.isConnected) one.shown = true;
		else if (one.shown) regions.delete(one);
	}
	return [...regions];
}

// refreshAll loads every region of the page again, or of a part of it.
export const refreshAll = (part) =>
	Promise.all(
		present()
			.filter(({ place }) => !part || part.contains(place))
			.map((one) => one.refresh()),
	);

const refreshQuietly = () => refreshAll().catch(() => {});

// forget drops the regions of a page that is left.
export function forget() {
	page++;
	regions.clear();
}

let stream = null;
let client = "";
let told = ""; // what the hospital was last asked to tell, and whom
let line = Promise.resolve();
const followed = new Set();

// connect opens the stream of events. The browser connects again by itself; then
// there is a new client.
export function connect() {
	if (stream) return;
	stream = new EventSource("/api/realtime");
	stream.addEventListener("PB_CONNECT", (event) => {
		client = JSON.parse(event.data).clientId;
		say("Live");
		subscribe();
	});
	stream.addEventListener("error", () => {
		say("Reconnecting…");
		if (stream?.readyState === EventSource.CLOSED) later();
	});
	followed.forEach(listen);
}

// later tries anew where the browser has given up.
function later() {
	stream = null;
	setTimeout(() => token() && connect(), 3000);
}

export function disconnect() {
	stream?.close();
	stream = null;
	client = told = "";
	followed.clear();
	say("");
}

function follow(collections) {
	for (const name of collections.filter((one) => !followed.has(one))) {
		followed.add(name);
		listen(name);
	}
	subscribe();
}

const listen = (name) => stream?.addEventListener(`${name}/*`, () => soon(name));

// subscribe asks for the events of all that is followed. One request waits for the
// other, as the last one counts.
function subscribe() {
	line = line.then(ask);
}

async function ask() {
	const wanted = `${client} ${[...followed]}`;
	if (!client || followed.size === 0 || wanted === told) return;
	const response = await fetch("/api/realtime", {
		method: "POST",
		headers: { "Content-Type": "application/json", Authorization: token() },
		body: JSON.stringify({ clientId: client, subscriptions: [...followed].map((name) => `${name}/*`) }),
	}).catch(() => ({ ok: false }));
	if (!response.ok) return;
	told = wanted;
	await refreshQuietly(); // what happened until now was not told
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
	for (const one of present()) if (one.collections.some((name) => names.has(name))) one.refresh().catch(() => {});
}

const say = (word) => {
	byId("live").textContent = word;
};

// What may be done also depends on the time of day.
setInterval(() => {
	if (!document.hidden && token()) refreshQuietly();
	subscribe();
}, 60_000);
