// The query of an address.

/**
 * toSearchParams leaves out empty values.
 * @param {Query} query
 */
export const toSearchParams = (query) =>
	new URLSearchParams(
		Object.entries(query)
			.filter(([, value]) => value)
			.map(([name, value]) => [name, String(value)]),
	);
