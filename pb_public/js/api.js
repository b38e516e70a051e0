// The hospital's API: sessions, records, and refusals as errors.

const storageKey = "hospital.session";
const sessionEndListeners = new Set();
const unansweredIds = new Set(); // ids whose create was sent and never answered

// Refusal is an answer that says no: a sentence, and by field what was wrong.
class ApiError extends Error {
	constructor(status, body = {}) {
		super(body.message || "The hospital did not understand this.");
		this.status = status;
		this.fields = body.data ?? {};
		this.mfaId = body.mfaId; // of a sign-in that goes on with a code
	}

	// code is what was wrong with a field, for programs.
	code(field) {
		return this.fields[field]?.code;
	}
}

let session = readSession();

function readSession() {
	try {
		return JSON.parse(sessionStorage.getItem(storageKey));
	} catch {
		return null;
	}
}

function storeSession(next) {
	session = next;
	if (next) sessionStorage.setItem(storageKey, JSON.stringify(next));
	else sessionStorage.removeItem(storageKey);
}

// me is the account that is signed in, or nothing.
export const currentUser = () => session?.record ?? null;

// token is what realtime subscribes with.
export const token = () => session?.token ?? "";

// onEnd is told when a session is over, and why.
export const onSessionEnd = (listener) => sessionEndListeners.add(listener);

function endSession(sentence) {
	storeSession(null);
	for (const listener of sessionEndListeners) listener(sentence);
}

const sessionEndedMessage = "Your session has ended. Please sign in again.";

const usersPath = "/api/collections/users/";

// signIn begins a session. Where a code has to follow it answers how to go on: a
// function that takes the code.
export async function signIn(email, password) {
	try {
		storeSession(await request("POST", `${usersPath}auth-with-password`, { identity: email, password }));
	} catch (error) {
		if (error.mfaId) return requestCode(email, error.mfaId);
		if (error.status === 400) error.message = "The e-mail address or the password is wrong.";
		if (error.status === 403)
			error.message = "This account is not active. It waits for an admin, or it was suspended.";
		throw error;
	}
}

