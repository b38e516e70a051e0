// The parts of Swagger UI that the page of /api/docs uses.

interface SwaggerUI {
	preauthorizeApiKey(name: string, key: string): void;
	authActions: { logout(names: string[]): void };
}

declare function SwaggerUIBundle(options: Record<string, unknown>): SwaggerUI;

interface Window {
	ui: SwaggerUI;
}
