// The settings that an admin changes, in groups, with their labels and help.

/**
 * count is a setting that is a whole number.
 * @param {string} name of the field in the API
 * @param {string} label
 * @param {number} max
 * @param {string} hint
 * @param {{ min?: number }} [range]
 * @returns {Setting}
 */
const count = (name, label, max, hint, { min = 0 } = {}) => ({
	name,
	label,
	type: "number",
	required: true,
	min,
	max,
	hint,
});

/**
 * flag is a setting that is on or off.
 * @param {string} name
 * @param {string} label
 * @param {string} hint
 * @returns {Setting}
 */
const flag = (name, label, hint) => ({ name, label, type: "checkbox", hint });

const [maxLimit, maxMiB] = [10_000, 2 ** 20];

/**
 * settingGroups are the settings as the form shows them. The number of decimals follows from the currency, so that
 * it has no field. A test compares this table with the fields of the API.
 * @type {SettingGroup[]}
 */
export const settingGroups = [
	{
		title: "Contact",
		settings: [
			{ name: "name", label: "Name", required: true, maxlength: 120 },
			{ name: "address", label: "Postal address", maxlength: 300 },
			{ name: "phone", label: "Phone", type: "tel", maxlength: 40, hint: "The number that patients call." },
			{ name: "email", label: "Email", type: "email", hint: "The address to which patients write." },
		],
	},
	{
		title: "Booking",
		settings: [
			{
				name: "timezone",
				label: "Time zone",
				required: true,
				maxlength: 60,
				list: "zones",
				hint: "Such as Europe/Berlin. Days begin and end in it.",
			},
			count("booking_horizon_days", "Days ahead", 1000, "Visits can be booked at most this many days ahead.", {
				min: 1,
			}),
			count(
				"min_notice_minutes",
				"Minutes of notice",
				10_080,
				"Patients book a visit at least this many minutes before it starts.",
			),
			count(
				"cancel_cutoff_hours",
				"Hours to cancel",
				720,
				"Patients can move or cancel a visit until this many hours before it starts.",
			),
			count(
				"request_expiry_hours",
				"Hours to approve",
				8760,
				"A request that is not approved within this many hours is cancelled. 0: only when its time comes.",
			),
		],
	},
	{
		title: "Reminders and messages",
		settings: [
			{
				name: "reminder_leads",
				label: "Reminders before a visit",
				maxlength: 60,
				hint: "In hours (h) or minutes (m), such as 48h, 2h. Empty: no reminders.",
			},
			{
				name: "quiet_from",
				label: "Quiet hours from",
				type: "time",
				hint: "What is not urgent waits until they end. Empty: no quiet hours.",
			},
			{ name: "quiet_until", label: "Quiet hours until", type: "time" },
			{
				name: "language",
				label: "Language of mails",
				type: "select",
				options: [
					["", "English"],
					["de", "Deutsch"],
					["ar", "العربية"],
				],
				hint: "For people who have chosen none.",
			},
		],
	},
	{
		title: "Limits of patients’ accounts",
		hint: "0 means any number. Staff have no limits.",
		settings: [
			count("open_visits_per_patient", "Visits of a patient", maxLimit, "Future visits booked for one patient."),
			count(
				"open_visits_per_account",
				"Visits of an account",
				maxLimit,
				"Future visits booked for all patients of an account.",
			),
			count("requests_per_day", "Requests in 24 hours", maxLimit, "Visits that an account requests or moves."),
			count(
				"cancellations_per_week",
				"Cancellations in 7 days",
				maxLimit,
				"After this many the account can book only by calling the hospital.",
			),
			count(
				"patients_per_account",
				"Patients of an account",
				maxLimit,
				"Counted when an account adds a family member.",
			),
		],
	},
	{
		title: "Uploads, in MiB",
		hint: "0 means any amount. A small file counts as 64 KiB.",
		settings: [
			count("account_upload_day_mib", "Patient’s account, in 24 hours", maxMiB, ""),
			count("account_upload_mib", "Patient’s account, in total", maxMiB, ""),
			count("staff_upload_day_mib", "Account of staff, in 24 hours", maxMiB, ""),
			count("patient_upload_day_mib", "For one patient, in 24 hours", maxMiB, "By anybody, also staff."),
			count(
				"patient_upload_mib",
				"For one patient, in total",
				maxMiB,
				"By anybody, also staff. Keep it above the total of a patient’s account.",
			),
		],
	},
	{
		title: "Money",
		settings: [
			{
				name: "currency",
				label: "Currency",
				required: true,
				maxlength: 3,
				hint: "Such as EUR. It can change only when no bill is open.",
			},
			{ name: "tax_id", label: "Tax number", maxlength: 60, hint: "It is printed on bills." },
			count("due_days", "Days to pay", 365, "A bill is due this many days after it is issued."),
			{
				...count(
					"discount_limit_bp",
					"Reduction without approval, in %",
					100,
					"Above it a discount or credit of a bill waits for an admin.",
				),
				step: 0.01,
				scale: 100,
			},
			flag(
				"single_cashier",
				"Single cashier",
				"Who recorded a cash payment may verify it. The day close lists these payments.",
			),
		],
	},
	{
		title: "Sign-in",
		settings: [
			flag(
				"confirm_email",
				"Confirm email addresses",
				"People who register confirm their address first. Without it, registering tells who has an account.",
			),
			flag("staff_mfa", "Codes for staff", "Staff enter a code from an email in addition to their password."),
			count(
				"staff_session_hours",
				"Hours of a staff session",
				24,
				"Staff sign in again after this many hours. 0 means 24.",
			),
		],
	},
	{
		title: "Access to records",
		settings: [
			count(
				"care_team_lead_days",
				"Days before a visit",
				3650,
				"From then on the doctor of an approved visit can open the patient’s record.",
			),
			count("care_team_days", "Days after a visit", 3650, "Until then the doctor can open the record."),
			count(
				"read_alert_count",
				"Patients read in a day",
				100_000,
				"Admins review it when somebody reads more. 0 means 300.",
			),
		],
	},
];

/**
 * settingValues are the settings of a record as the form shows them: 1000 basis points are 10 %.
 * @param {Values} record
 * @returns {Values}
 */
export const settingValues = (record) => scaled(record, (value, scale) => value / scale);

/**
 * storedValues are the values of the form as the API takes them.
 * @param {Values} values
 * @returns {Values}
 */
export const storedValues = (values) => scaled(values, (value, scale) => Math.round(value * scale));

/** @param {Values} values @param {(value: number, scale: number) => number} convert */
const scaled = (values, convert) =>
	Object.fromEntries(
		settingGroups
			.flatMap(({ settings }) => settings)
			.map(({ name, scale }) => [name, scale ? convert(values[name], scale) : values[name]]),
	);
