// Line is a network connection between a client and the hospital that can be cut.

import { once } from "node:events";
import { createServer, request } from "node:http";

export class Line {
	down = false; // refuses connections
	loseAnswers = 0; // the number of POST requests that are carried out but not answered

	static async to(hospital) {
		const line = new Line();
		line.server = createServer((asked, answer) => line.#carry(hospital, asked, answer)).listen(0, "127.0.0.1");
		await once(line.server, "listening");
		line.url = `http://127.0.0.1:${line.server.address().port}`;
		return line;
	}

	#carry(hospital, asked, answer) {
		if (this.down) return asked.destroy();
		const lost = asked.method === "POST" && this.loseAnswers > 0;
		if (lost) this.loseAnswers--;
		const onward = request(
			new URL(asked.url, hospital),
			{ method: asked.method, headers: asked.headers },
			(given) => {
				if (lost) return given.resume().on("end", () => answer.destroy());
				answer.writeHead(given.statusCode, given.headers).flushHeaders();
				given.pipe(answer);
				given.on("error", () => answer.destroy());
			},
		);
		onward.on("error", () => answer.destroy());
		answer.on("close", () => onward.destroy());
		asked.pipe(onward);
	}

	// cut closes every connection, including streams.
	cut() {
		this.server.closeAllConnections();
	}

	close() {
		this.cut();
		this.server.close();
	}
}
