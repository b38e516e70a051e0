import { signIn } from "../api.js";
import { h, heading, link } from "../dom.js";
import { form } from "../form.js";

// signInView is where a guest begins. signedIn goes on from there.
export const signInView = (signedIn) => () => h("div", { class: "narrow" },
	heading("Sign in"),
	form({
		fields: [
			{ name: "email", label: "E-mail", type: "email", required: true, autocomplete: "username" },
			{ name: "password", label: "Password", type: "password", required: true, autocomplete: "current-password" },
		],
		submit: "Sign in",
		send: async ({ email, password }) => {
			await signIn(email, password);
			await signedIn();
		},
	}),
	h("p", {}, "New here? ", link("register", "Register as a patient"), " or ", link("register-doctor", "as a doctor"), "."));
