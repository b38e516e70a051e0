// The types that the portal's own modules share. They are global, like those of the records.

// Child is what h() takes as content: nodes, texts, and what it leaves out. Lists are flattened.
type Child = Node | string | number | boolean | null | undefined | Child[];

// Query is the part of an address behind the "?". Empty values are left out.
type Query = Record<string, string | number | false | null | undefined>;

// Navigation is what a view is called with: the query of its address, and a way to another view.
interface Navigation {
	query: Record<string, string>;
	open(view: string, query?: Query): Promise<void>;
}

type View = (navigation: Navigation) => Child | Promise<Child>;

// Values are what a form sends, by the names of its fields. They are `any`, because their types depend on the fields.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Values = any;

// FieldOption is one answer of a select or of chips, or a group of answers.
type FieldOption = [value: string, label: string | FieldOption[]];

// FieldOptions describes a question of a form; fields.js says what each property does.
interface FieldOptions {
	name: string;
	label: string;
	type?: string;
	hint?: string;
	options?: FieldOption[];
	value?: unknown;
	errorFields?: string[];
	check?: (values: Values) => string;
	optional?: boolean;
	multiple?: boolean;
	required?: boolean;
	[attribute: string]: unknown;
}

// Field is a question as it stands on the page.
interface Field {
	name: string;
	errorFields: string[];
	element: HTMLElement;
	error: HTMLElement;
	control: HTMLElement;
	// biome-ignore lint/suspicious/noExplicitAny: the type depends on the kind of field
	read(): any;
	set(value: string): void;
	validate(values: Values): string;
	setError(message: string, params?: { slots?: Slot[] }): void;
	focus(): void;
}

interface FieldGroup {
	fields: Field[];
	element: HTMLElement;
}

// Setting is a question of the settings view. Its value in the API is `scale` times that of the form.
interface Setting extends FieldOptions {
	scale?: number;
}

interface SettingGroup {
	title: string;
	hint?: string;
	settings: Setting[];
}

interface FormOptions {
	fields: (FieldOptions | FieldOptions[] | Field | FieldGroup)[];
	submit: string;
	send(values: Values): unknown;
	intro?: Child;
	secondary?: Child;
}

interface DialogFormOptions extends FormOptions {
	send(values: Values): string | Promise<string>;
	wide?: boolean;
}

interface ButtonOptions {
	key?: string;
	kind?: "quiet" | "main";
	about?: string;
}

interface CardOptions {
	id: string;
	version: string | number;
	first?: Child;
	title: Child;
	state?: Child;
	lines?: Child[];
	actions?: Child[];
}

// Label is a text and the tone of its badge.
type Label = [text: string, tone: string];

// Column is the name of a column and what is in it.
type Column<T> = [name: string, cell: (record: T) => Child];

// Pager reads as many records as are asked for and draws them, with a button for more.
type Pager = <T>(read: (limit: number) => Promise<T[]>, draw: (records: T[]) => Child) => Promise<Child>;

interface Region {
	collections: string[];
	element: HTMLElement;
	requests: number;
	shown?: boolean;
	refresh(): Promise<void>;
}

// ListQuery is the query of a list: see "List/search records" of the API document.
interface ListQuery {
	filter?: string;
	sort?: string;
	expand?: string;
	fields?: string;
	perPage?: number;
}

// SlotCriteria says of whom a free slot is wanted: of one doctor, or of any who fits.
interface SlotCriteria {
	doctor?: string;
	department?: string;
	specialization?: string;
}

// SignIn is a session of an account.
interface SignIn {
	id: string;
	started: string;
	last_used: string;
	expires: string;
	address: string;
	agent: string;
	current: boolean;
}
