// The page behind /api/docs: Swagger UI over this hospital's own document, and a
// sign-in that puts the token where "Try it out" takes it from. The token lives
// in this page only and is gone when it closes.
const ui = SwaggerUIBundle({
	url: "/api/hospital/openapi.json",
	dom_id: "#swagger-ui",
	deepLinking: true,
	docExpansion: "none",
	filter: true,
	showExtensions: true,
	displayRequestDuration: true,
	defaultModelsExpandDepth: 0,
	validatorUrl: null,
});
window.ui = ui;

const form = document.querySelector("#sign-in");
const signedIn = document.querySelector("#signed-in");
const refused = document.querySelector("#refused");

const show = (who) => {
	form.hidden = who !== "";
	signedIn.hidden = who === "";
	signedIn.querySelector("output").textContent = who;
};

form.addEventListener("submit", async (event) => {
	event.preventDefault();
	refused.textContent = "";
	try {
		const answer = await fetch("/api/collections/users/auth-with-password", {
			method: "POST",
			headers: { "Content-Type": "application/json" },
			body: JSON.stringify({ identity: form.email.value, password: form.password.value }),
		});
		const said = await answer.json();
		if (!answer.ok) {
			refused.textContent = said.message;
			return;
		}
		ui.preauthorizeApiKey("token", said.token);
		form.password.value = "";
		show(`${said.record.name}, ${said.record.role}`);
	} catch {
		refused.textContent = "The hospital does not answer.";
	}
});

signedIn.querySelector("button").addEventListener("click", () => {
	ui.authActions.logout(["token"]);
	show("");
});
