// Drives an SMS gateway: it sends the text of each notice to the phone of the patient.
//
//   WEBHOOK_SECRET=whsec_… GATEWAY=https://gateway.example/messages GATEWAY_TOKEN=… node sms.mjs [port]
import { pathToFileURL } from "node:url";
import { receiver } from "./receiver.mjs";

/** Returns a handler of events that sends messages through the gateway. */
export function messages({ gateway, gatewayToken }) {
	return async ({ type, id, data }) => {
		if (type !== "hospital.notice") return;
		const response = await fetch(gateway, {
			method: "POST",
			headers: {
				"Content-Type": "application/json",
				Authorization: `Bearer ${gatewayToken}`,
				"Idempotency-Key": id, // an event can come twice
			},
			body: JSON.stringify({ to: data.phone, text: data.text }),
		});
		if (!response.ok) throw new Error(`the gateway answered ${response.status}`); // the hospital tries again
	};
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
	const { WEBHOOK_SECRET, GATEWAY, GATEWAY_TOKEN } = process.env;
	if (!WEBHOOK_SECRET || !GATEWAY) {
		console.error("Set WEBHOOK_SECRET and GATEWAY.");
		process.exit(1);
	}
	receiver(WEBHOOK_SECRET, messages({ gateway: GATEWAY, gatewayToken: GATEWAY_TOKEN }))
		.listen(Number(process.argv[2] ?? 9000), "127.0.0.1");
}
