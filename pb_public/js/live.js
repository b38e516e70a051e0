// Regions of the page reload themselves when the hospital reports that their records changed.

import { byId, h } from "./dom.js";
import { token } from "./session.js";

/** @type {Set<Region>} */
const regions = new Set();
let viewCount = 0; // counts the views, so that a view that was left adds no regions

/**
 * region is a part of the page that shows records of some collections; `load` draws it.
 * @param {string[]} collections
 * @param {() => Child | Promise<Child>} load
 */
export async function region(collections, load) {
	/** @type {Region} */
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

/**
 * refreshRegion draws a region again and keeps the focus. Of concurrent refreshes only the latest is shown.
 * @param {Region} self
 * @param {() => Child | Promise<Child>} load
 */
async function refreshRegion(self, load) {
	const ownRequest = ++self.requests;
	const next = h("div", {}, await load());
	if (ownRequest !== self.requests || sameNodes(next, self.element)) return;
	const focused = self.element.contains(document.activeElement)
		? /** @type {HTMLElement} */ (document.activeElement).dataset.key
		: undefined;
	self.element.replaceChildren(...next.childNodes);
	if (focused !== undefined) findFocusTarget(self.element, focused)?.focus();
}

/** @param {HTMLElement} a @param {HTMLElement} b */
const sameNodes = (a, b) =>
	a.childNodes.length === b.childNodes.length &&
	[...a.childNodes].every((node, i) => node.isEqualNode(b.childNodes[i]));

/**
 * findFocusTarget finds the element with a key, or the first input, or the title of the dialog or page.
 * @param {HTMLElement} element
 * @param {string} key
 * @returns {HTMLElement | null}
 */
const findFocusTarget = (element, key) =>
	element.querySelector(`[data-key="${CSS.escape(key)}"]`) ??
	element.querySelector("input") ??
	(element.closest("dialog") ?? document).querySelector("h1, h2");

/** activeRegions drops the regions of dialogs that were closed, and returns the others. */
function activeRegions() {
	for (const one of regions) {
		if (one.element.isConnected) one.shown = true;
		else if (one.shown) regions.delete(one);
	}
	return [...regions];
}

/**
 * refreshAll reloads every region of the page, or of a part of it.
 * @param {HTMLElement} [part]
 */
export const refreshAll = (part) =>
	Promise.all(
		activeRegions()
			.filter(({ element }) => !part || part.contains(element))
			.map((one) => one.refresh()),
	);

const refreshAllQuietly = () => refreshAll().catch(() => {});

/** clearRegions drops the regions of a view that is left. */
export function clearRegions() {
	viewCount++;
	regions.clear();
}

/** @type {EventSource | null} */
let stream = null;
let clientId = "";
let lastSubscription = ""; // the client and the collections of the last request that succeeded
let queue = Promise.resolve();

/** @type {Set<string>} */
const subscribedCollections = new Set();

/**
 * connect opens the event stream. The browser reconnects by itself, and has a new client id then.
 */
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

/** reconnectLater connects again when the browser has given up. */
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

/** @param {string[]} collections */
function subscribeTo(collections) {
	for (const name of collections.filter((one) => !subscribedCollections.has(one))) {
		subscribedCollections.add(name);
		listen(name);
	}
	subscribe();
}

/** @param {string} name */
const listen = (name) => stream?.addEventListener(`${name}/*`, () => scheduleRefresh(name));

/** subscribe asks for the events of all collections, one request after the other: the last one is valid. */
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
			clientId,
			subscriptions: [...subscribedCollections].map((name) => `${name}/*`),
		}),
	}).catch(() => ({ ok: false }));
	if (!response.ok) return;
	lastSubscription = wanted;
	await refreshAllQuietly(); // changes before the subscription were not reported
}

/** @type {Set<string>} */
const dueCollections = new Set();

/**
 * scheduleRefresh collects the events of one transaction into one refresh.
 * @param {string} name
 */
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

/** @param {string} text */
const showConnection = (text) => {
	byId("live").textContent = text;
};

// Which actions are offered also depends on the time of day.
setInterval(() => {
	if (!document.hidden && token()) refreshAllQuietly();
	subscribe();
}, 60_000);
