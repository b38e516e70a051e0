// Reads calendars with ical.js, which shares no code with the server: a JSON array of texts on standard input, and what
// ical.js makes of them on standard output. The argument is the file of ical.js.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { default: ICAL } = await import(pathToFileURL(process.argv[2]).href);

const instant = (time) => new Date(time.toUnixTime() * 1000).toISOString();

const event = (component) => {
	const e = new ICAL.Event(component);
	const person = (property) => {
		const found = component.getFirstProperty(property);
		return found ? `${found.getFirstParameter("cn") ?? ""} <${found.getFirstValue()}>` : "";
	};
	return {
		uid: e.uid,
		sequence: e.sequence,
		starts: instant(e.startDate),
		ends: instant(e.endDate),
		clock: e.startDate.toString(),
		summary: e.summary,
		location: e.location ?? "",
		url: component.getFirstPropertyValue("url") ?? "",
		status: component.getFirstPropertyValue("status"),
		organizer: person("organizer"),
		attendee: person("attendee"),
	};
};

const calendar = (text) => {
	const root = new ICAL.Component(ICAL.parse(text));
	return {
		method: root.getFirstPropertyValue("method"),
		// ical.js does not know the type of this property, which is text.
		name: (root.getFirstPropertyValue("x-wr-calname") ?? "").replace(/\\(.)/g, "$1"),
		events: root.getAllSubcomponents("vevent").map(event),
	};
};

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(calendar)));
