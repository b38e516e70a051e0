// A receiver of the hospital's webhooks: it checks the signature, and hands text messages to a gateway.
//
//   npm install
//   SECRET=whsec_… npm start        # then create the webhook with http://127.0.0.1:8099/
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";

const verifier = new Webhook(process.env.SECRET);
const seen = new Set(); // a real one keeps the ids in its database

createServer(async (request, response) => {
	const chunks = [];
	for await (const chunk of request) chunks.push(chunk);
	try {
		const event = verifier.verify(Buffer.concat(chunks).toString(), request.headers);
		if (!seen.has(event.id)) handle(event);
		seen.add(event.id);
		response.writeHead(204).end();
	} catch (error) {
		console.error("refused:", error.message);
		response.writeHead(401).end();
	}
}).listen(8099, "127.0.0.1", () => console.log("listening on http://127.0.0.1:8099/"));

/** handle does what the event asks for. Here the gateway is the console. */
function handle({ type, subject, data }) {
	if (type === "hospital.notice") console.log(`to ${data.phone}: ${data.text}`);
	else console.log(type, subject, data.status ?? "");
}
