// The hospital's API: sessions, records, and refusals as errors.

const key = "hospital.session";
const endings = new Set();
const unsure = new Set(); // ids whose create was sent and never answered

// Refusal is an answer that says no: a sentence, and by field what was wrong.
class Refusal extends Error {
	constructor(status, body = {}) {
		super(body.message || "The hospital did not understand this.");
		this.status = status;
		this.fields = body.data ?? {};
		this.half = body.mfaId; // of a sign-in that goes on with a code
	}

	// code is what was wrong with a field, for programs.
	code(field) {
		return this.fields[field]?.code;
	}
}

let session = read();

function read() {
	try {
		return JSON.parse(sessionStorage.getItem(key));
	} catch {
		return null;
	}
}

function keep(next) {
	session = next;
	if (next) sessionStorage.setItem(key, JSON.stringify(next));
	else sessionStorage.removeItem(key);
}

// me is the account that is signed in, or nothing.
export const me = () => session?.record ?? null;

// token is what realtime subscribes with.
export const token = () => session?.token ?? "";

// onEnd is told when a session is over, and why.
export const onEnd = (listener) => endings.add(listener);

function end(sentence) {
	keep(null);
	for (const listener of endings) listener(sentence);
}

const over = "Your session has ended. Please sign in again.";

const accounts = "/api/collections/users/";

// signIn begins a session. Where a code has to follow it answers how to go on: a
// function that takes the code.
export async function signIn(email, password) {
	try {
		keep(await send("POST", `${accounts}auth-with-password`, { identity: email, password }));
	} catch (error) {
		if (error.half) return secondHalf(email, error.half);
		if (error.status === 400) error.message = "The e-mail address or the password is wrong.";
		if (error.status === 403)
			error.message = "This account is not active. It waits for an admin, or it was suspended.";
		throw error;
	}
}

// secondHalf has a code sent.
async function secondHalf(email, mfaId) {
	const { otpId } = await send("POST", `${accounts}request-otp`, { email });
	return async (code) => {
		try {
			keep(await send("POST", `${accounts}auth-with-otp`, { mfaId, otpId, password: code.replace(/\s/g, "") }));
		} catch (error) {
			if (error.status === 400)
				error.message = "This code is wrong, or it is too old. The newest mail has the one that counts.";
			if (error.status === 429)
				error.message = "There were too many wrong codes. Wait a few minutes, and sign in again.";
			throw error;
		}
	};
}

// account asks for a mail, or uses the link of one: "request-password-reset",
// "confirm-verification" …
export const account = (verb, body) => send("POST", accounts + verb, body);

// settle uses a link that leads to a new account, and answers its address.
export const settle = async (what, body) => (await send("POST", `/api/hospital/${what}`, body)).email;

export const signOut = () => end("You are signed out.");

// renew asks whether the session still holds and prolongs it. A token that does
// not is read as a guest's: answers come back empty instead of refused.
export async function renew() {
	if (!session) return false;
	try {
		keep(await send("POST", "/api/collections/users/auth-refresh"));
		return true;
	} catch (error) {
		if (error.status === 0) throw error;
		if (session) end(over);
		return false;
	}
}

const json = (response) => (response.status === 204 ? null : response.json().catch(() => ({})));

// send asks the hospital for something, and reads the answer as JSON unless it is
// read otherwise.
async function send(method, path, body, read = json) {
	const headers = session ? { Authorization: session.token } : {};
	const form = Object.values(body ?? {}).some((value) => value instanceof Blob) && asForm(body);
	if (body && !form) headers["Content-Type"] = "application/json";
	let response;
	try {
		response = await fetch(path, { method, headers, body: form || (body && JSON.stringify(body)) });
	} catch {
		throw new Refusal(0, { message: "The hospital cannot be reached. Try again: nothing is sent twice." });
	}
	if (response.ok) return read(response);
	throw new Refusal(response.status, (await json(response)) ?? {});
}

// asForm is a body with a file in it.
function asForm(body) {
	const form = new FormData();
	for (const [name, value] of Object.entries(body)) form.append(name, value);
	return form;
}

