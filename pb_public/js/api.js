// The records of the API, and the hospital's own routes.

import { toSearchParams } from "./query.js";
import { ApiError, sessionRequest } from "./session.js";

/**
 * The ids of records whose create was sent and never answered.
 * @type {Set<string>}
 */
const unansweredIds = new Set();

/** @param {string} collection @param {string} id */
const recordsPath = (collection, id = "") => `/api/collections/${collection}/records${id && `/${id}`}`;

/**
 * list reads records of a collection, 200 unless the query says otherwise.
 * @template {keyof Collections} K
 * @param {K} collection
 * @param {ListQuery} query
 * @returns {Promise<Collections[K][]>}
 */
export async function list(collection, query = {}) {
	const answer = await sessionRequest(
		"GET",
		`${recordsPath(collection)}?${toSearchParams({ perPage: 200, skipTotal: 1, ...query })}`,
		undefined,
		({ items }) => items.length === 0,
	);
	return answer.items;
}

/**
 * get reads one record.
 * @template {keyof Collections} K
 * @param {K} collection
 * @param {string | undefined} id
 * @param {ListQuery} query
 * @returns {Promise<Collections[K]>}
 */
export const get = (collection, id, query = {}) =>
	sessionRequest(
		"GET",
		`${recordsPath(collection, encodeURIComponent(id || "none"))}?${toSearchParams({ ...query })}`,
	);

/**
 * fileURL is the address of a protected file, which is good for a few minutes.
 * @param {string} collection
 * @param {string} id
 * @param {string} name
 */
export async function fileURL(collection, id, name) {
	const { token } = await sessionRequest("POST", "/api/files/token");
	return `/api/files/${[collection, id, name].map(encodeURIComponent).join("/")}?${new URLSearchParams({ token })}`;
}

/** @param {string} path @param {Query} query */
const hospitalPath = (path, query = {}) => `/api/hospital/${path}?${toSearchParams(query)}`;

/**
 * fetchHospital reads one of the hospital's own routes: fetchHospital("reports/billing", { from, to }).
 * @param {string} path
 * @param {Query} query
 * @returns {Promise<Values>}
 */
export const fetchHospital = (path, query) => sessionRequest("GET", hospitalPath(path, query));

/**
 * freeSlots reads the free slots of a doctor, or the first ones of all doctors who fit.
 * @param {SlotCriteria & { from: string, to: string, limit?: number }} query
 * @returns {Promise<Slot[]>}
 */
export const freeSlots = async ({ doctor, ...query }) =>
	(await fetchHospital(`${doctor ? `doctors/${doctor}/` : ""}slots`, query)).slots;

/**
 * fetchFile reads a file of the hospital and its name.
 * @param {string} path
 * @param {Query} query
 * @returns {Promise<{ blob: Blob, name: string }>}
 */
export const fetchFile = (path, query) =>
	sessionRequest("GET", hospitalPath(path, query), undefined, undefined, async (response) => ({
		blob: await response.blob(),
		name: /filename="?([^";]+)/.exec(response.headers.get("Content-Disposition") ?? "")?.[1] ?? "file",
	}));

/** newId chooses the id of a record before it is created, so that a create can be repeated without a second record. */
export function newId() {
	const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
	const bytes = crypto.getRandomValues(new Uint8Array(15));
	return Array.from(bytes, (byte) => alphabet[byte % alphabet.length]).join("");
}

/**
 * create creates a record and returns it. When an earlier try was carried out but never answered, it returns that
 * record instead of a duplicate error.
 * @template {keyof Collections} K
 * @param {K} collection
 * @param {Values} body
 * @returns {Promise<Collections[K]>}
 */
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

/**
 * update changes a record. It sends the version that was read, so that a newer change is not overwritten.
 * @template {keyof Collections} K
 * @param {K} collection
 * @param {Collections[K]} record
 * @param {Values} changes
 * @returns {Promise<Collections[K]>}
 */
export function update(collection, record, changes) {
	const version = "version" in record ? { version: record.version } : {};
	return sessionRequest("PATCH", recordsPath(collection, record.id), { ...changes, ...version });
}

/**
 * createAll creates several records or none of them: [[collection, body], …]. Its error has the index of the record
 * that was refused. A repeated try whose first one was carried out succeeds.
 * @param {[collection: keyof Collections, body: Values][]} creates
 */
export async function createAll(creates) {
	const requests = creates.map(([collection, body]) => ({ method: "POST", url: recordsPath(collection), body }));
	try {
		await sessionRequest("POST", "/api/batch", { requests });
	} catch (error) {
		/** @type {[string, Values][]} */
		const answers = Object.entries(error.fields.requests ?? {});
		const [index, first] = answers.find(([, answer]) => answer.response) ?? [];
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

/**
 * quote quotes a text for a filter.
 * @param {string} text
 */
export const quote = (text) => `"${text.replace(/[\\%]/g, " ").replaceAll('"', '\\"')}"`;

/**
 * quotePrefix quotes a text for a filter with `~` that finds what starts with it.
 * @param {string} text
 */
export const quotePrefix = (text) => quote(text).replace(/"$/, '%"');
