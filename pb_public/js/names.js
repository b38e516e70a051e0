// Names, as the hospital searches them.

/** @type {Record<string, string>} */
const plainLetters = { ł: "l", ø: "o", đ: "d", ð: "d", þ: "th", æ: "ae", œ: "oe", ħ: "h", ı: "i", ß: "ss" };

/**
 * foldName returns a name in lower case and without accents, like the field name_key: "Łukasz Müller" is
 * "lukasz muller".
 * @param {string} name
 */
export const foldName = (name) =>
	name
		.normalize("NFKD")
		.replace(/\p{Mn}/gu, "")
		.toLowerCase()
		.replace(/[łøđðþæœħıß]/g, (letter) => plainLetters[letter])
		.trim();
