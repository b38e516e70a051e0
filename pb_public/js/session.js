// The session: who is signed in, and the requests that are made with their token.

const storageKey = "hospital.session";
const usersPath = "/api/collections/users/";
const sessionEndedMessage = "Your session has ended. Please sign in again.";

/** @type {Set<(message: string) => unknown>} */
const sessionEndListeners = new Set();

/**
 * ApiError is an answer that refuses a request: a message for people, and what was wrong by field.
 * Its status is 0 when there was no answer.
 */
export class ApiError extends Error {
	/** @param {number} status @param {Values} body */
	constructor(status, body = {}) {
		super(body.message || "Something went wrong. Try again.");
		this.status = status;
		/** @type {Record<string, Values>} */
		this.fields = body.data ?? {};
		/**
		 * The id of a sign-in that continues with a code.
		 * @type {string | undefined}
		 */
		this.mfaId = body.mfaId;
		/** The position of the request that was refused, of several that were sent together. */
		this.index = 0;
	}

	/**
	 * code is the error code of a field.
	 * @param {string} field
	 * @returns {string | undefined}
	 */
	code(field) {
		return this.fields[field]?.code;
	}
}

/** @typedef {{ token: string, record: User }} Session */

let session = readSession();

/** @returns {Session | null} */
function readSession() {
	try {
		return JSON.parse(sessionStorage.getItem(storageKey) ?? "null");
	} catch {
		return null;
	}
}

/** @param {Session | null} next */
function storeSession(next) {
	session = next;
	if (next) sessionStorage.setItem(storageKey, JSON.stringify(next));
	else sessionStorage.removeItem(storageKey);
}

/** currentUser is the account that is signed in, if there is one. */
export const currentUser = () => session?.record ?? null;

/** role is the role of the account that is signed in, or "guest". */
export const role = () => session?.record.role ?? "guest";

/** token authorizes the realtime subscriptions. */
export const token = () => session?.token ?? "";

/**
 * onSessionEnd adds a listener that is called with the reason when a session ends.
 * @param {(message: string) => unknown} listener
 */
export const onSessionEnd = (listener) => sessionEndListeners.add(listener);

/** @param {string} message */
function endSession(message) {
	storeSession(null);
	for (const listener of sessionEndListeners) listener(message);
}

/**
 * signIn starts a session. When a code is required it returns a function that takes the code.
 * @param {string} email
 * @param {string} password
 */
export async function signIn(email, password) {
	try {
		storeSession(await request("POST", `${usersPath}auth-with-password`, { identity: email, password }));
	} catch (error) {
		if (error.mfaId) return requestCode(email, error.mfaId);
		if (error.status === 400) error.message = "The email address or the password is wrong.";
		if (error.status === 403) error.message = "This account is not active. Ask an admin to activate it.";
		throw error;
	}
	return undefined;
}

/**
 * requestCode has a code sent by email, and returns a function that signs in with it.
 * @param {string} email
 * @param {string} mfaId
 */
async function requestCode(email, mfaId) {
	const { otpId } = await request("POST", `${usersPath}request-otp`, { email });
	return async (/** @type {string} */ code) => {
		try {
			storeSession(
				await request("POST", `${usersPath}auth-with-otp`, { mfaId, otpId, password: code.replace(/\s/g, "") }),
			);
		} catch (error) {
			if (error.status === 400)
				error.message = "This code is wrong or has expired. Use the code in the latest email.";
			if (error.status === 429)
				error.message = "There were too many wrong codes. Wait a few minutes, then sign in again.";
			throw error;
		}
	};
}

/**
 * accountAction requests an email about an account, or redeems the link of one, e.g. "request-password-reset".
 * @param {string} action
 * @param {Values} body
 */
export const accountAction = (action, body) => request("POST", usersPath + action, body);

/**
 * redeemLink creates the account that a link leads to, and returns its email address.
 * @param {string} path
 * @param {Values} body
 * @returns {Promise<string>}
 */
export const redeemLink = async (path, body) => (await request("POST", `/api/hospital/${path}`, body)).email;

/** endOtherSessions signs the account out everywhere else. This session goes on with another token. */
export async function endOtherSessions() {
	const { token } = await request("POST", "/api/hospital/sessions/end", { all: true });
	if (session) storeSession({ ...session, token });
}

/** signOut forgets the session at once. The server is told to end it, without waiting for the answer. */
export function signOut() {
	endAtServer(token()).catch(() => {});
	endSession("You are signed out.");
}

/**
 * endAtServer ends the session of a token.
 * @param {string} authorization
 */
async function endAtServer(authorization) {
	const path = "/api/hospital/sessions";
	/** @type {{ sessions: SignIn[] }} */
	const { sessions } = await request("GET", path, undefined, readJSON, authorization);
	const own = sessions.find(({ current }) => current);
	if (own) await request("POST", `${path}/end`, { session: own.id }, readJSON, authorization);
}

/**
 * refreshSession checks the session and extends it. An expired token is read as a guest's: lists are then empty
 * instead of refused, so an unexpectedly empty answer is a reason to call it.
 */
export async function refreshSession() {
	if (!session) return false;
	try {
		storeSession(await request("POST", `${usersPath}auth-refresh`));
		return true;
	} catch (error) {
		if (error.status === 0) throw error;
		if (session) endSession(sessionEndedMessage);
		return false;
	}
}

/** @param {Response} response @returns {Promise<Values>} */
const readJSON = async (response) => (response.status === 204 ? null : response.json().catch(() => ({})));

/**
 * request sends a request and returns the body of its answer; `read` reads it when it is not JSON.
 * @param {string} method
 * @param {string} path
 * @param {Values} [body]
 * @param {(response: Response) => Promise<Values>} [read]
 * @param {string} [authorization] is that of the session unless another is given
 */
async function request(method, path, body, read = readJSON, authorization = token()) {
	const headers = new Headers(authorization ? { Authorization: authorization } : {});
	const form = Object.values(body ?? {}).some((value) => value instanceof Blob) && toFormData(body);
	if (body && !form) headers.set("Content-Type", "application/json");
	/** @type {Response} */
	let response;
	try {
		response = await fetch(path, { method, headers, body: form || (body && JSON.stringify(body)) });
	} catch {
		throw new ApiError(0, { message: "There is no connection to the hospital. Try again: nothing is sent twice." });
	}
	if (response.ok) return read(response);
	throw new ApiError(response.status, (await readJSON(response)) ?? {});
}

/**
 * toFormData is a body with a file in it.
 * @param {Record<string, string | Blob>} body
 */
function toFormData(body) {
	const form = new FormData();
	for (const [name, value] of Object.entries(body)) form.append(name, value);
	return form;
}

/**
 * sessionRequest is a request within a session. When the answer could be a guest's, it checks that the session holds.
 * @param {string} method
 * @param {string} path
 * @param {Values} [body]
 * @param {(answer: Values) => boolean} [looksLikeGuest]
 * @param {(response: Response) => Promise<Values>} [read]
 */
export async function sessionRequest(method, path, body, looksLikeGuest = () => false, read = readJSON) {
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