// ask is send within a session: where the answer could be a guest's, it makes sure that it is not.
async function ask(method, path, body, suspicious = () => false, read = json) {
	const started = session;
	try {
		const answer = await send(method, path, body, read);
		if (started && suspicious(answer)) await renew();
		return answer;
	} catch (error) {
		if (started && session && [400, 401, 403, 404].includes(error.status)) await renew();
		throw error;
	}
}

const records = (collection, id = "") => `/api/collections/${collection}/records${id && `/${id}`}`;

// list reads records: { filter, sort, expand, perPage }.
export async function list(collection, query = {}) {
	const given = Object.entries({ perPage: 200, skipTotal: 1, ...query }).filter(([, value]) => value);
	const answer = await ask(
		"GET",
		`${records(collection)}?${new URLSearchParams(given)}`,
		undefined,
		({ items }) => items.length === 0,
	);
	return answer.items;
}

// fileURL is where a protected file can be fetched in the next minutes.
export async function fileURL(collection, id, name) {
	const { token } = await ask("POST", "/api/files/token");
	return `/api/files/${[collection, id, name].map(encodeURIComponent).join("/")}?${new URLSearchParams({ token })}`;
}

// get reads one record.
export const get = (collection, id, query = {}) =>
	ask("GET", `${records(collection, encodeURIComponent(id || "none"))}?${new URLSearchParams(query)}`);

const ofHospital = (path, query = {}) =>
	`/api/hospital/${path}?${new URLSearchParams(Object.entries(query).filter(([, value]) => value))}`;

// report reads what is no record: report("reports/billing", { from, to }).
export const report = (path, query) => ask("GET", ofHospital(path, query));

// freeSlots reads what can be booked: of a doctor, or the first ones of all who fit.
export const freeSlots = async ({ doctor, ...query }) =>
	(await report(`${doctor ? `doctors/${doctor}/` : ""}slots`, query)).slots;

// file reads a file: what is in it, and what it is called.
export const file = (path, query) =>
	ask("GET", ofHospital(path, query), undefined, undefined, async (response) => ({
		blob: await response.blob(),
		name: /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "")?.[1] ?? "file",
	}));

// newId is the id of a record that is about to be made. Chosen here, a create can
// be repeated without making a second one.
export function newId() {
	const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
	const bytes = crypto.getRandomValues(new Uint8Array(15));
	return Array.from(bytes, (byte) => alphabet[byte % alphabet.length]).join("");
}

// create makes a record. When an earlier try got through without its answer
// coming back, that record is the answer.
export async function create(collection, body) {
	try {
		return await ask("POST", records(collection), body);
	} catch (error) {
		if (error.status === 0) unsure.add(body.id);
		else if (unsure.has(body.id) || error.code("id") === "validation_not_unique")
			return get(collection, body.id).catch(() => Promise.reject(error));
		throw error;
	}
}

// update changes a record that was read before; its version goes along, so that
// nobody's newer change is undone.
export function update(collection, record, changes) {
	const version = "version" in record ? { version: record.version } : {};
	return ask("PATCH", records(collection, record.id), { ...changes, ...version });
}

// together makes several records or none of them: [[collection, body], …]. What is
// refused says which one it was. When an earlier try got through, all is done.
export async function together(creates) {
	const requests = creates.map(([collection, body]) => ({ method: "POST", url: records(collection), body }));
	try {
		await ask("POST", "/api/batch", { requests });
	} catch (error) {
		const [which, first] = Object.entries(error.fields.requests ?? {}).find(([, one]) => one.response) ?? [];
		const refusal = first
			? Object.assign(new Refusal(first.response.status, first.response), { which: Number(which) })
			: error;
		if (error.status === 0) for (const [, { id }] of creates) unsure.add(id);
		else if (refusal.code("id") === "validation_not_unique" && unsure.has(creates[refusal.which][1].id)) return;
		throw refusal;
	}
}

// quoted is a text inside a filter.
export const quoted = (text) => `"${text.replace(/[\\%]/g, " ").replaceAll('"', '\\"')}"`;
