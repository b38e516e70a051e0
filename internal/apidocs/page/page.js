// The page of /api/docs: Swagger UI with this hospital's API document, and a sign-in that sets the token which
// "Try it out" sends. The token is kept in this page only, and is gone when the page closes.

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

/**
 * find returns an element of the page, which index.html always has.
 * @template {Element} T
 * @param {string} selector
 * @returns {T}
 */
const find = (selector) => /** @type {T} */ (document.querySelector(selector));

/** @type {HTMLFormElement} */
const form = find("#sign-in");
/** @type {HTMLElement} */
const signedIn = find("#signed-in");
/** @type {HTMLElement} */
const refused = find("#refused");

/**
 * showUser shows who is signed in, or with "" the sign-in.
 * @param {string} user
 */
const showUser = (user) => {
	form.hidden = user !== "";
	signedIn.hidden = user === "";
	find("#signed-in output").textContent = user;
};

form.addEventListener("submit", async (event) => {
	event.preventDefault();
	refused.textContent = "";
	try {
		const response = await fetch("/api/collections/users/auth-with-password", {
			method: "POST",
			headers: { "Content-Type": "application/json" },
			body: JSON.stringify({ identity: form.email.value, password: form.password.value }),
		});
		const answer = await response.json();
		if (!response.ok) {
			refused.textContent = answer.message;
			return;
		}
		ui.preauthorizeApiKey("token", answer.token);
		form.password.value = "";
		showUser(`${answer.record.name}, ${answer.record.role}`);
	} catch {
		refused.textContent = "The hospital does not answer. Try again.";
	}
});

find("#signed-in button").addEventListener("click", () => {
	ui.authActions.logout(["token"]);
	showUser("");
});
