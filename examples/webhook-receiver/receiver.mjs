// A receiver of webhooks: it checks the signature, drops what it has had, and does its work after the answer.
//
//   WEBHOOK_SECRET=whsec_… node receiver.mjs [port]
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";
import { Webhook } from "standardwebhooks";

const maxBody = 64 * 1024;

/** Returns a server that calls handle with each event, once. */
export function receiver(secret, handle) {
	const webhook = new Webhook(secret);
	const seen = new Set(); // a real receiver keeps the ids in its database, with the work
	return createServer(async (request, response) => {
		const answer = (status) => response.writeHead(status).end();
		if (request.method !== "POST") return answer(405);
		const chunks = [];
		let size = 0;
		for await (const chunk of request) {
			size += chunk.length;
			if (size > maxBody) return answer(413);
			chunks.push(chunk);
		}
		const body = Buffer.concat(chunks).toString(); // as it was sent: do not parse it before the check
		let event;
		try {
			event = webhook.verify(body, request.headers); // also refuses a timestamp that is 5 minutes off
		} catch {
			return answer(401);
		}
		if (!seen.has(event.id)) {
			try {
				await handle(event);
			} catch (error) {
				console.error(error);
				return answer(500); // the hospital sends it again
			}
			seen.add(event.id);
		}
		answer(204);
	});
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
	const secret = process.env.WEBHOOK_SECRET;
	if (!secret) {
		console.error("Set WEBHOOK_SECRET to the secret of the webhook.");
		process.exit(1);
	}
	const port = Number(process.argv[2] ?? 9000);
	receiver(secret, (event) => console.log(event.type, event.subject, JSON.stringify(event.data)))
		.listen(port, "127.0.0.1", () => console.log(`listening on http://127.0.0.1:${port}`));
}
