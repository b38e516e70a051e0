// Records that change are shown as they are: a part of the page loads itself again
// when the hospital says that something happened.

import { token } from "./api.js";
import { byId, h } from "./dom.js";

const regions = new Set();
let viewCount = 0; // counts the views, so that one that was left adds no regions

// region is a part of the page that shows records of some collections.
export async function region(collections, load) {
	const self = {
		collections,
		element: h("div", { class: "region" }),
		requests: 0,
		refresh: () => refreshRegion(self, load),
	};
	const openedIn = viewCount;
	await self.refresh();
	if (openedIn === viewCount) regions.add(self);
	subscribeTo(collections);
	return self.element;
}

// refresh loads a region. Of several at once the last one asked for is shown.
async function refreshRegion(self, load) {
	const ownRequest = ++self.requests;
	const next = h("div", {}, await load());
	if (ownRequest !== self.requests || sameNodes(next, self.element)) return;
	const focused = self.element.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
	self.element.replaceChildren(...next.childNodes);
	if (focused !== undefined) findFocusTarget(self.element, focused).focus();
}

const sameNodes = (a, b) =>
	a.childNodes.length === b.childNodes.length &&
	[...a.childNodes].every((node, i) => node.isEqualNode(b.childNodes[i]));

// again finds what had the focus, or the first of its kind, or the title of the page or box.
const findFocusTarget = (element, key) =>
	element.querySelector(`[data-key="${CSS.escape(key)}"]`) ??
	element.querySelector("input") ??
	(element.closest("dialog") ?? document).querySelector("h1, h2");

// present are the regions there are. One that was on the page and is not any more
// belonged to a box that was closed.
function activeRegions() {
	for (const one of regions) {
		if (one.element.isConnected) one.shown = true;
		else if (one.shown) regions.delete(one);
	}
	return [...regions];
}

// refreshAll loads every region of the page again, or of a part of it.
export const refreshAll = (part) =>
	Promise.all(
		activeRegions()
			.filter(({ element }) => !part || part.contains(element))
			.map((one) => one.refresh()),
	);

const refreshAllQuietly = () => refreshAll().catch(() => {});

// forget drops the regions of a page that is left.
export function clearRegions() {
	viewCount++;
	regions.clear();
}

let stream = null;
let clientId = "";
let lastSubscription = ""; // what the hospital was last asked to tell, and whom
let queue = Promise.resolve();
const subscribedCollections = new Set();

// connect opens the stream of events. The browser connects again by itself; then
// there is a new client.
export function connect() {
	if (stream) return;
	stream = new EventSource("/api/realtime");
	stream.addEventListener("PB_CONNECT", (event) => {
		clientId = JSON.parse(event.data).clientId;
		showConnection("Live");
		subscribe();
	});
	stream.addEventListener("error", () => {
		showConnection("Reconnecting…");
		if (stream?.readyState === EventSource.CLOSED) reconnectLater();
	});
	subscribedCollections.forEach(listen);
}

// later tries anew where the browser has given up.
function reconnectLater() {
	stream = null;
	setTimeout(() => token() && connect(), 3000);
}

export function disconnect() {
	stream?.close();
	stream = null;
	clientId = lastSubscription = "";
	subscribedCollections.clear();
	showConnection("");
}

function subscribeTo(collections) {
	for (const name of collections.filter((one) => !subscribedCollections.has(one))) {
		subscribedCollections.add(name);
		listen(name);
	}
	subscribe();
}

const listen = (name) => stream?.addEventListener(`${name}/*`, () => scheduleRefresh(name));

// subscribe asks for the events of all that is followed. One request waits for the
// other, as the last one counts.
function subscribe() {
	queue = queue.then(sendSubscriptions);
}

async function sendSubscriptions() {
	const wanted = `${clientId} ${[...subscribedCollections]}`;
	if (!clientId || subscribedCollections.size === 0 || wanted === lastSubscription) return;
	const response = await fetch("/api/realtime", {
		method: "POST",
		headers: { "Content-Type": "application/json", Authorization: token() },
		body: JSON.stringify({
			clientId: clientId,
			subscriptions: [...subscribedCollections].map((name) => `${name}/*`),
		}),
	}).catch(() => ({ ok: false }));
	if (!response.ok) return;
	lastSubscription = wanted;
	await refreshAllQuietly(); // what happened until now was not told
}

const dueCollections = new Set();

// soon gathers events that come together, as those of one transaction do.
function scheduleRefresh(name) {
	if (dueCollections.size === 0) setTimeout(refreshDue, 200);
	dueCollections.add(name);
}

function refreshDue() {
	const names = new Set(dueCollections);
	dueCollections.clear();
	for (const one of activeRegions())
		if (one.collections.some((name) => names.has(name))) one.refresh().catch(() => {});
}

const showConnection = (word) => {
	byId("live").textContent = word;
};

// What may be done also depends on the time of day.
setInterval(() => {
	if (!document.hidden && token()) refreshAllQuietly();
	subscribe();
}, 60_000);