// secondHalf has a code sent.
async function requestCode(email, mfaId) {
	const { otpId } = await request("POST", `${usersPath}request-otp`, { email });
	return async (code) => {
		try {
			storeSession(
				await request("POST", `${usersPath}auth-with-otp`, { mfaId, otpId, password: code.replace(/\s/g, "") }),
			);
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
export const accountAction = (verb, body) => request("POST", usersPath + verb, body);

// settle uses a link that leads to a new account, and answers its address.
export const redeemLink = async (what, body) => (await request("POST", `/api/hospital/${what}`, body)).email;

export const signOut = () => endSession("You are signed out.");

// renew asks whether the session still holds and prolongs it. A token that does
// not is read as a guest's: answers come back empty instead of refused.
export async function refreshSession() {
	if (!session) return false;
	try {
		storeSession(await request("POST", "/api/collections/users/auth-refresh"));
		return true;
	} catch (error) {
		if (error.status === 0) throw error;
		if (session) endSession(sessionEndedMessage);
		return false;
	}
}

const readJSON = (response) => (response.status === 204 ? null : response.json().catch(() => ({})));

// send asks the hospital for something, and reads the answer as JSON unless it is
// read otherwise.
async function request(method, path, body, read = readJSON) {
	const headers = session ? { Authorization: session.token } : {};
	const form = Object.values(body ?? {}).some((value) => value instanceof Blob) && toFormData(body);
	if (body && !form) headers["Content-Type"] = "application/json";
	let response;
	try {
		response = await fetch(path, { method, headers, body: form || (body && JSON.stringify(body)) });
	} catch {
		throw new ApiError(0, { message: "The hospital cannot be reached. Try again: nothing is sent twice." });
	}
	if (response.ok) return read(response);
	throw new ApiError(response.status, (await readJSON(response)) ?? {});
}

// asForm is a body with a file in it.
function toFormData(body) {
	const form = new FormData();
	for (const [name, value] of Object.entries(body)) form.append(name, value);
	return form;
}

// ask is send within a session: where the answer could be a guest's, it makes sure that it is not.
async function sessionRequest(method, path, body, looksLikeGuest = () => false, read = readJSON) {
	const started = session;
	try {
		const answer = await request(method, path, body, read);
		if (started && looksLikeGuest(answer)) await refreshSession();
		return answer;
	} catch (error) {
		if (started && session && [400, 401, 403, 404].includes(error.status)) await refreshSession();
		throw error;
	}
}

const recordsPath = (collection, id = "") => `/api/collections/${collection}/records${id && `/${id}`}`;

// list reads records: { filter, sort, expand, perPage }.
export async function list(collection, query = {}) {
	const given = Object.entries({ perPage: 200, skipTotal: 1, ...query }).filter(([, value]) => value);
	const answer = await sessionRequest(
		"GET",
		`${recordsPath(collection)}?${new URLSearchParams(given)}`,
		undefined,
		({ items }) => items.length === 0,
	);
	return answer.items;
}

// fileURL is where a protected file can be fetched in the next minutes.
export async function fileURL(collection, id, name) {
	const { token } = await sessionRequest("POST", "/api/files/token");
	return `/api/files/${[collection, id, name].map(encodeURIComponent).join("/")}?${new URLSearchParams({ token })}`;
}

// get reads one record.
export const get = (collection, id, query = {}) =>
	sessionRequest("GET", `${recordsPath(collection, encodeURIComponent(id || "none"))}?${new URLSearchParams(query)}`);

const hospitalPath = (path, query = {}) =>
	`/api/hospital/${path}?${new URLSearchParams(Object.entries(query).filter(([, value]) => value))}`;

// report reads what is no record: report("reports/billing", { from, to }).
export const fetchHospital = (path, query) => sessionRequest("GET", hospitalPath(path, query));

// freeSlots reads what can be booked: of a doctor, or the first ones of all who fit.
export const freeSlots = async ({ doctor, ...query }) =>
	(await fetchHospital(`${doctor ? `doctors/${doctor}/` : ""}slots`, query)).slots;

// file reads a file: what is in it, and what it is called.
export const fetchFile = (path, query) =>
	sessionRequest("GET", hospitalPath(path, query), undefined, undefined, async (response) => ({
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
		return await sessionRequest("POST", recordsPath(collection), body);
	} catch (error) {
		if (error.status === 0) unansweredIds.add(body.id);
		else if (unansweredIds.has(body.id) || error.code("id") === "validation_not_unique")
			return get(collection, body.id).catch(() => Promise.reject(error));
		throw error;
	}
}

// update changes a record that was read before; its version goes along, so that
// nobody's newer change is undone.
export function update(collection, record, changes) {
	const version = "version" in record ? { version: record.version } : {};
	return sessionRequest("PATCH", recordsPath(collection, record.id), { ...changes, ...version });
}

// together makes several records or none of them: [[collection, body], …]. What is
// refused says which one it was. When an earlier try got through, all is done.
export async function createAll(creates) {
	const requests = creates.map(([collection, body]) => ({ method: "POST", url: recordsPath(collection), body }));
	try {
		await sessionRequest("POST", "/api/batch", { requests });
	} catch (error) {
		const [index, first] = Object.entries(error.fields.requests ?? {}).find(([, one]) => one.response) ?? [];
		const firstError = first
			? Object.assign(new ApiError(first.response.status, first.response), { index: Number(index) })
			: error;
		if (error.status === 0) for (const [, { id }] of creates) unansweredIds.add(id);
		else if (
			firstError.code("id") === "validation_not_unique" &&
			unansweredIds.has(creates[firstError.index][1].id)
		)
			return;
		throw firstError;
	}
}

// quoted is a text inside a filter.
export const quote = (text) => `"${text.replace(/[\\%]/g, " ").replaceAll('"', '\\"')}"`;
